"""The works of a collection in its database: catalogue, full-text search, unreadable files.

Every change is one transaction.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from explorer.collection.catalogue import FILE_COLUMN, Catalogue, number, years
from explorer.collection.database import Database
from explorer.collection.files import PictureFile
from explorer.collection.judgements import Judgements
from explorer.errors import ExplorerError

_TEXT_FIELDS = ("artist", "date", "genre", "style", "medium", "holder", "inventory", "url")


@dataclass(frozen=True)
class Work:
    """One picture of the collection and its catalogue entry; empty text where a field is missing."""

    id: str
    """Path relative to the indexed folder, with forward slashes."""
    content: str
    """Content hash of the file, see :func:`explorer.collection.pictures.file_hash`; copies of a file share it."""
    width: int
    """Pixels of the original, upright."""
    height: int
    title: str
    artist: str = ""
    date: str = ""
    year: int | None = None
    """First year that the date means."""
    year_to: int | None = None
    genre: str = ""
    style: str = ""
    medium: str = ""
    holder: str = ""
    inventory: str = ""
    height_cm: float | None = None
    width_cm: float | None = None
    url: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    """The catalogue's other columns, under its own headings."""

    def value(self, column: str) -> str:
        """The entry under a field's name or a heading of ``extra``, as text; empty where there is none."""
        if column in self.extra:
            return self.extra[column]
        known = getattr(self, column, None) if column in _COLUMNS else None
        return "" if known is None else f"{known:g}" if isinstance(known, float) else str(known)


_COLUMNS = ("artist", "year", "date", "genre", "style", "medium", "holder", "inventory", "height_cm", "width_cm")


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
        self._read, self._opened = database.read, database.opened
        self.judgements = Judgements(database)
        """What people judged of matches. No change of works changes them."""

    # -- what the app and the searches read -----------------------------------------------------------------------

    def works(self) -> list[Work]:
        """Every work, in order of its id."""
        return [_work(row) for row in self._read("SELECT * FROM works ORDER BY id")]

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
        return _work(rows[0])

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
        return [_work(row) for row in found]

    def with_content(self, content: str) -> list[str]:
        """Ids of the works whose file has this content."""
        return [row["id"] for row in self._read("SELECT id FROM works WHERE content = ? ORDER BY id", (content,))]

    def skipped(self) -> list[Skipped]:
        """Files that could not be read."""
        return [Skipped(row["id"], row["reason"]) for row in self._read("SELECT * FROM skipped ORDER BY id")]

    def columns(self) -> list[str]:
        """Headings under which at least one work has an entry: known fields, then the catalogue's other headings."""
        works = self.works()
        known = [column for column in _COLUMNS if any(work.value(column) for work in works)]
        extra = {heading: None for work in works for heading, value in work.extra.items() if value}
        return known + list(extra)

    def fact(self, name: str) -> str | None:
        """A fact about the collection such as its folder, as :meth:`remember` kept it; or None."""
        rows = self._read("SELECT value FROM facts WHERE name = ?", (name,))
        return rows[0]["value"] if rows else None

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
        cannot be read. Files not in ``files`` are removed. With a catalogue, every work's entry is replaced by its
        row; without one, entries stay as they are.
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
            self._write_texts(db)
        changed = sum(1 for work in read if work in before and work in after)
        return SyncReport(len(after), len(after - before), changed, len(before - after), unmatched)

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
        rows = catalogue.match(ids)
        entries = [(json.dumps(_entry(rows[work], catalogue) if work in rows else {}), work) for work in ids]
        db.executemany("UPDATE works SET catalogue = ? WHERE id = ?", entries)
        return max(len(catalogue.rows) - len(rows), 0)

    @staticmethod
    def _write_texts(db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM works_text")
        rows = db.execute("SELECT * FROM works").fetchall()
        db.executemany("INSERT INTO works_text (rowid, words) VALUES (?, ?)", [(r["row"], _words(r)) for r in rows])


def _entry(row: dict[str, str], catalogue: Catalogue) -> dict[str, object]:
    known = {name: row.get(heading, "") for name, heading in catalogue.known.items() if name != FILE_COLUMN}
    extra = {heading: row.get(heading, "") for heading in catalogue.extra}
    return {"known": {name: value for name, value in known.items() if value}, "extra": extra}


def _work(row: sqlite3.Row) -> Work:
    entry = json.loads(row["catalogue"])
    known, extra = entry.get("known", {}), entry.get("extra", {})
    first, last = _dated(known)
    return Work(
        id=row["id"], content=row["content"], width=row["width"], height=row["height"],
        title=known.get("title") or _title_of_file(row["id"]),
        year=first, year_to=last,
        height_cm=number(known.get("height_cm", "")), width_cm=number(known.get("width_cm", "")),
        extra=extra, **{name: known.get(name, "") for name in _TEXT_FIELDS},
    )  # fmt: skip


def _dated(known: dict[str, str]) -> tuple[int | None, int | None]:
    start, end = years(known.get("year_from", "")), years(known.get("year_to", ""))
    stated = years(known.get("date", ""))
    first = start[0] if start else stated[0] if stated else None
    last = end[1] if end else stated[1] if stated else first
    return first, last


def _title_of_file(work_id: str) -> str:
    """``Adam_and_Eve__Rome_.jpg`` has no title in the catalogue: "Adam and Eve Rome"."""
    return " ".join(re.sub(r"[_]+", " ", PurePosixPath(work_id).stem).split()) or work_id


def _words(row: sqlite3.Row) -> str:
    entry = json.loads(row["catalogue"])
    values = [*entry.get("known", {}).values(), *entry.get("extra", {}).values()]
    return " ".join([row["id"], _title_of_file(row["id"]), *values])
