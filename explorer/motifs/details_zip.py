"""The details of motifs to take away, see :mod:`explorer.plates.details_zip`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from explorer.iiif.links import COLUMNS as REGION_LINKS
from explorer.iiif.links import region_links
from explorer.motifs.layer import ShownMotif, instance_json
from explorer.plates.details_zip import ABOUT_WORK, CutDetail, write_cut_details
from explorer.plates.origin import Origin
from explorer.plates.sheet import works_of
from explorer.progress import Progress, silent
from explorer.workspace import Workspace

COLUMNS = ("motif", "name", *ABOUT_WORK, "scale", "turn", "mirror", "score", "relation", "note", *REGION_LINKS)


def write_details(
    workspace: Workspace, motifs: Sequence[ShownMotif], origin: Origin, path: Path, progress: Progress = silent
) -> list[str]:
    """Write a ZIP of JPEG files, one an instance, with a table; whole or not at all.

    Returns the works whose picture cannot be read, or that left the collection: the table says why.
    """
    return write_cut_details(workspace, list(_details(workspace, motifs)), COLUMNS, origin, path, progress)


def _details(workspace: Workspace, motifs: Sequence[ShownMotif]) -> Iterator[CutDetail]:
    for motif in map(ShownMotif.from_the_first, motifs):
        works = works_of(workspace, motif.works)
        for number, instance in enumerate(motif.instances, start=1):
            record = instance_json(instance, {})
            work = works.get(instance.work)
            said = {"motif": motif.id, "name": motif.name, **record, **(record["transform"] or {})}
            said |= region_links(work, instance.box)
            yield CutDetail(motif.id, number, instance.work, work, instance.box, said)
