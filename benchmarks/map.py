"""How long does a map take, and how far can it be believed?

    python benchmarks/map.py --data FOLDER [--cache DIR] [--only works,regions,grid,groups,placing] [--json FILE]

FOLDER holds ``brueghel/`` and ``old-masters/``, which are indexed together (mini, 448 px) into ``--cache`` unless they
are there. Nothing of a map that may be kept beside the tables is read. Works are compared by their vectors in the joint
space, details by those of the index. Trustworthiness and continuity (Venna and Kaski, 2001) are at 15 neighbours.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: a library is called click, as a file here

from explorer.config import Config
from explorer.indexing import index_folder
from explorer.maps.apart import project_apart
from explorer.maps.atlas import CELLS, thumbnail
from explorer.maps.clusters import dense_places
from explorer.maps.faithful import continuity, faithfulness, trustworthiness
from explorer.maps.grid import grid_cells, grid_shape, on_grid
from explorer.maps.neighbours import comparable, exact_others, indexed_others
from explorer.maps.placing import between
from explorer.maps.points import Points
from explorer.maps.projection import Umap, into_square, project
from explorer.maps.regions import region_neighbours, region_points
from explorer.maps.typical import ranks, typicality_of
from explorer.maps.works import work_points
from explorer.workspace import Workspace

Row = tuple[str, str, str]
"""What was measured, its value, the aim."""
NAME = "map-all"
HELD_OUT = 0.1
PLACED_FROM = 10


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as scratch:
        cache = options.cache or Path(scratch) / "cache"
        workspace = _indexed(options.data, cache, Path(scratch) / "pictures")
        rows: list[Row] = []
        for name in options.only:
            for row in MEASURES[name](workspace):
                rows.append(row)
                print("| " + " | ".join(row) + " |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


def works(workspace: Workspace) -> Iterator[Row]:
    """The map of works beside other projections of the same vectors."""
    vectors = comparable(work_points(workspace).vectors)
    near = exact_others(vectors, 30)
    fresh, seconds = _timed(lambda: project_apart(vectors))
    yield f"works, {len(vectors):,}: seconds in a fresh process", f"{seconds:.1f}", "35"
    xy, seconds = _timed(lambda: project(vectors))
    xy, seconds = _timed(lambda: project(vectors))
    yield f"works, {len(vectors):,}: seconds warm", f"{seconds:.1f}", "12"
    yield "works: the same map both times", "yes" if np.array_equal(fresh, xy) else "no", "yes"
    for name, places in {"UMAP": xy, **_others(vectors)}.items():
        aim = "0.90" if name == "UMAP" else ""
        yield f"works: {name}: trustworthiness at 15", f"{trustworthiness(vectors, places):.3f}", aim
        yield f"works: {name}: continuity at 15", f"{continuity(vectors, places):.3f}", ""
        yield f"works: {name}: of the true 15 among the 15 nearest", f"{faithfulness(places, near[0]).mean:.3f}", ""
    _, seconds = _timed(lambda: ranks(xy, typicality_of(near[1])))
    yield "works: seconds to rank them", f"{seconds:.2f}", ""
    few = workspace.tables.works[:200]
    for cell in CELLS:
        _, seconds = _timed(partial(_thumbnails, workspace, few, cell))
        yield f"works: milliseconds for a thumbnail of {cell} px", f"{1000 * seconds / len(few):.1f}", ""


def regions(workspace: Workspace) -> Iterator[Row]:
    """The map of details, by the neighbours of the index and by the true ones."""
    points, seconds = _timed(lambda: region_points(workspace))
    count = f"details, {len(points):,}"
    yield f"{count}: seconds to choose them", f"{seconds:.0f}", ""
    vectors = comparable(points.vectors)
    indexed, seconds = _timed(lambda: indexed_others(vectors, 15))
    yield f"{count}: seconds, 15 neighbours by the index", f"{seconds:.0f}", ""
    true, seconds = _timed(lambda: exact_others(vectors, 15))
    yield f"{count}: seconds, the true 15", f"{seconds:.0f}", ""
    yield f"{count}: of the true 15 that the index finds", f"{_shared(true[0], indexed[0]):.3f}", ""
    same = points.works[true[0]] == points.works[:, None]
    yield f"{count}: of the true 15 in the same work", f"{same.mean():.2f}", ""
    apart, near_seconds = _timed(lambda: region_neighbours(points, "cosine", lambda done, total: None))
    xy, seconds = _timed(lambda: project_apart(points.vectors, Umap(), apart))
    yield f"{count}: seconds in all: neighbours that share no ground, and UMAP", f"{near_seconds + seconds:.0f}", "180"
    yield from _quality("as the program makes it", vectors, xy, points, apart[0])
    yield from _quality(
        "by all neighbours, the index's", vectors, project_apart(vectors, Umap(), indexed), points, apart[0]
    )
    yield from _quality(
        "by all neighbours, the true ones", vectors, project_apart(vectors, Umap(), true), points, apart[0]
    )
    _, seconds = _timed(lambda: ranks(xy, typicality_of(apart[1])))
    yield f"{count}: seconds to rank them", f"{seconds:.1f}", ""
    _, seconds = _timed(lambda: dense_places(xy))
    yield f"{count}: seconds for groups at three levels", f"{seconds:.1f}", ""
    _, seconds = _timed(lambda: grid_cells(xy))
    yield f"{count}: seconds for a grid", f"{seconds:.1f}", ""


def _quality(how: str, vectors: np.ndarray, xy: np.ndarray, points: Points, apart: np.ndarray) -> Iterator[Row]:
    yield f"details, {how}: trustworthiness at 15", f"{trustworthiness(vectors, xy):.3f}", ""
    yield f"details, {how}: of the 15 nearest that share no ground, among the 15 nearest", \
        f"{faithfulness(xy, apart).mean:.3f}", ""  # fmt: skip
    elsewhere = np.where(points.works[apart] == points.works[:, None], -1, apart)
    yield f"details, {how}: of the nearest in other works, among the 15 nearest", \
        f"{faithfulness(xy, elsewhere).mean:.3f}", ""  # fmt: skip


def grid(workspace: Workspace) -> Iterator[Row]:
    """One assignment for all against halving first."""
    from explorer.maps import grid as module

    vectors = comparable(work_points(workspace).vectors)
    xy, near = project(vectors), exact_others(vectors, 30)[0]
    yield "grid: of the true 15 among the 15 nearest on the map", f"{faithfulness(xy, near).mean:.3f}", ""
    usual = module.OPTIMAL_UP_TO
    for name, most in (("one assignment", usual), ("halved first", 0)):
        module.OPTIMAL_UP_TO = most
        columns, rows = grid_shape(len(xy), 1.414)
        places, seconds = _timed(lambda: on_grid(xy, 1.414))
        kept = faithfulness(places, near, columns / rows).mean
        yield f"grid, {name}: seconds; of the true 15 among the 15 nearest", f"{seconds:.2f}; {kept:.3f}", ""
    module.OPTIMAL_UP_TO = usual
    many = np.random.default_rng(1).random((10_000, 2)) ** 2
    _, seconds = _timed(lambda: grid_cells(many))
    yield "grid, 10,000 points: seconds", f"{seconds:.2f}", ""


def groups(workspace: Workspace) -> Iterator[Row]:
    """HDBSCAN on places and on vectors, against columns of the catalogue."""
    from sklearn.cluster import HDBSCAN
    from sklearn.metrics import adjusted_mutual_info_score

    vectors = comparable(work_points(workspace).vectors)
    by_id = {work.id: work for work in workspace.collection.works()}
    for name, places in {"places": project(vectors), "vectors": vectors}.items():
        least = max(5, len(vectors) // 80)
        method = HDBSCAN(min_cluster_size=least, min_samples=5, max_cluster_size=15 * least, copy=True)
        found = method.fit(places).labels_
        yield f"groups by {name}: how many; works in none", f"{found.max() + 1}; {(found < 0).mean():.2f}", ""
        for column in ("genre", "style"):
            stated = np.array([by_id[work].value(column) for work in workspace.tables.works])
            score = adjusted_mutual_info_score(stated[stated != ""], found[stated != ""])
            yield f"groups by {name}: adjusted mutual information with {column}", f"{score:.3f}", ""


def placing(workspace: Workspace) -> Iterator[Row]:
    """Works that are left out, placed among the others."""
    vectors = comparable(work_points(workspace).vectors)
    xy = project(vectors)
    rows, cosines = exact_others(vectors, PLACED_FROM)
    for name, of in PLACES.items():
        errors = [
            float(np.linalg.norm(of(xy[near], best) - own)) for near, best, own in zip(rows, cosines, xy, strict=True)
        ]
        middle, late = np.median(errors), np.percentile(errors, 90)
        yield f"placing one work by the others, {name}: error in sides of the map, median; 90 of 100 below", \
            f"{middle:.3f}; {late:.3f}", ""  # fmt: skip
    chance = np.linalg.norm(xy - np.random.default_rng(2).permutation(xy), axis=1)
    yield "placing: the same at random", f"{np.median(chance):.3f}", ""
    out = np.random.default_rng(1).permutation(len(vectors))[: round(HELD_OUT * len(vectors))]
    rest = np.setdiff1d(np.arange(len(vectors)), out)
    without = project(vectors[rest])
    inside = faithfulness(without, exact_others(vectors[rest], 30)[0]).mean
    yield "placing: of the true 15 of works on a map of nine tenths, among the 15 nearest", f"{inside:.3f}", ""
    alike = vectors[out] @ vectors[rest].T
    order = np.argsort(-alike, axis=1, kind="stable")[:, :15]
    for name, of in PLACES.items():
        shares = []
        for own, true in zip(alike, order, strict=True):
            best = true[:PLACED_FROM]
            nearest = np.argsort(np.linalg.norm(without - of(without[best], own[best]), axis=1))[:15]
            shares.append(len(set(nearest.tolist()) & set(true.tolist())) / 15)
        yield f"placing: the same of works that were left out, {name}", f"{np.mean(shares):.3f}", ""


def _weighted_mean(places: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    behind = cosines.max() - cosines
    weights = np.exp(-behind / max(float(behind.mean()), 1e-6))
    return np.asarray(weights @ places / weights.sum())


PLACES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "weighted median (the program's)": between,
    "weighted mean": _weighted_mean,
    "where the nearest is": lambda places, cosines: places[0],
}
MEASURES = {"works": works, "regions": regions, "grid": grid, "groups": groups, "placing": placing}


def _thumbnails(workspace: Workspace, works: Sequence[str], cell: int) -> None:
    for work in works:
        thumbnail(workspace, work, cell)


def _others(vectors: np.ndarray) -> dict[str, np.ndarray]:
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    flat = PCA(2, random_state=0).fit_transform(vectors)
    stochastic = TSNE(2, metric="cosine", init="pca", random_state=0).fit_transform(vectors)
    return {"PCA": into_square(flat), "t-SNE": into_square(stochastic)}


def _shared(first: np.ndarray, second: np.ndarray) -> float:
    """Share of the numbers in each row of ``first`` that are in that of ``second``."""
    return float(np.mean([(first[:, column, None] == second).any(axis=1).mean() for column in range(first.shape[1])]))


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    found = work()
    return found, time.perf_counter() - started


def _indexed(data: Path, cache: Path, pictures: Path) -> Workspace:
    if not (cache / NAME).is_dir():
        pictures.mkdir()
        lines: list[str] = []
        for folder in ("brueghel", "old-masters"):
            for path in sorted((data / folder / "images").iterdir()):
                (pictures / path.name).symlink_to(path.resolve())
            table = (data / folder / "metadata.csv").read_text("utf-8-sig").splitlines(keepends=True)
            lines += table[1:] if lines else table
        metadata = pictures.with_suffix(".csv")
        metadata.write_text("".join(lines), "utf-8")
        index_folder(pictures, NAME, cache, Config(model="mini", resolution=448), metadata=metadata)
    return Workspace.open(NAME, cache)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(MEASURES))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if unknown := set(options.only) - set(MEASURES):
        parser.error(f"--only takes {', '.join(MEASURES)}, not {', '.join(sorted(unknown))}")
    print(
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "", flush=True
    )
    return options


if __name__ == "__main__":
    main()
