"""Words beside a detail, and several words: is the order right? ``python benchmarks/with_words.py [--cache DIR]``.

The demo collection is painted by the program, which knows what is in every work. Over the scores of one search each,
the rule of :mod:`explorer.search.combine` is compared with others.

* *A detail and words* ("this cart" + "a snowy landscape", or − it): of the works that have the detail, how often one
  that shows what the words say comes before one that does not, or after it (pairs in the right order; chance 0.5);
  average precision of the detail's copies, whatever the words; and likely copies (0.6) behind an unlikely one (0.3).
* *Two words* ("a windmill" + "birds in the sky"): average precision of the works that show both.
* *One without the other* ("a windmill" − "birds in the sky"): average precision of the works that show only the one.

What is asked is in two halves, so that settings can be chosen by the first. DIR is where the demo is, or is made.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from pathlib import Path

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])

from benchmarks.demo_words import PHRASES, is_right, truth_of
from explorer.geometry import Box
from explorer.search import search
from explorer.search.combine import moved_by_words, words_move, words_score
from explorer.search.part_results import WordsResult
from explorer.search.query import Query, RegionPart, SearchOptions
from explorer.search.text_query import find_words, word_z_scores
from explorer.workspace import Workspace

WORDS = (
    "a windmill", "boats on the water", "a covered wagon", "a church tower", "birds in the sky",
    "a bunch of flowers in a vase", "bread on a table", "a glass of wine", "a jug on a table", "a lemon", "a butterfly",
    "a still life", "people dancing", "a man on a horse", "a cow in a meadow", "a stone bridge over a river",
    "a farmhouse", "a bare tree in winter", "a snowy landscape", "a well", "a tree",
)  # fmt: skip
PER_MOTIF = 2
"""Details of each motif that are searched for."""
FEWEST = 3
"""Works that must show what is asked, and that must not, for it to be asked."""
LIKELY, UNLIKELY = 0.6, 0.3

Words = list[WordsResult]
Rule = Callable[[np.ndarray, Words], list[tuple[float, ...]]]
"""Probabilities of works and what words find in them, to what the works are sorted by, the highest first."""


def of_this_project(probabilities: np.ndarray, words: Words) -> list[tuple[float, ...]]:
    return [moved_by_words(value, words_move(words, row)) for row, value in enumerate(_logit(probabilities))]


def moved_at_most(logits: float, each: float) -> Rule:
    def rule(probabilities: np.ndarray, words: Words) -> list[tuple[float, ...]]:
        moved = np.clip(each * _sum(words, len(probabilities)), -logits, logits)
        return [(value,) for value in _logit(probabilities) + moved]

    return rule


def words_alone_decide(probabilities: np.ndarray, words: Words) -> list[tuple[float, ...]]:
    return [(float(p >= 0.5), value) for p, value in zip(probabilities, _sum(words, len(probabilities)), strict=True)]


BESIDE: dict[str, Rule] = {
    "no words": lambda probabilities, words: [(value,) for value in probabilities],
    "half a logit for each z, at most 1.5": moved_at_most(1.5, 0.5),
    "2 logits for each z, at most 6": moved_at_most(6.0, 2.0),
    "words alone, above and below 0.5": words_alone_decide,
    "as it is": of_this_project,
}
ALONE: dict[str, Callable[[Words, int], np.ndarray]] = {
    "sum of z-scores": lambda words, works: np.sum([_sum([part], works) for part in words], axis=0),
    "least z-score": lambda words, works: np.min([_sum([part], works) for part in words], axis=0),
    "as it is": lambda words, works: np.array([words_score(words, row) for row in range(works)]),
}


@dataclass(frozen=True)
class Found:
    """A detail of a ``motif``: the works that were examined, and the probability of each."""

    motif: str
    works: list[str]
    probabilities: np.ndarray


class Demo:
    """The demo collection, what its works show, and how well each of the words fits each."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.folder = workspace, workspace.folder.parent
        self.works = list(workspace.tables.works)
        self.truth = truth_of(self.folder, len(self.works))
        self.z_scores = {}
        for words in WORDS:
            by_row = word_z_scores(find_words(workspace, words, 1))
            self.z_scores[words] = {self.works[row]: z_score for row, z_score in by_row.items()}

    def shown(self, words: str, works: Sequence[str]) -> np.ndarray:
        return np.array([is_right(self.truth[work], PHRASES[words]) for work in works])

    def result(self, words: str, weight: float, works: Sequence[str]) -> WordsResult:
        return WordsResult(weight, {}, {row: self.z_scores[words][work] for row, work in enumerate(works)})

    def details(self, most: int) -> Iterator[Found]:
        """Searches for the first details of every motif."""
        for motif, queries in json.loads((self.folder / "annotations.json").read_text("utf-8")).items():
            for query in queries[:most]:
                file, sides = query["query"]
                work = self.workspace.collection.work(file)
                box = Box.from_pixels(tuple(sides), work.width, work.height).clipped()
                options = SearchOptions(top=len(self.works))
                matches = search(self.workspace, Query((RegionPart(file, box),)), options)
                yield Found(motif, [match.work for match in matches], np.array([match.score for match in matches]))


def beside(demo: Demo, found: Sequence[Found], rule: Rule) -> dict[str, float]:
    """A rule for words beside details, over all that can be asked of them."""
    pairs, precision, behind = [], [], 0
    for detail in found:
        copies = np.array([detail.motif in demo.truth[work] for work in detail.works])
        for words in WORDS:
            shown = demo.shown(words, detail.works)
            has, lacks = copies & shown, copies & ~shown
            if detail.motif in PHRASES[words].motifs or min(has.sum(), lacks.sum()) < FEWEST:
                continue
            for weight, first, second in ((1.0, has, lacks), (-1.0, lacks, has)):
                order = _order(rule(detail.probabilities, [demo.result(words, weight, detail.works)]))
                place = np.argsort(order)
                pairs.append(np.mean(place[first][:, None] < place[second][None, :]))
                precision.append(_average_precision(copies[order]))
                unlikely = place[detail.probabilities < UNLIKELY].min(initial=len(order))
                behind += int((place[detail.probabilities >= LIKELY] > unlikely).sum())
    return {"asked": len(pairs), "pairs": _mean(pairs), "copies": _mean(precision), "behind": behind}


def alone(demo: Demo, half: int, score: Callable[[Words, int], np.ndarray]) -> dict[str, float]:
    """A rule for two words, over every second pair of them."""
    both, without = [], []
    shown = {words: demo.shown(words, demo.works) for words in WORDS}

    def precision(asked: Sequence[tuple[str, float]], right: np.ndarray) -> float:
        results = [demo.result(words, weight, demo.works) for words, weight in asked]
        return _average_precision(right[np.argsort(-score(results, len(demo.works)), kind="stable")])

    for one, other in list(combinations(WORDS, 2))[half::2]:
        right = shown[one] & shown[other]
        if right.sum() >= FEWEST:
            both.append(precision([(one, 1.0), (other, 1.0)], right))
    for one, other in list(permutations(WORDS, 2))[half::2]:
        right, wrong = shown[one] & ~shown[other], shown[one] & shown[other]
        if min(right.sum(), wrong.sum()) >= FEWEST:
            without.append(precision([(one, 1.0), (other, -1.0)], right))
    return {"both": _mean(both), "asked": len(both), "without": _mean(without), "asked without": len(without)}


def _logit(probabilities: np.ndarray) -> np.ndarray:
    bounded = np.clip(probabilities, 1e-9, 1 - 1e-9)
    return np.log(bounded / (1 - bounded))


def _sum(words: Words, works: int) -> np.ndarray:
    return np.array([sum(part.weight * part.z_scores[row] for part in words) for row in range(works)])


def _order(keys: Sequence[tuple[float, ...]]) -> np.ndarray:
    return np.array(sorted(range(len(keys)), key=lambda index: keys[index], reverse=True))


def _average_precision(right: np.ndarray) -> float:
    hits = np.flatnonzero(right)
    return float(np.mean((np.arange(len(hits)) + 1) / (hits + 1))) if len(hits) else 0.0


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def main() -> None:
    from explorer.demo.opening import open_demo

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="a folder with the demo collection, or for it")
    parser.add_argument("--per-motif", type=int, default=PER_MOTIF)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        cache = args.cache or Path(scratch) / "cache"
        demo = Demo(open_demo(cache, pictures=None if args.cache else Path(scratch) / "pictures"))
        for half in (0, 1):
            rows += [{"rule": name, "half": half, **alone(demo, half, score)} for name, score in ALONE.items()]
        found = list(demo.details(args.per_motif))
        for half in (0, 1):
            rows += [
                {"rule": name, "half": half, **beside(demo, found[half::2], rule)} for name, rule in BESIDE.items()
            ]
    for row in rows:
        print("  ".join(f"{name} {value:.3f}" if isinstance(value, float) else f"{value}" if name == "rule"
                        else f"{name} {value}" for name, value in row.items()))  # fmt: skip
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1), "utf-8")


if __name__ == "__main__":
    main()
