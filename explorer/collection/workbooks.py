"""Tables of Excel (.xlsx, .xlsm, .xlsb, .xls) and LibreOffice (.ods): the cells' values, of formulas too."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError

ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_MOST_BYTES = 200_000_000
_MOST_UNPACKED = 1_000_000_000
"""Bytes; a file that unpacks to more is no catalogue but an attack."""


def sheets(path: Path) -> Iterator[list[list[str]]]:
    """The sheets of a workbook that have any text, each as its rows of trimmed text, rows without text left out.

    Raises :class:`ExplorerError` where the file cannot be read as a workbook.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    _refuse_large(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            rows = [[_text(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]
            if kept := [row for row in rows if any(row)]:
                yield kept
    except (CalamineError, OSError, ValueError) as error:
        raise ExplorerError(f"{path.name} cannot be read as a spreadsheet ({_short(error)}).") from error


def _refuse_large(path: Path) -> None:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ExplorerError(f"{path.name} is larger than {_MOST_BYTES // 1_000_000} MB; is it a catalogue?")
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                if sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED:
                    raise ExplorerError(
                        f"{path.name} unpacks to more than {_MOST_UNPACKED // 1_000_000:,} MB; it is not read."
                    )
    except (OSError, zipfile.BadZipFile) as error:
        raise ExplorerError(f"The catalogue {path} cannot be opened ({_short(error)}).") from error


def _text(cell: Any) -> str:
    """A cell as a person sees it: 1610 and not 1610.0, a day as 1610-05-14."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.12g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return " ".join(str(cell).split()) if cell is not None else ""


def _short(error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return reason.strip().splitlines()[0][:120]
