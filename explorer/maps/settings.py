"""How a map is laid out: a value that names a map in the cache, in a link and in a file."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from explorer.errors import ExplorerError
from explorer.maps.neighbours import METRICS

KINDS = ("works", "regions")
LAYOUTS = ("umap", "grid", "time", "columns", "own")
NEIGHBOURS = (2, 200)
"""Fewest and most neighbours of a layout."""
MOST_REGIONS = 100_000
ASPECTS = (0.2, 5.0)
VERSION = 1
"""Raised by hand when the same settings lay out differently."""
_LONGEST = 200


@dataclass(frozen=True)
class MapSettings:
    """What is on the map and how it is laid out. Raises :class:`ExplorerError` for what cannot be laid out."""

    kind: str = "works"
    """``works``, or ``regions`` (details)."""
    layout: str = "umap"
    """``umap``: those that look alike lie together. ``grid``: the same, moved to the cells of a grid that fills the
    plane. ``time``: the year across, likeness down. ``columns``: two numeric columns of the catalogue. ``own``: two
    columns that hold coordinates, drawn with the same scale both ways."""
    neighbours: int = 15
    """UMAP's ``n_neighbors``: few keep small groups apart, many show the whole."""
    min_dist: float = 0.1
    """UMAP's ``min_dist``, 0 to 0.99: how close points may lie to each other."""
    metric: str = "cosine"
    """One of :data:`METRICS`."""
    columns: tuple[str, str] = ("", "")
    """The columns across and down, of ``columns`` and ``own``."""
    aspect: float = 1.0
    """Width over height of the plane that a ``grid`` fills."""

    def __post_init__(self) -> None:
        _one_of("A map", self.kind, KINDS)
        _one_of("A layout", self.layout, LAYOUTS)
        _one_of("A metric", self.metric, METRICS)
        if not NEIGHBOURS[0] <= self.neighbours <= NEIGHBOURS[1]:
            raise ExplorerError(f"The neighbours of a map are a whole number from {NEIGHBOURS[0]} to {NEIGHBOURS[1]}.")
        if not (math.isfinite(self.min_dist) and 0 <= self.min_dist <= 0.99):
            raise ExplorerError("The least distance (min_dist) of a map is a number from 0 to 0.99.")
        if not (math.isfinite(self.aspect) and ASPECTS[0] <= self.aspect <= ASPECTS[1]):
            raise ExplorerError(f"A grid is {ASPECTS[0]:g} to {ASPECTS[1]:g} times as wide as high.")
        if self.layout in ("columns", "own") and not all(self.columns):
            raise ExplorerError("This layout needs two columns of the catalogue: one across, one down.")
        if any(len(name) > _LONGEST for name in self.columns):
            raise ExplorerError("A column's name is too long to be one.")

    @property
    def projected(self) -> MapSettings:
        """The settings of the UMAP that this layout starts from; all layouts of the same likeness share it."""
        return MapSettings(self.kind, "umap", self.neighbours, self.min_dist, self.metric)

    @property
    def key(self) -> str:
        """A short name for a file, the same for the same settings: ``works-umap-3f2a91c4``."""
        text = repr((VERSION, self.kind, self.layout, self.neighbours, self.min_dist, self.metric, self.columns,
                     self.aspect))  # fmt: skip
        return f"{self.kind}-{self.layout}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def to_json(self) -> dict[str, Any]:
        """Only what differs from the usual, for a link or a file.

        >>> MapSettings(layout="grid", aspect=1.5).to_json()
        {'layout': 'grid', 'aspect': 1.5}
        """
        usual = MapSettings()
        stated = {name: getattr(self, name) for name in _FIELDS if getattr(self, name) != getattr(usual, name)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in stated.items()}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> MapSettings:
        """The settings in a record that came from outside; values may be text, as in a link, where ``columns`` are
        two names with a bar between. Raises :class:`ExplorerError` for what is none.

        >>> MapSettings.from_json({"layout": "columns", "columns": "year|height_cm"}).columns
        ('year', 'height_cm')
        """
        unknown = [str(name)[:40] for name in record if name not in _FIELDS]
        if unknown:
            raise ExplorerError(f"A map has no setting {unknown[0]!r}; there are: {', '.join(_FIELDS)}.")
        given: dict[str, Any] = {}
        for name, value in record.items():
            given[name] = _columns(value) if name == "columns" else _as(name, value, type(getattr(cls(), name)))
        return cls(**given)

    def with_layout(self, layout: str, **changed: Any) -> MapSettings:
        """The same map in another layout."""
        return replace(self, layout=layout, **changed)


_FIELDS = ("kind", "layout", "neighbours", "min_dist", "metric", "columns", "aspect")


def _one_of(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ExplorerError(f"{what} is one of {', '.join(known)}, not {str(value)[:40]!r}.")


def _as(name: str, value: Any, kind: type) -> Any:
    try:
        if isinstance(value, bool) or (kind is str and not isinstance(value, str)):
            raise ValueError
        if kind is int and float(value) != int(float(value)):
            raise ValueError
        return kind(value)
    except (TypeError, ValueError, OverflowError):
        raise ExplorerError(f"The setting {name!r} of a map cannot be {str(value)[:40]!r}.") from None


def _columns(value: Any) -> tuple[str, str]:
    names = value.split("|") if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)) or len(names) != 2 or not all(isinstance(name, str) for name in names):
        raise ExplorerError("The columns of a map are two names: one across, one down.")
    return names[0].strip(), names[1].strip()
