"""Works that share motifs, drawn: plain data, tested without a browser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from explorer.collection import Work
from explorer.motifs.export import origin_of
from explorer.motifs.layer import ShownMotif
from explorer.ui import incoming, views
from explorer.workspace import Workspace

if TYPE_CHECKING:
    import networkx

    from explorer.motifs.works_drawing import Drawing

PAGE = 12
"""Drawings that are sent at a time."""
MOST_LINES = 120
"""Pairs of works of a drawing that are listed, the strongest ones, beside those that are drawn."""


class WorksGraphs:
    """The graphs of the collections whose drawings were asked for, each kept until the motifs are others: pairs of many
    works take seconds to compare."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[ShownMotif, ...], networkx.Graph]] = {}

    def graph(self, workspace: Workspace, motifs: Sequence[ShownMotif]) -> networkx.Graph:
        """The graph of the works that share any of the motifs."""
        from explorer.motifs.works_graph import works_graph

        known, asked = self._kept.get(workspace.name), tuple(motifs)
        if known is not None and known[0] == asked:
            return known[1]
        graph = works_graph(workspace, motifs, origin_of(workspace))
        self._kept[workspace.name] = asked, graph
        return graph


def drawings(graph: networkx.Graph, works: Mapping[str, Work], sent: Any) -> views.Props:
    """Drawings of a graph from ``from`` on, :data:`PAGE` of them, and how many there are in all."""
    from explorer.motifs.works_drawing import drawing, parts

    start, found = incoming.whole_number(incoming.record(sent).get("from"), 0, 10**6, 0), parts(graph)
    return {
        "from": start,
        "total": len(found),
        "works": sum(map(len, found)),
        "drawings": [shown(drawing(graph, part), works) for part in found[start : start + PAGE]],
    }


def shown(drawn: Drawing, works: Mapping[str, Work]) -> views.Props:
    """A drawing: works with their places in fractions of it, and lines by the numbers of their works."""
    width, height = drawn.size
    lines = [line for number, line in enumerate(drawn.lines) if line.drawn or number < MOST_LINES]
    return {
        "width": round(width, 3), "height": round(height, 3),
        "works": [
            {**_caption(name, works), "group": group, "x": round(x / width, 5), "y": round(y / height, 5)}
            for name, group, (x, y) in zip(drawn.works, drawn.groups, drawn.middles, strict=True)
        ],
        "lines": [
            {"between": [line.first, line.second], "motifs": line.motifs, "weight": round(line.weight, 2),
             "versions": line.versions, "drawn": line.drawn}
            for line in lines
        ],
        "pairs": len(drawn.lines), "elsewhere": drawn.elsewhere,
    }  # fmt: skip


def _caption(name: str, works: Mapping[str, Work]) -> views.Props:
    work = works.get(name)
    return views.caption(work) if work else {"work": name, "title": name, "artist": "", "date": "", "aspect": 1.0}
