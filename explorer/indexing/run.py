"""A run of indexing: read the folder, choose the matching layer, encode, build, calibrate.

Every step can be killed and run again. Encoded works are kept one by one under their content's hash until the tables
that hold them are whole; the manifest is replaced last, so a search sees the old state or the new one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from explorer.calibration import calibrate, calibrated, carried_over
from explorer.calibration.blocks import Choice
from explorer.collection import (
    Catalogue,
    Collection,
    PictureFile,
    Skipped,
    SyncReport,
    Work,
    picture_files,
    read_catalogue,
)
from explorer.collection.backups import back_up_daily
from explorer.collection.files import DATABASE
from explorer.collection.remarks import Remarked
from explorer.collection.work_files import GoneWork
from explorer.config import Config, RuntimeOptions
from explorer.encoder import open_encoder
from explorer.errors import ExplorerError
from explorer.files import remove_partial_files, removed
from explorer.index import parse_address
from explorer.indexing.asked import Asked, pages_asked
from explorer.indexing.build import build_tables, remove_outdated
from explorer.indexing.encode import WorkEncoder
from explorer.indexing.job import Job
from explorer.indexing.plan import choose_layer, make_plan
from explorer.indexing.sync import sync_files
from explorer.progress import Cancelled, Progress, silent
from explorer.workspace import CALIBRATION_FILE, Manifest, Workspace, collection_folder
from explorer.workspace.checksums import record_added
from explorer.workspace.layout import BeingIndexed, indexing_lock
from explorer.workspace.managing import current_name


@dataclass(frozen=True)
class IndexReport:
    """What a run of indexing found and did."""

    works: int
    """Works in the collection now."""
    encoded: int
    """Pictures that went through the model in this run."""
    regions: int
    skipped: list[Skipped]
    sync: SyncReport
    gone: list[GoneWork]
    """Works whose files are no longer there; all that is known of them is kept."""
    matching: Choice | None = None
    """The block and facet that details are matched by, where they were chosen, in this run or in an earlier one."""
    model: str = ""
    """The name of the model whose vectors were given; empty where the works were encoded here."""
    remarks: list[Remarked] = field(default_factory=list)
    """Works of which something is to be said of how their picture was read, in this run or an earlier one."""


def index_folder(  # noqa: PLR0913 (what to index, where to, and three choices given by name)
    folder: Path, name: str, cache: Path, config: Config, *,
    metadata: Path | None = None, progress: Progress = silent, runtime: RuntimeOptions | None = None,
    columns: Mapping[str, str] | None = None, pages: bool | None = None,
) -> IndexReport:  # fmt: skip
    """Make or update the collection ``name`` from the pictures below ``folder``.

    ``metadata`` is a table with a column naming the pictures; ``columns`` says what some of its columns are, where
    their headings do not, see :mod:`explorer.collection.column_choice`. With ``pages`` the further pages of TIFF files
    are works of their own; None: as it was asked before. Only new and changed pictures are encoded.

    Raises :class:`ExplorerError` before anything is changed when the folder, the name, the catalogue or the model
    will not do.
    """
    root = collection_folder(name, cache)
    _refuse_earlier_name(name, cache)
    parse_address(config.engine)
    pages = pages_asked(root) if pages is None else pages
    files = picture_files(folder, pages)
    catalogue = read_catalogue(metadata, columns) if metadata else None
    runtime = runtime or RuntimeOptions()
    encoder = open_encoder(config, runtime.threads, runtime.device)
    if config.vectors:
        raise ExplorerError("The vectors of this collection were computed elsewhere: index it with --vectors.")

    def job(collection: Collection) -> Job:
        return Job(root, folder.resolve(), collection, config, encoder, runtime, progress)

    asked = Asked(str(folder.resolve()), str(metadata.resolve()) if metadata else "", columns or {}, config, pages)
    return in_collection(root, lambda collection: _run(job(collection), files, catalogue, asked))


def gone_sentence(gone: Sequence[GoneWork], name: str) -> str:
    """What a person is told of works whose files are gone; empty where there are none."""
    if not gone:
        return ""
    kept = "kept, with all that was made of"
    until = f"until you say: explorer forget {name}"
    if len(gone) == 1:
        return (f"1 work is gone: {gone[0].file} is no longer there. It is {kept} it, and comes back with its file, "
                f"{until}")  # fmt: skip
    return (f"{len(gone):,} works are gone: the files are no longer there, such as {gone[0].file}. They are {kept} "
            f"them, and come back with their files, {until}")  # fmt: skip


def _refuse_earlier_name(name: str, cache: Path) -> None:
    """Another collection of that name would take over the links to the one that had it."""
    if (now := current_name(name, cache)) != name:
        raise ExplorerError(f"{name!r} is called {now!r} now; index it by that name, or choose one that none had.")


def in_collection(root: Path, run: Callable[[Collection], IndexReport]) -> IndexReport:
    """Index into the collection at ``root`` while no other process does; where that comes to nothing in a new one,
    none is left behind."""
    is_new = not root.exists()
    root.mkdir(parents=True, exist_ok=True)
    try:
        with indexing_lock(root):
            return run(Collection(root / DATABASE))
    except BeingIndexed:
        raise
    except (ExplorerError, Cancelled):
        if is_new and not any(root.glob("*/parts/*.npz")):  # nothing was indexed: leave no empty collection behind
            shutil.rmtree(root, ignore_errors=True)
        raise


def _run(job: Job, files: Sequence[PictureFile], catalogue: Catalogue | None, asked: Asked) -> IndexReport:
    if job.collection.ids():
        back_up_daily(job.collection.path)
    remove_leftovers(job)
    sync = sync_files(job, files, catalogue)
    asked.remember(job.collection)
    job, choice = choose_layer(job)
    plan = make_plan(job)
    works = WorkEncoder(job)
    encoded = works.encode(plan.pending, plan.reduction)
    readable = set_aside(job, works.damaged)
    before = job.manifest()
    manifest = build_tables(job, readable, plan, works)
    job.collection.remember("features", job.features.name)
    job.collection.remember("folder", str(job.folder))
    job.collection.settle()
    _calibrate(job, before)
    remove_outdated(job, manifest)
    skipped, gone = job.collection.skipped(), job.collection.gone()
    return IndexReport(manifest.works, encoded, manifest.regions, skipped, sync, gone, choice,
                       remarks=job.collection.remarks.by_work())  # fmt: skip


def set_aside(job: Job, damaged: dict[str, str]) -> list[Work]:
    """Move works whose picture is damaged (reasons by content) to the unreadable files; returns the others.

    Raises :class:`ExplorerError` when there are no others.
    """
    works = job.collection.works()
    if all(work.content in damaged for work in works):
        reason = next(iter(damaged.values()), "there are none.")
        raise ExplorerError(f"None of the pictures in {job.folder} can be read: {reason}")
    for work in works:
        if work.content in damaged:
            job.collection.skip(work.id, damaged[work.content])
    return [work for work in works if work.content not in damaged]


def _calibrate(job: Job, before: Manifest | None) -> None:
    """Calibrate the collection's match probability, unless the tables have a calibration or that of the tables
    ``before`` is still good, see :func:`explorer.calibration.carried_over`."""
    workspace = Workspace.open(job.root.name, job.root.parent, job.runtime, job.encoder)
    previous = job.features / before.tables / CALIBRATION_FILE if before else None
    if not calibrated(workspace) and not carried_over(workspace, previous):
        calibrate(workspace, job.progress)
    if (workspace.tables.folder / CALIBRATION_FILE).exists():
        record_added(workspace.tables.folder, CALIBRATION_FILE)


def remove_leftovers(job: Job) -> None:
    """Remove what killed runs left half-written. No other run is at work now; an app may be, on pictures."""
    for pattern in ("*/parts/*.part", "*/tables-*.part"):
        for path in job.root.glob(pattern):
            removed(path)
    remove_partial_files(job.root)
