"""Works by the names that benchmarks give their pictures: often without a folder, and without an ending."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from explorer.errors import ExplorerError
from explorer.evaluate.annotations import WorkNames, shown


class PictureNames:
    """Finds works by a name with or without ending, with or without folder.

    >>> names = PictureNames(["jpg/all_souls_000013.jpg", "b.png"])
    >>> names.find("all_souls_000013"), names.find("b.png"), names.find("c")
    ('jpg/all_souls_000013.jpg', 'b.png', None)
    """

    def __init__(self, works: Iterable[str]) -> None:
        self._by_stem: dict[str, list[str]] = {}
        works = list(works)
        for work in works:
            self._by_stem.setdefault(_without_ending(work), []).append(work)
        self._works, self._stems = WorkNames(works), WorkNames(self._by_stem)

    def find(self, name: str) -> str | None:
        """The work's id, or None when there is none. Raises :class:`ExplorerError` when several would do."""
        work = self._works.find(name)
        stem = None if work else self._stems.find(name)
        if stem is None:
            return work
        found = self._by_stem[stem]
        if len(found) > 1:
            raise ExplorerError(f"{shown(name)} could be {found[0]} or {found[1]}; the benchmark names neither ending.")
        return found[0]

    def sorted_out(self, names: Iterable[str]) -> tuple[list[str], list[str]]:
        """The works that are found, each once, and the names that are not."""
        found, missing = dict[str, None](), dict[str, None]()
        for name in names:
            work = self.find(name)
            if work is None:
                missing[name] = None
            else:
                found[work] = None
        return list(found), list(missing)


def _without_ending(work: str) -> str:
    path = PurePosixPath(work)
    return str(path.with_suffix("")) if path.suffix else work
