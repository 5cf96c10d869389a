"""What a calibration is fitted on: a collection's own details, found in copies made of them, and in unrelated works."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from explorer.calibration.copies import random_alteration, redrawn, room_for, set_into
from explorer.calibration.fit import Examples
from explorer.errors import ExplorerError
from explorer.features.regions import pool
from explorer.geometry import Box
from explorer.progress import Progress
from explorer.search.pipeline import (
    Found,
    VisualQuery,
    best_of_each,
    match_coarsely,
    match_densely,
    prepare,
    shortlist,
    verify,
)
from explorer.search.query import RegionPart
from explorer.verification import cue_vector
from explorer.verification.calibration_result import UNCALIBRATED, Calibration
from explorer.workspace import Workspace, open_for_encoding
from explorer.workspace.tables import Tables, WorkFeatures, write_tables

PER_HOST = 3
"""Copies that are set into one picture."""
MOST_HOSTS = 30
WHOLE = 8
"""Works of which a copy is made as a whole."""
SMOOTH, WHOLE_UNRELATED = 12, 12
"""Details in which there is least to see, and whole works, among the unrelated queries."""
LISTED = 20
"""Matches of an unrelated query that count: as many as a user is shown."""
VERIFIED = 40
HIT = 0.3
"""IoU with where the copy was set from which it counts as found."""
STAGE = "Calibrating match probabilities"
_SIDES = (0.1, 0.4)  # of a square of the picture's area
_TRIES = 3


@dataclass(frozen=True)
class Detail:
    """A place in an indexed work."""

    row: int
    box: Box


@dataclass(frozen=True)
class Planted:
    """A copy of a detail: the picture it lies in, by number, and where."""

    detail: Detail
    host: int
    box: Box


@dataclass(frozen=True)
class Altered:
    """Pictures made for a calibration, encoded; searched in as a workspace's own works are."""

    tables: Tables
    pixels: dict[str, tuple[int, int]]
    calibration: Calibration = UNCALIBRATED

    def picture_sizes(self) -> dict[str, tuple[int, int]]:
        return self.pixels


class Examiner:
    """Makes the examples of one workspace. Everything is drawn from one seed."""

    def __init__(self, workspace: Workspace, progress: Progress) -> None:
        self.workspace, self.progress = workspace, progress
        self.rows = workspace.present_rows()
        self.hosts = min(MOST_HOSTS, max(8, len(self.rows) // 2))
        self.wholes = min(WHOLE, max(3, len(self.rows) // 8))
        self.done, self.total = 0, self.hosts + self.wholes + 1
        self.rng = np.random.default_rng(0)

    def examples(self) -> Examples:
        """Copies and unrelated pairs together; the same queries are asked of both where that can be."""
        with tempfile.TemporaryDirectory() as scratch:
            planted = self._copies(Path(scratch) / "tables")
            return self._examined(planted)

    def _examined(self, planted: list[Planted]) -> Examples:
        queries = [one.detail for one in planted]
        unrelated = [*queries[::2], *self._smooth(), *self._whole_works()]
        numbers = {detail: number for number, detail in enumerate(dict.fromkeys([*queries, *unrelated]))}
        self.total = self.done + len(unrelated)
        cues = [(*found, numbers[one.detail]) for one, found in self._found_in_copies(planted)]
        for detail in unrelated:
            cues += [(cue, False, numbers[detail]) for cue in self._found_elsewhere(detail)]
            self._tick()
        return Examples(
            np.array([cue for cue, _, _ in cues], dtype=np.float64), np.array([right for _, right, _ in cues], bool),
            np.array([number for _, _, number in cues], int),
        )  # fmt: skip

    # -- details -----------------------------------------------------------------------------------------------------

    def _detail(self) -> Detail:
        """A place of a random size and proportion, anywhere in a random work."""
        row = int(self.rng.choice(self.rows))
        rows, columns = self.workspace.tables.shapes[row].tolist()
        unit = math.sqrt(rows * columns) * math.exp(self.rng.uniform(*np.log(_SIDES)))
        stretch = math.exp(self.rng.uniform(-0.4, 0.4))
        width, height = min(unit * stretch / columns, 0.9), min(unit / stretch / rows, 0.9)
        left, top = self.rng.uniform(0, 1 - width), self.rng.uniform(0, 1 - height)
        return Detail(row, Box(left, top, left + width, top + height))

    def _seen(self, detail: Detail) -> float:
        """How much there is to see in a detail: its cells' mean distinctiveness."""
        grid = self.workspace.tables.grid(detail.row).vectors
        rows, columns = grid.shape[:2]
        x0, y0, x1, y1 = detail.box.to_pixels(columns, rows)
        cells = grid[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)].reshape(-1, grid.shape[2])
        return float(self.workspace.distinctiveness(cells[:: max(1, len(cells) // 40)]).mean())

    def _things(self, count: int) -> list[Detail]:
        """Details in which there is something to see: the best of a few each time."""
        return [max((self._detail() for _ in range(_TRIES)), key=self._seen) for _ in range(count)]

    def _smooth(self) -> list[Detail]:
        return [min((self._detail() for _ in range(2 * _TRIES)), key=self._seen) for _ in range(SMOOTH)]

    def _whole_works(self) -> list[Detail]:
        rows = self.rng.permutation(self.rows)[:WHOLE_UNRELATED]
        return [Detail(int(row), Box.whole()) for row in rows]

    # -- copies ------------------------------------------------------------------------------------------------------

    def _copies(self, folder: Path) -> list[Planted]:
        """Copies set into other works, and copies of whole works; encoded into tables in ``folder``."""
        planted: list[Planted] = []
        features: list[tuple[str, WorkFeatures, tuple[int, int]]] = []
        for image, truth in [*self._set_into_hosts(), *self._redrawn_works()]:
            number = len(features)
            grid, points = self.workspace.encode_image(image, image.size)
            vectors = pool(grid, np.array([[0.0, 0.0, 1.0, 1.0]])).astype(np.float16)
            share = WorkFeatures(
                grid.vectors.astype(np.float16), np.array([[0, 0, 1, 1]], np.float32), vectors,
                np.zeros((1, 1), np.float16), points,
            )  # fmt: skip
            features.append((str(number), share, image.size))
            planted += [Planted(detail, number, box) for detail, box in truth]
            self._tick()
        write_tables(folder, [(name, name) for name, _, _ in features], (share for _, share, _ in features))
        self.altered = Altered(Tables(folder), {name: size for name, _, size in features})
        return planted

    def _set_into_hosts(self) -> Iterator[tuple[Image.Image, list[tuple[Detail, Box]]]]:
        for row in self.rng.permutation(self.rows)[: self.hosts].tolist():
            try:
                host = self._picture(row)
                yield host, [one for detail in self._things(PER_HOST) if (one := self._set(host, detail, row))]
            except (ExplorerError, OSError):
                continue  # its file is gone since it was indexed

    def _set(self, host: Image.Image, detail: Detail, row: int) -> tuple[Detail, Box] | None:
        """A detail set into a host at a random place, perhaps over another copy; None where it is the host's own."""
        if self.workspace.tables.contents[detail.row] == self.workspace.tables.contents[row]:
            return None
        alteration = random_alteration(self.rng)
        copy, source = self._crop(detail)
        size = room_for(detail.box, source, host.size, alteration)
        at = tuple(int(self.rng.integers(0, max(1, side - part))) for side, part in zip(host.size, size, strict=True))
        return detail, set_into(host, redrawn(copy, alteration), at, size, alteration.turn)

    def _redrawn_works(self) -> Iterator[tuple[Image.Image, list[tuple[Detail, Box]]]]:
        """Whole works in another medium, a little less of them shown."""
        for row in self.rng.permutation(self.rows)[: self.wholes].tolist():
            try:
                alteration = replace(random_alteration(self.rng), turn=0.0)
                image = redrawn(self._picture(row), alteration)
            except (ExplorerError, OSError):
                continue
            left, top, right, bottom = self.rng.uniform(0, 0.08, 4)
            width, height = image.size
            kept = (round(left * width), round(top * height), round((1 - right) * width), round((1 - bottom) * height))
            yield image.crop(kept), [(Detail(row, Box.whole()), Box.whole())]

    def _picture(self, row: int) -> Image.Image:
        """A work's picture as it is read for encoding."""
        return open_for_encoding(self._original(row), self.workspace.config).image.copy()

    def _crop(self, detail: Detail) -> tuple[Image.Image, tuple[int, int]]:
        """A detail's own pixels, and the size of its picture."""
        image = open_for_encoding(self._original(detail.row), self.workspace.config).image
        x0, y0, x1, y1 = detail.box.to_pixels(*image.size)
        return image.crop((x0, y0, max(x1, x0 + 2), max(y1, y0 + 2))), image.size

    def _original(self, row: int) -> Path:
        work = self.workspace.collection.work(self.workspace.tables.works[row])
        return self.workspace.original(work)

    # -- what is found -----------------------------------------------------------------------------------------------

    def _found_in_copies(self, planted: list[Planted]) -> Iterator[tuple[Planted, tuple[tuple[float, ...], bool]]]:
        """The best place in the picture that holds a copy, and whether it is the copy."""
        for one in planted:
            query = self._query(one.detail)
            verified = verify(
                self.altered, query, match_densely(self.altered, query, match_coarsely(self.altered, query, [one.host]))
            )
            for found in best_of_each(verified, 1):
                yield one, (_cues(found), found.box.iou(one.box) > HIT)

    def _found_elsewhere(self, detail: Detail) -> list[tuple[float, ...]]:
        """The cues of the matches that a search shows, works with the same picture left out."""
        query = self._query(detail)
        contents = self.workspace.tables.contents
        same = frozenset(row for row in self.rows.tolist() if contents[row] == contents[detail.row])
        seen = shortlist(self.workspace, query, same)
        verified = verify(self.workspace, query, match_densely(self.workspace, query, seen), VERIFIED)
        return [_cues(found) for found in best_of_each(verified, 1)[:LISTED]]

    def _query(self, detail: Detail) -> VisualQuery:
        return prepare(self.workspace, RegionPart(self.workspace.tables.works[detail.row], detail.box))

    def _tick(self) -> None:
        self.done += 1
        self.progress(STAGE, min(self.done, self.total), self.total)


def _cues(found: Found) -> tuple[float, ...]:
    said = found.evidence
    return cue_vector(said.similarity, said.agreement, said.significance) if said else (0.0, 0.0, 0.0)
