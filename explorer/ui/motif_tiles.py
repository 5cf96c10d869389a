"""Instances of a motif laid alike: each of its details turned, mirrored and scaled to the pose of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from explorer.collection import Work
from explorer.collection.kept_motifs import KeptInstance
from explorer.ui import views

NARROWEST, WIDEST = 0.55, 1.9
"""Width to height of a tile: a detail that is longer leaves room beside it."""
FILLED = 0.92
"""Share of a tile that the detail takes, in its longer direction."""


@dataclass(frozen=True)
class Pose:
    """What all tiles of a motif share: width and height of its detail in the pose of one instance, in pixels there."""

    width: float
    height: float

    @property
    def aspect(self) -> float:
        """Width to height of a tile."""
        return min(max(self.width / self.height, NARROWEST), WIDEST)

    def share(self, instance: KeptInstance, work: Work) -> float:
        """Width of an instance's box on its tile, in widths of the tile, before it is turned.

        >>> from explorer.geometry import Box
        >>> from explorer.verification import Transform
        >>> mill = KeptInstance("a.jpg", Box(0.0, 0.0, 0.5, 0.5), Transform(2.0, 0.0, False))
        >>> round(Pose(100.0, 100.0).share(mill, Work("a.jpg", "", 400, 400, "Mill")), 2)
        0.92
        """
        width, height = instance.box.width * work.width, instance.box.height * work.height
        whole = max(width / self.width, height / self.height)  # of a detail that lies nobody knows how all is shown
        scale = instance.transform.scale if instance.transform else whole
        fitted = FILLED * min(1.0, self.width / self.height / self.aspect)
        return fitted * width / (scale * self.width)


def pose_of(instances: Sequence[KeptInstance], works: Mapping[str, Work]) -> Pose:
    """The pose that a motif's tiles are laid in: that of its first instance whose position and work are known, else of
    the first whose work is."""
    known = [each for each in instances if each.work in works]
    chosen = next((each for each in known if each.transform), known[0] if known else None)
    if chosen is None:
        return Pose(1.0, 1.0)
    work, scale = works[chosen.work], chosen.transform.scale if chosen.transform else 1.0
    return Pose(max(chosen.box.width * work.width / scale, 1.0), max(chosen.box.height * work.height / scale, 1.0))


def tile(instance: KeptInstance, pose: Pose, work: Work | None) -> views.Props:
    """An instance as its tile shows it: a box on a work, how wide that box is, and how it is turned and mirrored
    *back*; degrees are clockwise, as style sheets count them. ``work`` is None where it has left the collection."""
    if work is None:
        return {"work": instance.work, "title": instance.work, "artist": "", "date": "", "box": None}
    transform = instance.transform
    return {
        **views.caption(work),
        "box": views.sides(instance.box),
        "share": round(pose.share(instance, work), 4),
        "turn": round(float(transform.turn), 2) if transform else 0.0,
        "mirror": bool(transform and transform.mirror),
    }
