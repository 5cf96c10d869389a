"""The wall of motifs: which are shown, in what order, and each as a strip of its instances; plain data, tested without
a browser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.collection import Work
from explorer.collection.kept_motifs import KeptInstance
from explorer.motifs.layer import ShownMotif
from explorer.ui import incoming, views, words_for
from explorer.ui.motif_tiles import pose_of, tile
from explorer.verification import in_words

PAGE = 24
"""Motifs that are sent at a time."""
STRIP = 8
"""Instances of each that are."""
MOST_VALUES = 300
"""Values of a column to choose from, the most frequent ones."""

Works = Mapping[str, Work]
Key = Callable[[ShownMotif, Works], Any]


@dataclass(frozen=True)
class Wanted:
    """Which motifs are wanted, and how: ``column`` with ``value`` is one of the catalogue's, ``text`` words that all
    must be there, ``both`` works that must all have it; ``first`` is the id of one that comes before the others."""

    sort: str = "works"
    show: str = "all"
    column: str = ""
    value: str = ""
    text: str = ""
    start: int = 0
    first: str = ""
    both: tuple[str, ...] = ()


def wanted(sent: Any) -> Wanted:
    """What a browser asks of the wall; what is missing or unknown is as by default.

    >>> wanted({"sort": "probability", "show": "<b>", "from": "24"})
    Wanted(sort='probability', show='all', column='', value='', text='', start=24, first='', both=())
    """
    fields = incoming.record(sent)
    sort, show = incoming.text(fields.get("sort"), 20), incoming.text(fields.get("show"), 20)
    both = fields.get("both")
    return Wanted(
        sort if sort in SORTS else "works", show if show in SHOWN else "all",
        incoming.text(fields.get("column"), 200), incoming.text(fields.get("value"), 500),
        incoming.text(fields.get("text"), 200), incoming.whole_number(fields.get("from"), 0, 10**6, 0),
        incoming.text(fields.get("first"), 60), tuple(map(incoming.text, both[:2])) if isinstance(both, list) else (),
    )  # fmt: skip


# -- order and choice --------------------------------------------------------------------------------------------------


def _area(motif: ShownMotif, works: Works) -> float:
    areas = [each.box.width * each.box.height for each in motif.instances]
    return sum(areas) / len(areas) if areas else 0.0


def years(motif: ShownMotif, works: Works) -> tuple[int, int] | None:
    """The first and the last year of the works that a motif occurs in; None where no date is known."""
    spans = [span for work in motif.works if work in works and (span := works[work].span)]
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def _range(motif: ShownMotif, works: Works) -> float:
    span = years(motif, works)
    return span[1] - span[0] if span else -1


def _earliest(motif: ShownMotif, works: Works) -> float:
    span = years(motif, works)
    return -span[0] if span else float("-inf")


SORTS: dict[str, Key] = {
    "works": lambda motif, works: (len(motif.works), motif.probability or 0.0),
    "probability": lambda motif, works: (motif.probability or 0.0, len(motif.works)),
    "area": _area,
    "range": _range,
    "earliest": _earliest,
    "name": lambda motif, works: len(motif.works),
    "kept": lambda motif, works: (motif.kept, len(motif.works)),
}
"""Orders of the wall, the largest first; by name is in two steps, see :func:`ordered`. Kept ones first is that of a
choice of motifs."""
SHOWN: dict[str, Callable[[ShownMotif], bool]] = {
    "all": lambda motif: not motif.dropped,
    "kept": lambda motif: motif.kept and not motif.dropped,
    "proposals": lambda motif: bool(motif.proposals) and not motif.dropped,
    "hidden": lambda motif: motif.dropped,
}


def chosen(motifs: Iterable[ShownMotif], works: Works, asked: Wanted) -> list[ShownMotif]:
    """The motifs that are asked for, in the order that is asked for."""
    terms = asked.text.casefold().split()
    found = [
        motif for motif in motifs
        if SHOWN[asked.show](motif) and (motif.kept or len(motif.instances) > 1)
        and (not asked.value or any(works[work].value(asked.column) == asked.value for work in _known(motif, works)))
        and all(term in _text(motif, works) for term in terms)
        and all(work in motif.works for work in asked.both)
    ]  # fmt: skip
    return sorted(ordered(found, works, asked.sort), key=lambda motif: motif.id != asked.first)


def ordered(motifs: Sequence[ShownMotif], works: Works, sort: str) -> list[ShownMotif]:
    """Motifs in one of the orders of :data:`SORTS`; equal ones stay as they are. By name, those without one follow."""
    made = sorted(motifs, key=lambda motif: SORTS[sort](motif, works), reverse=True)
    return sorted(made, key=lambda motif: (not motif.name, motif.name.casefold())) if sort == "name" else made


def _known(motif: ShownMotif, works: Works) -> list[str]:
    return [work for work in motif.works if work in works]


def _text(motif: ShownMotif, works: Works) -> str:
    return " ".join(
        [motif.id, motif.name, motif.note, *(works[work].title for work in _known(motif, works))]
    ).casefold()


# -- as the page shows it ----------------------------------------------------------------------------------------------


def wall(motifs: Sequence[ShownMotif], works: Works, asked: Wanted) -> views.Props:
    """A part of the wall, from ``asked.start`` on: strips, and how many motifs there are in all."""
    found = chosen(motifs, works, asked)
    here = found[asked.start : asked.start + PAGE]
    return {
        "motifs": [strip(motif, works) for motif in here],
        "from": asked.start,
        "total": len(found),
        "all": sum(1 for motif in motifs if not motif.dropped),
        "hidden": sum(1 for motif in motifs if motif.dropped),
        "kept": sum(1 for motif in motifs if motif.kept and not motif.dropped),
        "proposals": sum(1 for motif in motifs if motif.proposals and not motif.dropped),
        "dated": any(work.span for work in works.values()),
    }


def values(works: Iterable[Work], column: str) -> list[tuple[str, int]]:
    """The values of a column with the numbers of their works, the most frequent :data:`MOST_VALUES`, in the order of
    the alphabet."""
    counted = Counter(value for work in works if (value := work.value(column)))
    return sorted(counted.most_common(MOST_VALUES), key=lambda entry: entry[0].casefold())


def strip(motif: ShownMotif, works: Works) -> views.Props:
    """A motif as its row on the wall: what it is called, figures, and its first instances laid alike."""
    posed = motif.from_the_first()
    pose = pose_of(posed.instances, works)
    shown = one_of_each_work(posed)[:STRIP]
    return {
        **heading(motif, works),
        "aspect": round(pose.aspect, 4),
        "tiles": [tile(instance, pose, works.get(instance.work)) for instance in shown],
        "more": len(motif.instances) - len(shown),
    }


def heading(motif: ShownMotif, works: Works) -> views.Props:
    """What a motif is called, and its figures."""
    span = years(motif, works)
    level, words = in_words.probability_level(motif.probability) if motif.probability is not None else ("hand", "")
    return {
        "id": motif.id, "name": motif.name, **_like(motif, works), "kept": motif.kept, "dropped": motif.dropped,
        "size": len(motif.instances), "works": len(motif.works), "proposed": len(motif.proposals), "level": level,
        "probability": words, "percent": in_words.percent(motif.probability) if words and motif.probability else "",
        "years": "" if span is None else f"{span[0]}" if span[0] == span[1] else f"{span[0]}–{span[1]}",
    }  # fmt: skip


def _like(motif: ShownMotif, works: Works) -> views.Props:
    """For a motif without a name, the title of the first work that it occurs in, and where in it: several motifs may
    have their first instance in one work."""
    first = next((each for each in motif.instances if each.work in works), None)
    if first is None:
        return {"like": "", "where": ""}
    return {"like": views.caption(works[first.work])["title"], "where": words_for.part_of_picture(first.box)}


def one_of_each_work(motif: ShownMotif) -> list[KeptInstance]:
    """The instances of a motif, the first of each work before the others, so that a strip shows its spread."""
    firsts = {instance.work: instance for instance in reversed(motif.instances)}
    return sorted(motif.instances, key=lambda instance: firsts[instance.work] is not instance)
