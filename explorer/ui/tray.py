"""What the tray shows of a query, and what the picture shows of it: plain data, never HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from explorer.ui.views import Props, sides

if TYPE_CHECKING:
    from explorer.ui.session import FurtherDetail, Step


def tray(step: Step | None, caption: Callable[[Step | FurtherDetail], Props]) -> Props:
    """The parts of a query; empty before the first search. ``caption`` gives the facts that stand beside a picture."""
    if step is None or not step.searched:
        return {}
    return {
        "main": {**caption(step), "kind": step.kind, "box": sides(step.box)},
        "others": [
            {**caption(detail), "kind": detail.kind, "box": sides(detail.box), "role": detail.role, "index": index}
            for index, detail in enumerate(step.further)
        ],
        "words": step.words,
        "together": step.together,
        "layout": step.layout,
    }


def marks(step: Step) -> list[Props]:
    """The further details that lie on the picture of a step."""
    here = (step.kind, step.key)
    further = [detail for detail in step.further if (detail.kind, detail.key) == here]
    return [{"role": detail.role, "box": sides(detail.box)} for detail in further]
