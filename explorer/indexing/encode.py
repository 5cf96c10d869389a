"""Encode works: decode ahead of the model, batch pictures of one shape, keep each result at once.

The features of an encoded work are kept in the job's folder of parts under its content's hash until they are in
tables. So a killed run can be resumed, and a file that was renamed costs nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.features.pca import Reduction, fit_reduction
from explorer.features.regions import pool, region_boxes
from explorer.indexing.job import Job
from explorer.parallel import thread_count
from explorer.verification import KeyPoints, find_key_points
from explorer.workspace import gradient_histograms_of, open_for_encoding
from explorer.workspace.tables import REDUCTION_FILE, WorkFeatures

if TYPE_CHECKING:
    from PIL.Image import Image

    from explorer.encoder import Encoding

log = logging.getLogger(__name__)

SAMPLE = 64
"""Works that a reduction is fitted on: some 50,000 patches, plenty for 128 directions."""
_READERS = 2  # threads that decode ahead of the model
_BATCHES_AHEAD = 2  # batches that are decoded or being decoded while the model is at work
_BATCH = 8  # pictures per pass of the model


@dataclass(frozen=True)
class DecodedPicture:
    """A picture read from its file: ready for the model; its gradient histograms ``(rows, columns, E)``, None where
    their weight is 0; its key points."""

    image: Image
    histograms: np.ndarray | None
    points: KeyPoints


@dataclass(frozen=True)
class EncodedPicture:
    """The same picture after its pass through the model, before any reduction."""

    encoding: Encoding
    histograms: np.ndarray | None
    points: KeyPoints


class WorkEncoder:
    """Encodes the works of a job, each into a file of the job's folder of parts."""

    def __init__(self, job: Job) -> None:
        self._job, self._config, self._encoder = job, job.config, job.encoder
        self._batch = job.runtime.batch or _BATCH
        self.damaged: dict[str, str] = {}
        """Reasons, by content hash, why pictures with a good header could not be decoded."""

    def encode(self, works: Sequence[Work], reduction: Reduction | None) -> int:
        """Encode those works that have no file of features yet; returns how many pictures were encoded.

        Without a ``reduction`` one is fitted first, on works spread over the collection, and kept beside the parts.
        """
        missing = [work for work in works if self.load(work) is None]
        total, done = len(missing), 0
        if reduction is None:
            if not missing:
                return 0
            sample = _spread(missing, SAMPLE)
            encoded = list(self._encoded(sample, done, total))
            reduction = self._fit([picture for _, picture in encoded])
            for work, picture in encoded:
                self._store(work, picture, reduction)
            done = len(sample)
            sampled = {work.id for work in sample}
            missing = [work for work in missing if work.id not in sampled]
        for work, picture in self._encoded(missing, done, total):
            self._store(work, picture, reduction)
        return total - len(self.damaged)

    def load(self, work: Work) -> WorkFeatures | None:
        """The features of a work that was encoded; None when its file is missing or damaged."""
        return WorkFeatures.load(self._path(work))

    def _encoded(self, works: Sequence[Work], done: int, total: int) -> Iterator[tuple[Work, EncodedPicture]]:
        """Encode works in batches of one grid shape; pictures that cannot be decoded are left out and noted."""
        for batch, pictures in self._decoded(self._batches(works)):
            readable = [(work, decoded) for work, decoded in zip(batch, pictures, strict=True) if decoded]
            if readable:
                encodings = self._encoder.encode([decoded.image for _, decoded in readable])
                for (work, decoded), encoding in zip(readable, encodings, strict=True):
                    yield work, EncodedPicture(encoding, decoded.histograms, decoded.points)
            done += len(batch)
            self._job.progress("Encoding pictures", done, total)

    def _batches(self, works: Sequence[Work]) -> list[list[Work]]:
        """Works in groups that one pass of the model can take: of one grid shape, at most a batch each."""
        shape = {work.id: self._encoder.grid_shape(work.width, work.height) for work in works}
        ordered = sorted(works, key=lambda work: (shape[work.id], work.id))
        return [
            group[start : start + self._batch]
            for _, same_shape in groupby(ordered, key=lambda work: shape[work.id])
            for group in [list(same_shape)]
            for start in range(0, len(group), self._batch)
        ]

    def _decoded(self, batches: list[list[Work]]) -> Iterator[tuple[list[Work], list[DecodedPicture | None]]]:
        """Batches with their pictures, decoded a little ahead of the model where there may be threads for it."""
        count = thread_count()
        if count == 1:
            yield from ((batch, [self._decode(work) for work in batch]) for batch in batches)
            return
        with ThreadPoolExecutor(min(_READERS, count)) as readers:
            waiting: list[tuple[list[Work], list[Future[DecodedPicture | None]]]] = []
            try:
                for batch in batches:
                    waiting.append((batch, [readers.submit(self._decode, work) for work in batch]))
                    if len(waiting) > _BATCHES_AHEAD:
                        ready, futures = waiting.pop(0)
                        yield ready, [future.result() for future in futures]
                for ready, futures in waiting:
                    yield ready, [future.result() for future in futures]
            finally:
                readers.shutdown(cancel_futures=True)

    def _decode(self, work: Work) -> DecodedPicture | None:
        """A work's picture, decoded, its thumbnail made on the way; None when it cannot be read."""
        source = self._job.folder / work.file
        try:
            picture = open_for_encoding(source, self._config)
        except ExplorerError as error:
            log.warning("skipped: %s", error)
            self.damaged[work.content] = str(error)
            return None
        for remark in picture.remarks:
            log.info("%s: %s", work.file, remark)
        self._job.collection.remarks.keep(work.content, picture.remarks)
        self._job.derivatives.thumbnail(work.content, source, picture.image)
        points = find_key_points(np.asarray(picture.image))
        image = self._encoder.prepare(picture.image, work.width, work.height)
        grid = self._encoder.grid_shape(work.width, work.height)
        return DecodedPicture(image, gradient_histograms_of(image, grid, self._config), points)

    def _fit(self, sample: Sequence[EncodedPicture]) -> Reduction:
        """The reduction of the cells of some pictures, saved beside the parts.

        Raises :class:`ExplorerError` when there are none: then no picture could be read.
        """
        if not sample:
            raise ExplorerError(f"None of the pictures in {self._job.folder} can be read.")
        config = self._config
        cells = _all_cells([picture.encoding.match.vectors for picture in sample])
        histograms = [picture.histograms for picture in sample if picture.histograms is not None]
        reduction = fit_reduction(
            cells, config.cell_dims, config.whitening, _all_cells(histograms) if histograms else None,
            config.hog_weight,
        )  # fmt: skip
        reduction.save(self._job.parts / REDUCTION_FILE)
        return reduction

    def _store(self, work: Work, picture: EncodedPicture, reduction: Reduction) -> None:
        """Reduce a picture's cells, pool its regions, and keep both."""
        encoding = picture.encoding
        boxes = region_boxes(work.width, work.height, self._config.scales, self._config.overlap)
        cells = reduction.apply(encoding.match, picture.histograms)
        joint = pool(encoding.joint, boxes)
        joint[0] = encoding.whole
        WorkFeatures(
            cells.vectors.astype(np.float16), boxes, pool(cells, boxes).astype(np.float16), joint.astype(np.float16),
            picture.points,
        ).save(self._path(work))  # fmt: skip

    def _path(self, work: Work) -> Path:
        return self._job.parts / f"{work.content}.npz"


def _all_cells(grids: Sequence[np.ndarray]) -> np.ndarray:
    """The cells of several grids ``(rows, columns, D)``, one after another: ``(N, D)``."""
    return np.concatenate([cells.reshape(-1, cells.shape[-1]) for cells in grids])


def _spread(works: Sequence[Work], count: int) -> list[Work]:
    """At most ``count`` works, evenly spaced in the list."""
    step = max(1, -(-len(works) // count))
    return list(islice(works, 0, None, step))
