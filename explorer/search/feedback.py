"""Judgements fed back into a search: which of them a search learns from, and as what.

Relevance feedback after Rocchio ("Relevance feedback in information retrieval", 1971), with matches in place of
vectors: a copy of an accepted match is a copy of the query; :mod:`explorer.search.combine` says how they are joined.
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.collection.judgements import Judgement, is_picture
from explorer.search.combine import JudgedPart

MOST = 5
"""Matches of either kind that a search learns from: the latest."""


def learned(judgements: Sequence[Judgement], most: int = MOST) -> tuple[JudgedPart, ...]:
    """What a search learns from: the latest accepted and the latest rejected matches, ``most`` of either.

    ``judgements`` are seen from the query's side, as ``for_query`` gives them. Doubtful ones say nothing; a match that
    is no work of the collection cannot be searched.

    >>> from explorer.geometry import Box
    >>> here, there = Box(0.1, 0.1, 0.3, 0.3), Box(0.5, 0.5, 0.7, 0.7)
    >>> [one.accepted for one in learned([Judgement("a.jpg", here, "b.jpg", there, "rejected")])]
    [False]
    """
    latest = sorted((one for one in judgements if not is_picture(one.match_work)), key=lambda one: -one.id)
    parts: list[JudgedPart] = []
    for verdict in ("accepted", "rejected"):
        judged = [one for one in latest if one.verdict == verdict][:most]
        parts += [JudgedPart(one.match_work, one.match_box, verdict == "accepted") for one in judged]
    return tuple(parts)
