"""What a person can do to motifs. Each method is one change, which one undo takes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from explorer.collection.kept_motifs import (
    KeptInstance,
    KeptMotif,
    Place,
    at_one_detail,
    in_the_pose_of,
)
from explorer.collection.motif_draft import Draft, present_at
from explorer.errors import ExplorerError
from explorer.geometry import Box


class MotifChanges:
    """The changes of one person, see :meth:`explorer.collection.motif_store.MotifStore.by`.

    Motifs are named by their ids, instances by their places; a discovered motif is kept by its first change. Every
    method returns the motif as it is then, and raises :class:`ExplorerError`, with nothing changed, for what is not
    there and for what cannot be kept. What changes nothing leaves no trace. ``was`` is a text as whoever writes another
    in its place saw it: where it is no longer that, nothing is written over it.
    """

    def __init__(self, changing: Callable[[str], AbstractContextManager[Draft]]) -> None:
        self._changing = changing

    # -- of a motif ----------------------------------------------------------------------------------------------------

    def keep(self, motif: str) -> KeptMotif:
        """Keep a discovered motif as it is."""
        with self._changing("keep") as draft:
            return draft.put(draft.motif(motif))

    def name(self, motif: str, name: str, was: str | None = None) -> KeptMotif:
        """Give it a name; an empty one takes the name away."""
        with self._changing("name") as draft:
            now = draft.motif(motif)
            _refuse_changed("name", now.name, was, name)
            return draft.put(replace(now, name=name))

    def note(self, motif: str, note: str, was: str | None = None) -> KeptMotif:
        """Write its note, in place of the one before."""
        with self._changing("note") as draft:
            now = draft.motif(motif)
            _refuse_changed("note", now.note, was, note)
            return draft.put(replace(now, note=note))

    def drop(self, motif: str) -> KeptMotif:
        """Hide it, as one that means nothing; when it is discovered again it stays hidden."""
        with self._changing("drop") as draft:
            return draft.put(replace(draft.motif(motif), dropped=True))

    def bring_back(self, motif: str) -> KeptMotif:
        """Show one that was dropped."""
        with self._changing("bring back") as draft:
            return draft.put(replace(draft.motif(motif), dropped=False))

    # -- of an instance ------------------------------------------------------------------------------------------------

    def remove(self, motif: str, place: Place) -> KeptMotif:
        """Take an instance out, as one that does not belong there; it is not proposed again."""
        return self._put("remove", motif, place, removed=True)

    def restore(self, motif: str, place: Place) -> KeptMotif:
        """Bring back an instance that was removed."""
        with self._changing("restore") as draft:
            now = draft.motif(motif)
            instance = now.at(place)
            if instance is None or not instance.removed:
                raise ExplorerError(f"No instance was removed there in {place[0][:200]!r}.")
            return draft.put(now.with_replaced(instance, replace(instance, removed=False)))

    def relate(self, motif: str, place: Place, relation: str, was: str | None = None) -> KeptMotif:
        """Say what an instance is to the motif: one of :data:`explorer.collection.kept_motifs.RELATIONS`, or empty."""
        return self._put("relation", motif, place, was, relation=relation)

    def note_instance(self, motif: str, place: Place, note: str, was: str | None = None) -> KeptMotif:
        """Write the note of an instance, in place of the one before."""
        return self._put("instance note", motif, place, was, note=note)

    def add(self, motif: str, place: Place) -> KeptMotif:
        """Add an instance by hand, or bring back the one that was removed there."""
        work, box = place
        with self._changing("add") as draft:
            if not draft.has_work(work):
                raise ExplorerError(f"There is no work {work[:200]!r} in this collection.")
            return draft.put(_with_added(draft.motif(motif), KeptInstance(work, box.clipped(), by_hand=True)))

    def accept(self, motif: str, proposed: KeptInstance) -> KeptMotif:
        """Take in an instance that discovery proposes."""
        with self._changing("accept") as draft:
            return draft.put(_with_added(draft.motif(motif), replace(proposed, removed=False)))

    def decline(self, motif: str, proposed: KeptInstance) -> KeptMotif:
        """Refuse an instance that discovery proposes, so that it is not proposed again."""
        with self._changing("decline") as draft:
            now = draft.motif(motif)
            if now.at(proposed.place):
                raise ExplorerError("The motif has this instance already; remove it.")
            return draft.put(now.with_added(replace(proposed, removed=True)))

    def redraw(self, motif: str, place: Place, box: Box) -> KeptMotif:
        """Give an instance another box on its work. Where that is another place, the old one is not proposed again."""
        with self._changing("redraw") as draft:
            now = draft.motif(motif)
            instance = present_at(now, place)
            drawn = replace(instance, box=box.clipped(), by_hand=True)
            there = now.at(drawn.place)
            if there not in (None, instance):
                raise ExplorerError("The motif has an instance there already, or had one that was removed.")
            now = now.with_replaced(instance, drawn)
            return draft.put(now if there else now.with_added(replace(instance, removed=True)))

    # -- of two motifs -------------------------------------------------------------------------------------------------

    def move(self, motif: str, place: Place, to: str) -> KeptMotif:
        """Move an instance to the motif ``to``, which is returned."""
        with self._changing("move") as draft:
            source, target = draft.motif(motif), draft.motif(to)
            _refuse_same(motif, to)
            instance = present_at(source, place)
            draft.put(source.with_replaced(instance, replace(instance, removed=True)))
            return draft.put(_joined(target, source, {id(instance)}))

    def merge(self, motif: str, other: str) -> KeptMotif:
        """Make one motif of two. What is in either is in it, each detail once; ``other`` is gone.

        Names and relations that ``motif`` lacks are taken from ``other``, those that differ go into the notes, and
        notes are put after one another.
        """
        with self._changing("merge") as draft:
            now, gone = draft.motif(motif), draft.motif(other)
            _refuse_same(motif, other)
            merged = _joined(now, gone, set(map(id, gone.instances)))
            known = [motif.probability for motif in (now, gone) if motif.probability is not None]
            draft.take_away(other, motif)
            return draft.put(replace(
                merged, name=now.name or gone.name,
                note=_both(now.note, _also(now.name, gone.name), gone.note),
                probability=max(known, default=None), dropped=False,
                finds=tuple(dict.fromkeys((*now.origins, *gone.origins))),
            ))  # fmt: skip

    def split(self, motif: str, places: Sequence[Place]) -> KeptMotif:
        """Make a motif of its own of some instances; it is returned."""
        with self._changing("split") as draft:
            now = draft.motif(motif)
            chosen = {id(present_at(now, place)) for place in places}
            if not 0 < len(chosen) < len(now.present):
                raise ExplorerError("Choose some of the motif's instances to split off, and not all of them.")
            rest = (replace(each, removed=True) if id(each) in chosen else each for each in now.instances)
            draft.put(replace(now, instances=tuple(rest), finds=now.origins))
            new = KeptMotif(draft.unused_id(), (), probability=now.probability, finds=now.origins)
            return draft.put(new.with_added(*(each for each in now.instances if id(each) in chosen)))

    def _put(self, kind: str, motif: str, place: Place, was: str | None = None, **values: Any) -> KeptMotif:
        """Change values of an instance that is present; ``was`` is for a text."""
        with self._changing(kind) as draft:
            now = draft.motif(motif)
            instance = present_at(now, place)
            for name, value in values.items():
                _refuse_changed(name, getattr(instance, name), was, value)
            return draft.put(now.with_replaced(instance, replace(instance, **values)))


def _refuse_changed(what: str, now: Any, was: str | None, new: Any) -> None:
    """Refuse to write over a text that is not what whoever wrote the new one last saw; None is for whoever saw none."""
    if was is not None and now not in (was, new):
        raise ExplorerError(f"Somebody changed this {what} meanwhile, so yours is not kept yet.")


def _refuse_same(motif: str, other: str) -> None:
    if motif == other:
        raise ExplorerError("This needs two motifs; choose another one.")


def _with_added(motif: KeptMotif, new: KeptInstance) -> KeptMotif:
    """The motif with a new instance, or with the one that was removed there."""
    there = motif.at(new.place)
    if there is None:
        return motif.with_added(new)
    if not there.removed:
        raise ExplorerError(f"The motif has this instance in {new.work[:200]!r} already.")
    return motif.with_replaced(there, replace(there, removed=False))


def _joined(motif: KeptMotif, other: KeptMotif, chosen: set[int]) -> KeptMotif:
    """The motif with instances of another one, ``chosen`` by Python's identity, in its own pose. Of a place that both
    have, what was said in either is kept."""
    posed = in_the_pose_of(other.instances, motif.instances, at_one_detail)
    for instance, moved in zip(other.instances, posed, strict=True):
        if id(instance) not in chosen:
            continue
        there = at_one_detail(motif.instances, moved.place)
        if there is None:
            motif = motif.with_added(moved)
            continue
        drawn = moved.by_hand and not there.by_hand and motif.at(moved.place) in (None, there)
        fused = _fused(there, moved)
        motif = motif.with_replaced(there, replace(fused, box=moved.box, by_hand=True) if drawn else fused)
    return motif


def _fused(mine: KeptInstance, other: KeptInstance) -> KeptInstance:
    return replace(
        mine, transform=mine.transform or other.transform, relation=mine.relation or other.relation,
        score=other.score if mine.score is None else mine.score,
        note=_both(mine.note, _also(mine.relation, other.relation), other.note), removed=mine.removed and other.removed,
    )  # fmt: skip


def _both(*notes: str) -> str:
    """Notes as one."""
    return "\n".join(dict.fromkeys(note for note in notes if note))


def _also(mine: str, other: str) -> str:
    """A line for a note, with a name or a relation that another one takes the place of."""
    return f"Also called {other}." if mine and other and mine != other else ""
