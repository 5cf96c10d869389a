"""A projection of high-dimensional vectors onto the plane that keeps neighbours together. (umap only here.)

Method: McInnes, Healy and Melville, "UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction",
2018.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import warnings

import numpy as np

from explorer.errors import ExplorerError
from explorer.features.grid import unit_rows

_SEED = 1568
_FEWEST = 5
_CHILD = "from explorer.maps.projection import answer; answer()"


def project(vectors: np.ndarray, neighbours: int = 15, min_dist: float = 0.1) -> np.ndarray:
    """Project ``(N, D)`` unit rows into the unit square, ``(N, 2) float32``, by UMAP; the same on every run.

    ``neighbours`` and ``min_dist`` are UMAP's ``n_neighbors`` and ``min_dist``. With fewer than five vectors there is
    no neighbourhood to keep: they are set along a line.
    """
    count = len(vectors)
    if count < _FEWEST:
        return np.stack([(np.arange(count) + 0.5) / max(count, 1), np.full(count, 0.5)], axis=1).astype(np.float32)
    import umap

    with warnings.catch_warnings():  # UMAP warns that a fixed seed means one thread, which is intended
        warnings.filterwarnings("ignore", message="n_jobs value")
        layout = umap.UMAP(
            n_neighbors=min(neighbours, count - 1), min_dist=min_dist, metric="cosine", random_state=_SEED, n_jobs=1,
            init="spectral" if count > 50 else "random",
        ).fit_transform(unit_rows(vectors))  # fmt: skip
    return into_square(layout)


def project_apart(vectors: np.ndarray) -> np.ndarray:
    """As :func:`project`, in a process that then ends: UMAP and its compiler take some 350 MB, which a server would
    keep for as long as it runs.

    Raises :class:`ExplorerError` when that process fails.
    """
    if len(vectors) < _FEWEST or not sys.executable:
        return project(vectors)
    asked = io.BytesIO()
    np.save(asked, vectors)
    found = {**os.environ, "PYTHONPATH": os.pathsep.join(place or os.getcwd() for place in sys.path)}
    command = [sys.executable, "-c", _CHILD]
    child = subprocess.run(command, input=asked.getvalue(), capture_output=True, env=found, check=False)
    if child.returncode:
        said = child.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = said[-1] if said else f"exit status {child.returncode}"
        raise ExplorerError(f"The map could not be computed ({reason[:200]}); open it again to try once more.")
    return np.load(io.BytesIO(child.stdout), allow_pickle=False)


def answer() -> None:
    """The other end of :func:`project_apart`: vectors from standard input, their places to standard output."""
    np.save(sys.stdout.buffer, project(np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False)))


def into_square(layout: np.ndarray) -> np.ndarray:
    """Points ``(N, 2)`` moved and scaled, proportions kept, so that all lie in 0 to 1.

    >>> into_square(np.array([[0.0, 0.0], [4.0, 2.0]])).tolist()
    [[0.0, 0.25], [1.0, 0.75]]
    """
    low, high = layout.min(axis=0), layout.max(axis=0)
    span = max(float((high - low).max()), 1e-9)
    return np.clip((layout - (low + high) / 2) / span + 0.5, 0.0, 1.0).astype(np.float32)
