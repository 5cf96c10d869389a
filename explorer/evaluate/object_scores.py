"""What :mod:`explorer.evaluate.objects` reports: how well whole pictures and regions do, by class and by size."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.evaluate.metrics import image_average_precision

ALL, SMALL, MIDDLE, LARGE = "all", "below a tenth", "a tenth to a third", "above a third"
SIZES = (SMALL, MIDDLE, LARGE)
"""How much of its picture an object takes, by its box; of several of a class in a work the largest counts."""
WORDS, PICTURE = "words", "picture"
_RISE = 1e-9  # two average precisions that differ by less are equal


def size_of(share: float) -> str:
    """The size of an object that takes a ``share``, 0 to 1, of its picture.

    >>> size_of(0.05), size_of(0.1), size_of(0.5)
    ('below a tenth', 'a tenth to a third', 'above a third')
    """
    return SMALL if share < 0.1 else MIDDLE if share < 1 / 3 else LARGE


@dataclass(frozen=True)
class Precisions:
    """The average precisions, 0 to 1, of two rankings of the same works."""

    whole: float
    regions: float


def precisions(
    whole: Sequence[str], regions: Sequence[str], sizes: Mapping[str, str], own: Collection[str] = ()
) -> dict[str, Precisions]:
    """Two rankings of works, best first, against the works that show a class, each with the ``size`` of its object: by
    size, and for all of them; sizes that no work has are left out.

    Works whose object has another size are taken out of the rankings: finding them is neither right nor wrong. So are
    the query's ``own`` works.

    >>> precisions(["a", "x", "b"], ["b", "a", "x"], {"a": LARGE, "b": SMALL})[SMALL]
    Precisions(whole=0.5, regions=1.0)
    """
    found = {}
    for size in (ALL, *SIZES):
        true = {work for work, has in sizes.items() if size in (ALL, has) and work not in own}
        if true:
            junk = (set(sizes) - true) | set(own)
            found[size] = Precisions(*(
                image_average_precision((work for work in ranked if work not in junk), true)
                for ranked in (whole, regions)
            ))  # fmt: skip
    return found


def mean_precisions(scores: Sequence[Mapping[str, Precisions]]) -> dict[str, Precisions]:
    """The means over the queries that have a size."""
    means = {}
    for size in (ALL, *SIZES):
        having = [score[size] for score in scores if size in score]
        if having:
            means[size] = Precisions(_mean([pair.whole for pair in having]), _mean([pair.regions for pair in having]))
    return means


@dataclass(frozen=True)
class ClassPrecisions:
    """One class: how many works show it, by size, and how well they are found; ``words`` is empty where the model knows
    no word of its name, ``picture`` where no box was a query."""

    name: str
    works: Mapping[str, int]
    words: Mapping[str, Precisions]
    picture: Mapping[str, Precisions]
    queries: int
    """Boxes that were queries."""

    def of(self, protocol: str) -> Mapping[str, Precisions]:
        """The figures by words or by picture."""
        return self.words if protocol == WORDS else self.picture

    def to_json(self) -> dict[str, Any]:
        record: dict[str, Any] = {"class": self.name, "works": dict(self.works), "queries": self.queries}
        for protocol in (WORDS, PICTURE):
            record[protocol] = {size: _rounded(pair) for size, pair in self.of(protocol).items()}
        return record


@dataclass(frozen=True)
class SizeMean:
    """Means over the classes that have works of a size, and in how many regions are better or worse."""

    classes: int
    works: int
    mean: Precisions
    better: int
    worse: int

    def to_json(self) -> dict[str, Any]:
        return {"classes": self.classes, "works": self.works, **_rounded(self.mean), "regions_better": self.better,
                "regions_worse": self.worse}  # fmt: skip


@dataclass(frozen=True)
class ObjectScores:
    """All classes, by name, and what could not be measured."""

    classes: tuple[ClassPrecisions, ...]
    works: int
    """Works that were ranked."""
    boxes: int
    missing: tuple[str, ...]
    """Files of the table that are not in the collection."""
    unknown: tuple[str, ...]
    """Classes of which the model knows no word."""
    skipped: tuple[tuple[str, str], ...]
    """Works whose picture cannot be read for a query, each with the reason."""

    def mean(self, protocol: str, size: str) -> SizeMean | None:
        """Means of a protocol over the classes with works of that size; None where there are none."""
        having = [row for row in self.classes if size in row.of(protocol)]
        if not having:
            return None
        pairs = [row.of(protocol)[size] for row in having]
        rises = [pair.regions - pair.whole for pair in pairs]
        mean = Precisions(_mean([pair.whole for pair in pairs]), _mean([pair.regions for pair in pairs]))
        return SizeMean(len(having), sum(row.works.get(size, 0) for row in having), mean,
                        sum(rise > _RISE for rise in rises), sum(rise < -_RISE for rise in rises))  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        means = {
            protocol: {size: mean.to_json() for size in (ALL, *SIZES) if (mean := self.mean(protocol, size))}
            for protocol in (WORDS, PICTURE)
        }
        return {
            **means, "classes": [row.to_json() for row in self.classes], "works": self.works, "boxes": self.boxes,
            "queries": sum(row.queries for row in self.classes), "missing": list(self.missing),
            "unknown": list(self.unknown),
            "skipped": [{"file": file, "reason": reason} for file, reason in self.skipped],
        }  # fmt: skip

    def lines(self) -> list[str]:
        """Tables for people: by size, then by class."""
        rows = [f"{self.works:,} works, {self.boxes:,} boxes, {len(self.classes)} classes; mean average precision over "
                "classes.", ""]  # fmt: skip
        rows.append(f"{'query':<8} {'object takes':<19} {'classes':>7} {'works':>6} {'whole':>6} {'regions':>8}")
        for protocol in (WORDS, PICTURE):
            for size in (ALL, *SIZES):
                if mean := self.mean(protocol, size):
                    rows.append(f"{protocol:<8} {size:<19} {mean.classes:>7} {mean.works:>6} {mean.mean.whole:>6.3f} "
                                f"{mean.mean.regions:>8.3f}  better in {mean.better}, worse {mean.worse}")  # fmt: skip
        rows += ["", f"{'':<28} {'':>12} {'words':>15} {'picture':>23}"]
        both = f"{'whole':>7} {'regions':>7}"
        rows.append(f"{'class':<28} {'works, small':>12} {both} {'queries':>7} {both}")
        for row in self.classes:
            words, picture = _both(row.words), _both(row.picture)
            count = f"{row.works[ALL]}, {row.works.get(SMALL, 0)}"
            rows.append(f"{_short(row.name):<28} {count:>12} {words} {row.queries:>7} {picture}")
        rows += ["", "Words: the class's name; its regions are the search that users get. Picture: boxes of the class, "
                     "without their own works."]  # fmt: skip
        if self.unknown:
            rows.append(f"The model knows no word of: {', '.join(map(_short, self.unknown))}.")
        if self.missing:
            named = ", ".join(map(repr, self.missing[:10])) + (" …" if len(self.missing) > 10 else "")
            rows.append(f"Not in the collection, so that their boxes do not count: {len(self.missing):,} files of the "
                        f"table: {named}")  # fmt: skip
        rows += [f"No query: {file!r}: {reason}" for file, reason in self.skipped]
        return rows


def _both(pairs: Mapping[str, Precisions]) -> str:
    pair = pairs.get(ALL)
    return f"{'-':>7} {'-':>7}" if pair is None else f"{pair.whole:>7.3f} {pair.regions:>7.3f}"


def _rounded(pair: Precisions) -> dict[str, float]:
    return {"whole": round(pair.whole, 6), "regions": round(pair.regions, 6)}


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _short(label: str) -> str:
    plain = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in label)
    return plain if len(plain) <= 28 else f"{plain[:27]}…"
