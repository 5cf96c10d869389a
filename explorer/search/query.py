"""What is asked and what is answered, as values: they can be saved, linked and replayed.

A :class:`Query` has parts (a region of an indexed work, a picture or a part of one, words), each with a weight that
may be negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.verification import Transform


@dataclass(frozen=True)
class RegionPart:
    """A place in a work of the collection."""

    work: str
    box: Box
    weight: float = 1.0


@dataclass(frozen=True)
class PicturePart:
    """A picture file, or the part of it inside ``box``."""

    path: Path
    box: Box | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class WordsPart:
    """What the picture should show, in words."""

    text: str
    weight: float = 1.0


Part = RegionPart | PicturePart | WordsPart


@dataclass(frozen=True)
class Query:
    """What to look for: one part, or several. A part of weight 1 must be there, one between 0 and 1 is an example of
    what is meant, one below 0 is not wanted. With ``layout``, details of one picture must lie as they do in it."""

    parts: tuple[Part, ...]
    layout: bool = False


@dataclass(frozen=True)
class SearchOptions:
    """How much to return: ``top`` matches, at most ``per_work`` of one work, the query's ``own`` work or not."""

    top: int = 20
    per_work: int = 1
    own: bool = False

    def __post_init__(self) -> None:
        if self.top < 1 or self.per_work < 1:
            raise ExplorerError("The number of results, and of places per work, must be at least 1.")


@dataclass(frozen=True)
class Evidence:
    """Why a match is believed, or is not."""

    probability: float
    """The chance that the match is a copy of the detail, 0 to 1."""
    percentile: float | None
    """Share of the unrelated pairs of the same collection that were tried whose evidence is weaker, 0 to 1; None where
    the collection is too small to have been calibrated."""
    similarity: float
    """Mean cosine of the detail's cells with those it lies on."""
    agreement: float
    """What the cells that agree on the transform weigh, 0 to 1: those that are like anything weigh nothing."""
    significance: float
    """How unlikely it is that so many key points agree by chance: minus the base-10 logarithm of how often it would."""
    inliers: int
    """Pairs of places, cells and key points together, that agree with the transform."""
    key_points: int
    """How many of them are key points."""
    transform: Transform | None
    """How the detail became the match; None where nothing agrees."""
    pairs: tuple[tuple[float, float, float, float], ...]
    """Some of the agreeing pairs: x, y on the query's whole picture, x, y on the match's, as fractions."""


@dataclass(frozen=True)
class PartMatch:
    """Where one detail of a query of several lies in a work, by itself: ``part`` is its number in the query."""

    part: int
    box: Box
    evidence: Evidence


@dataclass(frozen=True)
class Match:
    """A place where the query is found, perhaps ``mirrored``; ``rank`` counts from 1.

    ``score`` is the chance that all that is asked for is there, where there is ``evidence``, else a cosine. Words only
    change the order, not the score.
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
