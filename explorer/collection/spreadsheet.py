"""A CSV file as headings and rows of text; refused where it could only be guessed what belongs in which cell.

A quotation mark that nothing closes makes one cell of all the rows that follow, and UTF-8 with a damaged byte reads as
nonsense in any other encoding: both would give titles to no works, or wrong ones, without a word.
"""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

from explorer.errors import ExplorerError

MOST_COLUMNS = 1000
MOST_CELLS = 10_000_000
"""Bounds of what is a catalogue: a row becomes a dictionary with a field for each heading."""
_MOST_BYTES = 200_000_000
_LONGEST_HEADINGS = 1_000_000  # characters
_SEPARATORS = ",;\t"

log = logging.getLogger(__name__)


def read_spreadsheet(path: Path) -> tuple[list[str], tuple[dict[str, str], ...]]:
    """The headings of a table, each once and without blanks around it, and its rows as text by heading; rows without
    any text are left out.

    A heading that occurs again is numbered, "note (2)"; a column without one is called "column 3" if anything is in it.
    Raises :class:`ExplorerError` for a file that cannot be read as a table.
    """
    text = decoded(path)
    try:
        records = _records(text, path.name)
    except csv.Error as error:
        raise ExplorerError(f"{path.name} is not a table that can be read ({error}).") from error
    headings, rows = (records[0], records[1:]) if records else ([], [])
    if len(headings) > MOST_COLUMNS or len(headings) * len(rows) > MOST_CELLS:
        raise ExplorerError(f"{path.name} has {len(headings):,} columns and {len(rows):,} rows; is it a catalogue?")
    _remark_on_surplus(rows, len(headings), path.name)
    names = _named(headings, [any(cells) for cells in _columns(rows, len(headings))])
    kept = [(number, name) for number, name in enumerate(names) if name]
    table = ({name: row[number] if number < len(row) else "" for number, name in kept} for row in rows)
    return [name for _, name in kept], tuple(table)


def _records(text: str, name: str) -> list[list[str]]:
    """All records that have any text, the headings first, their cells trimmed.

    A sloppy quotation mark is forgiven where it stays in its line. Raises :class:`ExplorerError` where it may have
    swallowed others, and :class:`csv.Error` for what is no table.
    """
    separator = _separator(text)
    strict = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return list(_with_text(strict))
    except csv.Error as error:
        sloppy = list(_with_text(csv.reader(io.StringIO(text, newline=""), delimiter=separator)))
        at_end = "end of data" in str(error)
    if at_end or any("\n" in cell or "\r" in cell for record in sloppy for cell in record):
        raise ExplorerError(f"{name} has a cell that begins with a quotation mark which nothing closes, in line "
                            f"{strict.line_num:,} or before it; double the mark or take it out.")  # fmt: skip
    return sloppy


def _with_text(records: Iterable[list[str]]) -> Iterator[list[str]]:
    for record in records:
        cells = [cell.strip() for cell in record]
        if any(cells):
            yield cells


def _separator(text: str) -> str:
    """What separates the headings: of comma, semicolon and tab the one that gives most of them; comma for a tie."""

    start = text[:_LONGEST_HEADINGS]

    def headings(separator: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(start, newline=""), delimiter=separator), []))
        except csv.Error:
            return 0

    return max(_SEPARATORS, key=headings)


def _columns(rows: list[list[str]], count: int) -> Iterator[Iterator[str]]:
    for number in range(count):
        yield (row[number] for row in rows if number < len(row))


def _named(headings: list[str], filled: list[bool]) -> list[str]:
    """A name for each column, no two alike; an empty one for a column that is to be left out."""
    names: list[str] = []
    for number, (heading, has_text) in enumerate(zip(headings, filled, strict=True), start=1):
        name = wanted = heading or (f"column {number}" if has_text else "")
        times = 2
        while name and name in names:
            name, times = f"{wanted} ({times})", times + 1
        names.append(name)
    return names


def _remark_on_surplus(rows: list[list[str]], count: int, name: str) -> None:
    """A warning where rows have text beyond the last heading: their cells may stand under the wrong ones."""
    surplus = [number for number, row in enumerate(rows, start=1) if any(row[count:])]
    if surplus:
        log.warning(
            "%s: rows with more cells than there are headings: %s, the first is row %s; a text with the separator in "
            "it needs quotation marks.", name, f"{len(surplus):,}", f"{surplus[0]:,}",
        )  # fmt: skip


# -- text --------------------------------------------------------------------------------------------------------------


def decoded(path: Path) -> str:
    """The text of a file in UTF-8, with or without byte order mark, or in Windows' Western code page.

    Raises :class:`ExplorerError` where it cannot be read, is too large, is no text, or is in another encoding or
    damaged.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ExplorerError(f"{path.name} is larger than {_MOST_BYTES // 1_000_000} MB; is it a catalogue?")
        raw = path.read_bytes()
    except OSError as error:
        raise ExplorerError(f"The catalogue {path} cannot be opened ({error.strerror}).") from error
    if b"\0" in raw:
        raise ExplorerError(f"{path.name} is not a text file; save the spreadsheet as CSV (UTF-8).")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _is_damaged(raw):
            line = raw.count(b"\n", 0, error.start) + 1
            raise ExplorerError(f"{path.name} is text in UTF-8, but damaged in line {line:,}; save it anew as CSV "
                                f"(UTF-8).") from error  # fmt: skip
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise ExplorerError(f"{path.name} is text neither in UTF-8 nor in Windows' Western encoding, if it is text; "
                            f"save the spreadsheet as CSV (UTF-8), with a column named 'file'.") from error  # fmt: skip


def _is_damaged(raw: bytes) -> bool:
    """Whether bytes that are not UTF-8 were meant to be: more characters above 127 can be read than cannot."""
    read = raw.decode("utf-8", errors="replace")
    broken = read.count("\ufffd")
    return sum(character > "\x7f" for character in read) - broken > broken
