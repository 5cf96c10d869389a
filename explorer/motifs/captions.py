"""What is written under the picture of an instance: its work, the credit line, and how the motif lies there."""

from __future__ import annotations

import re
from collections.abc import Iterable

from explorer.collection import Work
from explorer.collection.kept_motifs import KeptInstance
from explorer.motifs.layer import ShownMotif
from explorer.verification.in_words import percent, transform
from explorer.verification.transforms import Transform

CREDIT = (
    "credit line", "credit", "credits", "photo credit", "image credit", "courtesy", "copyright", "rights",
    "rights statement", "licence", "license",
)  # fmt: skip
"""Headings of a catalogue under which a credit line stands, lower case, best first."""
NOTHING_LEFT = "Nothing is left in this motif: all its instances were removed."
AS_THE_FIRST = Transform(1.0, 0.0, False)


def title_of(motif: ShownMotif) -> str:
    """A motif's name, or its id where nobody has named it."""
    return motif.name or f"Motif {motif.id}"


def about(motif: ShownMotif, works: Iterable[Work]) -> list[str]:
    """Sentences on the whole motif; ``works`` are those of its works that are in the collection."""
    instances, count = len(motif.instances), len(motif.works)
    said = [f"{_counted(instances, 'instance')} in {_counted(count, 'work')}." if instances else NOTHING_LEFT]
    if motif.probability is not None:
        said.append(f"Probability that it recurs at all: {percent(motif.probability)}.")
    years = [year for work in works for year in (work.year, work.year_to) if year is not None]
    if years:
        said.append(f"Dates in the catalogue: {min(years)} to {max(years)}." if min(years) != max(years)
                    else f"Date in the catalogue: {years[0]}.")  # fmt: skip
    if motif.name:
        said.append(f"Id: {motif.id}.")
    return said


def caption(work: Work) -> str:
    """Artist, date, medium and size of a work, as far as the catalogue has them."""
    size = f"{work.height_cm:g} × {work.width_cm:g} cm" if work.height_cm and work.width_cm else ""
    return ", ".join(part for part in (work.artist, work.date, work.medium, size) if part)


def credit_line(work: Work) -> str:
    """The credit line of the catalogue, or who holds the work under which number; empty where neither is known.

    >>> credit_line(Work("a.jpg", "", 1, 1, "A", holder="KMSKA", inventory="12", extra={"Credit Line": "Gift, 1900"}))
    'Gift, 1900'
    >>> credit_line(Work("a.jpg", "", 1, 1, "A", holder="KMSKA", inventory="12"))
    'KMSKA, 12'
    """
    stated = {_plain(heading): value.strip() for heading, value in work.extra.items()}
    credit = next((stated[heading] for heading in CREDIT if stated.get(heading)), "")
    return credit or ", ".join(part for part in (work.holder, work.inventory) if part)


def said_of(instance: KeptInstance, first: bool) -> list[str]:
    """How an instance lies, how sure it is, what a person said of it. ``first`` is that of which the transforms of the
    others are told; :meth:`ShownMotif.from_the_first` makes it so."""
    said: list[str] = []
    if first and instance.transform in (None, AS_THE_FIRST):
        said.append("The others are described as seen from here.")
    elif instance.transform is not None:
        said.append(_sentence(transform(instance.transform)))
    if instance.score is not None:
        said.append(f"Probability that it is a copy: {percent(instance.score)}.")
    if instance.by_hand:
        said.append("Added by hand.")
    if instance.relation:
        said.append(f"Relation: {instance.relation}.")
    return said


def _plain(heading: str) -> str:
    return re.sub(r"[\s_.\-]+", " ", heading).strip().casefold()


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
