"""The demo collection: a Netherlandish workshop about 1600, painted by this program, with the truth written beside.

Nothing here has a licence question, and everything about it is known: which motif recurs where, how large, which way
round, in which medium, how much of it is hidden.
"""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import groupby
from pathlib import Path
from typing import Any

from PIL import Image

from explorer.demo.catalogue import FIELDS, entry
from explorer.demo.painting import Occurrence, paint_work
from explorer.demo.plan import WorkPlan, plan_works

__all__ = ["paint_demo", "plan_works"]

MOSTLY_HIDDEN = 0.5
"""Occurrences hidden by more than this are left out of the annotations."""


def paint_demo(
    folder: Path, works: int = 72, seed: int = 1568, progress: Callable[[int, int], None] | None = None
) -> None:
    """Paint ``works`` works into ``folder``: ``images/``, ``metadata.csv``, ``annotations.json``, ``transforms.json``.

    The same seed gives the same pictures; fewer works are the beginning of more. ``progress`` is called with works
    done and works in all. A folder that is there already is replaced, and only when the new one is whole.
    """
    plans = plan_works(works, seed)
    partial = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    (partial / "images").mkdir(parents=True)
    try:
        truth = _paint_all(plans, seed, partial / "images", progress or (lambda done, total: None))
        _write_catalogue(partial / "metadata.csv", [entry(plan, seed) for plan in plans])
        occurrences = [record for plan in plans for record in truth[plan.number]]
        (partial / "transforms.json").write_text(json.dumps(occurrences, indent=1), "utf-8")
        (partial / "annotations.json").write_text(json.dumps(leave_one_out(occurrences), indent=1), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def leave_one_out(occurrences: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Annotations in ArtMiner's format: each occurrence a query, those in other works its truth."""
    seen = sorted((o for o in occurrences if o["hidden"] <= MOSTLY_HIDDEN), key=lambda o: o["motif"])
    annotations = {}
    for motif, group in groupby(seen, key=lambda o: o["motif"]):
        places = [(o["file"], o["box"]) for o in group]
        annotations[motif] = [
            {"query": list(place), "gt": [list(other) for other in places if other[0] != place[0]]} for place in places
        ]
    return {motif: queries for motif, queries in annotations.items() if any(query["gt"] for query in queries)}


def _paint_all(
    plans: list[WorkPlan], seed: int, images: Path, progress: Callable[[int, int], None]
) -> dict[int, list[dict[str, Any]]]:
    """Paint on all processors; each work is independent, so the order they finish in does not matter."""
    if len(plans) <= 2:
        return {plan.number: _paint_one(plan, seed, images) for plan in plans}
    truth: dict[int, list[dict[str, Any]]] = {}
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as painters:
        waiting = {painters.submit(_paint_one, plan, seed, images): plan.number for plan in plans}
        for done, future in enumerate(as_completed(waiting), start=1):
            truth[waiting[future]] = future.result()
            progress(done, len(plans))
    return truth


def _paint_one(plan: WorkPlan, seed: int, images: Path) -> list[dict[str, Any]]:
    picture, occurrences = paint_work(plan, seed)
    file = entry(plan, seed)["file"]
    Image.fromarray(picture).save(images / file, "JPEG", quality=88)
    return [_record(one, file, plan) for one in occurrences]


def _record(one: Occurrence, file: str, plan: WorkPlan) -> dict[str, Any]:
    return {
        "file": file, "motif": one.motif, "box": list(one.box), "scale": one.scale, "mirror": one.mirror,
        "turn": one.turn, "medium": plan.technique, "recolour": one.recolour, "hidden": one.hidden,
        "composition": plan.group, "version": plan.version,
    }  # fmt: skip


def _write_catalogue(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(rows)
