"""Annotation files in ArtMiner's format: what recurs where, drawn by people, read as the untrusted input it is.

``{category: [{"query": [file, [x0, y0, x1, y1]], "gt": [[file, [x0, y0, x1, y1]], ...]}, ...]}``; boxes are pixels of
the original picture, upright. Files are named by their bare names or by their path in the collection.
"""

from __future__ import annotations

import json
import math
import reprlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from explorer.errors import ExplorerError

Pixels = tuple[float, float, float, float]

_SHAPE = '{category: [{"query": [file, [x0, y0, x1, y1]], "gt": [[file, [x0, y0, x1, y1]], ...]}, ...]}'


@dataclass(frozen=True)
class AnnotatedBox:
    """A box in a picture, ``file`` and ``box`` (pixels) as the annotations give them."""

    file: str
    box: Pixels


@dataclass(frozen=True)
class Annotation:
    """One query: a detail drawn by people, and every other place where they saw it."""

    category: str
    number: int
    """Its place in the category, from 1."""
    query: AnnotatedBox
    truth: tuple[AnnotatedBox, ...]

    @property
    def where(self) -> str:
        """How to name it in a sentence."""
        return f"query {self.number} of category {shown(self.category)}"


def read_annotations(path: Path) -> tuple[Annotation, ...]:
    """All queries of a file, in its order.

    Raises :class:`ExplorerError`, naming the place, when it cannot be read or anything in it is not as it should be.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ExplorerError(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ExplorerError(f"The annotations in {path} cannot be read ({_reason(error)}).") from error
    try:
        content = json.loads(text, object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError) as error:
        raise ExplorerError(f"The annotations in {path} are not JSON ({_reason(error)}).") from error
    return parse_annotations(content, str(path))


def parse_annotations(content: Any, name: str) -> tuple[Annotation, ...]:
    """Queries out of decoded JSON; ``name`` says in errors what it came from.

    >>> parse_annotations({"dog": [{"query": ["a.jpg", [0, 0, 9, 9]], "gt": [["b.jpg", [1, 1, 5, 5]]]}]}, "x")[0].where
    "query 1 of category 'dog'"
    """
    if not isinstance(content, dict):
        raise ExplorerError(f"{name} must hold {_SHAPE}, not {_kind(content)}.")
    queries = []
    for category, entries in content.items():
        if not isinstance(entries, list):
            raise ExplorerError(f"{name}: category {shown(category)} must be a list of queries, not {_kind(entries)}.")
        queries += [_query(entry, category, k, name) for k, entry in enumerate(entries, start=1)]
    if not queries:
        raise ExplorerError(f"{name} holds no queries.")
    return tuple(queries)


def _query(entry: Any, category: str, number: int, name: str) -> Annotation:
    where = f"{name}: query {number} of category {shown(category)}"
    if not isinstance(entry, dict) or not {"query", "gt"} <= set(entry):
        raise ExplorerError(f'{where} must be an object with "query" and "gt".')
    if not isinstance(entry["gt"], list):
        raise ExplorerError(f'{where}: "gt" must be a list of true boxes, not {_kind(entry["gt"])}.')
    if not entry["gt"]:
        raise ExplorerError(f'{where} has an empty "gt": without a true box nothing can be measured.')
    query = _place(entry["query"], f'{where}: "query"')
    truth = tuple(_place(place, f'{where}: true box {k} of "gt"') for k, place in enumerate(entry["gt"], start=1))
    return Annotation(category, number, query, truth)


def _place(value: Any, where: str) -> AnnotatedBox:
    if not isinstance(value, list) or len(value) != 2:
        raise ExplorerError(f"{where} must be [file, [x0, y0, x1, y1]], not {shown(value)}.")
    file, box = value
    if not isinstance(file, str) or not file.strip():
        raise ExplorerError(f"{where} must name a file, not {shown(file)}.")
    if not isinstance(box, list) or len(box) != 4 or not all(map(_is_number, box)):
        raise ExplorerError(f"{where} needs a box of four numbers [x0, y0, x1, y1] in pixels, not {shown(box)}.")
    x0, y0, x1, y1 = box
    if not (x1 > x0 and y1 > y0):
        raise ExplorerError(f"{where} has a box without an area, {shown(box)}.")
    return AnnotatedBox(file, (x0, y0, x1, y1))


def _is_number(value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of some thousand digits
        return False


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A key given twice would silently lose the queries of the first."""
    record = dict(pairs)
    if len(record) < len(pairs):
        twice = next(key for k, (key, _) in enumerate(pairs) if key in dict(pairs[:k]))
        raise ValueError(f"the key {shown(twice)} appears twice")
    return record


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return getattr(error, "strerror", None) or str(error).splitlines()[0][:120].rstrip(".")


def _kind(value: Any) -> str:
    known = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return known.get(type(value), "a number")


def shown(value: Any) -> str:
    """A value from outside for a sentence: in quotes where it is text, short, on one line.

    >>> shown("a" * 99 + "\\n")
    "'aaaaaaaaaaaaaaaaaaaaaaaaa...aaaaaaaaaaaaaaaaaaaaaaaaa\\\\n'"
    """
    short = reprlib.Repr()
    short.maxstring = short.maxother = 60
    try:
        return short.repr(value)
    except ValueError:  # a whole number with more digits than Python will print
        return "a number far too long"


# -- names of files and works of the collection ----------------------------------------------------------------------


class WorkNames:
    """Finds the work that an annotation means: by its id, else by a base name that one work alone has.

    Names are compared as composed Unicode: archives made on a Mac spell accents the other way.

    >>> names = WorkNames(["one/a.jpg", "two/a.jpg", "two/b.jpg"])
    >>> names.find("b.jpg"), names.find("two/a.jpg"), names.find("c.jpg")
    ('two/b.jpg', 'two/a.jpg', None)
    """

    def __init__(self, works: Iterable[str]) -> None:
        self._by_id: dict[str, list[str]] = {}
        self._by_base: dict[str, list[str]] = {}
        for work in works:
            self._by_id.setdefault(_composed(work), []).append(work)
            self._by_base.setdefault(_base(work), []).append(work)

    def find(self, file: str) -> str | None:
        """The work's id, or None when there is none. Raises :class:`ExplorerError` when several would do."""
        found = self._by_id.get(_composed(file)) or self._by_base.get(_base(file)) or []
        if len(found) > 1:
            raise ExplorerError(
                f"The annotations' file {shown(file)} could be {len(found)} works of the collection, such as "
                f"{found[0]} and {found[1]}; name it by its path in the collection."
            )
        return found[0] if found else None


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _base(file: str) -> str:
    return _composed(PurePosixPath(file).name)
