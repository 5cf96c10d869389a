"""The log of bookmarks and sets: what people did, in order, and how each change left what it touched.

Nothing is altered or deleted: what holds is what the latest change left.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel

from explorer.collection.bookmarks import Bookmark, BookmarkSet, Kept
from explorer.collection.judgements import NOBODY

UNDO, REDO = "undo", "redo"
BOOKMARK, SET = "b", "s"
"""How the ids of the two begin."""
LONGEST_WHO = 80


@dataclass(frozen=True)
class Step:
    """A change that can be taken back or brought back: what was done, such as ``keep``, and by whom."""

    id: int
    kind: str
    who: str


def kept_now(db: sqlite3.Connection) -> Kept:
    """What the latest change left of everything; SQLite takes ``value`` from the row with the largest ``change_id``."""
    rows = db.execute("SELECT entry, value, max(change_id) FROM bookmark_entries GROUP BY entry").fetchall()
    first = dict(db.execute("SELECT entry, min(change_id) FROM bookmark_entries GROUP BY entry").fetchall())
    bookmarks: dict[str, Bookmark] = {}
    sets: dict[str, BookmarkSet] = {}
    for row in sorted(rows, key=lambda row: (first[row["entry"]], len(row["entry"]), row["entry"])):
        if row["value"] and row["entry"].startswith(BOOKMARK):
            bookmarks[row["entry"]] = Bookmark.model_validate_json(row["value"])
        elif row["value"]:
            sets[row["entry"]] = BookmarkSet.model_validate_json(row["value"])
    return Kept(bookmarks, sets)


def standing(db: sqlite3.Connection) -> tuple[list[Step], list[Step]]:
    """Changes that can be taken back and those that can be brought back; of both, the last is next."""
    done: list[Step] = []
    undone: list[Step] = []
    for row in db.execute("SELECT id, kind, who FROM bookmark_changes ORDER BY id").fetchall():
        if row["kind"] == UNDO:
            undone.append(done.pop())
        elif row["kind"] == REDO:
            done.append(undone.pop())
        else:
            done.append(Step(row["id"], row["kind"], row["who"]))
            undone.clear()
    return done, undone


def add_change(db: sqlite3.Connection, kind: str, who: str, of: int = 0) -> int:
    """Add a change that has touched nothing yet; returns its id."""
    cursor = db.execute(
        'INSERT INTO bookmark_changes (kind, "of", who, "when") VALUES (?, ?, ?, ?)', (kind, of, signed(who), now())
    )
    return int(cursor.lastrowid or 0)


def append_entry(db: sqlite3.Connection, change: int, entry: str, value: str) -> None:
    """Add how a change left a bookmark or a set; empty where it is no longer there."""
    db.execute("INSERT INTO bookmark_entries (change_id, entry, value) VALUES (?, ?, ?)", (change, entry, value))


def entries_of(db: sqlite3.Connection, change: int) -> list[sqlite3.Row]:
    """How a change left what it touched."""
    return db.execute("SELECT entry, value FROM bookmark_entries WHERE change_id = ?", (change,)).fetchall()


def before_change(db: sqlite3.Connection, entry: str, change: int) -> str:
    """What held of an entry before a change; empty where there was nothing."""
    row = db.execute(
        "SELECT value FROM bookmark_entries WHERE entry = ? AND change_id < ? ORDER BY change_id DESC LIMIT 1",
        (entry, change),
    ).fetchone()
    return row["value"] if row else ""


def written(value: BaseModel | None) -> str:
    """A bookmark or a set as it is stored."""
    return "" if value is None else json.dumps(value.model_dump(mode="json"), ensure_ascii=False)


def signed(who: str) -> str:
    """A name as it stands at a change."""
    return " ".join(who.split())[:LONGEST_WHO].encode("utf-8", "replace").decode("utf-8") or NOBODY


def now() -> str:
    """UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
