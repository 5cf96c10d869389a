"""What the tray shows of a query, as chips, and what the picture shows of it: plain data, never HTML."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from explorer.ui.asking import room
from explorer.ui.strengths import OF_DETAILS, OF_WORDS, Named, is_wanted
from explorer.ui.views import Props, sides

if TYPE_CHECKING:
    from explorer.ui.session import FurtherDetail, Step
    from explorer.ui.strengths import Strength

OWN_PICTURE = "Your own picture stays on this page: it is not in the link."
"""What the tray says where the page's address cannot carry all of a query."""


def tray(step: Step | None, caption: Callable[[Step | FurtherDetail], Props] = lambda part: {}) -> Props:
    """The parts of a query; empty before the first search. ``caption`` gives the facts that stand beside a picture,
    which words alone do without.

    A chip says which part it is (``of`` and ``index``), how much it counts, and whether it can be taken away.
    """
    if step is None or not step.searched:
        return {}
    chips: list[Props] = []
    if step.kind != "words":
        main = {**_detail(step, caption), "of": "main", "index": 0}
        chips.append({**main, "removable": step.can_lose_main, "alone": step.parts == 1})
    for index, detail in enumerate(step.further):
        chips.append({**_detail(detail, caption), "of": "details", "index": index, "role": detail.role})
    for index, term in enumerate(step.terms):
        chips.append({"of": "words", "index": index, "text": term.text, **_counts(term.strength)})
    own = "picture" in {step.kind, *(detail.kind for detail in step.further)}
    return {
        "kind": step.kind,
        "chips": chips,
        "strengths": {"details": _offered(OF_DETAILS), "words": _offered(OF_WORDS)},
        "full": not room(step),
        "together": step.together,
        "layout": step.layout,
        "note": OWN_PICTURE if own else "",
    }


def _detail(part: Step | FurtherDetail, caption: Callable[[Step | FurtherDetail], Props]) -> Props:
    return {**caption(part), "kind": part.kind, "box": sides(part.box), **_counts(part.strength)}


def _offered(strengths: Sequence[Named]) -> list[Props]:
    return [
        {"name": name, "label": label, "means": means, "wanted": is_wanted(name)} for name, label, means in strengths
    ]


def _counts(strength: Strength) -> Props:
    return {"strength": strength, "wanted": is_wanted(strength), "removable": True}


def marks(step: Step) -> list[Props]:
    """The further details that lie on the picture of a step."""
    here = (step.kind, step.key)
    further = [detail for detail in step.further if (detail.kind, detail.key) == here]
    return [{"role": detail.role, "box": sides(detail.box)} for detail in further]
