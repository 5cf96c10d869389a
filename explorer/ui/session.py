"""The state of one visitor: the collection, the steps taken in it, and the result options. Ids, boxes, numbers only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from explorer.geometry import Box

LONGEST_TRAIL = 24
Kind = Literal["work", "picture"]
"""A work of the collection, or a picture of the visitor's own."""
Role = Literal["also", "like", "unlike"]
"""What a further detail is to a search: it must be there too, it is an example of what is wanted, it is not wanted."""
ROLES = get_args(Role)


@dataclass(frozen=True, slots=True)
class FurtherDetail:
    """A detail that a search uses besides its main one."""

    role: Role
    kind: Kind
    key: str
    box: Box


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a visit: a work or a picture of the visitor's own, and the query asked there, if any."""

    kind: Kind
    key: str
    """The work's id; for a picture, its path below the upload folder."""
    box: Box | None = None
    """The main detail; None for the whole picture."""
    searched: bool = False
    further: tuple[FurtherDetail, ...] = ()
    words: str = ""
    layout: bool = False
    """Whether the details of this picture must lie as they do in it."""
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
        return any(detail.role == "also" and (detail.kind, detail.key) == here for detail in self.further)

    def adding(self, detail: FurtherDetail) -> Step:
        """With one more detail, in the order of their roles; with one that it has already, the same."""
        if detail in self.further:
            return self
        further = sorted((*self.further, detail), key=lambda known: ROLES.index(known.role))
        return replace(self, further=tuple(further))

    def without(self, index: int) -> Step:
        """Without one of the further details; an index out of range changes nothing."""
        return replace(self, further=tuple(kept for number, kept in enumerate(self.further) if number != index))

    def alone(self) -> Step:
        """The main detail and nothing else."""
        return replace(self, further=(), words="", layout=False)


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
    """The collection, the trail of steps, the position on it, and the options. Every change makes a new one.

    >>> session = Session().stepped(Step("work", "a.jpg")).stepped(Step("work", "b.jpg"))
    >>> [step.key for step in session.steps], session.here.key
    (['b.jpg'], 'b.jpg')
    """

    steps: tuple[Step, ...] = ()
    at: int = -1
    result_options: ResultOptions = ResultOptions()
    collection: str = ""
    """Name of the collection that the steps are in; empty for the one that the app was started with."""

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
        """Back (or forth) to a step of the trail; an index out of range changes nothing."""
        return replace(self, at=index) if 0 <= index < len(self.steps) else self

    def with_options(self, options: ResultOptions) -> Session:
        """The same steps with other options."""
        return replace(self, result_options=options)
