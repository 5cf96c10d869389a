"""Which motifs are the same by the places that they have in common, whatever they are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from explorer.collection.judgements import SAME_PLACE
from explorer.collection.kept_motifs import KeptInstance, KeptMotif
from explorer.geometry import intersection_over_union

Pair = tuple[int, int]


class Agreement:
    """Motifs, and which of their places other motifs have too."""

    def __init__(self, motifs: Sequence[KeptMotif]) -> None:
        self.motifs = motifs
        rows: dict[str, list[tuple[int, int]]] = {}
        for number, motif in enumerate(motifs):
            for at, instance in enumerate(motif.instances):
                rows.setdefault(instance.work, []).append((number, at))
        self._owners = rows
        self._boxes = {
            work: np.array([motifs[number].instances[at].box.as_tuple() for number, at in owners], np.float32)
            for work, owners in rows.items()
        }

    def at(self, instance: KeptInstance) -> list[tuple[int, KeptInstance]]:
        """The motifs' instances at the same place, each with the number of its motif, removed ones too."""
        owners = self._owners.get(instance.work)
        if owners is None:
            return []
        overlaps = intersection_over_union(instance.box.as_tuple(), self._boxes[instance.work])[0]
        same = [owners[row] for row in np.flatnonzero(overlaps > SAME_PLACE)]
        return [(number, self.motifs[number].instances[at]) for number, at in same]

    def common(self, instances: Iterable[KeptInstance]) -> dict[int, tuple[int, int]]:
        """By the number of a motif, how many of the places that are in it, and of all with those that were removed from
        it, it has in common with these ``instances``. Motifs with none are left out."""
        shared: dict[int, tuple[set[int], set[int], set[int]]] = {}
        for row, instance in enumerate(instances):
            for number, there in self.at(instance):
                ours, theirs, removed = shared.setdefault(number, (set(), set(), set()))
                ours.add(row)
                (removed if there.removed else theirs).add(id(there))
        return {
            number: (min(len(ours), len(theirs)), min(len(ours), len(theirs) + len(removed)))
            for number, (ours, theirs, removed) in shared.items()
        }

    def same_as(self, instances: Iterable[KeptInstance]) -> list[int]:
        """The numbers of the motifs that are the same as one with these ``instances``, best first.

        They are the same when at least half of the smaller set of instances lie at places of the other. Of a motif
        removed instances do not count, unless all are removed. A dropped one is the same only where at least half of
        ``instances`` lie in it: it must not hide what nobody has looked at.
        """
        given = list(instances)
        shared: dict[int, tuple[set[int], set[int]]] = {}
        for row, instance in enumerate(given):
            for number, there in self.at(instance):
                if not there.removed or not self.motifs[number].present:
                    ours, theirs = shared.setdefault(number, (set(), set()))
                    ours.add(row)
                    theirs.add(id(there))
        same = [
            number for number, (ours, theirs) in shared.items()
            if _are_the_same(self.motifs[number], len(given), len(ours), len(theirs))
        ]  # fmt: skip
        return sorted(same, key=lambda number: (-len(shared[number][0]), number))


def _are_the_same(motif: KeptMotif, size: int, ours: int, theirs: int) -> bool:
    """Whether a motif is the same as one of ``size`` instances, of which ``ours`` lie at ``theirs`` of its places."""
    others = len(motif.present or motif.instances)
    return 2 * ours >= size if motif.dropped or size <= others else 2 * theirs >= others
