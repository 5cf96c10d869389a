"""Works that share motifs, as a graph; and which of them are versions of one composition."""

from __future__ import annotations

import math
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
from explorer.motifs.layer import ShownMotif
from explorer.plates.origin import Origin
from explorer.plates.sheet import works_of
from explorer.verification.transforms import Transform
from explorer.workspace import Workspace

if TYPE_CHECKING:
    import networkx

Size = tuple[int, int]
_Placed = tuple[tuple[KeptInstance, KeptInstance], Transform]

VERSIONS = 0.6
"""Two works are versions of one composition where what they share covers this part of the area of both."""
_SCALE, _TURN, _APART = math.log(1.3), 12.0, 0.1
"""How far, as a factor, in degrees and as a part of the long side, motifs may lie apart that lie on two works alike."""
_MOST_PLACED = 200  # pairs of places of two works that are looked at
_EVEN = 0.5
"""Probability of an instance that a person doubts, and of one that nobody compared."""


def works_graph(workspace: Workspace, motifs: Sequence[ShownMotif], origin: Origin) -> networkx.Graph:
    """The works that any of the motifs is found in, and an edge between two that share one.

    A node is a work's file, with ``title``, ``artist``, ``date``, ``year`` (where known) and ``group``: works with the
    same number above 0 are versions of one composition. An edge has ``motifs``, how many are shared, ``weight``, how
    many of them are truly shared as their probabilities have it (their sum), ``ids``, and ``covered``, which part of
    the area of both works is shared in one arrangement. Texts have no characters that XML cannot hold.
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
    sizes = {name: (work.width, work.height) for name, work in there.items()}
    for pair, shared in _shared(motifs).items():
        covered = _covered_together(shared, (sizes.get(pair[0]), sizes.get(pair[1])))
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

    Two groups become one only where most of their pairs are versions of each other, and pairs that have the same
    versions besides come first: one wrong pair joins no two groups.
    """
    close = {frozenset(pair): covered for *pair, covered in graph.edges(data="covered") if covered >= VERSIONS}
    near = {name: {name} for name in graph}
    for one, other in map(sorted, close):
        near[one].add(other)
        near[other].add(one)

    def order(pair: frozenset[str]) -> tuple[float, float, list[str]]:
        one, other = (near[name] for name in pair)
        return -len(one & other) / len(one | other), -close[pair], sorted(pair)

    groups = {name: (name,) for name in graph}
    for pair in sorted(close, key=order):
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


def _covered_together(shared: Sequence[_Shared], sizes: tuple[Size | None, Size | None]) -> float:
    """The part of both works that is covered by motifs that lie on them as one of them does: details of a stock that
    two compositions share lie anywhere. Nothing is, where a work left the collection."""
    first, second = sizes
    if first is None or second is None:
        return 0.0
    placed = [
        ((here, there), here.transform.inverse().then(there.transform))
        for each in shared for here in each.places[0] for there in each.places[1]
        if here.transform and there.transform
    ][:_MOST_PLACED]  # fmt: skip
    best = 0.0
    for one in placed:
        alike = [other for other in placed if _agree(one, other, (first, second))]
        best = max(best, min(_covered([places[side].box for places, _ in alike]) for side in (0, 1)))
    return best


def _agree(one: _Placed, other: _Placed, sizes: tuple[Size, Size]) -> bool:
    """Whether two pairs of places lie on two works by one transform: that of the first brings the second near."""
    (places, transform), (others, its) = one, other
    if transform.mirror != its.mirror or abs(math.log(transform.scale / its.scale)) > _SCALE:
        return False
    if abs((transform.turn - its.turn + 180) % 360 - 180) > _TURN:
        return False
    (x, y), (found_x, found_y) = (
        (np.array(others[side].box.centre) - places[side].box.centre) * sizes[side] for side in (0, 1)
    )
    turn, x = math.radians(transform.turn), -x if transform.mirror else x
    expected = (x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn))
    off = np.subtract((found_x, found_y), np.multiply(expected, transform.scale))
    return bool(np.hypot(*off) <= _APART * max(sizes[1]))


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
