"""Fill a workspace: look at the folder, encode what is new, write tables, build the index.

Every step can be killed and run again. Encoded works are kept one by one under their content's hash until the
tables that hold them are whole; the manifest is replaced last, so searches see the old state or the new one.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import numpy as np

from explorer.collection import (
    Catalogue,
    Collection,
    Picture,
    PictureFile,
    Renditions,
    Skipped,
    SyncReport,
    Work,
    picture_files,
    read_catalogue,
)
from explorer.collection.pictures import file_hash, picture_size
from explorer.config import Config
from explorer.encoder import open_encoder
from explorer.errors import ExplorerError
from explorer.index import build_index
from explorer.reduction import Reduction, fit_reduction
from explorer.regions import pool, region_boxes
from explorer.tables import REDUCTION_FILE, Tables, WorkFeatures, write_tables
from explorer.workspace import INDEX_FILE, Manifest, collection_folder, content_hash, open_for_encoding

if TYPE_CHECKING:
    from explorer.encoder import Encoder, Encoding

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with a stage in words, how much of it is done, and how much there is."""

_SAMPLE = 64  # works that the reduction is fitted on: some 50,000 patches, plenty for 128 directions
_OUTGROWN = 4  # times the size of a collection smaller than the sample, from which its reduction is fitted anew
_READERS = 2  # threads that decode ahead of the model


@dataclass(frozen=True)
class Effort:
    """How hard to work; none of it changes a result. 0 means a sensible choice for this machine."""

    threads: int = 0
    batch: int = 0
    device: str = ""


@dataclass(frozen=True)
class IndexReport:
    """What a run of indexing found and did."""

    works: int
    encoded: int
    regions: int
    skipped: list[Skipped]
    sync: SyncReport


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def index_folder(  # noqa: PLR0913 (what to index, where to, and three choices given by name)
    folder: Path, name: str, cache: Path, config: Config, *,
    metadata: Path | None = None, progress: Progress = silent, effort: Effort | None = None,
) -> IndexReport:  # fmt: skip
    """Make or update the collection ``name`` from the pictures below ``folder``.

    ``metadata`` is a CSV file with a column naming the pictures. Only new and changed pictures are encoded.

    Raises :class:`ExplorerError` before anything is changed when the folder, the name, the catalogue or the model
    will not do.
    """
    root = collection_folder(name, cache)
    files = picture_files(folder)
    catalogue = read_catalogue(metadata) if metadata else None
    effort = effort or Effort()
    encoder = open_encoder(config, effort.threads, effort.device)
    is_new = not root.exists()
    root.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(root / "indexing.lock", timeout=0):
            return _Indexing(root, folder.resolve(), config, encoder, effort, progress).run(files, catalogue)
    except filelock.Timeout:
        raise ExplorerError(f"{name!r} is being indexed by another process; wait until that is done.") from None
    except ExplorerError:
        if is_new:  # nothing could be indexed: leave no empty collection behind
            shutil.rmtree(root, ignore_errors=True)
        raise


class _Indexing:
    """One run, from the list of files to the manifest."""

    def __init__(
        self, root: Path, folder: Path, config: Config, encoder: Encoder, effort: Effort, progress: Progress
    ) -> None:
        self._root, self._folder, self._config = root, folder, config
        self._encoder, self._progress = encoder, progress
        self._batch = effort.batch or 8
        self._collection = Collection(root / "collection.sqlite")
        self._renditions = Renditions(root / "pictures")
        self._features = root / config.fingerprint(encoder.hash)
        self._parts = self._features / "parts"

    def run(self, files: Sequence[PictureFile], catalogue: Catalogue | None) -> IndexReport:
        sync = self._sync(files, catalogue)
        previous, reduction = self._starting_point(sync.works)
        stored = set(previous.contents) if previous else set()
        pending = [work for work in self._collection.works() if work.content not in stored]
        encoded = self._encode(_one_per_content(pending), reduction)
        works = self._collection.works()
        if not works:
            raise ExplorerError(f"None of the pictures in {self._folder} can be read.")
        manifest = self._assemble(works, previous)
        self._collection.remember("features", self._features.name)
        self._collection.remember("folder", str(self._folder))
        self._tidy(manifest)
        return IndexReport(manifest.works, encoded, manifest.regions, self._collection.skipped(), sync)

    # -- files and catalogue -----------------------------------------------------------------------------------------

    def _sync(self, files: Sequence[PictureFile], catalogue: Catalogue | None) -> SyncReport:
        self._refuse_another_folder(files)
        known = self._collection.known_files()
        fresh = [file for file in files if known.get(file.id) != (file.bytes, file.mtime_ns)]
        read: dict[str, tuple[str, int, int] | str] = {}
        for number, file in enumerate(fresh, start=1):
            try:
                read[file.id] = (file_hash(file.path), *picture_size(file.path))
            except ExplorerError as error:
                read[file.id] = str(error)
            except OSError as error:
                read[file.id] = f"{file.path.name} cannot be read ({error.strerror})."
            self._progress("Looking at files", number, len(fresh))
        if not known and all(isinstance(result, str) for result in read.values()):
            reason = next(iter(read.values()))
            raise ExplorerError(f"None of the {len(files)} files in {self._folder} can be read; the first: {reason}")
        return self._collection.sync(files, read, catalogue)

    def _refuse_another_folder(self, files: Sequence[PictureFile]) -> None:
        """A moved folder is fine; indexing quite another one under the same name would drop every work there is."""
        before = self._collection.fact("folder")
        if not before or Path(before) == self._folder:
            return
        known = self._collection.known_files()
        if known and not any(file.id in known for file in files):
            raise ExplorerError(
                f"This name belongs to the collection of {before}, and {self._folder} has none of its pictures; "
                f"choose another --name."
            )

    # -- encoding ----------------------------------------------------------------------------------------------------

    def _starting_point(self, works: int) -> tuple[Tables | None, Reduction | None]:
        """Tables whose vectors can be carried over, and the reduction that made them, if there are any.

        A reduction fitted on a handful of pictures is fitted anew once the collection has outgrown it; that costs
        encoding that handful again.
        """
        self._parts.mkdir(parents=True, exist_ok=True)
        previous, begun = self._previous_tables(), Reduction.load(self._parts / REDUCTION_FILE)
        outgrown = previous and len(previous.works) < _SAMPLE and works > _OUTGROWN * len(previous.works)
        if previous and begun is None and not outgrown:
            shutil.copyfile(previous.folder / REDUCTION_FILE, self._parts / REDUCTION_FILE)
            return previous, previous.reduction
        same = previous is not None and begun is not None and np.array_equal(previous.reduction.matrix, begun.matrix)
        return (previous if same else None), begun

    def _encode(self, works: list[Work], reduction: Reduction | None) -> int:
        """Encode what is not in a part yet; returns how many pictures were."""
        missing = [work for work in works if WorkFeatures.load(self._part(work)) is None]
        done = 0
        if reduction is None and missing:
            sample = _spread(missing, _SAMPLE)
            encodings = [(work, encoding) for work, encoding in self._encodings(sample, 0, len(missing))]
            reduction = self._fit([encoding for _, encoding in encodings])
            for work, encoding in encodings:
                self._store(work, encoding, reduction)
            done = len(sample)
            chosen = {work.id for work in sample}
            missing = [work for work in missing if work.id not in chosen]
        for work, encoding in self._encodings(missing, done, done + len(missing)):
            self._store(work, encoding, reduction)
        return done + len(missing)

    def _encodings(self, works: list[Work], done: int, total: int) -> Iterator[tuple[Work, Encoding]]:
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
            readable = [(work, picture) for work, picture in zip(batch, pictures, strict=True) if picture]
            if readable:
                encodings = self._encoder.encode([picture.image for _, picture in readable])
                yield from zip((work for work, _ in readable), encodings, strict=True)
            done += len(batch)
            self._progress("Encoding pictures", done, total)

    def _decoded(self, batches: list[list[Work]]) -> Iterator[tuple[list[Work], list[Picture | None]]]:
        """Batches with their pictures, decoded a little ahead of the model."""
        with ThreadPoolExecutor(_READERS) as readers:
            waiting: list[tuple[list[Work], list[Future[Picture | None]]]] = []
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

    def _decode(self, work: Work) -> Picture | None:
        source = self._folder / work.id
        try:
            picture = open_for_encoding(source, self._config)
        except ExplorerError as error:
            log.warning("skipped: %s", error)
            for copy in self._collection.with_content(work.content):
                self._collection.skip(copy, str(error))
            return None
        self._renditions.thumbnail(work.content, source, picture.image)
        return picture

    def _fit(self, encodings: list[Encoding]) -> Reduction:
        if not encodings:
            raise ExplorerError(f"None of the pictures in {self._folder} can be read.")
        cells = np.concatenate([e.match.vectors.reshape(-1, e.match.vectors.shape[-1]) for e in encodings])
        reduction = fit_reduction(cells, self._config.cell_dims, self._config.whitening)
        reduction.save(self._parts / REDUCTION_FILE)
        return reduction

    def _store(self, work: Work, encoding: Encoding, reduction: Reduction) -> None:
        boxes = region_boxes(work.width, work.height, self._config.scales, self._config.overlap)
        cells = reduction.apply(encoding.match)
        joint = pool(encoding.joint, boxes)
        joint[0] = encoding.whole
        WorkFeatures(
            cells.vectors.astype(np.float16), boxes, pool(cells, boxes).astype(np.float16), joint.astype(np.float16)
        ).save(self._part(work))

    def _part(self, work: Work) -> Path:
        return self._parts / f"{work.content}.npz"

    # -- tables ------------------------------------------------------------------------------------------------------

    def _previous_tables(self) -> Tables | None:
        manifest = Manifest.read(self._features)
        try:
            return Tables(self._features / manifest.tables) if manifest else None
        except ExplorerError as error:
            log.warning("%s", error)
            return None

    def _assemble(self, works: list[Work], previous: Tables | None) -> Manifest:
        """Tables of all works, from parts and from what earlier tables hold; nothing is written if nothing changed."""
        wanted = [(work.id, work.content) for work in works]
        current = Manifest.read(self._features)
        unchanged = previous and wanted == list(zip(previous.works, previous.contents, strict=True))
        if unchanged and current and current.config == self._config:
            return current
        rows = {content: row for row, content in enumerate(previous.contents)} if previous else {}
        folder = self._features / _next_tables(self._features)
        partial = folder.with_name(folder.name + ".part")
        shutil.rmtree(partial, ignore_errors=True)
        write_tables(partial, wanted, self._shares(works, rows, previous))
        shutil.copyfile(self._parts / REDUCTION_FILE, partial / REDUCTION_FILE)
        tables = Tables(partial)
        self._progress("Building the index", 0, 1)
        index = build_index(self._config.engine, tables.region_vectors)
        index.save(partial / INDEX_FILE)
        self._progress("Building the index", 1, 1)
        index_hash = content_hash(partial / INDEX_FILE) if (partial / INDEX_FILE).exists() else ""
        partial.rename(folder)
        encoder = self._encoder
        manifest = Manifest(
            self._config, encoder.hash, encoder.note, encoder.logit_scale, folder.name, index_hash,
            len(works), len(tables.region_work), datetime.now(UTC).isoformat(timespec="seconds"),
        )  # fmt: skip
        manifest.write(self._features)
        return manifest

    def _shares(self, works: list[Work], rows: dict[str, int], previous: Tables | None) -> Iterator[WorkFeatures]:
        for work in works:
            if previous and work.content in rows:
                yield previous.features(rows[work.content])
                continue
            share = WorkFeatures.load(self._part(work))
            if share is None:
                raise ExplorerError(f"What was computed for {work.id} is damaged; run the same command again.")
            yield share

    def _tidy(self, manifest: Manifest) -> None:
        """Old tables and used parts go; an app that has them open keeps its own hold on them."""
        shutil.rmtree(self._parts, ignore_errors=True)
        for folder in self._features.glob("tables-*"):
            if folder.name != manifest.tables:
                shutil.rmtree(folder, ignore_errors=True)


def _one_per_content(works: list[Work]) -> list[Work]:
    return list({work.content: work for work in works}.values())


def _spread(works: list[Work], count: int) -> list[Work]:
    """At most ``count`` works, evenly spaced in the list."""
    step = max(1, -(-len(works) // count))
    return list(islice(works, 0, None, step))


def _next_tables(features: Path) -> str:
    numbers = [int(path.name[7:11]) for path in features.glob("tables-*") if path.name[7:11].isdigit()]
    return f"tables-{max(numbers, default=0) + 1:04d}"
