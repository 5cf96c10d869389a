"""Backups of a collection's database, made with SQLite's own backup so that they are whole while it is in use.

They lie in ``backups/`` beside it: one a day while the collection is used (``2026-12-01.sqlite``), one before every
change of the schema (``2026-12-01-schema-1.sqlite``), and what was there before a restore (``replaced-...``). Of the
first two kinds the newest seven are kept, of the last all. A damaged database is never taken into a backup, so that it
cannot push out the sound ones.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from explorer.collection.connections import LOGS, connected_for_reading, connection
from explorer.collection.database_errors import damaged, in_sentences, is_damage
from explorer.collection.files import BACKUPS, REPLACED
from explorer.errors import ExplorerError
from explorer.files import not_written, partial_name

KEPT = 7
"""Backups of one kind that are kept."""
_DAILY = re.compile(r"\d{4}-\d\d-\d\d\.sqlite")
_SCHEMA = re.compile(r"\d{4}-\d\d-\d\d-schema-\d+(-\d+)?\.sqlite")
_TABLES = {"facts", "works", "skipped"}  # that every version of the schema has


def back_up_daily(path: Path) -> Path | None:
    """Back the database up unless that was done today; returns the new backup, None where there is none.

    Where nothing has changed since the newest backup, that one counts for today. Raises :class:`ExplorerError` where
    the database is damaged or the disk takes nothing.
    """
    today, before = datetime.now(UTC).date(), _of_kind(path, _DAILY)
    if before and datetime.fromtimestamp(before[-1].stat().st_mtime, UTC).date() == today:
        return None
    target = path.parent / BACKUPS / f"{today}.sqlite"
    copy_database(path, target)
    if before and before[-1] != target and before[-1].read_bytes() == target.read_bytes():
        target.unlink()
        os.utime(before[-1])
        return None
    _remove_oldest(path, _DAILY)
    return target


def back_up_before_change(path: Path, version: int) -> Path | None:
    """Back up a database of an older ``version`` that is about to be migrated; None for one that is empty yet."""
    with in_sentences(path), connected_for_reading(path) as db:
        if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return None
    target = _unused(path.parent / BACKUPS / f"{datetime.now(UTC).date()}-schema-{version}.sqlite")
    copy_database(path, target)
    _remove_oldest(path, _SCHEMA)
    return target


def copy_database(path: Path, target: Path) -> None:
    """Copy a database that may be in use into one file ``target``, whole or not at all, in place of one of that name.

    Raises :class:`ExplorerError` where it is damaged, and where the disk takes nothing.
    """
    partial = partial_name(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with in_sentences(path), connected_for_reading(path) as db:
            _refuse_damaged(db, path)
            with in_sentences(target), closing(sqlite3.connect(partial)) as copy:
                db.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, which can be read from any disk
                _refuse_damaged(copy, partial)
        partial.replace(target)
    except OSError as error:
        raise not_written(f"The backup {target}", error) from error
    finally:
        partial.unlink(missing_ok=True)


def restore(path: Path, file: Path, newest_version: int) -> Path | None:
    """Put the backup ``file`` in place of the database ``path``; returns where that was kept, None if there was none.

    Raises :class:`ExplorerError`, with everything as it was, where ``file`` is no sound database of a collection, or of
    a schema above ``newest_version``.
    """
    check_backup(file, newest_version)
    kept = _unused(path.parent / BACKUPS / f"{REPLACED}{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}.sqlite")
    if path.is_file() and not database_troubles(path):
        copy_database(path, kept)
        with in_sentences(path), connected_for_reading(file) as backup, connection(path) as db:
            backup.backup(db)  # one transaction: an app that has it open sees the old state or the new one
        return kept
    _move_aside(path, kept)
    copy_database(file, path)
    with in_sentences(path), connection(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
    return kept if kept.exists() else None


def check_backup(file: Path, newest_version: int) -> None:
    """Raises :class:`ExplorerError` unless ``file`` is the sound database of a collection, of a version that can be
    opened."""
    if not file.is_file():
        raise ExplorerError(f"There is no file {file}.")
    try:
        with connected_for_reading(file) as db:
            found = _troubles(db)
            tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            version = db.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error as error:
        raise ExplorerError(f"{file} is not a sound database ({error}); choose another backup.") from error
    if found:
        raise ExplorerError(f"{file} is damaged itself ({found}); choose another backup.")
    if not tables >= _TABLES or version < 1:
        raise ExplorerError(f"{file} is a database, but not that of a collection; choose a backup of one.")
    if version > newest_version:
        raise ExplorerError(f"{file} was written by a newer version of this program; update to restore it.")


def database_troubles(path: Path) -> str:
    """What SQLite's check finds wrong with a database; empty for a sound one. Raises :class:`ExplorerError` where it
    cannot be read now."""
    try:
        with in_sentences(path), connected_for_reading(path) as db:
            return _troubles(db)
    except ExplorerError as error:
        if isinstance(error.__cause__, sqlite3.Error) and is_damage(error.__cause__):
            return str(error.__cause__)
        raise


def _troubles(db: sqlite3.Connection) -> str:
    found = [row[0] for row in db.execute("PRAGMA integrity_check(3)")]
    return "" if found == ["ok"] else "; ".join(" ".join(str(trouble).split()) for trouble in found)


def _refuse_damaged(db: sqlite3.Connection, path: Path) -> None:
    found = _troubles(db)
    if found:
        raise ExplorerError(damaged(path, found))


def _move_aside(path: Path, kept: Path) -> None:
    """Move a damaged database away with its log, which SQLite would else write into what takes its place."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        for end in (*LOGS, ""):
            beside = path.with_name(path.name + end)
            if beside.exists():
                beside.replace(kept.with_name(kept.name + end))
    except OSError as error:
        raise not_written(f"The damaged database {path}", error) from error


def _unused(path: Path) -> Path:
    """The path, with a number where there is such a file: of two restores in one second, the second may be *from* the
    file that the first put aside."""
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in range(2, 1000))
    return next((other for other in (path, *numbered) if not other.exists()), path)


def _of_kind(path: Path, kind: re.Pattern[str]) -> list[Path]:
    """Backups of a database with a name of a kind, the oldest first."""
    return sorted(file for file in (path.parent / BACKUPS).glob("*.sqlite") if kind.fullmatch(file.name))


def _remove_oldest(path: Path, kind: re.Pattern[str]) -> None:
    for file in _of_kind(path, kind)[:-KEPT]:
        file.unlink(missing_ok=True)
