"""A motif as a person left it: its records, what may be written in them, and which places are the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from explorer.collection.judgements import SAME_PLACE
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.verification.transforms import Transform

RELATIONS = ("copy", "reversed", "variant", "doubtful")
"""What an instance may be to its motif; empty text where nobody has said."""
LONGEST_NAME, LONGEST_NOTE = 120, 4000
"""Characters of a motif's name, and of a note."""
MOST_INSTANCES = 2000
"""Instances of one motif, removed ones too."""
_ID = re.compile(r"[A-Za-z0-9-]{1,40}")
_MOSTLY = 0.7  # share of a box that lies in another, from which they may be one detail
_NO_TEXT = ("Cc", "Cs")  # control characters, halves of characters

Place = tuple[str, Box]
"""A work's id and a box on it. An instance is named by its place: IoU above one half is the same."""


@dataclass(frozen=True)
class KeptInstance:
    """One place where a motif occurs, and what a person said of it."""

    work: str
    box: Box
    transform: Transform | None = None
    """How the motif lies there, from a pose that all instances of the motif share, see :func:`from_the_first`; None
    where it is not known, as of an instance that was drawn by hand."""
    score: float | None = None
    """Match probability, 0 to 1; None where nothing was compared."""
    relation: str = ""
    note: str = ""
    by_hand: bool = False
    removed: bool = False
    """Whether a person said that it does not belong to the motif; it is then not proposed again."""
    number: int = field(default=0, compare=False)
    """Tells the instances of one motif apart in the database; 0 before it is kept."""

    @property
    def place(self) -> Place:
        """What it is named by."""
        return self.work, self.box

    @property
    def decided(self) -> bool:
        """Whether a person said anything of it."""
        return bool(self.relation or self.note or self.by_hand or self.removed)


@dataclass(frozen=True)
class Find:
    """What discovery, or a file, had of a motif when somebody kept it: it never changes, whatever becomes of the motif.

    By it a motif that is found again is known, see :mod:`explorer.motifs.found_again`.
    """

    places: tuple[Place, ...]
    id: int = field(default=0, compare=False)
    """In the database; 0 before it is there."""


@dataclass(frozen=True)
class KeptMotif:
    """A motif that somebody changed, and so kept."""

    id: str
    instances: tuple[KeptInstance, ...]
    """Removed ones too, in the order in which they came."""
    name: str = ""
    note: str = ""
    probability: float | None = None
    """As discovery, or a file, gave it when the motif was kept; None for one that was put together by hand."""
    dropped: bool = False
    """Whether a person said that it means nothing; it is then no longer shown."""
    finds: tuple[Find, ...] = field(default=(), compare=False)
    """What it was made of: one find, or several after a merge; a motif that was split off has those of the other."""

    @property
    def origins(self) -> tuple[Find, ...]:
        """Its finds, or its own places where they are not known, as of what was kept before they were recorded."""
        own = tuple(instance.place for instance in self.instances if not instance.by_hand)
        return self.finds or ((Find(own),) if own else ())

    @property
    def present(self) -> tuple[KeptInstance, ...]:
        """The instances that are not removed."""
        return tuple(instance for instance in self.instances if not instance.removed)

    @property
    def removed(self) -> tuple[KeptInstance, ...]:
        """The instances that are."""
        return tuple(instance for instance in self.instances if instance.removed)

    def at(self, place: Place) -> KeptInstance | None:
        """The instance at a place, removed or not; None where there is none."""
        return at_place(self.instances, place)

    def with_added(self, *instances: KeptInstance) -> KeptMotif:
        """The motif with further instances, new to it."""
        return replace(self, instances=(*self.instances, *(replace(instance, number=0) for instance in instances)))

    def with_replaced(self, old: KeptInstance, new: KeptInstance) -> KeptMotif:
        """The motif with ``new`` in place of ``old``, one of its :attr:`instances`."""
        return replace(self, instances=tuple(new if instance is old else instance for instance in self.instances))


def at_place(instances: Iterable[KeptInstance], place: Place) -> KeptInstance | None:
    """Of ``instances``, the one that overlaps a place best, if it is the same place.

    >>> mill = KeptInstance("a.jpg", Box(0.1, 0.1, 0.3, 0.3))
    >>> at_place([mill], ("a.jpg", Box(0.11, 0.1, 0.31, 0.3))) == mill
    True
    >>> at_place([mill], ("a.jpg", Box(0.3, 0.1, 0.5, 0.3)))
    """
    work, box = place
    best, chosen = SAME_PLACE, None
    for instance in instances:
        if instance.work == work and (overlap := instance.box.iou(box)) > best:
            best, chosen = overlap, instance
    return chosen


def at_one_detail(instances: Iterable[KeptInstance], place: Place) -> KeptInstance | None:
    """The same for two motifs that a person calls one, which may differ in how much they take in: where none is at the
    place, the one that lies in it, or in which it lies, for the most part.

    >>> mill = KeptInstance("a.jpg", Box(0.1, 0.1, 0.5, 0.5))
    >>> at_one_detail([mill], ("a.jpg", Box(0.2, 0.2, 0.3, 0.3))) == mill
    True
    >>> at_one_detail([mill], ("a.jpg", Box(0.4, 0.4, 0.7, 0.7)))
    """
    work, box = place
    there = [instance for instance in instances if instance.work == work]
    nested = ((_nested(instance.box, box), number) for number, instance in enumerate(there))
    share, best = max(nested, default=(0.0, 0))
    return at_place(there, place) or (there[best] if share >= _MOSTLY else None)


def _nested(first: Box, second: Box) -> float:
    """Share of the smaller of two boxes that lies in the other."""
    union = first.area + second.area
    overlap = first.iou(second)
    return union * overlap / (1 + overlap) / min(first.area, second.area)


# -- poses -------------------------------------------------------------------------------------------------------------


def from_the_first(instances: Sequence[KeptInstance]) -> tuple[KeptInstance, ...]:
    """Instances with transforms from the first one that has one, which then is scale 1, turn 0, not mirrored; order and
    all else as they were."""
    known = (instance.transform for instance in instances if instance.transform)
    first = next(known, None)
    return tuple(instances) if first is None else _seen_from(instances, first.inverse())


At = Callable[[Iterable[KeptInstance], Place], KeptInstance | None]


def in_the_pose_of(
    instances: Sequence[KeptInstance], others: Sequence[KeptInstance], at: At = at_place
) -> tuple[KeptInstance, ...]:
    """Instances of one motif with transforms from the pose of another, whose instances are ``others``.

    It is known by a place that both share, ``at`` says which, best by one that is removed from neither; where they
    share none, no transform is known. Others of which no transform is known have no pose yet, and take that of the
    instances.
    """
    if not any(other.transform for other in others):
        return tuple(instances)
    left_in = [other for other in others if not other.removed]
    for among in (left_in, others):
        for instance in sorted(instances, key=lambda each: each.removed):
            other = at(among, instance.place)
            if other and other.transform and instance.transform:
                return _seen_from(instances, other.transform.then(instance.transform.inverse()))
    return tuple(replace(instance, transform=None) for instance in instances)


def _seen_from(instances: Sequence[KeptInstance], to_here: Transform) -> tuple[KeptInstance, ...]:
    """Instances with transforms from another pose; ``to_here`` leads from it to theirs."""
    moved = (instance.transform and to_here.then(instance.transform) for instance in instances)
    return tuple(replace(instance, transform=transform) for instance, transform in zip(instances, moved, strict=True))


# -- what may be written -----------------------------------------------------------------------------------------------


def checked_name(name: str) -> str:
    """A motif's name without blanks around it; empty takes the name away. Raises :class:`ExplorerError` where it is too
    long or cannot be seen."""
    called = " ".join(name.split())
    if len(called) > LONGEST_NAME:
        raise ExplorerError(f"A motif's name has {LONGEST_NAME} characters at most; put the rest into its note.")
    if not called.isprintable():
        raise ExplorerError("A motif's name is made of letters, digits and signs that can be seen.")
    return called


def checked_note(note: str) -> str:
    """A note without blanks around it, its lines ended by ``\\n``. Raises :class:`ExplorerError` where it is too long,
    or has characters that are no text."""
    text = "\n".join(note.splitlines()).strip()
    if len(text) > LONGEST_NOTE:
        raise ExplorerError(f"A note has {LONGEST_NOTE:,} characters at most.")
    if any(unicodedata.category(character) in _NO_TEXT and character not in "\n\t" for character in text):
        raise ExplorerError("The note has characters that are no text; type it anew.")
    return text


def checked_relation(relation: str) -> str:
    """A relation, or empty text for none. Raises :class:`ExplorerError` for what is neither."""
    if relation not in ("", *RELATIONS):
        raise ExplorerError(f"A relation is one of {', '.join(RELATIONS)}, or empty, not {relation[:40]!r}.")
    return relation


def is_motif_id(text: str) -> bool:
    """Whether a text may be a motif's id."""
    return _ID.fullmatch(text) is not None


def checked_motif(motif: KeptMotif) -> KeptMotif:
    """The motif, whose texts may all be kept. Raises :class:`ExplorerError` where one may not, and where it has too
    many instances."""
    if len(motif.instances) > MOST_INSTANCES:
        raise ExplorerError(f"A motif has {MOST_INSTANCES:,} instances at most; split it first.")
    instances = tuple(
        replace(instance, relation=checked_relation(instance.relation), note=checked_note(instance.note))
        for instance in motif.instances
    )
    return replace(motif, name=checked_name(motif.name), note=checked_note(motif.note), instances=instances)
