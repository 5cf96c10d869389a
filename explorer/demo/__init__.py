"""The demo collection: works of an invented Netherlandish workshop about 1600, painted here, with their ground truth.

The pictures raise no licence question, and everything about them is known: which motif recurs where, how large, whether
mirrored, in which medium, how much of it is hidden.

In reading order: :mod:`~explorer.demo.plan` (works, versions, placements of motifs), :mod:`~explorer.demo.catalogue`
(their rows), :mod:`~explorer.demo.painting` (a work from its plan), :mod:`~explorer.demo.scenery` (what is behind the
motifs), :mod:`~explorer.demo.sketch` and the ``motifs_...`` modules (designs of motifs), :mod:`~explorer.demo.sprite`
(a design as pixels), :mod:`~explorer.demo.canvas` (layers of a picture), :mod:`~explorer.demo.media` (rendering in a
technique), :mod:`~explorer.demo.noise` (random streams).
"""

from __future__ import annotations

import csv
import json
import multiprocessing
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import groupby
from pathlib import Path
from typing import Any

from PIL import Image

from explorer.demo.catalogue import FIELDS, catalogue_row
from explorer.demo.painting import Occurrence, paint_work
from explorer.demo.plan import WorkPlan, plan_works
from explorer.files import partial_name, remove_partial_versions
from explorer.parallel import thread_count

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
    remove_partial_versions(folder)
    partial = partial_name(folder)
    (partial / "images").mkdir(parents=True)
    try:
        truth = _paint_all(plans, seed, partial / "images", progress or (lambda done, total: None))
        _write_catalogue(partial / "metadata.csv", [catalogue_row(plan, seed) for plan in plans])
        occurrences = [record for plan in plans for record in truth[plan.number]]
        (partial / "transforms.json").write_text(json.dumps(occurrences, indent=1), "utf-8")
        (partial / "annotations.json").write_text(json.dumps(leave_one_out(occurrences), indent=1), "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def leave_one_out(occurrences: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Annotations in ArtMiner's format: each occurrence a query, those in other works its truth."""
    visible = sorted((o for o in occurrences if o["hidden"] <= MOSTLY_HIDDEN), key=lambda o: o["motif"])
    annotations = {}
    for motif, group in groupby(visible, key=lambda o: o["motif"]):
        boxes = [(o["file"], o["box"]) for o in group]
        annotations[motif] = [
            {"query": list(query), "gt": [list(box) for box in boxes if box[0] != query[0]]} for query in boxes
        ]
    return {motif: queries for motif, queries in annotations.items() if any(query["gt"] for query in queries)}


def _paint_all(
    plans: list[WorkPlan], seed: int, images: Path, progress: Callable[[int, int], None]
) -> dict[int, list[dict[str, Any]]]:
    """Paint on all processors; each work is independent, so the order they finish in does not matter."""
    if len(plans) <= 2:
        return {plan.number: _paint_and_save(plan, seed, images) for plan in plans}
    truth: dict[int, list[dict[str, Any]]] = {}
    with ProcessPoolExecutor(thread_count(), multiprocessing.get_context("spawn")) as painters:
        waiting = {painters.submit(_paint_and_save, plan, seed, images): plan.number for plan in plans}
        for done, future in enumerate(as_completed(waiting), start=1):
            truth[waiting[future]] = future.result()
            progress(done, len(plans))
    return truth


def _paint_and_save(plan: WorkPlan, seed: int, images: Path) -> list[dict[str, Any]]:
    picture, occurrences = paint_work(plan, seed)
    file = catalogue_row(plan, seed)["file"]
    Image.fromarray(picture).save(images / file, "JPEG", quality=88)
    return [_record(occurrence, file, plan) for occurrence in occurrences]


def _record(found: Occurrence, file: str, plan: WorkPlan) -> dict[str, Any]:
    return {
        "file": file, "motif": found.motif, "box": list(found.box), "scale": found.scale, "mirror": found.mirror,
        "turn": found.turn, "medium": plan.technique, "recolour": found.recolour, "hidden": found.hidden,
        "composition": plan.group, "version": plan.version,
    }  # fmt: skip


def _write_catalogue(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, FIELDS)
        writer.writeheader()
        writer.writerows(rows)
