"""Connections to a collection's database, for writing and for reading; the latter also where the disk takes nothing.

SQLite's write-ahead log (WAL) wants to make two files beside the database even for reading, so on a full or read-only
disk it refuses. Then the database is opened as one that nobody changes; where changes are still in the log, which such
a connection would leave out without a word, a copy of both is read.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from explorer.collection.database_errors import is_about_storage, refusal
from explorer.scratch import scratch_folder

_PATIENCE = 30  # seconds that a call waits for another that writes
LOGS = ("-wal", "-shm")
"""What SQLite appends to a database's name for the files of its log."""


@contextmanager
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that may write; a database that is not there is made."""
    with closing(sqlite3.connect(path, timeout=_PATIENCE)) as db:
        db.row_factory = sqlite3.Row
        yield db


@contextmanager
def connected_for_reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to read from; where the disk takes nothing, one that needs nothing written."""
    with closing(_reader(path)) as db:
        db.row_factory = sqlite3.Row
        yield db


def _reader(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=_PATIENCE)
    try:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the first statement is the one that is refused
        return db
    except sqlite3.Error as error:
        db.close()
        if not (is_about_storage(error) and path.is_file() and refusal(path.parent)):
            raise
    log = path.with_name(path.name + LOGS[0])
    if log.is_file() and log.stat().st_size:
        return _copied(path, log)
    return sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)


def _copied(path: Path, log: Path) -> sqlite3.Connection:
    """A copy in memory of a database and the changes in its log."""
    memory = sqlite3.connect(":memory:")
    with scratch_folder() as folder:
        for file in (path, log):
            shutil.copyfile(file, folder / file.name)
        with closing(sqlite3.connect(folder / path.name)) as copy:
            copy.backup(memory)
    return memory
