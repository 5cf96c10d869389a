"""Works whose picture is the same file, byte by byte: searched once, and shown as one match that names the others.

Catalogues give many works one picture ("no image available"), and folders hold copies. Retrieval names one work of
each picture (:mod:`explorer.search.candidates`), which stands for all of them through every step of the search; what is
found holds for all, since their features are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, Self, TypeVar

from explorer.search.own_works import own_rows, own_works
from explorer.search.query import Query, Within, WordsPart
from explorer.workspace import Workspace

if TYPE_CHECKING:
    from explorer.search.feedback import JudgedMatch


def rows_within(workspace: Workspace, within: Within | None) -> frozenset[int] | None:
    """Rows of the works that a search is limited to, and of those with the same pictures, which may stand for them;
    None where it is not limited."""
    if within is None:
        return None
    rows = {row for work in within.works if (row := workspace.tables.rows.get(work)) is not None}
    return frozenset(rows.union(*(workspace.tables.equal_rows.get(row, ()) for row in rows)))


class _Place(Protocol):
    @property
    def row(self) -> int: ...


PlaceT = TypeVar("PlaceT", bound=_Place)


@dataclass(frozen=True)
class EqualPictures:
    """Equal pictures as one query sees them: works that are ``left_out`` of its results (rows) stand for no other, nor
    do those that are not ``present`` (ids; None where the collection has no equal pictures) in the collection any more.
    """

    workspace: Workspace
    left_out: frozenset[int]
    present: frozenset[str] | None

    @classmethod
    def of(cls, workspace: Workspace, left_out: frozenset[int]) -> Self:
        present = frozenset(workspace.collection.ids()) if workspace.tables.equal_rows else None
        return cls(workspace, left_out, present)

    @classmethod
    def for_query(cls, workspace: Workspace, query: Query, own_wanted: bool) -> Self:
        """With the query's own works left out, and those that it hides."""
        if not workspace.tables.equal_rows:
            return cls(workspace, frozenset(), None)
        details = [part for part in query.parts if not isinstance(part, WordsPart)]
        apart = own_works([(part, own_rows(workspace, part)) for part in details], own_wanted)
        return cls.of(workspace, apart.hidden | apart.own)

    def rows(self, row: int) -> tuple[int, ...]:
        """All works with the picture of the one in ``row``, ascending; the first stands for the others. A work that is
        left out, or has a file of its own, is by itself; none where all are left out or gone."""
        tables = self.workspace.tables
        if self.present is None or row in self.left_out or row not in tables.equal_rows:
            return (row,)
        return self._usable(tables.equal_rows[row])

    def standing_for(self, row: int) -> int | None:
        """The work that is searched for the picture of the one in ``row``, which may itself be left out; None where all
        of that picture are."""
        if self.present is None or row not in self.workspace.tables.equal_rows:
            return None if row in self.left_out else row
        return next(iter(self._usable(self.workspace.tables.equal_rows[row])), None)

    def judged(self, judged: Sequence[JudgedMatch]) -> list[JudgedMatch]:
        """The judged matches, each on the work that stands for its picture: a judgement of a picture holds for it."""
        if self.present is None:
            return list(judged)
        rows = [self.rows(self.workspace.row(match.work)) for match in judged]
        works = self.workspace.tables.works
        return [
            replace(match, work=works[same[0]]) if same else match for match, same in zip(judged, rows, strict=True)
        ]

    def one_each(
        self, places: Sequence[PlaceT], judged: Sequence[JudgedMatch] = ()
    ) -> list[tuple[PlaceT, tuple[int, ...]]]:
        """The places in their order, without those on a picture that another work's place before them is on. Each comes
        with the rows of all works that have the picture, the one to be shown first: one that was ``judged``, so that
        its judgement is seen, or else the one that stands for the others."""
        rows_judged = {self.workspace.row(match.work) for match in judged} if self.present is not None else set()
        kept: list[tuple[PlaceT, tuple[int, ...]]] = []
        seen: dict[int, int] = {}
        for place in places:
            rows = self.rows(place.row) or (place.row,)
            if seen.setdefault(rows[0], place.row) == place.row:
                kept.append((place, tuple(sorted(rows, key=lambda row: row not in rows_judged))))
        return kept

    def _usable(self, rows: Sequence[int]) -> tuple[int, ...]:
        works, present = self.workspace.tables.works, self.present or frozenset()
        return tuple(row for row in rows if row not in self.left_out and works[row] in present)
