"""What the map is coloured by: a ramp for numbers, the commonest values of anything else."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from explorer.ui.views import Props

COLOURS = 8
"""How many colours the map tells apart; the rest is "other"."""


def colouring(column: str, values: Sequence[str]) -> Props:
    """Colours for the map: a ramp where a column holds numbers, else the commonest values and "other".

    >>> colouring("genre", ["sea", "sea", "town", ""])["legend"]
    [{'label': 'sea', 'count': 2}, {'label': 'town', 'count': 1}, {'label': 'not stated', 'count': 1}]
    """
    numbers = [_number(value) for value in values]
    stated = sum(1 for value in values if value)
    known = [number for number in numbers if number is not None]
    if len(set(known)) > COLOURS and len(known) >= 0.8 * stated:
        low, high = min(known), max(known)
        codes = [None if number is None else round((number - low) / (high - low), 4) for number in numbers]
        return {"column": column, "kind": "ramp", "codes": codes, "legend": [], "ends": [f"{low:g}", f"{high:g}"]}
    commonest = Counter(value for value in values if value).most_common()
    named = [label for label, _ in commonest[:COLOURS]]
    legend = [{"label": label, "count": count} for label, count in commonest[:COLOURS]]
    others = stated - sum(entry["count"] for entry in legend)
    codes = [named.index(value) if value in named else (COLOURS if value else COLOURS + 1) for value in values]
    if others:
        legend.append({"label": "other", "count": others})
    if stated < len(values):
        legend.append({"label": "not stated", "count": len(values) - stated})
    return {"column": column, "kind": "classes", "codes": codes, "legend": legend, "ends": []}


def telling_column(values: Mapping[str, Sequence[str]]) -> str:
    """The column to colour by at first: of the few that sort works into kinds, the one that says something of most.

    >>> telling_column({"title": ["a", "b"], "artist": ["x", ""], "genre": ["sea", "town"]})
    'genre'
    """
    kinds = ("genre", "artist", "style", "medium")
    stated = {name: sum(1 for value in values[name] if value) for name in kinds if name in values}
    return max(stated, key=lambda name: stated[name], default="")


def uncoloured(count: int) -> Props:
    """The map in one colour."""
    return {"column": "", "kind": "classes", "codes": [0] * count, "legend": [], "ends": []}


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
