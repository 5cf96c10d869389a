"""The physical size of a detail and of its match, and whether they are of one size, as a traced cartoon would be.

Sizes follow from the works' dimensions in centimetres, which the catalogue states, and from boxes in fractions of the
picture. They are wrong where a photograph shows the frame, or only part of the work: see
:attr:`SizeComparison.unreliable`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.geometry import Box

if TYPE_CHECKING:
    from explorer.verification import Transform

SAME_SIZE = 0.05
"""Difference in size up to which one cartoon may have been traced for both, as a share."""
NEARLY_SAME_SIZE = 0.15
"""Difference up to which catalogues and photographs may be wrong about that: frames, rounding, trimmed edges."""
TOLERANCE_BY_POINTS, TOLERANCE_BY_CELLS = 0.02, 0.06
"""Error of a ratio, as a share of it, by key points and by cells. Of 63 true matches of the demo with 0.9 or more, nine
in ten by key points came within 0.014 of the truth, and the five by cells alone within 0.061."""
TOLERANCE_BY_BOXES = 0.1
"""The same by the boxes, which follow what was drawn around the details as much as the details."""
_MOST_TURN = 10.0
"""Degrees from a multiple of 90 up to which the boxes of a turned detail can be compared."""
_PROPORTIONS = 0.08
"""Greatest difference, of logarithms, of a photograph's proportions from those that the catalogue states."""


@dataclass(frozen=True)
class WorkSize:
    """The size of a work that the catalogue states, and that of its picture."""

    width_cm: float
    height_cm: float
    width: int
    """Pixels of the original."""
    height: int
    """Pixels of the original."""

    @property
    def fits(self) -> bool:
        """Whether catalogue and photograph agree on the proportions."""
        return abs(math.log(self.width_cm / self.height_cm * self.height / self.width)) <= _PROPORTIONS

    @property
    def cm_per_pixel(self) -> float:
        """Centimetres of the work per pixel of the original, the mean of both directions."""
        return math.sqrt(self.width_cm * self.height_cm / (self.width * self.height))

    def box_size(self, box: Box) -> tuple[float, float]:
        """Width and height of a box, in centimetres."""
        return box.width * self.width_cm, box.height * self.height_cm


@dataclass(frozen=True)
class SizeComparison:
    """The sizes of a detail and of its match on their works."""

    query: tuple[float, float]
    """Width and height of the detail, in centimetres."""
    match: tuple[float, float]
    """Width and height of the match, in centimetres."""
    ratio: float
    """How many times as large the match is."""
    tolerance: float
    """How far off the ratio may be, as a share of it."""
    by_transform: bool
    """Whether the ratio comes from the fitted transform; else from the two boxes, which is coarser."""
    unreliable: bool
    """Whether a photograph's proportions are not those of its work, so that the figures may be far off."""


def compare_sizes(
    query: tuple[WorkSize, Box], match: tuple[WorkSize, Box], transform: Transform | None,
    tolerance: float = TOLERANCE_BY_POINTS,
) -> SizeComparison:  # fmt: skip
    """The sizes of a detail and of its match, each given by its work and its box.

    ``tolerance`` is how far off the transform's scale may be, as a share. The boxes are shown beside the ratio: where
    their own ratio is another than the transform's, the tolerance is at least the difference.

    >>> from explorer.verification import Transform
    >>> panel, copper = WorkSize(100, 50, 2000, 1000), WorkSize(50, 25, 4000, 2000)
    >>> found = compare_sizes(
    ...     (panel, Box(0, 0, 0.1, 0.2)), (copper, Box(0, 0, 0.2, 0.4)), Transform(4.0, 0.0, False)
    ... )
    >>> found.query, found.match, found.ratio
    ((10.0, 10.0), (10.0, 10.0), 1.0)
    """
    query_size, match_size = (work.box_size(box) for work, box in (query, match))
    unreliable = not (query[0].fits and match[0].fits)
    ratio_of_boxes = math.sqrt(match_size[0] * match_size[1] / (query_size[0] * query_size[1]))
    if transform is None:
        return SizeComparison(query_size, match_size, ratio_of_boxes, TOLERANCE_BY_BOXES, False, unreliable)
    ratio = transform.scale * match[0].cm_per_pixel / query[0].cm_per_pixel
    if abs((transform.turn + 45) % 90 - 45) <= _MOST_TURN:
        tolerance = max(tolerance, abs(ratio_of_boxes / ratio - 1))
    return SizeComparison(query_size, match_size, ratio, tolerance, True, unreliable)
