"""Motifs as records: the keys of ``explorer motifs --json`` as attributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from explorer.api.records import PixelBox, TransformRecord, pixel_box


@dataclass(frozen=True)
class MotifInstanceRecord:
    """A place where a motif occurs."""

    file: str
    box: PixelBox | None
    """None where the work has gone from the collection."""
    place: tuple[float, float, float, float]
    """The same box as fractions of the picture's width and height."""
    transform: TransformRecord | None
    """From the motif's first instance to this one; None where it is not known."""
    score: float | None
    """Probability that it is a copy of the instance that it was compared with, 0 to 1; None where none was."""
    relation: str
    """What a person said that it is: ``copy``, ``reversed``, ``variant`` or ``doubtful``; empty where nobody did."""
    note: str
    by_hand: bool

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> MotifInstanceRecord:
        """The record of an instance as ``explorer motifs --json`` writes it."""
        x0, y0, x1, y1 = record["place"]
        transform = TransformRecord.from_json(record["transform"])
        box = record["box"] and pixel_box(record["box"])
        return cls(**{**record, "box": box, "place": (x0, y0, x1, y1), "transform": transform})


@dataclass(frozen=True)
class MotifRecord:
    """A detail that recurs, with what people made of it."""

    id: str
    size: int
    """How many instances it has."""
    works: int
    """In how many works."""
    probability: float | None
    """That it recurs at all, 0 to 1: that of its surest pair; None where nothing was compared, or is left."""
    name: str
    note: str
    kept: bool
    """Whether a person worked on it."""
    hidden: bool
    """Whether a person hid it, as one that means nothing."""
    instances: tuple[MotifInstanceRecord, ...]
    proposals: tuple[MotifInstanceRecord, ...]
    """What discovery found of a kept motif and nobody has decided about."""
    removed: tuple[MotifInstanceRecord, ...]

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> MotifRecord:
        """The record of a motif as ``explorer motifs --json`` writes it."""
        lists = {
            name: tuple(MotifInstanceRecord.from_json(instance) for instance in record[name])
            for name in ("instances", "proposals", "removed")
        }
        return cls(**{**record, **lists})
