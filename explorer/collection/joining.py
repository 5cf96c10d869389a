"""Which row of a catalogue belongs to which picture file.

Names are compared from the strictest way to the loosest: as written; in another case; with "%20" and the like undone;
without the ending, so that "0001.tif" and "0001" find 0001.jpg; as a number, since spreadsheets make 1 of "0001". At
each, a path is compared from its end ("scans/A/recto.jpg" finds A/recto.jpg). Only what is unambiguous is joined.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from explorer.collection.files import NOT_READ
from explorer.collection.pages import split_page
from explorer.collection.pictures import EXTENSIONS

_LISTED = re.compile(r"\s*[;|\n]\s*|,\s+")
_PICTURE = re.compile(rf"(?:{'|'.join(map(re.escape, (*EXTENSIONS, *NOT_READ)))})$", re.IGNORECASE)
"""An ending of a picture: what else follows a point is part of a number, as in "1850.12"."""


@dataclass(frozen=True)
class Joined:
    """Rows, counted from 0, and works."""

    rows: dict[str, int]
    """Work -> its row."""
    missing: tuple[int, ...]
    """Rows that name no picture."""
    ambiguous: dict[int, tuple[str, ...]]
    """Rows that might name any of several pictures -> these."""
    repeated: tuple[int, ...]
    """Rows whose pictures all have an earlier row."""


def join(cells: Sequence[str], works: Sequence[str]) -> Joined:
    """Join the cells of a catalogue's column of files with works (paths relative to the folder, forward slashes).

    A cell may name several files, separated by semicolons, bars, lines or commas. Of two rows for one work the first
    counts, a stricter way before a looser one.
    """
    names = [_names(cell) for cell in cells]
    rows: dict[str, int] = {}
    ambiguous: dict[int, tuple[str, ...]] = {}
    known: set[tuple[int, str]] = set()  # names that are found, also those of a work that another row has
    for fold in (_as_written, str.casefold, _unquoted, _without_ending, _as_number):
        folded = {work: fold(unicodedata.normalize("NFC", work)) for work in works}
        by_path = _grouped({work: [path] for work, path in folded.items()})
        by_end = _grouped({work: _ends(path) for work, path in folded.items()})
        for ends in (False, True):
            for row, listed in enumerate(names):
                for name in listed:
                    if (row, name) in known or not (key := fold(name)):
                        continue
                    found = _by_end(key, by_path, by_end) if ends else by_path.get(key, ())
                    if len(found) == 1:
                        known.add((row, name))
                        rows.setdefault(found[0], row)
                    elif found:
                        ambiguous.setdefault(row, tuple(found))
    used = set(rows.values())
    named = {row for row, _ in known}
    return Joined(
        rows,
        tuple(row for row in range(len(cells)) if row not in named and row not in ambiguous),
        {row: found for row, found in ambiguous.items() if row not in named},
        tuple(row for row in range(len(cells)) if row in named and row not in used),
    )


def join_works(cells: Sequence[str], files: Mapping[str, str]) -> Joined:
    """As :func:`join`, of works by their ids, with the files that they have now. Rows that name none of these are held
    against the ids of works without a row: the paths under which their files were first seen."""
    ids = {file: work for work, file in files.items()}
    now = join(cells, list(ids))
    rows = {ids[file]: row for file, row in now.rows.items()}
    first = join([cells[row] for row in now.missing], [work for work, file in files.items()
                                                       if work not in rows and work != file])  # fmt: skip
    rows |= {work: now.missing[row] for work, row in first.rows.items()}
    for work, file in files.items():  # a page without a row of its own has that of its file
        name, page = split_page(file)
        if page and work not in rows and ids.get(name) in rows:
            rows[work] = rows[ids[name]]
    missing = tuple(now.missing[row] for row in first.missing)
    ambiguous = {row: tuple(ids[file] for file in found) for row, found in now.ambiguous.items()}
    ambiguous |= {now.missing[row]: found for row, found in first.ambiguous.items()}
    return Joined(rows, missing, ambiguous, (*now.repeated, *(now.missing[row] for row in first.repeated)))


def _names(cell: str) -> list[str]:
    """The files that a cell names, as paths with forward slashes; of an address its path."""
    cell = _path(cell)
    parts = [part for part in _LISTED.split(cell) if part]
    if len(parts) > 1 and all(_PICTURE.search(part) for part in parts):
        return [*dict.fromkeys([cell, *map(_path, parts)])]  # the whole first: a file's own name may have such marks
    return [cell] if cell else []


def _path(text: str) -> str:
    text = unicodedata.normalize("NFC", text.strip().strip('"'))
    if re.match(r"(?:https?|file)://", text, re.IGNORECASE):
        text = unquote(urlsplit(text).path)
    return re.sub(r"^(?:[a-zA-Z]:)?/+|^(?:\./)+", "", text.replace("\\", "/"))


def _as_written(path: str) -> str:
    return path


def _unquoted(path: str) -> str:
    return unquote(path).casefold()


def _without_ending(path: str) -> str:
    """A path without the ending of a picture: A/0001.tif is a/0001."""
    return _PICTURE.sub("", unquote(path).casefold())


def _as_number(path: str) -> str:
    """A path whose name is a number, without leading zeros: A/0001.jpg is a/1; empty for any other."""
    folder, _, name = _without_ending(path).rpartition("/")
    return f"{folder}/{int(name)}".lstrip("/") if name.isascii() and name.isdigit() else ""


def _ends(path: str) -> list[str]:
    """A path's ends of whole parts, the longest first."""
    parts = PurePosixPath(path).parts
    return ["/".join(parts[start:]) for start in range(len(parts))]


def _grouped(keys: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Works by their keys, those that are not empty."""
    found: dict[str, list[str]] = {}
    for work, own in keys.items():
        for key in filter(None, own):
            found.setdefault(key, []).append(work)
    return found


def _by_end(path: str, by_path: dict[str, list[str]], by_end: dict[str, list[str]]) -> Sequence[str]:
    """The works with the longest end that the path has: it is the end of theirs, or theirs of it, or the names are the
    same."""
    for end in _ends(path):
        if found := by_path.get(end) or by_end.get(end):
            return found
    return ()
