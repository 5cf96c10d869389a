"""Queries in and matches out as JSON: the edge where boxes are pixels and nothing is trusted yet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from explorer.collection import Collection
from explorer.collection.pictures import picture_size
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.query import Match, PicturePart, Query, WordsPart
from explorer.workspace import Workspace, collection_folder, collection_names


def query_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file of queries that are not blank, with their numbers from 1."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ExplorerError(f"The queries in {path} cannot be read ({error}).") from error
    for number, line in enumerate(text.split("\n"), start=1):  # JSON may hold the other characters that end lines
        if line.strip():
            yield number, line


def parse_line(line: str, number: int) -> dict[str, Any]:
    """One line as a record. Raises :class:`ExplorerError` when it is not a JSON object."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ExplorerError(f"Line {number} is not JSON ({error}).") from error
    if not isinstance(record, dict):
        raise ExplorerError(f'Line {number} must be an object such as {{"id": 1, "text": "a windmill"}}.')
    return record


def parse_query(record: dict[str, Any]) -> Query:
    """A query from outside, checked: an image with or without a box in pixels, or words."""
    image, text, pixels = record.get("image"), record.get("text"), record.get("box")
    if (image is None) == (text is None):
        raise ExplorerError('A query needs either "image" or "text".')
    if text is not None:
        if pixels is not None:
            raise ExplorerError('"box" goes with "image": it is a part of that picture.')
        if not isinstance(text, str):
            raise ExplorerError('"text" must be words in quotes.')
        return Query((WordsPart(text),))
    if not isinstance(image, str) or "\0" in image:
        raise ExplorerError('"image" must be the path of a picture, in quotes.')
    path = Path(image)
    width, height = picture_size(path)
    if pixels is None:
        return Query((PicturePart(path),))
    numbers = isinstance(pixels, list) and all(
        isinstance(side, int | float) and not isinstance(side, bool) for side in pixels
    )
    if not numbers or len(pixels) != 4:
        raise ExplorerError('"box" must be four numbers: left, top, right, bottom, in pixels.')
    try:
        box = Box.from_pixels(tuple(float(side) for side in pixels), width, height).clipped()
    except OverflowError as error:
        raise ExplorerError("A box needs four finite numbers: left, top, right, bottom.") from error
    return Query((PicturePart(path, box),))


def match_records(workspace: Workspace, matches: list[Match]) -> list[dict[str, Any]]:
    """Matches as the command line and the web API give them, boxes in pixels of the originals."""
    works = {match.work: workspace.collection.work(match.work) for match in matches}
    return [
        {
            "file": match.work,
            "box": list(match.box.to_pixels(works[match.work].width, works[match.work].height)),
            "score": round(match.score, 6),
            "rank": match.rank,
        }
        for match in matches
    ]


def collection_database(name: str, cache: Path) -> Collection:
    """A collection's database, whether or not it is indexed: what people made can be had in any case."""
    path = collection_folder(name, cache) / "collection.sqlite"
    if not path.is_file():
        known = ", ".join(collection_names(cache)) or "none yet"
        raise ExplorerError(f"There is no collection {name!r} in {cache} (there: {known}).")
    return Collection(path)


def judgement_records(collection: Collection) -> list[dict[str, Any]]:
    """All judgements that hold, in the order in which they were given.

    Places are fractions; boxes are pixels of the original, or None where the work has gone from the collection.
    """
    works = {work.id: work for work in collection.works()}

    def pixels(work_id: str, box: Box) -> list[int] | None:
        work = works.get(work_id)
        return list(box.to_pixels(work.width, work.height)) if work else None

    return [
        {
            "id": one.id,
            "query_file": one.query_work,
            "query_box": pixels(one.query_work, one.query_box),
            "query_place": [round(float(side), 5) for side in one.query_box.as_tuple()],
            "match_file": one.match_work,
            "match_box": pixels(one.match_work, one.match_box),
            "match_place": [round(float(side), 5) for side in one.match_box.as_tuple()],
            "verdict": one.verdict,
            "note": one.note,
            "who": one.who,
            "when": one.when,
        }
        for one in collection.judgements.all()
    ]


def write_csv(records: list[dict[str, Any]], path: Path) -> None:
    """Records as a table, lists as numbers with spaces between; with the mark by which Excel knows UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(list(records[0]) if records else ["id"])
        for record in records:
            writer.writerow([" ".join(map(str, cell)) if isinstance(cell, list) else cell for cell in record.values()])
