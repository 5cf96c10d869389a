"""The values that a search takes and returns: queries, options, matches, and the evidence for each match.

A :class:`Query` has parts (a region of an indexed work, a picture file or a region of one, words), each with a weight
that may be negative. All values here are immutable and can be saved, linked and replayed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.verification import Transform


@dataclass(frozen=True)
class RegionPart:
    """A region of a work of the collection."""

    work: str
    box: Box
    weight: float = 1.0


@dataclass(frozen=True)
class PicturePart:
    """A picture file, or the region of it inside ``box``."""

    path: Path
    box: Box | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class WordsPart:
    """What the picture should show, in words."""

    text: str
    weight: float = 1.0


VisualPart = RegionPart | PicturePart
Part = VisualPart | WordsPart


REQUIRED = 1.0
"""Weight from which a part is required; smaller ones are examples, those below zero are unwanted."""


def is_required(part: Part) -> bool:
    """Whether a part must be there."""
    return part.weight >= REQUIRED


def is_example(part: Part) -> bool:
    """Whether a part is an example of what is wanted, and need not be there itself."""
    return 0 < part.weight < REQUIRED


def part_box(part: VisualPart) -> Box:
    """The region that a part asks for, as far as it lies on its picture; the whole picture where it names none."""
    return (part.box or Box.whole()).clipped()


@dataclass(frozen=True)
class Query:
    """What to look for: one part, or several.

    A part of weight 1 is required, one between 0 and 1 is an example of what is wanted, one below 0 is unwanted. With
    ``layout``, the required details of one picture must lie in a match as they do in that picture. With ``alike``, the
    only part is a whole picture, and works are wanted that are like it as wholes, copies or not.
    """

    parts: tuple[Part, ...]
    layout: bool = False
    alike: bool = False


@dataclass(frozen=True)
class Within:
    """The ``works`` (ids) that a search is limited to, and in ``words`` which they are."""

    works: frozenset[str]
    words: str


@dataclass(frozen=True)
class SearchOptions:
    """How much to return: ``top`` matches, at most ``per_work`` of one work, the query's ``own`` work or not; only in
    the works ``within``, where that is given.

    Of works whose picture is the same file one is a match, which names the others; with ``every_file`` each is a match
    of its own, as protocols of evaluation count them.
    """

    top: int = 20
    per_work: int = 1
    own: bool = False
    every_file: bool = False
    within: Within | None = None

    def __post_init__(self) -> None:
        if self.top < 1 or self.per_work < 1:
            raise ExplorerError("The number of results, and of places per work, must be at least 1.")


@dataclass(frozen=True)
class Evidence:
    """What verification found at one place, and the match probability that follows from it."""

    probability: float
    """Match probability, 0 to 1: that the place is a copy of the detail."""
    percentile: float | None
    """Share, 0 to 1, of the unrelated pairs of the same collection whose match probability is lower (the null
    distribution of its calibration); None where the collection was not calibrated."""
    similarity: float
    """Mean cosine of the detail's cells with the cells they are matched with."""
    agreement: float
    """Summed distinctiveness of the cells that are inliers of the transform, normalised to 0 to 1."""
    significance: float
    """Minus the base-10 logarithm of the number of false alarms of the agreeing key points, 0 or more."""
    inliers: int
    """Cells and key points together that agree with the transform."""
    key_points: int
    """How many of the inliers are key points."""
    transform: Transform | None
    """From the detail to the match; None where no transform was found."""
    pairs: tuple[tuple[float, float, float, float], ...]
    """Some of the inliers, key points first: x, y on the query's whole picture, x, y on the match's, fractions."""
    further_cells: tuple[tuple[float, float, float, float], ...] = ()
    """Cells among the inliers that are not in ``pairs``, because so many key points are: to look at, not to place
    by."""

    def without_pairs(self) -> Evidence:
        """The same probability, without what relates the match to one detail: for a place that was found by another
        detail than the one that is shown beside it."""
        return replace(self, inliers=0, key_points=0, transform=None, pairs=(), further_cells=())


@dataclass(frozen=True)
class PartMatch:
    """Where one detail of a query of several lies in a work, by itself: ``part`` is its number in the query."""

    part: int
    box: Box
    evidence: Evidence


@dataclass(frozen=True)
class Match:
    """A place where the query is found, perhaps ``mirrored``; ``rank`` counts from 1.

    ``score`` is a probability, 0 to 1, that everything the query requires is there, where there is ``evidence``; a
    cosine for a query of words alone. Words in a query with details change the order, not the score.
    """

    work: str
    box: Box
    score: float
    rank: int
    mirrored: bool = False
    evidence: Evidence | None = None
    also: tuple[Box, ...] = ()
    """Where the query's other details lie."""
    parts: tuple[PartMatch, ...] = ()
    """Of a query of several details: each by itself, in the query's order."""
    equal: tuple[str, ...] = ()
    """The other works whose picture is the same file: all that is said of the match holds for them."""

    @property
    def works(self) -> tuple[str, ...]:
        """The work that is shown, and the others with its picture."""
        return (self.work, *self.equal)

    def shown_as(self, work: str) -> Match:
        """The same match on another of its works."""
        return replace(self, work=work, equal=tuple(other for other in self.works if other != work))
