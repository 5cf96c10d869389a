"""Fill a workspace: look at the folder, encode what is new, write tables, build the index, calibrate.

Every step can be killed and run again. Encoded works are kept one by one under their content's hash until the
tables that hold them are whole; the manifest is replaced last, so searches see the old state or the new one.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import numpy as np

from explorer.calibration import calibrate, calibrated, carried_over
from explorer.calibration.blocks import FEWEST_WORKS, WORKS, Choice, choice_fact, choose, chosen
from explorer.collection import (
    Catalogue,
    Collection,
    Derivatives,
    PictureFile,
    Skipped,
    SyncReport,
    Work,
    picture_files,
    read_catalogue,
)
from explorer.collection.pictures import file_hash, picture_size
from explorer.config import Config, RuntimeOptions
from explorer.encoder import open_encoder
from explorer.errors import ExplorerError
from explorer.features.pca import Reduction
from explorer.files import content_hash
from explorer.index import build_index, parse_address
from explorer.indexing.encode import SAMPLE, PartEncoder, Source
from explorer.progress import Progress, silent
from explorer.workspace import CALIBRATION_FILE, INDEX_FILE, Manifest, Workspace, collection_folder, open_for_encoding
from explorer.workspace.tables import (
    REDUCTION_FILE,
    REFERENCE_CELLS,
    Tables,
    WorkFeatures,
    reference_cells,
    write_tables,
)

if TYPE_CHECKING:
    from PIL.Image import Image

    from explorer.encoder import Encoder

log = logging.getLogger(__name__)

_OUTGROWN = 4  # times the size of a collection smaller than the sample, from which its reduction is fitted anew


@dataclass(frozen=True)
class IndexReport:
    """What a run of indexing found and did."""

    works: int
    encoded: int
    regions: int
    skipped: list[Skipped]
    sync: SyncReport
    matching: Choice | None = None
    """The block and facet that details are matched by, where they were chosen, in this run or in an earlier one."""


def index_folder(  # noqa: PLR0913 (what to index, where to, and three choices given by name)
    folder: Path, name: str, cache: Path, config: Config, *,
    metadata: Path | None = None, progress: Progress = silent, runtime: RuntimeOptions | None = None,
) -> IndexReport:  # fmt: skip
    """Make or update the collection ``name`` from the pictures below ``folder``.

    ``metadata`` is a CSV file with a column naming the pictures. Only new and changed pictures are encoded.

    Raises :class:`ExplorerError` before anything is changed when the folder, the name, the catalogue or the model
    will not do.
    """
    root = collection_folder(name, cache)
    parse_address(config.engine)
    files = picture_files(folder)
    catalogue = read_catalogue(metadata) if metadata else None
    runtime = runtime or RuntimeOptions()
    encoder = open_encoder(config, runtime.threads, runtime.device)
    is_new = not root.exists()
    root.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(root / "indexing.lock", timeout=0):
            indexing = _Indexing(root, folder.resolve(), config, encoder, progress, runtime)
            return indexing.run(files, catalogue)
    except filelock.Timeout:
        raise ExplorerError(f"{name!r} is being indexed by another process; wait until that is done.") from None
    except ExplorerError:
        if is_new and not any(root.glob("*/parts/*.npz")):  # nothing was indexed: leave no empty collection behind
            shutil.rmtree(root, ignore_errors=True)
        raise


class _Indexing:
    """One run, from the list of files to the manifest."""

    def __init__(
        self, root: Path, folder: Path, config: Config, encoder: Encoder, progress: Progress, runtime: RuntimeOptions
    ) -> None:  # fmt: skip
        self._root, self._folder, self._config, self._effort = root, folder, config, runtime
        self._encoder, self._progress = encoder, progress
        self._collection = Collection(root / "collection.sqlite")
        self._derivatives = Derivatives(root / "pictures")
        self._aim(config)

    def _aim(self, config: Config) -> None:
        """Take a config as the one to index with."""
        self._config = config
        self._features = self._root / config.fingerprint(self._encoder.hash)
        self._parts = self._features / "parts"

    def run(self, files: Sequence[PictureFile], catalogue: Catalogue | None) -> IndexReport:
        sync = self._sync(files, catalogue)
        matching = self._matching()
        previous, reduction = self._starting_point(sync.works)
        stored = set(previous.contents) if previous else set()
        pending = [work for work in self._collection.works() if work.content not in stored]
        source = Source(self._folder, self._derivatives)
        parts = PartEncoder(source, self._parts, self._config, self._encoder, self._effort.batch)
        encoded = parts.encode(_one_per_content(pending), reduction, self._progress)
        works = self._set_aside(parts.damaged)
        before = self._manifest()
        manifest = self._assemble(works, previous, parts)
        self._collection.remember("features", self._features.name)
        self._collection.remember("folder", str(self._folder))
        self._calibrate(before)
        self._tidy(manifest)
        return IndexReport(manifest.works, encoded, manifest.regions, self._collection.skipped(), sync, matching)

    def _set_aside(self, damaged: dict[str, str]) -> list[Work]:
        """Move works whose picture is damaged to the unreadable files; returns the others, at least one."""
        works = self._collection.works()
        if all(work.content in damaged for work in works):
            reason = next(iter(damaged.values()), "there are none.")
            raise ExplorerError(f"None of the pictures in {self._folder} can be read: {reason}")
        for work in works:
            if work.content in damaged:
                self._collection.skip(work.id, damaged[work.content])
        return [work for work in works if work.content not in damaged]

    # -- files and catalogue -----------------------------------------------------------------------------------------

    def _sync(self, files: Sequence[PictureFile], catalogue: Catalogue | None) -> SyncReport:
        self._refuse_another_folder(files)
        known = self._collection.known_files()
        fresh = [file for file in files if known.get(file.id) != (file.bytes, file.mtime_ns)]
        read: dict[str, tuple[str, int, int] | str] = {}
        for number, file in enumerate(fresh, start=1):
            read[file.id] = _look(file)
            self._progress("Looking at files", number, len(fresh))
        works = {work.id for work in self._collection.works()}
        if all(isinstance(read.get(file.id, ""), str) and (file.id in read or file.id not in works) for file in files):
            reasons = [*read.values(), "as before"]
            raise ExplorerError(f"None of the {len(files)} pictures in {self._folder} can be read: {reasons[0]}")
        if catalogue and not catalogue.match([file.id for file in files]):
            rows = f"{len(catalogue.rows):,} rows"
            raise ExplorerError(f"The catalogue has {rows}, and none of them names a picture in {self._folder}.")
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

    # -- what matches details ----------------------------------------------------------------------------------------

    def _matching(self) -> Choice | None:
        """The block and facet for a model that names none: as chosen before, or else chosen now and kept, since
        another would mean encoding everything anew. The config says them from here on."""
        asked, encoder = self._config, self._encoder
        if asked.match_layer:
            return chosen(self._collection, asked, encoder.hash)
        if not encoder.candidates or self._matched_by_default():
            return None
        fact = choice_fact(asked, encoder.hash)
        choice = Choice.from_json(self._collection.fact(fact))
        if choice is None:
            pictures = self._some_pictures()
            choice = choose(encoder, asked, pictures, self._progress) if len(pictures) >= FEWEST_WORKS else None
            if choice is None:
                return None
            self._collection.remember(fact, choice.to_json())
        self._encoder = encoder.matching_with(choice.layer)
        self._aim(replace(asked, match_layer=choice.layer.block, match_facet=choice.layer.facet))
        return choice

    def _matched_by_default(self) -> bool:
        """Whether enough works to choose by were indexed already without: by an earlier version, that is."""
        manifest = self._manifest()
        return manifest is not None and manifest.works >= FEWEST_WORKS

    def _some_pictures(self) -> list[Image]:
        """Up to :data:`WORKS` pictures that can be read, of those in the order of their contents' hashes."""
        pictures: list[Image] = []
        for work in sorted(_one_per_content(self._collection.works()), key=lambda work: work.content):
            if len(pictures) == WORKS:
                break
            try:
                pictures.append(open_for_encoding(self._folder / work.id, self._config).image)
            except ExplorerError:
                continue  # counted and listed when it is encoded
        return pictures

    # -- tables ------------------------------------------------------------------------------------------------------

    def _starting_point(self, works: int) -> tuple[Tables | None, Reduction | None]:
        """Tables whose vectors can be carried over, and the reduction that made them, if there are any.

        A reduction fitted on a handful of pictures is fitted anew once the collection has outgrown it; that costs
        encoding that handful again.
        """
        self._parts.mkdir(parents=True, exist_ok=True)
        previous, begun = self._previous_tables(), Reduction.load(self._parts / REDUCTION_FILE)
        outgrown = previous and len(previous.works) < SAMPLE and works > _OUTGROWN * len(previous.works)
        if previous and begun is None and not outgrown:
            shutil.copyfile(previous.folder / REDUCTION_FILE, self._parts / REDUCTION_FILE)
            return previous, previous.reduction
        same = previous is not None and begun is not None and np.array_equal(previous.reduction.matrix, begun.matrix)
        return (previous if same else None), begun

    def _previous_tables(self) -> Tables | None:
        manifest = self._manifest()
        if manifest is None:
            return None
        try:
            tables = Tables(self._features / manifest.tables)
            return tables if tables.reduction else None
        except ExplorerError as error:  # damaged: encoded again
            log.warning("%s", error)
            return None

    def _manifest(self) -> Manifest | None:
        try:
            return Manifest.read(self._features)
        except ExplorerError as error:  # another version's: nothing of it is taken over
            log.warning("%s", error)
            return None

    def _assemble(self, works: list[Work], previous: Tables | None, parts: PartEncoder) -> Manifest:
        """Tables of all works, from parts and from what earlier tables hold; nothing is written if nothing changed."""
        wanted = [(work.id, work.content) for work in works]
        current = self._manifest()
        unchanged = previous and wanted == list(zip(previous.works, previous.contents, strict=True))
        if unchanged and current and current.config == self._config and _index_hash(previous) == current.index_hash:
            return current
        rows = {content: row for row, content in enumerate(previous.contents)} if previous else {}
        folder = self._features / _next_tables(self._features)
        partial = folder.with_name(folder.name + ".part")
        shutil.rmtree(partial, ignore_errors=True)
        write_tables(partial, wanted, _shares(works, rows, previous, parts))
        shutil.copyfile(self._parts / REDUCTION_FILE, partial / REDUCTION_FILE)
        tables = Tables(partial)
        np.save(partial / f"{REFERENCE_CELLS}.npy", reference_cells(tables))
        self._progress("Building the index", 0, 1)
        index = build_index(self._config.engine, tables.region_vectors)
        index.save(partial / INDEX_FILE)
        self._progress("Building the index", 1, 1)
        index_hash = _index_hash(tables)
        partial.rename(folder)
        encoder = self._encoder
        manifest = Manifest(
            self._config, encoder.hash, encoder.note, encoder.logit_scale, folder.name, index_hash,
            len(works), len(tables.region_work), datetime.now(UTC).isoformat(timespec="seconds"),
        )  # fmt: skip
        manifest.write(self._features)
        return manifest

    def _calibrate(self, before: Manifest | None) -> None:
        """The collection's own match probability, made anew when there is none, or when many works came or went."""
        workspace = Workspace.open(self._root.name, self._root.parent, self._effort, self._encoder)
        previous = self._features / before.tables / CALIBRATION_FILE if before else None
        if not calibrated(workspace) and not carried_over(workspace, previous):
            calibrate(workspace, self._progress)

    def _tidy(self, manifest: Manifest) -> None:
        """Old tables and used parts go; an app that has them open keeps its own hold on them."""
        shutil.rmtree(self._parts, ignore_errors=True)
        for folder in self._features.glob("tables-*"):
            if folder.name != manifest.tables:
                shutil.rmtree(folder, ignore_errors=True)


def _look(file: PictureFile) -> tuple[str, int, int] | str:
    """A file's content hash and size in pixels, or the reason why it cannot be read."""
    try:
        str(file.path).encode()
        return (file_hash(file.path), *picture_size(file.path))
    except UnicodeEncodeError:
        return f"{file.id} has a name that is not written in UTF-8; rename it."
    except ExplorerError as error:
        return str(error)
    except OSError as error:
        return f"{file.path.name} cannot be read ({error.strerror})."


def _shares(
    works: list[Work], rows: dict[str, int], previous: Tables | None, parts: PartEncoder
) -> Iterator[WorkFeatures]:
    """Each work's features, from the previous tables (``rows`` by content) or from its part."""
    for work in works:
        carried = previous is not None and work.content in rows
        share = previous.features(rows[work.content]) if carried else parts.load(work)
        if share is None:
            raise ExplorerError(f"What was computed for {work.id} is damaged; run the same command again.")
        yield share


def _index_hash(tables: Tables) -> str:
    path = tables.folder / INDEX_FILE
    return content_hash(path) if path.exists() else ""


def _one_per_content(works: list[Work]) -> list[Work]:
    return list({work.content: work for work in works}.values())


def _next_tables(features: Path) -> str:
    numbers = [int(path.name[7:11]) for path in features.glob("tables-*") if path.name[7:11].isdigit()]
    return f"tables-{max(numbers, default=0) + 1:04d}"
