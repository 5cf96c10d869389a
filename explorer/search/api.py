"""From a query to matches: what users get, whichever front they ask from. The stages are in ``pipeline``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.combine import JudgedPart, combined, find_words
from explorer.search.pipeline import (
    Found,
    VisualQuery,
    best_places,
    beyond_shortlist,
    further_places,
    prepare,
    refuse_nothing_to_see,
    shortlist,
)
from explorer.search.query import Match, Part, PicturePart, Query, RegionPart, SearchOptions, WordsPart
from explorer.verification import cue_vector
from explorer.verification.match_model import agreement
from explorer.workspace import Workspace

PROVABLE = 0.6
"""Probability that a perfect copy must be able to reach by its cells alone, for a detail to have something to go by."""
_FEW_POINTS = 12


def search(
    workspace: Workspace, query: Query, options: SearchOptions | None = None, judged: Sequence[JudgedPart] = ()
) -> list[Match]:
    """Where in the collection the query is found, best first; ``judged`` matches of its first detail are learnt from.

    Which works are examined, how sure a place is, and in which order places stand does not depend on how many are
    wanted: more of them, more per work and the query's own work only add to what is there.

    Raises :class:`ExplorerError`, before anything is searched, for an empty query, one that only says what is not
    wanted, an unknown work, an unreadable picture, a box outside it, and a detail in which there is nothing to see.
    """
    options = options or SearchOptions()
    if not query.parts:
        raise ExplorerError("There is nothing to search for: give a picture, a detail, or words.")
    if not any(part.weight > 0 for part in query.parts):
        raise ExplorerError("Say also what to look for: so far the search only has what it should not find.")
    if judged and isinstance(query.parts[0], WordsPart):
        raise ExplorerError("Only a search for a detail can learn from judgements.")
    for part in query.parts:
        if not isinstance(part, WordsPart):
            refuse_nothing_to_see(workspace, part)
    single = len(query.parts) == 1 and not judged
    found = _find(workspace, query.parts[0], options) if single else combined(workspace, query, options, judged)
    present = set(workspace.present_rows().tolist())
    return _as_matches(workspace, [one for one in found if one.row in present][: options.top])


def little_to_go_by(workspace: Workspace, part: RegionPart | PicturePart) -> bool:
    """Whether even a perfect copy of a detail could not be proven: its cells look like anything in the collection, and
    it has hardly any key points."""
    detail = prepare(workspace, part).detail
    best = cue_vector(1.0, agreement(detail.distinctive, range(len(detail.distinctive))), 0.0)
    return len(detail.points) < _FEW_POINTS and workspace.calibration.model.probability(np.array([best]))[0] < PROVABLE


def _as_matches(workspace: Workspace, found: Sequence[Found]) -> list[Match]:
    """Places in their order as matches, ranked from 1."""
    works = workspace.tables.works
    return [
        Match(works[one.row], one.box, one.score, rank, one.mirrored, one.evidence, one.also, one.parts)
        for rank, one in enumerate(found, start=1)
    ]


def _find(workspace: Workspace, part: Part, options: SearchOptions) -> list[Found]:
    """A query of a single part, best first; works beyond those that every search examines come after them."""
    if isinstance(part, WordsPart):
        return sorted(find_words(workspace, part.text, options.per_work), key=lambda one: -one.score)
    query = prepare(workspace, part)
    seen = shortlist(workspace, query, frozenset())
    found = _places(workspace, query, seen, options)
    if options.own:
        found += _further(workspace, query, dict.fromkeys(query.own, query.detail.box), options.per_work)
    found = sorted(found, key=lambda one: -one.score)
    beyond = options.top - workspace.config.rerank_works
    if beyond > 0:
        others = beyond_shortlist(workspace, query, seen, beyond)
        order = {row: number for number, row in enumerate(dict.fromkeys(one.row for one in others))}
        found += sorted(_places(workspace, query, others, options), key=lambda one: order[one.row])
    return found


def _places(workspace: Workspace, query: VisualQuery, seen: Sequence[Found], options: SearchOptions) -> list[Found]:
    """The verified places of the works that were seen, as many of each as are wanted."""
    places = best_places(workspace, query, seen)
    if options.per_work > 1:
        places += _further(workspace, query, {one.row: one.box for one in places}, options.per_work - 1)
    return places


def _further(workspace: Workspace, query: VisualQuery, taken: dict[int, Box], most: int) -> list[Found]:
    """Further places, ``most`` of each work."""
    kept: dict[int, list[Found]] = {}
    for one in further_places(workspace, query, taken, most):
        kept.setdefault(one.row, []).append(one)
    return [one for places in kept.values() for one in places[:most]]


# -- zero-shot labels ------------------------------------------------------------------------------------------------
