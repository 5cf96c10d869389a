"""Motifs of a file made kept motifs: what is in the file and not in the collection is added; what somebody decided here
is never overwritten, and what the file says otherwise is listed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from explorer.collection import Collection
from explorer.collection.kept_motifs import KeptInstance, KeptMotif, in_the_pose_of, is_motif_id
from explorer.collection.motif_draft import Draft
from explorer.motifs.agreement import Agreement
from explorer.motifs.files import read_motifs


@dataclass(frozen=True)
class Conflict:
    """Something that a file says otherwise than the collection, which stays as it is."""

    motif: str
    """The id of the kept motif."""
    what: str
    """name, note, hidden; or of an instance relation, note, removed."""
    kept: str
    read: str
    file: str = ""
    """The work, for what is about an instance."""


@dataclass(frozen=True)
class ReadBack:
    """What came of reading a file."""

    motifs: int
    """Motifs that were added."""
    instances: int
    """Instances that were added to motifs that were kept before."""
    unchanged: int
    """Motifs of the file to which nobody has done anything; they are left aside."""
    conflicts: tuple[Conflict, ...]

    def to_json(self) -> dict[str, Any]:
        """A record for JSON."""
        return asdict(self)


def read_back(collection: Collection, path: Path, who: str) -> ReadBack:
    """Add what a file of motifs says to those that are kept, as one change, which one undo takes back.

    A motif of the file and a kept one are the same by their places, see
    :meth:`explorer.motifs.agreement.Agreement.same_as`. Raises :class:`ExplorerError`, with nothing added, for a file
    that is no such file and for what cannot be kept.
    """
    motifs, unchanged = read_motifs(path, collection.picture_sizes())
    added, instances, conflicts = 0, 0, []
    with collection.motifs.changing("read back", who) as draft:
        known = Agreement(list(draft.all().values()))
        for read in motifs:
            kept = _same(known, read)
            if kept is None:
                draft.put(replace(read, id=_unused(draft, read.id), finds=read.origins))
                added += 1
                continue
            now = draft.motif(kept.id)
            both, differing = combined(now, read)
            draft.put(both)
            instances += len(both.instances) - len(now.instances)
            conflicts += differing
    return ReadBack(added, instances, unchanged, tuple(conflicts))


def combined(kept: KeptMotif, read: KeptMotif) -> tuple[KeptMotif, list[Conflict]]:
    """A kept motif with what another says beyond it, and what that says otherwise."""
    conflicts: list[Conflict] = []
    values = {"name": (kept.name, read.name), "note": (kept.note, read.note)}
    filled = _filled(values, Conflict(kept.id, "", "", ""), conflicts)
    if kept.dropped != read.dropped:
        conflicts.append(Conflict(kept.id, "hidden", _yes(kept.dropped), _yes(read.dropped)))
    both = replace(kept, **filled)
    for instance in in_the_pose_of(read.instances, kept.instances):
        there = both.at(instance.place)
        if there is None:
            both = both.with_added(instance)
        else:
            both = both.with_replaced(there, _combined(there, instance, kept.id, conflicts))
    return both, conflicts


def _combined(kept: KeptInstance, read: KeptInstance, motif: str, conflicts: list[Conflict]) -> KeptInstance:
    values = {"relation": (kept.relation, read.relation), "note": (kept.note, read.note)}
    about = Conflict(motif, "", "", "", kept.work)
    filled = _filled(values, about, conflicts)
    if kept.removed != read.removed:
        conflicts.append(replace(about, what="removed", kept=_yes(kept.removed), read=_yes(read.removed)))
    score = read.score if kept.score is None else kept.score
    return replace(kept, **filled, transform=kept.transform or read.transform, score=score)


def _filled(values: dict[str, tuple[str, str]], about: Conflict, conflicts: list[Conflict]) -> dict[str, Any]:
    """Of pairs of texts, kept and read, the kept one, or the other where that is empty; two that differ are a
    conflict."""
    for what, (kept, read) in values.items():
        if kept and read and kept != read:
            conflicts.append(replace(about, what=what, kept=kept, read=read))
    return {what: kept or read for what, (kept, read) in values.items()}


def _same(known: Agreement, read: KeptMotif) -> KeptMotif | None:
    """The kept motif that a file's is; of several the one with its id, else the one that shares most."""
    same = [known.motifs[number] for number in known.same_as(read.present or read.instances)]
    return next((motif for motif in same if motif.id == read.id), same[0] if same else None)


def _unused(draft: Draft, name: str) -> str:
    return name if is_motif_id(name) and not draft.is_kept(name) else draft.unused_id()


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
