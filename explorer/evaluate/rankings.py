"""Rankings of the works for a query: by the search that users get, and by the plain cosine of whole pictures.

A long evaluation can be stopped: each ranking is kept in a file beside the collection's tables until the evaluation has
ended, and the next run of the same evaluation goes on from there. The file is bound to the tables and to the program's
own text, so that no ranking of another version is ever taken for one of this.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np

from explorer.files import removed
from explorer.search import search
from explorer.search.query import Query, RegionPart, SearchOptions, VisualPart, Within, part_box
from explorer.workspace import Workspace

BOXES, WHOLES, ALIKE, PLAIN = "query boxes", "whole pictures", "works like it", "plain cosine"
"""The ways: the box, or the whole of the query's picture as a detail, and works like the query's, through the searches
that users get; and the cosine of the whole pictures' vectors (the mean of the last layer) beside them."""
MOST_RANKED = 1000
"""Works of a ranking; those beyond count as not found."""


class Rankings:
    """Ranks works, best first, and remembers what it ranked until :meth:`ended`."""

    def __init__(self, workspace: Workspace, protocol: str, among: frozenset[str] | None = None) -> None:
        self._workspace, self._vectors = workspace, workspace.tables.whole()
        self._works, self._rows = workspace.tables.works, workspace.present_rows()
        self._within = None if among is None else Within(among, "the benchmark's pictures")
        record = [protocol, workspace.tables.folder.name, _program(), sorted(among or [])]
        key = hashlib.sha256(json.dumps(record).encode()).hexdigest()[:12]
        self._file = workspace.tables.folder.parent / f"evaluation-{key}.jsonl"
        self._kept = _read(self._file)

    def searched(self, part: VisualPart, alike: bool = False) -> list[str]:
        """The works by the search that users get, without the part's own; with ``alike`` works like the whole of it.
        Raises :class:`ExplorerError` for what cannot be searched for."""
        asked = part.work if isinstance(part, RegionPart) else str(part.path)
        key = json.dumps([asked, "alike" if alike else part_box(part).as_tuple()])
        if key not in self._kept:
            among = len(self._within.works) if self._within else len(self._rows)
            options = SearchOptions(min(max(among, 1), MOST_RANKED), every_file=True, within=self._within)
            self._keep(key, [match.work for match in search(self._workspace, Query((part,), alike=alike), options)])
        return self._kept[key]

    def plain(self, part: VisualPart) -> list[str]:
        """The works by the cosines of whole pictures, whatever the part's box, without the part's own."""
        if isinstance(part, RegionPart):
            vector = self._vectors[self._workspace.row(part.work)]
        else:
            vector = self._workspace.whole(part.path)
        order = self._rows[np.argsort(-(self._vectors[self._rows] @ vector), kind="stable")]
        ranked = [self._works[row] for row in order]
        among = self._within.works if self._within else None
        own = part.work if isinstance(part, RegionPart) else None
        return [work for work in ranked if work != own and (among is None or work in among)][:MOST_RANKED]

    def ranked(self, way: str, part: VisualPart, own: bool = False) -> list[str]:
        """By one of the ways. With ``own`` the part's own work comes first, where any search for a part of it that knew
        no better would find it."""
        works = self.plain(part) if way == PLAIN else self.searched(part, way == ALIKE)
        return [part.work, *works] if own and isinstance(part, RegionPart) else works

    def ended(self) -> None:
        """The evaluation has come to its end: nothing is kept any longer."""
        removed(self._file)

    def _keep(self, key: str, works: list[str]) -> None:
        self._kept[key] = works
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps([key, works]) + "\n")


def _read(path: Path) -> dict[str, list[str]]:
    """What an evaluation that was stopped had ranked; a line that was not written to its end is left out."""
    kept: dict[str, list[str]] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return kept
    for line in lines:
        try:
            key, works = json.loads(line)
        except ValueError:
            continue
        kept[str(key)] = [str(work) for work in works]
    return kept


@cache
def _program() -> str:
    """A digest of the program's own text, the fronts aside."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        if path.relative_to(package).parts[0] not in ("ui", "cli", "api"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def refused(errors: dict[str, str]) -> list[str]:
    """Sentences on queries that cannot be searched for, and why.

    >>> refused({"a": "It is all of one colour."})
    ['Not asked: a: It is all of one colour.']
    """
    return [f"Not asked: {name}: {reason}" for name, reason in errors.items()]
