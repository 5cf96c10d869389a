"""Where one visitor stands: the steps taken, and how results are wanted. Ids, boxes and numbers only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from explorer.geometry import Box

LONGEST_TRAIL = 24
Kind = Literal["work", "picture"]
Role = Literal["also", "like", "unlike"]
"""What a further detail is to a search: it must be there too, it is an example of what is meant, it is unwanted."""
ROLES = get_args(Role)


@dataclass(frozen=True, slots=True)
class Other:
    """A further detail that a search goes by."""

    role: Role
    kind: Kind
    key: str
    box: Box


@dataclass(frozen=True, slots=True)
class Step:
    """One place the visitor stood: a work or a picture of their own, and the detail searched there, if any."""

    kind: Kind
    key: str
    """The work's id; for a picture, the file name the app gave it."""
    box: Box | None = None
    searched: bool = False
    others: tuple[Other, ...] = ()
    words: str = ""
    layout: bool = False
    """Whether the details of this picture must lie as they do in it."""
    sizes: tuple[Box, ...] = field(default=(), compare=False)
    """What a click without a box may have meant, from small to large; ``box`` is one of them. Not part of what is
    asked: the same place reached by a link is the same step."""

    passing: bool = field(default=False, compare=False)
    """Whether this is only a first look at what a click means: the next step takes its place."""

    def resized(self, index: int) -> Step:
        """The same click, another of its sizes; an index that is none changes nothing."""
        return replace(self, box=self.sizes[index]) if 0 <= index < len(self.sizes) else self

    @property
    def together(self) -> bool:
        """Whether a second detail of the same picture must be there, so that one can ask how they lie."""
        here = (self.kind, self.key)
        return any(one.role == "also" and (one.kind, one.key) == here for one in self.others)

    def adding(self, other: Other) -> Step:
        """With one more detail, in the order of their roles; with one that it has already, the same."""
        if other in self.others:
            return self
        others = sorted((*self.others, other), key=lambda one: ROLES.index(one.role))
        return replace(self, others=tuple(others))

    def without(self, index: int) -> Step:
        """Without one of the further details; an index that is none changes nothing."""
        return replace(self, others=tuple(one for number, one in enumerate(self.others) if number != index))

    def alone(self) -> Step:
        """The main detail and nothing else."""
        return replace(self, others=(), words="", layout=False)


@dataclass(frozen=True, slots=True)
class ResultOptions:
    """How results are wanted."""

    top: int = 20
    per_work: int = 1
    own: bool = False
    least: int = 0
    """Per cent: places less likely to be a copy are folded away."""
    learn: bool = False
    """Whether searches learn from the judgements of their detail."""


@dataclass(frozen=True, slots=True)
class Session:
    """The trail, the place on it, and the options. Every change makes a new one.

    >>> session = Session().stepped(Step("work", "a.jpg")).stepped(Step("work", "b.jpg"))
    >>> [step.key for step in session.steps], session.here.key
    (['b.jpg'], 'b.jpg')
    """

    steps: tuple[Step, ...] = ()
    at: int = -1
    result_options: ResultOptions = ResultOptions()

    @property
    def here(self) -> Step | None:
        return self.steps[self.at] if 0 <= self.at < len(self.steps) else None

    def stepped(self, step: Step) -> Session:
        """One step on. Steps beyond the present one are forgotten, as in a browser; a work that was only looked
        at gives way to the next, so that the trail holds what was searched."""
        kept = self.steps[: self.at + 1]
        if kept and (kept[-1] == step or not kept[-1].searched or kept[-1].passing):
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
        """Back (or forth) to a step of the trail; an index that is not on it changes nothing."""
        return replace(self, at=index) if 0 <= index < len(self.steps) else self

    def with_options(self, options: ResultOptions) -> Session:
        return replace(self, result_options=options)
