"""A set of bookmarks written to the files that somebody asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from explorer.bookmarks.chosen import ChosenSet, said_of
from explorer.bookmarks.export import write_set_csv, write_set_json
from explorer.collection.bookmarks import Bookmark
from explorer.iiif.annotations import (
    Annotated,
    Document,
    Targets,
    annotation,
    annotation_collection,
    text,
    urn,
    write_annotations,
)  # fmt: skip
from explorer.iiif.links import COLUMNS as REGION_LINKS
from explorer.iiif.links import region_links
from explorer.plates.details_zip import ABOUT_WORK, CutDetail, plain_name, write_cut_details
from explorer.plates.sheet import Plate, Sheet, plate_of
from explorer.plates.single_page import write_page

COLUMNS = (
    "set",
    "bookmark",
    "kind",
    "name",
    "note",
    "tags",
    "side",
    *ABOUT_WORK,
    "probability",
    "scale",
    "turn",
    "mirror",
    *REGION_LINKS,
)
"""Of the table beside the details of a ZIP."""


@dataclass(frozen=True)
class Wanted:
    """The files that are asked for, each None where it is not."""

    json: Path | None = None
    csv: Path | None = None
    zip: Path | None = None
    annotations: Path | None = None
    html: Path | None = None
    base_url: str = ""
    """The address of the running app, for ``annotations``."""

    @property
    def any(self) -> bool:
        """Whether any file is."""
        return any((self.json, self.csv, self.zip, self.annotations, self.html))


def take_away(chosen: ChosenSet, wanted: Wanted) -> list[str]:
    """Write a set to the files that are wanted, each whole or not at all; what was written, in sentences. Raises
    :class:`ExplorerError` where annotations need an address."""
    said: list[str] = []
    for name, write in _WRITERS.items():
        path = getattr(wanted, name)
        if path is not None:
            missing = write(chosen, path, wanted.base_url)
            said += [f"Written to {path}.", *([f"Without picture: {', '.join(missing)}."] if missing else [])]
    return said


def annotated(chosen: ChosenSet, base_url: str = "") -> Annotated:
    """One annotation a bookmark that has places; one of two places has two targets. Raises :class:`ExplorerError` where
    an address of the app is needed and none is given."""
    ids = dict.fromkeys(place.work for _, _, _, place in chosen.places())
    targets = Targets(chosen.workspace, ids, base_url)
    items: list[Document] = []
    for name, mark in chosen.marks:
        parts = [part for place in mark.places if (part := targets.part(place.work, place.as_box))]
        if parts:
            bodies = [
                text("identifying", mark.name), text("classifying", mark.kind), text("commenting", mark.note),
                text("describing", " ".join(said_of(mark))), *(text("tagging", tag) for tag in mark.tags),
            ]  # fmt: skip
            called = urn(chosen.workspace.name, "bookmark", name)
            items.append(annotation(called, bodies, parts[0] if len(parts) == 1 else parts, "bookmarking"))
    name = urn(chosen.workspace.name, "bookmarks", chosen.about.name)
    return Annotated(annotation_collection(name, chosen.about.name, items, chosen.origin), targets.gone)


def sheet_of(chosen: ChosenSet) -> Sheet:
    """The set as it is sent to a colleague: a plate for each place."""
    count = len(chosen.marks)
    about = (f"{count:,} {'bookmark' if count == 1 else 'bookmarks'} in the collection {chosen.workspace.name}.",)
    return Sheet(chosen.about.name, about, chosen.about.note, tuple(_plates(chosen)), chosen.origin)


def _plates(chosen: ChosenSet) -> Iterator[Plate]:
    for _, mark, side, place in chosen.places():
        role = _SIDES[mark.kind][side - 1] if mark.kind in _SIDES else ""
        called = ": ".join(part for part in (mark.name, role) if part)
        last = said_of(mark) if side == len(mark.places) else ()
        tags = f"Tags: {', '.join(mark.tags)}." if side == 1 and mark.tags else ""
        yield plate_of(
            chosen.workspace, chosen.works.get(place.work), place.work, place.as_box,
            said=tuple(filter(None, (called and f"{called}.", *last, tags))), note=mark.note if side == 1 else "",
        )  # fmt: skip


_SIDES = {"match": ("what was searched for", "the match"), "comparison": ("compared", "with this")}


def _details(chosen: ChosenSet) -> list[CutDetail]:
    return [
        CutDetail(
            plain_name(chosen.about.name, "bookmarks"), number, place.work, chosen.works.get(place.work), place.as_box,
            _row(chosen, name, mark, side) | region_links(chosen.works.get(place.work), place.as_box),
        )
        for number, (name, mark, side, place) in enumerate(chosen.places(), start=1)
    ]  # fmt: skip


def _row(chosen: ChosenSet, name: str, mark: Bookmark, side: int) -> dict[str, object]:
    about = {"set": chosen.about.name, "bookmark": name, "kind": mark.kind, "name": mark.name, "note": mark.note}
    return {**about, "tags": "; ".join(mark.tags), "side": side, **mark.said.model_dump()}


def _json(chosen: ChosenSet, path: Path, _: str) -> list[str]:
    write_set_json(chosen, path)
    return []


def _csv(chosen: ChosenSet, path: Path, _: str) -> list[str]:
    write_set_csv(chosen, path)
    return []


def _zip(chosen: ChosenSet, path: Path, _: str) -> list[str]:
    return write_cut_details(chosen.workspace, _details(chosen), COLUMNS, chosen.origin, path)


def _annotations(chosen: ChosenSet, path: Path, base_url: str) -> list[str]:
    found = annotated(chosen, base_url)
    write_annotations(found, path)
    return list(found.left_out)


def _html(chosen: ChosenSet, path: Path, _: str) -> list[str]:
    return write_page(sheet_of(chosen), path)


_WRITERS: dict[str, Callable[[ChosenSet, Path, str], list[str]]] = {
    "json": _json, "csv": _csv, "zip": _zip, "annotations": _annotations, "html": _html,
}  # fmt: skip
