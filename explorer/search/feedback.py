"""Relevance feedback: which judgements a search learns from, and what it makes of them.

After Rocchio ("Relevance feedback in information retrieval", 1971), with matches in place of vectors: an accepted match
becomes an example, for a copy of it is a copy of the query; what matches a rejected one is ranked lower, unless its own
match probability is high. A person may err: an accepted match to which the search gives a low probability counts less
as an example, and a rejected one to which it gives a high probability does not change how other works are ranked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.collection.judgements import Judgement, is_picture
from explorer.geometry import Box
from explorer.search.part_results import DetailResult, detail_places
from explorer.search.query import RegionPart
from explorer.search.visual_query import prepare
from explorer.workspace import Workspace

MOST = 5
"""Judgements of either kind that a search learns from: the latest."""
TRUSTED = 0.3
"""Match probability from which an accepted match counts fully, and a rejected one is not learnt from."""
_EXAMPLE_WEIGHT = 0.5  # of an accepted match, at most
_LEAST_TRUST = 0.2  # share of that weight which an accepted match has in any case


@dataclass(frozen=True)
class JudgedMatch:
    """A match of the query's first detail that a person ``accepted``, or else rejected."""

    work: str
    box: Box
    accepted: bool


@dataclass(frozen=True)
class Feedback:
    """What a search learnt: the judgements by row, and what the ``accepted`` and the ``rejected`` matches find when
    they are searched for themselves."""

    judged: dict[int, JudgedMatch]
    accepted: list[DetailResult]
    rejected: list[DetailResult]

    def likeness_to_rejected(self, row: int) -> float:
        """The highest match probability, 0 to 1, of a work with any of the rejected matches."""
        return max((result.probability(row) for result in self.rejected), default=0.0)


def learned(judgements: Sequence[Judgement], most: int = MOST) -> tuple[JudgedMatch, ...]:
    """What a search learns from: the latest accepted and the latest rejected matches, ``most`` of either.

    ``judgements`` are seen from the query's side, as ``for_query`` gives them. Undecided ones are not learnt from; nor
    is a match that is no work of the collection, which cannot be searched for.

    >>> from explorer.geometry import Box
    >>> here, there = Box(0.1, 0.1, 0.3, 0.3), Box(0.5, 0.5, 0.7, 0.7)
    >>> [match.accepted for match in learned([Judgement("a.jpg", here, "b.jpg", there, "rejected")])]
    [False]
    """
    of_works = [judgement for judgement in judgements if not is_picture(judgement.match_work)]
    latest = sorted(of_works, key=lambda judgement: -judgement.id)
    matches: list[JudgedMatch] = []
    for verdict in ("accepted", "rejected"):
        chosen = [judgement for judgement in latest if judgement.verdict == verdict][:most]
        matches += [JudgedMatch(each.match_work, each.match_box, verdict == "accepted") for each in chosen]
    return tuple(matches)


def learn(
    workspace: Workspace, judged: Sequence[JudgedMatch], lead: DetailResult | None, rows: Sequence[int]
) -> Feedback:
    """Search for judged matches in the works in ``rows``; ``lead`` is what the query's leading detail found."""
    accepted, rejected = [], []
    for match in judged:
        probability = lead.probability(workspace.row(match.work)) if lead else 0.0
        if match.accepted:
            weight = _EXAMPLE_WEIGHT * float(np.clip(probability / TRUSTED, _LEAST_TRUST, 1.0))
            accepted.append(_search(workspace, RegionPart(match.work, match.box, weight), rows))
        elif probability < TRUSTED:
            rejected.append(_search(workspace, RegionPart(match.work, match.box, -1.0), rows))
    return Feedback({workspace.row(match.work): match for match in judged}, accepted, rejected)


def _search(workspace: Workspace, part: RegionPart, rows: Sequence[int]) -> DetailResult:
    query = prepare(workspace, part)
    return DetailResult(0, part, query, detail_places(workspace, part, query, rows))
