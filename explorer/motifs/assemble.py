"""From verified pairs of places to motifs: each is compared with one reference, none grows along a chain of links.

The surest and largest pair that no motif explains yet begins a motif: one of its places is the reference. What the
index has near the reference is verified against it; so a single wrong pair can add one wrong instance, and never join
two motifs. Works that only another instance finds are taken where that instance is sure and the reference does not
contradict. What is a little like many works, as a face is like any face, is no motif: a copy stands out. Motifs that
agree on most of their places are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from explorer.geometry import Box
from explorer.motifs.candidates import PairOfPlaces
from explorer.motifs.pairs import Found, VerifiedPair, covered
from explorer.parallel import map_in_threads
from explorer.verification import Transform

LEAST = 0.5
"""Match probability from which a place is an instance."""
COVERED = 0.5
"""Share of the reference that must be there."""
BEGIN = 0.6
"""Match probability from which a pair begins a motif."""
DOUBTFUL = 0.1
"""Match probability from which a place that is no instance is like the reference all the same."""
SECOND = 0.6
"""Match probability with another instance that a place needs which the reference does not find by itself."""
_NOT_CONTRADICTED = 0.05  # match probability with the reference that such a place needs
_INSIDE = 0.7  # share of a box that lies in another for it to be explained by it
_OVERLAP = 0.2  # IoU of a window with a place from which the window's neighbours are candidates
_SAME = 0.4  # IoU from which two boxes on one work are the same place
_MISSES = 8  # works without an instance, one after another, from which the index is not followed further
_SECOND_MISSES, _SECOND_INSTANCES = 4, 3  # the same of other instances than the reference, and of how many
_FEW, _DOUBTFUL_FOR_EACH = 3, 1.5  # places that are like the reference: so many, and for each that is an instance
_SOME = 0.3  # share of places in common with what is too common from which a motif is so too
_AT_ONCE = 4  # candidates compared at a time, by several threads
_PARTS = 2  # pairs that share only a part of a motif, of each motif, that may begin another


@dataclass
class Group:
    """A motif as it is put together: its reference first."""

    found: list[Found] = field(default_factory=list)

    def at(self, row: int) -> list[Box]:
        """Its places on a work."""
        return [each.box for each in self.found if each.row == row]


class Verifier(Protocol):
    """What compares a place with a candidate, as :class:`explorer.motifs.pairs.PairVerifier` does."""

    def compared(self, row: int, box: Box, pair: PairOfPlaces) -> Found | None: ...

    def verified(self, pair: PairOfPlaces) -> VerifiedPair | None: ...


def _unheard(done: int, of: int) -> None:
    pass


Around = Callable[[int, Box, float], list[PairOfPlaces]]


def assembled(
    pairs: Sequence[VerifiedPair], around: Around, verifier: Verifier, done: Callable[[int, int], None] = _unheard
) -> list[Group]:
    """The motifs that the pairs support, in the order in which they were begun; ``done`` is told how many pairs of how
    many have been looked at."""
    groups: list[Group] = []
    common: list[Group] = []
    sure = [pair for pair in pairs if pair.probability >= BEGIN]
    waiting = sorted(sure, key=lambda pair: (-round(pair.probability, 1), -pair.boxes[0].area))
    parts: list[VerifiedPair] = []
    for number, pair in enumerate(_then(waiting, parts)):
        done(number, len(waiting) + len(parts))
        if any(_explains(group, pair) for group in (*groups, *common)):
            continue
        assembly = _Assembly(around, verifier)
        group = assembly.grown(pair)
        if assembly.is_common or any(_agree(known, group, _SOME) for known in common):
            common.append(group)
            continue
        if number < len(sure):  # what shares a part with a part is left
            parts += sorted(assembly.parts, key=lambda part: -part.probability)[:_PARTS]
        same = next((known for known in groups if _agree(known, group)), None)
        if same is None:
            groups.append(group)
        else:
            _take(same, group, verifier)
    return [group for group in groups if not any(_redundant(group, other) for other in groups if other is not group)]


def _then(first: list[VerifiedPair], last: list[VerifiedPair]) -> Iterator[VerifiedPair]:
    """All pairs of both lists; the second may grow meanwhile."""
    yield from first
    yield from last


class _Assembly:
    """One motif in the making, and pairs of works that share only a part of it."""

    def __init__(self, around: Around, verifier: Verifier) -> None:
        self._around, self._verifier = around, verifier
        self.parts: list[VerifiedPair] = []
        self._sure, self._doubtful = 1, 0

    def grown(self, pair: VerifiedPair) -> Group:
        """The motif whose reference is the first place of a pair."""
        row, box = pair.rows[0], pair.boxes[0]
        reference = Found(row, box, Transform(1.0, 0.0, False), pair.probability)
        other = Found(pair.rows[1], pair.boxes[1], pair.transform, pair.probability)
        group = Group([reference, other])
        self._add_near(group, reference, _MISSES)
        for found in sorted(group.found[1:], key=lambda each: -each.probability)[:_SECOND_INSTANCES]:
            self._add_near(group, found, _SECOND_MISSES)
        return group

    @property
    def is_common(self) -> bool:
        """Whether the reference is like many works and like none in particular, as a face is like any face."""
        return self._doubtful >= _FEW and self._doubtful > _DOUBTFUL_FOR_EACH * self._sure

    def _add_near(self, group: Group, start: Found, misses: int) -> None:
        """Add what lies in the index near one of a motif's places and is verified, until that is in vain."""
        reference, missed = group.found[0], 0
        nearest = {pair.rows[1]: pair for pair in reversed(self._around(start.row, start.box, _OVERLAP))}
        known = {each.row for each in group.found}
        candidates = sorted((pair for row, pair in nearest.items() if row not in known), key=lambda pair: -pair.score)
        for number in range(0, len(candidates), _AT_ONCE):
            compared = map_in_threads(
                lambda pair: self._compared(reference, start, pair), candidates[number : number + _AT_ONCE]
            )
            for each in compared:
                if missed >= misses:
                    return
                missed = 0 if each.instance else missed + 1
                group.found += [each.instance] if each.instance else []
                self.parts += [each.part] if each.part else []
                self._sure += each.with_reference >= LEAST
                self._doubtful += DOUBTFUL <= each.with_reference < LEAST

    def _compared(self, reference: Found, start: Found, candidate: PairOfPlaces) -> _Compared:
        """A candidate place, compared with one of the motif's and, if that is another, with the reference."""
        found = self._verifier.compared(start.row, start.box, candidate)
        if start is not reference:
            if found is None or found.probability < SECOND or found.share < COVERED:
                return _Compared()
            mirrored = found.transform.mirror != start.transform.mirror
            confirmed, probability = _confirmed(reference, found, mirrored, self._verifier)
            return _Compared(confirmed, with_reference=probability)
        if found is None:
            return _Compared()
        if found.probability >= LEAST and found.share >= COVERED:
            return _Compared(found, with_reference=found.probability)
        part = self._verifier.verified(candidate)
        return _Compared(None, part if part and part.probability >= LEAST else None, found.probability)


@dataclass(frozen=True)
class _Compared:
    """A candidate: the instance that it is, if it is one; a pair of works that share only a part of the motif; and the
    match probability with the reference, where that was what it was compared with first."""

    instance: Found | None = None
    part: VerifiedPair | None = None
    with_reference: float = 0.0


def _confirmed(reference: Found, found: Found, mirrored: bool, verifier: Verifier) -> tuple[Found | None, float]:
    """A place that another instance found, as the reference became it, and the match probability with the reference;
    None where the reference contradicts."""
    near = PairOfPlaces((reference.row, found.row), (reference.box, found.box), mirrored, 0.0)
    direct = verifier.compared(reference.row, reference.box, near)
    if direct is None or direct.box.iou(found.box) < _SAME:
        return None, 0.0
    if direct.probability < _NOT_CONTRADICTED or direct.share < COVERED:
        return None, direct.probability
    return Found(found.row, found.box, direct.transform, found.probability), direct.probability


def _explains(group: Group, pair: VerifiedPair) -> bool:
    """Whether both places of a pair lie in places of one motif."""
    return all(
        any(_inside(box, known) for known in group.at(row)) for row, box in zip(pair.rows, pair.boxes, strict=True)
    )


def _agree(first: Group, second: Group, share: float = 0.5) -> bool:
    """Whether two motifs have more than a ``share`` of the places of the smaller one in common."""
    fewer, more = sorted((first, second), key=lambda group: len(group.found))
    shared = sum(any(each.box.iou(known) >= _SAME for known in more.at(each.row)) for each in fewer.found)
    return shared >= 2 and shared > share * len(fewer.found)


def _take(group: Group, other: Group, verifier: Verifier) -> None:
    """Add those places of another motif, which agrees with it, that the reference confirms."""
    for each in other.found:
        if not any(each.box.iou(known) >= _SAME for known in group.at(each.row)):
            confirmed = (_confirmed(group.found[0], each, mirrored, verifier)[0] for mirrored in (False, True))
            group.found += [found for found in confirmed if found][:1]


def _redundant(group: Group, other: Group) -> bool:
    """Whether every place of a motif lies in a place of another."""
    return len(other.found) >= len(group.found) and all(
        any(_inside(each.box, known) and known.area > each.box.area for known in other.at(each.row))
        for each in group.found
    )


def _inside(box: Box, other: Box) -> bool:
    return covered(box, other) >= _INSIDE
