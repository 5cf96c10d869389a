"""The sizes of a query's detail and of a match on the works themselves, where the catalogue states them."""

from __future__ import annotations

from explorer.collection import Work
from explorer.geometry import Box
from explorer.search.query import Match
from explorer.verification.physical_size import (
    TOLERANCE_BY_CELLS,
    TOLERANCE_BY_POINTS,
    SizeComparison,
    WorkSize,
    compare_sizes,
)

ENOUGH_KEY_POINTS = 5
"""Key points from which on they alone locate a match and give its size; cells are coarser."""


def extent(work: Work | None) -> WorkSize | None:
    """A work's size, where the catalogue states it."""
    if work is None or not work.width_cm or not work.height_cm or not work.width or not work.height:
        return None
    return WorkSize(work.width_cm, work.height_cm, work.width, work.height)


def measured(match: Match, work: Work, query_work: Work | None, query_box: Box) -> SizeComparison | None:
    """The detail's and the match's sizes in centimetres, where the catalogue has both works'. ``query_work`` is the
    work searched from, None for a picture from elsewhere."""
    here, there, found = extent(query_work), extent(work), match.evidence
    if found is None or not found.inliers:  # nothing relates the two details, so neither do their sizes
        return None
    if here is None or there is None:
        return None
    tolerance = TOLERANCE_BY_POINTS if found.key_points >= ENOUGH_KEY_POINTS else TOLERANCE_BY_CELLS
    return compare_sizes((here, query_box), (there, match.box), found.transform, tolerance)
