"""Tables for spreadsheets hold nothing that a spreadsheet would run.

A cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or the end of a line is a formula to Excel, LibreOffice and
others, and a formula can call programs and send data away. Notes and names are typed by visitors. As OWASP advises
("CSV Injection"), such a cell gets an apostrophe in front. Numbers, which may begin with a sign, are left alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from explorer.files import replacing

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a formula begins with; some spreadsheets take full-width signs for the plain ones."""
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula.

    >>> [harmless(cell) for cell in ("=1+1", "-10 to 20", "-3.5", -3.5, "a = b")]
    ["'=1+1", "'-10 to 20", '-3.5', -3.5, 'a = b']

    What has such an apostrophe already gets another, so that :func:`without_apostrophe` gives back what was there.
    """
    is_formula = isinstance(cell, str) and _begins_formula(cell) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if is_formula else cell


def without_apostrophe(cell: str) -> str:
    """A cell as it was before :func:`harmless`.

    >>> [without_apostrophe(harmless(cell)) for cell in ("=1+1", "'=1+1", "'tis", "-3.5", "'-3.5")]
    ['=1+1', "'=1+1", "'tis", '-3.5', "'-3.5"]
    """
    return cell[1:] if cell.startswith("'") and _begins_formula(cell) else cell


def _begins_formula(cell: str) -> bool:
    return cell.lstrip("'").startswith(_FORMULA)


def plain_cell(value: Any) -> Any:
    """A value as a spreadsheet shows it: it has words of its own for true and false in every language.

    >>> [plain_cell(value) for value in (True, [1, 2], None, 0.5)]
    ['yes', '1 2', '', 0.5]
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else value


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A table of harmless cells as CSV; a byte order mark comes first, by which Excel knows UTF-8."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    for row in (headings, *rows):
        writer.writerow(map(harmless, row))
    return lines.getvalue().encode("utf-8-sig")


def write_rows(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a :func:`table`, whole or not at all."""
    written = table(headings, rows)
    if path.exists() and not path.is_file():  # a pipe, as /dev/stdout
        path.write_bytes(written)
        return
    with replacing(path) as file:
        file.write(written)
