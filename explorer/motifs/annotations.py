"""Motifs as Web Annotations: one annotation an instance, see :mod:`explorer.iiif.annotations`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from explorer.collection.kept_motifs import KeptInstance
from explorer.iiif.annotations import Annotated, Document, Targets, annotation, annotation_collection, text, urn
from explorer.motifs.captions import said_of
from explorer.motifs.layer import ShownMotif
from explorer.plates.origin import Origin
from explorer.workspace import Workspace


def annotated(workspace: Workspace, motifs: Sequence[ShownMotif], origin: Origin, base_url: str = "") -> Annotated:
    """Annotations of all instances of some motifs. ``base_url`` is the address of the running app, for works of which
    the catalogue names no IIIF picture.

    Ids are the same whenever the same instance is written again. Raises :class:`ExplorerError` where a base address is
    needed and none is given, and for one that is none.
    """
    targets = Targets(workspace, dict.fromkeys(work for motif in motifs for work in motif.works), base_url)
    items = [
        _annotation(workspace.name, motif, instance, number == 0, target)
        for motif in map(ShownMotif.from_the_first, motifs)
        for number, instance, target in _with_targets(motif, targets)
    ]
    name = urn(workspace.name, "motifs", *(motif.id for motif in motifs))
    return Annotated(annotation_collection(name, f"Motifs of {workspace.name}", items, origin), targets.gone)


def _with_targets(motif: ShownMotif, targets: Targets) -> Iterator[tuple[int, KeptInstance, Document]]:
    """Its instances, numbered, those that have a picture."""
    for number, instance in enumerate(motif.instances):
        if target := targets.part(instance.work, instance.box):
            yield number, instance, target


def _annotation(name: str, motif: ShownMotif, instance: KeptInstance, first: bool, target: Document) -> Document:
    place = [round(side, 4) for side in instance.box.as_tuple()]
    bodies = [
        text("identifying", motif.name or motif.id),
        text("tagging", motif.id),
        text("classifying", instance.relation),
        text("describing", " ".join(said_of(instance, first))),
        text("commenting", instance.note),
    ]
    return annotation(urn(name, motif.id, instance.work, repr(place)), bodies, target)
