"""Index works by vectors that were computed elsewhere: a row of a NumPy file for each row of the spreadsheet.

Such a collection has no model and no details. Its tables are those of any other: every work has a single region, the
whole picture, with the given vector as the joint one, and a single cell of which nothing is known (zeros). What would
need the model is refused by :mod:`explorer.encoder.absent`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.collection import Catalogue, Collection, PictureFile, Work, open_picture, picture_files, read_catalogue
from explorer.collection.backups import back_up_daily
from explorer.collection.derivatives import THUMBNAIL_SIDE
from explorer.collection.joining import join_works
from explorer.collection.vector_file import read_vectors
from explorer.config import Config, RuntimeOptions
from explorer.encoder import open_encoder
from explorer.errors import ExplorerError
from explorer.features.pca import Reduction
from explorer.indexing.build import contents_of, remove_outdated, write_next_tables
from explorer.indexing.job import Job
from explorer.indexing.plan import previous_tables
from explorer.indexing.run import IndexReport, in_collection, remove_leftovers, set_aside
from explorer.indexing.sync import sync_files
from explorer.progress import Progress, silent
from explorer.verification import KeyPoints
from explorer.workspace import Manifest, collection_folder
from explorer.workspace.tables import Tables, WorkFeatures

LONGEST_NAME = 100
VECTORS_FACT, CATALOGUE_FACT = "vectors", "vectors catalogue"
"""Facts that the database remembers: the paths of the two files."""
_NO_DETAILS = Reduction(np.zeros(1, np.float32), np.zeros((1, 1), np.float32))


@dataclass(frozen=True)
class GivenVectors:
    """``vectors (N, D) float32``, unit rows, a row for each of the ``catalogue``; the two files that they are from, and
    the name of the model that computed them."""

    vectors: np.ndarray
    catalogue: Catalogue
    vectors_file: Path
    catalogue_file: Path
    model: str

    def left_out(self, files: Sequence[PictureFile]) -> dict[str, str]:
        """Reasons, by id, why pictures have no vector."""
        named = self.catalogue.row_numbers([file.id for file in files])
        reason = f"has no row of its own in {self.catalogue_file.name}, and so no vector."
        return {file.id: f"{file.id} {reason}" for file in files if file.id not in named}

    def of(self, works: Sequence[Work]) -> np.ndarray:
        """The vectors of some works, ``(n, D) float16``."""
        rows = join_works(self.catalogue.named(), {work.id: work.file for work in works}).rows
        return self.vectors[[rows[work.id] for work in works]].astype(np.float16)


def read_given_vectors(vectors: Path, metadata: Path | None, model: str = "") -> GivenVectors:
    """The vectors of a ``.npy`` file, whose row i belongs to row i of a spreadsheet (rows without any text do not
    count); without the name of a ``model`` they go by the file's.

    Raises :class:`ExplorerError` for files that cannot be used, and where their rows are not as many.
    """
    if metadata is None:
        raise ExplorerError("--vectors needs --metadata FILE.csv: row i of the vectors belongs to its row i.")
    model = " ".join(model.split()) or f"a model that is not named, {vectors.name}"
    if len(model) > LONGEST_NAME or re.search(r"[\x00-\x1f\x7f]", model):
        raise ExplorerError(f"A model's name has up to {LONGEST_NAME} characters, all of them visible.")
    catalogue = read_catalogue(metadata)
    array = read_vectors(vectors)
    if len(array) != len(catalogue.rows):
        raise ExplorerError(
            f"{vectors.name} has {len(array):,} vectors and {metadata.name} has {len(catalogue.rows):,} rows; there "
            f"must be a vector for every row, in the same order (rows without any text do not count)."
        )
    return GivenVectors(array, catalogue, vectors, metadata, model)


def index_vectors(
    folder: Path, name: str, cache: Path, given: GivenVectors, progress: Progress = silent
) -> IndexReport:
    """Make or update the collection ``name`` from the pictures below ``folder`` and vectors of them.

    Pictures without a row are listed as left out, rows without a picture are counted. Run again with the same files it
    changes nothing. Raises :class:`ExplorerError` before anything is changed when the folder or the name will not do,
    and where no row names a picture.
    """
    root = collection_folder(name, cache)
    files = picture_files(folder)
    config = Config(model=given.model, vectors=True, engine="exact", scales=(1.0,))

    def run(collection: Collection) -> IndexReport:
        encoder = open_encoder(config)
        return _run(Job(root, folder.resolve(), collection, config, encoder, RuntimeOptions(), progress), files, given)

    ids = [file.id for file in files]
    if not given.catalogue.row_numbers(ids):
        raise ExplorerError(given.catalogue.none_joined(ids))
    return in_collection(root, run)


def _run(job: Job, files: Sequence[PictureFile], given: GivenVectors) -> IndexReport:
    if job.collection.ids():
        back_up_daily(job.collection.path)
    remove_leftovers(job)
    sync = sync_files(job, files, given.catalogue, given.left_out(files))
    works = set_aside(job, _damaged_pictures(job))
    vectors = given.of(works)
    job.features.mkdir(parents=True, exist_ok=True)
    manifest = _current(job, works, vectors) or write_next_tables(job, works, _features(vectors), _NO_DETAILS)
    facts = {"features": job.features.name, "folder": str(job.folder)}
    facts |= {VECTORS_FACT: _absolute(given.vectors_file), CATALOGUE_FACT: _absolute(given.catalogue_file)}
    for fact, value in facts.items():
        job.collection.remember(fact, value)
    job.collection.settle()
    remove_outdated(job, manifest)
    skipped, gone = job.collection.skipped(), job.collection.gone()
    return IndexReport(manifest.works, 0, manifest.regions, skipped, sync, gone, model=given.model,
                       remarks=job.collection.remarks.by_work())  # fmt: skip


def _current(job: Job, works: Sequence[Work], vectors: np.ndarray) -> Manifest | None:
    """The current manifest, if its tables are undamaged and hold just these works and vectors."""
    tables, condition = previous_tables(job)
    if tables is None or condition.damage or not condition.recorded:
        return None
    same_works = contents_of(works) == list(zip(tables.works, tables.contents, strict=True))
    return job.manifest() if same_works and _holds(tables, vectors) else None


def _holds(tables: Tables, vectors: np.ndarray) -> bool:
    return np.array_equal(tables.region_joint, vectors)


def _features(vectors: np.ndarray) -> Iterator[WorkFeatures]:
    """What the tables hold of each work: its vector and no details."""
    whole, nothing = np.array([[0, 0, 1, 1]], np.float32), np.zeros((1, 1, 1), np.float16)
    for vector in vectors:
        yield WorkFeatures(nothing, whole, nothing[0], vector[None], KeyPoints.none())


def _damaged_pictures(job: Job) -> dict[str, str]:
    """Reasons, by content hash, why pictures with a good header cannot be read; thumbnails of the others are made on
    the way, unless they are there."""
    damaged: dict[str, str] = {}
    works = job.collection.works()
    for count, work in enumerate(works, start=1):
        source = job.folder / work.file
        try:
            if not job.derivatives.has_thumbnail(work.content):
                picture = open_picture(source, long_side=THUMBNAIL_SIDE)
                job.collection.remarks.keep(work.content, picture.remarks)
                job.derivatives.thumbnail(work.content, source, picture.image)
        except ExplorerError as error:
            damaged[work.content] = str(error)
        job.progress("Looking at pictures", count, len(works))
    return damaged


def _absolute(path: Path) -> str:
    return os.path.normpath(path.absolute())
