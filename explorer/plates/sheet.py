"""A motif, or what a search found, as it is printed or sent to a colleague: words and plates, in the order in which
they are read. :mod:`explorer.plates.single_page` and :mod:`explorer.motifs.dossier_pdf` set them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.plates.captions import caption, holding_and_rights
from explorer.plates.origin import Origin
from explorer.plates.pictures import PlatePictures, plate_pictures

if TYPE_CHECKING:
    from explorer.workspace import Workspace


@dataclass(frozen=True)
class Plate:
    """One place and what is written under it; all texts are plain."""

    title: str
    file: str
    picture: Path | None
    """The original; None where the work left the collection."""
    box: Box
    also: tuple[Box, ...] = ()
    """Further places on the same picture."""
    caption: str = ""
    credit: str = ""
    said: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """What is on it; all texts are plain."""

    title: str
    about: tuple[str, ...]
    note: str
    plates: tuple[Plate, ...]
    origin: Origin
    asked: tuple[Plate, ...] = ()
    """The details that a search was asked for."""

    @property
    def foot(self) -> str:
        """Where it comes from, in one line."""
        origin = self.origin
        return f"Brueghel Explorer {origin.version} · model {origin.model} · settings {origin.settings} · {origin.date}"


def plate_of(workspace: Workspace, work: Work | None, file: str, box: Box, **written: Any) -> Plate:
    """The plate of a place in a work, with what its catalogue entry says; ``work`` is None where it left the
    collection, in which it was called ``file``."""
    if work is None:
        return Plate(file, file, None, box, **written)
    of_work = {"caption": caption(work), "credit": holding_and_rights(work), **written}
    return Plate(work.title, work.id, workspace.original(work), box, **of_work)


def works_of(workspace: Workspace, ids: Iterable[str]) -> dict[str, Work]:
    """Those of some works that are in the collection, by id."""
    there = workspace.collection.ids()
    return {work: workspace.collection.work(work) for work in ids if work in there}


def with_pictures(plates: Iterable[Plate]) -> Iterator[tuple[Plate, PlatePictures | str]]:
    """Plates one after another with their pictures, or the sentence why there are none."""
    for plate in plates:
        if plate.picture is None:
            yield plate, "This work is no longer in the collection."
            continue
        try:
            yield plate, plate_pictures(plate.picture, plate.box, plate.also)
        except ExplorerError as error:
            yield plate, str(error)
