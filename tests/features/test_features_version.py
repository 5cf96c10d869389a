"""The features of a fixed picture are those that were kept for this version of the algorithm.

When a change of a constant or a step makes this fail on purpose: raise ``FEATURES_VERSION`` in ``explorer/config.py``
and write new values with ``python tests/features/test_features_version.py``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from explorer.config import FEATURES_VERSION, Config
from explorer.features.grid import FeatureMap
from explorer.features.hog import gradient_histograms
from explorer.features.pca import fit_reduction
from explorer.features.pyramid import coarser
from explorer.features.regions import pool, region_boxes
from explorer.verification import find_key_points

KEPT = Path(__file__).parents[1] / "fixtures" / "features" / f"version-{FEATURES_VERSION}.npz"
ROWS, COLUMNS = 6, 8


def fixed_picture() -> np.ndarray:
    """Rectangles and lines, ``(240, 320, 3) uint8``, the same on every machine."""
    image = Image.new("RGB", (320, 240), (120, 110, 90))
    drawing = ImageDraw.Draw(image)
    for step in range(12):
        x, y = (step * 53) % 260, (step * 37) % 190
        drawing.rectangle([x, y, x + 20 + 3 * step, y + 14 + 2 * step], fill=(20 * step % 255, 200 - 13 * step, 60))
        drawing.line([x, y, 319 - x, 239 - y], fill=(255, 255 - 20 * step, 10 * step), width=2)
    return np.asarray(image)


def features() -> dict[str, np.ndarray]:
    """What indexing computes of a picture besides the model's own grid, in small."""
    picture = fixed_picture()
    histograms = gradient_histograms(picture, ROWS, COLUMNS)
    patches = np.sin(np.arange(ROWS * COLUMNS * 24, dtype=np.float32)).reshape(ROWS * COLUMNS, 24)
    config = Config(whitening=0.5, hog_weight=2.0)  # whatever the defaults of a model are
    described = histograms.reshape(ROWS * COLUMNS, -1)
    reduction = fit_reduction(patches, 12, config.whitening, described, config.hog_weight)
    grid = reduction.apply(FeatureMap(patches.reshape(ROWS, COLUMNS, -1)), histograms)
    boxes = region_boxes(320, 240, config.scales, config.overlap)
    points = find_key_points(picture)
    order = np.lexsort(points.places.T)[:40]
    return {
        "histograms": histograms.astype(np.float16), "cosines": (grid.vectors.reshape(-1, 12) @ grid.vectors[2, 3]),
        "antisymmetric": np.array(reduction.antisymmetric), "boxes": boxes.astype(np.float32),
        "regions": pool(grid, boxes) @ grid.vectors[2, 3], "coarse": coarser(grid.vectors)[-1] @ grid.vectors[2, 3],
        "points": points.places[order], "descriptors": points.descriptors[order], "count": np.array(len(points)),
    }  # fmt: skip


def test_features_change_only_with_their_version() -> None:
    with np.load(KEPT) as kept:
        computed = features()
        assert set(kept.files) == set(computed)
        for name, values in computed.items():
            np.testing.assert_allclose(
                values.astype(np.float64), kept[name].astype(np.float64), atol=2 if name == "descriptors" else 2e-3,
                err_msg=f"{name} differ: raise FEATURES_VERSION if that is meant",
            )  # fmt: skip


if __name__ == "__main__":
    KEPT.parent.mkdir(exist_ok=True)
    np.savez_compressed(KEPT, **features())
