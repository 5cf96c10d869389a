"""A work of a collection and its catalogue entry, as read from a row of the database."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from explorer.collection.catalogue import Catalogue
from explorer.collection.column_names import FILE_COLUMN
from explorer.collection.dates import Span, year_number, years
from explorer.collection.dimensions import fits, length_cm, size_cm
from explorer.collection.pages import split_page

COLUMNS = ("artist", "year", "date", "genre", "style", "medium", "holder", "inventory", "height_cm", "width_cm")
"""Fields of the catalogue by which works may be told apart on the screen."""
_TEXT_FIELDS = ("artist", "date", "genre", "style", "medium", "holder", "inventory", "dimensions", "url")
_MEASURES = ("height_cm", "width_cm")


@dataclass(frozen=True)
class Work:
    """One picture of the collection and its catalogue entry; empty text where a field is missing."""

    id: str
    """The path, relative to the indexed folder and with forward slashes, under which its file was first seen. It stays
    when the file is renamed, moved or replaced, see :mod:`explorer.collection.identity`."""
    content: str
    """Content hash of the file, see :func:`explorer.collection.pictures.file_hash`; copies of a file share it."""
    width: int
    """Pixels of the original, upright."""
    height: int
    title: str
    artist: str = ""
    date: str = ""
    year: int | None = None
    """First year that the date means; None without a date, and where only its end is known ("before 1612")."""
    year_to: int | None = None
    """Last year; None without a date, and where only its beginning is known ("after 1598")."""
    genre: str = ""
    style: str = ""
    medium: str = ""
    holder: str = ""
    inventory: str = ""
    dimensions: str = ""
    """The size in words."""
    height_cm: float | None = None
    width_cm: float | None = None
    swapped: bool = False
    """Whether the stated height and width fit the picture only the other way round; then neither is believed."""
    url: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    """The catalogue's other columns, under its own headings."""
    kept: dict[str, str] = field(default_factory=dict)
    """Columns that people added, by name, see :mod:`explorer.collection.kept_columns`."""
    moved_to: str = ""
    """Where its file lies now, where that is not under its id."""

    @property
    def file(self) -> str:
        """Where its file lies: the path relative to the indexed folder, with forward slashes."""
        return self.moved_to or self.id

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last year, the first not after the last; where one end is open, the known one stands for both. None
        without a date."""
        first, last = self.year, self.year_to
        if first is None:
            return None if last is None else (last, last)
        return (first, first) if last is None else (min(first, last), max(first, last))

    def value(self, column: str) -> str:
        """The entry under a field's name, a heading of ``extra`` or the name of a kept column, as text; empty where
        there is none."""
        if column in self.kept:
            return self.kept[column]
        if column in self.extra:
            return self.extra[column]
        known = getattr(self, column, None) if column in COLUMNS else None
        return "" if known is None else f"{known:g}" if isinstance(known, float) else str(known)

    def values(self, column: str) -> tuple[str, ...]:
        """The single values of an entry that has several, separated by semicolons or bars, each once; empty without an
        entry. Commas separate nothing: "Brueghel, Jan" is one.

        >>> Work("a.jpg", "", 1, 1, "A", artist="Jan Brueghel; P. P. Rubens").values("artist")
        ('Jan Brueghel', 'P. P. Rubens')
        """
        parts = (part.strip() for part in re.split(r"[;|]", self.value(column)))
        return tuple(dict.fromkeys(part for part in parts if part))


def entry_of(row: dict[str, str], catalogue: Catalogue) -> dict[str, object]:
    """A row of a catalogue as it is stored: known fields that are not empty, with height and width in centimetres, and
    the other columns; a measure in another unit is among these too, as it was written."""
    known = {name: row.get(heading, "") for name, heading in catalogue.known.items() if name != FILE_COLUMN}
    extra = {heading: row.get(heading, "") for heading in catalogue.extra}
    stated = size_cm(known.get("dimensions", ""), catalogue.units.get("dimensions", ""))
    for number, name in enumerate(_MEASURES):
        written = known.get(name, "")
        length = length_cm(written, catalogue.units.get(name, ""))
        if written and (length is None or catalogue.units.get(name) != "cm"):
            extra[catalogue.known[name]] = written
        length = length if written or stated is None else stated[number]
        known[name] = "" if length is None else f"{length:g}"
    return {"known": {name: value for name, value in known.items() if value}, "extra": extra}


def work_of(row: sqlite3.Row, kept: dict[str, str] | None = None) -> Work:
    """The work in a row of the table ``works``, with its values in ``kept`` columns."""
    entry = json.loads(row["catalogue"])
    known, extra = entry.get("known", {}), entry.get("extra", {})
    first, last = _dated(known)
    tall, wide = (length_cm(known.get(name, ""), "cm") for name in _MEASURES)
    swapped = bool(tall and wide and not fits(tall, wide, row["height"], row["width"]))
    return Work(
        id=row["id"], content=row["content"], width=row["width"], height=row["height"],
        title=_titled(known.get("title", ""), row["file"]),
        year=first, year_to=last,
        height_cm=None if swapped else tall, width_cm=None if swapped else wide, swapped=swapped,
        extra=extra, kept=kept or {}, moved_to="" if row["file"] == row["id"] else row["file"],
        **{name: known.get(name, "") for name in _TEXT_FIELDS},
    )  # fmt: skip


def _titled(title: str, file: str) -> str:
    name, page = split_page(file)
    title = title or title_of_file(name)
    return f"{title}, page {page}" if page else title


def _dated(known: dict[str, str]) -> Span:
    """First and last year: as stated in columns of their own, else as the date in words means."""
    start, end = (_stated(known.get(name, "")) for name in ("year_from", "year_to"))
    first, last = years(known.get("date", "")) or (None, None)
    if start:
        first, last = start[0], last if last is not None else start[1]
    return first, end[1] if end else last


def _stated(text: str) -> Span | None:
    """The years in a column of years."""
    number = year_number(text)
    return years(text) if number is None else (number, number)


def title_of_file(file: str) -> str:
    """``Adam_and_Eve__Rome_.jpg`` has no title in the catalogue: "Adam and Eve Rome"."""
    return " ".join(re.sub(r"[_]+", " ", PurePosixPath(file).stem).split()) or file
