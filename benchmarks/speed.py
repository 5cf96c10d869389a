"""How fast is it, on this machine, with this model and these pictures?

    python benchmarks/speed.py FOLDER [--model mini] [--queries N] [--json]

Indexes FOLDER into a temporary cache, encodes a sample of the same regions the slow way (every region's crop through
the same model, in the same run), searches with boxes drawn from the pictures themselves, and prints one table.
Machines are noisy: trust the ratios, not the times.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: click.py here is not the library of that name

from explorer.collection import picture_files
from explorer.config import Config, RuntimeOptions
from explorer.encoder.clip import ClipEncoder, load_clip
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.index import build_index
from explorer.indexing import index_folder
from explorer.search.candidates import retrieve_candidates, shortlist
from explorer.search.query import RegionPart
from explorer.search.verify import best_places
from explorer.search.visual_query import prepare
from explorer.workspace import Workspace, open_for_encoding

NAME = "speed"
CROPS = 200  # regions encoded one by one
BOX = (0.12, 0.3)  # sides of query boxes, as fractions of the picture's sides


class Stopwatch:
    """Seconds spent inside the model, summed over calls of :meth:`ClipEncoder.forward`."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._original = ClipEncoder.forward

    def __enter__(self) -> Stopwatch:
        def timed(encoder: ClipEncoder, pixels: Any) -> Any:
            start = time.perf_counter()
            result = self._original(encoder, pixels)
            self.seconds += time.perf_counter() - start
            return result

        setattr(ClipEncoder, "forward", timed)  # noqa: B010 - a method is replaced on purpose
        return self

    def __exit__(self, *_: object) -> None:
        setattr(ClipEncoder, "forward", self._original)  # noqa: B010


def measure_indexing(folder: Path, cache: Path, config: Config, runtime: RuntimeOptions) -> dict[str, float]:
    """Index everything; how long, and how much of it outside the model."""
    with Stopwatch() as model:
        start = time.perf_counter()
        report = index_folder(folder, NAME, cache, config, runtime=runtime)
        seconds = time.perf_counter() - start
    return {
        "works": report.works, "regions": report.regions, "seconds": seconds,
        "pictures_per_s": report.encoded / seconds, "regions_per_s": report.regions / seconds,
        "share_outside_model": 1 - model.seconds / seconds,
    }  # fmt: skip


def measure_crops(workspace: Workspace, generator: np.random.Generator) -> float:
    """Regions per second when each is cropped and goes through the model by itself, at the model's own input size."""
    tables = workspace.tables
    encoder = load_clip(Config(model=workspace.config.model, resolution=224))
    rows = generator.choice(len(tables.works), size=min(8, len(tables.works)), replace=False)
    regions = [r for row in rows for r in range(tables.first_region[row], tables.first_region[row + 1])]
    chosen = sorted(generator.choice(regions, size=min(CROPS, len(regions)), replace=False))
    originals = {int(row): workspace.folder / tables.works[row] for row in rows}
    pictures = {row: open_for_encoding(path, workspace.config).image for row, path in originals.items()}
    start = time.perf_counter()
    for region in chosen:
        picture = pictures[int(tables.region_work[region])]
        crop = picture.crop(tables.region_box(region).to_pixels(*picture.size))
        encoder.encode([encoder.prepare(crop, 224, 224)])
    return len(chosen) / (time.perf_counter() - start)


def measure_search(workspace: Workspace, queries: int, generator: np.random.Generator) -> dict[str, float]:
    """Milliseconds of each stage, over boxes in works of the collection and in the same pictures as if from outside."""
    stages: dict[str, list[float]] = {"encode": [], "stored grid": [], "index": [], "re-rank": [], "search": []}
    for row in generator.choice(len(workspace.tables.works), size=queries):
        work = workspace.tables.works[row]
        sides = generator.uniform(*BOX, size=2)
        corner = generator.uniform(0, 1 - sides)
        box = Box(*corner, *(corner + sides))
        start = time.perf_counter()
        workspace.encode(workspace.folder / work)
        encoded = time.perf_counter()
        query = prepare(workspace, RegionPart(work, box))
        ready = time.perf_counter()
        retrieve_candidates(workspace, query, workspace.config.candidate_works)
        retrieved = time.perf_counter()
        best_places(workspace, query, shortlist(workspace, query, frozenset()))
        end = time.perf_counter()
        index = retrieved - ready  # the search retrieves once more
        steps = (encoded - start, ready - encoded, index, end - retrieved - index, end - encoded - index)
        for name, seconds in zip(stages, steps, strict=True):
            stages[name].append(1000 * seconds)
    warm = {name: values[queries // 10 :] for name, values in stages.items()}
    return {f"{name} {p}": float(np.percentile(v, int(p[1:]))) for name, v in warm.items() for p in ("p50", "p95")}


def measure_recall(workspace: Workspace, queries: int, generator: np.random.Generator) -> float:
    """Share of the ten nearest regions, by exact search, that the index finds."""
    vectors = workspace.tables.region_vectors
    rows = np.sort(generator.choice(len(vectors), size=min(queries * 5, len(vectors)), replace=False))
    sample = vectors[rows].astype(np.float32)
    truth, _ = build_index("exact", vectors).search(sample, 10)
    found, _ = workspace.index.search(sample, 10)
    return float(np.mean([len(set(t) & set(f)) / len(t) for t, f in zip(truth, found, strict=True)]))


def measure_opening(cache: Path) -> dict[str, float]:
    """A new process opens the workspace and answers a click: seconds, and whether torch was loaded for it."""
    script = (
        "import sys, time; start = time.perf_counter(); from pathlib import Path\n"
        "from explorer.workspace import Workspace\n"
        f"w = Workspace.open({NAME!r}, Path({str(cache)!r})); opened = time.perf_counter() - start\n"
        "from explorer.search import search\nfrom explorer.search.query import Query, RegionPart\n"
        "from explorer.geometry import Box\n"
        "search(w, Query((RegionPart(w.tables.works[0], Box(.4, .4, .6, .6)),)))\n"
        "print(opened, time.perf_counter() - start, 'torch' in sys.modules)"
    )
    root = str(Path(__file__).parents[1])
    output = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True).stdout
    opened, answered, torch_loaded = output.split()
    return {"open_s": float(opened), "first_answer_s": float(answered), "torch_loaded": float(torch_loaded == "True")}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="+", help="one folder of pictures, or several to be taken as one")
    parser.add_argument("--model", default="mini")
    parser.add_argument("--resolution", type=int, default=Config.resolution)
    parser.add_argument("--queries", type=int, default=60)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    generator = np.random.default_rng(1568)
    config = Config(model=options.model, resolution=options.resolution)
    with tempfile.TemporaryDirectory() as scratch:
        cache, folder = Path(scratch) / "cache", Path(scratch) / "pictures"
        folder.mkdir()
        for number, source in enumerate(options.folder):
            (folder / f"{number}").symlink_to(source.resolve(), target_is_directory=True)
        try:
            picture_files(folder)
            record: dict[str, float] = measure_indexing(folder, cache, config, RuntimeOptions(threads=options.threads))
            workspace = Workspace.open(NAME, cache)
        except ExplorerError as error:
            print(error, file=sys.stderr)
            return 1
        record["crops_per_s"] = measure_crops(workspace, generator)
        record["faster_per_region"] = record["regions_per_s"] / record["crops_per_s"]
        record |= measure_search(workspace, options.queries, generator)
        record["index_recall_at_10"] = measure_recall(workspace, options.queries, generator)
        record |= measure_opening(cache)
        record["on_disk_mb"] = sum(f.stat().st_size for f in cache.rglob("*") if f.is_file()) / 1e6
        record["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(json.dumps(record) if options.json else _table(record, options.model))
    return 0


_AIMS = {
    "share_outside_model": "at most 0.15", "faster_per_region": "at least 10", "search p95": "at most 500 (ms)",
    "index_recall_at_10": "at least 0.97", "open_s": "at most 5", "torch_loaded": "0",
}  # fmt: skip


def _table(record: dict[str, float], model: str) -> str:
    lines = [f"model {model}, {os.cpu_count()} processors", "", "| measure | figure | aim |", "|---|---:|---|"]
    lines += [f"| {name} | {value:,.3f} | {_AIMS.get(name, '')} |" for name, value in record.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
