"""Motifs as files to take away: JSON, and a table with one row an instance. Both can be read back
(:mod:`explorer.motifs.reading_back`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

from explorer.collection import Work
from explorer.collection.csv_cells import plain_cell, write_rows
from explorer.files import write_atomically
from explorer.geometry import Box
from explorer.iiif.links import COLUMNS as REGION_LINKS
from explorer.iiif.links import region_links
from explorer.motifs.layer import ShownMotif, Sizes
from explorer.plates.origin import Origin

MOTIF_COLUMNS = (
    "motif", "name", "motif_note", "kept", "hidden", "probability", "state", "file", "box", "place", "scale", "turn",
    "mirror", "score", "relation", "note", "by_hand", *REGION_LINKS, "model", "settings", "version", "date",
)  # fmt: skip
STATES = {"instances": "in", "proposals": "proposed", "removed": "removed"}
"""What the table calls the lists of instances of the JSON."""


def motifs_json(motifs: Sequence[ShownMotif], sizes: Sizes, origin: Origin) -> dict[str, Any]:
    """``{"model", "settings", "version", "date", "motifs": [...]}``, with a record of
    :meth:`explorer.motifs.layer.ShownMotif.to_json` for each motif."""
    return {**asdict(origin), "motifs": [motif.to_json(sizes) for motif in motifs]}


def write_motifs_json(motifs: Sequence[ShownMotif], sizes: Sizes, origin: Origin, path: Path) -> None:
    """Write the JSON of motifs, whole or not at all."""
    write_atomically(path, json.dumps(motifs_json(motifs, sizes, origin), ensure_ascii=False, indent=1) + "\n")


def write_motifs_csv(
    motifs: Sequence[ShownMotif],
    sizes: Sizes,
    origin: Origin,
    path: Path,
    works: Mapping[str, Work] = MappingProxyType({}),
) -> None:
    """Write a table of :data:`MOTIF_COLUMNS` with one row an instance, whole or not at all.

    ``state`` is in, proposed or removed; ``box`` is in pixels and ``place`` in fractions of the picture, each four
    numbers with spaces between; links to it by IIIF are of those ``works``, by id, whose catalogue has them. A motif
    without instances has one row without a file. A byte order mark comes first,
    and what a spreadsheet would run as a formula has an apostrophe in front.
    """
    rows = (row for motif in motifs for row in _rows(motif.to_json(sizes), origin, works))
    write_rows(path, MOTIF_COLUMNS, ([plain_cell(row.get(column)) for column in MOTIF_COLUMNS] for row in rows))


def _rows(motif: dict[str, Any], origin: Origin, works: Mapping[str, Work]) -> Iterator[dict[str, Any]]:
    of_motif = {
        "motif": motif["id"], "name": motif["name"], "motif_note": motif["note"], "kept": motif["kept"],
        "hidden": motif["hidden"], "probability": motif["probability"], **asdict(origin),
    }  # fmt: skip
    instances = [(state, instance) for key, state in STATES.items() for instance in motif[key]]
    if not instances:
        yield of_motif
    for state, instance in instances:
        links = region_links(works.get(instance["file"]), Box(*instance["place"]))
        yield {**of_motif, "state": state, **instance, **(instance["transform"] or {}), **links}
