"""A projection of high-dimensional vectors onto the plane that keeps neighbours together. (umap only here.)

Method: McInnes, Healy and Melville, "UMAP: Uniform Manifold Approximation and Projection for Dimension Reduction",
2018. The neighbours are ours (:mod:`explorer.maps.neighbours`); UMAP weighs them and lays them out.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from explorer.errors import ExplorerError
from explorer.maps.neighbours import comparable, distances, nearest_others
from explorer.progress import Progress, silent, stage

_SEED = 1568
_FEWEST = 5
_SPECTRAL = (51, 20_000)  # points from which, and up to which, a spectral start is worth its time
_SPREAD = 10.0  # sides of the square that a layout starts in
_CHILD = "from explorer.maps.projection import answer; answer()"
_SAID = "\x1e"  # begins a line of progress of the child
_STEP = 0.1  # seconds between two looks at the child

Neighbours = tuple[np.ndarray, np.ndarray]
"""Rows ``(N, K)`` of each point's nearest others, best first, and their cosines ``(N, K)``."""
LAYING_OUT, COMPARING = "Laying out the map", "Looking for what is alike"


@dataclass(frozen=True)
class Umap:
    """UMAP's parameters: ``n_neighbors``, ``min_dist``, ``metric`` and ``n_components`` (2, or 1 for an axis)."""

    neighbours: int = 15
    min_dist: float = 0.1
    metric: str = "cosine"
    dims: int = 2


USUAL = Umap()


def project(
    vectors: np.ndarray, how: Umap = USUAL, found: Neighbours | None = None, progress: Progress = silent
) -> np.ndarray:
    """Project ``(N, D)`` unit rows by UMAP into the unit square, ``(N, how.dims) float32``; the same on every run.

    ``found`` are the nearest others of each, at least ``how.neighbours - 1`` of them, where they are known. With fewer
    than five vectors there is no neighbourhood to keep: they are set along a line.
    """
    count = len(vectors)
    if count < _FEWEST:
        line = (np.arange(count) + 0.5) / max(count, 1)
        return np.stack([line, np.full(count, 0.5)], axis=1)[:, : how.dims].astype(np.float32)
    ready = comparable(vectors, how.metric)
    wanted = min(how.neighbours, count - 1) - 1  # UMAP counts the point itself
    if found is None or found[0].shape[1] < wanted:
        found = nearest_others(ready, max(wanted, 1), lambda done, total: progress(COMPARING, done, total))
    graph = _graph(ready, found[0][:, : max(wanted, 1)], found[1][:, : max(wanted, 1)], how)
    return into_square(_embedding(ready, graph, how, progress))


def _graph(ready: np.ndarray, rows: np.ndarray, cosines: np.ndarray, how: Umap) -> Any:
    """The weighted graph of neighbours, symmetric, as a sparse matrix."""
    from umap.umap_ import fuzzy_simplicial_set

    count = len(ready)
    own = np.arange(count)[:, None]
    rows = np.concatenate([own, rows], axis=1).astype(np.int32)
    apart = np.concatenate([np.zeros((count, 1), np.float32), distances(cosines, how.metric)], axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = fuzzy_simplicial_set(ready, rows.shape[1], np.random.RandomState(_SEED), how.metric,
                                     knn_indices=rows, knn_dists=apart.astype(np.float32))  # fmt: skip
    return found[0]


def _embedding(ready: np.ndarray, graph: Any, how: Umap, progress: Progress) -> np.ndarray:
    from umap.umap_ import find_ab_params, simplicial_set_embedding

    a, b = find_ab_params(1.0, how.min_dist)
    bar = {"disable": False, "file": _Bar(progress), "bar_format": "{n_fmt}/{total_fmt}", "mininterval": 0.3}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layout, _ = simplicial_set_embedding(
            ready, graph, how.dims, 1.0, a, b, 1.0, 5, None, _start(ready, graph, how.dims),
            np.random.RandomState(_SEED), how.metric, {}, False, {}, False, parallel=False, tqdm_kwds=bar,
        )  # fmt: skip
    return np.asarray(layout)


class _Bar:
    """What UMAP's progress bar writes to: hands on how many of its rounds are done."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def write(self, text: str) -> None:
        done, _, total = text.strip().partition("/")
        if done.isdigit() and total.isdigit():
            self._progress(LAYING_OUT, int(done), int(total))

    def flush(self) -> None:
        pass


def _start(ready: np.ndarray, graph: Any, dims: int) -> np.ndarray:
    """Where the points are before UMAP moves them, ``(N, dims) float32``, no two in one place: eigenvectors of the
    graph; where those cannot be had, or are too many, principal axes; where the vectors are all alike, anywhere."""
    rng = np.random.RandomState(_SEED)
    found = _spectral(ready, graph, dims) if _SPECTRAL[0] <= len(ready) <= _SPECTRAL[1] else None
    if found is None and len(ready) >= _SPECTRAL[0]:
        found = _principal(ready, dims)
    noise = rng.normal(scale=1e-4 * _SPREAD, size=(len(ready), dims))
    if found is None:
        return rng.uniform(0, _SPREAD, size=noise.shape).astype(np.float32)
    return (found / np.abs(found).max() * _SPREAD + noise).astype(np.float32)


def _spectral(ready: np.ndarray, graph: Any, dims: int) -> np.ndarray | None:
    from umap.spectral import spectral_layout

    try:
        found = np.asarray(spectral_layout(ready, graph, dims, np.random.RandomState(_SEED), metric="cosine"))
    except Exception:  # whatever an eigensolver says of a graph that it cannot take
        return None
    return found if _usable(found) else None


def _principal(ready: np.ndarray, dims: int) -> np.ndarray | None:
    centred = ready - ready.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    found = centred @ vectors[:, : -dims - 1 : -1]
    signs = np.sign(found[np.abs(found).argmax(axis=0), np.arange(found.shape[1])])
    found = found * np.where(signs == 0, 1, signs)
    return found if found.shape[1] == dims and _usable(found) else None


def _usable(start: np.ndarray) -> bool:
    return bool(np.isfinite(start).all() and (np.ptp(start, axis=0) > 1e-6).all())


# -- in a process of its own -------------------------------------------------------------------------------------------


def project_apart(
    vectors: np.ndarray, how: Umap = USUAL, found: Neighbours | None = None, progress: Progress = silent
) -> np.ndarray:
    """As :func:`project`, in a process that then ends: UMAP and its compiler take some 350 MB, which a server would
    keep for as long as it runs.

    A watcher of the work (:mod:`explorer.progress`) that raises, as ``progress`` may, ends that process. Raises
    :class:`ExplorerError` when it fails.
    """
    if len(vectors) < _FEWEST or not sys.executable:
        return project(vectors, how, found, progress)
    place = {**os.environ, "PYTHONPATH": os.pathsep.join(place or os.getcwd() for place in sys.path)}
    command = [sys.executable, "-c", _CHILD]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=place) as child:
        talk = _Talk(child, _packed(vectors, how, found))
        try:
            while not talk.over():
                stage()
                for words, done, total in talk.reports():
                    progress(words, done, total)
                time.sleep(_STEP)
        except BaseException:
            child.kill()
            raise
        finally:
            talk.end()
    if child.returncode:
        reason = talk.last or f"exit status {child.returncode}"
        raise ExplorerError(f"The map could not be computed ({reason[:200]}); open it again to try once more.")
    return np.load(io.BytesIO(talk.answer), allow_pickle=False)


def answer() -> None:
    """The other end of :func:`project_apart`: a question from standard input, places to standard output, progress to
    standard error."""

    def report(words: str, done: int, total: int) -> None:
        sys.stderr.write(f"{_SAID}{json.dumps([words, done, total])}\n")
        sys.stderr.flush()

    asked = io.BytesIO(sys.stdin.buffer.read())
    how = Umap(**json.loads(asked.readline()))
    vectors, rows, cosines = (np.load(asked, allow_pickle=False) for _ in range(3))
    np.save(sys.stdout.buffer, project(vectors, how, (rows, cosines) if rows.size else None, report))


def _packed(vectors: np.ndarray, how: Umap, found: Neighbours | None) -> bytes:
    written = io.BytesIO()
    written.write(json.dumps(asdict(how)).encode() + b"\n")
    none = np.zeros((0, 0), np.float32)
    for array in (vectors, *(found or (none, none))):
        np.save(written, array)
    return written.getvalue()


class _Talk:
    """The three pipes of a child, each served by a thread, so that none of them fills up."""

    def __init__(self, child: subprocess.Popen[bytes], question: bytes) -> None:
        self.answer, self.last = b"", ""
        self._child = child
        self._reports: list[tuple[str, int, int]] = []
        self._threads = [
            threading.Thread(target=self._served, args=(each,), daemon=True)
            for each in (lambda: self._ask(question), self._listen, self._read)
        ]
        for thread in self._threads:
            thread.start()

    def over(self) -> bool:
        return self._child.poll() is not None

    def reports(self) -> list[tuple[str, int, int]]:
        """What was reported since the last time."""
        reported, self._reports = self._reports, []
        return reported

    def end(self) -> None:
        self._child.wait()
        for thread in self._threads:
            thread.join()

    @staticmethod
    def _served(serve: Callable[[], None]) -> None:
        with suppress(OSError, ValueError):  # the child ended, which its exit status tells
            serve()

    def _ask(self, question: bytes) -> None:
        if self._child.stdin:
            with self._child.stdin as pipe:
                pipe.write(question)

    def _read(self) -> None:
        self.answer = self._child.stdout.read() if self._child.stdout else b""

    def _listen(self) -> None:
        for line in self._child.stderr or ():
            text = line.decode("utf-8", "replace").strip("\n")
            if text.startswith(_SAID):
                words, done, total = json.loads(text.removeprefix(_SAID))
                self._reports.append((words, done, total))
            elif text.strip():
                self.last = text.strip()


def into_square(layout: np.ndarray) -> np.ndarray:
    """Points ``(N, D)`` moved and scaled, proportions kept, so that all lie in 0 to 1.

    >>> into_square(np.array([[0.0, 0.0], [4.0, 2.0]])).tolist()
    [[0.0, 0.25], [1.0, 0.75]]
    """
    if not len(layout):
        return np.zeros(layout.shape, np.float32)
    low, high = layout.min(axis=0), layout.max(axis=0)
    span = max(float((high - low).max()), 1e-9)
    return np.clip((layout - (low + high) / 2) / span + 0.5, 0.0, 1.0).astype(np.float32)
