"""The demo collection: the same every time, its catalogue consistent, its ground truth where the paint is."""

import csv
import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.demo import leave_one_out, paint_demo, plan_works
from explorer.demo.catalogue import catalogue_row
from explorer.demo.painting import DESIGNS, paint_work

SEED = 1568
WORKS = 6


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("painted") / "demo"
    paint_demo(folder, works=WORKS, seed=SEED)
    return folder


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_paints_the_same_bytes_and_fewer_works_are_the_beginning_of_more(painted, tmp_path):
    paint_demo(tmp_path / "again", works=2, seed=SEED)  # in this process, where the fixture used several
    for row in _rows(tmp_path / "again"):
        assert (tmp_path / "again" / "images" / row["file"]).read_bytes() == (
            painted / "images" / row["file"]
        ).read_bytes()


def test_another_seed_paints_something_else():
    assert plan_works(5, SEED) != plan_works(5, SEED + 1)


def test_every_row_has_its_picture_and_sizes_that_agree_with_it(painted):
    rows = _rows(painted)
    assert {row["file"] for row in rows} == {path.name for path in (painted / "images").iterdir()}
    assert len(rows) == WORKS
    for row in rows:
        with Image.open(painted / "images" / row["file"]) as picture:
            aspect = picture.width / picture.height
        assert float(row["width_cm"]) / float(row["height_cm"]) == pytest.approx(aspect, rel=0.01)
        assert 1560 <= int(row["year"]) <= 1645
        assert all(row[column] for column in ("title", "artist", "medium", "collection", "inventory number"))


def test_progress_reaches_the_end_and_an_older_demo_is_replaced(tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "old").write_text("old")
    calls = []
    paint_demo(tmp_path / "demo", works=3, seed=SEED, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 3), (2, 3), (3, 3)]
    assert not (tmp_path / "demo" / "old").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_the_full_plan_repeats_every_motif():
    plans = plan_works(72, SEED)
    works_with = defaultdict(set)
    for plan in plans:
        for placement in plan.placements:
            works_with[placement.motif].add(plan.number)
    assert set(works_with) == set(DESIGNS)
    assert min(len(works) for works in works_with.values()) >= 5
    assert len({catalogue_row(plan, SEED)["file"] for plan in plans}) == 72
    assert len({plan.technique for plan in plans}) == 6
    mirrored = [placement.mirror != plan.reversed for plan in plans for placement in plan.placements]
    assert 0.2 < np.mean(mirrored) < 0.6
    first = defaultdict(set)
    for plan in plans[:24]:
        for placement in plan.placements:
            first[placement.motif].add(plan.number)
    assert min(len(first[motif]) for motif in ("windmill", "cart", "boat", "tree", "tower")) >= 4


def test_truth_lies_on_the_pictures(painted):
    occurrences = json.loads((painted / "transforms.json").read_text())
    assert len(occurrences) > 2 * WORKS
    for occurrence in occurrences:
        with Image.open(painted / "images" / occurrence["file"]) as picture:
            width, height = picture.size
        x0, y0, x1, y1 = occurrence["box"]
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height
        assert -0.01 <= occurrence["hidden"] <= 1


def test_annotations_leave_one_work_out_and_the_mostly_hidden():
    places = [
        {"file": "a", "box": [0, 0, 1, 1], "motif": "boat", "hidden": 0.0},
        {"file": "b", "box": [1, 1, 2, 2], "motif": "boat", "hidden": 0.2},
        {"file": "b", "box": [5, 5, 6, 6], "motif": "boat", "hidden": 0.9},
        {"file": "a", "box": [3, 3, 4, 4], "motif": "cow", "hidden": 0.0},
    ]
    assert leave_one_out(places) == {
        "boat": [
            {"query": ["a", [0, 0, 1, 1]], "gt": [["b", [1, 1, 2, 2]]]},
            {"query": ["b", [1, 1, 2, 2]], "gt": [["a", [0, 0, 1, 1]]]},
        ]
    }


def test_boxes_are_where_the_motifs_were_painted():
    """A work painted without one of its motifs differs inside that motif's box, fills most of it, and nowhere else."""
    plan = next(p for p in plan_works(12, SEED) if p.technique == "oil" and p.kind == "mill")
    motif = "windmill"
    whole, occurrences = paint_work(plan, SEED)
    box = next(occurrence.box for occurrence in occurrences if occurrence.motif == motif)
    without, _ = paint_work(replace(plan, placements=tuple(t for t in plan.placements if t.motif != motif)), SEED)
    changed = np.abs(whole.astype(int) - without.astype(int)).max(axis=2) > 12
    x0, y0, x1, y1 = box
    height = y1 - y0
    nearby = np.zeros_like(changed)
    nearby[max(0, y0 - 4) : y1 + height // 6, max(0, x0 - 4) : x1 + (x1 - x0) // 6] = True  # with its shadow
    assert changed[~nearby].mean() < 0.002
    rows, columns = np.nonzero(changed & nearby)
    assert rows.min() <= y0 + 0.1 * height
    assert columns.min() <= x0 + 0.1 * (x1 - x0)
    assert columns.max() >= x1 - 0.1 * (x1 - x0)
    assert changed[y0:y1, x0:x1].mean() > 0.25
