"""Every training picture at several sizes, with what the teacher makes of it, computed once and kept.

A crop is then a slice of a sheet and its targets slices of the sheet's maps: no picture is seen twice by the teacher,
and what the student learns of a crop was judged with its surroundings in view.
"""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from explorer.adapt.pictures import Work
from explorer.adapt.principal import Principal
from explorer.adapt.teacher import Teacher

log = logging.getLogger(__name__)

CELL = 16  # pixels
LEVELS = (14, 20, 30)
"""Sizes of a picture's sheets, cells on the long side: a crop of ten is most of the first, a detail of the last."""
SQUARE = 14
"""Cells on both sides of one more sheet: the whole picture squeezed into what CLIP takes."""
MEANING_DIMS = 256
"""Principal directions kept of the teacher's last map."""
_CELLS_AT_ONCE = 3200
_VERSION = 1


class Sheets:
    """All sheets of ``works``; the teacher's maps are kept in ``folder`` and made again when anything differs.

    ``works (S,)`` names each sheet's work, ``shapes (S, 2)`` its rows and columns of cells (even numbers), ``square
    (S,)`` whether it is the whole picture squeezed. ``dense (all cells, 96)`` and ``meaning (all cells / 4, D)`` lie
    end to end, a sheet's from its ``first`` (and a quarter of it) on.
    """

    def __init__(self, works: list[Work], teacher: Teacher, folder: Path) -> None:
        sizes = [(w, level) for w in range(len(works)) for level in (*LEVELS, 0)]
        self.works = np.array([w for w, _ in sizes])
        self.square = np.array([level == 0 for _, level in sizes])
        self.shapes = np.array([_cells(works[w].pixels, level) for w, level in sizes])
        self.pixels = [
            np.asarray(Image.fromarray(works[w].pixels).resize((columns * CELL, rows * CELL), Image.Resampling.BICUBIC))
            for w, (rows, columns) in zip(self.works, self.shapes.tolist(), strict=True)
        ]
        self.first = np.concatenate([[0], np.cumsum(self.shapes.prod(axis=1))])
        self._fill(works, teacher, folder)

    def crop(self, sheet: int, top: int, left: int, cells: tuple[int, int]) -> tuple[np.ndarray, ...]:
        """Pixels, dense cells ``(rows, columns, 96)`` and meaning ``(rows / 2, columns / 2, D)``; all places even."""
        rows, columns = cells
        tall, wide = self.shapes[sheet]
        pixels = self.pixels[sheet][top * CELL : (top + rows) * CELL, left * CELL : (left + columns) * CELL]
        start, end = self.first[sheet], self.first[sheet + 1]
        dense = self.dense[start:end].reshape(tall, wide, -1)[top : top + rows, left : left + columns]
        half = self.meaning[start // 4 : end // 4].reshape(tall // 2, wide // 2, -1)
        return pixels, dense, half[top // 2 : (top + rows) // 2, left // 2 : (left + columns) // 2]

    def _fill(self, works: list[Work], teacher: Teacher, folder: Path) -> None:
        """Read the teacher's maps, or run it."""
        record, key = folder / "sheets.json", _key(works)
        if not record.is_file() or json.loads(record.read_text("utf-8")) != key:
            folder.mkdir(parents=True, exist_ok=True)
            record.unlink(missing_ok=True)
            self._ask(teacher, folder)
            record.write_text(json.dumps(key), "utf-8")
        self.dense, self.meaning = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("dense", "meaning"))
        stored = np.load(folder / "directions.npz", allow_pickle=False)
        self.reduced = Principal(stored["mean"], stored["basis"])

    def _ask(self, teacher: Teacher, folder: Path) -> None:
        reduced = self._fitted(teacher)
        np.savez(folder / "directions.npz", mean=reduced.mean, basis=reduced.basis)
        cells, dims = int(self.first[-1]), reduced.basis.shape[1]
        dense = np.lib.format.open_memmap(folder / "dense.npy", "w+", np.float16, (cells, 96))
        meaning = np.lib.format.open_memmap(folder / "meaning.npy", "w+", np.float16, (cells // 4, dims))
        done = 0
        for group in self._alike():
            found = teacher.run(self._stacked(group))
            near = found.dense.permute(0, 2, 3, 1).flatten(1, 2).cpu().numpy()
            far = reduced.reduced(found.meaning.permute(0, 2, 3, 1).flatten(1, 2).cpu().numpy())
            for sheet, cell, kind in zip(group, near, far, strict=True):
                start, end = self.first[sheet], self.first[sheet + 1]
                dense[start:end], meaning[start // 4 : end // 4] = cell, kind
            done += len(group)
            if done // 500 != (done - len(group)) // 500:
                log.info("the teacher has seen %d of %d sheets", done, len(self.works))
        dense.flush()
        meaning.flush()

    def _fitted(self, teacher: Teacher) -> Principal:
        chosen = np.flatnonzero(self.square)
        chosen = chosen[:: max(1, len(chosen) // 400)]
        found = [teacher.run(self._stacked(part)).meaning for part in np.array_split(chosen, max(1, len(chosen) // 16))]
        cells = torch.cat([part.permute(0, 2, 3, 1).flatten(0, 2) for part in found]).cpu().numpy()
        return Principal.fitted(cells, MEANING_DIMS)

    def _alike(self) -> list[np.ndarray]:
        """Sheets of one shape together, as many as the teacher takes at once."""
        groups = []
        for shape in np.unique(self.shapes, axis=0):
            same = np.flatnonzero((self.shapes == shape).all(axis=1))
            groups += np.array_split(same, -(-len(same) // max(1, _CELLS_AT_ONCE // int(shape.prod()))))
        return groups

    def _stacked(self, sheets: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.stack([self.pixels[sheet] for sheet in sheets])).permute(0, 3, 1, 2) / 255


def _cells(pixels: np.ndarray, level: int) -> tuple[int, int]:
    """Rows and columns of a picture with ``level`` cells on its long side; ``level`` 0 is the square."""
    if level == 0:
        return SQUARE, SQUARE
    height, width = pixels.shape[:2]
    factor = level / max(height, width) / 2
    return max(2, 2 * round(height * factor)), max(2, 2 * round(width * factor))


def _key(works: list[Work]) -> dict[str, object]:
    """What the maps were made from: differs when they would."""
    digest = hashlib.sha256()
    for work in works:
        digest.update(work.name.encode() + work.pixels.tobytes())
    return {"version": _VERSION, "levels": [*LEVELS, SQUARE], "works": digest.hexdigest()}
