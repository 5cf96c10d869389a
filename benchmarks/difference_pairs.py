"""Pairs of versions whose differences are known: works of the demo painted twice, the second time with something left
out, added, moved, recoloured, in another medium, or seen a little otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from explorer.demo.painting import Occurrence, paint_work
from explorer.demo.plan import Placement, WorkPlan, plan_works
from explorer.geometry import Box

CASES = ("same", "recoloured", "medium", "left out", "added", "moved", "left out, medium", "several")
NOT_DIFFERENT = CASES[:3]
_MEDIA = ("chalk", "grisaille", "pen", "watercolour", "engraving")
_LEAST, _SEEN = 0.09, 0.35  # width of a motif that is changed, of the picture's; hidden at most so much


@dataclass(frozen=True)
class Change:
    """What differs: the box on the first and on the second; both where it was moved."""

    first: Box | None
    second: Box | None

    @property
    def kind(self) -> str:
        return "moved" if self.first and self.second else "first" if self.first else "second"


@dataclass(frozen=True)
class Pair:
    """Two pictures ``(H, W, 3) uint8`` and how they differ."""

    case: str
    name: str
    first: np.ndarray
    second: np.ndarray
    changes: tuple[Change, ...]


def painted_pairs(works: int, seed: int) -> Iterator[Pair]:
    """Pairs made of the first versions among ``works`` works of a demo."""
    for plan in plan_works(works, seed):
        if plan.version == 0:
            yield from _pairs(plan, seed)


def _pairs(plan: WorkPlan, seed: int) -> Iterator[Pair]:
    rng = np.random.default_rng([seed, plan.number])
    first, seen = paint_work(plan, seed)
    changeable = [each for each in plan.placements if _changeable(each, seen)]
    for number, case in enumerate(CASES):
        changed = _changed(case, plan, changeable, rng)
        if changed is None:
            continue
        there, after = paint_work(replace(changed, number=1000 * (number + 1) + plan.number), seed)
        matrix = _view(rng, plan.size)
        second = cv2.warpAffine(there, matrix[:2], plan.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        changes = _changes(plan, changed, (seen, after), matrix)
        if case == "added":
            inverse = tuple(Change(each.second, each.first) for each in changes)
            yield Pair(case, f"{plan.number:03d}-{number}", second, first, inverse)
        else:
            yield Pair(case, f"{plan.number:03d}-{number}", first, second, changes)


def _changeable(placement: Placement, seen: list[Occurrence]) -> bool:
    found = [each for each in seen if each.motif == placement.motif and each.hidden < _SEEN]
    return bool(found) and placement.width > _LEAST and placement.motif != "birds"


def _changed(case: str, plan: WorkPlan, changeable: list[Placement], rng: np.random.Generator) -> WorkPlan | None:
    """The plan of the second version; None where the work does not lend itself to it."""
    media = [each for each in _MEDIA if each != plan.technique and plan.kind != "still life"]
    technique = str(rng.choice(media)) if "medium" in case and media else plan.technique
    if "medium" in case and not media:
        return None
    placements = list(plan.placements)
    if case == "recoloured":
        placements = [replace(each, dye="red" if each.dye != "red" else "blue") for each in placements]
    elif case not in NOT_DIFFERENT:
        placements = _rearranged(case, placements, changeable, rng)
    if not placements:
        return None
    placements.sort(key=lambda each: each.depth)
    return replace(plan, placements=tuple(placements), technique=technique)


def _rearranged(
    case: str, placements: list[Placement], changeable: list[Placement], rng: np.random.Generator
) -> list[Placement]:
    """The placements with something left out, or moved, or both; none where that cannot be."""
    if len(changeable) < 1 + (case == "several"):
        return []
    chosen, *others = (changeable[number] for number in rng.permutation(len(changeable)))
    if case not in ("moved", "several"):
        return [each for each in placements if each is not chosen]
    x = _free(chosen, placements)
    if x is None:
        return []
    gone = others[0] if case == "several" else None
    return [replace(each, x=x) if each is chosen else each for each in placements if each is not gone]


def _free(chosen: Placement, placements: list[Placement]) -> float | None:
    """The place nearest to its own where a motif overlaps neither what stands there nor where it stood."""
    for step in np.arange(0.1, 0.8, 0.02):
        for x in (chosen.x + step, chosen.x - step):
            if not chosen.width / 2 < x < 1 - chosen.width / 2:
                continue
            if all(abs(x - each.x) > 0.55 * (chosen.width + each.width) for each in placements):
                return float(x)
    return None


def _view(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """A small shift, turn and change of scale, in pixels."""
    centre = size[0] / 2, size[1] / 2
    matrix = np.vstack([cv2.getRotationMatrix2D(centre, rng.uniform(-2, 2), rng.uniform(0.95, 1.06)), [0, 0, 1]])
    matrix[:2, 2] += rng.uniform(-0.02, 0.02, 2) * size
    return matrix


def _changes(
    plan: WorkPlan, changed: WorkPlan, seen: tuple[list[Occurrence], list[Occurrence]], matrix: np.ndarray
) -> tuple[Change, ...]:
    found = []
    for before in plan.placements:
        after = next((each for each in changed.placements if each.motif == before.motif), None)
        if after is not None and after.x == before.x:
            continue
        first = _box(before.motif, seen[0], plan.size, np.eye(3))
        found.append(Change(first, _box(before.motif, seen[1], plan.size, matrix) if after else None))
    return tuple(found)


def _box(motif: str, seen: list[Occurrence], size: tuple[int, int], matrix: np.ndarray) -> Box | None:
    found = next((each for each in seen if each.motif == motif), None)
    if found is None:
        return None
    x0, y0, x1, y1 = found.box
    corners = np.array([[x0, y0, 1], [x1, y0, 1], [x0, y1, 1], [x1, y1, 1]]) @ matrix.T
    low, high = np.clip(corners[:, :2].min(0) / size, 0, 1), np.clip(corners[:, :2].max(0) / size, 0, 1)
    return Box(*map(float, (*low, *high))) if (high > low).all() else None
