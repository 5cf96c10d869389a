"""The SQLite file of a collection: opened, migrated, and its errors made into sentences.

It is the only thing in a collection's folder that cannot be computed again, because it also holds what people make; so
nothing here ever drops a table or replaces the file. A database of an older version is migrated in one transaction,
and everything in it stays.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from explorer.errors import ExplorerError

_FIRST = (
    "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS works (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, content TEXT NOT NULL, "
    "width INTEGER NOT NULL, height INTEGER NOT NULL, bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, "
    "catalogue TEXT NOT NULL DEFAULT '{}')",
    "CREATE TABLE IF NOT EXISTS skipped (id TEXT PRIMARY KEY, reason TEXT NOT NULL, bytes INTEGER NOT NULL, "
    "mtime_ns INTEGER NOT NULL)",
    'CREATE VIRTUAL TABLE IF NOT EXISTS works_text USING fts5 (words, tokenize = "unicode61 remove_diacritics 2")',
)
_JUDGEMENTS = (
    # One row per verdict given, never altered but for being withdrawn. `pair` is the id of the pair's first row.
    "CREATE TABLE judgements (id INTEGER PRIMARY KEY AUTOINCREMENT, pair INTEGER NOT NULL, "
    "query_work TEXT NOT NULL, query_x0 REAL NOT NULL, query_y0 REAL NOT NULL, query_x1 REAL NOT NULL, "
    "query_y1 REAL NOT NULL, match_work TEXT NOT NULL, match_x0 REAL NOT NULL, match_y0 REAL NOT NULL, "
    "match_x1 REAL NOT NULL, match_y1 REAL NOT NULL, verdict TEXT NOT NULL, note TEXT NOT NULL DEFAULT '', "
    "who TEXT NOT NULL, \"when\" TEXT NOT NULL, withdrawn TEXT NOT NULL DEFAULT '', "
    "withdrawn_by TEXT NOT NULL DEFAULT '')",
    "CREATE INDEX judgements_query ON judgements (query_work)",
    "CREATE INDEX judgements_match ON judgements (match_work)",
    "CREATE INDEX judgements_pair ON judgements (pair)",
)
MIGRATIONS = (_FIRST, _JUDGEMENTS)
"""What each version added to the one before. A step that has been published is never changed, only followed."""
SCHEMA_VERSION = len(MIGRATIONS)


class Database:
    """The file, safe to use from several threads: every call opens a connection of its own.

    Every method raises :class:`ExplorerError` for an error of SQLite's; opening does for a file of a newer version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self.opened() as db:
            version = self._version(db)
            if version < SCHEMA_VERSION:
                db.execute("PRAGMA journal_mode = WAL")
                self._migrate(db)

    def read(self, sql: str, values: Iterable[object] = ()) -> list[sqlite3.Row]:
        """All rows that a query gives."""
        with self.opened() as db:
            return db.execute(sql, tuple(values)).fetchall()

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """A connection for the caller alone; ``with opened() as db, db`` makes what follows one transaction."""
        try:
            with closing(sqlite3.connect(self._path, timeout=30)) as db:
                db.row_factory = sqlite3.Row
                yield db
        except sqlite3.Error as error:
            raise ExplorerError(f"The database {self._path} cannot be used ({error}).") from error

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that locks the database for writing from its start, so that what is read in it still holds when
        it writes."""
        with self.opened() as db, db:
            db.execute("BEGIN IMMEDIATE")
            yield db

    def _version(self, db: sqlite3.Connection) -> int:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise ExplorerError(f"{self._path} was written by a newer version of this program; update to open it.")
        return version

    def _migrate(self, db: sqlite3.Connection) -> None:
        with db:
            db.execute("BEGIN IMMEDIATE")  # of two programs that open it at once, the second finds it done
            for step in MIGRATIONS[self._version(db) :]:
                for statement in step:
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
