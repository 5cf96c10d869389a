"""How well does search find what is known to recur, what does each stage add, and are its probabilities calibrated?

    python benchmarks/quality.py --data FOLDER [--model mini] [--only planted,brueghel,calibration] [--json FILE]
    python benchmarks/quality.py --data FOLDER --compare resolution     one row per setting, on planted/

FOLDER holds ``planted/`` and ``brueghel/``, each with ``images/`` and ``annotations.json`` (ArtMiner's format), and
``old-masters/`` as distractors. mAP is ArtMiner's (IoU > 0.3, own work skipped); recall is how often a true work is
among those that are retrieved from the index. Everything in a table comes from one run, on the same index.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])
sys.path.append(str(Path(__file__).parent))  # last: click.py here is not the library of that name

from matcher import Pixels
from ways import Bench, Measured, indexed

from explorer.calibration.reliability import expected_calibration_error, reliability, roc_auc
from explorer.config import Config

AIMS = {
    "planted": "0.80", "planted, mirrored copies": "0.70", "planted, ink, sepia and grey copies": "0.65",
    "brueghel": "0.90", "two stages, of exhaustive mAP": "0.97", "two stages, of exhaustive time": "1/20",
    "median IoU of true hits": "0.60", "ECE": "0.05", "AUC": "0.95", "seconds, p95": "1.0",
}  # fmt: skip
COMPARISONS: dict[str, list[dict[str, Any]]] = {
    "resolution": [{"resolution": side} for side in (448, 640, 832)],
    "hog": [{"hog_weight": weight} for weight in (0.0, 1.0, 2.0, 4.0)],
    "dims": [{"cell_dims": dims} for dims in (32, 64, 128, 0)],
    "whitening": [{"whitening": power} for power in (0.0, 0.5, 1.0)],
    "layer": [{"match_layer": layer} for layer in (-1, -2, -3, -4)],
    "regions": [{"candidate_regions": count} for count in (250, 500, 1000, 2000)],
    "works": [{"rerank_works": count} for count in (25, 50, 100, 200)],
}
TOP = 20  # matches per query on which probabilities are evaluated


SEARCH = "+ key points (the search that users get)"
DENSE = "+ dense matching of candidates"
EXHAUSTIVE = "dense matching, exhaustive"


Row = tuple[str, str, str]
"""What was measured, its value, a note."""


def stages(bench: Bench) -> tuple[list[Row], dict[str, Measured]]:
    """What each stage adds."""
    measured = bench.run(
        {
            "regions only": bench.regions,
            DENSE: bench.dense,
            EXHAUSTIVE: bench.exhaustive,
            "+ geometry of cells": bench.verified_by_cells,
            SEARCH: bench.verified,
            "the same, not searched for in a mirror": lambda query: bench.verified(query, mirror=False),
        }
    )
    rows = [(name, f"{bench.mean_precision(way.found):.3f}", _times(way.seconds)) for name, way in measured.items()]
    rows.append(("recall of retrieval", f"{np.mean(bench.recall):.3f}", ""))
    return rows, measured


def _times(seconds: Sequence[float]) -> str:
    return f"{np.median(seconds):.3f} s, p95 {np.percentile(seconds, 95):.3f} s"


def planted_rows(bench: Bench, folder: Path) -> list[Row]:
    rows, measured = stages(bench)
    transforms = json.loads((folder / "transforms.json").read_text("utf-8"))
    copies = [
        (copy["file"], (*copy["at"], copy["at"][0] + copy["size"][0], copy["at"][1] + copy["size"][1]), copy)
        for copy in transforms
    ]

    def transform_of(work: str, box: Pixels) -> dict[str, Any]:
        near = [copy for file, place, copy in copies if work.endswith(file) and _most_apart(place, box) <= 3]
        return near[0] if near else {"mirror": False, "medium": "unknown"}

    found = measured[SEARCH].found
    mirrored = bench.mean_precision(found, lambda work, box: transform_of(work, box)["mirror"])
    rows.append(("planted, mirrored copies", f"{mirrored:.3f}", ""))
    media = ("ink", "sepia", "grey")
    crossed = bench.mean_precision(found, lambda work, box: transform_of(work, box)["medium"] in media)
    rows.append(("planted, ink, sepia and grey copies", f"{crossed:.3f}", ""))
    overlaps = [
        bench.overlap(query, detection.work, detection.box)
        for query, detections in zip(bench.queries, found, strict=True)
        for detection in detections
    ]
    hits = [overlap for overlap in overlaps if overlap > 0.3]
    rows.append(("median IoU of true hits", f"{np.median(hits):.3f}" if hits else "-", f"{len(hits)} hits"))
    return rows


def _most_apart(sides: Sequence[float], other_sides: Sequence[float]) -> float:
    """The greatest distance between corresponding sides of two boxes."""
    return max(abs(a - b) for a, b in zip(sides, other_sides, strict=True))


def brueghel_rows(bench: Bench) -> list[Row]:
    rows, measured = stages(bench)
    candidates, exhaustive = measured[DENSE], measured[EXHAUSTIVE]
    quality = bench.mean_precision(candidates.found) / max(bench.mean_precision(exhaustive.found), 1e-9)
    speedup = np.median(exhaustive.seconds) / np.median(candidates.seconds)
    rows.append(("two stages, of exhaustive mAP", f"{quality:.3f}", ""))
    rows.append(("two stages, of exhaustive time", f"1/{speedup:.1f}", "medians of one run"))
    note = f"of a verified search, {os.cpu_count()} cores"
    return [*rows, ("seconds, p95", f"{np.percentile(measured[SEARCH].seconds, 95):.2f}", note)]


# -- probabilities ---------------------------------------------------------------------------------------------------


def calibration_rows(bench: Bench) -> list[Row]:
    """Are the probabilities that users see calibrated? The collection calibrated itself: nothing is fitted here."""
    probabilities: list[float] = []
    right: list[bool] = []
    for query in bench.queries:
        for detection in bench.detections(bench.verified(query))[:TOP]:
            probabilities.append(detection.score)
            right.append(bench.overlap(query, detection.work, detection.box) > 0.3)
    table = reliability(probabilities, right)
    auc = roc_auc(probabilities, right)
    rows = [("ECE", f"{expected_calibration_error(table):.3f}", ""), ("AUC", f"{auc:.3f}", "")]
    for row in table:
        if row.count:
            rows.append((f"  probability {row.confidence:.2f}", f"{row.right:.2f}", f"right of {row.count}"))
    return rows


# -- the command -------------------------------------------------------------------------------------------------------


def compared(scratch: Path, data: Path, model: str, name: str) -> list[Row]:
    rows = []
    for settings in COMPARISONS[name]:
        config = replace(Config(model=model), **settings)
        workspace = indexed(scratch, "planted", [data / "planted" / "images"], config)
        workspace.config = config
        bench = Bench(workspace, data / "planted" / "annotations.json", "0/")
        measured = bench.run({"dense": bench.dense, "verified": bench.verified})
        values = [f"{bench.mean_precision(way.found):.3f}" for way in measured.values()]
        note = f"dense {values[0]}, recall {np.mean(bench.recall):.3f}"
        rows.append((", ".join(f"{key} {value}" for key, value in settings.items()), values[1], note))
    return rows


def measured_tables(options: argparse.Namespace, scratch: Path) -> Iterator[tuple[str, list[Row]]]:
    """Table by table, so that what has been measured is shown whatever happens to the next."""
    data, config = options.data, Config(model=options.model, resolution=options.resolution)
    if options.compare:
        yield options.compare, compared(scratch, data, options.model, options.compare)
        return
    tables = options.only.split(",")
    if {"planted", "calibration"} & set(tables):
        workspace = indexed(scratch, "planted", [data / "planted" / "images"], config)
        bench = Bench(workspace, data / "planted" / "annotations.json", "0/")
        if "planted" in tables:
            yield "planted", planted_rows(bench, data / "planted")
        if "calibration" in tables:
            yield "calibration, top 20 of each planted query", calibration_rows(bench)
    if "brueghel" in tables:
        folders = [data / "brueghel" / "images", data / "old-masters" / "images"]
        workspace = indexed(scratch, "workshop", folders, config)
        bench = Bench(workspace, data / "brueghel" / "annotations.json", "0/")
        yield f"brueghel among {len(workspace.tables.works)} works", brueghel_rows(bench)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="mini")
    parser.add_argument("--resolution", type=int, help="the model's default if left out")
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
