"""The slow reference for finding details: every place of every work at six scales, compared cell by cell.

It is exhaustive on purpose: what it misses, the features miss. The app's search is compared with it.

Protocol: ArtMiner's (:func:`explorer.evaluate.metrics.average_precision`); the query's own work is not searched.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from explorer.evaluate.metrics import average_precision

CELL = 16  # pixels
QUERY_CELLS = 8  # on the long side of the query's box
WORK_CELLS = (20, 26, 32, 40, 50, 64)  # on the long side of a work
CONTEXT = 4  # cells of surroundings that are encoded with the query's box

# A picture whose sides are whole numbers of cells -> named maps (rows, columns, D) of any length.
Encode = Callable[[Image.Image], dict[str, np.ndarray]]


Pixels = tuple[float, float, float, float]


@dataclass(frozen=True)
class Query:
    """One annotated detail: its category, work, box and the true copies' boxes by work, in pixels."""

    category: str
    work: str
    box: Pixels
    truth: dict[str, list[Pixels]]


@dataclass(frozen=True)
class Outcome:
    """``average_precision`` over categories and ``localised``: the share of (query, true copy) pairs where the best
    cell for the middle of the query lies in the copy's box."""

    average_precision: float
    localised: float
    queries: int


def read_queries(path: Path) -> list[Query]:
    """Annotations in ArtMiner's format."""
    queries = []
    for category, entries in json.loads(path.read_text("utf-8")).items():
        for entry in entries:
            truth: dict[str, list[Pixels]] = {}
            for work, box in entry["gt"]:
                truth.setdefault(work, []).append(tuple(box))
            queries.append(Query(category, entry["query"][0], tuple(entry["query"][1]), truth))
    return queries


def whole_cells(picture: Image.Image, cells: int) -> Image.Image:
    """The picture with ``cells`` cells on its long side."""
    factor = cells * CELL / max(picture.size)
    wide, high = (max(2, round(side * factor / CELL)) * CELL for side in picture.size)
    return picture.resize((wide, high), Image.Resampling.BICUBIC)


def templates(picture: Image.Image, box: tuple[float, ...], mirror: bool, encode: Encode) -> dict[str, np.ndarray]:
    """The query's cells ``(rows, columns, D)`` per layer: its box re-encoded with surroundings at 8 cells."""
    x0, y0, x1, y1 = box
    cell = max(x1 - x0, y1 - y0) / QUERY_CELLS  # picture pixels per cell
    columns, rows = (max(1, round(side / cell)) for side in (x1 - x0, y1 - y0))
    cell_x, cell_y = (x1 - x0) / columns, (y1 - y0) / rows
    left, top = min(CONTEXT, int(x0 / cell_x)), min(CONTEXT, int(y0 / cell_y))
    right = min(CONTEXT, int((picture.width - x1) / cell_x))
    below = min(CONTEXT, int((picture.height - y1) / cell_y))
    area = (x0 - left * cell_x, y0 - top * cell_y, x1 + right * cell_x, y1 + below * cell_y)
    size = ((left + columns + right) * CELL, (top + rows + below) * CELL)
    crop = picture.resize(size, Image.Resampling.BICUBIC, box=area)
    if mirror:
        crop, left = crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT), right
    return {name: grid[top : top + rows, left : left + columns] for name, grid in encode(crop).items()}


@dataclass
class Best:
    """Per layer: best score and box per query and work, and whether the middle cell's best match hits the truth."""

    scores: np.ndarray
    boxes: np.ndarray
    cell_scores: np.ndarray
    cells: np.ndarray


def search_all(folder: Path, queries: list[Query], encode: Encode, mirror: bool = True) -> dict[str, Outcome]:
    """Every query against every picture of the folder; per layer what was reached."""
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in {".jpg", ".png"})
    stacks = [_all_templates(folder, queries, encode, side) for side in ((False, True) if mirror else (False,))]
    layers = list(stacks[0])
    best = {layer: _nothing_yet(len(queries), len(files)) for layer in layers}
    for number, path in enumerate(files):
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        for cells in WORK_CELLS:
            maps = encode(whole_cells(picture, cells))
            for layer in layers:
                for stack in stacks:
                    _compare(maps[layer], stack[layer], best[layer], number)
        if sys.stderr.isatty():
            print(f"\rmatched {number + 1} of {len(files)} works", end="", file=sys.stderr)
    return {layer: _outcome(queries, [path.name for path in files], folder, found) for layer, found in best.items()}


@dataclass(frozen=True)
class Stack:
    """All queries' cells of one layer, as one matrix: ``cells (M, D)`` unit rows; ``by_place``: per place (row, column)
    in a query, the queries that have it and their rows of the matrix; ``sizes`` and ``middles`` per query."""

    cells: torch.Tensor
    by_place: dict[tuple[int, int], tuple[torch.Tensor, torch.Tensor]]
    sizes: list[tuple[int, int]]
    middles: torch.Tensor


def _all_templates(folder: Path, queries: list[Query], encode: Encode, mirror: bool) -> dict[str, Stack]:
    found: dict[str, list[np.ndarray]] = {}
    for query in queries:
        with Image.open(folder / query.work) as opened:
            for name, grid in templates(opened.convert("RGB"), query.box, mirror, encode).items():
                found.setdefault(name, []).append(grid)
    return {name: _stacked(grids) for name, grids in found.items()}


def _stacked(grids: list[np.ndarray]) -> Stack:
    cells: list[np.ndarray] = []
    middles: list[int] = []
    sizes: list[tuple[int, int]] = []
    members: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for query, grid in enumerate(grids):
        tall, wide = grid.shape[:2]
        for place in np.ndindex(tall, wide):
            members.setdefault(place, []).append((query, len(cells)))
            if place == (tall // 2, wide // 2):
                middles.append(len(cells))
            cells.append(grid[place])
        sizes.append((tall, wide))
    by_place = {place: tuple(torch.tensor(pairs).T) for place, pairs in members.items()}
    unit = F.normalize(torch.from_numpy(np.stack(cells)).float(), dim=-1)
    return Stack(unit, by_place, sizes, torch.tensor(middles))


def _nothing_yet(queries: int, works: int) -> Best:
    empty = np.full((queries, works), -np.inf, np.float32)
    boxes, cells = (np.zeros((queries, works, numbers), np.float32) for numbers in (4, 2))
    return Best(empty, boxes, empty.copy(), cells)


def _compare(grid: np.ndarray, stack: Stack, best: Best, work: int) -> None:
    """Mean cosine of every query at every place of one map; keeps what exceeds the work's best so far."""
    rows, columns = grid.shape[:2]
    unit = F.normalize(torch.from_numpy(grid).float(), dim=-1).flatten(0, 1)
    cosines = (stack.cells @ unit.T).view(-1, rows, columns)
    sums = torch.zeros(len(stack.sizes), rows, columns)
    for (down, across), (queries, members) in stack.by_place.items():
        if down < rows and across < columns:
            sums[queries, : rows - down, : columns - across] += cosines[members, down:, across:].float()
    single = cosines[stack.middles].flatten(1)
    for q, (tall, wide) in enumerate(stack.sizes):
        cell = int(single[q].argmax())
        if single[q, cell] > best.cell_scores[q, work]:
            best.cell_scores[q, work] = single[q, cell]
            best.cells[q, work] = ((cell % columns + 0.5) / columns, (cell // columns + 0.5) / rows)
        if tall > rows or wide > columns:
            continue
        places = sums[q, : rows - tall + 1, : columns - wide + 1]
        place = int(places.argmax())
        top, left = divmod(place, places.shape[1])
        score = float(places[top, left]) / (tall * wide)
        if score > best.scores[q, work]:
            best.scores[q, work] = score
            best.boxes[q, work] = (left / columns, top / rows, (left + wide) / columns, (top + tall) / rows)


def _outcome(queries: list[Query], works: list[str], folder: Path, best: Best) -> Outcome:
    sizes = {}
    for work in works:
        with Image.open(folder / work) as opened:
            sizes[work] = np.array([*opened.size, *opened.size], np.float32)
    precisions: dict[str, list[float]] = {}
    inside = []
    for q, query in enumerate(queries):
        ranked = [w for w in np.argsort(-best.scores[q]) if works[w] != query.work]
        detections = [(works[w], (best.boxes[q, w] * sizes[works[w]]).tolist()) for w in ranked]
        precisions.setdefault(query.category, []).append(average_precision(detections, query.truth))
        for work, boxes in query.truth.items():
            x, y = best.cells[q, works.index(work)] * sizes[work][:2]
            inside.append(any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in boxes))
    mean = float(np.mean([np.mean(values) for values in precisions.values()]))
    return Outcome(mean, float(np.mean(inside)), len(queries))
