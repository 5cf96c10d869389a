"""How far do percentages hold in collections too small to be calibrated, and would another default hold better?

    python benchmarks/default_probability.py --data FOLDER [--cache DIR] [--json FILE]

FOLDER holds ``planted/``. Its works are taken for four collections of 17 or 18 (every fourth work, from each of the
first four on), indexed together: of a search, only the matches in the query's own quarter count. Searched for are the
annotated details, and squares without a planted motif, of which nothing there is a copy. Compared are the default; a
model fitted on the details of every second motif (the first, the third and so on, by name) and every second square; and
what the 70 works come to when they calibrate themselves. All figures are of the other motifs and squares.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])
sys.path.append(str(Path(__file__).parent))  # last: click.py here is not the library of that name

from matcher import Query, read_queries
from ways import indexed

from explorer.calibration.fit import Examples, fitted
from explorer.calibration.reliability import expected_calibration_error, reliability, roc_auc
from explorer.config import Config
from explorer.errors import ExplorerError
from explorer.geometry import Box, intersection_over_union
from explorer.search import search
from explorer.search.click import square
from explorer.search.query import Match, RegionPart, SearchOptions
from explorer.search.query import Query as Asked
from explorer.verification import MatchModel, cue_vector
from explorer.verification.match_model import DEFAULT
from explorer.workspace import Workspace

GROUPS = 4
SQUARES = 1  # of each work, without a motif
SIDES = (0.15, 0.35)  # of squares, of the side of a square of the picture's area
HIT = 0.3


@dataclass(frozen=True)
class Found:
    """A match: its cues, whether it is a copy, the number of its query, whether that has copies here, and whether a
    model may be fitted on it."""

    cues: tuple[float, float, float]
    copy: bool
    query: int
    planted: bool
    fitted_on: bool


def all_found(workspace: Workspace, queries: list[Query]) -> Iterator[Found]:
    """The matches of the annotated details, then those of squares without a motif."""
    sizes = workspace.collection.picture_sizes()
    motifs = sorted({query.category for query in queries})
    for number, query in enumerate(queries):
        work = "0/" + query.work
        box = Box.from_pixels(query.box, *sizes[work]).clipped()
        for match in matches(workspace, work, box):
            copy = _is_copy(match, query, sizes[match.work])
            yield Found(_cues(match), copy, number, True, motifs.index(query.category) % 2 == 0)
    rng = np.random.default_rng(0)
    for row, work in enumerate(sorted(sizes)):
        taken = np.array([query.box for query in queries if "0/" + query.work == work])
        for box in _squares(sizes[work], taken, rng):
            for match in matches(workspace, work, box):
                yield Found(_cues(match), False, len(queries) + row, False, row // GROUPS % 2 == 0)


def matches(workspace: Workspace, work: str, box: Box) -> list[Match]:
    """What is found in a work's own quarter; nothing for a detail of one colour, which is refused."""
    works = sorted(workspace.tables.works)
    quarter = set(works[works.index(work) % GROUPS :: GROUPS])
    try:
        found = search(workspace, Asked((RegionPart(work, box),)), SearchOptions(top=len(works)))
    except ExplorerError:
        return []
    return [match for match in found if match.work in quarter and match.evidence]


def _squares(size: tuple[int, int], taken: np.ndarray, rng: np.random.Generator) -> Iterator[Box]:
    made = 0
    for _ in range(100):
        box = square(size, rng.uniform(), rng.uniform(), rng.uniform(*SIDES))
        apart = not len(taken) or intersection_over_union(np.array([box.to_pixels(*size)]), taken).max() == 0
        if apart and made < SQUARES:
            made += 1
            yield box


def _is_copy(match: Match, query: Query, size: tuple[int, int]) -> bool:
    boxes = query.truth.get(match.work.removeprefix("0/"))
    pixels = np.array([match.box.to_pixels(*size)])
    return bool(boxes and intersection_over_union(pixels, np.array(boxes)).max() > HIT)


def _cues(match: Match) -> tuple[float, float, float]:
    evidence = match.evidence
    return cue_vector(evidence.similarity, evidence.agreement, evidence.significance) if evidence else (0.0, 0.0, 0.0)


def figures(model: MatchModel, found: list[Found]) -> dict[str, float]:
    """Calibration error and area under the curve of planted details' matches; how sure the best matches of squares
    are, which are copies of nothing."""
    planted = [each for each in found if each.planted]
    probabilities = model.probability(np.array([each.cues for each in planted]))
    right = np.array([each.copy for each in planted])
    best: dict[int, float] = {}
    for each in found:
        if not each.planted:
            probability = float(model.probability(np.array([each.cues]))[0])
            best[each.query] = max(best.get(each.query, 0.0), probability)
    unrelated = np.array(list(best.values()))
    sure = probabilities >= 0.9
    return {
        "ECE": expected_calibration_error(reliability(probabilities, right)), "AUC": roc_auc(probabilities, right),
        "copies, mean": float(probabilities[right].mean()),
        "copies 0.5 or more": float((probabilities[right] >= 0.5).mean()),
        "of those said with 0.9, right": float(right[sure].mean()), "squares": float(len(unrelated)),
        "squares 0.5 or more": float((unrelated >= 0.5).mean()), "squares, highest": float(unrelated.max()),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--cache", type=Path, help="keep the index here, for the next run")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    folder = options.data / "planted"
    with tempfile.TemporaryDirectory() as passing:
        workspace = indexed(options.cache or Path(passing), "planted", [folder / "images"], Config(model="mini"))
        found = list(all_found(workspace, read_queries(folder / "annotations.json")))
        models = {
            "the default": DEFAULT,
            "fitted on the other half": _fitted([each for each in found if each.fitted_on]),
            "calibrated by itself": workspace.calibration.model,
        }
    held_out = [each for each in found if not each.fitted_on]
    table = {name: {**_numbers(model), **figures(model, held_out)} for name, model in models.items()}
    print(f"| | {' | '.join(table)} |\n|---|{'---:|' * len(table)}")
    for row in table["the default"]:
        print(f"| {row} | {' | '.join(f'{column[row]:.3f}' for column in table.values())} |")
    if options.json:
        options.json.write_text(json.dumps({"table": table, "found": [asdict(each) for each in found]}), "utf-8")


def _numbers(model: MatchModel) -> dict[str, float]:
    return {"intercept": model.intercept, **dict(zip(("similarity", "cells", "points"), model.weights, strict=True))}


def _fitted(found: list[Found]) -> MatchModel:
    columns = zip(*((each.cues, each.copy, each.query) for each in found), strict=True)
    cues, copy, query = (np.array(column) for column in columns)
    return fitted(Examples(cues, copy, query))


if __name__ == "__main__":
    main()
