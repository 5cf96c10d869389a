"""Colours of the map by a catalogue column: a ramp for numbers, the commonest values of anything else."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from explorer.ui.views import Props

COLOURS = 8
"""How many values the map gives colours of their own; the rest is "other"."""
OWN = 0.6
"""Share of the works stated with a value of their own from which on a column of words tells works apart, not kinds."""
NUMERIC = 0.8
"""Share of a column's values that must be numbers, for it to be shown as a ramp."""


NOT_STATED, NO_LABEL = "not stated", "no label"
"""What it means that a work has no value: in a column of the catalogue, and in one of labels."""


def colouring(column: str, values: Sequence[str], without: str = NOT_STATED) -> Props:
    """Colours of the works by their ``values`` in a ``column`` (empty where there is none, which is called
    ``without``): a ramp where the column holds numbers, else the commonest values and "other".

    >>> for entry in colouring("genre", ["sea", "sea", "town", ""])["legend"]:
    ...     print(entry)
    {'code': 0, 'label': 'sea', 'count': 2}
    {'code': 1, 'label': 'town', 'count': 1}
    {'code': 9, 'label': 'not stated', 'count': 1}
    """
    numbers = [_number(value) for value in values]
    known = [number for number in numbers if number is not None]
    stated = sum(1 for value in values if value)
    if len(set(known)) > COLOURS and len(known) >= NUMERIC * stated:
        return _ramp(column, numbers, (min(known), max(known)))
    return _classes(column, values, without)


def _ramp(column: str, numbers: Sequence[float | None], ends: tuple[float, float]) -> Props:
    """Codes from 0 to 1, None where there is no number."""
    low, high = ends
    codes = [None if number is None else round((number - low) / (high - low), 4) for number in numbers]
    return {"column": column, "kind": "ramp", "codes": codes, "legend": [], "ends": [f"{low:g}", f"{high:g}"]}


def _classes(column: str, values: Sequence[str], without: str) -> Props:
    """Codes of the commonest values from 0, then :data:`COLOURS` for other values and one more for none."""
    counts = Counter(value for value in values if value)
    commonest = dict(counts.most_common(COLOURS))
    numbers = {label: number for number, label in enumerate(commonest)}
    codes = [numbers.get(value, COLOURS if value else COLOURS + 1) for value in values]
    remaining = ("other", counts.total() - sum(commonest.values())), (without, len(values) - counts.total())
    legend = [{"code": numbers[label], "label": label, "count": count} for label, count in commonest.items()]
    legend += [
        {"code": code, "label": label, "count": count}
        for code, (label, count) in enumerate(remaining, COLOURS)
        if count
    ]
    return {"column": column, "kind": "classes", "codes": codes, "legend": legend, "ends": []}


def offered(values: Mapping[str, Sequence[str]]) -> list[str]:
    """The columns that can colour a map: not one with (nearly) a value of its own for every work, unless its values are
    numbers, and no inventory numbers.

    >>> offered({"inventory": ["7", "9"], "genre": ["sea", "town"], "note": [f"note {number}" for number in range(20)]})
    ['genre']
    """
    return [name for name, column in values.items() if name != "inventory" and _sorts(column)]


def _sorts(column: Sequence[str]) -> bool:
    stated = [value for value in column if value]
    kinds = len(set(stated))
    numbers = sum(1 for value in stated if _number(value) is not None)
    return kinds <= max(COLOURS, OWN * len(stated)) or numbers >= NUMERIC * len(stated)


def telling_column(values: Mapping[str, Sequence[str]]) -> str:
    """The column to colour by at first: of those that sort works into kinds, the one that is stated for most works;
    empty where there is none.

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
