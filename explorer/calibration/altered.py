"""Pictures with known copies of a collection's details: altered details set into works, and altered whole works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from explorer.calibration.copies import cropped, random_alteration, redrawn, room_for, set_into
from explorer.calibration.sampling import DetailSampler, SampledDetail
from explorer.errors import ExplorerError
from explorer.features.regions import pool
from explorer.geometry import Box
from explorer.verification.calibration_result import UNCALIBRATED, Calibration
from explorer.workspace import Workspace, open_for_encoding
from explorer.workspace.tables import Tables, WorkFeatures, write_tables

PER_HOST = 3
"""Copies that are set into one picture."""

_Truth = list[tuple[SampledDetail, Box]]
"""The details of which a picture has a copy, and where."""


@dataclass(frozen=True)
class PlantedCopy:
    """A copy of a ``detail``, at ``box`` in the altered picture of number ``host``."""

    detail: SampledDetail
    host: int
    box: Box


@dataclass(frozen=True)
class AlteredPictures:
    """Pictures made for a calibration, encoded; matched and verified as a workspace's own works are."""

    tables: Tables
    pixels: dict[str, tuple[int, int]]
    calibration: Calibration = UNCALIBRATED

    def picture_sizes(self) -> dict[str, tuple[int, int]]:
        """Width and height in pixels, by name."""
        return self.pixels


class AlteredPictureMaker:
    """Makes and encodes pictures with copies of details, drawn by a sampler; ``done`` is called after each picture."""

    def __init__(self, workspace: Workspace, sampler: DetailSampler, done: Callable[[], None]) -> None:
        self.workspace, self.sampler, self.done = workspace, sampler, done

    def make(self, hosts: int, whole_works: int, folder: Path) -> tuple[AlteredPictures, list[PlantedCopy]]:
        """Details set into so many ``hosts``, and so many ``whole_works`` altered; their tables go into ``folder``."""
        planted: list[PlantedCopy] = []
        encoded: list[tuple[str, WorkFeatures, tuple[int, int]]] = []
        for image, truth in [*self._set_into_hosts(hosts), *self._altered_works(whole_works)]:
            number = len(encoded)
            encoded.append((str(number), self._encode(image), image.size))
            planted += [PlantedCopy(detail, number, box) for detail, box in truth]
            self.done()
        write_tables(folder, [(name, name) for name, _, _ in encoded], (features for _, features, _ in encoded))
        return AlteredPictures(Tables(folder), {name: size for name, _, size in encoded}), planted

    def _encode(self, image: Image.Image) -> WorkFeatures:
        """A picture as the tables store it; of its regions only the whole."""
        grid, points = self.workspace.encode_image(image, image.size)
        whole = np.array([[0, 0, 1, 1]], np.float32)
        vectors = pool(grid, whole.astype(np.float64)).astype(np.float16)
        return WorkFeatures(grid.vectors.astype(np.float16), whole, vectors, np.zeros((1, 1), np.float16), points)

    def _set_into_hosts(self, count: int) -> Iterator[tuple[Image.Image, _Truth]]:
        for row in self.sampler.shuffled_rows(count):
            try:
                host = self._picture(row).copy()
                details = self.sampler.things(PER_HOST)
                yield host, [copy for detail in details if (copy := self._set(host, detail, row))]
            except (ExplorerError, OSError):
                continue  # its file is gone since it was indexed

    def _set(self, host: Image.Image, detail: SampledDetail, row: int) -> tuple[SampledDetail, Box] | None:
        """A detail set into a host at a random place, perhaps over another copy; None where it is the host's own."""
        contents, rng = self.workspace.tables.contents, self.sampler.rng
        if contents[detail.row] == contents[row]:
            return None
        alteration = random_alteration(rng)
        source = self._picture(detail.row)
        size = room_for(detail.box, source.size, host.size, alteration)
        left, top = (int(rng.integers(0, max(1, whole - side))) for whole, side in zip(host.size, size, strict=True))
        copy = redrawn(cropped(source, detail.box), alteration)
        return detail, set_into(host, copy, (left, top), size, alteration.turn)

    def _altered_works(self, count: int) -> Iterator[tuple[Image.Image, _Truth]]:
        """Whole works in another medium, cropped a little at each side."""
        rng = self.sampler.rng
        for row in self.sampler.shuffled_rows(count):
            try:
                alteration = replace(random_alteration(rng), turn=0.0)
                image = redrawn(self._picture(row), alteration)
            except (ExplorerError, OSError):
                continue
            left, top, right, bottom = rng.uniform(0, 0.08, 4)
            width, height = image.size
            kept = (round(left * width), round(top * height), round((1 - right) * width), round((1 - bottom) * height))
            yield image.crop(kept), [(SampledDetail(row, Box.whole()), Box.whole())]

    def _picture(self, row: int) -> Image.Image:
        """A work's picture at the size at which it is read for encoding."""
        work = self.workspace.collection.work(self.workspace.tables.works[row])
        return open_for_encoding(self.workspace.original(work), self.workspace.config).image
