"""SQLite's errors of the world's making (full, read-only, locked, damaged) as sentences.

All others are defects of the program; a defect, such as a statement that SQLite does not understand, stays the
exception that it is.
"""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from explorer.collection.files import backup_files
from explorer.errors import ExplorerError
from explorer.files import partial_name, why_not_written
from explorer.paths import DEFAULT_CACHE

_PROBE = 64 * 1024  # bytes: more than SQLite needs beside a database for its first change
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_STORAGE = (
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM,
)  # fmt: skip


@contextmanager
def in_sentences(path: Path) -> Iterator[None]:
    """Raises :class:`ExplorerError` for an error that SQLite gives, in this block, about the database ``path`` and that
    is not the program's own."""
    try:
        yield
    except sqlite3.Error as error:
        sentence = _sentence(error, path)
        if sentence is None:
            raise
        raise ExplorerError(sentence) from error


def is_about_storage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that it could not open, or write, what it needs."""
    return _code(error) in _STORAGE


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that what it reads is not what was written, or no database."""
    return _code(error) in _DAMAGED or "decode to UTF-8" in str(error)


def refusal(folder: Path) -> OSError | None:
    """What the system says to a small new file in ``folder``; None when it takes it."""
    probe = partial_name(folder / "probe")
    try:
        with probe.open("wb") as file:
            file.write(bytes(_PROBE))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
    return None


def damaged(path: Path, why: str) -> str:
    """What to do about a damaged database, as a sentence with the command that restores its newest backup."""
    said = f"The database {path} is damaged ({why})"
    newest = next(iter(backup_files(path)), None)
    if newest is None:
        return f"{said} and has no backup: keep a copy of it, and see what SQLite's own .recover command can save."
    where = [] if path.parent.parent.resolve() == DEFAULT_CACHE.resolve() else ["--cache", str(path.parent.parent)]
    command = shlex.join(["explorer", "restore", path.parent.name, str(newest), *where])
    return f"{said}; its newest backup comes back with: {command} (the damaged file is kept)."


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 for an error of Python's own module."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _sentence(error: sqlite3.Error, path: Path) -> str | None:
    code = _code(error)
    if is_damage(error):
        return damaged(path, str(error))
    if code in _BUSY:
        return f"The database {path} is being written by another program; wait a moment and try again."
    if code not in _STORAGE:
        return None
    why = refusal(path.parent)
    if why is not None:
        return (
            f"Nothing can be kept in the database {path}: {why_not_written(why)}. What it holds can still be read; "
            f"make room, or allow writing, and try again."
        )
    return f"The database {path} cannot be used ({error}); see whether it may be read and written, and try again."
