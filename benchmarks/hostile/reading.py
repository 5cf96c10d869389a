"""Hostile pictures through the reading of pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.hostile.bombs import bombs
from benchmarks.hostile.mutations import ANYTHING, SAME, Hostile, hostile_picture
from benchmarks.hostile.outcome import CRASH, SILENT, UNSAID, Measured, Outcome
from benchmarks.hostile.sentences import fault_of
from benchmarks.hostile.watched import Verdict, serve, try_all
from explorer.collection.pictures import MOST_PIXELS, open_picture, picture_size
from explorer.errors import ExplorerError

LONG_SIDE = 640
"""To which half of the files are reduced as they are read, as indexing does."""


def read_hostile(seed: int, count: int, keep: Path | None = None, with_bombs: bool = True) -> Outcome:
    """Read ``count`` mutated files and all bombs; those that fail are written to the folder ``keep``, if named."""
    first = -len(bombs()) if with_bombs else 0  # negative numbers are bombs
    with Measured(Outcome("pictures")) as outcome:
        try_all(
            "benchmarks.hostile.reading", seed, range(first, count), outcome, lambda number: case(seed, number).words
        )
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        for failure in outcome.failures:
            number = failure.case.split(":")[0]
            failed = case(seed, int(number))
            (keep / f"picture{number}.{failed.ending}").write_bytes(failed.content)
    return outcome


def case(seed: int, number: int) -> Hostile:
    """The file of a number; of a negative one, a bomb."""
    return bombs()[number] if number < 0 else hostile_picture(seed, number)


# -- in the reading process --------------------------------------------------------------------------------------------


def attempt(seed: int, number: int, folder: Path) -> Verdict:
    """Read one file, whole or reduced, and say what became of it."""
    hostile = case(seed, number)
    path = folder / f"a.{hostile.ending}"
    path.write_bytes(hostile.content)
    verdict = _judged(hostile, path, LONG_SIDE if number % 2 else None)
    path.unlink()
    return verdict


def _judged(  # noqa: PLR0911 (one for each way of failing)
    hostile: Hostile, path: Path, long_side: int | None
) -> Verdict:
    try:
        width, height = picture_size(path)
        picture = open_picture(path, long_side)
    except ExplorerError as error:
        fault = fault_of(str(error), path.parent)
        if hostile.judged == SAME:
            return Verdict(SILENT, f"refused though it is whole: {error}")
        return Verdict(UNSAID, f"{fault}: {error}") if fault else Verdict("", "refused")
    except Exception as error:
        return Verdict(CRASH, f"{type(error).__name__}: {error}")
    image = picture.image
    if (picture.width, picture.height) != (width, height) or width * height > MOST_PIXELS:
        return Verdict(SILENT, f"{width} by {height} pixels by its header, {image.size} when opened")
    if image.mode != "RGB" or (long_side and max(image.size) > long_side):
        return Verdict(SILENT, f"{image.mode}, {image.size}")
    if hostile.judged != ANYTHING and not np.array_equal(np.asarray(image), _whole(hostile, path.parent, long_side)):
        return Verdict(SILENT, "another picture than that of the whole file")
    return Verdict("", "a picture")


_wholes: dict[tuple[str, int | None], np.ndarray] = {}


def _whole(hostile: Hostile, folder: Path, long_side: int | None) -> np.ndarray:
    """The pixels of the whole file that a case was made from."""
    key = hostile.seed.name, long_side
    if key not in _wholes:
        path = folder / f"whole.{hostile.seed.ending}"
        path.write_bytes(hostile.seed.content)
        _wholes[key] = np.asarray(open_picture(path, long_side).image)
    return _wholes[key]


if __name__ == "__main__":
    serve(attempt)
