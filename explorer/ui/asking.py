"""A step of a visit made into the query that is searched: its main detail, further details, words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.parsing import MOST_PARTS
from explorer.search.query import Part, PicturePart, Query, RegionPart, WordsPart
from explorer.ui.session import FurtherDetail, Kind, Step
from explorer.ui.strengths import USUAL, WEIGHTS, Role, Strength, is_wanted


def query_of(step: Step, uploads: Path) -> Query:
    """The query that a step is; visitors' pictures lie in ``uploads``.

    >>> from explorer.ui.session import Term
    >>> step = Step("work", "a.jpg", Box(0, 0, 1, 0.5)).saying(Term("in winter", "more"))
    >>> step = step.adding(FurtherDetail("not", "work", "b.jpg", Box.whole()))
    >>> [part.weight for part in query_of(step, Path()).parts]
    [1.0, -1.0, 0.5]
    """
    parts: list[Part] = []
    if step.kind != "words":
        parts.append(_part(step.kind, step.key, step.box, step.strength, uploads))
    parts += [_part(detail.kind, detail.key, detail.box, detail.strength, uploads) for detail in step.further]
    parts += [WordsPart(term.text, WEIGHTS[term.strength]) for term in step.terms]
    return Query(tuple(parts), layout=step.layout and step.together, alike=step.wholes)


def with_further(step: Step, role: Role, place: Step) -> Step:
    """A step with the detail of ``place`` as a further one. Raises :class:`ExplorerError` when there are as many parts
    as a search can take."""
    return limited(step.adding(_detail(USUAL[role], place)))


def with_examples(step: Step | None, places: Sequence[Step]) -> Step:
    """A step with the details of ``places`` as examples of what is wanted: beside what it has, or, without a step that
    looks for a detail, by themselves. Raises :class:`ExplorerError` for no place, and for too many parts.

    >>> with_examples(None, [Step("work", "a.jpg"), Step("work", "b.jpg")]).strength
    'more'
    """
    if not places:
        raise ExplorerError("Choose one or more of the places first.")
    if step is None or step.kind == "words":
        first, *others = places
        terms = step.terms if step else ()
        made = replace(first, searched=True, terms=terms, strength="more" if others else "must")
        return with_examples(made, others) if others else limited(made)
    for place in places:
        if (place.kind, place.key, place.box or Box.whole()) != (step.kind, step.key, step.box or Box.whole()):
            step = step.adding(_detail("more", place))
    return limited(step)


def wanted_words(step: Step) -> str:
    """The first words that are wanted: they are looked for again in the picture of a match that is opened. Empty where
    there are none."""
    return next((term.text for term in step.terms if is_wanted(term.strength)), "")


def room(step: Step) -> int:
    """How many more parts a search takes."""
    return max(MOST_PARTS - step.parts, 0)


def limited(step: Step) -> Step:
    """The same step. Raises :class:`ExplorerError` where it has more parts than a search takes."""
    if step.parts > MOST_PARTS:
        raise ExplorerError(f"A search takes {MOST_PARTS} parts at most, not {step.parts}: take some away first.")
    return step


def _detail(strength: Strength, place: Step) -> FurtherDetail:
    kind: Kind = "picture" if place.kind == "picture" else "work"
    return FurtherDetail(strength, kind, place.key, place.box or Box.whole())


def _part(kind: Kind, key: str, box: Box | None, strength: Strength, uploads: Path) -> RegionPart | PicturePart:
    weight = WEIGHTS[strength]
    return RegionPart(key, box or Box.whole(), weight) if kind == "work" else PicturePart(uploads / key, box, weight)
