"""What a scholar keeps to come back to: bookmarks, named sets of them, and how a set lies on the light table.

A bookmark names works by their ids and details by boxes, so it outlives any indexing. What is kept is checked here,
wherever it came from; :mod:`explorer.collection.bookmark_store` stores it.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from explorer.errors import ExplorerError
from explorer.geometry import Box

Kind = Literal["work", "detail", "match", "comparison", "search"]
KINDS: tuple[str, ...] = get_args(Kind)
PLACES: dict[str, tuple[int, int]] = {
    "work": (1, 1), "detail": (1, 1), "match": (2, 2), "comparison": (2, 2), "search": (0, 12),
}  # fmt: skip
"""How many places a bookmark of a kind has, at least and at most."""
LONGEST_NAME, LONGEST_NOTE, LONGEST_TAG, LONGEST_ADDRESS = 120, 4000, 60, 4000
"""Characters."""
MOST_TAGS = 40
MOST_IN_SET = 1000
_NO_TEXT = ("Cc", "Cs")  # control characters, halves of characters


Model = TypeVar("Model", bound=BaseModel)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Value):
    """A part of a work, in fractions of the picture; a whole work is 0, 0, 1, 1."""

    work: Annotated[str, Field(min_length=1, max_length=1000)]
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)

    @field_validator("box")
    @classmethod
    def _inside(cls, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        if not all(map(math.isfinite, box)):
            raise ValueError("a box has four numbers")
        x0, y0, x1, y1 = (min(max(side, 0.0), 1.0) for side in box)
        if x1 <= x0 or y1 <= y0:
            raise ValueError("a box lies inside its picture")
        return x0, y0, x1, y1

    @property
    def as_box(self) -> Box:
        """The box of the place."""
        return Box(*self.box)


class Said(_Value):
    """What was said of a match when it was kept: the app may say something else of it later."""

    probability: Annotated[float, Field(ge=0, le=1)] | None = None
    scale: Annotated[float, Field(gt=0)] | None = None
    turn: float | None = None
    """Degrees counter-clockwise."""
    mirror: bool | None = None


class Bookmark(_Value):
    """One thing that somebody kept."""

    kind: Kind
    name: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    """The detail; of a match and of a comparison both sides, that which was asked from first."""
    address: str = ""
    """What follows ``?`` in the page's address that leads back to it."""
    said: Said = Said()
    model: str = ""
    """With which model it was found, and which settings (the fingerprint)."""
    made: str = ""
    """UTC, ISO 8601."""
    who: str = ""

    @property
    def works(self) -> tuple[str, ...]:
        """The works that it is about, each once."""
        return tuple(dict.fromkeys(place.work for place in self.places))


class Spot(_Value):
    """Where a thing lies on the light table. The table's unit is a centimetre of the works where their sizes are known,
    else a hundredth of the picture's long side."""

    x: Annotated[float, Field(ge=-1e5, le=1e5)]
    y: Annotated[float, Field(ge=-1e5, le=1e5)]
    """Of the middle; to the right and downwards."""
    turn: Annotated[float, Field(ge=-360, le=360)] = 0.0
    """Degrees clockwise."""
    zoom: Annotated[float, Field(ge=0.01, le=100)] = 1.0
    """How much larger than at the table's scale."""
    over: Annotated[int, Field(ge=0, le=10**6)] = 0
    """What has the larger number covers the others."""


class BookmarkSet(_Value):
    """Bookmarks under a name, in an order, and how they lie on the light table."""

    name: Annotated[str, Field(min_length=1)]
    note: str = ""
    bookmarks: tuple[str, ...] = ()
    """Ids, in the order in which the set shows them."""
    table: Mapping[str, Spot] = Field(default_factory=dict)
    """By bookmark; one that was not laid out yet has no spot."""


@dataclass(frozen=True)
class Kept:
    """All that is kept of one collection."""

    bookmarks: dict[str, Bookmark]
    """By id, in the order in which they were made."""
    sets: dict[str, BookmarkSet]
    """By id, likewise."""

    def of_set(self, name: str) -> list[tuple[str, Bookmark]]:
        """The bookmarks of a set with their ids, in its order."""
        return [(mark, self.bookmarks[mark]) for mark in self.sets[name].bookmarks if mark in self.bookmarks]


def checked_bookmark(fields: Mapping[str, Any]) -> Bookmark:
    """A bookmark of what was sent or read. Raises :class:`ExplorerError` with a sentence for what is none.

    >>> checked_bookmark({"kind": "work", "places": [{"work": "a.jpg"}], "name": " The  mill "}).name
    'The mill'
    """
    mark = _parsed(Bookmark, fields, 'A bookmark is such as {"kind": "work", "places": [{"work": "a.jpg"}]}')
    least, most = PLACES[mark.kind]
    if not least <= len(mark.places) <= most:
        several = f"{least}" if least == most else f"{least} to {most}"
        raise ExplorerError(f"A bookmark of the kind {mark.kind} has {several} places, not {len(mark.places)}.")
    if len(mark.tags) > MOST_TAGS:
        raise ExplorerError(f"A bookmark has {MOST_TAGS} tags at most.")
    tags = tuple(dict.fromkeys(tag for tag in (_line(tag, "A tag", LONGEST_TAG) for tag in mark.tags) if tag))
    return mark.model_copy(update={
        "name": _line(mark.name, "A name", LONGEST_NAME), "note": _text(mark.note, "A note", LONGEST_NOTE),
        "tags": tags, "address": _line(mark.address, "An address", LONGEST_ADDRESS),
    })  # fmt: skip


def checked_set(fields: Mapping[str, Any]) -> BookmarkSet:
    """The same of a set."""
    found = _parsed(BookmarkSet, fields, 'A set of bookmarks is such as {"name": "Mills", "bookmarks": []}')
    if len(found.bookmarks) > MOST_IN_SET:
        raise ExplorerError(f"A set has {MOST_IN_SET:,} bookmarks at most.")
    name = _line(found.name, "A name", LONGEST_NAME)
    if not name:
        raise ExplorerError("A set of bookmarks needs a name.")
    members = tuple(dict.fromkeys(found.bookmarks))
    table = {mark: spot for mark, spot in found.table.items() if mark in members}
    note = _text(found.note, "A note", LONGEST_NOTE)
    return found.model_copy(update={"name": name, "note": note, "bookmarks": members, "table": table})


def _parsed(model: type[Model], fields: Mapping[str, Any], example: str) -> Model:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))[:60]
        raise ExplorerError(f"{example}; {where or 'this'}: {first['msg']}.") from None


def _line(text: str, what: str, most: int) -> str:
    return _text(" ".join(text.split()), what, most)


def _text(text: str, what: str, most: int) -> str:
    """A text without what is no text. Nothing is cut: raises :class:`ExplorerError` where it is too long."""
    plain = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in _NO_TEXT).strip()
    if len(plain) > most:
        raise ExplorerError(f"{what} has {most:,} characters at most, and this one has {len(plain):,}.")
    return plain


def named(names: Sequence[str], wanted: str) -> str:
    """A name that none of ``names`` is: the one that is wanted, or with a number behind it.

    >>> named(["Mills"], "Mills")
    'Mills 2'
    """
    taken, count, name = {name.casefold() for name in names}, 1, wanted
    while name.casefold() in taken:
        count += 1
        name = f"{wanted[: LONGEST_NAME - 8]} {count}"
    return name
