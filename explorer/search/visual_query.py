"""A detail made ready for a search: vectors for the index, cells for matching, key points for verification."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.collection import open_picture
from explorer.collection.derivatives import THUMBNAIL_SIDE
from explorer.collection.pictures import picture_size
from explorer.encoder.absent import absent_encoder
from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap, mirror_vectors
from explorer.features.regions import pool
from explorer.matching.coarse import QUERY_CELLS as COARSE_QUERY_CELLS
from explorer.matching.dense import query_grid
from explorer.search.own_works import own_rows
from explorer.search.query import RegionPart, VisualPart, part_box
from explorer.verification import Detail, cue_vector
from explorer.verification.match_model import agreement
from explorer.workspace import Workspace
from explorer.workspace.picture_encoder import EncodedPicture

SMALLEST_DETAIL = 8
"""Least side of a detail, in pixels of the original."""
BLANK = 1.5
"""Standard deviation of a detail's tones, 0 to 255, below which it is of one colour."""
PROVABLE = 0.6
"""Match probability that a perfect copy must be able to reach by its cells alone, for a detail to be recognisable."""
_FEW_KEY_POINTS = 12


@dataclass(frozen=True)
class VisualQuery:
    """A detail ready to be searched for.

    ``vectors`` is ``(2, d) float32``, unit rows: its pooled vector as it is and mirrored (``(1, d)`` where both are the
    same). ``coarse_cells`` is its grid for coarse matching, ``detail`` what dense matching and verification use, and
    ``own`` the rows of the works that it is taken from.
    """

    vectors: np.ndarray
    coarse_cells: FeatureMap
    detail: Detail
    own: frozenset[int]


def prepare(workspace: Workspace, part: VisualPart) -> VisualQuery:
    """Everything that a search needs of a detail. Works of the collection need no model: their grids are stored.

    Raises :class:`ExplorerError` for an unknown work, an unreadable picture and a box outside it.
    """
    own = own_rows(workspace, part)
    box = part_box(part)
    grid, points, size = encoded(workspace, part, own)
    vectors = pool(grid, np.array([box.as_tuple()]))
    if grid.antisymmetric:
        vectors = np.concatenate([vectors, mirror_vectors(vectors, grid.antisymmetric)])
    cells = query_grid(grid, box)
    distinctive = workspace.distinctiveness(cells.vectors.reshape(-1, cells.vectors.shape[2]))
    detail = Detail(cells, box, size, points.inside(box), distinctive)
    return VisualQuery(vectors, query_grid(grid, box, COARSE_QUERY_CELLS), detail, own)


def encoded(workspace: Workspace, part: VisualPart, own: frozenset[int]) -> EncodedPicture:
    """The grid, key points and size of a part's whole picture: stored ones where it is a work (of row) in ``own``.

    Raises :class:`explorer.encoder.absent.ModelAbsent` where the collection has vectors of whole works only.
    """
    if not workspace.has_details:
        absent_encoder(workspace.config).refuse("Details")
    if own or isinstance(part, RegionPart):
        row = min(own)
        work = workspace.collection.work(workspace.tables.works[row])
        return workspace.tables.grid(row), workspace.tables.points(row), (work.width, work.height)
    return workspace.encode(part.path)


def refuse_unrecognisable(workspace: Workspace, part: VisualPart) -> None:
    """Raises :class:`ExplorerError` where a detail is too small or of one colour: anything would match it."""
    box = part_box(part)
    if isinstance(part, RegionPart):
        work = workspace.collection.work(part.work)
        width, height = work.width, work.height
    else:
        width, height = picture_size(part.path)
    wide, high = round(box.width * width), round(box.height * height)
    if min(wide, high) < SMALLEST_DETAIL:
        raise ExplorerError(
            f"The detail is only {wide} by {high} pixels; choose one of at least {SMALLEST_DETAIL} pixels on each side."
        )
    try:
        path = workspace.thumbnail(part.work) if isinstance(part, RegionPart) else part.path
        small = open_picture(path, long_side=THUMBNAIL_SIDE).image
    except (ExplorerError, OSError):
        return  # the picture is gone since it was indexed; what was computed of it can still be searched
    x0, y0, x1, y1 = box.to_pixels(*small.size)
    tones = np.asarray(small.crop((x0, y0, max(x1, x0 + 2), max(y1, y0 + 2))), dtype=np.float32)
    if float(tones.std(axis=(0, 1)).max()) < BLANK:
        raise ExplorerError("There is nothing to recognise here: the detail is all of one colour. Choose another.")


def little_to_go_by(workspace: Workspace, part: VisualPart) -> bool:
    """Whether even a perfect copy of a detail could not be verified: its cells are like most cells of the collection,
    and it has hardly any key points."""
    detail = prepare(workspace, part).detail
    best = cue_vector(1.0, agreement(detail.distinctive, range(len(detail.distinctive))), 0.0)
    probability = workspace.calibration.model.probability(np.array([best]))[0]
    return bool(len(detail.points) < _FEW_KEY_POINTS and probability < PROVABLE)
