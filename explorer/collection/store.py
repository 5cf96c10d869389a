"""The works of a collection in its database: catalogue, full-text search, unreadable files.

Every change is one transaction.
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.collection.bookmark_store import BookmarkStore
from explorer.collection.catalogue import Catalogue
from explorer.collection.database import Database
from explorer.collection.files import PictureFile
from explorer.collection.judgements import Judgements
from explorer.collection.kept_columns import KeptColumns, resolve_names
from explorer.collection.motif_store import MotifStore
from explorer.collection.remarks import PictureRemarks
from explorer.collection.searchable import write_texts
from explorer.collection.work import COLUMNS, Work, entry_of, work_of
from explorer.errors import ExplorerError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Skipped:
    """A file that is not in the collection, and why, in one sentence."""

    file: str
    reason: str


@dataclass(frozen=True)
class SyncReport:
    """How the database was brought up to date with the folder."""

    works: int
    """Works there are now."""
    added: int
    changed: int
    """Works whose file was read again."""
    removed: int
    unmatched_rows: int
    """Rows of the catalogue that name no picture."""


class Collection:
    """The database of one collection. Safe to use from several threads: every call opens its own connection."""

    def __init__(self, path: Path) -> None:
        database = Database(path)
        self.path = path
        self._read, self._opened = database.read, database.opened
        self.judgements = Judgements(database)
        """What people judged of matches. No change of works changes them."""
        self.kept = KeptColumns(database)
        """Columns that people added to the catalogue. No change of works or of the spreadsheet changes their values."""
        self.motifs = MotifStore(database)
        """Motifs that people worked on. No change of works and no discovery changes them."""
        self.remarks = PictureRemarks(database)
        """What is to be said of how pictures were read."""
        self.bookmarks = BookmarkStore(database)
        """Bookmarks, sets of them and light tables. No change of works changes them."""

    # -- what the app and the searches read -----------------------------------------------------------------------

    def works(self) -> list[Work]:
        """Every work, in order of its id."""
        return self._works(self._read("SELECT * FROM works ORDER BY id"))

    def ids(self) -> set[str]:
        """The ids of all works."""
        return {row["id"] for row in self._read("SELECT id FROM works")}

    def picture_sizes(self) -> dict[str, tuple[int, int]]:
        """Width and height in pixels of every work's original, by id."""
        return {row["id"]: (row["width"], row["height"]) for row in self._read("SELECT id, width, height FROM works")}

    def work(self, work_id: str) -> Work:
        """One work. Raises :class:`ExplorerError` when there is none of that id."""
        rows = self._read("SELECT * FROM works WHERE id = ?", (work_id,))
        if not rows:
            raise ExplorerError(f"There is no work {work_id!r} in this collection.")
        return work_of(rows[0], self.kept.values(work_id).get(work_id))

    def find(self, text: str, limit: int = 100_000) -> list[Work]:
        """Works whose catalogue entry or file name has words that begin with each of those typed; all works where
        nothing is typed."""
        words = re.findall(r"\w+", text, re.UNICODE)
        if not words:
            return self.works()[:limit] if not text.strip() else []
        terms = " ".join(f'"{word}"*' for word in words)
        found = self._read(
            "SELECT works.* FROM works_text JOIN works ON works.row = works_text.rowid "
            "WHERE works_text MATCH ? ORDER BY rank, works.id LIMIT ?", (terms, limit),
        )  # fmt: skip
        return self._works(found)

    def with_content(self, content: str) -> list[str]:
        """Ids of the works whose file has this content."""
        return [row["id"] for row in self._read("SELECT id FROM works WHERE content = ? ORDER BY id", (content,))]

    def skipped(self) -> list[Skipped]:
        """Files that could not be read."""
        return [Skipped(row["id"], row["reason"]) for row in self._read("SELECT * FROM skipped ORDER BY id")]

    def columns(self) -> list[str]:
        """Headings under which at least one work has an entry: known fields, then the catalogue's other headings, then
        the columns that people added."""
        works = self.works()
        known = [column for column in COLUMNS if any(work.value(column) for work in works)]
        extra = {heading: None for work in works for heading, value in work.extra.items() if value}
        kept = [column.name for column in self.kept.all() if column.works]
        return [*known, *extra, *kept]

    def fact(self, name: str) -> str | None:
        """A fact about the collection such as its folder, as :meth:`remember` kept it; or None."""
        rows = self._read("SELECT value FROM facts WHERE name = ?", (name,))
        return rows[0]["value"] if rows else None

    def _works(self, rows: Sequence[sqlite3.Row]) -> list[Work]:
        kept = self.kept.values()
        return [work_of(row, kept.get(row["id"])) for row in rows]

    # -- what indexing writes --------------------------------------------------------------------------------------

    def remember(self, name: str, value: str) -> None:
        """Keep a fact, in place of an earlier one of that name."""
        with self._opened() as db, db:
            db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def known_files(self) -> dict[str, tuple[int, int]]:
        """Size in bytes and modification time (ns) of every file read before, readable or not, by id: a file that has
        neither changed is not read again."""
        rows = self._read("SELECT id, bytes, mtime_ns FROM works UNION ALL SELECT id, bytes, mtime_ns FROM skipped")
        return {row["id"]: (row["bytes"], row["mtime_ns"]) for row in rows}

    def sync(
        self, files: Sequence[PictureFile], read: dict[str, tuple[str, int, int] | str], catalogue: Catalogue | None
    ) -> SyncReport:
        """Make the database agree with the folder, in one transaction.

        ``read`` holds, for each new or changed file, its content hash and size in pixels, or the reason why it
        cannot be read. Files not in ``files`` are removed. With a catalogue, the entries of works that it names are
        replaced by their rows; all others stay as they are.
        """
        present = {file.id: file for file in files}
        with self._opened() as db, db:
            before = {row["id"] for row in db.execute("SELECT id FROM works")}
            for table in ("works", "skipped"):
                ids = [row["id"] for row in db.execute(f"SELECT id FROM {table}")]
                gone = [(work,) for work in ids if work not in present or isinstance(read.get(work), str)]
                db.executemany(f"DELETE FROM {table} WHERE id = ?", gone)
            for work, result in read.items():
                self._write_file(db, present[work], result)
            unmatched = self._write_catalogue(db, catalogue) if catalogue else 0
            after = {row["id"] for row in db.execute("SELECT id FROM works")}
            write_texts(db)
        changed = sum(1 for work in read if work in before and work in after)
        return SyncReport(len(after), len(after - before), changed, len(before - after), unmatched)

    def replace_catalogue(self, catalogue: Catalogue) -> int:
        """Replace the entry of every work that has a row, in one transaction; returns how many rows name no work. What
        people made, kept columns among it, stays."""
        with self._opened() as db, db:
            unmatched = self._write_catalogue(db, catalogue)
            write_texts(db)
        return unmatched

    def skip(self, work_id: str, reason: str) -> None:
        """Move a work to the unreadable files: its header was fine, its picture was not."""
        with self._opened() as db, db:
            row = db.execute("SELECT * FROM works WHERE id = ?", (work_id,)).fetchone()
            if row is None:
                return
            db.execute("DELETE FROM works_text WHERE rowid = ?", (row["row"],))
            db.execute("DELETE FROM works WHERE id = ?", (work_id,))
            values = (work_id, reason, row["bytes"], row["mtime_ns"])
            db.execute("INSERT OR REPLACE INTO skipped VALUES (?, ?, ?, ?)", values)

    @staticmethod
    def _write_file(db: sqlite3.Connection, file: PictureFile, result: tuple[str, int, int] | str) -> None:
        if isinstance(result, str):
            values = (file.id, result, file.bytes, file.mtime_ns)
            db.execute("INSERT OR REPLACE INTO skipped VALUES (?, ?, ?, ?)", values)
            return
        db.execute("DELETE FROM skipped WHERE id = ?", (file.id,))
        db.execute(
            "INSERT INTO works (id, content, width, height, bytes, mtime_ns) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET content = excluded.content, width = excluded.width, "
            "height = excluded.height, bytes = excluded.bytes, mtime_ns = excluded.mtime_ns",
            (file.id, *result, file.bytes, file.mtime_ns),
        )

    @staticmethod
    def _write_catalogue(db: sqlite3.Connection, catalogue: Catalogue) -> int:
        ids = [row["id"] for row in db.execute("SELECT id FROM works")]
        joined = catalogue.joined(ids)
        entries = [(json.dumps(entry_of(catalogue.rows[row], catalogue)), work) for work, row in joined.rows.items()]
        db.executemany("UPDATE works SET catalogue = ? WHERE id = ?", entries)
        resolve_names(db, catalogue.extra)
        if joined.ambiguous:
            row, works = next(iter(joined.ambiguous.items()))
            log.warning("%s rows may belong to any of several pictures and were given to none, such as %s (%s).",
                        f"{len(joined.ambiguous):,}", catalogue.named()[row], ", ".join(works[:3]))  # fmt: skip
        if joined.repeated:
            log.warning("%s rows name pictures that earlier rows name, which count, such as %s.",
                        f"{len(joined.repeated):,}", catalogue.named()[joined.repeated[0]])  # fmt: skip
        return len(joined.missing) + len(joined.ambiguous)
