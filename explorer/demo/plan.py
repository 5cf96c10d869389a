"""The plan of the demo's works: compositions, their versions, and which motif is where in each.

Everything is decided here before anything is painted, from the seed and the work's number alone: works can be painted
in any order, on any number of processes, and the plan can be read (and tested) without painting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from explorer.demo.noise import random_stream
from explorer.demo.scenery import Setting

VERSIONS = (1, 2, 1, 1, 3, 1, 2, 1)
"""How many versions successive compositions get; a dozen works in all, then it begins again."""


@dataclass(frozen=True)
class Placement:
    """A motif in a composition: ``x`` (of its middle) and ``width`` as fractions of the picture's width, ``y`` (of its
    foot) of its height, ``depth`` 0 far to 1 near, ``turn`` in degrees counter-clockwise, ``dye`` a colour."""

    motif: str
    x: float
    y: float
    depth: float
    width: float
    mirror: bool = False
    turn: float = 0.0
    dye: str = ""


@dataclass(frozen=True)
class WorkPlan:
    """A work. ``group``: number of its composition; ``version``: 0 for the first; ``size``: width and height in pixels;
    ``reversed``: the whole is mirrored."""

    number: int
    kind: str
    group: int
    version: int
    size: tuple[int, int]
    setting: Setting
    placements: tuple[Placement, ...]
    technique: str
    reversed: bool


@dataclass(frozen=True)
class Slot:
    """Where a motif may stand: ranges for ``x`` and ``depth``, and the odds that it is there at all."""

    motif: str
    x: tuple[float, float]
    depth: tuple[float, float]
    odds: float = 1.0


WIDTHS = {
    "windmill": 0.40, "tower": 0.26, "house": 0.30, "cottage": 0.34, "bridge": 0.46, "well": 0.24, "dancers": 0.34,
    "rider": 0.24, "cart": 0.38, "cow": 0.27, "birds": 0.24, "tree": 0.44, "bare tree": 0.46, "boat": 0.40,
    "jug": 0.26, "lemon": 0.22, "roemer": 0.2, "bread": 0.36, "flowers": 0.46, "butterfly": 0.12,
}  # fmt: skip
"""How wide a motif is at the very front, as a fraction of the picture's width."""

_BIRDS = Slot("birds", (0.15, 0.8), (0.4, 0.9), 0.5)
KINDS: dict[str, tuple[Setting, tuple[Slot, ...]]] = {
    "mill": (Setting("land", 0.52, light=0.6), (
        Slot("windmill", (0.3, 0.7), (0.42, 0.75)), Slot("tree", (0.02, 0.14), (0.8, 0.95), 0.75),
        Slot("cart", (0.3, 0.8), (0.6, 0.9), 0.8), Slot("tower", (0.7, 0.92), (0.12, 0.3), 0.8),
        Slot("rider", (0.55, 0.9), (0.7, 0.95), 0.5), Slot("cottage", (0.75, 0.95), (0.3, 0.45), 0.4), _BIRDS)),
    "harbour": (Setting("water", 0.46, water=0.62, light=0.4), (
        Slot("boat", (0.3, 0.72), (0.35, 0.75)), Slot("tower", (0.05, 0.3), (0.1, 0.2), 0.9),
        Slot("windmill", (0.72, 0.93), (0.1, 0.28), 0.75), Slot("house", (0.03, 0.2), (0.2, 0.34), 0.5),
        Slot("rider", (0.12, 0.35), (0.93, 0.99), 0.4), Slot("tree", (0.88, 1.0), (0.9, 0.98), 0.5), _BIRDS)),
    "village": (Setting("land", 0.42, light=0.3), (
        Slot("tower", (0.4, 0.65), (0.25, 0.42)), Slot("house", (0.08, 0.25), (0.45, 0.62), 0.8),
        Slot("cottage", (0.75, 0.92), (0.45, 0.6), 0.8), Slot("cart", (0.3, 0.6), (0.72, 0.95), 0.8),
        Slot("well", (0.62, 0.85), (0.75, 0.92), 0.9), Slot("cow", (0.08, 0.3), (0.8, 0.95), 0.5),
        Slot("tree", (0.92, 1.02), (0.8, 0.95), 0.5), _BIRDS)),
    "still life": (Setting("still life", 0.66), ()),
    "road": (Setting("land", 0.48, light=0.9), (
        Slot("tree", (0.04, 0.2), (0.78, 0.95)), Slot("cart", (0.4, 0.75), (0.6, 0.92)),
        Slot("rider", (0.68, 0.92), (0.5, 0.85), 0.7), Slot("tower", (0.55, 0.85), (0.1, 0.22), 0.7),
        Slot("windmill", (0.35, 0.55), (0.15, 0.3), 0.5), Slot("cow", (0.2, 0.45), (0.85, 0.98), 0.4), _BIRDS)),
    "river": (Setting("water", 0.45, water=0.4, light=0.5), (
        Slot("bridge", (0.3, 0.6), (0.24, 0.42)), Slot("boat", (0.6, 0.85), (0.25, 0.45), 0.85),
        Slot("windmill", (0.05, 0.25), (0.1, 0.22), 0.6), Slot("cottage", (0.8, 0.95), (0.06, 0.2), 0.6),
        Slot("cow", (0.15, 0.7), (0.85, 0.98), 0.7), Slot("tree", (0.0, 0.12), (0.8, 0.95), 0.6), _BIRDS)),
    "winter": (Setting("land", 0.46, light=0.2, season=1.0), (
        Slot("bare tree", (0.04, 0.2), (0.75, 0.95)), Slot("cottage", (0.65, 0.9), (0.4, 0.6), 0.9),
        Slot("dancers", (0.35, 0.65), (0.7, 0.95), 0.9), Slot("tower", (0.35, 0.55), (0.12, 0.28), 0.7),
        Slot("cart", (0.7, 0.88), (0.75, 0.95), 0.4), Slot("birds", (0.3, 0.8), (0.5, 0.9), 0.9))),
    "kermis": (Setting("land", 0.38, light=0.5), (
        Slot("dancers", (0.35, 0.65), (0.75, 0.98)), Slot("house", (0.02, 0.2), (0.5, 0.68), 0.9),
        Slot("tower", (0.55, 0.75), (0.22, 0.4), 0.8), Slot("cart", (0.75, 0.92), (0.5, 0.72), 0.7),
        Slot("well", (0.22, 0.36), (0.6, 0.8), 0.75), Slot("tree", (0.94, 1.04), (0.8, 0.95), 0.5), _BIRDS)),
    "farm": (Setting("land", 0.44, light=0.7), (
        Slot("cottage", (0.2, 0.4), (0.5, 0.7)), Slot("cow", (0.5, 0.8), (0.7, 0.97)),
        Slot("well", (0.08, 0.2), (0.75, 0.95), 0.9), Slot("bare tree", (0.82, 0.98), (0.45, 0.8), 0.7),
        Slot("windmill", (0.55, 0.78), (0.16, 0.34), 0.7), Slot("rider", (0.4, 0.6), (0.7, 0.9), 0.4), _BIRDS)),
}  # fmt: skip
_ORDER = (
    "mill",
    "harbour",
    "village",
    "still life",
    "road",
    "river",
    "winter",
    "kermis",
    "farm",
    "still life",
    "harbour",
)
_SIZES = {
    "land": ((1000, 750), (1050, 700), (960, 770), (1100, 600)),
    "water": ((1050, 700), (1100, 560), (1000, 750)),
    "still life": ((770, 1000), (820, 960), (1000, 800)),
}
_DYES = {
    "cow": ("", "", "ochre", "grey"), "boat": ("", "", "red", "ochre", "grey"), "cart": ("", "", "", "ochre", "grey"),
    "windmill": ("", "", "red", "ochre", "grey"), "flowers": ("", "", "red", "ochre", "blue"),
    "dancers": ("", "", "red", "blue", "green", "ochre"), "rider": ("", "red", "blue", "green", "ochre"),
}  # fmt: skip
_TABLE = ("flowers", "jug", "roemer", "lemon", "bread")


def plan_works(works: int, seed: int) -> list[WorkPlan]:
    """The first ``works`` works; fewer are always the beginning of more."""
    return [_plan(number, seed) for number in range(works)]


def _plan(number: int, seed: int) -> WorkPlan:
    block, position = divmod(number, sum(VERSIONS))
    starts = np.cumsum((0, *VERSIONS))
    within = int(np.searchsorted(starts, position, side="right")) - 1
    group, version = block * len(VERSIONS) + within, position - int(starts[within])
    first = _composition(group, seed, number)
    if version == 0:
        return first
    return _another_version(first, version, random_stream(seed, "version", number))


def _composition(group: int, seed: int, number: int) -> WorkPlan:
    rng = random_stream(seed, "composition", group)
    kind = _ORDER[group % len(_ORDER)]
    setting, slots = KINDS[kind]
    setting = replace(setting, horizon=setting.horizon + float(rng.uniform(-0.04, 0.04)))
    sizes = _SIZES[setting.kind]
    size = sizes[int(rng.integers(len(sizes)))]
    placements = _table(rng, setting, size) if kind == "still life" else _scene(rng, setting, slots)
    technique = str(rng.choice(["oil", "oil", "oil", "oil", "watercolour", "pen"]))
    technique = "oil" if kind == "still life" else technique  # a dark ground is nothing for watercolour
    return WorkPlan(number, kind, group, 0, size, setting, placements, technique, False)


def _scene(rng: np.random.Generator, setting: Setting, slots: tuple[Slot, ...]) -> tuple[Placement, ...]:
    placements: list[Placement] = []
    for slot in slots:
        there = rng.random() < slot.odds
        x, depth = float(rng.uniform(*slot.x)), float(rng.uniform(*slot.depth))
        turn, mirror, dye = float(rng.normal(0, 1.6)), bool(rng.random() < 0.35), _dye(slot.motif, rng)
        others = [float(value) for value in rng.uniform(*slot.x, size=8)]
        if not there:
            continue
        if slot.motif == "birds":
            y, width = setting.horizon * float(rng.uniform(0.3, 0.65)), WIDTHS["birds"] * (0.45 + 0.5 * depth)
        else:
            y = setting.horizon + 0.02 + (0.94 - setting.horizon) * depth
            width = WIDTHS[slot.motif] * (0.26 + 0.74 * depth)
            x = _clear_of(placements, (x, *others), width)
        upright = slot.motif in ("tower", "house", "bridge", "well", "cottage")
        placements.append(Placement(slot.motif, x, y, depth, width, mirror, turn * (0.3 if upright else 1.0), dye))
    return tuple(sorted(placements, key=lambda placement: placement.depth))


def _clear_of(placements: list[Placement], candidates: tuple[float, ...], width: float) -> float:
    """The first of the candidates for ``x`` at which a motif overlaps little with the others; a little is wanted."""

    def overlap(x: float) -> float:
        overlaps = [
            (width + placement.width) / 2 - abs(x - placement.x)
            for placement in placements
            if placement.motif != "birds"
        ]
        return max([0.0, *(shared / width for shared in overlaps)])

    return next((x for x in candidates if overlap(x) < 0.3), min(candidates, key=overlap))


def _table(rng: np.random.Generator, setting: Setting, size: tuple[int, int]) -> tuple[Placement, ...]:
    """Up to five motifs side by side on the table, the tall ones behind; perhaps a butterfly."""
    chosen = [motif for motif in _TABLE if rng.random() < 0.82] or ["jug"]
    shrink = min(1.0, 0.86 * size[1] / size[0])
    centres = np.linspace(0.22, 0.8, max(len(chosen), 2))[rng.permutation(len(chosen))]
    placements: list[Placement] = []
    for motif, x in zip(chosen, centres, strict=True):
        tall = motif in ("flowers", "jug", "roemer")
        depth = float(rng.uniform(0.25, 0.4) if tall else rng.uniform(0.6, 0.85))
        y = setting.horizon + (0.9 - setting.horizon) * depth
        width = WIDTHS[motif] * shrink * float(rng.uniform(0.78, 1.05))
        centre, mirror = float(x + rng.normal(0, 0.02)), bool(rng.random() < 0.4)
        placements.append(Placement(motif, centre, y, depth, width, mirror, 0.0, _dye(motif, rng)))
    if rng.random() < 0.6:
        x, y, turn = float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.78, 0.9)), float(rng.uniform(-40, 40))
        placements.append(Placement("butterfly", x, y, 0.95, WIDTHS["butterfly"], False, turn, _dye("butterfly", rng)))
    return tuple(sorted(placements, key=lambda placement: placement.depth))


def _another_version(first: WorkPlan, version: int, rng: np.random.Generator) -> WorkPlan:
    """The same composition by another hand: reversed, in another technique, a motif left out, colours changed."""
    unfit = (first.technique, "watercolour" if first.kind == "still life" else "")
    techniques = [t for t in ("engraving", "pen", "oil", "grisaille", "watercolour", "chalk") if t not in unfit]
    technique = "oil" if rng.random() < 0.25 and first.technique != "oil" else str(rng.choice(techniques))
    moves = [float(move) for move in rng.normal(0, 0.012, size=len(first.placements))]
    placements = [
        replace(placement, dye=_dye(placement.motif, rng), x=placement.x + move)
        for placement, move in zip(first.placements, moves, strict=True)
    ]
    if len(placements) > 3 and rng.random() < 0.5:
        placements.pop(int(rng.integers(len(placements))))
    is_reversed = technique == "engraving" or bool(rng.random() < 0.3)
    return replace(first, version=version, placements=tuple(placements), technique=technique, reversed=is_reversed)


def _dye(motif: str, rng: np.random.Generator) -> str:
    """A random colour among those of the motif: some may have any, but there is no green cow."""
    return str(rng.choice(_DYES.get(motif, ("", "", "", "red", "blue", "ochre", "grey"))))
