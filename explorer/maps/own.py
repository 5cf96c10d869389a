"""Coordinates of one's own: a table of files with two columns of numbers, joined with the works and kept as columns.

As kept columns they outlive every indexing, can be removed and brought back, and are in the exported catalogue.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from explorer.collection.catalogue import read_catalogue
from explorer.errors import ExplorerError
from explorer.maps.settings import MapSettings
from explorer.workspace import Workspace

HEADINGS = (("x", "y"), ("longitude", "latitude"), ("lon", "lat"), ("lng", "lat"))
"""Headings of coordinates, across first, that need not be named."""


@dataclass(frozen=True)
class OwnPlaces:
    """Coordinates by work id, and what became of the table's other rows."""

    places: Mapping[str, tuple[float, float]]
    unmatched: int
    """Rows that name no work, or might name several."""
    no_numbers: int
    """Works whose row has no two numbers."""

    def sentence(self) -> str:
        said = f"{len(self.places):,} works have places"
        asides = [(self.unmatched, "rows name no work"), (self.no_numbers, "works have no two numbers")]
        return "; ".join([said, *(f"{count:,} {what}" for count, what in asides if count)]) + "."


def read_places(path: Path, ids: list[str], columns: tuple[str, str] | None = None) -> OwnPlaces:
    """The coordinates of the works ``ids`` in a table with a column of files; ``columns`` are the headings, where they
    are none of :data:`HEADINGS`. Raises :class:`ExplorerError` for a table without these, or that names no work."""
    catalogue = read_catalogue(path)
    headings = {heading.casefold(): heading for heading in catalogue.rows[0]}
    wanted = [columns] if columns else HEADINGS
    pair = next((pair for pair in wanted if all(name.casefold() in headings for name in pair)), None)
    if pair is None:
        named = " and ".join(f"“{name[:60]}”" for name in wanted[0])
        raise ExplorerError(f"{path.name} needs the columns {named} with numbers beside the one with files.")
    across, down = (headings[name.casefold()] for name in pair)
    joined = catalogue.joined(ids)
    if not joined.rows:
        raise ExplorerError(catalogue.none_joined(ids))
    places: dict[str, tuple[float, float]] = {}
    for work, row in joined.rows.items():
        x, y = (_number(catalogue.rows[row][heading]) for heading in (across, down))
        if x is not None and y is not None:
            places[work] = (x, y)
    if not places:
        raise ExplorerError(f"{path.name} has no numbers in the columns “{across[:60]}” and “{down[:60]}”.")
    return OwnPlaces(places, len(joined.missing) + len(joined.ambiguous), len(joined.rows) - len(places))


def keep_places(workspace: Workspace, name: str, own: OwnPlaces, who: str = "") -> MapSettings:
    """Keep coordinates as the columns "NAME x" and "NAME y"; returns the settings of their map.

    Raises :class:`ExplorerError`, with nothing kept, where such a name is taken.
    """
    kept, columns = workspace.collection.kept, (f"{name.strip()} x", f"{name.strip()} y")
    for column in columns:
        kept.check_name(column)
    for axis, column in enumerate(columns):
        kept.keep(column, {work: repr(place[axis]) for work, place in own.places.items()},
                  {"coordinates": name.strip()}, who)  # fmt: skip
    return MapSettings(layout="own", columns=columns)


def _number(text: str) -> float | None:
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
