"""A work's full catalogue entry, as the viewer shows it: terms and texts, and links where a text is one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from explorer.collection.dates import year
from explorer.collection.facets import named
from explorer.collection.work_files import MOVED
from explorer.ui.views import Props, centimetres

if TYPE_CHECKING:
    from explorer.collection import Work
    from explorer.collection.work_files import FileChange

SWAPPED = "not used: height and width fit the picture only the other way round; please look at the catalogue"
_KNOWN = ("title", "artist", "date", "genre", "style", "medium", "holder", "inventory")
_LINK = re.compile(r"https?://[^\s<>\"]+")


def catalogue_entry(work: Work, remarks: Sequence[str] = (), history: Sequence[FileChange] = ()) -> list[Props]:
    """All that is known of a work: the catalogue's columns, those that people kept, the file and its size, the
    ``remarks`` on how it was read, and what was there before."""
    years = _years(work)
    known = [(name, str(getattr(work, name))) for name in _KNOWN]
    size = SWAPPED if work.swapped else centimetres(work)
    stated = [
        *known, ("dated as", years if years != work.date.strip() else ""),
        ("size in words", work.dimensions), ("height × width", size),
        ("link", work.url), *work.extra.items(), *work.kept.items(),
        ("file", work.file), ("pixels", f"{work.width:,} × {work.height:,}"),
        ("how it was read", "; ".join(remarks)),
        ("file before", "; ".join(_before(change) for change in history)),
    ]  # fmt: skip
    return [_line(term, text.strip()) for term, text in stated if text.strip()]


def _before(change: FileChange) -> str:
    """What became of a work's file once, so that whoever judged it earlier knows."""
    day = change.when[:10]
    if change.kind == MOVED:
        return f"until {day} it was {change.file}"
    return f"another picture of {change.width:,} × {change.height:,} pixels until {day}; what was said of it stays"


def _years(work: Work) -> str:
    """The years as they were understood, so that a misunderstanding can be seen."""
    first, last = work.year, work.year_to
    if first is None:
        return "" if last is None else f"{year(last)} or before"
    if last is None:
        return f"{year(first)} or after"
    return year(first) if first == last else f"{year(first)} to {year(last)}"


def _line(term: str, text: str) -> Props:
    """``page`` is the address where the text is one of a web page, and of no other kind."""
    shown = named(term)
    return {
        "term": shown[:1].upper() + shown[1:],
        "text": text,
        "page": text if _LINK.fullmatch(text) else "",
    }
