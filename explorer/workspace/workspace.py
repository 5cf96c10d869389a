"""One collection's folder, opened: the only thing in the program that holds state.

``index_cache/<collection>/`` has the database, the pictures made for the screen, and a folder per way of encoding::

    collection.sqlite             works, catalogue, and what people made; never deleted
    pictures/                     thumbnails, views, details
    <model>-<size>-<fingerprint>/
        manifest.json             what it was made with, and which tables are current
        reduction.npz             the PCA of this collection's patch vectors
        parts/                    works encoded but not yet in tables (a killed run goes on from here)
        tables-0001/              arrays and index, whole or absent
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from explorer.collection import Collection, Derivatives, Picture, Work, open_picture
from explorer.collection.derivatives import THUMBNAIL_SIDE
from explorer.collection.pictures import file_hash
from explorer.config import Config, RuntimeOptions
from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap
from explorer.features.hog import gradient_histograms
from explorer.files import content_hash
from explorer.geometry import Box
from explorer.index import VectorIndex, build_index, open_index
from explorer.paths import DEFAULT_CACHE
from explorer.verification import KeyPoints, find_key_points
from explorer.verification.calibration_result import UNCALIBRATED, Calibration
from explorer.verification.keypoints import LONG_SIDE as KEY_POINTS_SIDE
from explorer.workspace.manifest import Manifest
from explorer.workspace.tables import REFERENCE_CELLS, Tables, reference_cells

if TYPE_CHECKING:
    from PIL.Image import Image

    from explorer.encoder import Encoder

INDEX_FILE = "regions.index"
CALIBRATION_FILE = "calibration.json"
_RARE = 0.01  # share of the collection's cells that may be more like a cell than what counts as like it

log = logging.getLogger(__name__)

Encoded = tuple[FeatureMap, KeyPoints, tuple[int, int]]
"""A picture's grid, its key points, and its size (width, height in pixels)."""
_PICTURES_KEPT = 4


class Workspace:
    """An indexed collection. Opening reads small files only; the model and the index load when first needed."""

    def __init__(self, name: str, root: Path, features: Path, manifest: Manifest, runtime: RuntimeOptions) -> None:
        self.name = name
        self.manifest = manifest
        self.config = manifest.config
        self.collection = Collection(root / "collection.sqlite")
        self.pictures = root / "pictures"
        """Everything the app shows is served from this folder, and nothing else is."""
        self.tables = Tables(features / manifest.tables)
        self.reduction = self.tables.reduction
        self.folder = Path(self.collection.fact("folder") or "")
        """The indexed folder of originals."""
        self._effort = runtime
        self._derivatives = Derivatives(self.pictures)
        self._loading = threading.Lock()
        self._computing: dict[str, threading.Lock] = {}
        self._encoding = threading.Lock()
        self._encoded: OrderedDict[str, Encoded] = OrderedDict()

    @classmethod
    def open(
        cls,
        name: str,
        cache: Path = DEFAULT_CACHE,
        runtime: RuntimeOptions | None = None,
        encoder: Encoder | None = None,
    ) -> Workspace:
        """Open an indexed collection; ``runtime`` says what the model may run on, ``encoder`` is one that is loaded.

        Raises :class:`ExplorerError` when there is none of that name, or it was never indexed to its end.
        """
        root = collection_folder(name, cache)
        if not (root / "collection.sqlite").is_file():
            known = ", ".join(collection_names(cache)) or "none yet"
            raise ExplorerError(f"There is no collection {name!r} in {cache} (there: {known}); make it with: "
                                f"explorer index FOLDER --name {name}")  # fmt: skip
        features = Collection(root / "collection.sqlite").fact("features")
        manifest = Manifest.read(root / features) if features else None
        if not features or manifest is None:
            raise ExplorerError(f"The collection {name!r} is not indexed to its end; run explorer index again.")
        opened = cls(name, root, root / features, manifest, runtime or RuntimeOptions())
        if encoder is not None:
            opened.__dict__["_encoder"] = encoder  # what the cached property would load
        return opened

    # -- the heavy parts, when needed ------------------------------------------------------------------------------

    @property
    def encoder(self) -> Encoder:
        """The model the collection was indexed with, loaded on first use."""
        with self._loading:
            return self._encoder

    @cached_property
    def _encoder(self) -> Encoder:
        from explorer.encoder import open_encoder

        encoder = open_encoder(self.config, self._effort.threads, self._effort.device)
        if encoder.hash != self.manifest.model_hash:
            raise ExplorerError(
                f"The model {self.config.model} is not the one that {self.name!r} was indexed with; "
                f"to index with this one: explorer index {str(self.folder)!r} --name {self.name} "
                f"--model {self.config.model}"
            )
        return encoder

    @property
    def index(self) -> VectorIndex:
        """Nearest regions, loaded on first use; a damaged file is built again."""
        with self._loading:
            return self._index

    @cached_property
    def _index(self) -> VectorIndex:
        path, vectors = self.tables.folder / INDEX_FILE, self.tables.region_vectors
        try:
            if not path.exists() or content_hash(path) == self.manifest.index_hash:
                return open_index(self.config.engine, vectors, path)
        except ExplorerError as error:
            log.warning("%s", error)
        log.warning("the index of %s is damaged and is built again", self.name)
        return build_index(self.config.engine, vectors)

    def looking_up(self, **settings: int) -> Workspace:
        """The same opened collection, with other settings of those that only say how vectors are looked up."""
        _ = self.index, self.calibration, self._reference_cells  # loaded once, for both
        other = copy(self)
        other.config = replace(self.config, **settings)
        return other

    @property
    def model_note(self) -> str:
        """One sentence about the model that the user should know, or empty."""
        return self.manifest.model_note

    def encode(self, path: Path) -> Encoded:
        """A picture that need not be in the collection, through the same steps as those that are: its grid, its key
        points, and its size in pixels. The last few are kept, by their content: one picture is asked about again and
        again."""
        content = file_hash(path)
        with self._encoding:
            if content not in self._encoded:
                self._encoded[content] = self._encode(path)
            self._encoded.move_to_end(content)
            while len(self._encoded) > _PICTURES_KEPT:
                self._encoded.popitem(last=False)
            return self._encoded[content]

    def _encode(self, path: Path) -> Encoded:
        picture = open_for_encoding(path, self.config)
        return *self.encode_image(picture.image, (picture.width, picture.height)), (picture.width, picture.height)

    def encode_image(self, image: Image, size: tuple[int, int]) -> tuple[FeatureMap, KeyPoints]:
        """The same of an upright RGB picture in memory, perhaps reduced, whose original has ``size`` pixels."""
        encoder = self.encoder
        prepared = encoder.prepare(image, *size)
        match = encoder.encode([prepared])[0].match
        grid = self.reduction.apply(match, gradient_histograms_of(prepared, match.shape, self.config))
        return grid, find_key_points(np.asarray(image))

    def cached(self, name: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
        """An array computed once per state of the collection and kept beside the tables it was computed from."""
        path = self.tables.folder / f"{name}.npy"
        with self._computing.setdefault(name, threading.Lock()):  # of two who ask at once, one waits for the other
            try:
                return np.load(path, allow_pickle=False)
            except (OSError, ValueError, EOFError):
                result = compute()
            partial = path.with_suffix(f".{os.getpid()}.part")
            try:
                with partial.open("wb") as file:
                    np.save(file, result)
                partial.replace(path)
            except OSError as error:  # the tables were replaced while we had them open, or the disk is full
                log.warning("%s is not kept: %s", name, error)
            return result

    @cached_property
    def calibration(self) -> Calibration:
        """How evidence becomes a probability in this collection; where it was not calibrated, how it does elsewhere."""
        try:
            record = json.loads((self.tables.folder / CALIBRATION_FILE).read_text("utf-8"))
        except (OSError, ValueError):
            return UNCALIBRATED
        return Calibration.from_json(record) or UNCALIBRATED

    def distinctiveness(self, cells: np.ndarray) -> np.ndarray:
        """How far each of a query's ``cells (N, d)``, unit rows, is from what cells of this collection look like,
        ``(N,)``: 1 less the cosine that one in a hundred of them exceeds."""
        cosines = cells @ self._reference_cells.T
        rare = max(1, round(_RARE * cosines.shape[1]))
        return np.clip(1 - np.partition(cosines, -rare, axis=1)[:, -rare], 0, 1)

    @cached_property
    def _reference_cells(self) -> np.ndarray:
        """Cells of the collection, ``(M, d) float32``, the same ones whatever is asked."""
        return self.cached(REFERENCE_CELLS, lambda: reference_cells(self.tables)).astype(np.float32)

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Width and height of every work's original, by id."""
        return self.collection.sizes()

    def present_rows(self) -> np.ndarray:
        """Rows, in order, of the works that are still in the folder: one may have gone since the tables were made."""
        ids = self.collection.ids()
        return np.array([row for row, work in enumerate(self.tables.works) if work in ids], dtype=np.int64)

    # -- works and their pictures ----------------------------------------------------------------------------------

    def row(self, work_id: str) -> int:
        """The row of an indexed work in the tables."""
        row = self.tables.rows.get(work_id)
        if row is None:
            self.collection.work(work_id)
            raise ExplorerError(f"{work_id} was added after the last indexing; run explorer index again to search it.")
        return row

    def original(self, work: Work) -> Path:
        return self.folder / work.id

    def thumbnail(self, work_id: str) -> Path:
        work = self.collection.work(work_id)
        return self._derivatives.thumbnail(work.content, self.original(work))

    def view(self, work_id: str) -> Path:
        work = self.collection.work(work_id)
        return self._derivatives.view(work.content, self.original(work))

    def detail(self, work_id: str, box: Box, margin: float = 0.35) -> tuple[Path, Box]:
        """A crop round a place, and where in the crop the place lies."""
        work = self.collection.work(work_id)
        return self._derivatives.detail(work.content, self.original(work), box, margin)


def open_for_encoding(path: Path, config: Config) -> Picture:
    """A picture at the size from which the model's input, the key points and the thumbnail are made."""
    return open_picture(path, long_side=max(round(1.25 * max(config.resolution, THUMBNAIL_SIDE)), KEY_POINTS_SIDE))


def gradient_histograms_of(image: Image, grid: tuple[int, int], config: Config) -> np.ndarray | None:
    """The gradient histograms of a picture on a ``grid`` of rows and columns, or None where they do not count."""
    return gradient_histograms(np.asarray(image), *grid) if config.hog_weight else None


def collection_folder(name: str, cache: Path) -> Path:
    """Where a collection lives. Raises :class:`ExplorerError` for a name that is not a plain folder name."""
    if not re.fullmatch(r"\w[\w .-]{0,63}", name) or name.endswith((".", " ")):
        raise ExplorerError(f"{name!r} cannot name a collection: use up to 64 letters, digits, spaces, '-', '_', '.'.")
    return cache / name


def collection_names(cache: Path) -> list[str]:
    """Names of the collections in a cache folder."""
    return sorted(path.parent.name for path in cache.glob("*/collection.sqlite"))
