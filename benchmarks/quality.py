"""How well does search find what is known to recur, what does each stage buy, and can its chances be believed?

    python benchmarks/quality.py --data FOLDER [--model mini] [--only planted,brueghel,calibration] [--json FILE]
    python benchmarks/quality.py --data FOLDER --compare resolution     one row per setting, on planted/

FOLDER holds ``planted/`` and ``brueghel/``, each with ``images/`` and ``annotations.json`` (ArtMiner's format), and
``old-masters/`` as distractors. mAP is ArtMiner's (IoU > 0.3, own work skipped); recall is how often a true work is
among those that the index proposes. Everything in a table comes from one run, on the same index.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])
sys.path.append(str(Path(__file__).parent))  # last: click.py here is not the library of that name

from matcher import Query, average_precision, read_queries

from explorer.calibration.reliability import expected_calibration_error, reliability, roc_auc
from explorer.config import Config
from explorer.geometry import Box, intersection_over_union
from explorer.indexing import index_folder
from explorer.matching.dense import MatchOptions, locate
from explorer.search.pipeline import (
    Found,
    VisualQuery,
    best_of_each,
    match_coarsely,
    match_densely,
    prepare,
    retrieve_candidates,
    verify,
)
from explorer.search.query import RegionPart
from explorer.verification import KeyPoints
from explorer.workspace import Workspace

AIMS = {
    "planted": "0.80", "planted, mirrored copies": "0.70", "planted, ink, sepia and grey copies": "0.65",
    "brueghel": "0.90", "two stages, of exhaustive mAP": "0.97", "two stages, of exhaustive time": "1/20",
    "median IoU of true hits": "0.60", "ECE": "0.05", "AUC": "0.95", "seconds, p95": "1.0",
}  # fmt: skip
COMPARISONS: dict[str, list[dict[str, Any]]] = {
    "resolution": [{"resolution": side} for side in (448, 640, 832)],
    "outlines": [{"outlines": weight} for weight in (0.0, 1.0, 2.0, 4.0)],
    "dims": [{"cell_dims": dims} for dims in (32, 64, 128, 0)],
    "whitening": [{"whitening": power} for power in (0.0, 0.5, 1.0)],
    "layer": [{"match_layer": layer} for layer in (-1, -2, -3, -4)],
    "regions": [{"candidate_regions": count} for count in (250, 500, 1000, 2000)],
    "works": [{"rerank_works": count} for count in (25, 50, 100, 200)],
}
TOP = 20  # matches per query that chances are judged on


@dataclass(frozen=True)
class Asked:
    """One annotated query made ready; ``truth`` by work id, in pixels."""

    query: Query
    work: str
    ready: VisualQuery
    truth: dict[str, list]


@dataclass
class Measured:
    """One way of searching over all queries: what it found, and the seconds that each query took."""

    found: list[list[Found]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


class Bench:
    """A workspace with its queries, and every way of searching run on them, one query after another in turns."""

    def __init__(self, workspace: Workspace, annotations: Path, prefix: str) -> None:
        self.workspace, self.sizes = workspace, workspace.collection.picture_sizes()
        self.asked = [self._ready(query, prefix) for query in read_queries(annotations)]
        self.recall: list[float] = []

    def _ready(self, query: Query, prefix: str) -> Asked:
        work = prefix + query.work
        box = Box.from_pixels(query.box, *self.sizes[work]).clipped()
        truth = {prefix + name: boxes for name, boxes in query.truth.items()}
        return Asked(query, work, prepare(self.workspace, RegionPart(work, box)), truth)

    def run(self, ways: dict[str, Callable[[Asked], list[Found]]]) -> dict[str, Measured]:
        measured = {name: Measured() for name in ways}
        for asked in self.asked:
            self.recall.append(self._recalled(asked))
            for name, way in ways.items():
                started = time.perf_counter()
                found = way(asked)
                measured[name].seconds.append(time.perf_counter() - started)
                measured[name].found.append(sorted(found, key=lambda one: -one.score))
        return measured

    # -- ways of searching ---------------------------------------------------------------------------------------------

    def proposed(self, asked: Asked) -> list[Found]:
        works = self.workspace.config.candidate_works + len(asked.ready.own)
        return [
            one for one in retrieve_candidates(self.workspace, asked.ready, works) if one.row not in asked.ready.own
        ]

    def regions(self, asked: Asked) -> list[Found]:
        return best_of_each(self.proposed(asked), 1)

    def dense(self, asked: Asked, mirror: bool = True) -> list[Found]:
        return match_densely(self.workspace, asked.ready, self.seen(asked, mirror))

    def seen(self, asked: Asked, mirror: bool = True) -> list[Found]:
        rows = [one.row for one in self.proposed(asked)]
        return match_coarsely(
            self.workspace, asked.ready, rows, MatchOptions(mirror=mirror), self.workspace.config.rerank_works
        )

    def exhaustive(self, asked: Asked) -> list[Found]:
        rows = [row for row in range(len(self.workspace.tables.works)) if row not in asked.ready.own]
        placed = locate(asked.ready.detail.cells, [self.workspace.tables.cells(row) for row in rows])
        pairs = zip(rows, placed, strict=True)
        return [Found(row, one.box, one.score, one.mirrored) for row, places in pairs for one in places]

    def by_cells(self, asked: Asked) -> list[Found]:
        deaf = replace(asked.ready, detail=replace(asked.ready.detail, points=KeyPoints.none()))
        return best_of_each(verify(self.workspace, deaf, self.dense(asked)), 1)

    def verified(self, asked: Asked, mirror: bool = True) -> list[Found]:
        return best_of_each(verify(self.workspace, asked.ready, self.dense(asked, mirror)), 1)

    # -- figures -------------------------------------------------------------------------------------------------------

    def mean_precision(self, found: Sequence[list[Found]], wanted: Callable[[str, tuple], bool] | None = None) -> float:
        """ArtMiner's mAP; with ``wanted`` (work, box), of these copies only, the others neither right nor wrong."""
        precisions = []
        for asked, places in zip(self.asked, found, strict=True):
            truth = {
                work: kept for work, boxes in asked.truth.items()
                if (kept := [box for box in boxes if wanted is None or wanted(work, tuple(box))])
            }  # fmt: skip
            if truth:
                shown = [one for one in places if self._work(one) in truth or self._work(one) not in asked.truth]
                precisions.append(average_precision([(self._work(one), self._pixels(one)) for one in shown], truth))
        return float(np.mean(precisions)) if precisions else float("nan")

    def overlap(self, asked: Asked, one: Found) -> float:
        """With the nearest true box of its work; 0 where there is none."""
        boxes = asked.truth.get(self._work(one))
        return float(intersection_over_union(self._pixels(one)[None], np.array(boxes)).max()) if boxes else 0.0

    def _recalled(self, asked: Asked) -> float:
        works = {self._work(one) for one in self.proposed(asked)}
        return float(np.mean([work in works for work in asked.truth]))

    def _work(self, one: Found) -> str:
        return self.workspace.tables.works[one.row]

    def _pixels(self, one: Found) -> np.ndarray:
        return np.array(one.box.to_pixels(*self.sizes[self._work(one)]))


Row = tuple[str, str, str]
"""What was measured, its value, a note."""


def stages(bench: Bench) -> tuple[list[Row], dict[str, Measured]]:
    """What each stage buys."""
    measured = bench.run(
        {
            "regions only": bench.regions,
            "+ dense, where a glance points": bench.dense,
            "dense, exhaustive": bench.exhaustive,
            "+ geometry of cells": bench.by_cells,
            "+ key points (the search that users get)": bench.verified,
            "the same, not looked for in a mirror": lambda asked: bench.verified(asked, mirror=False),
        }
    )
    rows = [(name, f"{bench.mean_precision(one.found):.3f}", _times(one.seconds)) for name, one in measured.items()]
    rows.append(("recall of the first stage", f"{np.mean(bench.recall):.3f}", ""))
    return rows, measured


def _times(seconds: Sequence[float]) -> str:
    return f"{np.median(seconds):.3f} s, p95 {np.percentile(seconds, 95):.3f} s"


def planted_rows(bench: Bench, folder: Path) -> list[Row]:
    rows, measured = stages(bench)
    done = json.loads((folder / "transforms.json").read_text("utf-8"))
    copies = {(one["file"], *one["at"], one["at"][0] + one["size"][0], one["at"][1] + one["size"][1]): one
              for one in done}  # fmt: skip

    def changed(work: str, box: tuple) -> dict[str, Any]:
        near = [one for key, one in copies.items() if work.endswith(key[0]) and max(map(_apart, key[1:], box)) <= 3]
        return near[0] if near else {"mirror": False, "medium": "unknown"}

    best = measured["+ key points (the search that users get)"].found
    media = ("ink", "sepia", "grey")
    mirrored = bench.mean_precision(best, lambda w, b: changed(w, b)["mirror"])
    rows.append(("planted, mirrored copies", f"{mirrored:.3f}", ""))
    crossed = bench.mean_precision(best, lambda w, b: changed(w, b)["medium"] in media)
    rows.append(("planted, ink, sepia and grey copies", f"{crossed:.3f}", ""))
    overlaps = [bench.overlap(asked, one) for asked, found in zip(bench.asked, best, strict=True) for one in found]
    hits = [overlap for overlap in overlaps if overlap > 0.3]
    rows.append(("median IoU of true hits", f"{np.median(hits):.3f}" if hits else "-", f"{len(hits)} hits"))
    return rows


def _apart(one: float, other: float) -> float:
    return abs(one - other)


def brueghel_rows(bench: Bench) -> list[Row]:
    rows, measured = stages(bench)
    two, all_of_it = measured["+ dense, where a glance points"], measured["dense, exhaustive"]
    quality = bench.mean_precision(two.found) / max(bench.mean_precision(all_of_it.found), 1e-9)
    pace = np.median(all_of_it.seconds) / np.median(two.seconds)
    seconds = measured["+ key points (the search that users get)"].seconds
    rows.append(("two stages, of exhaustive mAP", f"{quality:.3f}", ""))
    rows.append(("two stages, of exhaustive time", f"1/{pace:.1f}", "medians of one run"))
    note = f"of a verified search, {os.cpu_count()} cores"
    return [*rows, ("seconds, p95", f"{np.percentile(seconds, 95):.2f}", note)]


# -- probabilities ---------------------------------------------------------------------------------------------------


def calibration_rows(bench: Bench) -> list[Row]:
    """Can the probabilities that users see be believed? The collection calibrated itself: nothing is fitted here."""
    given: list[float] = []
    right: list[bool] = []
    for asked in bench.asked:
        for one in bench.verified(asked)[:TOP]:
            given.append(one.score)
            right.append(bench.overlap(asked, one) > 0.3)
    table = reliability(given, right)
    rows = [("ECE", f"{expected_calibration_error(table):.3f}", ""), ("AUC", f"{roc_auc(given, right):.3f}", "")]
    for one in table:
        if one.count:
            rows.append((f"  said {one.confidence:.2f}", f"{one.right:.2f}", f"right of {one.count}"))
    return rows


# -- the command -------------------------------------------------------------------------------------------------------


def indexed(scratch: Path, name: str, folders: Sequence[Path], config: Config) -> Workspace:
    """The pictures of several folders as one collection; works are named ``0/...``, ``1/...`` by folder."""
    pictures = scratch / name
    if not pictures.exists():
        pictures.mkdir(parents=True)
        for number, source in enumerate(folders):
            (pictures / str(number)).symlink_to(source.resolve(), target_is_directory=True)
    index_folder(pictures, name, scratch / "cache", config, progress=_progress)
    return Workspace.open(name, scratch / "cache")


def _progress(stage: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{stage}: {done} of {total}   ", end="", file=sys.stderr)


def compared(scratch: Path, data: Path, model: str, name: str) -> list[Row]:
    rows = []
    for settings in COMPARISONS[name]:
        config = replace(Config(model=model), **settings)
        workspace = indexed(scratch, "planted", [data / "planted" / "images"], config)
        workspace.config = config
        bench = Bench(workspace, data / "planted" / "annotations.json", "0/")
        measured = bench.run({"dense": bench.dense, "verified": bench.verified})
        values = [f"{bench.mean_precision(one.found):.3f}" for one in measured.values()]
        note = f"dense {values[0]}, recall {np.mean(bench.recall):.3f}"
        rows.append((", ".join(f"{key} {value}" for key, value in settings.items()), values[1], note))
    return rows


def measured_tables(options: argparse.Namespace, scratch: Path) -> Iterator[tuple[str, list[Row]]]:
    """Table by table, so that what has been measured is shown whatever happens to the next."""
    data, config = options.data, Config(model=options.model, resolution=options.resolution)
    if options.compare:
        yield options.compare, compared(scratch, data, options.model, options.compare)
        return
    asked = options.only.split(",")
    if {"planted", "calibration"} & set(asked):
        workspace = indexed(scratch, "planted", [data / "planted" / "images"], config)
        bench = Bench(workspace, data / "planted" / "annotations.json", "0/")
        if "planted" in asked:
            yield "planted", planted_rows(bench, data / "planted")
        if "calibration" in asked:
            yield "calibration, top 20 of each planted query", calibration_rows(bench)
    if "brueghel" in asked:
        folders = [data / "brueghel" / "images", data / "old-masters" / "images"]
        workspace = indexed(scratch, "workshop", folders, config)
        bench = Bench(workspace, data / "brueghel" / "annotations.json", "0/")
        yield f"brueghel among {len(workspace.tables.works)} works", brueghel_rows(bench)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="mini")
    parser.add_argument("--resolution", type=int, help="the model's usual by default")
    parser.add_argument("--only", default="planted,calibration,brueghel")
    parser.add_argument("--compare", choices=COMPARISONS)
    parser.add_argument("--cache", type=Path, help="keep the index here, for the next run")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    tables: dict[str, list[Row]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for title, rows in measured_tables(options, options.cache or Path(scratch)):
            tables[title] = rows
            _show(title, rows)
            if options.json:
                options.json.write_text(json.dumps(tables, indent=1), "utf-8")
    return 0


def _show(title: str, rows: Sequence[Row]) -> None:
    print(f"\n{title}\n" + "-" * len(title))
    for what, value, note in rows:
        aim = AIMS.get(title.split(maxsplit=1)[0] if "users get" in what else what, "")
        print(f"{what:46}{value:>9}{aim and 'aim ' + aim:>12}  {note}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
