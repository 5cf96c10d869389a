"""What the Python API answers with of maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from explorer.api.records import PixelBox, pixel_box


@dataclass(frozen=True)
class MapRecord:
    """A point of a map: a work, or a detail of it. ``x`` and ``y`` are from 0 to 1, from the left and the top; on a
    map by likeness, what looks alike is near each other."""

    file: str
    """The work's name, as in all records: the path under which its file was first seen."""
    x: float
    y: float
    cluster: str = ""
    """The name of the group that it is in, empty for none."""
    faithfulness: float = 1.0
    """The share, 0 to 1, of what it is most like that is near it on the map."""
    box: PixelBox | None = None
    """Of a detail, in pixels of the original."""


class MapResult(list[MapRecord]):
    """The points of a map, and what is to be known of it."""

    def __init__(self, record: dict[str, Any]) -> None:
        """``record`` is what ``explorer map --json`` writes."""
        super().__init__(
            MapRecord(point["id"], point["x"], point["y"], point["cluster"], point["faithfulness"],
                      pixel_box(point[side] for side in ("x0", "y0", "x1", "y1")) if "x0" in point else None)
            for point in record["points"]
        )  # fmt: skip
        self.caption: str = record["caption"]
        """What may be read from it, and what not."""
        self.chosen: str = record["chosen"]
        """How its points were chosen."""
        self.faithfulness: float = record["faithfulness"]
        """The mean of all points."""
        self.clusters: list[dict[str, Any]] = record["clusters"]
        """Groups by level: ``level, name, words, terms, count, x, y``."""
        self.aspect: float = record["aspect"]
        """Width of the plane over its height."""
