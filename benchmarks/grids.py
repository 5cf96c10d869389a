"""Exhaustive dense matching on the grids that the app stores, with or without gradient histograms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matcher import Query, average_precision
from PIL import Image

from explorer.config import Config
from explorer.encoder import Encoder
from explorer.encoder.small import SmallEncoder
from explorer.features.grid import FeatureMap
from explorer.features.pca import fit_reduction
from explorer.geometry import Box
from explorer.matching.dense import locate, query_grid
from explorer.workspace import gradient_histograms_of


def details(encoder: Encoder, prepared: Image.Image) -> np.ndarray:
    """What the encoder matches details by, before any reduction, ``(rows, columns, D)``."""
    if isinstance(encoder, SmallEncoder):
        return encoder.details(prepared)
    return encoder.encode([prepared])[0].match.vectors


def grids(folder: Path, encoder: Encoder, config: Config) -> tuple[dict[str, FeatureMap], dict[str, tuple[int, int]]]:
    """Every picture's grid as it is stored, and its size in pixels."""
    cells: dict[str, np.ndarray] = {}
    histograms: dict[str, np.ndarray] = {}
    sizes: dict[str, tuple[int, int]] = {}
    for path in sorted(folder.iterdir()):
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        prepared = encoder.prepare(picture, *picture.size)
        cells[path.name], sizes[path.name] = details(encoder, prepared), picture.size
        drawn = gradient_histograms_of(prepared, encoder.grid_shape(*picture.size), config)
        if drawn is not None:
            histograms[path.name] = drawn
    whitening, hog_weight = config.whitening or 0.0, config.hog_weight or 0.0
    samples = _stacked(histograms) if histograms else None
    reduction = fit_reduction(_stacked(cells), config.cell_dims, whitening, samples, hog_weight)
    stored = {name: reduction.apply(FeatureMap(grid), histograms.get(name)) for name, grid in cells.items()}
    return stored, sizes


def _stacked(grids: dict[str, np.ndarray]) -> np.ndarray:
    """The cells of all grids, ``(N, D)``."""
    return np.concatenate([grid.reshape(-1, grid.shape[-1]) for grid in grids.values()])


def exhaustive(folder: Path, queries: list[Query], encoder: Encoder, config: Config) -> float:
    """ArtMiner's mAP; the query's own work is skipped."""
    stored, sizes = grids(folder, encoder, config)
    precisions = []
    for query in queries:
        box = Box.from_pixels(query.box, *sizes[query.work]).clipped()
        others = [name for name in stored if name != query.work]
        located = locate(query_grid(stored[query.work], box), [stored[name].vectors for name in others])
        placed = [(name, placement) for name, found in zip(others, located, strict=True) for placement in found]
        placed.sort(key=lambda pair: -pair[1].score)
        detections = [(name, placement.box.to_pixels(*sizes[name])) for name, placement in placed]
        precisions.append(average_precision(detections, query.truth))
    return float(np.mean(precisions))
