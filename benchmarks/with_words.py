"""Words beside a detail, and several words: is the order right? ``python benchmarks/with_words.py [--cache DIR]``.

The demo collection is painted by the program, which knows what is in every work. Three questions are asked of it:

* *a detail and words* ("this cart" + "a snowy landscape", or − it): of the works that have the detail, how often one
  that shows what the words say comes before one that does not (pairs in the right order; chance 0.5); whether the
  detail's copies stay in front (average precision of the copies, whatever the words), and how many likely copies (0.6
  or more) stand behind an unlikely one (below 0.3).
* *two words* ("a windmill" + "boats on the water"): average precision of the works that show both.
* *words without words* ("a windmill" − "a snowy landscape"): average precision of the works that show the one and not
  the other.

Each under several rules, over the same scores; ``--json FILE`` keeps the figures. DIR is where the demo is, or is made.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from pathlib import Path

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])

from benchmarks.demo_words import PHRASES, is_right, truth_of
from explorer.geometry import Box
from explorer.search import search
from explorer.search.query import Query, RegionPart, SearchOptions
from explorer.search.text_query import find_words, word_z_scores
from explorer.workspace import Workspace

WORDS = ("a snowy landscape", "a windmill", "boats on the water", "a church tower", "a still life", "a bunch of flowers in a vase",
         "a stone bridge over a river", "people dancing")  # fmt: skip
"""What is asked beside a detail, and in pairs."""
PER_MOTIF = 2
"""Details of each motif that are searched for."""
FEWEST = 2
"""Works that must show what is asked, and that must not, for it to be asked."""
LIKELY, UNLIKELY = 0.6, 0.3
MOST, HALF = 1.5, 2.0
BANDS = (0.3, 0.6, 0.9)

Key = Callable[[np.ndarray, np.ndarray], list[tuple[float, ...]]]
"""Probabilities and the sum of weighted z-scores of the works, to what they are sorted by, best first."""


def logit(probability: np.ndarray) -> np.ndarray:
    bounded = np.clip(probability, 1e-9, 1 - 1e-9)
    return np.log(bounded / (1 - bounded))


def moved(z_scores: np.ndarray) -> np.ndarray:
    return np.clip(z_scores / HALF, -MOST, MOST)


def without_words(probability: np.ndarray, z_scores: np.ndarray) -> list[tuple[float, ...]]:
    return [(value,) for value in probability]


def by_logits(probability: np.ndarray, z_scores: np.ndarray) -> list[tuple[float, ...]]:
    return list(zip(logit(probability) + moved(z_scores)))  # noqa: B905


def in_bands(bands: Sequence[float], cap: float = 1.0, soft: bool = False) -> Key:
    top = float(logit(np.array(cap)))

    def key(probability: np.ndarray, z_scores: np.ndarray) -> list[tuple[float, ...]]:
        band = np.digitize(probability, bands)
        by = 3 * np.tanh(z_scores / 6) if soft else moved(z_scores)
        return list(zip(band, np.minimum(logit(probability), top) + by, probability))  # noqa: B905

    return key


def words_in_bands(probability: np.ndarray, z_scores: np.ndarray) -> list[tuple[float, ...]]:
    return list(zip(np.digitize(probability, BANDS), z_scores, probability))  # noqa: B905


RULES: dict[str, Key] = {
    "no words": without_words,
    "1.5 logits": by_logits,
    "one barrier at 0.5, 1.5 logits": in_bands((0.5,)),
    "one barrier at 0.5, 1.5 logits, capped at 0.9": in_bands((0.5,), 0.9),
    "bands, 1.5 logits": in_bands(BANDS),
    "bands, 1.5 logits, capped at 0.9": in_bands(BANDS, 0.9),
    "bands, soft 3 logits, capped at 0.9": in_bands(BANDS, 0.9, True),
    "bands, words alone in each": words_in_bands,
}


@dataclass(frozen=True)
class Found:
    """A detail of a motif: the works that were examined, the probability of each, and which have the motif."""

    motif: str
    works: list[str]
    probability: np.ndarray
    copies: np.ndarray


def details(workspace: Workspace, folder: Path, truth: dict[str, set[str]], most: int) -> list[Found]:
    """Searches for the first details of every motif."""
    found = []
    for motif, queries in json.loads((folder / "annotations.json").read_text("utf-8")).items():
        for query in queries[:most]:
            file, sides = query["query"]
            work = workspace.collection.work(file)
            box = Box.from_pixels(tuple(sides), work.width, work.height).clipped()
            options = SearchOptions(top=len(workspace.tables.works))
            matches = search(workspace, Query((RegionPart(file, box),)), options)
            works = [match.work for match in matches]
            copies = np.array([motif in truth[work] for work in works])
            found.append(Found(motif, works, np.array([match.score for match in matches]), copies))
            print(f"searched for the {motif} of {file}", file=sys.stderr, flush=True)
    return found


def average_precision(right: np.ndarray) -> float:
    """Of works in their order, which of them are ``right``."""
    hits = np.flatnonzero(right)
    return float(np.mean((np.arange(len(hits)) + 1) / (hits + 1))) if len(hits) else 0.0


def order_of(keys: Sequence[tuple[float, ...]]) -> np.ndarray:
    return np.array(sorted(range(len(keys)), key=lambda index: keys[index], reverse=True))


def pairs_in_order(first: np.ndarray, second: np.ndarray) -> float:
    """Share of pairs in which a place of ``first`` is before one of ``second``; both are places in an order."""
    return float(np.mean(first[:, None] < second[None, :]))


def with_a_detail(found: list[Found], z_scores: dict[str, dict[str, float]], truth: dict[str, set[str]]) -> list[dict]:
    rows = []
    for rule, key in RULES.items():
        right, precision, behind, asked = [], [], 0, 0
        for detail in found:
            for words in WORDS:
                shown = np.array([is_right(truth[work], PHRASES[words]) for work in detail.works])
                has, lacks = detail.copies & shown, detail.copies & ~shown
                if detail.motif in PHRASES[words].motifs or min(has.sum(), lacks.sum()) < FEWEST:
                    continue
                for sign in (1, -1):
                    z = sign * np.array([z_scores[words][work] for work in detail.works])
                    order = order_of(key(detail.probability, z))
                    place = np.argsort(order)
                    first, second = (has, lacks) if sign > 0 else (lacks, has)
                    right.append(pairs_in_order(place[first], place[second]))
                    precision.append(average_precision(detail.copies[order]))
                    likely, unlikely = place[detail.probability >= LIKELY], place[detail.probability < UNLIKELY]
                    behind += int((likely > unlikely.min(initial=len(order))).sum())
                    asked += 1
        rows.append({"rule": rule, "asked": asked, "pairs": float(np.mean(right)), "copies": float(np.mean(precision)),
                     "behind": behind})  # fmt: skip
    return rows


def logistic(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(2.0 - z))


WORD_RULES: dict[str, Callable[[list[np.ndarray], list[float]], np.ndarray]] = {
    "the first words only": lambda z, weights: z[0],
    "sum of z-scores": lambda z, weights: sum(w * one for w, one in zip(weights, z, strict=True)),
    "sum, each at most 6": lambda z, weights: sum(w * np.minimum(one, 6) for w, one in zip(weights, z, strict=True)),
    "sum, each at most 4": lambda z, weights: sum(w * np.minimum(one, 4) for w, one in zip(weights, z, strict=True)),
    "sum, each within 3": lambda z, weights: sum(w * np.clip(one, -3, 3) for w, one in zip(weights, z, strict=True)),
    "geometric mean of probabilities, times 1 - unwanted": lambda z, weights: joint(z, weights),
    "logits: sum of log probabilities": lambda z, weights: sum(
        np.log(logistic(one)) if w > 0 else np.log(1 - logistic(one)) for w, one in zip(weights, z, strict=True)),
    "least": lambda z, weights: np.min([w * one for w, one in zip(weights, z, strict=True)], axis=0),
}  # fmt: skip


def joint(z: list[np.ndarray], weights: list[float]) -> np.ndarray:
    wanted = [np.log(logistic(one)) for w, one in zip(weights, z, strict=True) if w > 0]
    value = np.exp(np.mean(wanted, axis=0))
    for w, one in zip(weights, z, strict=True):
        if w < 0:
            value = value * (1 + w * logistic(one))
    return value


def of_words(z_scores: dict[str, dict[str, float]], truth: dict[str, set[str]], works: list[str]) -> list[dict]:
    shown = {words: np.array([is_right(truth[work], PHRASES[words]) for work in works]) for words in WORDS}
    z = {words: np.array([z_scores[words][work] for work in works]) for words in WORDS}
    rows = []
    for rule, score in WORD_RULES.items():
        both, without = [], []
        for one, other in combinations(WORDS, 2):
            right = shown[one] & shown[other]
            if right.sum() >= FEWEST:
                both.append(average_precision(right[np.argsort(-score([z[one], z[other]], [1, 1]), kind="stable")]))
        for one, other in permutations(WORDS, 2):
            right, wrong = shown[one] & ~shown[other], shown[one] & shown[other]
            if min(right.sum(), wrong.sum()) >= FEWEST:
                without.append(average_precision(right[np.argsort(-score([z[one], z[other]], [1, -1]), kind="stable")]))
        rows.append({"rule": rule, "both": float(np.mean(both)), "of": len(both), "without": float(np.mean(without)),
                     "of_without": len(without)})  # fmt: skip
    return rows


def main() -> None:
    from explorer.demo.opening import open_demo

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="a folder with the demo collection, or for it")
    parser.add_argument("--per-motif", type=int, default=PER_MOTIF)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cache = args.cache or Path(scratch) / "cache"
        workspace = open_demo(cache, pictures=None if args.cache else Path(scratch) / "pictures")
        folder, works = workspace.folder.parent, list(workspace.tables.works)
        truth = truth_of(folder, len(works))
        z_scores = {}
        for words in WORDS:
            by_row = word_z_scores(find_words(workspace, words, 1))
            z_scores[words] = {works[row]: z_score for row, z_score in by_row.items()}
        alone = of_words(z_scores, truth, works)
        for row in alone:
            print(f"{row['rule']:52} both {row['both']:.3f} ({row['of']})  without {row['without']:.3f} ({row['of_without']})", flush=True)
        beside = with_a_detail(details(workspace, folder, truth, args.per_motif), z_scores, truth)
        for row in beside:
            print(f"{row['rule']:52} pairs {row['pairs']:.3f}  copies {row['copies']:.3f}  behind {row['behind']}  ({row['asked']})")
    if args.json:
        args.json.write_text(json.dumps({"alone": alone, "beside": beside}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
