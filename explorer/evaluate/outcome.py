"""What an evaluation found, in one form for every protocol: measures of each query, their means, published figures
beside them, and what a report shows of single queries."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from explorer.calibration.reliability import ReliabilityBin
from explorer.geometry import Box

Scores = Mapping[str, Mapping[str, float]]
"""By way of searching, and by measure: a value from 0 to 1."""


@dataclass(frozen=True)
class Published:
    """A published figure in percent: of which ``method``, and where it stands."""

    method: str
    figure: float
    source: str


@dataclass(frozen=True)
class Place:
    """A place in a work, or in a picture file that need not be one."""

    work: str
    box: Box = field(default_factory=Box.whole)
    right: bool | None = None
    """Whether finding it is right; None for what counts neither way."""


@dataclass(frozen=True)
class Item:
    """One query, or one picture that was classified."""

    label: str
    scores: Scores
    query: Place | None = None
    found: tuple[Place, ...] = ()
    """The first that were found, best first, by the first of the ways."""


@dataclass(frozen=True)
class Outcome:
    """One protocol on one collection with one model."""

    protocol: str
    model: str
    items: tuple[Item, ...]
    works: int
    """Works, or pictures, that were searched or classified."""
    overall: Scores = field(default_factory=dict)
    """Measures of all items together that are no means of theirs."""
    published: tuple[Published, ...] = ()
    remarks: tuple[str, ...] = ()
    """Sentences on what was not measured, and on why figures do not compare."""
    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """By way, the mean precision at recall 0, 0.05, ... 1."""
    reliability: tuple[ReliabilityBin, ...] = ()
    place: str = ""
    """The folder or collection, where several are told of together."""

    @property
    def means(self) -> dict[str, dict[str, float]]:
        """Every measure by way: the mean over the items that have it, and those of all items together."""
        gathered: dict[str, dict[str, list[float]]] = {}
        for item in self.items:
            for way, scores in item.scores.items():
                for measure, value in scores.items():
                    if not math.isnan(value):
                        gathered.setdefault(way, {}).setdefault(measure, []).append(value)
        means = {
            way: {measure: math.fsum(values) / len(values) for measure, values in measures.items()}
            for way, measures in gathered.items()
        }
        for way, measures in self.overall.items():
            means.setdefault(way, {}).update(measures)
        return means

    def to_json(self) -> dict[str, Any]:
        """The record that ``--json`` writes."""
        return {
            "protocol": self.protocol, "model": self.model, "works": self.works, "queries": len(self.items),
            "means": _rounded(self.means), "curves": {way: _short(values) for way, values in self.curves.items()},
            "published": [{"method": row.method, "percent": row.figure, "source": row.source}
                          for row in self.published],
            "remarks": list(self.remarks),
            "items": [{"label": item.label, "scores": _rounded(item.scores)} for item in self.items],
        }  # fmt: skip

    def lines(self) -> list[str]:
        """Tables for people: a row for each way, published figures below, then what is to be said."""
        counted = f"{len(self.items):,} queries or pictures, {self.works:,} works"
        rows = [f"{self.protocol}, {self.model}: {counted}; percent.", ""]
        means = self.means
        measures = list(dict.fromkeys(measure for scores in means.values() for measure in scores))
        wide = max((len(way) for way in means), default=0)
        rows.append("  ".join([" " * wide, *measures]))
        for way, scores in means.items():
            cells = (
                f"{f'{100 * scores[measure]:.1f}' if measure in scores else '-':>{len(measure)}}"
                for measure in measures
            )
            rows.append("  ".join([f"{way:<{wide}}", *cells]))
        if self.published:
            rows += ["", "published, percent:"]
            rows += [f"{row.figure:>6.1f}  {row.method}  ({row.source})" for row in self.published]
        return [*rows, *([""] if self.remarks else []), *self.remarks]


def mean_curve(curves: Sequence[Sequence[float]]) -> list[float]:
    """The mean over queries of their precisions, at each recall.

    >>> mean_curve([[1.0, 0.5], [0.0, 0.5]])
    [0.5, 0.5]
    """
    return [math.fsum(values) / len(values) for values in zip(*curves, strict=True)]


def listed(names: Sequence[str], what: str) -> list[str]:
    """A sentence that counts and names some of what is listed; nothing for nothing.

    >>> listed(["a.jpg", "b.jpg"], "are not in the collection")
    ['2 are not in the collection: a.jpg, b.jpg']
    """
    if not names:
        return []
    more = ", …" if len(names) > 10 else ""
    plain = [name if name.isprintable() and len(name) <= 120 else repr(name[:120]) for name in names[:10]]
    return [f"{len(names):,} {what}: {', '.join(plain)}{more}"]


def _rounded(scores: Scores) -> dict[str, dict[str, float | None]]:
    return {
        way: {measure: None if math.isnan(value) else round(value, 6) for measure, value in of.items()}
        for way, of in scores.items()
    }


def _short(values: Sequence[float]) -> list[float]:
    return [round(value, 4) for value in values]
