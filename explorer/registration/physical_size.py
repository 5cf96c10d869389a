"""How large a detail is on the work itself, and whether two details are of one size, as a traced cartoon would be.

From the works' sizes in centimetres, which the catalogue states, and fractions of the picture. A photograph that shows
the frame, or only part of the work, makes this wrong: see :attr:`Sizes.rough`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.geometry import Box

if TYPE_CHECKING:
    from explorer.verification import Transform

SAME = 0.05
"""Difference in size up to which one cartoon may have been traced for both."""
NEARLY = 0.15
"""Difference up to which catalogues and photographs may be wrong about that: frames, rounding, trimmed edges."""
BY_POINTS, BY_CELLS = 0.02, 0.06
"""How far off a ratio may be, as a share of it: from key points and from cells. Of 63 true matches of the demo with 0.9
or more, nine in ten by key points came within 0.014 of the truth, and the five by cells alone within 0.061."""
BY_OUTLINES = 0.1
"""The same for two outlines, which follow what was drawn round the details as much as the details."""
_TURNED = 10.0
"""Degrees from upright (or lying) up to which the outlines of a turned detail can be held against one another."""
_PROPORTIONS = 0.08
"""How far a photograph's proportions may differ from those that the catalogue states."""


@dataclass(frozen=True)
class Extent:
    """One work: the size the catalogue states and that of its picture."""

    width_cm: float
    height_cm: float
    width: int
    """Pixels of the original."""
    height: int

    @property
    def fits(self) -> bool:
        """Whether catalogue and photograph agree on the proportions."""
        return abs(math.log(self.width_cm / self.height_cm * self.height / self.width)) <= _PROPORTIONS

    @property
    def cm_per_pixel(self) -> float:
        return math.sqrt(self.width_cm * self.height_cm / (self.width * self.height))

    def of(self, box: Box) -> tuple[float, float]:
        """Width and height of a place, in centimetres."""
        return box.width * self.width_cm, box.height * self.height_cm


@dataclass(frozen=True)
class Sizes:
    """Two details on their works, in centimetres (width, height)."""

    query: tuple[float, float]
    match: tuple[float, float]
    ratio: float
    """How many times as large the match is."""
    give: float
    """How far off the ratio may be, as a share of it."""
    measured: bool
    """Whether the ratio comes from agreeing points; else from the two outlines, which is coarser."""
    rough: bool
    """Whether a photograph's proportions are not those of its work, so that the figures are rough."""


def sizes(
    query: Extent, query_box: Box, match: Extent, match_box: Box, transform: Transform | None, give: float = BY_POINTS
) -> Sizes:
    """The sizes of a detail and of its match on their works; ``give`` is how far off the transform's scale may be.

    Where the two outlines, shown beside the ratio, say another ratio than the points, it may be off by as much.

    >>> from explorer.verification import Transform
    >>> panel, copper = Extent(100, 50, 2000, 1000), Extent(50, 25, 4000, 2000)
    >>> found = sizes(panel, Box(0, 0, 0.1, 0.2), copper, Box(0, 0, 0.2, 0.4), Transform(4.0, 0.0, False))
    >>> found.query, found.match, found.ratio
    ((10.0, 10.0), (10.0, 10.0), 1.0)
    """
    here, there = query.of(query_box), match.of(match_box)
    rough = not (query.fits and match.fits)
    outlined = math.sqrt(there[0] * there[1] / (here[0] * here[1]))
    if transform is None:
        return Sizes(here, there, outlined, BY_OUTLINES, False, rough)
    ratio = transform.scale * match.cm_per_pixel / query.cm_per_pixel
    if abs((transform.turn + 45) % 90 - 45) <= _TURNED:
        give = max(give, abs(outlined / ratio - 1))
    return Sizes(here, there, ratio, give, True, rough)
