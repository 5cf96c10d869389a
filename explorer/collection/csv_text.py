"""CSV files as rows of text; refused where it could only be guessed what belongs in which cell.

A quotation mark that nothing closes makes one cell of all the rows that follow, and UTF-8 with a damaged byte reads as
nonsense in any other encoding: both would give titles to no works, or wrong ones, without a word.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from explorer.collection.encodings import text_of
from explorer.errors import ExplorerError

_MOST_BYTES = 200_000_000
_LONGEST_HEADINGS = 1_000_000  # characters
_SEPARATORS = ",;\t"
_STATED = re.compile(r"\s*\"?sep=(.)\"?[ \t]*\r?\n", re.IGNORECASE)
"""The line with which Excel is told the separator."""


def csv_rows(text: str, name: str, is_headings: Callable[[list[str]], bool]) -> list[list[str]]:
    """The records of a text that have any, their cells trimmed. The separator is what a first line "sep=;" says, else
    that of comma, semicolon and tab which gives headings, else which gives the most cells.

    Raises :class:`ExplorerError` for what cannot be read as a table.
    """
    stated = _STATED.match(text)
    body = text[stated.end() :] if stated else text
    try:
        return _records(body, stated[1] if stated else _separator(body, is_headings), name, 1 if stated else 0)
    except csv.Error as error:
        raise ExplorerError(f"{name} is not a table that can be read ({error}).") from error


def _records(text: str, separator: str, name: str, above: int) -> list[list[str]]:
    """All records that have any text. ``above`` are lines of the file that come before the text.

    A sloppy quotation mark is forgiven where it stays in its line. Raises :class:`ExplorerError` where it may have
    swallowed others, and :class:`csv.Error` for what is no table.
    """
    strict = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return list(_with_text(strict))
    except csv.Error as error:
        sloppy = list(_with_text(csv.reader(io.StringIO(text, newline=""), delimiter=separator)))
        at_end = "end of data" in str(error)
    if at_end or any("\n" in cell or "\r" in cell for record in sloppy for cell in record):
        raise ExplorerError(f"{name} has a cell that begins with a quotation mark which nothing closes, in line "
                            f"{strict.line_num + above:,} or before it; double the mark or take it out.")  # fmt: skip
    return sloppy


def _with_text(records: Iterable[list[str]]) -> Iterator[list[str]]:
    for record in records:
        cells = [cell.strip() for cell in record]
        if any(cells):
            yield cells


def _separator(text: str, is_headings: Callable[[list[str]], bool]) -> str:
    """What separates the cells; comma for a tie."""
    start = text[:_LONGEST_HEADINGS]

    def worth(separator: str) -> tuple[int, int]:
        try:
            first = list(islice(_with_text(csv.reader(io.StringIO(start, newline=""), delimiter=separator)), 20))
        except csv.Error:
            return 0, 0
        headings = next((record for record in first if is_headings(record)), None)
        return (len(headings), 0) if headings else (0, len(first[0]) if first else 0)

    return max(_SEPARATORS, key=worth)


# -- text --------------------------------------------------------------------------------------------------------------


def decoded(path: Path) -> str:
    """The text of a file in UTF-8, with or without byte order mark, in UTF-16 with one, or in a Western encoding, with
    a warning where it had to be guessed.

    Raises :class:`ExplorerError` where it cannot be read, is too large, is no text, or is in another encoding or
    damaged.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ExplorerError(f"{path.name} is larger than {_MOST_BYTES // 1_000_000} MB; is it a catalogue?")
        raw = path.read_bytes()
    except OSError as error:
        raise ExplorerError(f"The catalogue {path} cannot be opened ({error.strerror}).") from error
    return text_of(raw, path.name, "save the spreadsheet as CSV (UTF-8), with a column named 'file'")
