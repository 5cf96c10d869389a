"""Details found on the grids that the app stores, laid over all of every work, with or without outlines."""

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
    cells, drawn, sizes = {}, {}, {}
    for path in sorted(folder.iterdir()):
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        prepared = encoder.prepare(picture, *picture.size)
        cells[path.name], sizes[path.name] = details(encoder, prepared), picture.size
        drawn[path.name] = gradient_histograms_of(prepared, encoder.grid_shape(*picture.size), config)
    every = [np.concatenate([m.reshape(-1, m.shape[-1]) for m in maps.values()])
             for maps in ((cells, drawn) if config.hog_weight else (cells,))]  # fmt: skip
    reduction = fit_reduction(every[0], config.cell_dims, config.whitening, *every[1:], config.hog_weight)
    return {name: reduction.apply(FeatureMap(m), drawn[name]) for name, m in cells.items()}, sizes


def exhaustive(folder: Path, queries: list[Query], encoder: Encoder, config: Config) -> float:
    """ArtMiner's mAP; the query's own work is skipped."""
    stored, sizes = grids(folder, encoder, config)
    precisions = []
    for query in queries:
        box = Box.from_pixels(query.box, *sizes[query.work]).clipped()
        others = [name for name in stored if name != query.work]
        placed = locate(query_grid(stored[query.work], box), [stored[name].vectors for name in others])
        found = [(one.score, name, one.box) for name, places in zip(others, placed, strict=True) for one in places]
        found.sort(key=lambda one: -one[0])
        boxes = [(name, np.array(box.to_pixels(*sizes[name]))) for _, name, box in found]
        precisions.append(average_precision(boxes, query.truth))
    return float(np.mean(precisions))
