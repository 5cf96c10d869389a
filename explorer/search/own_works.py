"""Which works of the collection a query itself is, and which works a search hides because of that."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from explorer.collection.pictures import file_hash
from explorer.errors import ExplorerError
from explorer.search.query import RegionPart, VisualPart, is_required
from explorer.workspace import Workspace


def own_rows(workspace: Workspace, part: VisualPart) -> frozenset[int]:
    """Rows of the works that a part of a query is taken from; none for a picture that is not in the collection."""
    if isinstance(part, RegionPart):
        return frozenset({workspace.row(part.work)})
    return rows_of_file(workspace, part.path)


def rows_of_file(workspace: Workspace, path: Path) -> frozenset[int]:
    """Rows of the works that a picture file is: the one indexed at the same path, else all with the same content.

    Raises :class:`ExplorerError` when there is no such file.
    """
    rows = workspace.tables.rows
    absolute = Path(os.path.normpath(path.absolute()))
    for candidate in (absolute, path.resolve()):
        if candidate.is_relative_to(workspace.folder):
            row = rows.get(candidate.relative_to(workspace.folder).as_posix())
            if row is not None and candidate.is_file() and file_hash(candidate) == workspace.tables.contents[row]:
                return frozenset({row})
    if not path.is_file():
        raise ExplorerError(f"There is no file {path}.")
    return frozenset(rows[work] for work in workspace.collection.with_content(file_hash(path)) if work in rows)


@dataclass(frozen=True)
class OwnWorks:
    """Rows of works that a search treats apart: ``hidden`` ones are never shown; in the query's ``own`` ones, which are
    searched because that was asked for, the query's own place is left out."""

    hidden: frozenset[int]
    own: frozenset[int]


def own_works(parts: Iterable[tuple[VisualPart, frozenset[int]]], own_wanted: bool) -> OwnWorks:
    """The rule for a query: ``parts`` are its details, each with its :func:`own_rows`.

    The query's own works are those of its required details, or, where none is required, of its examples. They are
    hidden unless ``own_wanted``. Works of unwanted details are always hidden; works of examples beside a required
    detail stay findable.

    >>> from explorer.geometry import Box
    >>> weights = {"a.jpg": 1.0, "b.jpg": 0.5, "c.jpg": -1.0}
    >>> parts = [RegionPart(work, Box.whole(), weight) for work, weight in weights.items()]
    >>> rows = [frozenset({3}), frozenset({4}), frozenset({5})]
    >>> sorted(own_works(zip(parts, rows), own_wanted=False).hidden)
    [3, 5]
    >>> own_works(zip(parts, rows), own_wanted=True)
    OwnWorks(hidden=frozenset({5}), own=frozenset({3}))
    """
    details = list(parts)
    unwanted = _union(rows for part, rows in details if part.weight < 0)
    required = [rows for part, rows in details if is_required(part)]
    own = _union(required or [rows for part, rows in details if part.weight > 0]) - unwanted
    return OwnWorks(unwanted, own) if own_wanted else OwnWorks(unwanted | own, frozenset())


def _union(sets: Iterable[frozenset[int]]) -> frozenset[int]:
    empty: frozenset[int] = frozenset()
    return empty.union(*sets)
