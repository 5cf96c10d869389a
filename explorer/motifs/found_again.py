"""Which discovered motif is a kept one, found again.

The rule, for the motifs of a discovery and those that were kept (a *find* is what discovery had of a motif then):

1. A discovered motif is a find again if more than half of the places of the smaller are in common, and each of the two
   has most in common with the other: places in common, as a share of the places of both together.
2. It then belongs to one kept motif: of those that were made of that find, the one that has most of its instances now.
   It belongs to none where all that they have in common was removed, though others of the find were left in; nor to a
   hidden one that had less than half of its instances, which would hide what nobody has looked at.
3. A kept motif of whose finds none is found again, or known, has those that are left of which at least half of the
   instances are in it.

So a discovered motif that nobody touched stays what it is, whatever is split off, merged or removed beside it: until
the next discovery, every find has most in common with the very motif that it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.collection.kept_motifs import Find, KeptInstance, KeptMotif
from explorer.motifs.agreement import Agreement

_NONE = (0, 0)


def found_again(kept: Sequence[KeptMotif], discovered: Sequence[KeptMotif]) -> dict[int, int]:
    """The numbers of the ``discovered`` motifs that are ``kept`` ones, each with the number of that kept one."""
    known = _owners(kept)
    finds, owners = list(known), list(known.values())
    now = Agreement(kept)
    belongs: dict[int, int] = {}
    lost = set(range(len(kept)))
    for number, at in _mutually_best(finds, discovered).items():
        lost.difference_update(owners[at])
        owner = _owner(now, owners[at], finds[at], discovered[number])
        if owner is not None:
            belongs[number] = owner
    for number, motif in enumerate(discovered):
        if number not in belongs and (owner := _holder(now, lost, motif)) is not None:
            belongs[number] = owner
    return belongs


def of_one_find(kept: Sequence[KeptMotif]) -> list[set[int]]:
    """For each motif its number and the numbers of those that have a find in common with it: what was decided of a
    place in one of them is decided for all."""
    owners = _owners(kept)
    return [{number, *(other for find in motif.finds for other in owners[find])} for number, motif in enumerate(kept)]


def _owners(kept: Sequence[KeptMotif]) -> dict[Find, list[int]]:
    """The numbers of the motifs that were made of each find."""
    owners: dict[Find, list[int]] = {}
    for number, motif in enumerate(kept):
        for find in motif.finds:
            owners.setdefault(find, []).append(number)
    return owners


def _mutually_best(finds: Sequence[Find], discovered: Sequence[KeptMotif]) -> dict[int, int]:
    """The numbers of the discovered motifs that are a find again, each with that of the find."""
    known = Agreement([KeptMotif("", _instances(find)) for find in finds])
    shares: dict[tuple[int, int], float] = {}
    for number, motif in enumerate(discovered):
        for at, (_, common) in known.common(motif.instances).items():
            sizes = len(motif.instances), len(finds[at].places)
            if 2 * common > min(sizes):
                shares[number, at] = common / (sum(sizes) - common)
    best_find: dict[int, int] = {}
    best_motif: dict[int, int] = {}
    for number, at in sorted(shares, key=lambda pair: (-shares[pair], pair)):
        best_find.setdefault(number, at)
        best_motif.setdefault(at, number)
    return {number: at for number, at in best_find.items() if best_motif[at] == number}


def _instances(find: Find) -> tuple[KeptInstance, ...]:
    return tuple(KeptInstance(*place) for place in find.places)


def _owner(now: Agreement, owners: Sequence[int], find: Find, motif: KeptMotif) -> int | None:
    """Of the kept motifs that were made of a find, the one that a discovered motif belongs to, if any."""
    common = now.common(motif.instances)
    most = max(owners, key=lambda which: (common.get(which, _NONE), -which))
    held, ever = common.get(most, _NONE)
    if not held:
        left_in = now.common(_instances(find))
        return None if any(left_in.get(which, _NONE)[0] for which in owners) else most
    if now.motifs[most].dropped:
        _, found = Agreement([motif]).common(_instances(find)).get(0, _NONE)
        return most if 2 * max(ever, found) >= len(motif.instances) else None
    return most


def _holder(now: Agreement, lost: set[int], motif: KeptMotif) -> int | None:
    """Of kept motifs whose finds are lost, the one that has at least half of a discovered one; of a motif of which all
    was removed, what was in it."""
    if not lost:
        return None
    common = now.common(motif.instances)
    counts = {which: common.get(which, _NONE)[not now.motifs[which].present] for which in lost}
    most = max(counts, key=lambda which: (counts[which], -which))
    return most if counts[most] and 2 * counts[most] >= len(motif.instances) else None
