"""Build a collection's tables and index from encoded works, and make them the current ones."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.features.pca import Reduction
from explorer.files import content_hash
from explorer.index import build_index
from explorer.indexing.encode import WorkEncoder
from explorer.indexing.gone_features import GoneFeatures
from explorer.indexing.job import Job
from explorer.indexing.plan import Plan
from explorer.workspace import INDEX_FILE, Manifest
from explorer.workspace.checksums import record
from explorer.workspace.tables import (
    REDUCTION_FILE,
    REFERENCE_CELLS,
    TABLE_FILES,
    Tables,
    WorkFeatures,
    reference_cells,
    write_tables,
)

_STAGE = "Building the index"


def build_tables(job: Job, works: Sequence[Work], plan: Plan, encoded: WorkEncoder) -> Manifest:
    """Write new tables of ``works``, their checksums and their manifest; features come from the plan's previous tables
    where their content is there and sound, else from the works ``encoded`` since.

    When that would change nothing, the current manifest is returned, and only checksums that are missing are written.
    """
    current = job.manifest()
    if current and plan.previous and _is_up_to_date(job, works, plan, current):
        if not plan.condition.recorded:
            _record(plan.previous.folder)
        return current
    reduction = Reduction.load(job.parts / REDUCTION_FILE)
    if reduction is None:
        raise ExplorerError(f"What was computed in {job.parts} is damaged; run the same command again.")
    gone = GoneFeatures(job.features)
    missed = [work.content for work in job.collection.gone()]
    if plan.previous:
        gone.keep(plan.previous, plan.carried_over, missed)
    manifest = write_next_tables(job, works, _features(works, plan, encoded, gone), reduction)
    gone.remove_others(missed)
    return manifest


def write_next_tables(
    job: Job, works: Sequence[Work], features: Iterable[WorkFeatures], reduction: Reduction
) -> Manifest:
    """Write new tables of ``works``, with their index, checksums and manifest, and make them the current ones."""
    folder = _next_tables(job.features)
    partial = folder.with_name(folder.name + ".part")
    shutil.rmtree(partial, ignore_errors=True)
    write_tables(partial, contents_of(works), features)
    reduction.save(partial / REDUCTION_FILE)
    tables = Tables(partial)
    np.save(partial / f"{REFERENCE_CELLS}.npy", reference_cells(tables))
    job.progress(_STAGE, 0, 1)
    build_index(job.config.engine, tables.region_vectors).save(partial / INDEX_FILE)
    job.progress(_STAGE, 1, 1)
    index_hash = _index_hash(tables)
    _record(partial)
    partial.rename(folder)
    encoder = job.encoder
    manifest = Manifest(
        job.config, encoder.hash, encoder.note, encoder.logit_scale, folder.name, index_hash,
        len(works), len(tables.region_work), datetime.now(UTC).isoformat(timespec="seconds"),
    )  # fmt: skip
    manifest.write(job.features)
    return manifest


def remove_outdated(job: Job, manifest: Manifest) -> None:
    """Remove parts that are in tables now, and tables that are not the manifest's; an app that has old tables open
    goes on with them."""
    shutil.rmtree(job.parts, ignore_errors=True)
    for folder in job.features.glob("tables-*"):
        if folder.name != manifest.tables:
            shutil.rmtree(folder, ignore_errors=True)


def _is_up_to_date(job: Job, works: Sequence[Work], plan: Plan, current: Manifest) -> bool:
    """Whether the previous tables hold just these works, under these settings, undamaged, the index too."""
    if plan.previous is None or plan.condition.damage:
        return False
    previous = plan.previous
    same_works = contents_of(works) == list(zip(previous.works, previous.contents, strict=True))
    return same_works and current.config == job.config and _index_hash(previous) == current.index_hash


def contents_of(works: Sequence[Work]) -> list[tuple[str, str]]:
    """Ids and content hashes, as tables list them."""
    return [(work.id, work.content) for work in works]


def _record(folder: Path) -> None:
    """Record the checksums of the files that are written together."""
    record(folder, [file for file in (*TABLE_FILES, INDEX_FILE) if (folder / file).exists()])


def _features(
    works: Sequence[Work], plan: Plan, encoded: WorkEncoder, gone: GoneFeatures
) -> Iterator[WorkFeatures]:  # fmt: skip
    """Each work's features, from the previous tables, as kept while it was gone, or as encoded since."""
    rows, previous = plan.carried_over, plan.previous
    for work in works:
        row = rows.get(work.content)
        if previous is not None and row is not None:
            features: WorkFeatures | None = previous.features(row)
        else:
            features = gone.load(work.content) if work.content in plan.back else encoded.load(work)
        if features is None:
            raise ExplorerError(f"What was computed for {work.id} is damaged; run the same command again.")
        yield features


def _index_hash(tables: Tables) -> str:
    """SHA-256 of the tables' index file; empty where there is none."""
    path = tables.folder / INDEX_FILE
    return content_hash(path) if path.exists() else ""


def _next_tables(features: Path) -> Path:
    """``tables-0001`` and so on: a name that was not used before."""
    numbers = [int(path.name[7:11]) for path in features.glob("tables-*") if path.name[7:11].isdigit()]
    return features / f"tables-{max(numbers, default=0) + 1:04d}"
