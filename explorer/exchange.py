"""Queries in and matches out as JSON: the edge where boxes are pixels and nothing is trusted yet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from explorer.collection.pictures import picture_size
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.query import Match, PicturePart, Query, WordsPart
from explorer.workspace import Workspace


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
