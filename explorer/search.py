"""From a query to matches: what users get, whichever front they ask from. The stages are in :mod:`explorer.stages`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer import labels as zero_shot
from explorer.chance import against_chance
from explorer.combine import combined, find_words
from explorer.dense import Laying
from explorer.errors import ExplorerError
from explorer.query import Match, Part, Query, SearchOptions, WordsPart
from explorer.stages import Found, best_of_each, lay, prepare, refuse_nothing_to_see, shortlist, verify
from explorer.workspace import Workspace


def search(workspace: Workspace, query: Query, options: SearchOptions | None = None) -> list[Match]:
    """Where in the collection the query is found, best first.

    Raises :class:`ExplorerError` for an empty query, an unknown work, an unreadable picture, a box outside it, and a
    detail in which there is nothing to see.
    """
    options = options or SearchOptions()
    if not query.parts:
        raise ExplorerError("There is nothing to search for: give a picture, a detail, or words.")
    single = len(query.parts) == 1
    found = _find(workspace, query.parts[0], options) if single else combined(workspace, query, options)
    if found:
        for part in query.parts:
            if not isinstance(part, WordsPart):
                refuse_nothing_to_see(workspace, part)
    present = set(workspace.present_rows().tolist())
    best = against_chance(workspace, [one for one in found if one.row in present][: options.top])
    return [
        Match(workspace.tables.works[one.row], one.box, one.score, rank, one.mirrored, one.evidence, one.also)
        for rank, one in enumerate(best, start=1)
    ]


def _find(workspace: Workspace, part: Part, options: SearchOptions) -> list[Found]:
    """A query of a single part, best first."""
    if isinstance(part, WordsPart):
        return sorted(find_words(workspace, part.text, options.per_work), key=lambda one: -one.score)
    query = prepare(workspace, part)
    without = frozenset() if options.own else query.own
    seen = shortlist(workspace, query, without, options.top, Laying(options.per_work))
    verified = verify(workspace, query, lay(workspace, query, seen, options.per_work))
    return best_of_each(verified, options.per_work)  # witnesses may move two places onto one


# -- zero-shot labels ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LabelTable:
    """Every work's probability for every label: ``scores`` is ``(N, L)``; ``best`` is a label's number or None."""

    labels: tuple[str, ...]
    works: tuple[str, ...]
    scores: np.ndarray
    best: tuple[int | None, ...]


def label_works(workspace: Workspace, prompts: Sequence[str]) -> LabelTable:
    """Weigh each work against labels in plain words. A single label is weighed against "a painting"."""
    names = list(prompts)
    if not names:
        raise ExplorerError("Write at least one label, each on a line of its own (such as: a ship at sea).")
    weighed = names if len(names) > 1 else [*names, zero_shot.BACKGROUND]
    vectors = zero_shot.class_vectors(weighed, workspace.encoder.words)
    rows = workspace.present_rows()
    scores = zero_shot.probabilities(workspace.tables.whole()[rows] @ vectors.T, workspace.manifest.logit_scale)
    best = tuple(choice if choice is not None and choice < len(names) else None for choice in zero_shot.choose(scores))
    works = tuple(workspace.tables.works[row] for row in rows)
    return LabelTable(tuple(names), works, scores[:, : len(names)], best)
