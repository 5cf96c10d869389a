"""Works that share motifs, as a graph; and which of them are versions of one composition. (The one module with
networkx.)"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from explorer.collection.kept_motifs import KeptInstance
from explorer.files import replacing
from explorer.geometry import Box
from explorer.motifs.export import Origin
from explorer.motifs.layer import ShownMotif
from explorer.motifs.sheet import works_of
from explorer.workspace import Workspace

if TYPE_CHECKING:
    import networkx

VERSIONS = 0.5
"""Two works are versions of one composition where what they share covers this part of the area of both."""
_EVEN = 0.5
"""Probability of an instance that a person doubts, and of one that nobody compared."""


def works_graph(workspace: Workspace, motifs: Sequence[ShownMotif], origin: Origin) -> networkx.Graph:
    """The works that any of the motifs is found in, and an edge between two that share one.

    A node is a work's file, with ``title``, ``artist``, ``date``, ``year`` (where known) and ``group``: works with the
    same number above 0 are versions of one composition. An edge has ``motifs``, how many are shared, ``weight``, how
    many of them are truly shared as their probabilities have it (their sum), ``ids``, and ``covered``, which part of
    the area of both works is shared. Texts have no characters that XML cannot hold.
    """
    import networkx

    graph = networkx.Graph(**{name: _xml(value) for name, value in asdict(origin).items()})
    ids = tuple(sorted({work for motif in motifs for work in motif.works}))
    there = works_of(workspace, ids)
    for name in ids:
        work = there.get(name)
        title, artist, date = (work.title, work.artist, work.date) if work else (name, "", "")
        year = {"year": work.year} if work and work.year is not None else {}
        graph.add_node(_xml(name), title=_xml(title), artist=_xml(artist), date=_xml(date), group=0, **year)
    for pair, shared in _shared(motifs).items():
        covered = min(_covered([place.box for each in shared for place in each.places[side]]) for side in (0, 1))
        graph.add_edge(
            *map(_xml, pair), motifs=len(shared), weight=round(sum(each.probability for each in shared), 4),
            covered=round(covered, 4), ids=" ".join(each.motif for each in shared),
        )  # fmt: skip
    for number, group in enumerate(versions(graph), start=1):
        for name in group:
            graph.nodes[name]["group"] = number
    return graph


def versions(graph: networkx.Graph) -> list[tuple[str, ...]]:
    """Groups of works that are versions of one composition, largest first.

    The pairs that share most are joined first. Two groups become one only where most of their pairs are versions of
    each other, so that one wrong pair joins no two groups.
    """
    close = {frozenset(pair): covered for *pair, covered in graph.edges(data="covered") if covered >= VERSIONS}
    groups = {name: (name,) for name in graph}
    for pair in sorted(close, key=lambda each: (-close[each], sorted(each))):
        first, second = (groups[name] for name in sorted(pair))
        if first is second:
            continue
        pairs = [frozenset((one, other)) for one in first for other in second]
        if 2 * sum(each in close for each in pairs) > len(pairs):
            joined = tuple(sorted((*first, *second)))
            groups.update(dict.fromkeys(joined, joined))
    found = {group for group in groups.values() if len(group) > 1}
    return sorted(found, key=lambda group: (-len(group), group))


def write_graphml(graph: networkx.Graph, path: Path) -> None:
    """Write the graph as GraphML, whole or not at all."""
    import networkx

    written = BytesIO()
    networkx.write_graphml_xml(graph, written)
    with replacing(path) as file:
        file.write(written.getvalue())


@dataclass(frozen=True)
class _Shared:
    """A motif that two works share, and where it is on each."""

    motif: str
    places: tuple[tuple[KeptInstance, ...], tuple[KeptInstance, ...]]

    @property
    def probability(self) -> float:
        """That both works have it: that of the less sure one, of which its surest instance counts."""
        return min(max(map(_probability, instances)) for instances in self.places)


def _shared(motifs: Sequence[ShownMotif]) -> dict[tuple[str, str], list[_Shared]]:
    """What two works share, by their names in order."""
    found: dict[tuple[str, str], list[_Shared]] = {}
    for motif in motifs:
        places: dict[str, tuple[KeptInstance, ...]] = {}
        for instance in motif.instances:
            places[instance.work] = (*places.get(instance.work, ()), instance)
        for first, second in combinations(sorted(places), 2):
            found.setdefault((first, second), []).append(_Shared(motif.id, (places[first], places[second])))
    return found


def _probability(instance: KeptInstance) -> float:
    """What a person said is certain; what they doubt, or nobody compared, is even."""
    if instance.relation == "doubtful":
        return _EVEN
    if instance.relation or instance.by_hand:
        return 1.0
    return _EVEN if instance.score is None else instance.score


def _covered(boxes: Sequence[Box]) -> float:
    """The area that boxes cover together, as a fraction of the picture.

    >>> _covered([Box(0.0, 0.0, 0.5, 0.5), Box(0.25, 0.0, 0.75, 0.5)])
    0.375
    """
    sides = np.array([box.clipped().as_tuple() for box in boxes])
    xs, ys = np.unique(sides[:, [0, 2]]), np.unique(sides[:, [1, 3]])
    inside = np.zeros((len(ys) - 1, len(xs) - 1), dtype=bool)
    for x0, y0, x1, y1 in sides:
        inside |= ((ys[:-1] >= y0) & (ys[1:] <= y1))[:, None] & ((xs[:-1] >= x0) & (xs[1:] <= x1))
    return float((inside * np.outer(np.diff(ys), np.diff(xs))).sum())


def _xml(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return "".join(character if _may_be_xml(character) else "\N{REPLACEMENT CHARACTER}" for character in text)


def _may_be_xml(character: str) -> bool:
    code = ord(character)
    return character in "\t\n" or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
