"""Tables of objects in pictures: a CSV with the columns file, class, x0, y0, x1, y1, read as the untrusted input it is.

Boxes are pixels of the original picture, upright. Files are named by their bare names or by their path in the
collection. Other columns are ignored.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.collection.spreadsheet import read_spreadsheet
from explorer.errors import ExplorerError
from explorer.evaluate.annotations import Pixels, WorkNames, shown
from explorer.geometry import Box

COLUMNS = ("file", "class", "x0", "y0", "x1", "y1")
MOST_BOXES = 200_000
MOST_CLASSES = 500
LONGEST_CLASS = 300
"""Characters: a class is searched for as words."""


@dataclass(frozen=True)
class ObjectBox:
    """An object of a class in a picture; ``file`` and ``box`` (pixels) as the table gives them."""

    row: int
    """Its row in the table, from 1, the headings not counted."""
    file: str
    name: str
    """The class."""
    box: Pixels


@dataclass(frozen=True)
class PlacedObject:
    """The same in a work of the collection, the box as fractions of it."""

    work: str
    name: str
    box: Box


def read_object_boxes(path: Path) -> tuple[ObjectBox, ...]:
    """All rows of a table, in its order.

    Raises :class:`ExplorerError`, naming the row, when it cannot be read or anything in it is not as it should be.
    """
    headings, rows = read_spreadsheet(path)
    called = path.name
    if missing := [column for column in COLUMNS if column not in headings]:
        raise ExplorerError(f"{called} has no column {missing[0]!r}; boxes need the columns {', '.join(COLUMNS)}.")
    if not rows:
        raise ExplorerError(f"{called} holds no boxes.")
    if len(rows) > MOST_BOXES:
        raise ExplorerError(f"{called} has {len(rows):,} boxes; {MOST_BOXES:,} are the most at a time.")
    boxes = tuple(_box(row, number, called) for number, row in enumerate(rows, start=1))
    if (classes := len({box.name for box in boxes})) > MOST_CLASSES:
        raise ExplorerError(f"{called} has {classes:,} classes; {MOST_CLASSES:,} are the most at a time.")
    return boxes


def _box(row: Mapping[str, str], number: int, called: str) -> ObjectBox:
    where = f"{called}: row {number:,}"
    file, name = row["file"], " ".join(row["class"].split())
    if not file:
        raise ExplorerError(f"{where} names no file.")
    if not name or len(name) > LONGEST_CLASS:
        raise ExplorerError(f"{where} must name a class in 1 to {LONGEST_CLASS} characters.")
    given = [row[column] for column in COLUMNS[2:]]
    wrong = f"{where} needs a box of four numbers x0, y0, x1, y1, in pixels, not {shown(given)}."
    try:
        x0, y0, x1, y1 = (float(cell) for cell in given)
    except ValueError:
        raise ExplorerError(wrong) from None
    if not all(map(math.isfinite, (x0, y0, x1, y1))):
        raise ExplorerError(wrong)
    if not (x1 > x0 and y1 > y0):
        raise ExplorerError(f"{where} has a box without an area, {shown(given)}.")
    return ObjectBox(number, file, name, (x0, y0, x1, y1))


def placed(
    boxes: Sequence[ObjectBox], works: Sequence[str], sizes: Mapping[str, tuple[int, int]]
) -> tuple[list[PlacedObject], list[str]]:
    """The boxes that lie in works of the collection, whose pictures have ``sizes`` (width, height in pixels), clipped
    to them; and the files that are not in it.

    Raises :class:`ExplorerError` when a name could mean several works, or a box lies outside its picture.
    """
    names, found, missing = WorkNames(works), list[PlacedObject](), dict[str, None]()
    for box in boxes:
        work = names.find(box.file)
        if work is None:
            missing[box.file] = None
            continue
        width, height = sizes[work]
        try:
            part = Box.from_pixels(box.box, width, height).clipped()
        except ExplorerError as error:
            raise ExplorerError(
                f"The box {shown(list(box.box))} of row {box.row:,} lies outside {shown(box.file)}, which is {width} "
                f"by {height} pixels in this collection."
            ) from error
        found.append(PlacedObject(work, box.name, part))
    return found, list(missing)
