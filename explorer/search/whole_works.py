"""Works that are alike as wholes: "works like this one".

1. *Comparing*: all works are compared region by region (:mod:`explorer.search.whole_regions`).
2. *Verifying*: the best are verified as copies, as in every search; what is a copy moves up.
3. *Query expansion*: the best of these are asked for too, each weighed by how alike it is (αQE: Radenović, Tolias
   and Chum, "Fine-tuning CNN image retrieval with no human annotation", TPAMI 2019, section 3.3; on verified works:
   Chum, Philbin, Sivic, Isard and Zisserman, "Total recall", ICCV 2007).

Where the vectors of whole works were computed elsewhere, there is only their cosine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from explorer.encoder.absent import absent_encoder
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.index.exact import ExactIndex
from explorer.parallel import one_blas_thread
from explorer.progress import stage
from explorer.search.candidates import match_coarsely
from explorer.search.own_works import own_rows
from explorer.search.query import PicturePart, Query, VisualPart, WordsPart, part_box
from explorer.search.verify import best_places
from explorer.search.visual_query import prepare
from explorer.search.whole_regions import WholeRegions, regions_of_file, whole_regions
from explorer.workspace import Workspace

VERIFIED = 100
"""Works, the most alike, that are verified."""
COPY = 0.5
"""What a certain copy gains over one that is none, in similarity."""
EXPANDED_BY = 5
"""Works that are asked for besides the query's own."""


@dataclass(frozen=True)
class SimilarWork:
    """A whole work: ``row`` is its row in the tables, ``similarity``, -1 to 1, how alike it is to the query's work. It
    is no probability of a copy."""

    row: int
    similarity: float

    @property
    def box(self) -> Box:
        """The whole picture."""
        return Box.whole()


def find_similar_works(workspace: Workspace, query: Query, own: bool = False) -> list[SimilarWork]:
    """All works by their similarity to the query's work, best first; the work itself only with ``own``.

    Raises :class:`ExplorerError` for a query that is not a single whole picture; where there is no model, as
    :class:`explorer.encoder.absent.ModelAbsent`, and for one that is not in the collection too.
    """
    part = _whole_picture(workspace, query)
    rows = own_rows(workspace, part)
    if workspace.has_details:
        with one_blas_thread():
            similarities = _likeness(workspace, part, rows)
    elif rows:
        similarities = _cosines(workspace, min(rows))
    else:
        absent_encoder(workspace.config).refuse("Pictures that are not in the collection")
    found = [SimilarWork(row, float(each)) for row, each in enumerate(similarities) if own or row not in rows]
    return sorted(found, key=lambda work: -work.similarity)


def expanded(regions: WholeRegions, similarities: np.ndarray, helpers: Mapping[int, float]) -> np.ndarray:
    """``similarities (N,)`` to a query, which counts 1, averaged with those to other works: ``helpers`` has their rows,
    and how much each counts."""
    weights = {row: max(0.0, weight) for row, weight in helpers.items()}
    total = similarities.astype(np.float64)
    for row, weight in weights.items():
        total += weight * regions.similarities(regions.of(row))
    averaged: np.ndarray = total / (1 + sum(weights.values()))
    return averaged


def _likeness(workspace: Workspace, part: VisualPart, own: frozenset[int]) -> np.ndarray:
    """How alike every work is to a picture, ``(N,)``, at most 1."""
    stage("comparing whole works")
    regions = whole_regions(workspace)
    elsewhere = part.path if isinstance(part, PicturePart) and not own else None
    query = regions.of(min(own)) if elsewhere is None else regions_of_file(workspace, elsewhere)
    similarities = regions.similarities(query)
    others = [int(row) for row in np.argsort(-similarities, kind="stable") if row not in own]
    copies = _copies(workspace, part, others[:VERIFIED], len(similarities))
    copies[list(own)] = 1
    verified = similarities + COPY * copies
    best = sorted(_one_of_each_picture(workspace, others[:VERIFIED], own), key=lambda row: -verified[row])
    helpers = {row: float(verified[row]) for row in best[:EXPANDED_BY]}
    likeness: np.ndarray = (expanded(regions, similarities, helpers) + COPY * copies) / (1 + COPY)
    return likeness


def _copies(workspace: Workspace, part: VisualPart, rows: Sequence[int], works: int) -> np.ndarray:
    """The match probability of the works in ``rows``, ``(works,)``, 0 for the others."""
    probabilities = np.zeros(works, np.float32)
    query = prepare(workspace, part)
    for place in best_places(workspace, query, match_coarsely(workspace, query, rows)):
        probabilities[place.row] = place.probability
    return probabilities


def _one_of_each_picture(workspace: Workspace, rows: Sequence[int], own: frozenset[int]) -> list[int]:
    """Of works whose picture is the same file the first, and none whose picture is the query's: asking for the same
    twice would only count it twice."""
    first = workspace.tables.first_equal
    seen = {int(first[row]) for row in own}
    kept = []
    for row in rows:
        if int(first[row]) not in seen:
            seen.add(int(first[row]))
            kept.append(row)
    return kept


def _cosines(workspace: Workspace, row: int) -> np.ndarray:
    """The cosines of all works' vectors with that of one, ``(N,)``."""
    joint, first = workspace.tables.region_joint, workspace.tables.first_region
    cosines: np.ndarray = ExactIndex(joint).scores(joint[first[row]][None])[0][first[:-1]]
    return cosines


def _whole_picture(workspace: Workspace, query: Query) -> VisualPart:
    """The query's only part. Raises where it has others, or is a detail or words."""
    part = query.parts[0]
    what = "Words" if isinstance(part, WordsPart) else "Several parts at once" if len(query.parts) > 1 else "Details"
    if isinstance(part, WordsPart) or len(query.parts) > 1 or part_box(part) != Box.whole():
        if not workspace.has_details:
            absent_encoder(workspace.config).refuse(what)
        raise ExplorerError(
            "Works that are alike as wholes are found for one whole picture: leave its details, words and other "
            "pictures out."
        )
    return part
