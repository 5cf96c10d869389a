"""A motif, or what a search found, as it is printed or sent to a colleague: words and plates, in the order in which
they are read. :mod:`explorer.motifs.dossier_pdf` and :mod:`explorer.motifs.single_page` set them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.motifs.captions import about, caption, credit_line, said_of, title_of
from explorer.motifs.export import Origin
from explorer.motifs.layer import ShownMotif
from explorer.motifs.pictures import PlatePictures, plate_pictures
from explorer.workspace import Workspace


@dataclass(frozen=True)
class Plate:
    """One place and what is written under it."""

    title: str
    caption: str
    credit: str
    file: str
    said: tuple[str, ...]
    note: str
    box: Box
    work: Work | None
    """None where it left the collection."""


@dataclass(frozen=True)
class Sheet:
    """What is on it; all texts are plain."""

    title: str
    about: tuple[str, ...]
    note: str
    plates: tuple[Plate, ...]
    origin: Origin

    @property
    def foot(self) -> str:
        """Where it comes from, in one line."""
        origin = self.origin
        return f"Brueghel Explorer {origin.version} · model {origin.model} · settings {origin.settings} · {origin.date}"


def sheet_of(workspace: Workspace, motif: ShownMotif, origin: Origin) -> Sheet:
    """The sheet of a motif."""
    posed = motif.from_the_first()
    works = works_of(workspace, motif.works)
    plates = tuple(
        Plate(
            *_of_work(works.get(instance.work), instance.work), tuple(said_of(instance, number == 0)), instance.note,
            instance.box, works.get(instance.work),
        )
        for number, instance in enumerate(posed.instances)
    )  # fmt: skip
    return Sheet(title_of(motif), tuple(about(motif, works.values())), motif.note, plates, origin)


def works_of(workspace: Workspace, ids: tuple[str, ...]) -> dict[str, Work]:
    """Those of some works that are in the collection, by id."""
    there = workspace.collection.ids()
    return {work: workspace.collection.work(work) for work in ids if work in there}


def with_pictures(workspace: Workspace, sheet: Sheet) -> Iterator[tuple[Plate, PlatePictures | str]]:
    """The plates one after another with their pictures, or the sentence why there are none."""
    for plate in sheet.plates:
        if plate.work is None:
            yield plate, "This work is no longer in the collection."
            continue
        try:
            yield plate, plate_pictures(workspace, plate.work, plate.box)
        except ExplorerError as error:
            yield plate, str(error)


def _of_work(work: Work | None, file: str) -> tuple[str, str, str, str]:
    """Title, caption, credit line, file."""
    return (file, "", "", file) if work is None else (work.title, caption(work), credit_line(work), file)
