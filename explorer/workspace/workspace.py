"""One collection's folder, opened: the only thing in the program that holds state.

What lies where in that folder: :mod:`explorer.workspace.layout`.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.collection import Collection, Derivatives, Work
from explorer.collection.backups import back_up_daily
from explorer.collection.files import DATABASE, backup_files
from explorer.collection.tile_pyramid import TilePyramids
from explorer.config import RuntimeOptions
from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap
from explorer.files import content_hash
from explorer.geometry import Box
from explorer.index import VectorIndex, build_index, open_index
from explorer.paths import DEFAULT_CACHE
from explorer.verification import KeyPoints
from explorer.verification.calibration_result import UNCALIBRATED, Calibration
from explorer.workspace.condition import Condition, check_tables
from explorer.workspace.kept_arrays import KeptArrays
from explorer.workspace.layout import (
    CALIBRATION_FILE,
    INDEX_FILE,
    PICTURES,
    TILES,
    collection_folder,
    collection_names,
    moved_along,
)
from explorer.workspace.managing import current_name
from explorer.workspace.manifest import Manifest
from explorer.workspace.picture_encoder import EncodedPicture, PictureEncoder
from explorer.workspace.tables import REFERENCE_CELLS, Tables, reference_cells

if TYPE_CHECKING:
    from PIL.Image import Image

    from explorer.encoder import Encoder

_RARE = 0.01  # share of the collection's cells that may be closer to a cell than its reference cosine

log = logging.getLogger(__name__)


class Workspace:
    """An indexed collection. Opening reads small files only; the model and the index load when first needed."""

    def __init__(
        self, root: Path, features: Path, manifest: Manifest, runtime: RuntimeOptions, encoder: Encoder | None = None
    ) -> None:
        self.name = root.name
        self.manifest = manifest
        self.config = manifest.config
        self.collection = Collection(root / DATABASE)
        self.pictures = root / PICTURES
        """Everything the app shows is served from this folder as it is, and nothing else is."""
        self.tiles = TilePyramids(root / TILES)
        """Any part of an original at any size."""
        self.tables = Tables(features / manifest.tables)
        self.reduction = self.tables.reduction
        self.folder = Path(moved_along(root, self.collection.fact("folder") or ""))
        """The indexed folder of originals."""
        self._runtime = runtime
        self._derivatives = Derivatives(self.pictures)
        self._loading = threading.Lock()
        self._arrays = KeptArrays(self.tables.folder)
        self.condition: Condition | None = None
        """What the last check of the tables found; None before the first one."""
        self._troubles: list[str] = []
        load = self._load_encoder if encoder is None else lambda: encoder
        self._pictures = PictureEncoder(self.config, self.reduction, load)

    @classmethod
    def open(
        cls,
        name: str,
        cache: Path = DEFAULT_CACHE,
        runtime: RuntimeOptions | None = None,
        encoder: Encoder | None = None,
    ) -> Workspace:
        """Open an indexed collection; one that was renamed, by an earlier name too.

        ``runtime`` is what the model may use; ``encoder`` the collection's model, if it is loaded already.

        Raises :class:`ExplorerError` when there is none of that name, or it was never indexed to its end.
        """
        name = current_name(name, cache)
        root = collection_folder(name, cache)
        if not (root / DATABASE).is_file() and not backup_files(root / DATABASE):
            known = ", ".join(collection_names(cache)) or "none yet"
            raise ExplorerError(f"There is no collection {name!r} in {cache} (there: {known}); make it with: "
                                f"explorer index FOLDER --name {name}")  # fmt: skip
        features = Collection(root / DATABASE).fact("features")
        manifest = Manifest.read(root / features) if features else None
        if not features or manifest is None:
            raise ExplorerError(f"The collection {name!r} is not indexed to its end; run explorer index again.")
        return cls(root, root / features, manifest, runtime or RuntimeOptions(), encoder)

    # -- the model and the index, loaded when needed -----------------------------------------------------------------

    @property
    def encoder(self) -> Encoder:
        """The model the collection was indexed with, loaded on first use.

        Raises :class:`ExplorerError` when it is not to be had, or is another one by now.
        """
        return self._pictures.encoder

    @property
    def loaded_encoder(self) -> Encoder | None:
        """The model, if it has been needed already."""
        return self._pictures.loaded

    def _load_encoder(self) -> Encoder:
        from explorer.encoder import open_encoder

        encoder = open_encoder(self.config, self._runtime.threads, self._runtime.device)
        if encoder.hash != self.manifest.model_hash:
            raise ExplorerError(
                f"The model {self.config.model} is not the one that {self.name!r} was indexed with: for words and "
                f"other pictures index it again, which keeps what people judged: "
                f"explorer index {str(self.folder)!r} --name {self.name} --model {self.config.model}"
            )
        return encoder

    @property
    def model_note(self) -> str:
        """One sentence about the model that the user should know, or empty."""
        return self.manifest.model_note

    @property
    def has_details(self) -> bool:
        """Whether details of the works can be searched, and not only whole works by vectors computed elsewhere."""
        return not self.config.vectors

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

    def with_lookup_settings(self, **settings: Any) -> Workspace:
        """The same opened collection with other values of those settings of :class:`Config` that do not change vectors,
        such as ``candidate_works``. What is loaded is shared."""
        _ = self.index, self.calibration, self._reference_cells  # loaded once, for both
        changed = copy(self)
        changed.config = replace(self.config, **settings)
        return changed

    def encode(self, path: Path) -> EncodedPicture:
        """A picture file that need not be in the collection, through the same steps as those that are: its reduced
        grid, its key points, and its size (width, height in pixels)."""
        return self._pictures.encode(path)

    def joint(self, path: Path) -> FeatureMap:
        """A picture file's cells in the joint space of pictures and words, of unit length; see :class:`PictureEncoder`.
        They are not stored when a work is indexed: the model is asked."""
        return self._pictures.joint(path)

    def whole(self, path: Path) -> np.ndarray:
        """A picture file that need not be in the collection as one vector in the joint space, ``(P,)``, of unit
        length."""
        return self._pictures.whole(path)

    def encode_image(self, image: Image, size: tuple[int, int]) -> tuple[FeatureMap, KeyPoints]:
        """Grid and key points of an upright RGB picture in memory, perhaps reduced, whose original has ``size`` (width,
        height) pixels."""
        return self._pictures.encode_image(image, size)

    # -- whether what is stored is sound -----------------------------------------------------------------------------

    def check(self, between: Callable[[], None] = lambda: None) -> Condition:
        """Compare the tables with their checksums; ``between`` is called after every 64 KiB. Reads all of them."""
        found, folder = check_tables(self.tables.folder, between), self.tables.folder
        current = Manifest.read(folder.parent)
        if current is not None and current.tables != folder.name:  # replaced and removed meanwhile: nothing is damaged
            found = Condition(recorded=found.recorded)
        self.condition = found
        return found

    def damage(self) -> list[str]:
        """What is known to be damaged, or could not be backed up, as sentences for the user."""
        return [*(self.condition.sentences() if self.condition else []), *self._troubles]

    def back_up(self) -> list[str]:
        """Back the database up unless that was done today; gives, and keeps for :meth:`damage`, why it cannot be."""
        try:
            back_up_daily(self.collection.path)
            self._troubles = []
        except ExplorerError as error:
            self._troubles = [str(error)]
        return self._troubles

    # -- what is computed from the tables ----------------------------------------------------------------------------

    def cached(self, name: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
        """The array that ``compute`` gives, computed once for these tables; see :class:`KeptArrays`. Read-only."""
        return self._arrays.get(name, compute)

    @cached_property
    def calibration(self) -> Calibration:
        """How evidence becomes a match probability in this collection; the default where it was not calibrated."""
        try:
            record = json.loads((self.tables.folder / CALIBRATION_FILE).read_text("utf-8"))
        except (OSError, ValueError):
            return UNCALIBRATED
        return Calibration.from_json(record) or UNCALIBRATED

    def distinctiveness(self, cells: np.ndarray, every: int = 1) -> np.ndarray:
        """How rare each of a query's ``cells (N, d)``, unit rows, is in this collection, ``(N,)`` in 0 to 1: 1 minus
        the cosine with it that 1% of the collection's reference cells exceed. ``every`` fourth of those, for example,
        is quicker and less exact."""
        cosines = cells @ self._reference_cells[::every].T
        rare = max(1, round(_RARE * cosines.shape[1]))
        return np.clip(1 - np.partition(cosines, -rare, axis=1)[:, -rare], 0, 1)

    @cached_property
    def _reference_cells(self) -> np.ndarray:
        """A fixed sample of the collection's cells, ``(M, d) float32``, unit rows."""
        return self.cached(REFERENCE_CELLS, lambda: reference_cells(self.tables)).astype(np.float32)

    def picture_sizes(self) -> dict[str, tuple[int, int]]:
        """Width and height in pixels of every work's original, by id."""
        return self.collection.picture_sizes()

    def present_rows(self) -> np.ndarray:
        """Rows in the tables, ascending, of the works that are still in the database: a run of indexing that was
        stopped may have removed some since the tables were made."""
        ids = self.collection.ids()
        return np.array([row for row, work in enumerate(self.tables.works) if work in ids], dtype=np.int64)

    # -- works and their pictures ----------------------------------------------------------------------------------

    def row(self, work_id: str) -> int:
        """The row of a work in the tables. Raises :class:`ExplorerError` for an id that is unknown, or not indexed."""
        row = self.tables.rows.get(work_id)
        if row is None:
            self.collection.work(work_id)
            raise ExplorerError(f"{work_id} was added after the last indexing; run explorer index again to search it.")
        return row

    def original(self, work: Work) -> Path:
        """Where the file of a work is, or was when it was indexed."""
        return self.folder / work.file

    def thumbnail(self, work_id: str) -> Path:
        """A JPEG of at most 512 pixels."""
        work = self.collection.work(work_id)
        return self._derivatives.thumbnail(work.content, self.original(work))

    def view(self, work_id: str) -> Path:
        """A JPEG of at most 2,400 pixels, for the large viewer."""
        work = self.collection.work(work_id)
        return self._derivatives.view(work.content, self.original(work))

    def detail(self, work_id: str, box: Box, margin: float = 0.35) -> tuple[Path, Box]:
        """A JPEG of a box with ``margin`` (a fraction of its sides) round it, and where in that crop the box lies."""
        work = self.collection.work(work_id)
        return self._derivatives.detail(work.content, self.original(work), box, margin)
