"""The works of a database and their files: found again where they were moved, kept where their file is gone.

Functions on an open connection, inside the caller's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from explorer.collection.files import PictureFile
from explorer.collection.identity import KnownWork, identified

MOVED, REPLACED = "moved", "replaced"
Header = tuple[str, int, int]
"""A file's content hash, and the picture's width and height in pixels."""
_UNREADABLE = ("", 0, 0)


@dataclass(frozen=True)
class GoneWork:
    """A work whose file is not there. What is known of it, and what people made of it, is kept."""

    id: str
    file: str
    """Where its file was last."""
    content: str
    since: str
    """When it was missed first, UTC, ISO 8601."""


@dataclass(frozen=True)
class FileChange:
    """What a work's file was before it was :data:`MOVED`, or :data:`REPLACED` by another picture."""

    kind: str
    file: str
    content: str
    width: int
    height: int
    when: str
    """UTC, ISO 8601."""


@dataclass(frozen=True)
class FileChanges:
    """How many works were added, have another picture, lie elsewhere, are there again, and are no longer there."""

    added: int
    changed: int
    moved: int
    back: int
    removed: int


def seen_files(db: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Size in bytes and modification time (ns) of every file that was read before, readable or not, by path."""
    return {file: (row["bytes"], row["mtime_ns"]) for file, row in _seen(db).items()}


def update_works(
    db: sqlite3.Connection, files: Sequence[PictureFile], read: Mapping[str, Header | str]
) -> FileChanges:  # fmt: skip
    """Make the database agree with the ``files`` that are there; ``read`` holds what the new and the changed ones are,
    or why they cannot be read."""
    seen, here, gone = _seen(db), _works(db), _gone(db)
    headers = {file.id: _header(read.get(file.id), seen.get(file.id)) for file in files}
    known = [_known(row, here=True) for row in here.values()] + [_known(row, here=False) for row in gone.values()]
    ids = identified(known, {file: content for file, (content, *_) in headers.items()})
    _list_unreadable(db, files, read, headers)
    readable = {ids[file.id]: file for file in files if headers[file.id] != _UNREADABLE}
    now, counts = _now(), dict.fromkeys((MOVED, REPLACED), 0)
    for work in here.keys() - readable.keys():
        _take_out(db, here[work], now)
    for work, file in readable.items():
        before = here.get(work) or gone.get(work)
        if before is not None:
            for kind in _changes(before, file.id, headers[file.id]):
                counts[kind] += 1
                _note(db, kind, before, now)
        _write(db, work, file, headers[file.id], gone.get(work))
    back = len(readable.keys() & gone.keys())
    added = len(readable.keys() - here.keys()) - back
    return FileChanges(added, counts[REPLACED], counts[MOVED], back, len(here.keys() - readable.keys()))


def skip_work(db: sqlite3.Connection, work_id: str, reason: str) -> None:
    """List a work's file as unreadable, and keep the work as one that is not there."""
    row = _works(db).get(work_id)
    if row is not None:
        _take_out(db, row, _now())
        values = (row["file"], reason, row["bytes"], row["mtime_ns"])
        db.execute("INSERT OR REPLACE INTO skipped VALUES (?, ?, ?, ?)", values)


def gone_works(db: sqlite3.Connection) -> list[GoneWork]:
    """Works whose file is no longer there, and that nobody said to forget; a file that cannot be read is there."""
    rows = db.execute("SELECT * FROM gone WHERE forgotten = '' AND file NOT IN (SELECT id FROM skipped) ORDER BY file")
    return [GoneWork(row["id"], row["file"], row["content"], row["since"]) for row in rows]


def forget_gone(db: sqlite3.Connection) -> list[GoneWork]:
    """No longer expect the works that are gone, and forget their entries. Their ids stay theirs: what people made of
    them is not given to another picture of the same name."""
    gone = gone_works(db)
    forgotten = [(_now(), work.id) for work in gone]
    db.executemany("UPDATE gone SET forgotten = ?, catalogue = '{}' WHERE id = ?", forgotten)
    return gone


def history_of(db: sqlite3.Connection, work_id: str) -> list[FileChange]:
    """What a work's file was before, the earliest first."""
    rows = db.execute("SELECT * FROM file_history WHERE work = ? ORDER BY id", (work_id,))
    return [FileChange(*(row[name] for name in ("kind", "file", "content", "width", "height", "when"))) for row in rows]


# -- rows --------------------------------------------------------------------------------------------------------------


def _works(db: sqlite3.Connection) -> dict[str, sqlite3.Row]:
    return {row["id"]: row for row in db.execute("SELECT * FROM works")}


def _gone(db: sqlite3.Connection) -> dict[str, sqlite3.Row]:
    return {row["id"]: row for row in db.execute("SELECT * FROM gone")}


def _seen(db: sqlite3.Connection) -> dict[str, sqlite3.Row]:
    """The last row about each file, by path."""
    found: dict[str, sqlite3.Row] = {}
    for table in ("gone WHERE forgotten = ''", "works"):
        columns = "file, bytes, mtime_ns, content, width, height"
        found |= {row["file"]: row for row in db.execute(f"SELECT {columns} FROM {table}")}
    skipped = db.execute("SELECT id AS file, bytes, mtime_ns, '' AS content, 0 AS width, 0 AS height FROM skipped")
    return found | {row["file"]: row for row in skipped}


def _known(row: sqlite3.Row, here: bool) -> KnownWork:
    return KnownWork(row["id"], row["file"], row["content"], here, not here and bool(row["forgotten"]))


def _header(read: Header | str | None, seen: sqlite3.Row | None) -> Header:
    """What a file is, as it was read now or else before; :data:`_UNREADABLE`."""
    if read is None and seen is not None:
        return seen["content"], seen["width"], seen["height"]
    return read if isinstance(read, tuple) else _UNREADABLE


def _changes(before: sqlite3.Row, file: str, header: Header) -> list[str]:
    moved = [MOVED] if before["file"] != file else []
    return [*moved, REPLACED] if before["content"] != header[0] else moved


def _note(db: sqlite3.Connection, kind: str, before: sqlite3.Row, now: str) -> None:
    values = (before["id"], kind, before["file"], before["content"], before["width"], before["height"], now)
    columns = 'work, kind, file, content, width, height, "when"'
    db.execute(f"INSERT INTO file_history ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", values)


def _write(db: sqlite3.Connection, work: str, file: PictureFile, header: Header, gone: sqlite3.Row | None) -> None:
    """Write a work's row; one that was ``gone`` has its entry again."""
    catalogue, indexed = (gone["catalogue"], 1) if gone is not None else ("{}", 0)
    db.execute(
        "INSERT INTO works (id, content, width, height, bytes, mtime_ns, file, catalogue, indexed) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET content = excluded.content, "
        "width = excluded.width, height = excluded.height, bytes = excluded.bytes, mtime_ns = excluded.mtime_ns, "
        "file = excluded.file",
        (work, *header, file.bytes, file.mtime_ns, file.id, catalogue, indexed),
    )  # fmt: skip
    db.execute("DELETE FROM gone WHERE id = ?", (work,))


def _take_out(db: sqlite3.Connection, row: sqlite3.Row, now: str) -> None:
    """Move a work to those that are gone; one that was never searched is not missed."""
    if row["indexed"]:
        columns = ("id", "file", "content", "width", "height", "bytes", "mtime_ns", "catalogue")
        db.execute(
            f"INSERT OR REPLACE INTO gone ({', '.join(columns)}, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*(row[column] for column in columns), now),
        )
    db.execute("DELETE FROM works_text WHERE rowid = ?", (row["row"],))
    db.execute("DELETE FROM works WHERE id = ?", (row["id"],))


def _list_unreadable(
    db: sqlite3.Connection, files: Sequence[PictureFile], read: Mapping[str, Header | str],
    headers: Mapping[str, Header],
) -> None:  # fmt: skip
    """Make the list of unreadable files agree with what was read; those that are unchanged stay on it."""
    listed = [row["id"] for row in db.execute("SELECT id FROM skipped")]
    over = [(file,) for file in listed if headers.get(file, ("there",)) != _UNREADABLE]
    db.executemany("DELETE FROM skipped WHERE id = ?", over)
    for file in files:
        if isinstance(reason := read.get(file.id), str):
            values = (file.id, reason, file.bytes, file.mtime_ns)
            db.execute("INSERT OR REPLACE INTO skipped VALUES (?, ?, ?, ?)", values)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
