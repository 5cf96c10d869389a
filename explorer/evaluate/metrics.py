"""How well a ranking finds what is known to be there: average precisions, recall, and their means.

Three average precisions go by the same name in the literature and differ in what they count, so each has a name of its
own here: :func:`average_precision` (ArtMiner's, of boxes), :func:`image_average_precision` (of works),
:func:`oxford_average_precision` (the trapezoid). Rankings are best first. A measure of nothing (no true box, no query,
one class only) is NaN, never a number that would slip into a mean.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.geometry import intersection_over_union

HIT = 0.3
"""A detection is right when it overlaps a true box by more than this (IoU)."""
MOST_DETECTIONS = 1000
"""How many detections over the whole collection count; the rest of a longer list is ignored."""


def average_precision(
    detections: Iterable[tuple[str, Sequence[float]]],
    truth: Mapping[str, Sequence[Sequence[float]]],
    own: str | None = None,
) -> float:
    """ArtMiner's average precision, 0 to 1: the precisions at the hits, summed, over the number of true boxes.

    ``detections`` are (work, box), best first; ``truth`` holds the true boxes by work; boxes are (x0, y0, x1, y1) in
    any unit that both share. A detection hits the not yet found true box of its work that it overlaps most, when by
    more than :data:`HIT`; a true box is found once, and finding it again is wrong. Detections in the query's ``own``
    work are passed over and take no rank. The first :data:`MOST_DETECTIONS` of the others count.

    Source: Shen, Efros and Aubry, "Discovering visual patterns in art collections with spatially-consistent feature
    learning", CVPR 2019, section 5, and the authors' evaluator. There, one detection that overlaps two true boxes of a
    work finds both; here it finds one, so that no precision exceeds 1.

    >>> boxes = {"b": [(0, 0, 10, 10)], "c": [(0, 0, 10, 10)]}
    >>> found = [("a", (0, 0, 10, 10)), ("b", (0, 0, 10, 9)), ("b", (0, 0, 10, 10)), ("c", (0, 0, 10, 8))]
    >>> average_precision(found, boxes)  # hits at ranks 2 and 4: (1/2 + 2/4) / 2
    0.5
    """
    left = {work: list(boxes) for work, boxes in truth.items()}
    total = sum(map(len, left.values()))
    hits, found = 0, 0.0
    counted = [(work, box) for work, box in detections if work != own][:MOST_DETECTIONS]
    for rank, (work, box) in enumerate(counted, start=1):
        boxes = left.get(work)
        if not boxes:
            continue
        overlaps = intersection_over_union(np.array([box]), np.array(boxes))[0]
        if overlaps.max() > HIT:
            boxes.pop(int(overlaps.argmax()))
            hits += 1
            found += hits / rank
    return found / total if total else math.nan


def image_average_precision(works: Iterable[str], true: Collection[str], own: str | None = None) -> float:
    """Average precision of works, 0 to 1: a work counts once, at its best rank, and is right if it holds a true box.

    Where in the work it was found does not matter. ``works`` are best first and may repeat; the query's ``own`` is
    passed over; ``true`` are the works that hold a true box. Nothing is cut off.

    Source: the evaluator released with Shen et al., "Learning co-segmentation by segment swapping for retrieval and
    discovery" (SegSwap, CVPRW 2022), which has no test of overlap: its figures do not compare with ArtMiner's.

    >>> image_average_precision(["a", "b", "b", "c"], {"b", "c"})  # hits at ranks 2 and 3: (1/2 + 2/3) / 2
    0.5833333333333333
    """
    wanted = set(true)
    ranked = [work for work in dict.fromkeys(works) if work != own]
    ranks = [rank for rank, work in enumerate(ranked, start=1) if work in wanted]
    return sum(hits / rank for hits, rank in enumerate(ranks, start=1)) / len(wanted) if wanted else math.nan


def oxford_average_precision(works: Iterable[str], true: Collection[str], junk: Collection[str] = ()) -> float:
    """Oxford's average precision, 0 to 1: the area under precision over recall by the trapezoid rule.

    ``junk`` works are taken out of the ranking before ranks are counted: finding them is neither right nor wrong.
    Each hit adds the mean of the precisions just before and at it; before the first rank precision counts as 1.

    Source: Philbin et al., "Object retrieval with large vocabularies and fast spatial matching", CVPR 2007, with its
    released ``compute_ap``; Radenovic et al., "Revisiting Oxford and Paris", CVPR 2018, computes the same.

    >>> oxford_average_precision(["a", "j", "b"], {"a", "b"}, junk={"j"})
    1.0
    >>> oxford_average_precision(["x", "a"], {"a"})  # precision 0 before the hit, 1/2 at it
    0.25
    """
    wanted, unsure = set(true), set(junk)
    ranked = [work for work in dict.fromkeys(works) if work not in unsure]
    hits, area = 0, 0.0
    for before, work in enumerate(ranked):
        if work in wanted:
            area += ((hits / before if before else 1.0) + (hits + 1) / (before + 1)) / 2
            hits += 1
    return area / len(wanted) if wanted else math.nan


def precision_at_recall(works: Iterable[str], true: Collection[str], junk: Collection[str] = ()) -> list[float]:
    """The precision at recall 0, 0.05, ... 1: at each the highest that is reached with that recall or more, 0 where it
    is never reached. ``junk`` is taken out of the ranking first. For the plot of one query, or a mean of several.

    Source: the interpolated precision of Manning, Raghavan and Schuetze, "Introduction to Information Retrieval", 8.4.

    >>> precision_at_recall(["a", "x", "b"], {"a", "b"})[::10]
    [1.0, 1.0, 0.6666666666666666]
    """
    wanted, unsure = set(true), set(junk)
    ranked = [work for work in dict.fromkeys(works) if work not in unsure]
    ranks = [rank for rank, work in enumerate(ranked, start=1) if work in wanted]
    best, reached = 0.0, list[float]()
    for hits in range(len(ranks), 0, -1):
        best = max(best, hits / ranks[hits - 1])
        reached.append(best)
    reached.reverse()
    needed = [max(1, math.ceil(step * len(wanted) / 20)) for step in range(21)]
    return [reached[hits - 1] if hits <= len(reached) else 0.0 for hits in needed]


def recall_at(k: int, works: Iterable[str], true: Collection[str]) -> float:
    """Share of the ``true`` works, 0 to 1, that are among the first ``k`` different works.

    >>> recall_at(2, ["a", "a", "b", "c"], {"b", "c"})
    0.5
    """
    wanted = set(true)
    first = list(dict.fromkeys(works))[: max(k, 0)]
    return len(wanted.intersection(first)) / len(wanted) if wanted else math.nan


def revisited_precision_at(k: int, works: Iterable[str], true: Collection[str], junk: Collection[str] = ()) -> float:
    """Precision among the first ``k``, 0 to 1, as the revisited Oxford and Paris benchmarks count it.

    ``junk`` works are taken out of the ranking first. Where the last true work that was found comes before rank ``k``,
    precision is taken there: a query with few true works can reach 1.

    Source: Radenovic et al., "Revisiting Oxford and Paris", CVPR 2018, with its released ``compute_map``.

    >>> revisited_precision_at(10, ["a", "x", "j", "b", "y"], {"a", "b"}, junk={"j"})  # 2 of the first 3
    0.6666666666666666
    """
    wanted, unsure = set(true), set(junk)
    ranked = [work for work in dict.fromkeys(works) if work not in unsure]
    ranks = [rank for rank, work in enumerate(ranked, start=1) if work in wanted]
    if not wanted:
        return math.nan
    reach = min(k, ranks[-1]) if ranks else k
    return sum(rank <= reach for rank in ranks) / reach


def hit_at(k: int, works: Iterable[str], true: Collection[str]) -> float:
    """1 where any of the ``true`` works is among the first ``k`` different works, else 0: what papers on pairs and on
    captions call recall@k.

    >>> hit_at(2, ["x", "a", "b"], {"a", "b"}), hit_at(1, ["x", "a"], {"a"})
    (1.0, 0.0)
    """
    return float(bool(set(true).intersection(list(dict.fromkeys(works))[:k]))) if true else math.nan


def f_beta(given: Collection[object], true: Collection[object], beta: float = 2.0) -> float:
    """F of one picture's several labels, 0 to 1: recall weighs ``beta`` times as much as precision. 0 where nothing is
    right, and NaN where there is nothing to be right about.

    Source: the F2 averaged over pictures by which iMet Collection 2019 (FGVC6) ranks.

    >>> f_beta({"cat", "dog"}, {"cat"})  # precision 1/2, recall 1: 5 * 1/2 / (4 * 1/2 + 1)
    0.8333333333333334
    """
    right, weight = len(set(given) & set(true)), beta * beta
    total = weight * len(set(true)) + len(set(given))
    return (1 + weight) * right / total if true else math.nan


def micro_mean(groups: Mapping[str, Sequence[float]]) -> float:
    """Mean over all values: every query weighs the same, so large categories weigh more.

    >>> micro_mean({"large": [1.0, 1.0, 1.0], "small": [0.0]})
    0.75
    """
    values = [value for group in groups.values() for value in group]
    return math.fsum(values) / len(values) if values else math.nan


def macro_mean(groups: Mapping[str, Sequence[float]]) -> float:
    """Mean over the groups' means: every category weighs the same. Empty groups are left out.

    >>> macro_mean({"large": [1.0, 1.0, 1.0], "small": [0.0]})
    0.5
    """
    return micro_mean({"": [math.fsum(group) / len(group) for group in groups.values() if len(group)]})


@dataclass(frozen=True)
class ClassScore:
    """How well one class of several is told from the others, 0 to 1; ``count`` are the pictures that belong to it."""

    count: int
    precision: float
    """NaN for a class that nothing was put in."""
    recall: float
    f1: float
    """The harmonic mean of the two: 0 where nothing was put in rightly."""


def class_scores(truth: Sequence[int], given: Sequence[int], classes: int) -> tuple[ClassScore, ...]:
    """Precision, recall and F1 of each class, by the true class of every picture and the one that it was given.

    >>> class_scores([0, 0, 1], [0, 1, 1], 2)[0]
    ClassScore(count=2, precision=1.0, recall=0.5, f1=0.6666666666666666)
    """
    table = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(table, (np.asarray(truth, np.int64), np.asarray(given, np.int64)), 1)
    right, own, put = table.diagonal().tolist(), table.sum(axis=1).tolist(), table.sum(axis=0).tolist()
    return tuple(
        ClassScore(n, r / g if g else math.nan, r / n if n else math.nan, 2 * r / (n + g) if n + g else math.nan)
        for r, n, g in zip(right, own, put, strict=True)
    )
