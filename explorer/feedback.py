"""Judgements fed back into a search: what was accepted pulls like it, what was rejected pushes it away.

Relevance feedback after Rocchio ("Relevance feedback in information retrieval", 1971): the query keeps its weight,
accepted matches join it, rejected ones are taken off.
"""

from __future__ import annotations

from collections.abc import Sequence

from explorer.collection.judgements import Judgement, is_picture
from explorer.errors import ExplorerError
from explorer.query import PicturePart, Query, RegionPart

WEIGHT = 0.5
"""What an accepted match weighs, and a rejected one below zero; the query itself weighs 1."""
MOST = 5
"""Matches of either kind that a search learns from: the latest."""


def learned(query: Query, judgements: Sequence[Judgement], weight: float = WEIGHT, most: int = MOST) -> Query:
    """The query with the accepted matches as further parts, and the rejected ones as parts below zero.

    ``judgements`` are seen from the query's side, as ``for_query`` gives them. Doubtful ones say nothing; a match that
    is no work of the collection cannot be searched. Raises :class:`ExplorerError` for a query that is not one detail.

    >>> from explorer.geometry import Box
    >>> here, there = Box(0.1, 0.1, 0.3, 0.3), Box(0.5, 0.5, 0.7, 0.7)
    >>> query = Query((RegionPart("a.jpg", here),))
    >>> [part.weight for part in learned(query, [Judgement("a.jpg", here, "b.jpg", there, "rejected")]).parts]
    [1.0, -0.5]
    """
    if len(query.parts) != 1 or not isinstance(query.parts[0], RegionPart | PicturePart):
        raise ExplorerError("Only a search for one detail can learn from judgements.")
    latest = sorted((one for one in judgements if not is_picture(one.match_work)), key=lambda one: -one.id)
    parts = list(query.parts)
    for verdict, sign in (("accepted", weight), ("rejected", -weight)):
        judged = [one for one in latest if one.verdict == verdict][:most]
        parts += [RegionPart(one.match_work, one.match_box, sign) for one in judged]
    return Query(tuple(parts))
