"""How well does search find what is known to recur, and what does each setting buy?

    python benchmarks/search.py FOLDER [--among FOLDER ...] [--model mini] [--compare NAME] [--json]

FOLDER holds ``images/`` and ``annotations.json`` (ArtMiner's format). Each annotated box is a query; mAP is ArtMiner's
(IoU > 0.3, own work skipped), recall is how often a true work is among those the index proposes, and box IoU is the
median over true hits. ``--compare`` names a group of settings of :data:`COMPARISONS`; one row each, one run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

from matcher import average_precision, read_queries

from explorer.config import Config
from explorer.geometry import Box, intersection_over_union
from explorer.indexing import index_folder
from explorer.query import RegionPart
from explorer.search import Found, prepare, propose, rerank
from explorer.workspace import Workspace

COMPARISONS: dict[str, list[dict[str, Any]]] = {
    "default": [{}],
    "layer": [{"match_layer": layer} for layer in (-1, -2, -3, -4, -5)],
    "resolution": [{"resolution": side} for side in (336, 448, 640)],
    "whitening": [{"whitening": power} for power in (0.0, 0.5, 1.0)],
    "dims": [{"cell_dims": dims} for dims in (32, 64, 128, 0)],
    "scales": [{"scales": (1.0, 0.5, 0.3, 0.18)}, {"scales": (1.0, 0.5, 0.3)}, {"scales": (1.0, 0.5, 0.3, 0.18, 0.11)}],
}


def measure(workspace: Workspace, prefix: str, annotations: Path) -> dict[str, float]:
    """Every query through both stages of the search."""
    tables = workspace.tables
    regions, dense, recall, overlaps = [], [], [], []
    for query in read_queries(annotations):
        part = RegionPart(prefix + query.work, _box(workspace, prefix + query.work, query.box))
        ready = prepare(workspace, part)
        candidates = propose(workspace, ready, workspace.config.candidate_works + 1)
        proposed = [found for found in candidates if found.row not in ready.own]
        placed = sorted(rerank(workspace, ready, proposed, 1), key=lambda found: -found.score)
        truth = {prefix + work: boxes for work, boxes in query.truth.items()}
        recall.append(np.mean([work in {tables.works[f.row] for f in proposed} for work in truth]))
        regions.append(average_precision(_pixels(workspace, proposed), truth))
        detections = _pixels(workspace, placed)
        dense.append(average_precision(detections, truth))
        found = [(box, truth[work]) for work, box in detections if work in truth]
        overlaps += [float(intersection_over_union(box[None], np.array(boxes)).max()) for box, boxes in found]
    hits = [overlap for overlap in overlaps if overlap > 0.3]
    return {
        "recall": float(np.mean(recall)), "mAP, regions alone": float(np.mean(regions)), "mAP": float(np.mean(dense)),
        "box IoU": float(np.median(hits)) if hits else 0.0, "queries": len(dense),
    }  # fmt: skip


def _box(workspace: Workspace, work_id: str, pixels: tuple[float, ...]) -> Box:
    work = workspace.collection.work(work_id)
    return Box.from_pixels(tuple(pixels), work.width, work.height).clipped()


def _pixels(workspace: Workspace, found: list[Found]) -> list[tuple[str, np.ndarray]]:
    works = [workspace.collection.work(workspace.tables.works[one.row]) for one in found]
    return [(w.id, np.array(one.box.to_pixels(w.width, w.height))) for w, one in zip(works, found, strict=True)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--among", type=Path, nargs="*", default=[], help="more folders of pictures, without truth")
    parser.add_argument("--model", default="mini")
    parser.add_argument("--compare", choices=COMPARISONS, default="default")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        pictures = Path(scratch) / "pictures"
        pictures.mkdir()
        for number, source in enumerate([options.folder / "images", *options.among]):
            (pictures / str(number)).symlink_to(source.resolve(), target_is_directory=True)
        for settings in COMPARISONS[options.compare]:
            config = replace(Config(model=options.model), **settings)
            index_folder(pictures, "measured", Path(scratch) / "cache", config)
            workspace = Workspace.open("measured", Path(scratch) / "cache")
            rows.append(settings | measure(workspace, "0/", options.folder / "annotations.json"))
            print(json.dumps(rows[-1]) if options.json else _line(rows[-1]), flush=True)
    return 0


def _line(row: dict[str, Any]) -> str:
    shown = {name: f"{value:.3f}" if isinstance(value, float) else value for name, value in row.items()}
    return " | ".join(f"{name} {value}" for name, value in shown.items())


if __name__ == "__main__":
    raise SystemExit(main())
