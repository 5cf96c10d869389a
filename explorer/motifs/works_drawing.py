"""The graph of works that share motifs, cut into drawings that can be read: which works are drawn together, where each
lies, and which lines are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.motifs.layer import ShownMotif
from explorer.plates.origin import origin_of
from explorer.workspace import Workspace

if TYPE_CHECKING:
    import networkx

SHARED = 0.5
"""Two works are drawn together where they share a motif more likely than not: the least weight of a line."""
LARGEST = 24
"""Works of one drawing; a larger one is cut where the fewest motifs are shared, as far as it can be."""
LINES_OF_EACH = 3
"""Lines of each work that are drawn at least, the strongest; what hangs together does so in the drawing too."""
APART = 1.4
"""Distance of two works' middles at least, in sides of a thumbnail."""
_ALONG = 1.9  # of the works that a line joins, on average
_STEPS = 80  # in which works that lie too close are moved apart


@dataclass(frozen=True)
class Line:
    """Two works of a drawing, by their numbers there, that share motifs."""

    first: int
    second: int
    motifs: int
    weight: float
    """How many of the motifs are truly shared, by their probabilities."""
    versions: bool
    """Whether the two are versions of one composition."""
    drawn: bool


@dataclass(frozen=True)
class Drawing:
    """Works that are drawn together, those of a group of versions next to each other; lines strongest first."""

    works: tuple[str, ...]
    groups: tuple[int, ...]
    """Of each work, which group of versions of one composition it belongs to; 0 for none that is here."""
    middles: tuple[tuple[float, float], ...]
    """Where each work lies, in sides of a thumbnail from the upper left corner."""
    size: tuple[float, float]
    lines: tuple[Line, ...]
    elsewhere: int
    """Works of other drawings that share a motif with one of these."""


@dataclass(frozen=True)
class Drawings:
    """Some of the drawings of a collection, of ``total``, which have so many ``works`` together."""

    drawn: tuple[Drawing, ...]
    total: int
    works: int


class WorksGraphs:
    """Drawings of collections, whose graphs are each kept until the motifs are others: pairs of many works take seconds
    to compare."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[ShownMotif, ...], networkx.Graph]] = {}

    def drawings(self, workspace: Workspace, motifs: Sequence[ShownMotif], start: int, most: int) -> Drawings:
        """The drawings of the works that share any of the motifs, from ``start`` on and ``most`` of them."""
        graph = self._graph(workspace, tuple(motifs))
        found = parts(graph)
        drawn = tuple(drawing(graph, works) for works in found[start : start + most])
        return Drawings(drawn, len(found), sum(map(len, found)))

    def groups(self, workspace: Workspace, motifs: Sequence[ShownMotif]) -> dict[str, int]:
        """Of the works that are versions of one composition the number of their group, 1 or more."""
        nodes = self._graph(workspace, tuple(motifs)).nodes(data="group")
        return {work: group for work, group in nodes if group}

    def _graph(self, workspace: Workspace, motifs: tuple[ShownMotif, ...]) -> networkx.Graph:
        from explorer.motifs.works_graph import works_graph

        known = self._kept.get(workspace.name)
        if known is not None and known[0] == motifs:
            return known[1]
        graph = works_graph(workspace, motifs, origin_of(workspace))
        self._kept[workspace.name] = motifs, graph
        return graph


def parts(graph: networkx.Graph) -> list[tuple[str, ...]]:
    """The works of each drawing of a graph (:func:`explorer.motifs.works_graph.works_graph`), the most works first."""
    import networkx

    strong = networkx.Graph()
    strong.add_edges_from((*sorted(pair), {"weight": weight}) for *pair, weight in _edges(graph) if weight >= SHARED)
    waiting = [sorted(works) for works in networkx.connected_components(strong)]
    found = []
    while waiting:
        works = waiting.pop()
        cut = _cut(strong, works) if len(works) > LARGEST else [works]
        if len(cut) > 1:
            waiting.extend(cut)
        else:
            found.append(tuple(works))
    return sorted(found, key=lambda works: (-len(works), works))


def drawing(graph: networkx.Graph, works: Sequence[str]) -> Drawing:
    """The drawing of some of the works of a graph. It is the same each time."""
    groups = {name: graph.nodes[name]["group"] for name in works}
    sizes = {group: sum(other == group for other in groups.values()) for group in groups.values()}
    groups = {name: group if sizes[group] > 1 else 0 for name, group in groups.items()}
    ordered = tuple(sorted(works, key=lambda name: (not groups[name], groups[name], name)))
    lines = _lines(graph, ordered, [groups[name] for name in ordered])
    middles, size = _laid(len(ordered), [(line.first, line.second) for line in lines if line.drawn])
    here = set(works)
    elsewhere = {
        other for name in works for other in graph[name]
        if other not in here and graph.edges[name, other]["weight"] >= SHARED
    }  # fmt: skip
    return Drawing(ordered, tuple(groups[name] for name in ordered), middles, size, lines, len(elsewhere))


# -- which lines ----------------------------------------------------------------------------------------------------


def _edges(graph: networkx.Graph) -> list[tuple[str, str, float]]:
    return sorted((*sorted(pair), weight) for *pair, weight in graph.edges(data="weight"))


def _numbered(graph: networkx.Graph, works: Sequence[str]) -> networkx.Graph:
    """The graph of some works by their numbers in that order: what is made of it then does not hang on the order of
    sets of names, which is another in each run."""
    import networkx

    numbers = {name: number for number, name in enumerate(works)}
    made = networkx.Graph()
    made.add_nodes_from(range(len(works)))
    for first, second, weight in _edges(graph):
        if first in numbers and second in numbers:
            made.add_edge(numbers[first], numbers[second], weight=weight)
    return made


def _cut(graph: networkx.Graph, works: Sequence[str]) -> list[list[str]]:
    """Works cut where few motifs are shared (Louvain's communities, Blondel et al. 2008)."""
    import networkx

    found = networkx.community.louvain_communities(_numbered(graph, works), weight="weight", seed=0)
    return [sorted(works[number] for number in each) for each in found]


def _lines(graph: networkx.Graph, works: Sequence[str], groups: Sequence[int]) -> tuple[Line, ...]:
    """All lines between works, strongest first. Drawn are the strongest of each work, and as many more as it takes that
    what hangs together does so in the drawing."""
    import networkx

    here = _numbered(graph, works)
    here.remove_edges_from([(a, b) for a, b, weight in here.edges(data="weight") if weight < SHARED])
    ordered = sorted(here.edges(data="weight"), key=lambda edge: (-edge[2], *sorted(edge[:2])))
    drawn = {frozenset(edge) for edge in networkx.maximum_spanning_edges(here, data=False)}
    left = [LINES_OF_EACH] * len(works)
    for first, second, _ in ordered:
        if left[first] > 0 or left[second] > 0:
            drawn.add(frozenset((first, second)))
            left[first], left[second] = left[first] - 1, left[second] - 1
    found = []
    for *pair, weight in ordered:
        first, second = sorted(pair)
        motifs = graph.edges[works[first], works[second]]["motifs"]
        versions = groups[first] == groups[second] > 0
        found.append(Line(first, second, motifs, weight, versions, frozenset(pair) in drawn))
    return tuple(found)


# -- where they lie --------------------------------------------------------------------------------------------------


def _laid(count: int, joined: Sequence[tuple[int, int]]) -> tuple[tuple[tuple[float, float], ...], tuple[float, float]]:
    """Middles of the works and the size of the drawing, in sides of a thumbnail: joined ones are near each other
    (Kamada and Kawai 1989), and none lies over another."""
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from(joined)
    found = networkx.kamada_kawai_layout(graph, weight=None) if count > 1 else {0: (0.0, 0.0)}
    middles = np.array([found[number] for number in range(count)], dtype=np.float64)
    if joined:
        first, second = np.array(joined).T
        middles *= _ALONG / max(float(np.linalg.norm(middles[first] - middles[second], axis=1).mean()), 1e-6)
    middles = _apart(_lying(middles))
    low, high = middles.min(axis=0), middles.max(axis=0)
    placed = middles - low + APART / 2
    width, height = high - low + APART
    return tuple((round(float(x), 3), round(float(y), 3)) for x, y in placed), (float(width), float(height))


def _lying(middles: np.ndarray) -> np.ndarray:
    """The same turned so that it is wider than high, as a page has room."""
    centred = middles - middles.mean(axis=0)
    if len(middles) < 2:
        return centred
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ axes.T
    # an axis may point either way: the work farthest out is at the right, and below
    return turned * np.where(turned[np.abs(turned).argmax(axis=0), [0, 1]] < 0, -1.0, 1.0)


def _apart(middles: np.ndarray) -> np.ndarray:
    """The same with all at least :data:`APART` from each other, as far as steps allow."""
    for _ in range(_STEPS):
        between = middles[:, None] - middles[None]
        far = np.linalg.norm(between, axis=2)
        np.fill_diagonal(far, np.inf)
        close = far < APART
        if not close.any():
            break
        way = np.where(far[..., None] > 1e-9, between / np.maximum(far, 1e-9)[..., None], (1.0, 0.0))
        middles = middles + (way * (np.where(close, APART - far, 0.0) * 0.55)[..., None]).sum(axis=1)
    return middles
