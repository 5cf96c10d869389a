"""A change of motifs while it is made: what it reads and what it will write, in one transaction."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Mapping
from dataclasses import replace

from explorer.collection.kept_motifs import Find, KeptInstance, KeptMotif, Place, checked_motif, is_motif_id
from explorer.collection.motif_finds import kept_find
from explorer.collection.motif_log import Merged, add_change, add_motif, merged_into, motifs_now
from explorer.errors import ExplorerError

MOST_KEPT = 20_000
"""Kept motifs of one collection, dropped ones too."""


class Draft:
    """Motifs as this change leaves them so far. Nothing is written before :meth:`write`."""

    def __init__(self, db: sqlite3.Connection, kind: str, who: str, found: Mapping[str, KeptMotif]) -> None:
        self._db, self._kind, self._who, self._found = db, kind, who, found
        self._before: dict[str, KeptMotif | None] = {}  # of those that were asked for
        self._after: dict[str, KeptMotif | Merged] = {}
        self._change = 0

    def all(self) -> dict[str, KeptMotif]:
        """All motifs that are kept, dropped ones too, as this change leaves them."""
        both = {**motifs_now(self._db), **self._after}
        return {name: motif for name, motif in both.items() if isinstance(motif, KeptMotif)}

    def motif(self, name: str) -> KeptMotif:
        """The motif of this id: the kept one, else the discovered one. Raises :class:`ExplorerError` where there is
        neither."""
        motif = self._after[name] if name in self._after else self._stored(name) or self._as_found(name)
        if isinstance(motif, KeptMotif):
            return motif
        into = merged_into(self._db).get(name)
        raise ExplorerError(f"Motif {name} was merged into {into}." if into else f"There is no motif {name[:40]!r}.")

    def is_kept(self, name: str) -> bool:
        """Whether a motif of this id is kept, dropped ones too, as this change leaves them."""
        return isinstance(self._after[name] if name in self._after else self._stored(name), KeptMotif)

    def put(self, motif: KeptMotif) -> KeptMotif:
        """Leave a motif like this; returns it as it will be read. Raises :class:`ExplorerError` where it cannot be
        kept."""
        if not is_motif_id(motif.id):
            raise ExplorerError(f"{motif.id[:40]!r} is no id of a motif.")
        if not self.is_kept(motif.id) and self._count() >= MOST_KEPT:
            raise ExplorerError(f"{MOST_KEPT:,} motifs are kept already, which is the most.")
        self._after[motif.id] = checked = checked_motif(motif)
        return checked

    def take_away(self, name: str, into: str) -> None:
        """Leave no motif of this id, since it was merged ``into`` another."""
        self._after[name] = Merged(into)

    def unused_id(self) -> str:
        """An id that no motif has ever had in this collection."""
        self._change = self._change or add_change(self._db, self._kind, self._who)
        names = (f"k-{self._change}-{number}" for number in itertools.count(1))
        return next(name for name in names if name not in self._after and not self._was_used(name))

    def has_work(self, work: str) -> bool:
        """Whether the collection has a work of this id."""
        known = self._db.execute("SELECT 1 FROM works WHERE id = ?", (work.encode("utf-8", "replace").decode(),))
        return known.fetchone() is not None

    def write(self) -> int:
        """Write it; returns the change's id, 0 where it left everything as it was."""
        differing = {name: motif for name, motif in self._after.items() if not _are_equal(motif, self._stored(name))}
        if not differing:
            return 0
        self._change = self._change or add_change(self._db, self._kind, self._who)
        finds: dict[Find, Find] = {}
        for name, motif in differing.items():
            before = self._stored(name)
            if isinstance(motif, KeptMotif):
                motif = replace(motif, finds=tuple(self._kept(find, finds) for find in motif.finds))  # noqa: PLW2901
            else:
                before = before or self._found.get(name)
            add_motif(self._db, self._change, before, motif, name)
        return self._change

    def _kept(self, find: Find, known: dict[Find, Find]) -> Find:
        """A find as it is in the database; ``known`` are those that this change put there, once each."""
        if find not in known:
            known[find] = kept_find(self._db, find)
        return known[find]

    def _as_found(self, name: str) -> KeptMotif | None:
        """The discovered motif of this id, with what was found of it for the record."""
        found = self._found.get(name)
        return found and replace(found, finds=(Find(tuple(instance.place for instance in found.instances)),))

    def _stored(self, name: str) -> KeptMotif | None:
        if name not in self._before:
            self._before[name] = motifs_now(self._db, name).get(name) if is_motif_id(name) else None
        return self._before[name]

    def _was_used(self, name: str) -> bool:
        return bool(self._db.execute("SELECT 1 FROM kept_motifs WHERE motif = ?", (name,)).fetchone())

    def _count(self) -> int:
        row = self._db.execute("SELECT count(DISTINCT motif) FROM kept_motifs").fetchone()
        return int(row[0]) + sum(1 for name in self._after if not self._stored(name))


def _are_equal(motif: KeptMotif | Merged, stored: KeptMotif | None) -> bool:
    return isinstance(motif, KeptMotif) and stored is not None and (motif, motif.finds) == (stored, stored.finds)


def present_at(motif: KeptMotif, place: Place) -> KeptInstance:
    """The instance of a motif at a place. Raises :class:`ExplorerError` where there is none, or it was removed."""
    instance = motif.at(place)
    if instance is None or instance.removed:
        raise ExplorerError(f"The motif has no instance there in {place[0][:200]!r}; it was removed or moved.")
    return instance
