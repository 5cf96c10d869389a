"""Columns that people added to the catalogue: the labels of works, kept under a name of their own.

They are what somebody made, so nothing that is read or computed again changes them: they refer to works by their ids,
and outlive the works' files, any indexing, any model and any spreadsheet. A spreadsheet that later has a column of the
same name gets it, and the kept one is called "… (kept)" beside it. A column that is removed is only marked, and can be
brought back.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from explorer.collection.column_names import KNOWN
from explorer.collection.database import Database
from explorer.collection.searchable import write_texts
from explorer.errors import ExplorerError

LONGEST_NAME = 60
"""Characters of a column's name."""
MOST_KEPT = 50
"""Kept columns of one collection."""
_FIELDS = ("year", *KNOWN)


@dataclass(frozen=True)
class KeptColumn:
    """A column that was kept."""

    id: int
    name: str
    """What it is called everywhere; it differs from what was given only where the spreadsheet got that name later."""
    works: int
    """How many works have a value in it."""
    when: str
    """UTC, ISO 8601."""
    who: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    """How its values came about: the labels, the ways of asking, the threshold, the model."""

    def to_json(self) -> dict[str, Any]:
        """As the REST API and ``explorer columns --json`` give it."""
        return {"name": self.name, "works": self.works, "when": self.when, "who": self.who, "about": self.about}


class KeptColumns:
    """The kept columns of one collection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[KeptColumn]:
        """Those that are not removed, in the order in which they were kept."""
        return [_column(row) for row in self._database.read(f"{_SELECT} WHERE removed = '' ORDER BY id")]

    def values(self, work: str | None = None) -> dict[str, dict[str, str]]:
        """The values by work id and column name, of one work or of all; also of works that are gone by now."""
        where, bound = ("", ()) if work is None else ("AND kept_values.work = ?", (work,))
        rows = self._database.read(
            "SELECT work, shown, value FROM kept_values JOIN kept_columns ON kept_columns.id = kept_values.column_id "
            f"WHERE removed = '' {where} ORDER BY kept_columns.id", bound,
        )  # fmt: skip
        found: dict[str, dict[str, str]] = {}
        for row in rows:
            found.setdefault(row["work"], {})[row["shown"]] = row["value"]
        return found

    def check_name(self, name: str) -> str:
        """The name as it would be kept, without blanks around it. Raises :class:`ExplorerError` where it cannot be."""
        with self._database.opened() as db:
            return _free_name(db, name)

    def keep(
        self, name: str, values: Mapping[str, str], about: Mapping[str, Any] | None = None, who: str = ""
    ) -> KeptColumn:
        """Keep a column with ``values`` by work id; empty ones are left out.

        Raises :class:`ExplorerError`, with nothing kept, where the name is empty, too long or taken, where no work has
        a value, and where there are too many columns already.
        """
        stated = {work: value for work, value in values.items() if value}
        if not stated:
            raise ExplorerError("No work has a label, so there is nothing to keep; lower the threshold first.")
        with self._database.changing() as db:
            called = _free_name(db, name)
            count = db.execute("SELECT count(*) FROM kept_columns WHERE removed = ''").fetchone()[0]
            if count >= MOST_KEPT:
                raise ExplorerError(f"{MOST_KEPT} columns are kept already, which is the most; remove one first.")
            row = (called, called, json.dumps(dict(about or {})), who, _now())
            cursor = db.execute(
                'INSERT INTO kept_columns (name, shown, about, who, "when") VALUES (?, ?, ?, ?, ?)', row
            )
            number = int(cursor.lastrowid or 0)
            db.executemany(
                "INSERT INTO kept_values (column_id, work, value) VALUES (?, ?, ?)",
                [(number, work, value) for work, value in stated.items()],
            )
            write_texts(db)
            return _by_number(db, number)

    def remove(self, name: str) -> KeptColumn:
        """Remove a column by its name; :meth:`restore` brings it back. Raises :class:`ExplorerError` where none has
        it."""
        with self._database.changing() as db:
            row = db.execute("SELECT id FROM kept_columns WHERE shown = ? AND removed = ''", (name,)).fetchone()
            if row is None:
                raise ExplorerError(f"No column that was kept is called {name!r}.")
            column = _by_number(db, row["id"])
            db.execute("UPDATE kept_columns SET removed = ? WHERE id = ?", (_now(), column.id))
            write_texts(db)
        return column

    def restore(self, name: str) -> KeptColumn:
        """Bring back the column of this name that was removed last. Raises :class:`ExplorerError` where there is none,
        or the name is taken by now."""
        with self._database.changing() as db:
            row = db.execute(
                "SELECT id, name FROM kept_columns WHERE (shown = ? OR name = ?) AND removed <> '' "
                "ORDER BY removed DESC, id DESC", (name, name),
            ).fetchone()  # fmt: skip
            if row is None:
                raise ExplorerError(f"No column called {name!r} was removed.")
            if folded(row["name"]) in {folded(taken["name"]) for taken in db.execute(f"{_SELECT} WHERE removed = ''")}:
                raise ExplorerError(f"Another column is called {row['name']!r} by now; remove that one first.")
            db.execute("UPDATE kept_columns SET removed = '' WHERE id = ?", (row["id"],))
            resolve_names(db, _headings(db))
            write_texts(db)
            return _by_number(db, row["id"])


def resolve_names(db: sqlite3.Connection, headings: Iterable[str]) -> None:
    """Call every kept column by its own name, or, where a spreadsheet with these ``headings`` has that name, by it and
    "(kept)"."""
    taken = {folded(heading) for heading in headings} | set(map(folded, _FIELDS))
    for row in db.execute("SELECT id, name FROM kept_columns ORDER BY removed <> '', id").fetchall():
        names = (f"{row['name']} (kept{'' if number == 1 else f' {number}'})" for number in range(1, 1000))
        shown = row["name"]
        while folded(shown) in taken:
            shown = next(names)
        taken.add(folded(shown))
        db.execute("UPDATE kept_columns SET shown = ? WHERE id = ?", (shown, row["id"]))


_SELECT = (
    "SELECT kept_columns.*, (SELECT count(*) FROM kept_values JOIN works ON works.id = kept_values.work "
    "WHERE column_id = kept_columns.id) AS count FROM kept_columns"
)


def _by_number(db: sqlite3.Connection, number: int) -> KeptColumn:
    return _column(db.execute(f"{_SELECT} WHERE id = ?", (number,)).fetchone())


def _column(row: sqlite3.Row) -> KeptColumn:
    about = json.loads(row["about"])
    return KeptColumn(row["id"], row["shown"], row["count"], row["when"], row["who"], about)


def _free_name(db: sqlite3.Connection, name: str) -> str:
    called = " ".join(name.split())
    if not called:
        raise ExplorerError("Give the column a name, such as: subject by labels.")
    if len(called) > LONGEST_NAME:
        raise ExplorerError(f"A column's name has {LONGEST_NAME} characters at most.")
    if not called.isprintable():
        raise ExplorerError("A column's name is made of letters, digits and signs that can be seen.")
    if folded(called) in {folded(heading) for heading in (*_headings(db), *_FIELDS)}:
        raise ExplorerError(f"The catalogue has a column {called!r} already; choose another name.")
    kept = db.execute("SELECT name, shown FROM kept_columns WHERE removed = ''").fetchall()
    if folded(called) in {folded(taken) for row in kept for taken in (row["name"], row["shown"])}:
        raise ExplorerError(f"A column {called!r} is kept already; remove it first, or choose another name.")
    return called


def _headings(db: sqlite3.Connection) -> list[str]:
    """The headings of the spreadsheet that are no known fields."""
    rows = db.execute("SELECT DISTINCT entry.key AS heading FROM works, json_each(works.catalogue, '$.extra') AS entry")
    return [row["heading"] for row in rows]


def folded(name: str) -> str:
    """What makes two names of columns the same to a reader.

    >>> folded("Height_cm") == folded("height cm")
    True
    """
    return re.sub(r"[\s_.\-]+", " ", name).strip().casefold()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
