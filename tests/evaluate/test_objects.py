"""Searches for objects: tables of boxes as untrusted input, precisions by hand, rankings against the search."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.evaluate.object_boxes import ObjectBox, placed, read_object_boxes
from explorer.evaluate.object_scores import (
    ALL,
    LARGE,
    MIDDLE,
    SMALL,
    WORDS,
    ClassPrecisions,
    ObjectScores,
    Precisions,
    mean_precisions,
    precisions,
)  # fmt: skip
from explorer.evaluate.objects import drawn, evaluate
from explorer.features.regions import pool
from explorer.search import search
from explorer.search.query import Query, SearchOptions, WordsPart
from explorer.workspace import Workspace

HEADINGS = "file,class,x0,y0,x1,y1"


def table(folder: Path, *rows: str, headings: str = HEADINGS) -> Path:
    path = folder / "boxes.csv"
    path.write_text("\n".join([headings, *rows]), "utf-8")
    return path


# -- the table ---------------------------------------------------------------------------------------------------------


def test_boxes_are_read_in_order(tmp_path: Path) -> None:
    path = table(tmp_path, "a.jpg,wine  bottle,1.5,2,30,40,x", "", "b.jpg,dog,0,0,9,9", headings=f"{HEADINGS},note")
    assert read_object_boxes(path) == (
        ObjectBox(1, "a.jpg", "wine bottle", (1.5, 2, 30, 40)), ObjectBox(2, "b.jpg", "dog", (0, 0, 9, 9)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",dog,0,0,9,9", "row 2 names no file"), ("a.jpg,,0,0,9,9", "row 2 must name a class"),
        (f"a.jpg,{'d' * 301},0,0,9,9", "row 2 must name a class"), ("a.jpg,dog,0,0,9", "four numbers"),
        ("a.jpg,dog,0,0,9,wide", "four numbers"), ("a.jpg,dog,0,0,nan,9", "four numbers"),
        ("a.jpg,dog,0,0,9,inf", "four numbers"), ("a.jpg,dog,9,0,0,9", "without an area"),
        ("a.jpg,dog,3,0,3,9", "without an area"), (f"a.jpg,dog,0,0,9,{'x' * 9999}", "four numbers"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_in_one_sentence(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(ExplorerError) as caught:
        read_object_boxes(table(tmp_path, "a.jpg,dog,0,0,9,9", row))
    said = str(caught.value)
    assert words in said
    assert "\n" not in said
    assert len(said) < 400


def test_tables_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="cannot be opened"):
        read_object_boxes(tmp_path / "absent.csv")
    with pytest.raises(ExplorerError, match="no column 'x0'"):
        read_object_boxes(table(tmp_path, headings="file,class,x,y"))
    with pytest.raises(ExplorerError, match="no boxes"):
        read_object_boxes(table(tmp_path))
    with pytest.raises(ExplorerError, match="501 classes"):
        read_object_boxes(table(tmp_path, *(f"a,c{number},0,0,1,1" for number in range(501))))


def test_boxes_are_placed_in_works() -> None:
    boxes = [ObjectBox(1, "a.jpg", "dog", (50, 50, 150, 100)), ObjectBox(2, "lost.jpg", "dog", (0, 0, 9, 9))]
    found, missing = placed(boxes, ["in/a.jpg"], {"in/a.jpg": (100, 100)})
    assert [(thing.work, thing.box.as_tuple()) for thing in found] == [("in/a.jpg", (0.5, 0.5, 1.0, 1.0))]
    assert missing == ["lost.jpg"]
    with pytest.raises(ExplorerError, match="row 1 lies outside"):
        placed(boxes[:1], ["in/a.jpg"], {"in/a.jpg": (40, 40)})


# -- precisions --------------------------------------------------------------------------------------------------------


def test_precisions_counted_by_hand() -> None:
    sizes = {"a": LARGE, "b": SMALL, "c": SMALL}
    found = precisions(["a", "x", "b", "y", "c"], ["x", "b", "c", "a", "y"], sizes)
    # all: ranks 1, 3, 5 against 2, 3, 4; small, without a: ranks 2, 4 against 2, 3; large, without b and c: 1 against 2
    assert found[ALL].whole == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)
    assert found[ALL].regions == pytest.approx((1 / 2 + 2 / 3 + 3 / 4) / 3)
    assert found[SMALL].whole == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert found[SMALL].regions == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert (found[LARGE].whole, found[LARGE].regions) == (1.0, 1 / 2)
    assert MIDDLE not in found
    # with b as the query's own work: a at 1, c at 4 of a, x, y, c
    assert precisions(["a", "x", "b", "y", "c"], ["a"], sizes, own=["b"])[ALL].whole == pytest.approx((1 + 2 / 4) / 2)


def test_means_over_classes_by_size() -> None:
    def row(name: str, whole: float, regions: float, small: tuple[float, float] | None = None) -> ClassPrecisions:
        words = {ALL: Precisions(whole, regions), **({SMALL: Precisions(*small)} if small else {})}
        return ClassPrecisions(name, {ALL: 3, **({SMALL: 1} if small else {})}, words, {}, 0)

    rows = (row("a", 0.5, 0.75, (0.25, 0.5)), row("b", 0.5, 0.25), ClassPrecisions("c", {ALL: 1}, {}, {}, 0))
    scores = ObjectScores(rows, 9, 7, (), ("c",), ())
    every, small = scores.mean(WORDS, ALL), scores.mean(WORDS, SMALL)
    assert every is not None
    assert small is not None
    assert (every.classes, every.works, every.mean, every.better, every.worse) == (2, 6, Precisions(0.5, 0.5), 1, 1)
    assert (small.classes, small.works, small.mean) == (1, 1, Precisions(0.25, 0.5))
    assert scores.mean(WORDS, LARGE) is None
    assert "no word of: c" in "\n".join(scores.lines())
    means = mean_precisions([{ALL: Precisions(0, 1)}, {ALL: Precisions(1, 1), SMALL: Precisions(0.5, 0.5)}])
    assert means == {ALL: Precisions(0.5, 1), SMALL: Precisions(0.5, 0.5)}


# -- the collection ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def boxes(sorted_works: Workspace) -> list[ObjectBox]:
    """Boxes in works: windmills in three of them, one small; "xqzvb" in two; and a file that the collection lacks."""
    works, sizes = sorted_works.tables.works, sorted_works.picture_sizes()
    given = [(works[0], "windmill", 0.5), (works[1], "windmill", 0.2), (works[2], "windmill", 0.05),
             (works[3], "xqzvb", 0.5), (works[4], "xqzvb", 0.5)]  # fmt: skip
    return [
        ObjectBox(row, work, name, (0, 0, share * sizes[work][0], sizes[work][1]))
        for row, (work, name, share) in enumerate(given, start=1)
    ] + [ObjectBox(6, "lost.jpg", "windmill", (0, 0, 9, 9))]


def test_rankings_are_those_of_the_search(sorted_works: Workspace, boxes: list[ObjectBox]) -> None:
    works = list(sorted_works.tables.works)
    steps: list[tuple[str, int, int]] = []
    found = evaluate(sorted_works, boxes, queries=1, progress=lambda *step: steps.append(step))
    assert (found.works, found.boxes, found.missing, found.unknown) == (10, 5, ("lost.jpg",), ("xqzvb",))
    mills = {row.name: row for row in found.classes}["windmill"]
    assert mills.works == {ALL: 3, LARGE: 1, MIDDLE: 1, SMALL: 1}
    options = SearchOptions(top=10, every_file=True)
    searched = [match.work for match in search(sorted_works, Query((WordsPart("windmill"),)), options)]
    cosines = sorted_works.tables.whole() @ sorted_works.encoder.words(["windmill"])[0]
    wholes = [works[row] for row in np.argsort(-cosines, kind="stable")]
    assert mills.words == precisions(wholes, searched, {works[0]: LARGE, works[1]: MIDDLE, works[2]: SMALL})
    assert {row.name: row for row in found.classes}["xqzvb"].words == {}
    assert {step[1:] for step in steps} >= {(2, 2), (1, 1)}


def test_a_box_is_a_query_without_its_own_work(sorted_works: Workspace, boxes: list[ObjectBox]) -> None:
    found = {row.name: row for row in evaluate(sorted_works, boxes[:2], queries=9).classes}["windmill"]
    assert found.queries == 2
    works, tables = list(sorted_works.tables.works), sorted_works.tables
    expected = []
    for own, other, share in ((0, 1, 0.5), (1, 0, 0.2)):
        joint = sorted_works.joint(sorted_works.folder / works[own])
        vector = pool(joint, np.array([[0, 0, share, 1]], np.float32))[0]
        cosines = tables.region_joint.astype(np.float32) @ vector
        first = tables.first_region
        whole = cosines[first[:-1]]
        best = [(cosines[first[row] : first[row + 1]].max() + whole[row]) / 2 for row in range(len(works))]
        ranks = [1 + sum(scores[row] > scores[other] for row in range(10) if row != own) for scores in (whole, best)]
        expected.append([1 / rank for rank in ranks])
    assert [found.picture[ALL].whole, found.picture[ALL].regions] == pytest.approx(np.mean(expected, axis=0).tolist())


def test_queries_are_drawn_from_the_classes_in_turn(sorted_works: Workspace, boxes: list[ObjectBox]) -> None:
    objects, _ = placed(boxes, sorted_works.tables.works, sorted_works.picture_sizes())
    assert [thing.name for thing in drawn(sorted_works, objects, 4)] == ["windmill", "xqzvb"] * 2
    assert drawn(sorted_works, objects, 4) == drawn(sorted_works, objects[::-1], 4)
    assert drawn(sorted_works, objects[:1], 4) == []  # nothing else to find
    with pytest.raises(ExplorerError, match="0 to 10,000"):
        evaluate(sorted_works, boxes, queries=-1)
    with pytest.raises(ExplorerError, match="None of the files"):
        evaluate(sorted_works, boxes[-1:])
