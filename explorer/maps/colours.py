"""What colours a map: for each point the values it has in a column, as small numbers, with their legend.

A point may have several values (artists of one work); each has its own slot. Numbers and dates are a ramp between two
ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.maps.clusters import USUAL_LEVEL, Clusters
from explorer.maps.plane import numbers, numeric_columns
from explorer.maps.points import Points
from explorer.maps.regions import shared_ground
from explorer.workspace import Workspace

NONE = 65_535
"""The code of no value."""
HIGHEST = 65_534
"""The code of the upper end of a ramp; that of the lower is 0."""
MOST_VALUES = 200
"""Values with a code of their own, the commonest; the rest share one, called :data:`OTHER`."""
MOST_SLOTS = 4
"""Values of one point that are told, its commonest."""
OTHER = "other"
CLUSTER, MOTIF = "\x00cluster", "\x00motif"
"""Names of the colourings that are no columns of the catalogue."""
_SHOWS = 0.5  # of the smaller of a region and an instance of a motif, for the region to show the motif


@dataclass(frozen=True)
class Colouring:
    """The values of ``N`` points."""

    name: str
    """A column, or :data:`CLUSTER` or :data:`MOTIF`."""
    kind: str
    """``classes`` or ``ramp``."""
    codes: np.ndarray
    """``(N, S) uint16``: of classes the number of each value in ``labels``, of a ramp one number from 0 to
    :data:`HIGHEST`; :data:`NONE` where there is no (further) value."""
    labels: tuple[str, ...] = ()
    """Values of classes, commonest first."""
    counts: tuple[int, ...] = ()
    """How many points have each."""
    ends: tuple[float, float] = (0.0, 0.0)
    """What the ends of a ramp stand for."""

    def legend(self) -> dict[str, object]:
        """All but the codes, as JSON."""
        return {"name": self.name, "kind": self.kind, "slots": self.codes.shape[1], "labels": list(self.labels),
                "counts": list(self.counts), "ends": list(self.ends)}  # fmt: skip


def classes(name: str, values: Sequence[Sequence[str]]) -> Colouring:
    """The colouring of points that have any number of ``values`` each.

    >>> classes("artist", [["Jan", "Rubens"], ["Jan"], []]).codes.tolist()
    [[0, 1], [0, 65535], [65535, 65535]]
    """
    counted = Counter(value for own in values for value in set(own))
    labels = [value for value, _ in sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:MOST_VALUES]]
    numbers_of = {value: number for number, value in enumerate(labels)}
    coded = [sorted({numbers_of.get(value, len(labels)) for value in own})[:MOST_SLOTS] for own in values]
    codes = np.full((len(values), max([1, *map(len, coded)])), NONE, np.uint16)
    for row, own in enumerate(coded):
        codes[row, : len(own)] = own
    counts = [counted[label] for label in labels]
    others = sum(1 for own in coded if len(labels) in own)
    if others:
        labels, counts = [*labels, OTHER], [*counts, others]
    return Colouring(name, "classes", codes, tuple(labels), tuple(counts))


def ramp(name: str, values: np.ndarray) -> Colouring:
    """The colouring by numbers ``(N,)``, NaN for none."""
    known = np.isfinite(values)
    low, high = (float(values[known].min()), float(values[known].max())) if known.any() else (0.0, 0.0)
    shares = np.zeros(len(values)) if high == low else (np.where(known, values, low) - low) / (high - low)
    codes = np.where(known, np.round(shares * HIGHEST), NONE).astype(np.uint16)
    return Colouring(name, "ramp", codes[:, None], ends=(low, high))


def by_column(workspace: Workspace, points: Points, column: str) -> Colouring:
    """The colouring by a column of the catalogue: a ramp where it holds numbers or dates, else classes. Raises
    :class:`ExplorerError` where there is no such column."""
    if column not in workspace.collection.columns():
        raise ExplorerError(f"The catalogue has no column {column[:60]!r}.")
    known = {work.id: work for work in workspace.collection.works()}
    listed: list[Work | None] = [known.get(work) for work in workspace.tables.works]
    shown = [listed[row] for row in np.unique(points.works)]
    numeric = numeric_columns([work for work in shown if work], [column, *(["year"] if column == "date" else [])])
    if column in numeric or (column == "date" and "year" in numeric):
        of_rows = np.array([numbers([work], column)[0] if work else np.nan for work in listed])
        return ramp(column, of_rows[points.works])
    return classes(column, [_values(listed[row], column) for row in points.works.tolist()])


def by_cluster(clusters: Clusters, level: int = USUAL_LEVEL) -> Colouring:
    """The colouring by the groups of a level, each by its number; no two groups are taken together."""
    codes = np.where(clusters.levels[level] < 0, NONE, clusters.levels[level]).astype(np.uint16)
    groups = [group for _, group in sorted(clusters.at(level).items())]
    return Colouring(CLUSTER, "classes", codes[:, None], tuple(group.name for group in groups),
                     tuple(group.count for group in groups))  # fmt: skip


def by_motif(workspace: Workspace, points: Points) -> Colouring:
    """The colouring by the motifs that are known: a work has those that occur in it, a region those that it shows.

    Raises :class:`ExplorerError` where nobody has looked for motifs.
    """
    from explorer.motifs.current import known_motifs

    found: dict[int, list[tuple[str, Box]]] = {}
    for motif in known_motifs(workspace):
        for instance in motif.instances:
            if (row := workspace.tables.rows.get(instance.work)) is not None:
                found.setdefault(row, []).append((motif.name or motif.id, instance.box))
    values = [
        [name for name, place in found.get(row, ()) if points.kind == "works" or _shows(box, place)]
        for row, box in zip(points.works.tolist(), points.boxes, strict=True)
    ]
    return classes(MOTIF, [list(dict.fromkeys(own)) for own in values])


def _values(work: Work | None, column: str) -> tuple[str, ...]:
    return work.values(column) if work else ()


def _shows(box: np.ndarray, place: Box) -> bool:
    return bool(shared_ground(box, np.array(place.as_tuple(), np.float32)) > _SHOWS)
