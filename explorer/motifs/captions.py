"""What is written under the picture of an instance: how the motif lies there, how sure it is."""

from __future__ import annotations

from collections.abc import Iterable

from explorer.collection import Work
from explorer.collection.dates import year
from explorer.collection.kept_motifs import KeptInstance
from explorer.motifs.layer import ShownMotif
from explorer.plates.captions import counted, sentence
from explorer.verification.in_words import percent, transform
from explorer.verification.transforms import Transform

NOTHING_LEFT = "Nothing is left in this motif: all its instances were removed."
AS_THE_FIRST = Transform(1.0, 0.0, False)


def title_of(motif: ShownMotif) -> str:
    """A motif's name, or its id where nobody has named it."""
    return motif.name or f"Motif {motif.id}"


def about(motif: ShownMotif, works: Iterable[Work]) -> list[str]:
    """Sentences on the whole motif; ``works`` are those of its works that are in the collection."""
    instances, count = len(motif.instances), len(motif.works)
    said = [f"{counted(instances, 'instance')} in {counted(count, 'work')}." if instances else NOTHING_LEFT]
    if motif.probability is not None:
        said.append(f"Probability that it recurs at all: {percent(motif.probability)}.")
    years = [end for work in works if work.span for end in work.span]
    if years:
        said.append(f"Dates in the catalogue: {year(min(years))} to {year(max(years))}." if min(years) != max(years)
                    else f"Date in the catalogue: {year(years[0])}.")  # fmt: skip
    if motif.name:
        said.append(f"Id: {motif.id}.")
    return said


def said_of(instance: KeptInstance, first: bool) -> list[str]:
    """How an instance lies, how sure it is, what a person said of it. ``first`` is that of which the transforms of the
    others are told; :meth:`ShownMotif.from_the_first` makes it so."""
    said: list[str] = []
    if first and instance.transform in (None, AS_THE_FIRST):
        said.append("The others are described as seen from here.")
    elif instance.transform is not None:
        said.append(sentence(transform(instance.transform)))
    if instance.score is not None:
        said.append(f"Probability that it is a copy: {percent(instance.score)}.")
    if instance.by_hand:
        said.append("Added by hand.")
    if instance.relation:
        said.append(f"Relation: {instance.relation}.")
    return said
