"""How often each part of a work recurs: counted cell by cell, against counting by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from explorer.collection.kept_motifs import KeptInstance
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.motifs.layer import ShownMotif
from explorer.motifs.recurrence import CELLS, FIND_FIRST, recurrence, recurrence_in
from explorer.workspace import Workspace

SIZES = {work: (800, 400) for work in "abcde"}
SIZES["tall"] = (300, 600)


def instance(work: str, x0=0.1, y0=0.1, x1=0.3, y1=0.5, **values) -> KeptInstance:
    return KeptInstance(work, Box(x0, y0, x1, y1), **values)


def motif(name: str, *instances: KeptInstance) -> ShownMotif:
    return ShownMotif(name, instances, name=name.upper())


MOTIFS = (
    motif("mill", instance("a", score=0.9), instance("b", score=0.8), instance("c"), instance("b", 0.6, 0.6, 0.9, 0.9)),
    motif("cart", instance("a", 0.2, 0.3, 0.7, 0.9), instance("d"), instance("c")),
    motif("bird", instance("d"), instance("e")),
)


def counted(motifs, work: str, shape: tuple[int, int]) -> np.ndarray:
    """Every cell by itself: the works of all motifs with an instance round its middle."""
    counts = np.zeros(shape, int)
    for row, column in np.ndindex(shape):
        x, y = (column + 0.5) / shape[1], (row + 0.5) / shape[0]
        works = set()
        for each in motifs:
            if any(i.work == work and i.box.x0 <= x < i.box.x1 and i.box.y0 <= y < i.box.y1 for i in each.instances):
                works |= {i.work for i in each.instances} - {work}
        counts[row, column] = len(works)
    return counts


@pytest.mark.parametrize("work", ["a", "b", "e"])
def test_each_cell_counts_other_works_once(work):
    found = recurrence_in(MOTIFS, [work], SIZES)
    assert found.counts.shape == (CELLS // 2, CELLS)
    assert found.counts.tolist() == counted(MOTIFS, work, found.counts.shape).tolist()
    assert (found.unmatched == (found.counts == 0)).all()


def test_places_are_those_in_most_works_first_with_each_work_once_at_its_surest():
    found = recurrence_in(MOTIFS, ["c"], SIZES)
    assert [(place.name, [each.work for each in place.found]) for place in found.places] == [
        ("MILL", ["a", "b"]), ("CART", ["a", "d"]),
    ]  # fmt: skip
    assert found.places[0].found[1].box == instance("b").box
    assert found.works == 3
    assert found.counts.max() == 3


def test_a_tall_work_has_its_cells_upright():
    assert recurrence_in(MOTIFS, ["tall"], SIZES).counts.shape == (CELLS, CELLS // 2)


def test_doubtful_instances_and_works_that_left_do_not_count():
    doubtful = motif("well", instance("a"), instance("b", relation="doubtful"), instance("gone"))
    found = recurrence_in([doubtful], ["a"], SIZES)
    assert not found.counts.any() and found.places == ()


def test_works_with_the_same_picture_share_its_places_and_are_no_others():
    found = recurrence_in([motif("mill", instance("a"), instance("b"), instance("e"))], ["e", "a"], SIZES)
    assert found.work == "e" and found.works == 1
    assert {place.box for place in found.places} == {instance("a").box}


def test_a_box_smaller_than_a_cell_is_not_lost():
    found = recurrence_in([motif("bird", instance("a", 0.995, 0.99, 0.999, 0.999), instance("b"))], ["a"], SIZES)
    assert found.counts.sum() == 1 and found.counts[-1, -1] == 1


def test_the_record_is_json_with_boxes_in_pixels():
    record = json.loads(json.dumps(recurrence_in(MOTIFS, ["a"], SIZES).to_json(SIZES)))
    assert record["places"][0]["found"][0]["file"] in "bcd"
    assert sum(record["counts"]) > 0 and len(record["counts"]) == record["rows"] * record["columns"]
    assert [80, 40, 240, 200] in [place["box"] for place in record["places"]]


def test_motifs_must_have_been_found(demo_workspace: Workspace):
    with pytest.raises(ExplorerError, match=FIND_FIRST[:30]):
        recurrence(demo_workspace, demo_workspace.tables.works[0])
    with pytest.raises(ExplorerError):
        recurrence(demo_workspace, "nowhere.jpg")
