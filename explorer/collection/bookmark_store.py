"""Bookmarks and sets in the database: every change is kept, undone and redone; nothing is ever overwritten.

Every change is a row, and how it left each bookmark or set that it touched is another: what holds is what the latest
change left. To undo a change is to add one that leaves all that it touched as it was before.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from explorer.collection.bookmark_log import (
    BOOKMARK,
    REDO,
    SET,
    UNDO,
    Step,
    add_change,
    append_entry,
    before_change,
    entries_of,
    kept_now,
    now,
    signed,
    standing,
    written,
)
from explorer.collection.bookmarks import Bookmark, BookmarkSet, Kept, Spot, checked_bookmark, checked_set, named
from explorer.collection.database import Database
from explorer.errors import ExplorerError

MOST_KEPT = 20_000
"""Bookmarks and sets of one collection."""
_FIELDS = ("name", "note", "tags")


class BookmarkStore:
    """The bookmarks of one collection. Changes by several people, threads and programs at once follow one another."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Kept:
        """All that is kept now."""
        with self._database.reading() as db:
            return kept_now(db)

    def next_steps(self) -> tuple[Step | None, Step | None]:
        """The change that :meth:`undo` would take back, and the one that :meth:`redo` would bring back, if any."""
        with self._database.reading() as db:
            done, undone = standing(db)
        return (done[-1] if done else None), (undone[-1] if undone else None)

    # -- bookmarks -----------------------------------------------------------------------------------------------------

    def keep(self, mark: Bookmark, who: str = "", into: str = "") -> str:
        """Keep a bookmark, ``into`` a set where one is named by its id; returns the bookmark's id."""
        with self._changing("keep", who) as draft:
            new = draft.add(mark.model_copy(update={"made": now(), "who": draft.who}))
            if into:
                draft.put(into, _with(draft.set(into), [new]))
        return new

    def describe(self, mark: str, fields: Mapping[str, Any], who: str = "") -> Bookmark:
        """Change a bookmark's ``name``, ``note`` or ``tags``; returns it as it is then."""
        with self._changing("describe", who) as draft:
            known = draft.bookmark(mark).model_dump()
            changed = checked_bookmark({**known, **{name: fields[name] for name in _FIELDS if name in fields}})
            draft.put(mark, changed)
        return changed

    def remove(self, marks: Sequence[str], who: str = "") -> None:
        """Remove bookmarks, from all sets too."""
        with self._changing("remove", who) as draft:
            for mark in marks:
                draft.bookmark(mark)
                draft.drop(mark)
            for name, known in draft.kept.sets.items():
                if set(known.bookmarks) & set(marks):
                    draft.put(name, _without(known, marks))

    # -- sets ----------------------------------------------------------------------------------------------------------

    def new_set(self, name: str, marks: Sequence[str] = (), who: str = "") -> str:
        """Make a set, with bookmarks in it; returns its id. One that has a name already gets another."""
        with self._changing("new set", who) as draft:
            fields = checked_set({"name": name, "bookmarks": marks})
            for mark in fields.bookmarks:
                draft.bookmark(mark)
            other = named([known.name for known in draft.kept.sets.values()], fields.name)
            return draft.add(fields.model_copy(update={"name": other}))

    def describe_set(self, name: str, fields: Mapping[str, Any], who: str = "") -> BookmarkSet:
        """Change a set's ``name``, ``note`` or the order of its ``bookmarks``; returns it as it is then."""
        with self._changing("describe a set", who) as draft:
            known = draft.set(name)
            asked = {part: fields[part] for part in ("name", "note", "bookmarks") if part in fields}
            changed = checked_set({**known.model_dump(), **asked})
            if set(changed.bookmarks) != set(known.bookmarks):
                raise ExplorerError("An order has the same bookmarks as the set; put others in, or take them out.")
            draft.put(name, changed)
        return changed

    def put_into(self, name: str, marks: Sequence[str], who: str = "") -> BookmarkSet:
        """Put bookmarks into a set; those that are in it stay where they are."""
        with self._changing("put into a set", who) as draft:
            for mark in marks:
                draft.bookmark(mark)
            changed = _with(draft.set(name), marks)
            draft.put(name, changed)
        return changed

    def take_out(self, name: str, marks: Sequence[str], who: str = "") -> BookmarkSet:
        """Take bookmarks out of a set; they stay kept."""
        with self._changing("take out of a set", who) as draft:
            changed = _without(draft.set(name), marks)
            draft.put(name, changed)
        return changed

    def lay_out(self, name: str, spots: Mapping[str, Spot | None], who: str = "") -> BookmarkSet:
        """Say where bookmarks of a set lie on the light table; None takes one off it."""
        with self._changing("lay out", who) as draft:
            known = draft.set(name)
            table = {mark: spot for mark, spot in {**known.table, **spots}.items() if spot is not None}
            changed = checked_set({**known.model_dump(), "table": table})
            draft.put(name, changed)
        return changed

    def remove_set(self, name: str, who: str = "") -> None:
        """Remove a set; its bookmarks stay kept."""
        with self._changing("remove a set", who) as draft:
            draft.set(name)
            draft.drop(name)

    def read_in(
        self, about: BookmarkSet, marks: Sequence[Bookmark], spots: Sequence[Spot | None] = (), who: str = ""
    ) -> str:  # fmt: skip
        """Make a set, named and noted as ``about``, of bookmarks that were read from a file, in one change; returns its
        id. Those that are kept already, as far as what they are about, are not made twice."""
        with self._changing("read in a set", who) as draft:
            known = {_about(mark): name for name, mark in draft.kept.bookmarks.items()}
            ids = []
            for mark in marks:
                ids.append(known.get(_about(mark)) or draft.add(mark))
                known[_about(mark)] = ids[-1]
            table = {name: spot for name, spot in zip(ids, spots, strict=False) if spot is not None}
            name = named([kept.name for kept in draft.kept.sets.values()], about.name)
            return draft.add(checked_set({**about.model_dump(), "name": name, "bookmarks": ids, "table": table}))

    # -- undo ----------------------------------------------------------------------------------------------------------

    def undo(self, who: str = "") -> Step:
        """Take the latest change back that was not taken back yet, and return it. Raises :class:`ExplorerError` where
        there is none."""
        with self._database.changing() as db:
            done, _ = standing(db)
            if not done:
                raise ExplorerError("There is no change of the bookmarks to take back.")
            number = add_change(db, UNDO, who, done[-1].id)
            for row in entries_of(db, done[-1].id):
                append_entry(db, number, row["entry"], before_change(db, row["entry"], done[-1].id))
            return done[-1]

    def redo(self, who: str = "") -> Step:
        """Bring the change back that was taken back last, and return it. Raises :class:`ExplorerError` where there is
        none, or something else was changed since."""
        with self._database.changing() as db:
            _, undone = standing(db)
            if not undone:
                raise ExplorerError("There is no change of the bookmarks to bring back.")
            number = add_change(db, REDO, who, undone[-1].id)
            for row in entries_of(db, undone[-1].id):
                append_entry(db, number, row["entry"], row["value"])
            return undone[-1]

    @contextmanager
    def _changing(self, kind: str, who: str) -> Iterator[_Draft]:
        """One change: what the draft is given is written at the end, or nothing of it when the block raises."""
        with self._database.changing() as db:
            draft = _Draft(db, kind, who)
            yield draft
            draft.write()


class _Draft:
    """A change while it is made."""

    def __init__(self, db: sqlite3.Connection, kind: str, who: str) -> None:
        self._db, self._kind, self.who = db, kind, signed(who)
        self.kept = kept_now(db)
        self._before = {**self.kept.bookmarks, **self.kept.sets}
        self._after: dict[str, Bookmark | BookmarkSet | None] = {}
        self._last = int(db.execute("SELECT coalesce(max(id), 0) FROM bookmark_changes").fetchone()[0])

    def bookmark(self, mark: str) -> Bookmark:
        """A bookmark. Raises :class:`ExplorerError` where none has this id."""
        found = self._after.get(mark, self.kept.bookmarks.get(mark))
        if not isinstance(found, Bookmark):
            raise ExplorerError(f"There is no bookmark {mark[:40]!r}; it may have been removed.")
        return found

    def set(self, name: str) -> BookmarkSet:
        """A set. Raises :class:`ExplorerError` where none has this id."""
        found = self._after.get(name, self.kept.sets.get(name))
        if not isinstance(found, BookmarkSet):
            raise ExplorerError(f"There is no set {name[:40]!r}; it may have been removed.")
        return found

    def add(self, value: Bookmark | BookmarkSet) -> str:
        """Add one; returns its id, which nothing ever had."""
        if len(self._before) + len(self._after) >= MOST_KEPT:
            raise ExplorerError(f"{MOST_KEPT:,} bookmarks and sets are kept already, which is the most.")
        kind = BOOKMARK if isinstance(value, Bookmark) else SET
        new = f"{kind}-{self._last + 1}-{len(self._after) + 1}"
        self._after[new] = value
        return new

    def put(self, name: str, value: Bookmark | BookmarkSet) -> None:
        """Leave one like this."""
        self._after[name] = value

    def drop(self, name: str) -> None:
        """Leave none of this id."""
        self._after[name] = None

    def write(self) -> None:
        differing = {name: value for name, value in self._after.items() if value != self._before.get(name)}
        if differing:
            number = add_change(self._db, self._kind, self.who)
            for name, value in differing.items():
                append_entry(self._db, number, name, written(value))


def _with(known: BookmarkSet, marks: Sequence[str]) -> BookmarkSet:
    return checked_set({**known.model_dump(), "bookmarks": [*known.bookmarks, *marks]})


def _without(known: BookmarkSet, marks: Sequence[str]) -> BookmarkSet:
    left = [mark for mark in known.bookmarks if mark not in set(marks)]
    return checked_set({**known.model_dump(), "bookmarks": left})


def _about(mark: Bookmark) -> tuple[Any, ...]:
    return mark.kind, mark.places, mark.address, mark.name, mark.note
