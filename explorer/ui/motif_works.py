"""Works that share motifs, drawn: plain data, tested without a browser."""

from __future__ import annotations

from collections.abc import Mapping

from explorer.collection import Work
from explorer.motifs.works_drawing import Drawing, Drawings
from explorer.ui import views

PAGE = 12
"""Drawings that are sent at a time."""
MOST_LINES = 120
"""Pairs of works of a drawing that are listed, the strongest ones, beside those that are drawn."""


def drawings(found: Drawings, works: Mapping[str, Work], start: int) -> views.Props:
    """Drawings from ``start`` on, and how many there are in all."""
    return {
        "from": start, "total": found.total, "works": found.works,
        "drawings": [shown(drawn, works) for drawn in found.drawn],
    }  # fmt: skip


def shown(drawn: Drawing, works: Mapping[str, Work]) -> views.Props:
    """A drawing: works with their places in fractions of it, and lines by the numbers of their works."""
    width, height = drawn.size
    lines = [line for number, line in enumerate(drawn.lines) if line.drawn or number < MOST_LINES]
    return {
        "width": round(width, 3), "height": round(height, 3),
        "works": [
            {**_caption(name, works), "group": group, "x": round(x / width, 5), "y": round(y / height, 5)}
            for name, group, (x, y) in zip(drawn.works, drawn.groups, drawn.middles, strict=True)
        ],
        "lines": [
            {"between": [line.first, line.second], "motifs": line.motifs, "weight": round(line.weight, 2),
             "versions": line.versions, "drawn": line.drawn}
            for line in lines
        ],
        "pairs": len(drawn.lines), "elsewhere": drawn.elsewhere,
    }  # fmt: skip


def _caption(name: str, works: Mapping[str, Work]) -> views.Props:
    work = works.get(name)
    return views.caption(work) if work else {"work": name, "title": name, "artist": "", "date": "", "aspect": 1.0}
