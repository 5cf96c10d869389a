"""What chance alone brings about in a collection: the measure that a match's evidence is held against.

Random details are laid over random other works, and the evidence for what can be no copy (or is one in very few
cases) is kept. A match is then said to be stronger than so many of a hundred such pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from explorer.query import RegionPart
from explorer.stages import Found, best_of_each, lay, look, prepare, verify
from explorer.workspace import Workspace

_DETAILS, _WORKS = 12, 60


def chance_pairs(workspace: Workspace) -> np.ndarray:
    """The probabilities given to pairs that chance put together, sorted: ``(N,) float32``; kept with the tables."""
    return workspace.cached("chance", lambda: _computed(workspace))


def against_chance(workspace: Workspace, found: Sequence[Found]) -> list[Found]:
    """The same places, each with the share of chance pairs that have weaker evidence."""
    if not any(one.evidence for one in found):
        return list(found)
    pairs = chance_pairs(workspace)
    told = []
    for one in found:
        if one.evidence and len(pairs):
            weaker = float(np.searchsorted(pairs, one.evidence.probability) / len(pairs))
            one = replace(one, evidence=replace(one.evidence, percentile=weaker))  # noqa: PLW2901
        told.append(one)
    return told


def _computed(workspace: Workspace) -> np.ndarray:
    tables, rng = workspace.tables, np.random.default_rng(0)
    present = workspace.present_rows()
    details = np.setdiff1d(np.arange(len(tables.region_work)), tables.first_region)  # not the whole works
    values: list[float] = []
    for region in rng.permutation(details)[:_DETAILS]:
        row = int(tables.region_work[region])
        if row not in present:
            continue
        query = prepare(workspace, RegionPart(tables.works[row], tables.region_box(int(region))))
        others = rng.permutation(present[present != row])[:_WORKS].tolist()
        verified = verify(workspace, query, lay(workspace, query, look(workspace, query, others)))
        values += [one.score for one in best_of_each(verified, 1)]
    return np.sort(np.array(values, dtype=np.float32))
