"""A set of bookmarks read from a file that this program wrote, or somebody else: all of it, or one sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.collection import Collection
from explorer.collection.bookmarks import MOST_IN_SET, Bookmark, BookmarkSet, Spot, checked_bookmark, checked_set
from explorer.collection.csv_cells import without_apostrophe
from explorer.collection.spreadsheet import read_spreadsheet
from explorer.errors import ExplorerError

MOST_BYTES = 50_000_000
_MARK = ("kind", "name", "note", "tags", "address", "said", "model", "made", "who")
_SAID = ("probability", "scale", "turn", "mirror")


@dataclass(frozen=True)
class ReadSet:
    """What a file says."""

    name: str
    note: str
    marks: tuple[Bookmark, ...]
    spots: tuple[Spot | None, ...]
    """Where each lies on the light table."""


def read_set(path: Path) -> ReadSet:
    """The set of a file: a table if its name ends in ``.csv``, else JSON. Fields and columns that are not known are
    ignored. Raises :class:`ExplorerError` for whatever is wrong."""
    if not path.is_file():
        raise ExplorerError(f"There is no file {path}.")
    if path.stat().st_size > MOST_BYTES:
        raise ExplorerError(f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB; is this a set of bookmarks?")
    record = _table(path) if path.suffix.lower() == ".csv" else _json(path)
    given = record.get("bookmarks")
    if not isinstance(given, list) or len(given) > MOST_IN_SET:
        raise ExplorerError(f'{path.name} has no list "bookmarks" of {MOST_IN_SET:,} bookmarks at most.')
    name, note = record.get("set") or path.stem, record.get("note") or ""
    try:
        about = checked_set({"name": name, "note": note})
    except ExplorerError as error:
        raise ExplorerError(f"{path.name}: {error}") from None
    read = [_bookmark(number, fields, path.name) for number, fields in enumerate(given, start=1)]
    return ReadSet(about.name, about.note, tuple(mark for mark, _ in read), tuple(spot for _, spot in read))


def read_in(collection: Collection, path: Path, who: str = "") -> str:
    """Make a set of what a file says, in one change; returns its id. Raises :class:`ExplorerError` as :func:`read_set`
    does, with nothing made."""
    read = read_set(path)
    about = BookmarkSet(name=read.name, note=read.note)
    return collection.bookmarks.read_in(about, read.marks, read.spots, who)


def _bookmark(number: int, fields: Any, file: str) -> tuple[Bookmark, Spot | None]:
    try:
        if not isinstance(fields, Mapping):
            raise ExplorerError("a bookmark is a record in braces.")
        places = fields.get("places")
        mark = checked_bookmark({
            **{name: fields[name] for name in _MARK if name in fields},
            "places": [_place(place) for place in (places if isinstance(places, list) else [])],
        })  # fmt: skip
        spot = Spot.model_validate(fields["table"]) if fields.get("table") else None
    except ExplorerError as error:
        raise ExplorerError(f"{file}, bookmark {number:,}: {error}") from None
    except ValueError:
        raise ExplorerError(f"{file}, bookmark {number:,}: its place on the light table is none.") from None
    return mark, spot


def _place(given: Any) -> Any:
    """A place without what was written beside it; what is none is left for the check."""
    return {name: given[name] for name in ("work", "box") if name in given} if isinstance(given, Mapping) else given


def _json(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ExplorerError(f"{path} cannot be opened ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise ExplorerError(f"{path.name} is not JSON; give a set that was written as JSON or CSV.") from error
    return record if isinstance(record, dict) else {}


def _table(path: Path) -> dict[str, Any]:
    """The rows of a table as the record of the same set in JSON."""
    headings, rows = read_spreadsheet(path)
    if not {"bookmark", "kind", "file", "place"} <= set(headings):
        raise ExplorerError(f"{path.name} needs the columns bookmark, kind, file and place.")
    marks: dict[str, dict[str, Any]] = {}
    name = ""
    for row in ({heading: without_apostrophe(cell) for heading, cell in row.items()} for row in rows):
        name = name or row.get("set", "")
        mark = marks.setdefault(row["bookmark"] or f"row {len(marks)}", _described(row))
        if row["file"]:
            mark["places"].append({"work": row["file"], **({"box": _numbers(row["place"])} if row["place"] else {})})
    return {"set": name, "bookmarks": list(marks.values())}


def _described(row: Mapping[str, str]) -> dict[str, Any]:
    texts = {name: row[name] for name in ("kind", "name", "note", "address", "made", "who") if row.get(name)}
    said = {name: _number(row[name]) for name in _SAID[:3] if row.get(name)}
    if row.get("mirror"):
        said["mirror"] = row["mirror"].lower() == "yes"
    spot = None
    if row.get("x") and row.get("y"):
        names = {"x": "x", "y": "y", "turn": "turned", "zoom": "zoom", "over": "over"}
        spot = {field: _number(row[column]) for field, column in names.items() if row.get(column)}
    tags = [tag.strip() for tag in row.get("tags", "").split(";") if tag.strip()]
    return {**texts, "model": row.get("found_with", ""), "tags": tags, "said": said, "table": spot, "places": []}


def _number(cell: str) -> float | str:
    """A number, with a decimal comma too; what is none is left for the check."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return cell


def _numbers(cell: str) -> list[float | str]:
    return [_number(part) for part in cell.split()]
