"""Evidence and judgements as the results and the evidence view show them: plain data, never HTML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from explorer.geometry import Box
from explorer.search.measured import extent, measured
from explorer.ui import words_for
from explorer.ui.views import Props
from explorer.verification import in_words
from explorer.verification.physical_size import SizeComparison

if TYPE_CHECKING:
    from explorer.collection import Judgement, Work
    from explorer.search.query import Match, PartMatch
    from explorer.ui.strengths import Role
    from explorer.verification import Transform

_ROLE_NAMES: dict[Role, str] = {"also": "must be there too", "like": "an example", "unlike": "not wanted"}
MOST_LINES = 60
"""Pairs of matching points that are drawn; more would hide the pictures."""


def evidence(
    match: Match, work: Work, query_work: Work | None, query_box: Box, roles: Sequence[Role] = ("also",),
    has_words: bool = False,
) -> Props | None:  # fmt: skip
    """The evidence for a match, in words and lines; None where there is none.

    ``query_work`` is the work searched from, None for a picture of the visitor's own; ``roles`` are those of the
    query's details, and ``has_words`` says whether it has words too.
    """
    found = match.evidence
    if found is None:
        return None
    sizes = measured(match, work, query_work, query_box)
    own_scale = sizes.ratio if sizes and found.transform else None
    level, words = in_words.probability_level(match.score)  # of a query of several parts, that all of them are there
    return {
        "probability": round(float(match.score), 4),
        "percent": in_words.percent(match.score),
        "level": level,
        "words": words,
        "transform": in_words.transform(found.transform, own_scale),
        "agreement": words_for.agreement(found),
        "percentile": words_for.percentile(found.percentile),
        "similarity": round(float(found.similarity), 2),
        "scale": round(float(found.transform.scale), 4) if found.transform else None,
        "fit": fit(found.transform),
        "key_points": min(found.key_points, len(found.pairs)),
        "pairs": [
            [round(float(side), 4) for side in pair] for pair in (*found.pairs, *found.further_cells)[:MOST_LINES]
        ],
        "sizes": _sizes(sizes, query_work, work),
        "parts": [_part(part, roles) for part in match.parts] if len(roles) > 1 else [],
        "joined": words_for.joined(roles.count("also"), roles.count("like"), roles.count("unlike"), has_words),
    }


def _part(part: PartMatch, roles: Sequence[Role]) -> Props:
    """A detail of a query of several, by itself."""
    first = "the detail" if roles[0] == "also" else _ROLE_NAMES[roles[0]]
    names = [first, *(_ROLE_NAMES[role] for role in roles[1:])]
    name, found = names[part.part] if part.part < len(names) else "", part.evidence
    return {"name": name, "percent": in_words.percent(found.probability), "agreement": words_for.agreement(found)}


def fit(found: Transform | None) -> Props | None:
    """A transform in numbers, by which the Compare tab registers the match."""
    if found is None:
        return None
    return {"scale": round(float(found.scale), 5), "turn": round(float(found.turn), 3), "mirror": bool(found.mirror)}


def _sizes(measured: SizeComparison | None, query_work: Work | None, work: Work) -> Props | None:
    here, there = extent(query_work), extent(work)
    if measured is None or here is None or there is None:
        return None
    return {
        "words": words_for.sizes(measured),
        "here": words_for.size(measured.query),
        "there": words_for.size(measured.match),
        "cm_per_pixel": [here.cm_per_pixel, there.cm_per_pixel],
    }


def judged(judgement: Judgement | None) -> Props | None:
    """The judgement of a match, by whom, and on which day."""
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
    """What a search learnt from, in words; empty where there was nothing to learn from.

    >>> from explorer.collection import Judgement
    >>> here = Box.whole()
    >>> learnt([Judgement("a", here, "b", here, "accepted"), Judgement("a", here, "c", here, "rejected")])
    'learnt from 1 accepted, 1 rejected'
    """
    verdicts = [judgement.verdict for judgement in judgements]
    counts = [(verdicts.count(verdict), verdict) for verdict in ("accepted", "rejected")]
    listed = ", ".join(f"{count} {verdict}" for count, verdict in counts if count)
    return f"learnt from {listed}" if listed else ""
