"""A query of several parts as the REST API is sent it, checked."""

from __future__ import annotations

import math
from typing import Any

from explorer.collection import Collection
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.query import Part, Query, RegionPart, WordsPart
from explorer.ui import incoming
from explorer.ui.asking import MOST_OTHERS


def combined_query(collection: Collection, sent: Any, layout: Any) -> Query:
    """A query of parts, each ``{"file", "box", "weight"}`` (pixels of the original; without a box the whole work) or
    ``{"text", "weight"}``. Raises :class:`ExplorerError` for what is none, with the part's number."""
    parts = sent if isinstance(sent, list) else []
    if not parts:
        raise ExplorerError('Send parts such as {"file": "a.jpg", "box": [0, 0, 90, 90]} or {"text": "snow"}.')
    if len(parts) > MOST_OTHERS + 2:
        raise ExplorerError(f"A search takes {MOST_OTHERS + 2} parts at most; {len(parts)} were sent.")
    made = []
    for number, one in enumerate(parts, start=1):
        try:
            made.append(_part(collection, incoming.record(one)))
        except ExplorerError as error:
            raise ExplorerError(f"Part {number}: {error}") from error
    return Query(tuple(made), layout=layout is True)


def in_fractions(pixels: Any, width: int, height: int) -> Box | None:
    """Pixels of the original picture as a box; nothing when nothing was sent."""
    if pixels is None:
        return None
    x0, y0, x1, y1 = incoming.four_numbers(pixels)
    return Box.from_pixels((x0, y0, x1, y1), width, height).clipped()


def _part(collection: Collection, fields: dict[str, Any]) -> Part:
    weight = _weight(fields.get("weight", 1.0))
    if fields.get("file") is None:
        words = incoming.text(fields.get("text"), incoming.LONGEST_WORDS)
        if not words:
            raise ExplorerError('it needs a "file", or "text" of a few words.')
        return WordsPart(words, weight)
    work = collection.work(incoming.text(fields["file"]))
    return RegionPart(work.id, in_fractions(fields.get("box"), work.width, work.height) or Box.whole(), weight)


def _weight(sent: Any) -> float:
    """How much a part counts: 1 must be there, less is an example, below zero is not wanted."""
    number = float(sent) if isinstance(sent, (int, float)) and not isinstance(sent, bool) else math.nan
    if not -1 <= number <= 1 or number == 0:
        raise ExplorerError('"weight" is a number from -1 to 1, and not 0.')
    return number
