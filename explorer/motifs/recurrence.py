"""How often each part of a work recurs: of every cell, how many other works have a motif that covers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from explorer.collection.kept_motifs import KeptInstance
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.motifs.discovery import discovered
from explorer.motifs.layer import ShownMotif, Sizes, shown_motifs
from explorer.workspace import Workspace

CELLS = 64
"""Cells on the long side of a work."""
FIND_FIRST = "No motifs have been looked for in this collection yet: find them first, in the tab Motifs."


@dataclass(frozen=True)
class RecurringPlace:
    """A place of a work that is in others: one instance of a motif. ``found`` are the instances in other works, each
    work once, at its surest."""

    box: Box
    motif: str
    name: str
    found: tuple[KeptInstance, ...]


@dataclass(frozen=True)
class Recurrence:
    """Which parts of a work are in others: ``counts (rows, columns) int`` of other works by cell, and the ``places``,
    those in most works first."""

    work: str
    counts: np.ndarray
    places: tuple[RecurringPlace, ...]

    @property
    def works(self) -> int:
        """How many other works have any part of it."""
        return len({each.work for place in self.places for each in place.found})

    @property
    def unmatched(self) -> np.ndarray:
        """The cells without a match in any other work, ``(rows, columns) bool``."""
        nowhere: np.ndarray = self.counts == 0
        return nowhere

    def to_json(self, sizes: Sizes) -> dict[str, Any]:
        """A record for JSON; ``sizes`` are width and height of the works' originals, for boxes in pixels."""
        return {
            "file": self.work, "works": self.works, "unmatched": round(float(self.unmatched.mean()), 4),
            "rows": self.counts.shape[0], "columns": self.counts.shape[1], "counts": self.counts.ravel().tolist(),
            "places": [
                {
                    "box": list(place.box.to_pixels(*sizes[self.work])), "motif": place.motif, "name": place.name,
                    "found": [
                        {"file": each.work, "box": list(each.box.to_pixels(*sizes[each.work])),
                         "score": each.score and round(each.score, 4)}
                        for each in place.found
                    ],
                }
                for place in self.places
            ],
        }  # fmt: skip


def recurrence(workspace: Workspace, work: str) -> Recurrence:
    """Which parts of a work are in other works, by the motifs that were discovered and what people made of them.

    Instances that somebody called doubtful do not count, nor do works with the very same picture. Raises
    :class:`ExplorerError` for a work that is not there, and where no motifs were looked for.
    """
    found, kept = discovered(workspace), workspace.collection.motifs.all()
    sizes = workspace.picture_sizes()
    if work not in sizes:
        workspace.collection.work(work)
    if found is None and not kept:
        raise ExplorerError(FIND_FIRST)
    same = _same_picture(workspace, work)
    return recurrence_in(shown_motifs(found.motifs if found else (), kept), same, sizes)


def recurrence_in(motifs: Sequence[ShownMotif], same: Sequence[str], sizes: Sizes) -> Recurrence:
    """The same from given ``motifs``. ``same`` are the works with one picture, the one that is meant first; works that
    are not in ``sizes`` left the collection."""
    places = [place for motif in motifs for place in _places(motif, set(same), sizes)]
    places.sort(key=lambda place: (-len(place.found), -place.box.area))
    width, height = sizes[same[0]]
    shape = max(1, round(CELLS * height / max(width, height))), max(1, round(CELLS * width / max(width, height)))
    covered: dict[str, np.ndarray] = {}
    for place in places:
        cells = cells_inside(place.box, shape)
        for each in place.found:
            covered.setdefault(each.work, np.zeros(shape, bool))[cells] = True
    counts = sum((cells.astype(np.int32) for cells in covered.values()), np.zeros(shape, np.int32))
    return Recurrence(same[0], counts, tuple(places))


def cells_inside(box: Box, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of the cells whose middle lies in a box; the nearest where none does.

    >>> cells_inside(Box(0.0, 0.2, 0.5, 0.9), (4, 4))
    (slice(1, 4, None), slice(0, 2, None))
    """
    (top, bottom), (left, right) = (
        (ceil(start * count - 0.5), ceil(end * count - 0.5))
        for start, end, count in ((box.y0, box.y1, shape[0]), (box.x0, box.x1, shape[1]))
    )
    top, left = min(top, shape[0] - 1), min(left, shape[1] - 1)
    return slice(top, max(bottom, top + 1)), slice(left, max(right, left + 1))


def _places(motif: ShownMotif, same: set[str], sizes: Sizes) -> list[RecurringPlace]:
    present = [each for each in motif.instances if each.work in sizes and each.relation != "doubtful"]
    elsewhere: dict[str, KeptInstance] = {}
    for each in sorted(present, key=lambda instance: -(instance.score or 0.0)):
        if each.work not in same:
            elsewhere.setdefault(each.work, each)
    here = [each for each in present if each.work in same]
    return [RecurringPlace(each.box, motif.id, motif.name, tuple(elsewhere.values())) for each in here if elsewhere]


def _same_picture(workspace: Workspace, work: str) -> list[str]:
    """A work, and those with the same picture: discovery looks at one of them."""
    tables = workspace.tables
    equal = tables.equal_rows.get(tables.rows[work], ()) if work in tables.rows else ()
    return [work, *(tables.works[row] for row in equal if tables.works[row] != work)]
