"""The works of a collection in its database: catalogue, full-text search, unreadable files.

Every change is one transaction.
"""

from __future__ import annotations

import json
import logging
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.collection.bookmark_store import BookmarkStore
from explorer.collection.catalogue import Catalogue
from explorer.collection.database import Database
from explorer.collection.files import PictureFile
from explorer.collection.joining import join_works
from explorer.collection.judgements import Judgements
from explorer.collection.kept_columns import KeptColumns, resolve_names
from explorer.collection.motif_store import MotifStore
from explorer.collection.remarks import PictureRemarks
from explorer.collection.searchable import write_texts
from explorer.collection.work import COLUMNS, Work, entry_of, work_of
from explorer.collection.work_files import (
    FileChange,
    FileChanges,
    GoneWork,
    Header,
    forget_gone,
    gone_works,
    history_of,
    seen_files,
    skip_work,
    update_works,
)
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
    unmatched_rows: int
    """Rows of the catalogue that name no picture."""
    files: FileChanges


class Collection:
    """The database of one collection. Safe to use from several threads: every call opens its own connection."""

    def __init__(self, path: Path) -> None:
        database = Database(path)
        self.path = path
        self._read, self._opened, self._reading = database.read, database.opened, database.reading
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

    def work(self, name: str) -> Work:
        """One work, by its id, or else by the path of its file. Raises :class:`ExplorerError` when there is none."""
        rows = self._read("SELECT * FROM works WHERE id = ?", (name,))
        rows = rows or self._read("SELECT * FROM works WHERE file = ?", (name,))
        if not rows:
            if self._read("SELECT 1 FROM gone WHERE id = ? OR file = ?", (name, name)):
                raise ExplorerError(f"The file of {name!r} was not there when the collection was last indexed.")
            raise ExplorerError(f"There is no work {name!r} in this collection.")
        return work_of(rows[0], self.kept.values(rows[0]["id"]).get(rows[0]["id"]))

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

    def gone(self) -> list[GoneWork]:
        """Works whose file is no longer there; they are kept, and come back with their files."""
        with self._reading() as db:
            return gone_works(db)

    def file_history(self, work_id: str) -> list[FileChange]:
        """What a work's file was before it was moved or replaced, the earliest first."""
        with self._reading() as db:
            return history_of(db, work_id)

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
        """Size in bytes and modification time (ns) of every file read before, readable or not, by path: a file that
        has neither changed is not read again."""
        with self._reading() as db:
            return seen_files(db)

    def sync(
        self, files: Sequence[PictureFile], read: Mapping[str, Header | str], catalogue: Catalogue | None
    ) -> SyncReport:
        """Make the database agree with the folder, in one transaction.

        ``read`` holds, for each new or changed file, its content hash and size in pixels, or the reason why it
        cannot be read. A work whose file was moved is found again, and one whose file is not in ``files`` is kept
        among those that are gone, see :mod:`explorer.collection.work_files`. With a catalogue, the entries of works
        that it names are replaced by their rows; all others stay as they are.
        """
        with self._opened() as db, db:
            changes = update_works(db, files, read)
            unmatched = self._write_catalogue(db, catalogue) if catalogue else 0
            works = db.execute("SELECT count(*) FROM works").fetchone()[0]
            write_texts(db)
        return SyncReport(works, unmatched, changes)

    def replace_catalogue(self, catalogue: Catalogue) -> int:
        """Replace the entry of every work that has a row, in one transaction; returns how many rows name no work. What
        people made, kept columns among it, stays."""
        with self._opened() as db, db:
            unmatched = self._write_catalogue(db, catalogue)
            write_texts(db)
        return unmatched

    def skip(self, work_id: str, reason: str) -> None:
        """List a work's file as unreadable: its header was fine, its picture was not."""
        with self._opened() as db, db:
            skip_work(db, work_id, reason)

    def settle(self) -> None:
        """Note that all works were indexed to the end: from now on they are missed when their files are gone."""
        with self._opened() as db, db:
            db.execute("UPDATE works SET indexed = 1 WHERE indexed = 0")

    def forget_gone(self) -> list[GoneWork]:
        """No longer expect the works that are gone; returns them. What people made of them stays."""
        with self._opened() as db, db:
            return forget_gone(db)

    @staticmethod
    def _write_catalogue(db: sqlite3.Connection, catalogue: Catalogue) -> int:
        files = {row["id"]: row["file"] for row in db.execute("SELECT id, file FROM works")}
        joined = join_works(catalogue.named(), files)
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
