"""The command line: its JSON to the letter, and one sentence for everything that goes wrong."""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
import subprocess
import sys
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from generated import folder_of, png_that_claims, save, work, write_csv
from PIL import Image

from explorer.cli import main
from explorer.search.combine import MOST_BY_WORDS
from explorer.workspace import Workspace

ROOT = Path(__file__).parents[2]
MINI = ("--model", "mini", "--resolution", 224)


class Result:
    """What a command gave: exit status, and what it wrote where."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def record(self) -> dict:
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.out.split("\n") if line]


@pytest.fixture
def explorer(capsys: pytest.CaptureFixture[str], cache: Path):
    """Run a command against this test's cache, or the one given."""

    def run(*arguments: object, at: Path = cache) -> Result:
        capsys.readouterr()
        try:
            status = main([*map(str, arguments), "--cache", str(at)])
        except SystemExit as left:  # argparse, for a call that is wrong in itself
            status = int(left.code or 0)
        written = capsys.readouterr()
        return Result(status, written.out, written.err)

    return run


@pytest.fixture
def demo(explorer, demo_cache: Path, demo_workspace: Workspace):
    """Run a command against the demo collection."""

    def run(command: str, *arguments: object) -> Result:
        return explorer(command, "demo", *arguments, at=demo_cache)

    return run


def original(workspace: Workspace, number: int = 0) -> Path:
    return workspace.folder / workspace.tables.works[number]


def assert_one_sentence(result: Result, *words: str) -> None:
    assert result.status == 1
    assert "Traceback" not in result.err
    said = [line for line in result.err.splitlines() if line.startswith("explorer: ")]
    assert len(said) == 1, result.err
    for word in words:
        assert word in said[0]
    assert result.out == ""


# -- index -------------------------------------------------------------------------------------------------------------


def test_index_says_in_json_what_it_did(explorer, tmp_path: Path, cache: Path) -> None:
    folder = folder_of(tmp_path / "pictures", 3, size=(160, 120))
    (folder / "letter.jpg").write_text("not a painting")
    csv = write_csv(tmp_path / "c.csv", [{"file": "work-000.jpg", "title": "The Mill"}])
    result = explorer("index", folder, "--metadata", csv, "--name", "c", *MINI, "--json")
    assert result.status == 0
    assert list(result.record) == ["works", "encoded", "regions", "skipped", "gone", "moved", "remarks"]
    assert (result.record["works"], result.record["encoded"]) == (3, 3)
    assert result.record["regions"] == Workspace.open("c", cache).manifest.regions
    reason = "letter.jpg is not a picture that can be read."
    assert result.record["skipped"] == [{"file": "letter.jpg", "reason": reason}]
    assert result.out.count("\n") == 1
    again = explorer("index", folder, "--name", "c", *MINI, "--json")
    assert again.record == {**result.record, "encoded": 0}


def test_index_says_in_words_what_it_did(explorer, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "pictures", 2, size=(160, 120))
    (folder / "letter.jpg").write_text("not a painting")
    csv = write_csv(tmp_path / "c.csv", [{"file": "work-000.jpg"}, {"file": "gone.jpg"}])
    result = explorer("index", folder, "--metadata", csv, "--name", "c", *MINI)
    assert result.status == 0
    for words in ("2 works", "2 newly encoded", "1 catalogue row", "1 file", "letter.jpg", "explorer serve c"):
        assert words in result.out
    assert "Encoding pictures" in result.err


def test_vectors_computed_elsewhere_take_the_models_place(explorer, tmp_path: Path, cache: Path) -> None:
    folder = folder_of(tmp_path / "pictures", 3, size=(160, 120))
    csv = write_csv(tmp_path / "c.csv", [{"file": f"work-{number:03d}.jpg"} for number in range(3)])
    np.save(tmp_path / "v.npy", np.array([[1.0, 0], [0, 1], [0.6, 0.8]]))
    command = ("index", folder, "--metadata", csv, "--name", "c", "--vectors", tmp_path / "v.npy")
    result = explorer(*command, "--vectors-model", "Some CLIP", "--json")
    counts = {"works": 3, "encoded": 0, "regions": 3, "skipped": [], "gone": [], "moved": 0, "remarks": []}
    assert result.record == {**counts, "model": "Some CLIP"}
    assert "3 works with vectors of Some CLIP" in explorer(*command, "--vectors-model", "Some CLIP").out
    found = explorer("search", "c", "--image", folder / "work-000.jpg", "--json").record["matches"]
    assert [(match["file"], match["score"], match["probability"]) for match in found] == [
        ("work-002.jpg", pytest.approx(0.6, abs=1e-3), None), ("work-001.jpg", pytest.approx(0), None),
    ]  # fmt: skip
    assert_one_sentence(explorer("search", "c", "--text", "a ship", "--json"), "Words", "Some CLIP", "--model")
    assert_one_sentence(explorer("label", "c", "--prompts", "ship; mill"), "--text-vectors")
    assert_one_sentence(explorer(*command, "--model", "mini"), "leave --model out")
    assert_one_sentence(explorer(*command[:2], "--name", "d", *command[6:]), "--metadata")
    assert_one_sentence(explorer("index", folder, "--name", "d", "--vectors-model", "x"), "give both")
    assert not (cache / "d").exists()

    np.save(tmp_path / "t.npy", np.array([[0.0, 2], [3, 0]]))
    (tmp_path / "t.txt").write_text("mill\nship\n")
    labels = explorer(
        "label", "c", "--text-vectors", tmp_path / "t.npy", "--names", tmp_path / "t.txt", "--json"
    ).record
    assert [work["label"] for work in labels["works"]] == ["ship", "mill", "mill"]
    assert (labels["labels"], labels["model"]) == (["mill", "ship"], "Some CLIP")
    np.save(tmp_path / "t.npy", np.eye(3)[:2])
    wrong = explorer("label", "c", "--text-vectors", tmp_path / "t.npy", "--names", tmp_path / "t.txt")
    assert_one_sentence(wrong, "3 numbers", "2")
    for options in ((), ("--names", "t.txt"), ("--prompts", "a", "--text-vectors", "t.npy", "--names", "t.txt")):
        assert explorer("label", "c", *options).status == 2


def test_bad_input_to_index_is_one_sentence(explorer, tmp_path: Path, cache: Path) -> None:
    good = folder_of(tmp_path / "pictures", 1, size=(160, 120))
    (tmp_path / "empty").mkdir()
    (tmp_path / "no-file.csv").write_text("title,artist\nA mill,Jan\n")
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.jpg").write_text("not a painting")
    (tmp_path / "huge").mkdir()
    png_that_claims(tmp_path / "huge" / "huge.png", 20_000, 10_000)
    (tmp_path / "a file").write_text("x")
    for words, arguments in {
        "no folder": (tmp_path / "absent", "--name", "c", *MINI),
        "holds no pictures": (tmp_path / "empty", "--name", "c", *MINI),
        "column named 'file'": (good, "--name", "c", "--metadata", tmp_path / "no-file.csv", *MINI),
        "cannot be opened": (good, "--name", "c", "--metadata", tmp_path / "absent.csv", *MINI),
        "cannot name a collection": (good, "--name", "a/b", *MINI),
        "not a picture": (tmp_path / "letters", "--name", "c", *MINI),
        "million pixels": (tmp_path / "huge", "--name", "c", *MINI),
        "no index engine": (good, "--name", "c", "--engine", "milvus", *MINI),
        "one map for details": (good, "--name", "c", "--match-layer", "-4", *MINI),
        "must lie between": (good, "--name", "c", "--cell-dims", "-40", *MINI),
        "The resolution": (good, "--name", "c", "--model", "mini", "--resolution", 0),
        "cannot be less than 0": (good, "--name", "c", "--batch", "-1", *MINI),
        "no device": (good, "--name", "c", "--device", "abacus", *MINI),
        "no model folder": (good, "--name", "c", "--model", tmp_path / "absent"),
    }.items():
        assert_one_sentence(explorer("index", *arguments, "--json"), words)
        assert not (cache / "c").exists(), words
    assert_one_sentence(explorer("index", good, "--name", "c", *MINI, "--json", at=tmp_path / "a file"), "a file")


def test_a_disk_that_takes_no_more_is_one_sentence(explorer, tmp_path: Path, monkeypatch) -> None:
    folder = folder_of(tmp_path / "pictures", 1, size=(160, 120))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr("explorer.workspace.tables.np.savez", full)
    result = explorer("index", folder, "--name", "c", *MINI, "--json")
    assert_one_sentence(result, "No space left on device")


# -- search ------------------------------------------------------------------------------------------------------------


def test_search_by_picture_in_json(demo, demo_workspace: Workspace) -> None:
    path = original(demo_workspace)
    with Image.open(path) as image:
        width, height = image.size
    box = (width // 4, height // 4, width // 2, height // 2)
    result = demo("search", "--image", path, "--box", *box, "--json")
    assert result.status == 0
    assert result.err == ""
    assert result.out.count("\n") == 1
    assert list(result.record) == ["id", "matches"]
    assert result.record["id"] is None
    matches = result.record["matches"]
    assert len(matches) == 20
    assert [match["rank"] for match in matches] == list(range(1, 21))
    assert [match["score"] for match in matches] == sorted((match["score"] for match in matches), reverse=True)
    files = [match["file"] for match in matches]
    assert len(set(files)) == 20
    assert path.name not in files
    for match in matches:
        assert list(match) == ["file", "box", "score", "rank", "probability", "inliers", "transform"]
        with Image.open(demo_workspace.folder / match["file"]) as image:
            x0, y0, x1, y1 = match["box"]
            assert 0 <= x0 < x1 <= image.width
            assert 0 <= y0 < y1 <= image.height


def test_search_written_as_a_page_and_a_table(demo, demo_workspace: Workspace, tmp_path: Path) -> None:
    files = {kind: tmp_path / f"found.{kind}" for kind in ("html", "csv")}
    path = original(demo_workspace)
    result = demo("search", "--image", path, "--top", 3, "--html", files["html"], "--csv", files["csv"])
    assert result.status == 0 and all(f"Written to {file}." in result.out for file in files.values())
    assert files["html"].read_text("utf-8").count("<figure>") == 4
    assert files["csv"].read_text("utf-8-sig").count(path.name) == 3  # in the query of each of three rows
    refused = demo("search", "--queries", tmp_path / "q.jsonl", "--html", files["html"])
    assert refused.status == 2 and "are of one query" in refused.err


def test_search_options(demo, demo_workspace: Workspace) -> None:
    path = original(demo_workspace)
    own = demo("search", "--image", path, "--own", "--top", 3, "--json").record["matches"]
    assert len(own) == 3
    assert path.name not in {one["file"] for one in own}, "the whole work has no repeat of itself in it"
    several = demo("search", "--image", path, "--box", 0, 0, 90, 90, "--per-work", 3, "--top", 60, "--json")
    files = [match["file"] for match in several.record["matches"]]
    assert len(files) == 60
    assert 1 < max(files.count(file) for file in files) <= 3


def test_search_in_some_works_of_the_catalogue(demo, demo_workspace: Workspace) -> None:
    path, works = original(demo_workspace), demo_workspace.collection.works()
    genre = demo_workspace.collection.work(path.name).genre
    wanted = {work.id for work in works if work.genre == genre and work.year <= 1600} - {path.name}
    asked = ("--in", f"genre:{genre}", "--in", "years:..1600", "--json")
    found = demo("search", "--image", path, "--top", 100, *asked).record["matches"]
    assert {match["file"] for match in found} == wanted
    assert_one_sentence(demo("search", "--image", path, "--in", "colour:red"), "cannot be chosen by 'colour:red'")
    assert_one_sentence(demo("search", "--image", path, "--in", "genre:none"), "No work of the collection")


def test_search_by_words(demo) -> None:
    result = demo("search", "--text", "a windmill", "--top", 5, "--json")
    assert result.status == 0
    assert result.record["id"] is None
    assert len(result.record["matches"]) == 5


def test_search_for_people(demo, demo_workspace: Workspace) -> None:
    result = demo("search", "--image", original(demo_workspace), "--top", 2)
    assert result.status == 0
    assert len(result.out.splitlines()) == 2
    assert result.out.split()[0] == "1"


def test_a_box_is_clipped_to_the_picture(demo, demo_workspace: Workspace) -> None:
    path = original(demo_workspace)
    with Image.open(path) as image:
        width, height = image.size
    clipped = demo("search", "--image", path, "--box", width // 2, height // 2, width, height, "--json")
    beyond = demo("search", "--image", path, "--box", width // 2, height // 2, 9 * width, 1e9, "--json")
    assert beyond.record == clipped.record


def test_boxes_mean_the_upright_picture(explorer, demo_cache: Path, demo_workspace: Workspace, tmp_path: Path) -> None:
    """A photograph stored turned: its box in pixels is meant as one sees it."""
    image = work(7, 300, 500)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = save(image.transpose(Image.Transpose.ROTATE_90), tmp_path / "turned.png", exif=exif.tobytes())
    upright = save(image, tmp_path / "upright.png")
    box = ("--box", 20, 300, 220, 480, "--json")
    answers = [explorer("search", "demo", "--image", path, *box, at=demo_cache).record for path in (turned, upright)]
    assert answers[0] == answers[1]


def test_a_query_of_several_parts(demo, demo_workspace: Workspace, tmp_path: Path) -> None:
    path = original(demo_workspace)
    box = ("--box", 20, 20, 200, 200)
    also = ("--also", 200, 100, 380, 300, "--also", 10, 200, 150, 330, "--layout")
    unwanted = ("--not", path, "--not", path, 0, 0, 90, 90)
    several = demo("search", "--image", path, *box, *also, "--text", "a ship", *unwanted, "--json", "--top", 5)
    matches = several.record["matches"]
    assert len(matches) == 5
    assert all(len(match["also"]) == 2 for match in matches)
    odds = [math.log(match["score"] / (1 - match["score"])) for match in matches]
    improbable = [odd for odd in odds if odd < 0]
    assert odds[len(odds) - len(improbable) :] == improbable, "after those that are probably copies"
    assert all(later < earlier + 2 * MOST_BY_WORDS for earlier, later in pairwise(improbable)), (
        "words move a work so far"
    )
    line = {"id": 7, "image": str(path), "box": [20, 20, 200, 200], "also": [[200, 100, 380, 300], [10, 200, 150, 330]]}
    line |= {"layout": True, "text": "a ship"}
    line |= {"not": [{"image": str(path)}, {"image": str(path), "box": [0, 0, 90, 90]}]}
    queries = tmp_path / "queries.jsonl"
    wrong = [{"id": 8, "text": "x", "also": [[0, 0, 9, 9]]}, {"id": 9, "text": "x", "not": "y"}, {"id": 10, "not": []},
             {"id": 11, "text": "x", "not": [5]}, {"id": 12, "image": str(path), "also": 5},
             {"id": 13, "text": [{"text": "x", "weight": 2}]}, {"id": 14, "text": ["x", 5]}]  # fmt: skip
    queries.write_text("\n".join(map(json.dumps, [line, *wrong])))
    same, *refused = demo("search", "--queries", queries, "--json", "--top", 5).lines
    assert same == {"id": 7, "matches": matches}
    assert [one["id"] for one in refused] == [8, 9, 10, 11, 12, 13, 14]
    assert all(one["error"].endswith(".") for one in refused)


def test_bad_input_to_search_is_one_sentence(demo, demo_workspace: Workspace, tmp_path: Path) -> None:
    path = original(demo_workspace)
    (tmp_path / "letter.jpg").write_text("not a painting")
    png_that_claims(tmp_path / "huge.png", 20_000, 10_000)
    for words, arguments in [
        ("outside the picture", ("--image", path, "--box", 100_000, 0, 100_100, 100)),
        ("outside the picture", ("--image", path, "--box", "-50", "-50", "-10", "-10")),
        ("beyond its left", ("--image", path, "--box", 50, 50, 10, 10)),
        ("beyond its left", ("--image", path, "--box", 50, 50, 50, 50)),
        ("finite numbers", ("--image", path, "--box", "nan", 0, 10, 10)),
        ("finite numbers", ("--image", path, "--box", 0, 0, "inf", 10)),
        ("--box, --click and --also go with --image", ("--text", "a mill", "--box", 0, 0, 10, 10)),
        ("--box, --click and --also go with --image", ("--text", "a mill", "--also", 0, 0, 10, 10)),
        ("--box, --click and --also go with --image", ("--text", "a mill", "--click", 0, 0)),
        ("outside the picture, which is", ("--image", path, "--click", 100_000, 10)),
        ("outside the picture, which is", ("--image", path, "--click", 10, "nan")),
        ("takes the place of", ("--image", path, "--click", 9, 9, "--box", 0, 0, 99, 99)),
        ("four corners", ("--image", path, "--not", path, 1, 2)),
        ("four corners", ("--image", path, "--not", path, 1, 2, "three", 4)),
        ("no file", ("--text", "a mill", "--not", tmp_path / "absent.jpg")),
        ("no file", ("--like", tmp_path / "absent.jpg")),
        ("four corners", ("--like", path, 1, 2)),
        ("words in quotes", ("--text", "a", "mill")),
        ("words in quotes", ("--text", "a mill", 0.5, 0.5)),
        ("a weight above 0", ("--text", "a mill", "--text-not", "people", -1)),
        ("a weight above 0", ("--text", "a mill", "nan")),
        ("what you are looking for", ("--text", "a mill", "--text", " ")),
        ("only say what is not wanted", ("--text-not", "people")),
        ("only say what is not wanted", ("--not", path)),
        ("only 2 by 2 pixels", ("--image", path, "--box", 20, 20, 22, 22)),
        ("not a picture", ("--image", tmp_path / "letter.jpg")),
        ("million pixels", ("--image", tmp_path / "huge.png")),
        ("no file", ("--image", tmp_path / "absent.jpg")),
        ("folder", ("--image", tmp_path)),
        ("what you are looking for", ("--text", "  ")),
        ("at least 1", ("--text", "a mill", "--top", 0)),
        ("at least 1", ("--text", "a mill", "--per-work", "-2")),
        ("cannot be read", ("--queries", tmp_path / "absent.jsonl")),
        ("cannot be read", ("--queries", tmp_path)),
        ("cannot be less than 0", ("--text", "a mill", "--threads", "-2")),
    ]:  # fmt: skip
        assert_one_sentence(demo("search", *arguments, "--json"), words)


def test_an_unknown_collection_is_one_sentence(explorer, demo_cache: Path, demo_workspace: Workspace) -> None:
    assert_one_sentence(explorer("search", "nobody", "--text", "x", "--json", at=demo_cache), "nobody", "demo")
    assert_one_sentence(explorer("label", "nobody", "--prompts", "x", "--json"), "nobody")
    assert_one_sentence(explorer("search", "../demo", "--text", "x", at=demo_cache), "cannot name a collection")


@pytest.mark.parametrize("arguments", [
    ("search", "demo"), ("search", "demo", "--text", "x", "--queries", "y"),
    ("search", "demo", "--image", "x", "--box", "1", "2"),
    ("search", "demo", "--image", "x", "--box", "a", "b", "c", "d"), ("index", "x"), ("paint", "x"), (),
])  # fmt: skip
def test_a_call_that_is_wrong_in_itself_shows_how_it_goes(explorer, arguments: tuple[str, ...]) -> None:
    result = explorer(*arguments)
    assert result.status == 2
    assert "usage: explorer" in result.err
    assert "Traceback" not in result.err
    assert result.out == ""


# -- batches -----------------------------------------------------------------------------------------------------------


def queries(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "queries.jsonl"
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def test_a_batch_answers_line_by_line(demo, demo_workspace: Workspace, tmp_path: Path) -> None:
    path = original(demo_workspace)
    lines = [
        json.dumps({"id": "one", "image": str(path), "box": [0, 0, 90, 90]}),
        "",
        json.dumps({"id": 2, "text": "a windmill"}),
        json.dumps({"text": "a ship\u2028at sea", "id": ["any", {"kind": 3}]}, ensure_ascii=False),
        json.dumps({"image": str(path), "id": None}),
    ]
    result = demo("search", "--queries", queries(tmp_path, *lines, encoding="utf-8-sig"), "--top", 3, "--json")
    assert result.status == 0, result.out
    assert [line["id"] for line in result.lines] == ["one", 2, ["any", {"kind": 3}], None]
    assert all(list(line) == ["id", "matches"] for line in result.lines)
    assert all(len(line["matches"]) == 3 for line in result.lines)
    single = demo("search", "--image", path, "--box", 0, 0, 90, 90, "--top", 3, "--json")
    assert result.lines[0]["matches"] == single.record["matches"]


def test_a_click_is_answered_with_what_it_may_mean(demo, demo_workspace: Workspace, tmp_path: Path) -> None:
    path = original(demo_workspace, 3)
    clicked = demo("search", "--image", path, "--click", 300, 420, "--top", 3, "--json")
    assert clicked.status == 0 and list(clicked.record) == ["id", "matches", "proposals"]
    found = clicked.record["proposals"]
    assert all(set(one) == {"box", "support"} and len(one["box"]) == 4 for one in found)
    assert all(type(side) is int for one in found for side in one["box"])
    assert all(x0 <= 300 <= x1 and y0 <= 420 <= y1 for x0, y0, x1, y1 in (one["box"] for one in found))
    assert [one["support"] for one in found] == sorted((one["support"] for one in found), reverse=True)
    boxed = demo("search", "--image", path, "--box", *found[0]["box"], "--top", 3, "--json")
    assert clicked.record["matches"] == boxed.record["matches"], "the matches are those of the first proposal"
    line = json.dumps({"id": 7, "image": str(path), "click": [300, 420]})
    batch = demo("search", "--queries", queries(tmp_path, line), "--top", 3, "--json")
    assert batch.lines == [{**clicked.record, "id": 7}]
    in_words = demo("search", "--image", path, "--click", 300, 420).out
    assert in_words.startswith(f"searched [{' '.join(map(str, found[0]['box']))}], support")


def test_bad_lines_are_answered_with_their_error_and_the_rest_run(
    demo, demo_workspace: Workspace, tmp_path: Path
) -> None:
    image = str(original(demo_workspace))
    good = json.dumps({"id": "good", "text": "a windmill"})
    bad = [
        "not json", "[1, 2]", "3", "null", '"text"', '{"id": 1', "{}", "[" * 100_000,
        json.dumps({"id": "b", "image": image, "text": 5}),
        json.dumps({"id": "b", "text": "x", "also": [[0, 0, 9, 9]]}),
        json.dumps({"id": "b", "image": image, "box": [0, 0, 10]}),
        json.dumps({"id": "b", "text": "a mill", "click": [10, 10]}),
        json.dumps({"id": "b", "image": image, "click": [10]}),
        json.dumps({"id": "b", "image": image, "click": "10 10"}),
        json.dumps({"id": "b", "image": image, "click": [True, 10]}),
        json.dumps({"id": "b", "image": image, "click": [10, 10**400]}),
        json.dumps({"id": "b", "image": image, "box": "0 0 10 10"}),
        json.dumps({"id": "b", "image": image, "box": [0, 0, "10", 10]}),
        json.dumps({"id": "b", "image": image, "box": [0, 0, True, 10]}),
        json.dumps({"id": "b", "image": image, "box": {"x": 1}}),
        json.dumps({"id": "b", "image": image, "box": [100_000, 0, 100_010, 10]}),
        json.dumps({"id": "b", "image": image, "box": [float("nan"), 0, 10, 10]}),
        json.dumps({"id": "b", "image": image, "box": [0, 0, 10**400, 10]}),
        json.dumps({"id": "b", "image": image, "box": [0, 0, 777, 10]}).replace("777", "7" * 6000),
        json.dumps({"id": "b", "image": 3}), json.dumps({"id": "b", "image": ""}), json.dumps({"id": "b", "text": ""}),
        json.dumps({"id": "b", "text": ["a", 5]}), json.dumps({"id": "b", "image": "absent.jpg"}),
        json.dumps({"id": "b", "image": "a\0b.jpg"}), json.dumps({"id": "b", "image": "x" * 10_000}),
        json.dumps({"id": "b", "image": "\ud800.jpg"}), json.dumps({"id": "\ud800", "image": "absent.jpg"}),
    ]  # fmt: skip
    lines = [line for one in bad for line in (one, good)]
    result = demo("search", "--queries", queries(tmp_path, *lines), "--top", 1, "--json")
    assert result.status == 1
    assert "Traceback" not in result.err
    answers = result.lines
    assert len(answers) == len(lines)
    for line, answer in zip(lines, answers, strict=True):
        if line == good:
            assert (answer["id"], len(answer["matches"])) == ("good", 1)
        else:
            assert list(answer) == ["id", "error"], line[:80]
            assert answer["error"].endswith(".")
            assert "\n" not in answer["error"]
    assert [answer["id"] for answer in answers[16:26:2]] == ["b"] * 5


def test_paths_of_queries_are_relative_to_the_working_directory(
    demo, demo_workspace: Workspace, tmp_path: Path, monkeypatch
) -> None:
    name = original(demo_workspace).name
    monkeypatch.chdir(demo_workspace.folder)
    path = queries(tmp_path, json.dumps({"id": 1, "image": name}))
    result = demo("search", "--queries", path, "--top", 40, "--json")
    assert result.status == 0
    assert name not in {match["file"] for match in result.lines[0]["matches"]}


def test_an_empty_batch_is_answered_with_nothing(demo, tmp_path: Path) -> None:
    result = demo("search", "--queries", queries(tmp_path), "--json")
    assert (result.status, result.out) == (0, "")


def test_a_batch_that_is_no_text_is_one_sentence(demo, tmp_path: Path) -> None:
    (tmp_path / "queries.jsonl").write_bytes(b"\xff\xfe\x00\x01")
    assert_one_sentence(demo("search", "--queries", tmp_path / "queries.jsonl", "--json"), "cannot be read")


def test_file_names_of_every_kind_come_through(explorer, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "pictures", 1, size=(160, 120))
    names = ['Brûlé "1".jpg', "画/new\nline.png", "back\\slash.jpg"]
    for number, name in enumerate(names):
        save(work(number + 1, 160, 120), folder / name)
    explorer("index", folder, "--name", "c", *MINI, "--json")
    result = explorer("search", "c", "--image", folder / "work-000.jpg", "--json")
    assert {match["file"] for match in result.record["matches"]} == set(names)
    assert result.out.count("\n") == 1
    by_name = explorer("search", "c", "--image", folder / names[1], "--json")
    assert names[1] not in {match["file"] for match in by_name.record["matches"]}


# -- label -------------------------------------------------------------------------------------------------------------


def test_label_in_json(demo, demo_workspace: Workspace) -> None:
    result = demo("label", "--prompts", " a ship; a village ;; a ship", "--json")
    assert result.status == 0
    assert list(result.record) == ["labels", "threshold", "counts", "without", "works"]
    assert sum(result.record["counts"].values()) + result.record["without"] == len(result.record["works"])
    assert result.record["labels"] == ["a ship", "a village"]
    assert [row["file"] for row in result.record["works"]] == list(demo_workspace.tables.works)
    for row in result.record["works"]:
        assert list(row) == ["file", "label", "margin", "fit", "scores"]
        assert list(row["scores"]) == ["a ship", "a village"]
        assert sum(row["scores"].values()) == pytest.approx(1, abs=1e-4)
        assert (row["label"] is not None) == (row["fit"] >= result.record["threshold"])
        assert row["label"] is None or row["scores"][row["label"]] == max(row["scores"].values())


def test_label_for_people_and_without_labels(demo) -> None:
    assert len(demo("label", "--prompts", "a ship").out.splitlines()) == 24
    assert_one_sentence(demo("label", "--prompts", " ;; ", "--json"), "at least one label")


def test_labels_from_a_file_and_from_a_ready_set(demo, tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("# Mine\na ship\n25I2 a village\n", "utf-8")
    read = demo("label", "--prompts-file", tmp_path / "labels.txt", "--json").record
    assert read["labels"] == ["a ship", "25I2 a village"]
    typed = demo("label", "--prompts", "a ship; a village", "--json").record
    for row, other in zip(read["works"], typed["works"], strict=True):
        assert list(row["scores"].values()) == pytest.approx(list(other["scores"].values()), abs=1e-4)
    assert len(demo("label", "--set", "seasons", "--json").record["labels"]) == 4
    assert_one_sentence(demo("label", "--set", "absent"), "There is no ready set 'absent'")
    assert_one_sentence(demo("label", "--prompts-file", tmp_path / "none.txt"), "none.txt")


def test_labels_are_asked_in_ways_from_a_file(demo, tmp_path: Path) -> None:
    ways = tmp_path / "ways.txt"
    ways.write_text("a photograph of {}\n", "utf-8")
    other = demo("label", "--prompts", "a ship; a village", "--templates-file", ways, "--json").record
    assert other["works"] != demo("label", "--prompts", "a ship; a village", "--json").record["works"]
    ways.write_text("a photograph\n", "utf-8")
    assert_one_sentence(demo("label", "--prompts", "a ship", "--templates-file", ways), "has no {}")


def test_a_threshold_decides_how_many_works_have_a_label(demo) -> None:
    without = [demo("label", "--set", "genres", "--threshold", t, "--json").record["without"] for t in (0, 0.9, 1)]
    assert without[0] == 0 and without == sorted(without)
    assert_one_sentence(demo("label", "--set", "genres", "--threshold", 1.5), "from 0")


def test_labels_against_a_column(demo, demo_workspace: Workspace, tmp_path: Path) -> None:
    asked = ("label", "--set", "genres", "--against", "genre", "--csv", tmp_path / "labels.csv")
    record = demo(*asked, "--json").record
    kinds = {work.id: work.genre for work in demo_workspace.collection.works()}
    for row in record["against"]["rows"]:
        for value, count in zip(record["against"]["values"], row["counts"], strict=True):
            pairs = [(work["label"], kinds[work["file"]]) for work in record["works"]]
            assert count == pairs.count((row["label"], value))
    with (tmp_path / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        written = list(csv.DictReader(file))
    assert [(row["file"], row["label"], row["genre"]) for row in written] == [
        (work["file"], work["label"] or "", kinds[work["file"]]) for work in record["works"]
    ]
    assert "Labels and genre:" in demo(*asked).out
    assert_one_sentence(demo("label", "--set", "genres", "--against", "colour"), "no column 'colour'")


def test_labels_are_kept_as_a_column_and_removed(demo_cache: Path, tmp_path: Path, explorer) -> None:
    cache = Path(shutil.copytree(demo_cache, tmp_path / "cache"))
    kept = explorer("label", "demo", "--set", "genres", "--threshold", 0, "--keep", "Kind", "--json", "--cache", cache)
    assert kept.record["kept"] == "Kind"
    listed = explorer("columns", "demo", "--csv", tmp_path / "all.csv", "--json", "--cache", cache).record
    assert listed["columns"][-1] == "Kind"
    assert (listed["kept"][0]["works"], listed["kept"][0]["about"]["threshold"]) == (24, 0.0)
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        written = {row["file"]: row["Kind"] for row in csv.DictReader(file)}
    assert written == {work["file"]: work["label"] for work in kept.record["works"]}
    again = explorer("label", "demo", "--set", "genres", "--keep", "kind", "--cache", cache)
    assert_one_sentence(again, "kept already")
    assert explorer("columns", "demo", "--remove", "Kind", "--json", "--cache", cache).record["kept"] == []
    assert "Kind: 24 works" in explorer("columns", "demo", "--restore", "Kind", "--cache", cache).out
    assert_one_sentence(explorer("columns", "demo", "--remove", "genre", "--cache", cache), "No column")


# -- as a program ------------------------------------------------------------------------------------------------------


def test_as_a_program_of_its_own(demo_cache: Path, demo_workspace: Workspace) -> None:
    """``python -m explorer`` from a checkout, its output read by another program under a plain locale."""
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    image = original(demo_workspace)
    arguments = ["search", "demo", "--image", str(image), "--cache", str(demo_cache), "--json"]
    command = [sys.executable, "-m", "explorer", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)["matches"]) == 20


def test_nothing_that_is_wrong_with_a_picture_spills_over(explorer, tmp_path: Path) -> None:
    """Pillow's own remarks on odd files are no sentences of ours."""
    folder = folder_of(tmp_path / "pictures", 1, size=(160, 120))
    odd = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\1" * 40
    save(work(3, 160, 120), folder / "odd.jpg", exif=odd)
    shutil.copy(folder / "odd.jpg", folder / "copy of odd.jpg")
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("default")
        result = explorer("index", folder, "--name", "c", *MINI, "--json")
    assert result.record["works"] == 3
    assert [str(remark.message) for remark in remarks if "PIL" in remark.filename] == []
