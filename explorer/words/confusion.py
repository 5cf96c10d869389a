"""Labels against a column of the catalogue: how many works have this label and that value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.collection.kept_columns import folded
from explorer.errors import ExplorerError
from explorer.words.labels import NONE_FITS

if TYPE_CHECKING:
    from explorer.words.labels import LabelTable
    from explorer.workspace import Workspace

MOST_VALUES = 30
"""Values of a column that are told apart: the commonest; the rest is "other"."""
OTHER, NOT_STATED = "other", "not stated"


@dataclass(frozen=True)
class Confusion:
    """A table of counts, a row for each label and one for the works without, a column for each value."""

    column: str
    labels: tuple[str, ...]
    """The last is empty: the works that no label fits."""
    values: tuple[str, ...]
    """The column's values, commonest first; a cell of the catalogue is one value, whatever is in it. Then "other" for
    values beyond the commonest and "not stated", where there are such works."""
    counts: np.ndarray
    """``(rows, columns) int64``."""

    def to_json(self) -> dict[str, Any]:
        """As the REST API and ``explorer label --against`` give it: works that no label fits have the label None."""
        rows = [
            {"label": label or None, "counts": counts}
            for label, counts in zip(self.labels, self.counts.tolist(), strict=True)
        ]
        return {"column": self.column, "values": list(self.values), "rows": rows}

    def lines(self) -> list[str]:
        """The table as text for a terminal: for each label its values with their counts, commonest first."""
        lines = []
        for label, counts in zip(self.labels, self.counts, strict=True):
            order = np.argsort(-counts, kind="stable")
            stated = ", ".join(f"{self.values[at]} {counts[at]:,}" for at in order if counts[at])
            lines.append(f"{label or NONE_FITS}: {counts.sum():,} ({stated})" if stated else f"{label or NONE_FITS}: 0")
        return lines


def confusion(table: LabelTable, column: str, values: Mapping[str, str]) -> Confusion:
    """A table of labels against the ``values`` of a ``column`` by work id; a work without one counts as not stated.

    >>> from explorer.words.abstention import Abstention
    >>> from explorer.words.labels import LabelTable
    >>> ones = np.array([1.0, 1.0])
    >>> table = LabelTable(("ship",), ("a", "b"), np.array([[0.9], [0.8]]), ones, ones, Abstention(0.5))
    >>> found = confusion(table, "genre", {"a": "marine"})
    >>> found.values, found.counts.tolist()
    (('marine', 'not stated'), [[1, 1], [0, 0]])
    """
    stated = [values.get(work, "") for work in table.works]
    common = [value for value, _ in sorted(Counter(filter(None, stated)).items(), key=_commonest_first)[:MOST_VALUES]]
    at = {value: number for number, value in enumerate(common)}
    counts = np.zeros((len(table.labels) + 1, len(common) + 2), dtype=np.int64)
    for best, value in zip(table.best, stated, strict=True):
        row = len(table.labels) if best is None else best
        counts[row, at.get(value, len(common)) if value else len(common) + 1] += 1
    shown = [*range(len(common)), *(number for number in (len(common), len(common) + 1) if counts[:, number].any())]
    names = [*common, OTHER, NOT_STATED]
    return Confusion(column, (*table.labels, ""), tuple(names[number] for number in shown), counts[:, shown])


def column_called(workspace: Workspace, name: str) -> str:
    """The column of a collection's catalogue that has a name, or one that reads the same: the page writes
    ``height_cm`` as "height cm". Raises :class:`ExplorerError` where there is no such column."""
    columns = workspace.collection.columns()
    if name in columns:
        return name
    for column in columns:
        if folded(column) == folded(name):
            return column
    known = ", ".join(columns) or "none: the collection has no catalogue"
    raise ExplorerError(f"The catalogue has no column {name!r}; there are: {known}.")


def column_values(workspace: Workspace, name: str) -> dict[str, str]:
    """What a column of a collection's catalogue, by :func:`column_called`, says of each work, by id; empty where it
    says nothing."""
    column = column_called(workspace, name)
    return {work.id: work.value(column) for work in workspace.collection.works()}


def _commonest_first(entry: tuple[str, int]) -> tuple[int, str]:
    value, count = entry
    return -count, value
