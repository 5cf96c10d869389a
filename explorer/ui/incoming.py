"""What a browser sends, made into values or refused. Nothing that arrives is trusted beyond this module."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.ui.session import ROLES, ResultOptions, Role
from explorer.verification import Transform

LONGEST_TEXT = 2000
LONGEST_WORDS = 300
"""Characters of what a visitor describes."""
MOST_RESULTS = 200
MOST_ENLARGED = 100.0
"""Times that one picture may be as large as another, laid over it."""
LEAST_CHANCES = (0, 30, 60, 90)
"""Per cent: below which chance results may be folded away."""


def record(sent: Any) -> dict[str, Any]:
    """An event's data as a dictionary; anything else is an empty one."""
    return sent if isinstance(sent, dict) else {}


def text(sent: Any, longest: int = LONGEST_TEXT) -> str:
    """A string, trimmed and cut to a sane length; anything else is empty. Halves of characters, which cannot be
    stored, become question marks.

    >>> text("  a boat "), text(None)
    ('a boat', '')
    """
    return sent.strip()[:longest].encode("utf-8", "replace").decode("utf-8") if isinstance(sent, str) else ""


def whole_number(sent: Any, least: int, most: int, otherwise: int) -> int:
    """A whole number within limits.

    >>> whole_number("7", 1, 5, 3), whole_number("many", 1, 5, 3)
    (5, 3)
    """
    try:
        return min(max(int(sent), least), most)
    except (TypeError, ValueError, OverflowError):
        return otherwise


def fraction(sent: Any) -> float:
    """A place across or down a picture, 0 to 1. Raises :class:`ExplorerError` for anything else.

    >>> fraction(0.25)
    0.25
    """
    try:
        number = float(sent) if isinstance(sent, (int, float)) else math.nan
    except OverflowError:
        number = math.nan
    if not 0 <= number <= 1:
        raise ExplorerError("A click needs a place on the picture: two numbers from 0 to 1.")
    return number


def four_numbers(sent: Any) -> tuple[float, float, float, float]:
    """Left, top, right and bottom. Raises :class:`ExplorerError` for anything else."""
    try:
        left, top, right, bottom = (float(side) for side in (sent if isinstance(sent, list | tuple) else ()))
    except (TypeError, ValueError, OverflowError) as error:
        raise ExplorerError("A box is four numbers: left, top, right, bottom.") from error
    return left, top, right, bottom


def box(sent: Any) -> Box | None:
    """Four fractions as a :class:`Box` on the picture; nothing when nothing was sent.

    >>> box([0.1, 0.2, 0.5, 1.5])
    Box(x0=0.1, y0=0.2, x1=0.5, y1=1.0)
    """
    return None if sent is None else Box(*four_numbers(sent)).clipped()


def boxes(sent: Any, most: int) -> list[Box]:
    """The boxes among what was sent; others are left out.

    >>> boxes([[0, 0, 0.5, 1], "wide", [1, 1, 0, 0]], most=8)
    [Box(x0=0.0, y0=0.0, x1=0.5, y1=1.0)]
    """
    kept = []
    for one in sent[:most] if isinstance(sent, list) else []:
        try:
            kept.append(Box(*four_numbers(one)).clipped())
        except ExplorerError:
            continue
    return kept


def role(sent: Any) -> Role:
    """What a further detail is to a search. Raises :class:`ExplorerError` for anything else."""
    if sent not in ROLES:
        raise ExplorerError("A further detail must be there too, or is an example, or is not wanted.")
    return sent


def points(sent: Any, most: int) -> list[list[float]]:
    """Pairs of corresponding points, each x, y on one picture and x, y on the other, fractions; others are left out.

    >>> points([[0.1, 0.2, 0.3, 0.4], [7, 0, 0, 0], "x"], most=8)
    [[0.1, 0.2, 0.3, 0.4]]
    """
    kept: list[list[float]] = []
    for one in sent[:most] if isinstance(sent, list) else []:
        try:
            row = [float(number) for number in (one if isinstance(one, list) else ())]
        except (TypeError, ValueError, OverflowError):
            continue
        if len(row) == 4 and all(0 <= number <= 1 for number in row):
            kept.append(row)
    return kept


def matrix(sent: Any) -> np.ndarray | None:
    """Six numbers, two rows of an affine map from fractions to fractions, as ``(3, 3)``; nothing for anything else,
    and for a map that flattens a picture.

    >>> matrix([1, 0, 0.5, 0, 1, 0]).tolist()
    [[1.0, 0.0, 0.5], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    try:
        rows = np.array([float(number) for number in (sent if isinstance(sent, list) else ())])
    except (TypeError, ValueError, OverflowError):
        return None
    if len(rows) != 6 or not np.isfinite(rows).all() or np.abs(rows).max() > MOST_ENLARGED:
        return None
    made = np.vstack([rows.reshape(2, 3), [0.0, 0.0, 1.0]])
    return made if abs(np.linalg.det(made)) > MOST_ENLARGED**-2 else None


def transform(sent: Any) -> Transform | None:
    """How a match says that its detail changed: ``{"scale", "turn", "mirror"}``; nothing for anything else.

    >>> transform({"scale": 0.5, "turn": -4, "mirror": True})
    Transform(scale=0.5, turn=-4.0, mirror=True)
    """
    fields = record(sent)
    try:
        scale, turn = float(fields.get("scale")), float(fields.get("turn"))
    except (TypeError, ValueError, OverflowError):
        return None
    known = 1 / MOST_ENLARGED < scale < MOST_ENLARGED and abs(turn) <= 360
    return Transform(scale, turn, fields.get("mirror") is True) if known else None


def share(sent: Any) -> float:
    """A chance, 0 to 1; nothing known is 0.

    >>> share(0.93), share("sure"), share(7)
    (0.93, 0.0, 0.0)
    """
    try:
        return fraction(sent)
    except ExplorerError:
        return 0.0


def result_options(sent: Any) -> ResultOptions:
    """How results are wanted, as the results panel sends it."""
    fields, usual = record(sent), ResultOptions()
    least = whole_number(fields.get("least"), 0, 100, usual.least)
    return ResultOptions(
        top=whole_number(fields.get("top"), 1, MOST_RESULTS, usual.top),
        per_work=whole_number(fields.get("per_work"), 1, 20, usual.per_work),
        own=fields.get("own") is True,
        least=max(step for step in LEAST_CHANCES if step <= least),
        learn=fields.get("learn") is True,
    )


def uploaded(sent: Any, folder: Path) -> Path:
    """The file a visitor uploaded: it must lie in the upload folder, whatever path was sent."""
    path = Path(sent) if isinstance(sent, (str, Path)) and str(sent) and "\0" not in str(sent) else None
    if path is None or not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise ExplorerError("The picture did not arrive; drop it again.")
    return path.resolve()
