"""Registration of two pictures by what they share: key points, cells of the grids, or both.

Either picture is a work of the collection, by its id, or a file that is none, by its path. Key points are exact, but
only found where the same brush or block made the same marks; cells find the same thing in another medium, but coarsely.
So either is tried alone and both together, as they are and mirrored, and the registration least likely to be chance is
kept. A match that a search found has a transform of its own and needs none of this: see
:mod:`explorer.registration.match`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.registration.estimators import KINDS, Kind
from explorer.registration.fit import (
    NOTHING_AGREES,
    PointPairs,
    Registration,
    fit_registration,
    inverted,
    registration_by_hand,
)
from explorer.registration.homography import moved
from explorer.registration.match import MatchedBoxes, overlap_with_match
from explorer.registration.mutual import mutual_points
from explorer.registration.pictures import Excerpt, Picture, find_picture, read_excerpt
from explorer.verification.keypoints import matching_key_points
from explorer.workspace import Workspace

CLOSE, LOOSE = 12.0, 40.0
"""Greatest errors of inliers among key points, and among cells, in thousandths of the long side; a cell is 20 to 36."""
DISTINCT_CELLS = 100.0
"""Thousandths of the long side within which cells count as one: neighbours look alike, and agree or err together."""
SURE, SURE_BY_CELLS = -4.0, -8.0
"""Logarithms of false alarms below which two works count as registered. Of 250 unrelated pairs none agreed by key
points at all; by cells the least was -6.8 (two portraits, head on head); of 250 others with the small model of
today -2.8."""
LIKELY = -3.0
"""The same where a search has found the detail: there the boxes must come to lie on one another as well."""
AROUND = 0.5
"""How much around a detail and its match is compared, as a fraction of their sides."""
SAME_PLACE = 0.25
"""IoU of a mapped detail with its match from which a registration agrees with the match."""
CLOSELY = 0.6
"""The same, from which a registration of the whole pictures needs no other that holds only around the detail."""


def register(
    workspace: Workspace, first: str | Path, second: str | Path, near: MatchedBoxes | None = None
) -> Registration:
    """The registration of the first picture on the second by what they share.

    ``near`` are a detail of the first picture and the box where a search found it on the second: the registration must
    then map one onto the other, and may hold only around them. The last few hundred results are kept in memory.

    Raises :class:`ExplorerError` for pictures that are not there, for twice the same one, and when nothing agrees.
    """
    pictures = find_picture(workspace, first), find_picture(workspace, second)
    if pictures[0] == pictures[1]:
        raise ExplorerError("These are the same work; choose another to compare it with.")
    swapped = pictures[0].path > pictures[1].path  # one result for both orders, so that swapping the two moves nothing
    if swapped:
        pictures = pictures[::-1]
    boxes = near[::-1] if swapped and near is not None else near
    found = _registered(workspace, pictures, boxes)
    if found is None:
        raise ExplorerError(NOTHING_AGREES)
    return inverted(found, pictures[0].size, pictures[1].size) if swapped else found


def register_by_hand(
    workspace: Workspace, first: str | Path, second: str | Path, pairs: np.ndarray, mirror: bool = False
) -> Registration:
    """The registration of the first picture on the second by ``pairs (M, 4)`` of points that a person set: x, y on
    either, fractions. ``mirror`` decides where there are only two.

    Raises :class:`ExplorerError` for pictures that are not there, and when the points do not determine a registration.
    """
    sizes = find_picture(workspace, first).size, find_picture(workspace, second).size
    pairs = np.asarray(pairs, np.float64).reshape(-1, 4)
    return registration_by_hand(PointPairs(pairs[:, :2], pairs[:, 2:], sizes), mirror)


@lru_cache(maxsize=256)
def _registered(
    workspace: Workspace, pictures: tuple[Picture, Picture], near: MatchedBoxes | None
) -> Registration | None:
    """The best registration of two pictures, or None."""
    first, second = (read_excerpt(workspace, picture, Box.whole()) for picture in pictures)
    found = [registration for registration, sure in _attempts(first, second) if registration.log_false_alarms < sure]
    if near is None:
        return min(found, key=_rank, default=None)
    agreeing = [registration for registration in found if overlap_with_match(registration.matrix, near) > SAME_PLACE]
    best = min(agreeing, key=_rank, default=None)
    if best is not None and overlap_with_match(best.matrix, near) > CLOSELY:
        return best
    local = min(_around_match(workspace, pictures, near), key=_rank, default=None)
    candidates = [registration for registration in (best, local) if registration is not None]
    return max(candidates, key=lambda candidate: overlap_with_match(candidate.matrix, near), default=None)


def forget_registrations() -> None:
    """Let go of all registrations that are kept in memory, and so of the workspaces that they were made with."""
    _registered.cache_clear()


def _rank(registration: Registration) -> float:
    """The lower the better: the logarithm of false alarms, doubled where the inliers agree closely, as key points do.
    Cells are many and may have fewer false alarms, but their residuals are about four times as large."""
    return registration.log_false_alarms * (2 if registration.residual < CLOSE / 2000 else 1)


def _around_match(workspace: Workspace, pictures: tuple[Picture, Picture], near: MatchedBoxes) -> list[Registration]:
    """Registrations by what lies in and around a detail and its match, where they agree with the match."""
    first, second = (
        read_excerpt(workspace, picture, box.widened(AROUND).clipped())
        for picture, box in zip(pictures, near, strict=True)
    )
    kinds = KINDS[:2]  # the perspective of a detail means nothing for the rest
    found = [_of_wholes(local, (first, second), pictures) for local, _ in _attempts(first, second, kinds)]
    return [
        registration
        for registration in found
        if registration.log_false_alarms < LIKELY and overlap_with_match(registration.matrix, near) > SAME_PLACE
    ]


def _of_wholes(
    local: Registration, excerpts: tuple[Excerpt, Excerpt], pictures: tuple[Picture, Picture]
) -> Registration:
    """A registration of two excerpts, in fractions of them, as one of the whole pictures."""
    first, second = (_to_whole(excerpt.area) for excerpt in excerpts)
    pairs = local.inlier_pairs
    return replace(
        local,
        matrix=second @ local.matrix @ np.linalg.inv(first),
        inlier_pairs=np.column_stack([moved(first, pairs[:, :2]), moved(second, pairs[:, 2:])]),
        spread=local.spread * excerpts[0].area.area,
        residual=local.residual * max(excerpts[1].size) / max(pictures[1].size),
    )


def _to_whole(area: Box) -> np.ndarray:
    """From fractions of an excerpt to fractions of the picture, ``(3, 3)``."""
    return np.array([[area.width, 0, area.x0], [0, area.height, area.y0], [0, 0, 1.0]])


def _attempts(first: Excerpt, second: Excerpt, kinds: tuple[Kind, ...] = KINDS) -> Iterator[tuple[Registration, float]]:
    """The registrations by key points, by cells and by both, unmirrored and mirrored; each with the logarithm of false
    alarms below which it is relied on for whole pictures."""
    sizes = first.size, second.size
    for mirror in (False, True):
        cells = mutual_points(first.cells, second.cells, mirror)
        described = first.points.with_mirrored_descriptors() if mirror else first.points
        rows = matching_key_points(described, second.points)
        points = described.places[rows[:, 0]], second.points.places[rows[:, 1]]
        found = fit_registration(PointPairs(*points, sizes), CLOSE, mirror, kinds)
        if found is not None:
            yield found, SURE
        both = np.concatenate([points[0], cells[0]]), np.concatenate([points[1], cells[1]])
        for pairs in (cells, both):
            found = fit_registration(PointPairs(*pairs, sizes), LOOSE, mirror, kinds, DISTINCT_CELLS)
            if found is not None:
                yield found, SURE_BY_CELLS
