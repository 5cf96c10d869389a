"""The details of motifs to take away: each cut from its original at full size, with a table that says what they are."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from explorer.collection import Work, open_picture
from explorer.collection.csv_cells import table
from explorer.collection.kept_motifs import KeptInstance
from explorer.errors import ExplorerError
from explorer.files import replacing
from explorer.motifs.layer import ShownMotif, instance_json
from explorer.plates.captions import caption, credit_line
from explorer.plates.origin import Origin
from explorer.plates.pictures import jpeg, pixels
from explorer.plates.sheet import works_of
from explorer.progress import Progress, silent
from explorer.workspace import Workspace

TABLE = "details.csv"
COLUMNS = (
    "picture", "motif", "name", "file", "title", "caption", "credit", "box", "scale", "turn", "mirror", "score",
    "relation", "note", "missing", "model", "settings", "version", "date",
)  # fmt: skip
QUALITY = 95


@dataclass(frozen=True)
class _Place:
    number: int
    motif: ShownMotif
    instance: KeptInstance
    work: Work | None

    @property
    def picture(self) -> str:
        """A name that every system takes, whatever the file is called."""
        plain = unicodedata.normalize("NFKD", PurePosixPath(self.instance.work).stem).encode("ascii", "ignore").decode()
        name = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:60] or "work"
        return f"{self.motif.id}/{self.number:03d}-{name}.jpg"


def write_details(
    workspace: Workspace, motifs: Sequence[ShownMotif], origin: Origin, path: Path, progress: Progress = silent
) -> list[str]:
    """Write a ZIP of JPEG files, one an instance, and :data:`TABLE`; whole or not at all.

    Returns the works whose picture cannot be read, or that left the collection: the table says why, under ``missing``.
    """
    places = list(_places(workspace, motifs))
    rows: list[dict[str, Any]] = []
    sizes = workspace.picture_sizes()
    with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for done, place in enumerate(places):
            progress("Cutting details", done, len(places))
            missing = ""
            try:
                archive.writestr(place.picture, _cut(workspace, place))
            except ExplorerError as error:
                missing = str(error)
            rows.append({**_row(place, sizes), "missing": missing, **asdict(origin)})
            if missing:
                rows[-1]["picture"] = ""
        cells = ([row.get(column, "") for column in COLUMNS] for row in rows)
        archive.writestr(TABLE, table(COLUMNS, cells), zipfile.ZIP_DEFLATED)
    return list(dict.fromkeys(row["file"] for row in rows if row["missing"]))


def _places(workspace: Workspace, motifs: Sequence[ShownMotif]) -> Iterator[_Place]:
    for motif in map(ShownMotif.from_the_first, motifs):
        works = works_of(workspace, motif.works)
        for number, instance in enumerate(motif.instances, start=1):
            yield _Place(number, motif, instance, works.get(instance.work))


def _cut(workspace: Workspace, place: _Place) -> bytes:
    if place.work is None:
        raise ExplorerError("This work is no longer in the collection.")
    picture = open_picture(workspace.original(place.work)).image
    return jpeg(picture.crop(pixels(place.instance.box, picture.size)), QUALITY)


def _row(place: _Place, sizes: dict[str, tuple[int, int]]) -> dict[str, Any]:
    record = instance_json(place.instance, sizes)
    work = place.work
    about = {"title": work.title, "caption": caption(work), "credit": credit_line(work)} if work else {}
    shown = {**record, **(record["transform"] or {}), "box": " ".join(map(str, record["box"] or ()))}
    return {"picture": place.picture, "motif": place.motif.id, "name": place.motif.name, **shown, **about}
