"""Evidence and judgements made into what the results and the evidence view show: plain data, never HTML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from explorer.geometry import Box
from explorer.registration.physical_size import (
    TOLERANCE_BY_CELLS,
    TOLERANCE_BY_POINTS,
    SizeComparison,
    WorkSize,
    compare_sizes,
)
from explorer.ui import words_for
from explorer.ui.views import Props

if TYPE_CHECKING:
    from explorer.collection import Judgement, Work
    from explorer.search.query import Match, PartMatch
    from explorer.ui.session import Role
    from explorer.verification import Transform

_ROLE_NAMES: dict[str, str] = {"also": "must be there too", "like": "an example", "unlike": "not wanted"}
SURE_OF_PLACE = 5
"""Key points from which they alone say where a match lies and how large it is; cells are coarser."""
MOST_LINES = 60
"""Pairs of places that are drawn; more would hide the pictures."""


def extent(work: Work | None) -> WorkSize | None:
    """A work's size, where the catalogue states it."""
    if work is None or not work.width_cm or not work.height_cm or not work.width or not work.height:
        return None
    return WorkSize(work.width_cm, work.height_cm, work.width, work.height)


def evidence(
    match: Match, work: Work, asked: Work | None, asked_box: Box, roles: Sequence[Role] = (), has_words: bool = False
) -> Props | None:
    """Why a match is believed, in words and lines; nothing where there is no evidence.

    ``asked`` is the work searched from, None for a picture of the visitor's own; ``roles`` are those of the query's
    further details, and ``has_words`` whether it has words too.
    """
    found = match.evidence
    if found is None:
        return None
    here, there = extent(asked), extent(work)
    give = TOLERANCE_BY_POINTS if found.key_points >= SURE_OF_PLACE else TOLERANCE_BY_CELLS
    measured = compare_sizes((here, asked_box), (there, match.box), found.transform, give) if here and there else None
    own_scale = measured.ratio if measured and found.transform else None
    name, words = words_for.chance(match.score)  # of a search for several things, how far all of them are there
    return {
        "chance": round(float(match.score), 4),
        "percent": words_for.percent(match.score),
        "level": name,
        "words": words,
        "transform": words_for.transform(found.transform, own_scale),
        "agreement": words_for.agreement(found),
        "percentile": words_for.percentile(found.percentile),
        "similarity": round(float(found.similarity), 2),
        "scale": round(float(found.transform.scale), 4) if found.transform else None,
        "fit": fit(found.transform),
        "key_points": found.key_points,
        "pairs": [[round(float(side), 4) for side in pair] for pair in found.pairs[:MOST_LINES]],
        "sizes": None if measured is None else _sizes(measured, here, there),
        "parts": [_part(one, roles) for one in match.parts] if roles else [],
        "joined": words_for.joined(1 + roles.count("also"), roles.count("like"), roles.count("unlike"), has_words),
    }


def _part(one: PartMatch, roles: Sequence[Role]) -> Props:
    """One detail of a query of several, by itself."""
    name = "the detail" if one.part == 0 else _ROLE_NAMES.get(roles[one.part - 1], "") if one.part <= len(roles) else ""
    found = one.evidence
    return {"name": name, "percent": words_for.percent(found.probability), "agreement": words_for.agreement(found)}


def fit(found: Transform | None) -> Props | None:
    """A transform in numbers, for Compare to lay the match by."""
    if found is None:
        return None
    return {"scale": round(float(found.scale), 5), "turn": round(float(found.turn), 3), "mirror": bool(found.mirror)}


def _sizes(measured: SizeComparison, here: WorkSize, there: WorkSize) -> Props:
    return {
        "words": words_for.sizes(measured),
        "here": words_for.size(measured.query),
        "there": words_for.size(measured.match),
        "cm_per_pixel": [here.cm_per_pixel, there.cm_per_pixel],
    }


def judged(judgement: Judgement | None) -> Props | None:
    """What was said of a match, by whom, and on which day."""
    if judgement is None:
        return None
    return {
        "id": judgement.id,
        "verdict": judgement.verdict,
        "note": judgement.note,
        "who": judgement.who,
        "day": judgement.when[:10],
    }


def learnt(judgements: Sequence[Judgement]) -> str:
    """What a search learnt from, in words; nothing where there was nothing to learn from.

    >>> from explorer.collection import Judgement
    >>> here = Box.whole()
    >>> learnt([Judgement("a", here, "b", here, "accepted"), Judgement("a", here, "c", here, "rejected")])
    'learnt from 1 accepted, 1 rejected'
    """
    counts = [(verdict, sum(one.verdict == verdict for one in judgements)) for verdict in ("accepted", "rejected")]
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts if count)
    return f"learnt from {told}" if told else ""
