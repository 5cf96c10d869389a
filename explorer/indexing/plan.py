"""What a run of indexing encodes, by which layer of the model, and which earlier tables it goes on from."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from explorer.calibration.blocks import FEWEST_WORKS, WORKS, Choice, choice_fact, choose, chosen
from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.features.pca import Reduction
from explorer.indexing.encode import SAMPLE
from explorer.indexing.gone_features import GoneFeatures
from explorer.indexing.job import Job
from explorer.workspace import open_for_encoding
from explorer.workspace.checksums import forget_added, is_added
from explorer.workspace.condition import Condition, check_tables
from explorer.workspace.tables import REDUCTION_FILE, Tables

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

_STAGE = "Checking what is stored"
_OUTGROWN = 4  # times the size of a collection smaller than the sample, from which its reduction is fitted anew


# -- the layer that matches details ------------------------------------------------------------------------------------


def choose_layer(job: Job) -> tuple[Job, Choice | None]:
    """For a model whose own config names no layer for matching: the job with the layer that was chosen for this
    collection before, or else is chosen now and kept, since another would mean encoding everything anew.

    The job comes back as it was, with None, where the layer is named by the user or the model, where there are fewer
    works than it takes to choose, and where as many were indexed by an earlier version, which did not choose.
    """
    config, encoder, collection = job.config, job.encoder, job.collection
    if config.match_layer:
        return job, chosen(collection, config, encoder.hash)
    if not encoder.candidates or _indexed_without_choice(job):
        return job, None
    fact = choice_fact(config, encoder.hash)
    choice = Choice.from_json(collection.fact(fact))
    if choice is None:
        pictures = _some_pictures(job)
        choice = choose(encoder, config, pictures, job.progress) if len(pictures) >= FEWEST_WORKS else None
        if choice is None:
            return job, None
        collection.remember(fact, choice.to_json())
    layer = choice.layer
    config = replace(config, match_layer=layer.block, match_facet=layer.facet)
    return replace(job, config=config, encoder=encoder.matching_with(layer)), choice


def _indexed_without_choice(job: Job) -> bool:
    """Whether enough works to choose by are indexed under the config as it is."""
    manifest = job.manifest()
    return manifest is not None and manifest.works >= FEWEST_WORKS


def _some_pictures(job: Job) -> list[Image]:
    """Up to :data:`WORKS` pictures that can be read, in the order of their content hashes."""
    pictures: list[Image] = []
    for work in sorted(_one_of_each_content(job.collection.works()), key=lambda work: work.content):
        if len(pictures) == WORKS:
            break
        try:
            pictures.append(open_for_encoding(job.folder / work.file, job.config).image)
        except ExplorerError:
            continue  # counted and listed when it is encoded
    return pictures


# -- the works to encode, and the tables to go on from -----------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """What there is to encode, and what stays as it is."""

    pending: list[Work]
    """Works whose features are not in ``previous``, one of those with the same content."""
    previous: Tables | None
    """Tables whose vectors are carried over, by content."""
    reduction: Reduction | None
    """The reduction to encode with; None: one is fitted to the pending works."""
    condition: Condition
    """In what condition the ``previous`` tables are."""
    back: frozenset[str] = frozenset()
    """Contents of works that were gone and are back; their features were kept."""

    @property
    def carried_over(self) -> dict[str, int]:
        """Rows of the previous tables, by content, whose features are carried over: those that are not damaged."""
        return _sound_rows(self.previous, self.condition)


def make_plan(job: Job) -> Plan:
    """Compare the works in the database with those in the current tables, and these with their checksums; the folder
    for parts is made."""
    works = job.collection.works()
    tables, condition = previous_tables(job)
    previous, reduction = _starting_point(job, tables, len(works))
    stored = _sound_rows(previous, condition)
    missing = _one_of_each_content([work for work in works if work.content not in stored])
    gone = GoneFeatures(job.features)
    if not gone.usable_with(reduction):
        return Plan(missing, previous, reduction, condition)
    back = frozenset(work.content for work in missing if gone.load(work.content) is not None)
    return Plan([work for work in missing if work.content not in back], previous, reduction, condition, back)


def _sound_rows(tables: Tables | None, condition: Condition) -> dict[str, int]:
    if tables is None:
        return {}
    damaged = condition.works
    pairs = zip(tables.works, tables.contents, strict=True)
    return {content: row for row, (work, content) in enumerate(pairs) if work not in damaged}


def _starting_point(job: Job, previous: Tables | None, works: int) -> tuple[Tables | None, Reduction | None]:
    """Of the ``previous`` tables, those whose vectors can be carried over, and the reduction to go on with, for a
    collection of ``works``.

    All works of one set of tables have the same reduction, so tables are carried over only together with theirs. A
    reduction fitted on a handful of pictures is fitted anew once the collection has outgrown it; that costs encoding
    that handful again.
    """
    job.parts.mkdir(parents=True, exist_ok=True)
    interrupted = Reduction.load(job.parts / REDUCTION_FILE)
    if interrupted is not None:  # parts of a run that was stopped are there, made with it
        fits = previous is not None and np.array_equal(previous.reduction.matrix, interrupted.matrix)
        return (previous if fits else None), interrupted
    if previous is None or _outgrown(previous, works):
        return None, None
    shutil.copyfile(previous.folder / REDUCTION_FILE, job.parts / REDUCTION_FILE)
    return previous, previous.reduction


def _outgrown(previous: Tables, works: int) -> bool:
    return len(previous.works) < SAMPLE and works > _OUTGROWN * len(previous.works)


def previous_tables(job: Job) -> tuple[Tables | None, Condition]:
    """The tables that are current, reduction and all, and their condition; None where there are none, or none of them
    can be used. What was added to them and is damaged is removed: it is made again."""
    manifest = job.manifest()
    if manifest is None:
        return None, Condition(recorded=True)
    folder = job.features / manifest.tables
    job.progress(_STAGE, 0, 1)
    condition = check_tables(folder)
    job.progress(_STAGE, 1, 1)
    for sentence in condition.sentences():
        log.warning("%s", sentence)
    added = {found.file for found in condition.damage if is_added(folder, found.file)}
    for file in added:
        forget_added(folder, file)
    if condition.all_works:
        return None, condition
    remaining = tuple(found for found in condition.damage if found.file not in added)
    try:
        tables = Tables(folder)
        return (tables if tables.reduction else None), replace(condition, damage=remaining)
    except ExplorerError as error:  # encoded again
        log.warning("%s", error)
        return None, condition


def _one_of_each_content(works: Sequence[Work]) -> list[Work]:
    """One work for each file content; which one makes no difference to its features."""
    return list({work.content: work for work in works}.values())
