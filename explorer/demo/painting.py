"""From a plan to a picture and the truth about it: what stands where, and how much of it can still be seen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from explorer.demo import (
    motifs_beasts,
    motifs_buildings,
    motifs_houses,
    motifs_nature,
    motifs_people,
    motifs_still_life,
)
from explorer.demo.canvas import Canvas
from explorer.demo.media import render
from explorer.demo.plan import Thing, WorkPlan
from explorer.demo.scenery import AIR, paint_setting
from explorer.demo.sketch import Sketch
from explorer.demo.sprite import Pose, Sprite, draw

DESIGNS = {
    "windmill": motifs_buildings.windmill, "tower": motifs_buildings.church_tower, "house": motifs_houses.house,
    "cottage": motifs_houses.cottage, "bridge": motifs_houses.bridge, "well": motifs_houses.well,
    "dancers": motifs_people.dancers, "rider": motifs_beasts.rider, "cart": motifs_beasts.cart,
    "cow": motifs_beasts.cow,
    "birds": motifs_beasts.birds, "tree": motifs_nature.oak, "bare tree": motifs_nature.bare_tree,
    "boat": motifs_nature.boat, "jug": motifs_still_life.jug, "lemon": motifs_still_life.lemon,
    "roemer": motifs_still_life.roemer, "bread": motifs_still_life.bread, "flowers": motifs_still_life.flowers,
    "butterfly": motifs_still_life.butterfly,
}  # fmt: skip
"""The workshop's stock of motifs."""

_SCALE_UNIT = 200  # pixels of width that count as scale 1
_FLOATING = ("birds", "butterfly")


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
    """The finished picture ``(H, W, 3) uint8`` and what stands in it."""
    canvas = paint_setting(plan.size, plan.setting, f"{seed}-{plan.group}")
    placed = []
    for owner, thing in enumerate(plan.things, start=1):
        sprite = _drawn(thing, plan)
        if thing.motif not in _FLOATING:
            canvas.cast(sprite, 0.3 * (0.4 + 0.6 * thing.depth))
        haze = 0.0 if plan.kind == "still life" else 0.52 * (1 - thing.depth) ** 1.6
        placed.append((thing, sprite, canvas.lay(sprite, haze, AIR, owner)))
    if plan.reversed:
        canvas = canvas.mirrored()
    found = [_occurrence(canvas, owner, *one, plan) for owner, one in enumerate(placed, start=1)]
    return render(canvas, plan.technique, f"{seed}-{plan.number}"), [one for one in found if one is not None]


def _drawn(thing: Thing, plan: WorkPlan) -> Sprite:
    width, height = plan.size
    sketch = design(thing.motif)
    x0, _, x1, _ = sketch.bounds()
    drawn_width = thing.width * width
    pose = Pose(thing.x * width, thing.y * height, drawn_width / (x1 - x0), thing.mirror, thing.turn, thing.dye)
    return draw(sketch, pose)


@lru_cache(maxsize=32)
def design(motif: str) -> Sketch:
    """A motif's sketch, drawn once."""
    sketch = Sketch(motif)
    DESIGNS[motif](sketch)
    return sketch


def _occurrence(
    canvas: Canvas, owner: int, thing: Thing, sprite: Sprite, whole: int, plan: WorkPlan
) -> Occurrence | None:
    """Where a thing is, from what was painted; None when nothing of it is on the picture."""
    width, height = plan.size
    rows = np.flatnonzero((sprite.cover > 0.5).any(axis=1))
    columns = np.flatnonzero((sprite.cover > 0.5).any(axis=0))
    x0, x1 = sprite.x + int(columns[0]), sprite.x + int(columns[-1]) + 1
    y0, y1 = sprite.y + int(rows[0]), sprite.y + int(rows[-1]) + 1
    if plan.reversed:
        x0, x1 = width - x1, width - x0
    visible = int((canvas.owner == owner).sum())
    box = (max(x0, 0), max(y0, 0), min(x1, width), min(y1, height))
    if visible == 0 or box[2] <= box[0] or box[3] <= box[1]:
        return None
    mirror = thing.mirror != plan.reversed
    turn = -thing.turn if plan.reversed else thing.turn
    scale = round(thing.width * width / _SCALE_UNIT, 3)
    return Occurrence(thing.motif, box, scale, mirror, round(turn, 2), thing.dye, round(1 - visible / whole, 3))
