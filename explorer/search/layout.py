"""Whether the details of a query lie in a work as they do in the query's own picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.geometry import Box
from explorer.search.part_results import DetailResult
from explorer.search.query import RegionPart, VisualPart
from explorer.search.verify import VerifiedPlace

SLACK = 0.35
"""Standard deviation of a detail's distance from where the leading one predicts it, as a fraction of the distance
between the two and of its own size: at one of these the probability has fallen to 0.6 of what it was."""


def layout_factor(details: Sequence[DetailResult], lead: DetailResult, row: int) -> float:
    """How well the required details lie in a work where the ``lead`` predicts them, 0 to 1.

    Details of other pictures than the lead's have no predicted place and do not count; nor does a work in which the
    lead was not found.
    """
    factor = 1.0
    for detail in details:
        if detail is lead or not detail.required or _picture(detail.part) != _picture(lead.part):
            continue
        if row in detail.places and row in lead.places:
            place = lead.places[row]
            expected = predicted_centre(lead.query.detail.box, place, detail.query.detail.box)
            factor *= _nearness(expected, detail.places[row].box, place.box)
    return factor


def predicted_centre(box: Box, place: VerifiedPlace, second: Box) -> tuple[float, float]:
    """Where the centre of the ``second`` box of the query's picture lies in a work in which ``box`` lies at ``place``,
    perhaps mirrored; rotation is ignored."""
    across = place.box.width / box.width * (-1 if place.mirrored else 1)
    down = place.box.height / box.height
    (x, y), (x0, y0), (place_x, place_y) = second.centre, box.centre, place.box.centre
    return place_x + (x - x0) * across, place_y + (y - y0) * down


def _picture(part: VisualPart) -> object:
    return part.work if isinstance(part, RegionPart) else part.path


def _nearness(expected: tuple[float, float], found: Box, lead: Box) -> float:
    (x, y), (lead_x, lead_y) = found.centre, lead.centre
    reach = np.hypot(expected[0] - lead_x, expected[1] - lead_y) + np.sqrt(found.area)
    miss = np.hypot(expected[0] - x, expected[1] - y) / max(reach, 1e-6)
    return float(np.exp(-(miss**2) / (2 * SLACK**2)))
