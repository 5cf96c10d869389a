"""Labels kept as a column of the catalogue, and written to a table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from explorer.collection.csv_cells import write_rows
from explorer.collection.kept_columns import KeptColumn
from explorer.words.labels import LabelTable
from explorer.workspace import Workspace


def keep_labels(
    workspace: Workspace, table: LabelTable, name: str, templates: tuple[str, ...], who: str = ""
) -> KeptColumn:
    """Keep each work's label, where one fits, as a column of the collection's catalogue.

    Raises :class:`ExplorerError`, with nothing kept, where the name will not do or no work has a label.
    """
    about: dict[str, Any] = {
        "labels": list(table.labels), "templates": list(templates), "threshold": table.abstention.threshold,
        "model": workspace.config.model, "model_hash": workspace.manifest.model_hash,
    }  # fmt: skip
    return workspace.collection.kept.keep(name, dict(zip(table.works, table.names, strict=True)), about, who)


def write_labels(table: LabelTable, path: Path, beside: tuple[str, Mapping[str, str]] | None = None) -> None:
    """Write a row for each work: file, label (empty where none fits), margin, fit, and the probability of every label.

    ``beside`` is a column of the catalogue, its name and its values by work, to stand beside the label.
    """
    column, values = beside if beside else ("", {})
    headings = ["file", "label", *([column] if beside else []), "margin", "fit", *table.labels]
    rows = (
        [
            work, label, *([values.get(work, "")] if beside else []), round(float(margin), 6), round(float(fit), 6),
            *(round(float(score), 6) for score in scores),
        ]
        for work, label, margin, fit, scores in zip(
            table.works, table.names, table.margins, table.fits, table.scores, strict=True
        )
    )  # fmt: skip
    write_rows(path, headings, rows)
