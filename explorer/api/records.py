"""What the Python API answers with: the command line's JSON as frozen records, an attribute for each key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PixelBox = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels of the original picture."""


@dataclass(frozen=True)
class TransformRecord:
    """How a query's detail became the match: mirrored first, then scaled, then turned."""

    scale: float
    """Pixels of the match's original for each pixel of the query's."""
    turn: float
    """Degrees counter-clockwise."""
    mirror: bool

    @classmethod
    def from_json(cls, record: dict[str, Any] | None) -> TransformRecord | None:
        return cls(record["scale"], record["turn"], record["mirror"]) if record else None


@dataclass(frozen=True)
class PartRecord:
    """Of a query of several details, one of them: where it is in the match's work, by itself."""

    part: int
    """Its number in the query, counted from 0."""
    box: PixelBox
    probability: float | None
    inliers: int
    transform: TransformRecord | None

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> PartRecord:
        transform = TransformRecord.from_json(record["transform"])
        return cls(record["part"], pixel_box(record["box"]), record["probability"], record["inliers"], transform)


@dataclass(frozen=True)
class MatchRecord:
    """A place in a work of the collection where the query was found.

    >>> match = MatchRecord.from_json({
    ...     "file": "mill.jpg", "box": [10, 20, 110, 90], "score": 0.93, "rank": 1, "probability": 0.93, "inliers": 41,
    ...     "transform": {"scale": 0.8, "turn": -2.5, "mirror": True},
    ... })
    >>> match.file, match.box, match.transform.mirror
    ('mill.jpg', (10, 20, 110, 90), True)
    """

    file: str
    """The work: its path below the indexed folder, with forward slashes."""
    box: PixelBox
    score: float
    """The match probability where the match was verified, else a cosine; only for the order."""
    rank: int
    """Counted from 1."""
    probability: float | None
    """That the match is a copy of the query's detail, 0 to 1; None where nothing was verified (words alone)."""
    inliers: int
    """Pairs of cells and key points that agree with the transform."""
    transform: TransformRecord | None
    """From the query to the match; None where no pairs agree."""
    parts: tuple[PartRecord, ...] = ()
    """Of a query of several details: each by itself."""
    also: tuple[PixelBox, ...] = ()
    """Where the query's further details are in this work."""
    equal: tuple[str, ...] = ()
    """The other works whose picture is the same file: the match holds for them too."""

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> MatchRecord:
        """The record of a match as ``explorer search --json`` writes it."""
        return cls(
            record["file"],
            pixel_box(record["box"]),
            record["score"],
            record["rank"],
            record["probability"],
            record["inliers"],
            TransformRecord.from_json(record["transform"]),
            tuple(PartRecord.from_json(part) for part in record.get("parts", ())),
            tuple(pixel_box(box) for box in record.get("also", ())),
            tuple(record.get("equal", ())),
        )


@dataclass(frozen=True)
class ProposalRecord:
    """A region that a click may mean."""

    box: PixelBox
    support: float
    """How many copies of it may be expected; 0 where nothing recurs."""


class SearchResult(list[MatchRecord]):
    """The matches, best first; after a click also ``proposals``: what it may mean, the one that was searched first; and
    ``notes``: sentences on words that the model does not know, or that do not stand out."""

    def __init__(
        self, matches: Iterable[MatchRecord] = (), proposals: Iterable[ProposalRecord] = (), notes: Iterable[str] = ()
    ) -> None:
        super().__init__(matches)
        self.proposals, self.notes = list(proposals), list(notes)

    @classmethod
    def from_json(
        cls, matches: list[dict[str, Any]], proposals: list[dict[str, Any]] | None = None, notes: Iterable[str] = ()
    ) -> SearchResult:
        """The records that ``explorer search --json`` writes."""
        regions = [ProposalRecord(pixel_box(record["box"]), record["support"]) for record in proposals or ()]
        return cls([MatchRecord.from_json(record) for record in matches], regions, notes)


@dataclass(frozen=True)
class WorkRecord:
    """A work of the collection, with the main columns of its catalogue entry; empty where the catalogue has nothing."""

    file: str
    """Its path below the indexed folder, with forward slashes; what every other record calls it."""
    path: Path
    """The picture itself, which :meth:`explorer.IndexedCollection.search` takes as ``image``."""
    title: str
    artist: str
    date: str
    year: int | None
    width: int
    """Pixels of the original, upright."""
    height: int


@dataclass(frozen=True)
class WhereBoxRecord:
    """A place in a work that words fit."""

    box: PixelBox
    score: float
    """The share, 0 to 1, of all that stands out in this picture for these words."""


@dataclass(frozen=True)
class WhereRecord:
    """Where in a work words are found.

    >>> record = {"file": "mill.jpg", "words": "a mill", "sentence": "", "heat": [[0.0, 0.1]],
    ...           "boxes": [{"box": [10, 20, 110, 90], "score": 0.1}]}
    >>> WhereRecord.from_json(record).boxes[0].box
    (10, 20, 110, 90)
    """

    file: str
    words: str
    sentence: str
    """Empty, or why there are no boxes."""
    boxes: tuple[WhereBoxRecord, ...]
    """Best first; none overlaps another."""
    heat: tuple[tuple[float, ...], ...]
    """The picture as a grid of equal cells, row by row from the top left: how much better the words fit each than
    neutral words do, a difference of cosines."""

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> WhereRecord:
        """The record that ``explorer where --json`` writes."""
        boxes = tuple(WhereBoxRecord(pixel_box(place["box"]), place["score"]) for place in record["boxes"])
        heat = tuple(tuple(row) for row in record["heat"])
        return cls(record["file"], record["words"], record["sentence"], boxes, heat)


@dataclass(frozen=True)
class LabelRecord:
    """One work and the labels it was scored against."""

    file: str
    label: str | None
    """The best label, or None where none fits."""
    margin: float
    """How far the best label's probability is above the second's."""
    fit: float
    """How likely it is that as many everyday words would all fit the work less well, 0 to 1; at least the threshold."""
    scores: dict[str, float]
    """Probability of each label. A single label is scored against "a painting"."""


class LabelResult(list[LabelRecord]):
    """The works in order, and what sums them up."""

    def __init__(self, record: dict[str, Any]) -> None:
        """``record`` is what ``explorer label --json`` writes."""
        super().__init__(LabelRecord(**work) for work in record["works"])
        self.threshold: float = record["threshold"]
        self.counts: dict[str, int] = record["counts"]
        """How many works each label is given to."""
        self.without: int = record["without"]
        """How many works have none."""
        self.against: dict[str, Any] | None = record.get("against")
        """Counts of labels and values of a column: ``{"column", "values", "rows": [{"label", "counts"}]}``."""
        self.kept: str | None = record.get("kept")
        """The name of the column that the labels were kept as."""


@dataclass(frozen=True)
class JudgementRecord:
    """A judgement that somebody made in the app, on a detail of one work and a detail of another."""

    id: int
    query_file: str
    query_box: PixelBox | None
    """None where the work has gone from the collection."""
    query_place: tuple[float, float, float, float]
    """The same box as fractions of the picture's width and height."""
    match_file: str
    match_box: PixelBox | None
    match_place: tuple[float, float, float, float]
    verdict: str
    """``accepted``, ``rejected`` or ``doubtful``."""
    note: str
    who: str
    when: str
    """UTC, ISO 8601."""

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> JudgementRecord:
        """The record of a judgement as ``explorer judgements --json`` writes it."""
        boxes = {name: record[name] and pixel_box(record[name]) for name in ("query_box", "match_box")}
        places = {name: tuple(record[name]) for name in ("query_place", "match_place")}
        return cls(**{**record, **boxes, **places})


@dataclass(frozen=True)
class SkippedRecord:
    """A file that could not be indexed, and why, in one sentence."""

    file: str
    reason: str


@dataclass(frozen=True)
class IndexRecord:
    """What an indexing run found and did."""

    works: int
    encoded: int
    """Works that were new or changed, and went through the model."""
    regions: int
    skipped: tuple[SkippedRecord, ...]
    matching: dict[str, Any] | None = None
    """The block and facet of the model that match details, where they were chosen by trying; as in the JSON."""
    model: str = ""
    """What computed the vectors, where they were given; empty where the works were encoded here."""
    gone: tuple[str, ...] = ()
    """Files of works that are no longer there; the works are kept, and back when these are."""
    moved: int = 0
    """Files that were found again under another path."""


def pixel_box(sides: Iterable[int]) -> PixelBox:
    """The four sides of a box in pixels of the original."""
    x0, y0, x1, y1 = sides
    return x0, y0, x1, y1
