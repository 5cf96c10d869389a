"""Made-up evidence for tests of the page: the match probability follows from the rank."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from explorer.geometry import Box
from explorer.search.query import Evidence, Match
from explorer.verification import Transform

PROBABILITIES = (0.972, 0.81, 0.44, 0.12, 0.04)


def evidence(probability: float, here: Box, there: Box, rank: int) -> Evidence:
    """Evidence of a match probability, with point pairs spread over both boxes: fewer where the probability is low."""
    count, mirror = round(24 * probability), rank % 2 == 0
    places = np.random.default_rng(rank).uniform(0.1, 0.9, size=(count, 2))
    pairs = tuple(
        (here.x0 + x * here.width, here.y0 + y * here.height,
         there.x0 + (1 - x if mirror else x) * there.width, there.y0 + y * there.height)
        for x, y in places
    )  # fmt: skip
    transform = Transform(0.8 + 0.1 * rank, 4.0 * (rank - 3), mirror) if count > 3 else None
    percentile, similarity = 0.5 + probability / 2, 0.3 + probability / 2
    cues = similarity, similarity / 2, float(count)
    return Evidence(probability, percentile, *cues, count, count // 3, transform, pairs)


def believed(matches: list[Match], here: Box, probabilities: tuple[float, ...] = PROBABILITIES) -> list[Match]:
    """The same matches with evidence and falling probabilities; those beyond the ones given get the last."""
    by_rank = {match.rank: probabilities[min(match.rank, len(probabilities)) - 1] for match in matches}
    return [
        replace(match, score=by_rank[match.rank], evidence=evidence(by_rank[match.rank], here, match.box, match.rank))
        for match in matches
    ]
