"""Painting a work from its plan, and the ground truth: where each motif is, and how much of it is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from explorer.demo import (
    motifs_animals,
    motifs_buildings,
    motifs_houses,
    motifs_nature,
    motifs_people,
    motifs_still_life,
)
from explorer.demo.media import render
from explorer.demo.plan import Placement, WorkPlan
from explorer.demo.scenery import AIR, paint_setting
from explorer.demo.sketch import Sketch
from explorer.demo.sprite import Pose, Sprite, draw

DESIGNS = {
    "windmill": motifs_buildings.windmill, "tower": motifs_buildings.church_tower, "house": motifs_houses.house,
    "cottage": motifs_houses.cottage, "bridge": motifs_houses.bridge, "well": motifs_houses.well,
    "dancers": motifs_people.dancers, "rider": motifs_animals.rider, "cart": motifs_animals.cart,
    "cow": motifs_animals.cow,
    "birds": motifs_animals.birds, "tree": motifs_nature.oak, "bare tree": motifs_nature.bare_tree,
    "boat": motifs_nature.boat, "jug": motifs_still_life.jug, "lemon": motifs_still_life.lemon,
    "roemer": motifs_still_life.roemer, "bread": motifs_still_life.bread, "flowers": motifs_still_life.flowers,
    "butterfly": motifs_still_life.butterfly,
}  # fmt: skip
"""What draws each motif."""

_SCALE_UNIT = 200  # pixels of width that count as scale 1
_WITHOUT_SHADOW = ("birds", "butterfly")


@dataclass(frozen=True)
class Occurrence:
    """A motif in a finished work; ``box`` is in pixels, ``hidden`` the fraction of it that cannot be seen."""

    motif: str
    box: tuple[int, int, int, int]
    scale: float
    mirror: bool
    turn: float
    recolour: str
    hidden: float


def paint_work(plan: WorkPlan, seed: int) -> tuple[np.ndarray, list[Occurrence]]:
    """The finished picture ``(H, W, 3) uint8`` and the motifs that can be seen in it."""
    canvas = paint_setting(plan.size, plan.setting, f"{seed}-{plan.group}")
    placed = []
    for owner, placement in enumerate(plan.placements, start=1):
        sprite = _draw(placement, plan)
        if placement.motif not in _WITHOUT_SHADOW:
            canvas.cast_shadow(sprite, 0.3 * (0.4 + 0.6 * placement.depth))
        haze = 0.0 if plan.kind == "still life" else 0.52 * (1 - placement.depth) ** 1.6
        placed.append(_Placed(placement, sprite, canvas.place(sprite, haze, AIR, owner)))
    if plan.reversed:
        canvas = canvas.mirrored()
    occurrences = [_occurrence(placed_motif, plan, int((canvas.owner == owner).sum()))
                   for owner, placed_motif in enumerate(placed, start=1)]  # fmt: skip
    picture = render(canvas, plan.technique, f"{seed}-{plan.number}")
    return picture, [occurrence for occurrence in occurrences if occurrence is not None]


@dataclass(frozen=True)
class _Placed:
    """A placement, its pixels, and how many of them are covered, hidden and outside ones included."""

    placement: Placement
    sprite: Sprite
    pixels: int


def _draw(placement: Placement, plan: WorkPlan) -> Sprite:
    width, height = plan.size
    sketch = design(placement.motif)
    x0, _, x1, _ = sketch.bounds()
    scale = placement.width * width / (x1 - x0)
    x, y = placement.x * width, placement.y * height
    return draw(sketch, Pose(x, y, scale, placement.mirror, placement.turn, placement.dye))


@lru_cache(maxsize=32)
def design(motif: str) -> Sketch:
    """A motif's sketch, drawn once."""
    sketch = Sketch(motif)
    DESIGNS[motif](sketch)
    return sketch


def _occurrence(placed: _Placed, plan: WorkPlan, visible: int) -> Occurrence | None:
    """Where a motif is, from what was painted; None when nothing of it is visible. ``visible``: in pixels."""
    placement, sprite, (width, height) = placed.placement, placed.sprite, plan.size
    rows = np.flatnonzero((sprite.cover > 0.5).any(axis=1))
    columns = np.flatnonzero((sprite.cover > 0.5).any(axis=0))
    x0, x1 = sprite.x + int(columns[0]), sprite.x + int(columns[-1]) + 1
    y0, y1 = sprite.y + int(rows[0]), sprite.y + int(rows[-1]) + 1
    if plan.reversed:
        x0, x1 = width - x1, width - x0
    box = (max(x0, 0), max(y0, 0), min(x1, width), min(y1, height))
    if visible == 0 or box[2] <= box[0] or box[3] <= box[1]:
        return None
    return Occurrence(
        placement.motif,
        box,
        scale=round(placement.width * width / _SCALE_UNIT, 3),
        mirror=placement.mirror != plan.reversed,
        turn=round(-placement.turn if plan.reversed else placement.turn, 2),
        recolour=placement.dye,
        hidden=round(1 - visible / placed.pixels, 3),
    )
