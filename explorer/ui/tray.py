"""What the tray shows of a query, and what the picture shows of it: plain data, never HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from explorer.ui.views import Props, sides

if TYPE_CHECKING:
    from explorer.ui.session import Other, Step


def tray(step: Step | None, caption: Callable[[Step | Other], Props]) -> Props:
    """The parts of a query; nothing before the first search. ``caption`` says what a picture goes by."""
    if step is None or not step.searched:
        return {}
    return {
        "main": {**caption(step), "kind": step.kind, "box": sides(step.box)},
        "others": [
            {**caption(one), "kind": one.kind, "box": sides(one.box), "role": one.role, "index": index}
            for index, one in enumerate(step.others)
        ],
        "words": step.words,
        "together": step.together,
        "layout": step.layout,
    }


def marks(step: Step) -> list[Props]:
    """The further details that lie on the picture in view."""
    here = (step.kind, step.key)
    return [{"role": one.role, "box": sides(one.box)} for one in step.others if (one.kind, one.key) == here]
