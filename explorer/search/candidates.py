"""Candidates of a search, before verification: retrieved from the index, then matched coarsely.

1. *Retrieval*: the index returns the works with the regions nearest to the detail's pooled vector. Of works whose
   picture is the same file, one stands for all (:mod:`explorer.search.equal_pictures`).
2. *Coarse matching*: a few cells of the detail are slid over coarse copies of those works' grids
   (:mod:`explorer.matching.coarse`), which gives a few places on each of the best works.

Dense matching (:mod:`explorer.search.rerank`) is done round these places only: over all of every work it takes more
than twenty times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from explorer.geometry import Box, non_maximum_suppression
from explorer.index.exact import ExactIndex
from explorer.matching.coarse import coarse_peaks
from explorer.matching.dense import SAME_PLACE, MatchOptions
from explorer.progress import stage
from explorer.search.equal_pictures import EqualPictures
from explorer.search.visual_query import VisualQuery
from explorer.verification.calibration_result import Calibration
from explorer.workspace import Workspace
from explorer.workspace.tables import Tables

_EXACT_SHARE = 0.2  # of all regions; where more are wanted, they are compared exactly
_PLACES_PER_WORK = 3  # of coarse matching, or two more than are wanted in the end


@dataclass(frozen=True)
class Candidate:
    """A place before verification: ``row`` is the work's row in the tables, ``cosine`` a mean cosine, -1 to 1."""

    row: int
    box: Box
    cosine: float
    mirrored: bool = False


class EncodedPictures(Protocol):
    """What matching and verification need of a workspace."""

    @property
    def tables(self) -> Tables: ...

    @property
    def calibration(self) -> Calibration: ...

    def picture_sizes(self) -> dict[str, tuple[int, int]]: ...


def retrieve_candidates(workspace: Workspace, query: VisualQuery, works: int) -> list[Candidate]:
    """The region nearest to the query of each of ``works`` works (where there are so many), best first. Of works with
    the same picture only the first is named.

    Neighbouring regions of a few works can fill a whole list of regions; then a longer one is asked for.
    """
    stage("looking for works that may have it")
    tables = workspace.tables
    wanted, count = min(works, tables.pictures), workspace.config.candidate_regions
    while True:
        regions, cosines = _nearest_regions(workspace, query.vectors, count)
        rows, first = np.unique(tables.first_equal[tables.region_work[regions]], return_index=True)
        if len(rows) >= wanted or count >= len(tables.region_work):
            break
        count *= 4
    order = np.argsort(first)[:wanted]  # works in the order of their nearest region
    return [
        Candidate(int(row), tables.region_box(regions[rank]), float(cosines[rank]))
        for row, rank in zip(rows[order], first[order], strict=True)
    ]


def match_coarsely(
    pictures: EncodedPictures, query: VisualQuery, rows: Sequence[int],
    options: MatchOptions | None = None, works: int | None = None,
) -> list[Candidate]:  # fmt: skip
    """A few places where the detail may lie on each of the works in ``rows``, the best work first.

    With ``works``, only so many of the works, those with the highest mean cosine.
    """
    if not rows:
        return []
    stage(f"looking at {len(rows)} works")
    options = options or MatchOptions()
    found = coarse_peaks(query.coarse_cells, [pictures.tables.coarse(row) for row in rows], options)
    places = max(_PLACES_PER_WORK, options.per_work + 2)
    return [
        Candidate(rows[number], placement.box, placement.score, placement.mirrored)
        for number in np.argsort(-found.scores.max(axis=1), kind="stable")[:works].tolist()
        for placement in found.best(number, places)
    ]


def shortlist(
    workspace: Workspace, query: VisualQuery, without: frozenset[int], among: frozenset[int] | None = None
) -> list[Candidate]:
    """Retrieval and coarse matching, as many works as the collection's settings say; the works in the rows ``without``
    and the query's own are left out.

    How many matches a user wants to see plays no role: which works are found, and their match probabilities, do not
    depend on it. Nor do the probabilities depend on whether only works in the rows ``among`` are wanted: those of them
    that are on the shortlist of the whole collection have the same places, and others take the places of the rest.
    """
    rows = _retrieved_rows(workspace, query, without, workspace.config.candidate_works)
    candidates = match_coarsely(workspace, query, rows, works=workspace.config.rerank_works)
    best = {candidate.row: candidate for candidate in reversed(candidates)}  # of each work, the best comes first
    others = sorted(
        (candidate.cosine for candidate in candidates if best[candidate.row] is not candidate), reverse=True
    )
    least = others[len(best)] if len(others) > len(best) else -np.inf
    found = [candidate for candidate in candidates if best[candidate.row] is candidate or candidate.cosine > least]
    if among is None:
        return found
    kept = [candidate for candidate in found if candidate.row in among]
    room = workspace.config.rerank_works - len({candidate.row for candidate in kept})
    return kept if room <= 0 else [*kept, *beyond_shortlist(workspace, query, kept, room, among - without)]


def beyond_shortlist(
    workspace: Workspace, query: VisualQuery, shortlisted: Sequence[Candidate], count: int,
    among: frozenset[int] | None = None,
) -> list[Candidate]:  # fmt: skip
    """The next ``count`` works after those ``shortlisted``, each with its places, in a fixed order: first the other
    retrieved works as coarse matching ranks them, then works further down the index's list. Only those in the rows
    ``among``, where these are given."""
    known = {candidate.row for candidate in shortlisted}
    retrieved = _retrieved_rows(workspace, query, frozenset(), workspace.config.candidate_works)
    rows = [row for row in retrieved if row not in known and (among is None or row in among)]
    candidates = match_coarsely(workspace, query, rows, works=count)
    missing = count - len({candidate.row for candidate in candidates})
    if missing > 0:
        known |= set(rows)
        wanted = len(known) + missing if among is None else len(workspace.tables.works)
        retrieved = _retrieved_rows(workspace, query, frozenset(), wanted)
        further = [row for row in retrieved if row not in known and (among is None or row in among)][:missing]
        places = match_coarsely(workspace, query, further)
        candidates += sorted(places, key=lambda candidate: further.index(candidate.row))
    return candidates


class _Place(Protocol):
    @property
    def row(self) -> int: ...

    @property
    def box(self) -> Box: ...


PlaceT = TypeVar("PlaceT", bound=_Place)


def best_per_work(places: Sequence[PlaceT], per_work: int, score: Callable[[PlaceT], float]) -> list[PlaceT]:
    """At most ``per_work`` places of every work, none of which overlaps another, by descending ``score``."""
    by_row: dict[int, list[PlaceT]] = {}
    for place in places:
        by_row.setdefault(place.row, []).append(place)
    best: list[PlaceT] = []
    for group in by_row.values():
        scores = np.array([score(place) for place in group])
        if per_work == 1:
            best.append(group[int(scores.argmax())])
            continue
        boxes = np.array([place.box.as_tuple() for place in group])
        best += [group[number] for number in non_maximum_suppression(boxes, scores, SAME_PLACE, per_work)]
    return sorted(best, key=lambda place: -score(place))


def _retrieved_rows(workspace: Workspace, query: VisualQuery, without: frozenset[int], works: int) -> list[int]:
    """The rows of ``works`` works, one of each picture, in the order of retrieval; those ``without`` and the query's
    own are left out."""
    left_out = without | query.own
    equal = EqualPictures.of(workspace, left_out)
    retrieved = retrieve_candidates(workspace, query, works + len(left_out))
    standing = (equal.standing_for(candidate.row) for candidate in retrieved)
    return [row for row in standing if row is not None]


def _nearest_regions(workspace: Workspace, vectors: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers and cosines of the regions nearest to any of the vectors, by descending cosine, none twice.

    Where a large share of all is wanted, all are compared: a graph may not lead to every one of its vectors.
    """
    everything = workspace.tables.region_vectors
    index = workspace.index if count < _EXACT_SHARE * len(everything) else ExactIndex(everything)
    regions, cosines = (found.ravel() for found in index.search(vectors, count))
    order = np.argsort(-cosines, kind="stable")
    _, first = np.unique(regions[order], return_index=True)
    kept = order[np.sort(first)]
    return regions[kept], cosines[kept]
