"""Drawings of works that share motifs: cut so that they can be read, the same each time, nothing over anything."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import networkx
import numpy as np
import pytest
from generated import SMALL, folder_of

from explorer.collection.kept_motifs import KeptInstance
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.motifs import works_graph as graph_module
from explorer.motifs.layer import ShownMotif
from explorer.motifs.works_drawing import APART, LARGEST, LINES_OF_EACH, WorksGraphs, drawing, parts
from explorer.verification.transforms import Transform
from explorer.workspace import Workspace


def graph_of(*edges: tuple[str, str, float], groups: dict[str, int] | None = None) -> networkx.Graph:
    graph = networkx.Graph()
    for first, second, weight in edges:
        graph.add_edge(first, second, weight=weight, motifs=max(1, round(weight)))
    networkx.set_node_attributes(graph, {name: (groups or {}).get(name, 0) for name in graph}, "group")
    return graph


def clique(names: list[str], weight: float = 2.0) -> list[tuple[str, str, float]]:
    return [(first, second, weight) for first, second in combinations(names, 2)]


def test_works_are_drawn_together_that_share_a_motif_more_likely_than_not() -> None:
    graph = graph_of(("a", "b", 1.0), ("b", "c", 0.9), ("c", "d", 0.3), ("d", "e", 0.6))
    assert parts(graph) == [("a", "b", "c"), ("d", "e")]
    assert drawing(graph, ("a", "b", "c")).elsewhere == 0


def test_a_large_group_is_cut_where_few_motifs_are_shared_and_says_what_is_elsewhere() -> None:
    first, second = ([f"{letter}{number:02}" for number in range(LARGEST - 4)] for letter in "ab")
    graph = graph_of(*clique(first), *clique(second), (first[0], second[0], 0.6), (first[1], second[0], 0.6))
    assert set(parts(graph)) == {tuple(first), tuple(second)}
    assert [drawing(graph, part).elsewhere for part in (first, second)] == [1, 2]


def test_the_strongest_lines_are_drawn_and_what_hangs_together_does_so_in_the_drawing() -> None:
    names = [f"w{number:02}" for number in range(20)]
    weights = np.random.default_rng(3).uniform(0.6, 3, 190)
    edges = [(a, b, float(weight)) for (a, b, _), weight in zip(clique(names), weights, strict=True)]
    found = drawing(graph_of(*edges), names)
    drawn = networkx.Graph([(line.first, line.second) for line in found.lines if line.drawn])
    assert len(found.lines) == 190
    assert networkx.is_connected(drawn) and len(drawn) == 20 and drawn.number_of_edges() < 20 * (LINES_OF_EACH + 1)
    weight = {line.drawn: [] for line in found.lines}
    for line in found.lines:
        weight[line.drawn].append(line.weight)
    assert np.mean(weight[True]) > np.mean(weight[False])
    assert [line.weight for line in found.lines] == sorted((line.weight for line in found.lines), reverse=True)


@pytest.mark.parametrize("count", [2, 3, 9, 24, 40])
def test_no_work_lies_over_another_and_all_are_inside(count: int) -> None:
    names = [f"w{number:02}" for number in range(count)]
    graph = graph_of(*clique(names))
    found = drawing(graph, names)
    middles = np.array(found.middles)
    between = np.linalg.norm(middles[:, None] - middles[None], axis=2)[~np.eye(count, dtype=bool)]
    assert between.min() > 0.9 * APART
    assert (middles >= 0.5).all() and (middles <= np.array(found.size) - 0.5).all()
    assert found.size[0] >= found.size[1] * 0.9, "the page has room across"
    assert drawing(graph, names) == found


def test_versions_of_one_composition_stand_first_and_next_to_each_other() -> None:
    graph = graph_of(
        ("a", "b", 1.0),
        ("b", "c", 3.0),
        ("c", "d", 1.0),
        ("d", "e", 3.0),
        groups={"b": 2, "c": 2, "d": 1, "e": 1, "a": 7},
    )
    found = drawing(graph, "abcde")
    assert found.works == ("d", "e", "b", "c", "a")
    assert found.groups == (1, 1, 2, 2, 0), "a group of which one work is here is none"
    assert {(found.works[line.first], found.works[line.second]) for line in found.lines if line.versions} == {
        ("d", "e"), ("b", "c"),
    }  # fmt: skip


def test_drawings_come_in_parts_of_one_graph_until_the_motifs_are_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_folder(folder_of(tmp_path / "pictures", 6, size=(160, 120)), "few", tmp_path / "cache", SMALL)
    workspace, made, works_graph = Workspace.open("few", tmp_path / "cache"), [], graph_module.works_graph
    works = [work.id for work in workspace.collection.works()]

    def counting(*asked) -> networkx.Graph:
        made.append(asked)
        return works_graph(*asked)

    monkeypatch.setattr(graph_module, "works_graph", counting)
    graphs, here = WorksGraphs(), Box(0.1, 0.1, 0.4, 0.4)
    pairs = [
        ShownMotif(f"m-{number}", tuple(KeptInstance(work, here, by_hand=True) for work in works[2 * number :][:2]))
        for number in range(3)
    ]
    parts_of = [graphs.drawings(workspace, pairs, start, 2) for start in (0, 2, 4)]
    assert [[set(each.works) for each in part.drawn] for part in parts_of] == [
        [set(works[:2]), set(works[2:4])], [set(works[4:])], [],
    ]  # fmt: skip
    assert {(part.total, part.works) for part in parts_of} == {(3, 6)} and len(made) == 1
    assert graphs.drawings(workspace, pairs[1:], 0, 2).total == 2 and len(made) == 2
    assert graphs.groups(workspace, pairs) == {}, "who shares a detail is no version"
    nearly, as_it_is = Box(0.05, 0.05, 0.95, 0.95), Transform(1.0, 0.0, False)
    version = ShownMotif("m-4", tuple(KeptInstance(work, nearly, transform=as_it_is) for work in works[:2]))
    assert graphs.groups(workspace, [*pairs, version]) == dict.fromkeys(works[:2], 1)
