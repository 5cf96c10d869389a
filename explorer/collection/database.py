"""The SQLite file of a collection: opened, migrated, read even where nothing can be written.

It is the only thing in a collection's folder that cannot be computed again, because it also holds what people make; so
nothing here ever drops a table or replaces the file. A database of an older version is backed up, and then migrated in
one transaction; everything in it stays.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from explorer.collection.backups import back_up_before_change
from explorer.collection.connections import connected_for_reading, connection
from explorer.collection.database_errors import damaged, in_sentences
from explorer.collection.files import backup_files
from explorer.collection.remarks import REMARKS
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
_KEPT_COLUMNS = (
    # Columns that people added to the catalogue; never deleted, only marked as removed. `name` is what was given,
    # `shown` what it is called now: another where a spreadsheet that was read later has that name.
    "CREATE TABLE kept_columns (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, shown TEXT NOT NULL, "
    "about TEXT NOT NULL DEFAULT '{}', who TEXT NOT NULL DEFAULT '', \"when\" TEXT NOT NULL, "
    "removed TEXT NOT NULL DEFAULT '')",
    "CREATE TABLE kept_values (column_id INTEGER NOT NULL REFERENCES kept_columns (id), work TEXT NOT NULL, "
    "value TEXT NOT NULL, PRIMARY KEY (column_id, work)) WITHOUT ROWID",
    "CREATE INDEX kept_values_work ON kept_values (work)",
)
_MOTIFS = (
    # What people did to motifs, in order. Rows are only ever added: an undo is one too, `of` the change it takes back.
    "CREATE TABLE motif_changes (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, "
    '"of" INTEGER NOT NULL DEFAULT 0, who TEXT NOT NULL, "when" TEXT NOT NULL)',
    # How a change left each motif and each instance that it touched; the row of the latest change is what holds.
    # `state` is kept, dropped or gone of a motif; in, removed or gone of an instance.
    "CREATE TABLE kept_motifs (change_id INTEGER NOT NULL REFERENCES motif_changes (id), motif TEXT NOT NULL, "
    "name TEXT NOT NULL, note TEXT NOT NULL, probability REAL, state TEXT NOT NULL, "
    "PRIMARY KEY (motif, change_id)) WITHOUT ROWID",
    "CREATE TABLE kept_instances (change_id INTEGER NOT NULL REFERENCES motif_changes (id), motif TEXT NOT NULL, "
    "number INTEGER NOT NULL, work TEXT NOT NULL, x0 REAL NOT NULL, y0 REAL NOT NULL, x1 REAL NOT NULL, "
    "y1 REAL NOT NULL, scale REAL, turn REAL, mirror INTEGER, score REAL, relation TEXT NOT NULL, note TEXT NOT NULL, "
    "by_hand INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (motif, number, change_id)) WITHOUT ROWID",
    "CREATE INDEX kept_motifs_change ON kept_motifs (change_id)",
    "CREATE INDEX kept_instances_change ON kept_instances (change_id)",
)
_FINDS = (
    # What discovery had of a motif when it was kept: `places` is [[work, x0, y0, x1, y1], ...]. Never altered.
    "CREATE TABLE motif_finds (id INTEGER PRIMARY KEY AUTOINCREMENT, places TEXT NOT NULL)",
    # `finds` are the ids of those that a motif was made of, with spaces between; `merged_into` is the motif that one
    # which is gone was merged into.
    "ALTER TABLE kept_motifs ADD COLUMN finds TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE kept_motifs ADD COLUMN merged_into TEXT NOT NULL DEFAULT ''",
)
_BOOKMARKS = (
    # What people did to bookmarks and sets, in order, and how each change left what it touched: JSON, or empty where
    # it is no longer there. Rows are only ever added.
    "CREATE TABLE bookmark_changes (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, "
    '"of" INTEGER NOT NULL DEFAULT 0, who TEXT NOT NULL, "when" TEXT NOT NULL)',
    "CREATE TABLE bookmark_entries (change_id INTEGER NOT NULL REFERENCES bookmark_changes (id), entry TEXT NOT NULL, "
    "value TEXT NOT NULL, PRIMARY KEY (entry, change_id)) WITHOUT ROWID",
    "CREATE INDEX bookmark_entries_change ON bookmark_entries (change_id)",
)
_FILES = (
    # Where a work's file lies now; its id is where it was first seen. `indexed` is 0 until it was in tables.
    "ALTER TABLE works ADD COLUMN file TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE works ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0",
    "UPDATE works SET file = id, indexed = 1",
    # Works whose file is not there, as they were; `forgotten` is when somebody said that they do not come back.
    "CREATE TABLE gone (id TEXT PRIMARY KEY, file TEXT NOT NULL, content TEXT NOT NULL, width INTEGER NOT NULL, "
    "height INTEGER NOT NULL, bytes INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, catalogue TEXT NOT NULL, "
    "since TEXT NOT NULL, forgotten TEXT NOT NULL DEFAULT '')",
    # What a work's file was before it was moved or replaced. Rows are only ever added.
    "CREATE TABLE file_history (id INTEGER PRIMARY KEY AUTOINCREMENT, work TEXT NOT NULL, kind TEXT NOT NULL, "
    "file TEXT NOT NULL, content TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, "
    '"when" TEXT NOT NULL)',
    "CREATE INDEX file_history_work ON file_history (work)",
)
MIGRATIONS = (_FIRST, _JUDGEMENTS, _KEPT_COLUMNS, _MOTIFS, _FINDS, _BOOKMARKS, _FILES, REMARKS)
"""What each version added to the one before. A step that has been published is never changed, only followed."""
SCHEMA_VERSION = len(MIGRATIONS)


class Database:
    """The file, safe to use from several threads: every call opens a connection of its own.

    Every method raises :class:`ExplorerError` for an error of SQLite's that the user can mend
    (:mod:`explorer.collection.database_errors`); opening does for a file of a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if backup_files(path) and not path.exists():  # not a new collection: an empty database would hide the loss
            raise ExplorerError(damaged(path, "the file is missing"))
        with self.reading() as db:
            version = stored_version(db, path)
        if version < SCHEMA_VERSION:
            back_up_before_change(path, version)
            self._migrate()

    def read(self, sql: str, values: Iterable[object] = ()) -> list[sqlite3.Row]:
        """All rows that a query gives; also where the disk takes nothing."""
        with self.reading() as db:
            return db.execute(sql, tuple(values)).fetchall()

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """A connection for the caller alone; ``with opened() as db, db`` makes what follows one transaction."""
        with in_sentences(self.path), connection(self.path) as db:
            yield db

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that locks the database for writing from its start, so that what is read in it still holds when
        it writes."""
        with self.opened() as db, db:
            db.execute("BEGIN IMMEDIATE")
            yield db

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read from; also where the disk takes nothing."""
        with in_sentences(self.path), connected_for_reading(self.path) as db:
            yield db

    def _migrate(self) -> None:
        with self.opened() as db:
            db.execute("PRAGMA journal_mode = WAL")
            with db:
                db.execute("BEGIN IMMEDIATE")  # of two programs that open it at once, the second finds it done
                for step in MIGRATIONS[stored_version(db, self.path) :]:
                    for statement in step:
                        db.execute(statement)
                db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def stored_version(db: sqlite3.Connection, path: Path) -> int:
    """The version of an opened database's schema. Raises :class:`ExplorerError` for one that is newer than ours."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise ExplorerError(f"{path} was written by a newer version of this program; update to open it.")
    return version
