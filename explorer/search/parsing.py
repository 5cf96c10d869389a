"""Queries as JSON made into values: the one parser of the command line's queries and of the REST API's.

Boxes and clicks are pixels of the original picture, and nothing is trusted: whatever is wrong raises
:class:`ExplorerError` with one sentence (:data:`SENTENCES`). Fields that are not known are ignored.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from explorer.collection import Collection
from explorer.collection.pictures import picture_size
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.query import Part, PicturePart, Query, RegionPart, WordsPart

MOST_PARTS = 8
"""Parts of one query: each is matched against many works, so each costs as long as the first."""
LIKE = 0.5
"""Weight of an example."""
LONGEST_WORDS = 300
"""Characters of a description in words."""
SENTENCES = {
    "image": '"image" must be the path of a picture, in quotes.',
    "file": '"file" must be the name of a work, in quotes.',
    "text": '"text" must be words in quotes, or a list of such and of {"text": "people", "weight": -1}.',
    "box": '"box" must be four numbers: left, top, right, bottom, in pixels.',
    "click": '"click" must be two numbers: from the left and from the top, in pixels.',
    "also": '"also" must be a list of boxes, each of four numbers: left, top, right, bottom, in pixels.',
    "like": '"like" is a list of pictures such as {"image": "a.jpg", "box": [0, 0, 90, 90]}.',
    "not": '"not" is a list of pictures such as {"image": "a.jpg", "box": [0, 0, 90, 90]}.',
    "weight": '"weight" is a number from -1 to 1, and not 0.',
    "parts": 'Send parts such as {"file": "a.jpg", "box": [0, 0, 90, 90]} or {"text": "snow"}.',
}
"""What is said of a field that is wrong."""


def _path(sent: Any) -> Path:
    if not isinstance(sent, str) or "\0" in sent:
        raise ValueError("not a path")
    return Path(sent)


def _not_zero(sent: Any) -> Any:
    if sent == 0:
        raise ValueError("no weight")
    return sent


Number = Annotated[float, Field(strict=True)]
"""A JSON number: neither a string of digits nor true or false."""
PixelBox = Annotated[list[Number], Field(min_length=4, max_length=4)]
PixelPoint = Annotated[list[Number], Field(min_length=2, max_length=2)]
PicturePath = Annotated[Path, BeforeValidator(_path)]
Weight = Annotated[float, BeforeValidator(_not_zero), Field(strict=True, ge=-1, le=1, allow_inf_nan=False)]
Switch = Annotated[bool, BeforeValidator(lambda sent: sent is True)]


class PictureRecord(BaseModel):
    """A picture file, or a detail of it."""

    image: PicturePath
    box: PixelBox | None = None


class TextRecord(BaseModel):
    """Words, and how much they count."""

    text: str
    weight: Weight = 1.0


def _texts(sent: Any) -> Any:
    """Words as a list of records: they may be sent as a text, or as a list of texts and of records."""
    listed = sent if isinstance(sent, list) else [] if sent is None else [sent]
    return [{"text": words} if isinstance(words, str) else words for words in listed]


class QueryRecord(BaseModel):
    """A query of the command line: a line of a file of queries, or the options."""

    image: PicturePath | None = None
    text: Annotated[list[TextRecord], BeforeValidator(_texts)] = []
    box: PixelBox | None = None
    click: PixelPoint | None = None
    also: list[PixelBox] | None = None
    like: list[PictureRecord] | None = None
    unwanted: list[PictureRecord] | None = Field(None, alias="not")
    layout: Switch = False
    alike: Switch = False


class PartRecord(BaseModel):
    """A part of a combined query of the REST API: a work or a detail of it, or words."""

    file: str | None = None
    text: str | None = None
    box: PixelBox | None = None
    weight: Weight = 1.0


class PlaceRecord(BaseModel):
    """A detail of a work, as the REST API is sent it; without a box, the whole work."""

    file: str = ""
    box: PixelBox | None = None


class ClickRecord(BaseModel):
    """A point of a picture."""

    click: PixelPoint


class ParsedQuery(NamedTuple):
    """A query, and the point of its first part, as fractions, where that is to be found by a click."""

    query: Query
    click: tuple[float, float] | None


Model = TypeVar("Model", bound=BaseModel)


def checked(model: type[Model], sent: Any) -> Model:
    """What was sent as a record of this model. Raises :class:`ExplorerError` with the sentence of the innermost field
    that is wrong.

    >>> checked(PlaceRecord, {"file": "a.jpg", "box": [0, 0, 90, 90], "else": 1})
    PlaceRecord(file='a.jpg', box=[0.0, 0.0, 90.0, 90.0])
    >>> checked(PlaceRecord, {"file": "a.jpg", "box": [0, 0, 90]})
    Traceback (most recent call last):
    explorer.errors.ExplorerError: "box" must be four numbers: left, top, right, bottom, in pixels.
    """
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        names = [name for name in reversed(error.errors()[0]["loc"]) if name in SENTENCES]
        raise ExplorerError(SENTENCES[str(names[0]) if names else "parts"]) from None


# -- the command line --------------------------------------------------------------------------------------------------


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
    """A line of a file of queries as a record. Raises :class:`ExplorerError` when it is not a JSON object."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ExplorerError(f"Line {number} is not JSON ({error}).") from error
    if not isinstance(record, dict):
        raise ExplorerError(f'Line {number} must be an object such as {{"id": 1, "text": "a windmill"}}.')
    return record


def parse_query(record: dict[str, Any]) -> ParsedQuery:
    """A query of the command line.

    ``image`` (a path) with or without a ``box`` or a ``click``, words as ``text`` (or a list of words and of ``{"text",
    "weight"}``), or both; ``also``: more boxes of the same image that must be there too; ``like`` and ``not``:
    pictures, ``{"image", "box"}``, that are examples, and that are not wanted; ``layout``: whether the boxes must lie
    as they do in the image; ``alike``: works that are like the whole image are wanted.
    """
    fields = checked(QueryRecord, record)
    if fields.image is None and not fields.text and not fields.like:
        raise ExplorerError('A query needs "image", "like" or "text".')
    if fields.click is not None and (fields.image is None or fields.box is not None):
        raise ExplorerError('"click" goes with "image", and takes the place of "box".')
    if fields.image is None and (fields.also or fields.box is not None):
        raise ExplorerError('"box" and "also" go with "image": they are parts of that picture.')
    parts: list[Part] = []
    click: tuple[float, float] | None = None
    if fields.image is not None:
        parts += [parse_picture(fields.image, pixels) for pixels in [fields.box, *(fields.also or [])]]
        if fields.click is not None:
            click = parse_click(fields.click, picture_size(fields.image))
    for weight, pictures in ((LIKE, fields.like), (-1.0, fields.unwanted)):
        parts += [replace(parse_picture(picture.image, picture.box), weight=weight) for picture in pictures or []]
    parts += [WordsPart(words.text, words.weight) for words in fields.text]
    return ParsedQuery(Query(tuple(parts), layout=fields.layout, alike=fields.alike), click)


# -- the REST API ------------------------------------------------------------------------------------------------------


def parse_parts(collection: Collection, sent: Any, layout: Any = False) -> Query:
    """A combined query of the REST API: parts ``{"file", "box", "weight"}`` (without a box the whole work) or
    ``{"text", "weight"}``. Raises :class:`ExplorerError` for what is none, with the part's number."""
    if not isinstance(sent, list) or not sent:
        raise ExplorerError(SENTENCES["parts"])
    if len(sent) > MOST_PARTS:
        raise ExplorerError(f"A search takes {MOST_PARTS} parts at most; {len(sent)} were sent.")
    parts = []
    for number, record in enumerate(sent, start=1):
        try:
            parts.append(_part(collection, checked(PartRecord, record)))
        except ExplorerError as error:
            raise ExplorerError(f"Part {number}: {error}") from error
    return Query(tuple(parts), layout=layout is True)


def _part(collection: Collection, fields: PartRecord) -> Part:
    if fields.file is not None:
        return replace(parse_region(collection, fields.file, fields.box), weight=fields.weight)
    words = (fields.text or "").strip()[:LONGEST_WORDS]
    if not words:
        raise ExplorerError('it needs a "file", or "text" of a few words.')
    return WordsPart(words, fields.weight)


def parse_region(collection: Collection, file: Any, box: Any = None) -> RegionPart:
    """A detail of a work of the collection, ``box`` in pixels of its original; without one, the whole work."""
    fields = checked(PlaceRecord, {"file": file, "box": box})
    work = collection.work(fields.file.strip())
    return RegionPart(work.id, _fractions(fields.box, (work.width, work.height)) or Box.whole())


# -- both --------------------------------------------------------------------------------------------------------------


def parse_picture(path: Path, box: Any = None) -> PicturePart:
    """A picture file, or a detail of it, ``box`` in pixels. Raises :class:`ExplorerError` for a file that is none."""
    fields = checked(PictureRecord, {"image": str(path), "box": box})
    return PicturePart(path, _fractions(fields.box, picture_size(path)))


def parse_click(sent: Any, size: tuple[int, int]) -> tuple[float, float]:
    """A point ``[x, y]`` in pixels, of a picture of ``size`` (width, height), as fractions.

    >>> parse_click([50, 150], (200, 300))
    (0.25, 0.5)
    """
    x, y = checked(ClickRecord, {"click": sent}).click
    width, height = size
    if not (0 <= x <= width and 0 <= y <= height):
        raise ExplorerError(f"The click lies outside the picture, which is {width} by {height} pixels.")
    return x / width, y / height


def _fractions(pixels: list[float] | None, size: tuple[int, int]) -> Box | None:
    if pixels is None:
        return None
    x0, y0, x1, y1 = pixels
    return Box.from_pixels((x0, y0, x1, y1), *size).clipped()
