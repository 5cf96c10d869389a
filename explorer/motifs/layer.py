"""What is shown of motifs: what people made of them, and what was discovered beside it.

A discovery changes nothing that a person decided. What it finds of a motif that is kept, and that nobody has accepted
or removed, is proposed; what it finds that no kept motif has is shown as it is; a dropped motif stays hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from explorer.collection.kept_motifs import KeptInstance, KeptMotif, at_place, from_the_first, in_the_pose_of
from explorer.motifs.agreement import Agreement
from explorer.motifs.found_again import found_again, of_one_find
from explorer.motifs.records import Motif

Sizes = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class ShownMotif:
    """A motif as it is shown. The transforms of all its instances are from one pose, not always that of the first."""

    id: str
    instances: tuple[KeptInstance, ...]
    name: str = ""
    note: str = ""
    kept: bool = False
    """Whether a person worked on it."""
    proposals: tuple[KeptInstance, ...] = ()
    """What discovery found of it and nobody has accepted or removed, surest first."""
    removed: tuple[KeptInstance, ...] = ()
    probability: float | None = None
    """Probability that it recurs at all, see :func:`surest_pair`; None where nothing was compared, or is left."""
    dropped: bool = False

    @property
    def works(self) -> tuple[str, ...]:
        """The works that it occurs in, each once, in the order of the instances."""
        return tuple(dict.fromkeys(instance.work for instance in self.instances))

    def from_the_first(self) -> ShownMotif:
        """The same motif with transforms from its first instance that has one: that then is scale 1, turn 0, not
        mirrored."""
        first, second = len(self.instances), len(self.instances) + len(self.proposals)
        posed = from_the_first([*self.instances, *self.proposals, *self.removed])
        return replace(self, instances=posed[:first], proposals=posed[first:second], removed=posed[second:])

    def to_json(self, sizes: Sizes) -> dict[str, Any]:
        """A record for JSON: that of :meth:`explorer.motifs.records.Motif.to_json`, and what people made.

        ``sizes`` are width and height of the works' originals, for boxes in pixels; the box is None in a work that left
        the collection. ``place`` is the box in fractions of the picture. A transform or a score that is not known is
        None.
        """
        posed = self.from_the_first()
        return {
            "id": self.id, "size": len(self.instances), "works": len(self.works),
            "probability": _rounded(self.probability),
            "name": self.name, "note": self.note, "kept": self.kept, "hidden": self.dropped,
            "instances": [instance_json(instance, sizes) for instance in posed.instances],
            "proposals": [instance_json(instance, sizes) for instance in posed.proposals],
            "removed": [instance_json(instance, sizes) for instance in posed.removed],
        }  # fmt: skip


def shown_motifs(discovered: Sequence[Motif], kept: Sequence[KeptMotif], dropped: bool = False) -> list[ShownMotif]:
    """The kept motifs as they were left, in their order, with proposals; then the discovered ones that are none of
    them (:mod:`explorer.motifs.found_again` has the rule), in theirs. Dropped ones are left out, unless asked for. No
    two have the same id."""
    known, found = Agreement(kept), [as_kept(motif) for motif in discovered]
    belongs, relatives = found_again(kept, found), of_one_find(kept)
    offered: dict[int, list[KeptInstance]] = {}
    for number, to in belongs.items():
        offered.setdefault(to, []).extend(in_the_pose_of(found[number].instances, kept[to].instances))
    new = [motif for number, motif in enumerate(found) if number not in belongs]
    left = [
        _shown(motif, kept=True, proposals=_proposals(known, relatives[number], offered.get(number, ())))
        for number, motif in enumerate(kept) if dropped or not motif.dropped
    ]  # fmt: skip
    return [*left, *(_shown(motif) for motif in _renamed(new, {motif.id for motif in kept}))]


def to_keep(shown: Iterable[ShownMotif]) -> dict[str, KeptMotif]:
    """The motifs that are shown and not kept yet, by id, as the first change of one keeps it: what
    :meth:`explorer.collection.motif_store.MotifStore.by` takes."""
    found = (motif for motif in shown if not motif.kept)
    return {motif.id: _numbered(KeptMotif(motif.id, motif.instances, probability=motif.probability)) for motif in found}


def as_kept(motif: Motif) -> KeptMotif:
    """A discovered motif as it is when nobody has changed anything of it."""
    instances = (KeptInstance(each.work, each.box, each.transform, each.score) for each in motif.instances)
    return KeptMotif(motif.id, tuple(instances), probability=motif.probability)


def surest_pair(motif: KeptMotif) -> float | None:
    """The probability that a kept motif recurs, as discovery has it: that of the surest pair that is in it now.

    An instance has the probability of its pair with the motif's reference; the reference, with which a find begins, has
    that of its own surest pair, which may have been removed, and does not count. None where fewer than two instances
    are left, and where none of them was compared. Where no score is known at all, as in a file that somebody made, it
    is the probability that was given.
    """
    if len(motif.present) < 2:
        return None
    if all(instance.score is None for instance in motif.instances):
        return motif.probability
    references = [find.places[0] for find in motif.finds if find.places]
    scores = (
        instance.score for instance in motif.present
        if instance.score is not None and not any(at_place([instance], place) for place in references)
    )  # fmt: skip
    return max(scores, default=None)


def instance_json(instance: KeptInstance, sizes: Sizes) -> dict[str, Any]:
    """A record of an instance for JSON, see :meth:`ShownMotif.to_json`."""
    transform, size = instance.transform, sizes.get(instance.work)
    return {
        "file": instance.work, "box": list(instance.box.to_pixels(*size)) if size else None,
        "place": [round(float(side), 5) for side in instance.box.as_tuple()],
        "transform": transform and {
            "scale": round(transform.scale, 4), "turn": round(transform.turn, 2), "mirror": bool(transform.mirror),
        },
        "score": _rounded(instance.score), "relation": instance.relation, "note": instance.note,
        "by_hand": instance.by_hand,
    }  # fmt: skip


def _shown(motif: KeptMotif, kept: bool = False, proposals: tuple[KeptInstance, ...] = ()) -> ShownMotif:
    probability = surest_pair(motif) if kept else motif.probability
    return ShownMotif(
        motif.id, motif.present, motif.name, motif.note, kept, proposals, motif.removed, probability, motif.dropped
    )


def _proposals(known: Agreement, relatives: set[int], offered: Iterable[KeptInstance]) -> tuple[KeptInstance, ...]:
    """Of what was found of a motif, what nobody has decided about: it is neither in nor removed from the motif or one
    of its ``relatives``, those that were split off or that it was split off from, nor in another motif that is kept."""
    proposed: list[KeptInstance] = []
    for instance in sorted(offered, key=lambda each: -(each.score or 0.0)):
        decided = any(
            number in relatives or not (there.removed or known.motifs[number].dropped)
            for number, there in known.at(instance)
        )
        if not decided and at_place(proposed, instance.place) is None:
            proposed.append(instance)
    return tuple(proposed)


def _renamed(motifs: Iterable[KeptMotif], taken: set[str]) -> list[KeptMotif]:
    """Motifs with a number after those ids that others have."""
    renamed: list[KeptMotif] = []
    for motif in motifs:
        name, count = motif.id, 1
        while name in taken:
            count += 1
            name = f"{motif.id}-{count}"
        taken.add(name)
        renamed.append(replace(motif, id=name))
    return renamed


def _numbered(motif: KeptMotif) -> KeptMotif:
    numbered = (replace(instance, number=number) for number, instance in enumerate(motif.instances, start=1))
    return replace(motif, instances=tuple(numbered))


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(float(number), 4)
