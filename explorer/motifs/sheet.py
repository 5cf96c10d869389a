"""A motif as it is printed or sent to a colleague."""

from __future__ import annotations

from explorer.motifs.captions import about, said_of, title_of
from explorer.motifs.layer import ShownMotif
from explorer.plates.origin import Origin
from explorer.plates.sheet import Sheet, plate_of, works_of
from explorer.workspace import Workspace


def sheet_of(workspace: Workspace, motif: ShownMotif, origin: Origin) -> Sheet:
    """The sheet of a motif."""
    posed = motif.from_the_first()
    works = works_of(workspace, motif.works)
    plates = tuple(
        plate_of(
            workspace, works.get(instance.work), instance.work, instance.box,
            said=tuple(said_of(instance, number == 0)), note=instance.note,
        )
        for number, instance in enumerate(posed.instances)
    )  # fmt: skip
    return Sheet(title_of(motif), tuple(about(motif, works.values())), motif.note, plates, origin)
