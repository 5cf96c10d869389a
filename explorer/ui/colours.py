"""The columns of a catalogue that can colour a map."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

COLOURS = 8
"""How many values the map gives colours of their own."""
OWN = 0.6
"""Share of the works stated with a value of their own from which on a column of words tells works apart, not kinds."""
NUMERIC = 0.8
"""Share of a column's values that must be numbers, for it to be shown as a ramp."""


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


def _number(value: str) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
