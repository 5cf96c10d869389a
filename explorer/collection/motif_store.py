"""What scholars make of motifs: kept with the first change, never overwritten, every change undone and redone.

Instances refer to works by their ids and to details by boxes, so they outlive the works' files, any indexing and any
model. :mod:`explorer.collection.motif_log` says how it is stored.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from explorer.collection.database import Database
from explorer.collection.kept_motifs import KeptMotif, is_motif_id
from explorer.collection.motif_changes import MotifChanges
from explorer.collection.motif_draft import Draft
from explorer.collection.motif_log import Change, add_redo, add_undo, changes, merged_into, motifs_now, standing
from explorer.errors import ExplorerError


class MotifStore:
    """The kept motifs of one collection.

    Changes by several people, threads and programs at once follow one another; each sees what the one before left.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, dropped: bool = True) -> list[KeptMotif]:
        """The motifs that are kept, in the order in which they were first kept; without those that were dropped, if
        asked."""
        with self._snapshot() as db:
            return [motif for motif in motifs_now(db).values() if dropped or not motif.dropped]

    def motif(self, motif: str) -> KeptMotif:
        """One kept motif. Raises :class:`ExplorerError` where none has this id."""
        with self._snapshot() as db:
            found = motifs_now(db, motif).get(motif) if is_motif_id(motif) else None
        if found is None:
            raise ExplorerError(f"No motif {motif[:40]!r} is kept in this collection.")
        return found

    def merged(self) -> dict[str, str]:
        """The ids of motifs that were merged, each with that of the motif that it is in now."""
        with self._snapshot() as db:
            return merged_into(db)

    def history(self, motif: str | None = None) -> list[Change]:
        """All that was ever done, earliest first; or what was done to one motif."""
        with self._snapshot() as db:
            return changes(db, motif)

    def next_steps(self) -> tuple[Change | None, Change | None]:
        """The change that :meth:`undo` would take back, and the one that :meth:`redo` would bring back, if any."""
        done, undone = standing(self.history())
        return (done[-1] if done else None), (undone[-1] if undone else None)

    def by(self, who: str, found: Mapping[str, KeptMotif] | None = None) -> MotifChanges:
        """What ``who`` can do to the motifs that are kept and to those that were ``found``, by id, see
        :func:`explorer.motifs.layer.to_keep`."""
        return MotifChanges(lambda kind: self.changing(kind, who, found))

    @contextmanager
    def changing(self, kind: str, who: str, found: Mapping[str, KeptMotif] | None = None) -> Iterator[Draft]:
        """One change, of any number of motifs: what the draft is given is written at the end, or nothing of it when the
        block raises."""
        with self._database.changing() as db:
            draft = Draft(db, kind, who, found or {})
            yield draft
            draft.write()

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        """A connection on which all that is read is from one moment."""
        with self._database.reading() as db, db:
            db.execute("BEGIN")
            yield db

    def undo(self, who: str) -> Change:
        """Take the latest change back that was not taken back yet, and return it. Raises :class:`ExplorerError` where
        there is none."""
        with self._database.changing() as db:
            done, _ = standing(changes(db))
            return _step(done, "take back", lambda change: add_undo(db, change, who))

    def redo(self, who: str) -> Change:
        """Bring the change back that was taken back last, and return it. Raises :class:`ExplorerError` where there is
        none, or something else was changed since."""
        with self._database.changing() as db:
            _, undone = standing(changes(db))
            return _step(undone, "bring back", lambda change: add_redo(db, change, who))


def _step(waiting: list[Change], what: str, add: Callable[[Change], None]) -> Change:
    if not waiting:
        raise ExplorerError(f"There is no change of the motifs to {what}.")
    add(waiting[-1])
    return waiting[-1]
