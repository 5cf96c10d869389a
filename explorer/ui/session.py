"""The state of one visitor: the collection, the steps taken in it, and the result options. Ids, boxes, numbers only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from explorer.collection.facets import Selection
from explorer.geometry import Box
from explorer.ui.strengths import ROLES, STRENGTHS, Role, Strength, is_wanted

LONGEST_TRAIL = 24
Kind = Literal["work", "picture"]
"""A work of the collection, or a picture of the visitor's own."""


@dataclass(frozen=True, slots=True)
class FurtherDetail:
    """A detail that a search uses besides its main one."""

    strength: Strength
    kind: Kind
    key: str
    box: Box

    @property
    def role(self) -> Role:
        return ROLES[self.strength]

    @property
    def place(self) -> tuple[Kind, str, Box]:
        return self.kind, self.key, self.box


@dataclass(frozen=True, slots=True)
class Term:
    """Words of a query, and how much they count."""

    text: str
    strength: Strength = "must"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a visit: a work or a picture of the visitor's own, and the query asked there, if any; or a query of
    words alone."""

    kind: Kind | Literal["words"]
    key: str = ""
    """The work's id; for a picture, its path below the upload folder; for words, nothing."""
    box: Box | None = None
    """The main detail; None for the whole picture."""
    searched: bool = False
    further: tuple[FurtherDetail, ...] = ()
    terms: tuple[Term, ...] = ()
    layout: bool = False
    """Whether the details of this picture must lie as they do in it."""
    strength: Strength = "must"
    """Of the main detail: it must be there, or is an example beside others."""
    alike: bool = False
    """Whether works like the whole picture were asked for, rather than places where it recurs."""
    sizes: tuple[Box, ...] = field(default=(), compare=False)
    """What a click without a box may have meant, from small to large; ``box`` is one of them. Not part of the query:
    the same place reached by a link is the same step."""
    provisional: bool = field(default=False, compare=False)
    """Whether this is the first, quick answer to a click: the next step takes its place."""

    def resized(self, index: int) -> Step:
        """The same click with another of its sizes; an index out of range changes nothing."""
        return replace(self, box=self.sizes[index]) if 0 <= index < len(self.sizes) else self

    @property
    def together(self) -> bool:
        """Whether a second detail of the same picture must be there, so that a layout can be asked for."""
        here = (self.kind, self.key)
        others = [detail for detail in self.further if detail.strength == "must"]
        return self.strength == "must" and any((detail.kind, detail.key) == here for detail in others)

    @property
    def wholes(self) -> bool:
        """Whether works like the whole picture are searched for: as long as nothing else is asked beside it.

        >>> step = Step("work", "a.jpg", Box.whole(), alike=True)
        >>> step.wholes, step.saying(Term("snow")).wholes
        (True, False)
        """
        return self.alike and self.parts == 1 and self.kind != "words" and self.box in (None, Box.whole())

    @property
    def parts(self) -> int:
        """How many parts its query has."""
        return (self.kind != "words") + len(self.further) + len(self.terms)

    @property
    def can_lose_main(self) -> bool:
        """Whether another detail can take the place of the main one."""
        return any(is_wanted(detail.strength) for detail in self.further)

    def adding(self, detail: FurtherDetail) -> Step:
        """With one more detail, in the order of their strengths; one at the same place gives way to it."""
        kept = [known for known in self.further if known.place != detail.place]
        further = sorted((*kept, detail), key=lambda known: STRENGTHS.index(known.strength))
        return replace(self, further=tuple(further))

    def without(self, index: int) -> Step:
        """Without one of the further details; an index out of range changes nothing."""
        return replace(self, further=tuple(kept for number, kept in enumerate(self.further) if number != index))

    def without_main(self) -> Step:
        """With the first wanted further detail in the place of the main one; without such a one, the same."""
        for index, detail in enumerate(self.further):
            if is_wanted(detail.strength):
                left = replace(self.without(index), kind=detail.kind, key=detail.key, box=detail.box, sizes=())
                return replace(left, strength=detail.strength)
        return self

    def saying(self, term: Term, index: int | None = None) -> Step:
        """With words more, or with them in the place of those of an index; the same words are there once."""
        place = len(self.terms) if index is None else index
        terms = [*self.terms[:place], term, *self.terms[place + 1 :]]
        kept = [known for number, known in enumerate(terms) if number == place or known.text != term.text]
        return replace(self, terms=tuple(kept))

    def unsaying(self, index: int) -> Step:
        """Without the words of an index; one out of range changes nothing."""
        return replace(self, terms=tuple(kept for number, kept in enumerate(self.terms) if number != index))

    def alone(self) -> Step:
        """The main detail and nothing else."""
        return replace(self, further=(), terms=(), layout=False, strength="must")


@dataclass(frozen=True, slots=True)
class ResultOptions:
    """How results are wanted."""

    top: int = 20
    per_work: int = 1
    own: bool = False
    least: int = 0
    """Per cent: places less likely to be a copy are hidden."""
    learn: bool = False
    """Whether searches learn from the judgements of their detail."""


@dataclass(frozen=True, slots=True)
class Session:
    """The collection and which of its works are chosen, the trail of steps, the position on it, and the options. Every
    change makes a new one.

    >>> session = Session().stepped(Step("work", "a.jpg")).stepped(Step("work", "b.jpg"))
    >>> [step.key for step in session.steps], session.here.key
    (['b.jpg'], 'b.jpg')
    """

    steps: tuple[Step, ...] = ()
    at: int = -1
    result_options: ResultOptions = ResultOptions()
    collection: str = ""
    """Name of the collection that the steps are in; empty for the one that the app was started with."""
    selection: Selection = field(default_factory=Selection)
    """The works that are listed and searched."""

    @property
    def here(self) -> Step | None:
        """The present step; None before the first."""
        return self.steps[self.at] if 0 <= self.at < len(self.steps) else None

    def stepped(self, step: Step) -> Session:
        """One step on. Steps beyond the present one are forgotten, as in a browser; a work that was only shown gives
        way to the next, so that the trail holds what was searched."""
        kept = self.steps[: self.at + 1]
        if kept and (kept[-1] == step or not kept[-1].searched or kept[-1].provisional):
            kept = kept[:-1]
        kept = (*kept, step)[-LONGEST_TRAIL:]
        return replace(self, steps=kept, at=len(kept) - 1)

    def corrected(self, step: Step) -> Session:
        """Another step in the place of the present one."""
        if self.here is None:
            return self.stepped(step)
        return replace(self, steps=(*self.steps[: self.at], step, *self.steps[self.at + 1 :]))

    def returned(self, step: Step) -> Session:
        """Back to a step that was taken before, or one step on."""
        at = max((index for index, taken in enumerate(self.steps) if taken == step), default=None)
        return self.stepped(step) if at is None else self.moved(at)

    def moved(self, index: int) -> Session:
        """Back (or forth) to a step of the trail; an index out of range changes nothing. A first look that was left
        before it was refined is a step as any other from then on."""
        if not 0 <= index < len(self.steps):
            return self
        return replace(self, at=index).corrected(replace(self.steps[index], provisional=False))

    def with_options(self, options: ResultOptions) -> Session:
        """The same steps with other options."""
        return replace(self, result_options=options)
