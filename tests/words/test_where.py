"""Where in a picture words are found: on maps whose answer is known, on the demo, through every front."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import explorer
from explorer.cli import main
from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap, unit_rows
from explorer.features.regions import region_boxes
from explorer.geometry import Box, intersection_over_union
from explorer.ui.searching import AppContext
from explorer.ui.where import where_functions
from explorer.words.drawing import drawn, write_drawing
from explorer.words.rectangles import MOST_PLACES, WordBox, heat_of_regions, standing_out
from explorer.words.where import WordMap, located, word_map, words_in_work
from explorer.workspace import Workspace

ROWS, COLUMNS, WIDE = 20, 26, 32


def map_with(*things: tuple[slice, slice]) -> tuple[FeatureMap, np.ndarray]:
    """A grid of noise in which some rows and columns of cells point in a direction, and that direction."""
    rng = np.random.default_rng(3)
    wanted = unit_rows(rng.normal(size=(1, WIDE)))[0]
    cells = rng.normal(size=(ROWS, COLUMNS, WIDE)) / np.sqrt(WIDE)
    for rows, columns in things:
        cells[rows, columns] += wanted
    return FeatureMap(unit_rows(cells)), wanted


def test_the_heat_is_where_the_thing_is_and_the_best_box_lies_on_it() -> None:
    thing = slice(4, 10), slice(14, 22)
    found = located(*map_with(thing))
    assert found.heat.shape == (ROWS, COLUMNS) and found.heat.dtype == np.float32
    inside = np.zeros((ROWS, COLUMNS), dtype=bool)
    inside[thing] = True
    assert found.heat[inside].min() > np.median(found.heat[~inside])
    assert inside.ravel()[found.heat.argmax()]
    true = Box(14 / COLUMNS, 4 / ROWS, 22 / COLUMNS, 10 / ROWS)
    x, y = found.places[0].box.centre
    assert true.x0 < x < true.x1 and true.y0 < y < true.y1
    assert found.places[0].box.iou(true) > 0.4
    assert found.sentence == ""


def test_two_things_are_the_two_best_places_and_none_overlaps_another() -> None:
    things = (slice(2, 7), slice(2, 8)), (slice(12, 17), slice(17, 23))
    found = located(*map_with(*things))
    assert 2 <= len(found.places) <= MOST_PLACES
    scores = [place.score for place in found.places]
    assert scores == sorted(scores, reverse=True)
    centres = {(place.box.centre[1] > 0.5, place.box.centre[0] > 0.5) for place in found.places[:2]}
    assert centres == {(False, False), (True, True)}
    for first, second in itertools.combinations(found.places, 2):
        assert intersection_over_union(first.box.as_tuple(), second.box.as_tuple())[0, 0] == 0


def test_a_thing_is_outlined_from_regions_that_are_larger_than_their_steps() -> None:
    thing = Box(0.31, 0.42, 0.58, 0.69)
    boxes = region_boxes(400, 300, (0.5, 0.3, 0.18), 0.4)
    shared = np.clip(np.minimum(boxes[:, 2:], (0.58, 0.69)) - np.maximum(boxes[:, :2], (0.31, 0.42)), 0, None)
    scores = shared.prod(axis=1) / (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)  # how much of a region is the thing
    (place,) = standing_out(heat_of_regions(boxes, scores, (18, 24)), 0.6)
    best_region = Box(*map(float, boxes[scores.argmax()]))
    assert place.box.iou(thing) > max(0.6, best_region.iou(thing))


def test_levels_fill_the_range_and_a_flat_map_has_none() -> None:
    levels = WordMap(np.array([[-0.2, 0.0, 0.2]], np.float32), ()).levels()
    assert levels.dtype == np.uint8 and levels.min() == 0 and levels.max() == 255
    assert not WordMap(np.zeros((2, 3), np.float32), ()).levels().any()


def test_a_map_smaller_than_its_boxes_is_still_answered() -> None:
    found = located(FeatureMap(np.ones((1, 1, 4), np.float32) / 2), np.ones(4, np.float32))
    assert found.heat.shape == (1, 1)
    assert all(0 <= place.box.x0 < place.box.x1 <= 1 for place in found.places)


def test_a_record_has_pixels_of_the_original() -> None:
    found = WordMap(np.array([[0.1, 0.25]], np.float32), (WordBox(Box(0.1, 0.2, 0.5, 0.6), 0.25),), "")
    work = Work("a.jpg", "0" * 64, 1000, 500, "A mill")
    assert json.loads(json.dumps(found.record(work, "a mill"))) == {
        "file": "a.jpg", "words": "a mill", "sentence": "",
        "boxes": [{"box": [100, 100, 500, 300], "score": 0.25}], "heat": [[0.1, 0.25]],
    }  # fmt: skip


def test_a_second_text_for_the_same_picture_needs_no_second_pass_of_the_model(demo_workspace: Workspace) -> None:
    first = demo_workspace.collection.works()[0]
    path = demo_workspace.original(first)
    assert demo_workspace.joint(path) is demo_workspace.joint(path)
    one, other = (words_in_work(demo_workspace, first.id, words) for words in ("a windmill", "a boat"))
    assert one.heat.shape == other.heat.shape == demo_workspace.joint(path).shape
    assert not np.allclose(one.heat, other.heat)
    assert np.array_equal(word_map(demo_workspace, path, " a windmill ").heat, one.heat)


def test_what_cannot_be_answered_is_said(demo_workspace: Workspace, tmp_path: Path) -> None:
    known = demo_workspace.collection.works()[0].id
    with pytest.raises(ExplorerError, match="Type what to look for"):
        words_in_work(demo_workspace, known, " \n")
    with pytest.raises(ExplorerError):
        words_in_work(demo_workspace, "../none.jpg", "a windmill")
    (tmp_path / "no.jpg").write_text("not a picture")
    for name, sentence in (("no.jpg", "not a picture"), ("gone.jpg", "There is no file")):
        with pytest.raises(ExplorerError, match=sentence):
            word_map(demo_workspace, tmp_path / name, "a windmill")


# -- the fronts --------------------------------------------------------------------------------------------------------


def test_the_command_and_the_python_api_answer_alike(
    demo_workspace: Workspace, demo_cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, png = demo_workspace.collection.works()[1].id, tmp_path / "out.png"
    arguments = ["where", "demo", "--file", file, "--words", "a windmill", "--cache", str(demo_cache)]
    assert main([*arguments, "--json", "--png", str(png)]) == 0
    record = json.loads(capsys.readouterr().out)
    found = explorer.open("demo", cache=demo_cache).where(file, "a windmill")
    assert record["file"] == found.file == file and record["words"] == found.words == "a windmill"
    assert [tuple(place["box"]) for place in record["boxes"]] == [place.box for place in found.boxes]
    assert np.allclose(record["heat"], found.heat, atol=1e-4)
    work = demo_workspace.collection.work(file)
    assert all(0 <= x0 < x1 <= work.width and 0 <= y0 < y1 <= work.height for x0, y0, x1, y1 in
               (place.box for place in found.boxes))  # fmt: skip
    with Image.open(png) as drawing:
        assert drawing.format == "PNG" and abs(drawing.width / drawing.height - work.width / work.height) < 0.02
    assert main(arguments) == 0
    assert f"[{' '.join(map(str, record['boxes'][0]['box']))}]" in capsys.readouterr().out
    assert main([*arguments, "--png", str(tmp_path / "none" / "out.png")]) == 1
    assert "out.png cannot be written" in capsys.readouterr().err


def test_a_drawing_is_brightest_where_the_words_fit_and_says_nothing_where_nothing_does() -> None:
    heat = np.zeros((4, 4), np.float32)
    heat[0, 3] = 1.0
    grey = Image.new("RGB", (400, 400), (90, 90, 90))
    sheet = np.asarray(drawn(grey, WordMap(heat, (WordBox(Box(0.0, 0.5, 0.25, 0.75), 1.0),))).convert("L"))
    assert sheet[40, 360] > sheet[360, 360] + 60
    assert np.array_equal(np.asarray(drawn(grey, WordMap(heat, (), "Nothing stands out."))), np.asarray(grey))


def test_a_drawing_that_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    Image.new("RGB", (20, 20)).save(tmp_path / "a.jpg")
    (tmp_path / "out.png").mkdir()
    with pytest.raises(ExplorerError, match="cannot be written"):
        write_drawing(tmp_path / "a.jpg", WordMap(np.zeros((2, 2), np.float32), ()), tmp_path / "out.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jpg", "out.png"]


def test_the_page_is_answered_in_numbers_and_refused_in_sentences(demo_workspace: Workspace) -> None:
    (where,) = where_functions(AppContext(demo_workspace))
    work = demo_workspace.collection.works()[0].id
    sent = {"kind": "work", "key": work, "words": "a windmill", "box": "wide"}
    shown = json.loads(json.dumps(where(sent)))
    assert len(shown["heat"]) == shown["rows"] * shown["columns"] > 1
    assert min(shown["heat"]) == 0 and max(shown["heat"]) == 255
    assert all(len(place["box"]) == 4 for place in shown["boxes"])
    for wrong in (None, "x", {}, {**sent, "words": " "}, {**sent, "key": "../../etc/passwd"}, {**sent, "words": 7},
                  {**sent, "collection": "../other"}, {**sent, "kind": "picture", "key": "/etc/passwd"}):  # fmt: skip
        assert list(where(wrong)) == ["error"] and where(wrong)["error"]
