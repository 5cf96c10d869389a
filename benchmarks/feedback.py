"""Does a search that learns from judgements get better, and does it ever get worse?

    python benchmarks/feedback.py --data FOLDER [--cache DIR] [--subset 1] [--json FILE]

FOLDER holds ``planted/``. Every annotated detail is searched for; the first N places are judged as a person would who
knows the truth (1, 2, 3, 5 of them; and again with one judgement in five wrong); then it is searched for once more,
learning. mAP (ArtMiner's, IoU > 0.3) is of what was not judged, before and after, the judged works taken out of both;
by motif, the change of the one that lost most.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])
sys.path.append(str(Path(__file__).parent))  # last: click.py here is not the library of that name

from matcher import Pixels, average_precision
from ways import AnnotatedQuery, Bench, indexed

from explorer.config import Config
from explorer.search import search
from explorer.search.feedback import JudgedMatch
from explorer.search.query import Match, Query, RegionPart, SearchOptions

COUNTS = (1, 2, 3, 5)
WRONG = 0.2
TOP = SearchOptions(top=100)


@dataclass(frozen=True)
class Change:
    """One query's average precision of what was not judged, before and after; whether what was accepted is first."""

    motif: str
    before: float
    after: float
    accepted_first: bool


def changes(bench: Bench, subset: int, count: int, wrong: float) -> list[Change]:
    rng = np.random.default_rng(count)
    found = []
    for query in bench.queries[::subset]:
        part = RegionPart(query.work, query.ready.detail.box)
        before = _without_judgements(bench, part)
        judged = []
        for match in before[:count]:
            right = _hit(bench, query, match) != (rng.random() < wrong)
            judged.append(JudgedMatch(match.work, match.box, right))
        after = search(bench.workspace, Query((part,)), TOP, judged)
        names = {match.work for match in judged}
        truth = {work: boxes for work, boxes in query.truth.items() if work not in names}
        if not truth:
            continue
        accepted = {match.work for match in judged if match.accepted}
        first = {match.work for match in after[: len(accepted)]} == accepted
        precision_before, precision_after = (
            average_precision(_detections(bench, matches, names), truth) for matches in (before, after)
        )
        found.append(Change(query.query.category, precision_before, precision_after, first))
    return found


_CACHE: dict[RegionPart, list[Match]] = {}


def _without_judgements(bench: Bench, part: RegionPart) -> list[Match]:
    if part not in _CACHE:
        _CACHE[part] = search(bench.workspace, Query((part,)), TOP)
    return _CACHE[part]


def _hit(bench: Bench, query: AnnotatedQuery, match: Match) -> bool:
    return bench.overlap(query, match.work, match.box) > 0.3


def _detections(bench: Bench, matches: Sequence[Match], without: set[str]) -> list[tuple[str, Pixels]]:
    return [
        (match.work, match.box.to_pixels(*bench.sizes[match.work])) for match in matches if match.work not in without
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="mini")
    parser.add_argument("--cache", type=Path, help="keep the index here, for the next run")
    parser.add_argument("--subset", type=int, default=1, metavar="N", help="take every N-th query")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    table = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.cache or Path(scratch)
        workspace = indexed(folder, "planted", [options.data / "planted" / "images"], Config(model=options.model))
        bench = Bench(workspace, options.data / "planted" / "annotations.json", "0/")
        print(" judged  wrong  before   after  change  worst motif  accepted first")
        for wrong in (0.0, WRONG):
            for count in COUNTS:
                found = changes(bench, options.subset, count, wrong)
                motifs = sorted({change.motif for change in found})
                by_motif = [
                    np.mean([change.after - change.before for change in found if change.motif == motif])
                    for motif in motifs
                ]
                before = float(np.mean([change.before for change in found]))
                after = float(np.mean([change.after for change in found]))
                first = float(np.mean([change.accepted_first for change in found]))
                table.append({"judged": count, "wrong": wrong, "before": before, "after": after,
                              "worst": float(min(by_motif)), "accepted_first": first})  # fmt: skip
                print(f"{count:>7} {wrong:>6.0%} {before:>7.3f} {after:>7.3f} {after - before:>+7.3f} "
                      f"{min(by_motif):>+12.3f} {first:>15.2f}", flush=True)  # fmt: skip
    if options.json:
        options.json.write_text(json.dumps(table, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
