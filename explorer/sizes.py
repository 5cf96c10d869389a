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
    from explorer.verify import Transform

SAME = 0.05
"""Difference in size up to which one cartoon may have been traced for both."""
NEARLY = 0.15
"""Difference up to which the measurements may hide that."""
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
    measured: bool
    """Whether the ratio comes from agreeing points; else from the two outlines, which is coarser."""
    rough: bool
    """Whether a photograph's proportions are not those of its work, so that the figures are rough."""


def sizes(query: Extent, query_box: Box, match: Extent, match_box: Box, transform: Transform | None) -> Sizes:
    """The sizes of a detail and of its match on their works.

    >>> from explorer.verify import Transform
    >>> panel, copper = Extent(100, 50, 2000, 1000), Extent(50, 25, 4000, 2000)
    >>> found = sizes(panel, Box(0, 0, 0.1, 0.2), copper, Box(0, 0, 0.2, 0.4), Transform(4.0, 0.0, False))
    >>> found.query, found.match, found.ratio
    ((10.0, 10.0), (10.0, 10.0), 1.0)
    """
    here, there = query.of(query_box), match.of(match_box)
    if transform is None:
        ratio = math.sqrt(there[0] * there[1] / (here[0] * here[1]))
    else:
        ratio = transform.scale * match.cm_per_pixel / query.cm_per_pixel
    return Sizes(here, there, ratio, transform is not None, not (query.fits and match.fits))
