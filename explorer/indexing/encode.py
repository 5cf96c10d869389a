"""Encode works into parts: decode ahead of the model, batch pictures of one shape, keep each result at once.

A part is one work's features under its content's hash. Parts make a killed run resumable, and a renamed file free.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from explorer.collection import Derivatives, Work
from explorer.config import Config
from explorer.errors import ExplorerError
from explorer.features.pca import Reduction, fit_reduction
from explorer.features.regions import pool, region_boxes
from explorer.progress import Progress, silent
from explorer.verification import KeyPoints, find_key_points
from explorer.workspace import gradient_histograms_of, open_for_encoding
from explorer.workspace.tables import REDUCTION_FILE, WorkFeatures

if TYPE_CHECKING:
    from PIL.Image import Image

    from explorer.encoder import Encoder, Encoding

log = logging.getLogger(__name__)

SAMPLE = 64
"""Works that a reduction is fitted on: some 50,000 patches, plenty for 128 directions."""
_READERS = 2  # threads that decode ahead of the model
_BATCH = 8


@dataclass(frozen=True)
class Source:
    """Where works come from and where their pictures for the screen go."""

    folder: Path
    derivatives: Derivatives


@dataclass(frozen=True)
class Decoded:
    """A picture read from its file: ready for the model, its gradient histograms if they count, and its key points."""

    image: Image
    histograms: np.ndarray | None
    points: KeyPoints


@dataclass(frozen=True)
class Seen:
    """What the model, and what the classic witness, make of a picture."""

    encoding: Encoding
    histograms: np.ndarray | None
    points: KeyPoints


class PartEncoder:
    """Encodes works of ``source`` into the folder ``parts``."""

    def __init__(self, source: Source, parts: Path, config: Config, encoder: Encoder, batch: int = 0) -> None:
        self._source, self._parts, self._config = source, parts, config
        self._encoder, self._batch = encoder, batch or _BATCH
        self._progress: Progress = silent
        self.damaged: dict[str, str] = {}
        """Content of the pictures that turned out to be unreadable behind a good header, and the reason."""

    def encode(self, works: list[Work], reduction: Reduction | None, progress: Progress) -> int:
        """Encode what has no part yet; returns how many pictures that were, the damaged ones not counted.

        Without a ``reduction`` one is fitted first, on works spread over the collection, and kept beside the parts.
        """
        self._progress = progress
        missing = [work for work in works if self.load(work) is None]
        done = 0
        if reduction is None and missing:
            sample = _spread(missing, SAMPLE)
            encodings = list(self._encodings(sample, 0, len(missing)))
            reduction = self._fit([seen for _, seen in encodings])
            for work, seen in encodings:
                self._store(work, seen, reduction)
            done = len(sample)
            chosen = {work.id for work in sample}
            missing = [work for work in missing if work.id not in chosen]
        for work, seen in self._encodings(missing, done, done + len(missing)):
            self._store(work, seen, reduction)
        return done + len(missing) - len(self.damaged)

    def _encodings(self, works: list[Work], done: int, total: int) -> Iterator[tuple[Work, Seen]]:
        """Encode works in batches of one grid shape; pictures that turn out damaged are set aside and listed."""
        shape = {work.id: self._encoder.grid_shape(work.width, work.height) for work in works}
        ordered = sorted(works, key=lambda work: (shape[work.id], work.id))
        batches = [
            group[start : start + self._batch]
            for _, same in groupby(ordered, key=lambda work: shape[work.id])
            for group in [list(same)]
            for start in range(0, len(group), self._batch)
        ]
        for batch, pictures in self._decoded(batches):
            readable = [(work, decoded) for work, decoded in zip(batch, pictures, strict=True) if decoded]
            if readable:
                encodings = self._encoder.encode([decoded.image for _, decoded in readable])
                for (work, decoded), encoding in zip(readable, encodings, strict=True):
                    yield work, Seen(encoding, decoded.histograms, decoded.points)
            done += len(batch)
            self._progress("Encoding pictures", done, total)

    def _decoded(self, batches: list[list[Work]]) -> Iterator[tuple[list[Work], list[Decoded | None]]]:
        """Batches with their pictures, decoded a little ahead of the model."""
        with ThreadPoolExecutor(_READERS) as readers:
            waiting: list[tuple[list[Work], list[Future[Decoded | None]]]] = []
            coming = iter(batches)
            try:
                for batch in coming:
                    waiting.append((batch, [readers.submit(self._decode, work) for work in batch]))
                    if len(waiting) > 2:
                        ready, futures = waiting.pop(0)
                        yield ready, [future.result() for future in futures]
                for ready, futures in waiting:
                    yield ready, [future.result() for future in futures]
            finally:
                readers.shutdown(cancel_futures=True)

    def _decode(self, work: Work) -> Decoded | None:
        """A work's picture ready for the model, its thumbnail made on the way; None when it cannot be read."""
        source = self._source.folder / work.id
        try:
            picture = open_for_encoding(source, self._config)
        except ExplorerError as error:
            log.warning("skipped: %s", error)
            self.damaged[work.content] = str(error)
            return None
        self._source.derivatives.thumbnail(work.content, source, picture.image)
        points = find_key_points(np.asarray(picture.image))
        image = self._encoder.prepare(picture.image, work.width, work.height)
        grid = self._encoder.grid_shape(work.width, work.height)
        return Decoded(image, gradient_histograms_of(image, grid, self._config), points)

    def _fit(self, sample: list[Seen]) -> Reduction:
        if not sample:
            raise ExplorerError(f"None of the pictures in {self._source.folder} can be read.")
        cells = _together([seen.encoding.match.vectors for seen in sample])
        config, drawn = self._config, None
        if config.hog_weight:
            drawn = _together([seen.histograms for seen in sample])
        reduction = fit_reduction(cells, config.cell_dims, config.whitening, drawn, config.hog_weight)
        reduction.save(self._parts / REDUCTION_FILE)
        return reduction

    def _store(self, work: Work, seen: Seen, reduction: Reduction) -> None:
        encoding = seen.encoding
        boxes = region_boxes(work.width, work.height, self._config.scales, self._config.overlap)
        cells = reduction.apply(encoding.match, seen.histograms)
        joint = pool(encoding.joint, boxes)
        joint[0] = encoding.whole
        WorkFeatures(
            cells.vectors.astype(np.float16), boxes, pool(cells, boxes).astype(np.float16), joint.astype(np.float16),
            seen.points,
        ).save(self._part(work))

    def load(self, work: Work) -> WorkFeatures | None:
        """A work's part, or None when it is missing or damaged."""
        return WorkFeatures.load(self._part(work))

    def _part(self, work: Work) -> Path:
        return self._parts / f"{work.content}.npz"


def _together(maps: list[np.ndarray]) -> np.ndarray:
    """The cells of several maps ``(rows, columns, D)``, one after another: ``(N, D)``."""
    return np.concatenate([cells.reshape(-1, cells.shape[-1]) for cells in maps])


def _spread(works: list[Work], count: int) -> list[Work]:
    """At most ``count`` works, evenly spaced in the list."""
    step = max(1, -(-len(works) // count))
    return list(islice(works, 0, None, step))
