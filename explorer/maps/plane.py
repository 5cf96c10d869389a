"""Layouts whose axes are numbers: the year against likeness, two columns of the catalogue, coordinates of one's own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.collection import Work
from explorer.errors import ExplorerError

YEAR = "year"
_DATES = ("year", "date")
_MARGIN = 0.03  # of the plane, left empty round the numbers
_NUMERIC = 0.5  # share of a column's entries that must be numbers


@dataclass(frozen=True)
class Axis:
    """What a direction of the plane means: ``title``, and the numbers at its beginning (0) and end (1)."""

    title: str
    start: float
    end: float


def number_of(work: Work, column: str) -> float | None:
    """The number of a work in a column, or None: of dates the middle of the years that are meant.

    >>> number_of(Work("a.jpg", "", 1, 1, "A", date="1600-1610", year=1600, year_to=1610), "date")
    1605.0
    """
    if column in _DATES:
        return None if work.span is None else sum(work.span) / 2
    try:
        value = float(work.value(column).replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def numbers(works: Sequence[Work], column: str) -> np.ndarray:
    """``(N,) float64``, NaN where a work has no number in the column."""
    found = [number_of(work, column) for work in works]
    return np.array([np.nan if value is None else value for value in found], dtype=np.float64)


def numeric_columns(works: Sequence[Work], columns: Sequence[str]) -> list[str]:
    """The columns that can be an axis: with two different numbers, and numbers in most of their entries."""
    dated = [YEAR] if len({work.span for work in works if work.span}) > 1 else []
    found = []
    for column in columns:
        if column in _DATES:
            continue
        stated = [number_of(work, column) for work in works if work.value(column)]
        known = [value for value in stated if value is not None]
        if len(set(known)) > 1 and len(known) >= _NUMERIC * len(stated):
            found.append(column)
    return [*dated, *found]


def along(values: np.ndarray, title: str, *, upwards: bool = False) -> tuple[np.ndarray, Axis]:
    """Numbers ``(N,)`` as places from 0 to 1 with a margin, the axis they lie on; the largest at 0 where they go
    ``upwards``. All in the middle where they are equal."""
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    pad = (high - low or 1.0) * _MARGIN / (1 - 2 * _MARGIN) if high > low else 0.5
    start, end = low - pad, high + pad
    places = (values - start) / (end - start)
    if upwards:
        return (1 - places).astype(np.float32), Axis(title, end, start)
    return places.astype(np.float32), Axis(title, start, end)


def crossed(across: np.ndarray, down: np.ndarray, titles: tuple[str, str]) -> tuple[np.ndarray, tuple[Axis, Axis]]:
    """Two columns of numbers as places ``(N, 2)``, each stretched over the plane, the second upwards."""
    x, first = along(across, titles[0])
    y, second = along(down, titles[1], upwards=True)
    return np.stack([x, y], axis=1), (first, second)


def same_scale(across: np.ndarray, down: np.ndarray, titles: tuple[str, str]) -> tuple[np.ndarray, tuple[Axis, Axis]]:
    """As :func:`crossed` with one scale for both, as on a chart: the shorter side lies in the middle."""
    wide, high = (float(np.ptp(values)) if len(values) else 0.0 for values in (across, down))
    xy, axes = crossed(across, down, titles)
    shrunk = []
    for axis, share in ((0, wide), (1, high)):
        factor = share / max(wide, high) if max(wide, high) > 0 else 1.0
        xy[:, axis] = (xy[:, axis] - 0.5) * factor + 0.5
        at = axes[axis]
        middle, half = (at.start + at.end) / 2, (at.end - at.start) / 2
        shrunk.append(Axis(at.title, middle - half / factor, middle + half / factor) if factor > 0 else at)
    return xy.astype(np.float32), (shrunk[0], shrunk[1])


def refuse_without_numbers(known: np.ndarray, columns: Sequence[str]) -> None:
    """Raises :class:`ExplorerError` where no work has all the numbers."""
    if not known.any():
        named = " and ".join(f"“{column[:60]}”" for column in columns)
        if list(columns) == [YEAR]:
            raise ExplorerError("No work of this collection has a date, so there is no map by time.")
        raise ExplorerError(f"No work has numbers in {named}; choose columns of numbers.")
