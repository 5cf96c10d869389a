"""What a browser sends, made into values or refused. Nothing that arrives is trusted beyond this module.

What a visitor can get wrong is refused with a sentence (:class:`ExplorerError`); what only a broken script can get
wrong is left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.parsing import LONGEST_WORDS
from explorer.ui.session import ResultOptions
from explorer.ui.strengths import USUAL, Role
from explorer.verification import Transform

LONGEST_TEXT = 2000
MOST_RESULTS = 200
MOST_PER_WORK = 20
MOST_ENLARGED = 100.0
"""Times that one picture may be as large as another, laid over it."""
LEAST_PROBABILITIES = (0, 30, 60, 90)
"""Per cent: below which match probability results may be hidden."""

Fraction = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]
Finite = Annotated[float, Field(ge=-MOST_ENLARGED, le=MOST_ENLARGED, allow_inf_nan=False)]


class SentTransform(BaseModel):
    """How a match says that its detail changed."""

    scale: Annotated[float, Field(gt=1 / MOST_ENLARGED, lt=MOST_ENLARGED)]
    turn: Annotated[float, Field(ge=-360, le=360)]
    mirror: Annotated[bool, BeforeValidator(lambda sent: sent is True)] = False


_FRACTION: TypeAdapter[float] = TypeAdapter(Fraction)
_NUMBERS: TypeAdapter[tuple[float, float, float, float]] = TypeAdapter(tuple[float, float, float, float])
_PAIR: TypeAdapter[list[float]] = TypeAdapter(Annotated[list[Fraction], Field(min_length=4, max_length=4)])
_MATRIX: TypeAdapter[list[float]] = TypeAdapter(Annotated[list[Finite], Field(min_length=6, max_length=6)])
_HOMOGRAPHY: TypeAdapter[list[float]] = TypeAdapter(Annotated[list[Finite], Field(min_length=9, max_length=9)])
_TRANSFORM = TypeAdapter(SentTransform)
Value = TypeVar("Value")


def _valid(kind: TypeAdapter[Value], sent: Any) -> Value | None:
    """What was sent as a value of a kind; None where it is none."""
    try:
        return kind.validate_python(sent)
    except ValidationError:
        return None


def record(sent: Any) -> dict[str, Any]:
    """An event's data as a dictionary; anything else is an empty one."""
    return sent if isinstance(sent, dict) else {}


def text(sent: Any, longest: int = LONGEST_TEXT) -> str:
    """A string, trimmed and cut to ``longest`` characters; anything else is empty. Halves of characters, which cannot
    be stored, become question marks.

    >>> text("  a boat "), text(None)
    ('a boat', '')
    """
    return sent.strip()[:longest].encode("utf-8", "replace").decode("utf-8") if isinstance(sent, str) else ""


def words(sent: Any) -> str:
    """What should be seen, in words: a shorter text."""
    return text(sent, LONGEST_WORDS)


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
    """A position across or down a picture, 0 to 1. Raises :class:`ExplorerError` for anything else.

    >>> fraction(0.25)
    0.25
    """
    number = _valid(_FRACTION, sent)
    if number is None:
        raise ExplorerError("A click needs a place on the picture: two numbers from 0 to 1.")
    return number


def box(sent: Any) -> Box | None:
    """Four fractions as a :class:`Box` on the picture; None when nothing was sent. Raises :class:`ExplorerError` for
    anything else.

    >>> box([0.1, 0.2, 0.5, 1.5])
    Box(x0=0.1, y0=0.2, x1=0.5, y1=1.0)
    """
    if sent is None:
        return None
    sides = _valid(_NUMBERS, sent)
    if sides is None:
        raise ExplorerError("A box is four numbers: left, top, right, bottom.")
    return Box(*sides).clipped()


def boxes(sent: Any, most: int) -> list[Box]:
    """The first ``most`` boxes of a list; what is none is left out.

    >>> boxes([[0, 0, 0.5, 1], "wide", [1, 1, 0, 0]], most=8)
    [Box(x0=0.0, y0=0.0, x1=0.5, y1=1.0)]
    """
    kept: list[Box] = []
    for sides in sent[:most] if isinstance(sent, list) else []:
        try:
            found = box(sides)
        except ExplorerError:
            continue
        kept += [found] if found else []
    return kept


def role(sent: Any) -> Role:
    """What a further detail is to a search. Raises :class:`ExplorerError` for anything else."""
    for known in USUAL:
        if sent == known:
            return known
    raise ExplorerError("A further detail must be there too, or is an example, or is not wanted.")


def points(sent: Any, most: int) -> list[list[float]]:
    """The first ``most`` pairs of corresponding points, each x, y on one picture and x, y on the other, as fractions;
    what is none is left out.

    >>> points([[0.1, 0.2, 0.3, 0.4], [7, 0, 0, 0], "x"], most=8)
    [[0.1, 0.2, 0.3, 0.4]]
    """
    pairs = [_valid(_PAIR, pair) for pair in sent[:most]] if isinstance(sent, list) else []
    return [pair for pair in pairs if pair is not None]


def homography(sent: Any) -> np.ndarray | None:
    """Nine numbers, row by row, of a map from fractions to fractions, as ``(3, 3)``; None for anything else, and for a
    map that flattens a picture.

    >>> homography([1, 0, 0, 0, 0, 0, 0, 0, 1]) is homography("x") is None
    True
    """
    numbers = _valid(_HOMOGRAPHY, sent)
    if numbers is None or not numbers[8]:
        return None
    found = np.array(numbers, np.float64).reshape(3, 3) / numbers[8]
    return found if abs(np.linalg.det(found)) > 1e-9 else None


def matrix(sent: Any) -> np.ndarray | None:
    """Six numbers, two rows of an affine map from fractions to fractions, as ``(3, 3)``; None for anything else, and
    for a map that flattens a picture.

    >>> matrix([1, 0, 0.5, 0, 1, 0]).tolist()
    [[1.0, 0.0, 0.5], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    numbers = _valid(_MATRIX, sent)
    if numbers is None:
        return None
    made = np.array([*numbers, 0.0, 0.0, 1.0]).reshape(3, 3)
    return made if abs(np.linalg.det(made)) > MOST_ENLARGED**-2 else None


def transform(sent: Any) -> Transform | None:
    """How a match says that its detail changed: ``{"scale", "turn", "mirror"}``; None for anything else.

    >>> transform({"scale": 0.5, "turn": -4, "mirror": True})
    Transform(scale=0.5, turn=-4.0, mirror=True)
    """
    found = _valid(_TRANSFORM, sent)
    return None if found is None else Transform(found.scale, found.turn, found.mirror)


def probability(sent: Any) -> float:
    """A match probability, 0 to 1; 0 where none is known.

    >>> probability(0.93), probability("sure"), probability(7)
    (0.93, 0.0, 0.0)
    """
    return _valid(_FRACTION, sent) or 0.0


def result_options(sent: Any) -> ResultOptions:
    """How results are wanted, as the results panel sends it; what is missing or wrong is as by default."""
    fields, default = record(sent), ResultOptions()
    least = whole_number(fields.get("least"), 0, 100, default.least)
    return ResultOptions(
        top=whole_number(fields.get("top"), 1, MOST_RESULTS, default.top),
        per_work=whole_number(fields.get("per_work"), 1, MOST_PER_WORK, default.per_work),
        own=fields.get("own") is True,
        least=max(probability for probability in LEAST_PROBABILITIES if probability <= least),
        learn=fields.get("learn") is True,
    )


def uploaded(sent: Any, folder: Path) -> Path:
    """The file that a visitor uploaded: it must lie in the upload ``folder``, whatever path was sent. Raises
    :class:`ExplorerError` where it does not."""
    path = Path(sent) if isinstance(sent, (str, Path)) and str(sent) and "\0" not in str(sent) else None
    if path is None or not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise ExplorerError("The picture did not arrive; drop it again.")
    return path.resolve()
