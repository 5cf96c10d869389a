"""What a browser sends, made into values or refused. Nothing that arrives is trusted beyond this module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.ui.session import Wishes

LONGEST_TEXT = 2000
MOST_RESULTS = 200


def record(sent: Any) -> dict[str, Any]:
    """An event's data as a dictionary; anything else is an empty one."""
    return sent if isinstance(sent, dict) else {}


def text(sent: Any, longest: int = LONGEST_TEXT) -> str:
    """A string, trimmed and cut to a sane length; anything else is empty.

    >>> text("  a boat "), text(None)
    ('a boat', '')
    """
    return sent.strip()[:longest] if isinstance(sent, str) else ""


def whole_number(sent: Any, least: int, most: int, otherwise: int) -> int:
    """A whole number within limits.

    >>> whole_number("7", 1, 5, 3), whole_number("many", 1, 5, 3)
    (5, 3)
    """
    try:
        return min(max(int(sent), least), most)
    except (TypeError, ValueError, OverflowError):
        return otherwise


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


def wishes(sent: Any) -> Wishes:
    """How results are wanted, as the results panel sends it."""
    fields, usual = record(sent), Wishes()
    return Wishes(
        top=whole_number(fields.get("top"), 1, MOST_RESULTS, usual.top),
        per_work=whole_number(fields.get("per_work"), 1, 20, usual.per_work),
        own=fields.get("own") is True,
    )


def uploaded(sent: Any, folder: Path) -> Path:
    """The file a visitor uploaded: it must lie in the upload folder, whatever path was sent."""
    path = Path(sent) if isinstance(sent, (str, Path)) and str(sent) and "\0" not in str(sent) else None
    if path is None or not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
        raise ExplorerError("The picture did not arrive; drop it again.")
    return path.resolve()
