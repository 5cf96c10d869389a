"""A set of bookmarks with all that is written of it: its bookmarks, their works, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from explorer.collection import Work
from explorer.collection.bookmarks import Bookmark, BookmarkSet, Place
from explorer.errors import ExplorerError
from explorer.plates.origin import Origin, origin_of
from explorer.plates.sheet import works_of
from explorer.verification import in_words
from explorer.verification.transforms import Transform
from explorer.workspace import Workspace

EVERYTHING = "All bookmarks"


@dataclass(frozen=True)
class ChosenSet:
    """A set as it stands now, ready to be written."""

    workspace: Workspace
    about: BookmarkSet
    marks: tuple[tuple[str, Bookmark], ...]
    """The bookmarks with their ids, in the set's order."""
    works: dict[str, Work]
    """Those of their works that are in the collection, by id."""
    origin: Origin

    def places(self) -> Iterator[tuple[str, Bookmark, int, Place]]:
        """Every place of every bookmark: the bookmark's id, it itself, the place's number from 1, and the place."""
        for name, mark in self.marks:
            for number, place in enumerate(mark.places, start=1):
                yield name, mark, number, place


def chosen_set(workspace: Workspace, name: str = "") -> ChosenSet:
    """A set by its id or its name; without one, all bookmarks. Raises :class:`ExplorerError` where there is none."""
    kept = workspace.collection.bookmarks.all()
    if name:
        known = next((key for key, found in kept.sets.items() if name in (key, found.name)), None)
        if known is None:
            there = ", ".join(found.name for found in kept.sets.values()) or "none yet"
            raise ExplorerError(f"There is no set of bookmarks {name[:60]!r} (there: {there[:300]}).")
        about, marks = kept.sets[known], tuple(kept.of_set(known))
    else:
        about, marks = BookmarkSet(name=EVERYTHING, bookmarks=tuple(kept.bookmarks)), tuple(kept.bookmarks.items())
    ids = dict.fromkeys(work for _, mark in marks for work in mark.works)
    return ChosenSet(workspace, about, marks, works_of(workspace, ids), origin_of(workspace))


def said_of(mark: Bookmark) -> tuple[str, ...]:
    """What was said of a match when it was kept, in sentences."""
    said = mark.said
    lines: list[str] = []
    if said.scale is not None and said.turn is not None:
        words = in_words.transform(Transform(said.scale, said.turn, bool(said.mirror)))
        lines.append(f"{words[:1].upper()}{words[1:]}.")
    if said.probability is not None:
        lines.append(f"Probability that it is a copy, when it was kept: {in_words.percent(said.probability)}.")
    return tuple(lines)
