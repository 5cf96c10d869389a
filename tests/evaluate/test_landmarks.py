"""Oxford, its revision, pairs and old photographs, end to end on a set in the official layouts that is painted here."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from evaluate.landmarks import box_of, paint, revisited, write_ltll, write_oxford
from generated import SMALL, write_csv

from explorer.config import RuntimeOptions
from explorer.errors import ExplorerError
from explorer.evaluate import oxford, rankings
from explorer.evaluate.oxford import MAP, OTHERS, find_truth, read_landmarks
from explorer.evaluate.pairs import evaluate_ltll, evaluate_pairs, ltll_places, read_pairs
from explorer.evaluate.pickled import read_pickle
from explorer.evaluate.rankings import ALIKE, BOXES, PLAIN, WHOLES, Rankings
from explorer.evaluate.revisited import evaluate as evaluate_revisited
from explorer.evaluate.revisited import read_revisited
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.search import search
from explorer.search.query import Query, RegionPart, SearchOptions
from explorer.workspace import Workspace


@pytest.fixture(scope="module")
def landmarks(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The painted pictures, indexed. Do not change it."""
    folder = tmp_path_factory.mktemp("landmarks")
    index_folder(paint(folder / "jpg"), "c", folder / "cache", SMALL)
    return Workspace.open("c", folder / "cache", RuntimeOptions(threads=1))


JUNK = ("hall_000004.jpg", "hall_000002_again.jpg")


# -- Oxford ------------------------------------------------------------------------------------------------------------


def test_landmarks_are_read_whatever_ends_their_lines(tmp_path: Path) -> None:
    for number, ends in enumerate(("\n", "\r\n", "\r")):
        hall, lost, tower = read_landmarks(write_oxford(tmp_path / str(number), ends))
        assert (hall.name, hall.picture, hall.box) == ("hall_1", "hall_000001", (30.5, 30.5, 120.5, 120.5))
        assert hall.good == ("hall_000001", "hall_000002", "hall_000099")
        assert (hall.ok, len(hall.junk), tower.junk) == (("hall_000003",), 3, ())
        assert lost.picture == "lost_000001"


def test_oxford_is_scored_as_its_authors_do(landmarks: Workspace, tmp_path: Path) -> None:
    outcome = oxford.evaluate(landmarks, read_landmarks(write_oxford(tmp_path / "gt")))
    assert [item.label for item in outcome.items] == ["hall_1", "tower_1"]
    hall = outcome.items[0]
    part = RegionPart("hall_000001.jpg", Box.from_pixels(tuple(side + 0.5 for side in box_of("hall_000001")), 240, 180))
    ranked = [m.work for m in search(landmarks, Query((part,)), SearchOptions(top=11, every_file=True))]
    left = [work for work in ["hall_000001.jpg", *ranked] if work not in JUNK]
    right = {"hall_000001.jpg", "hall_000002.jpg", "hall_000003.jpg"}
    hits, area = 0, 0.0
    for before, work in enumerate(left):
        if work in right:
            area += ((hits / before if before else 1.0) + (hits + 1) / (before + 1)) / 2
            hits += 1
    assert hall.scores[BOXES][MAP] == pytest.approx(area / 4)  # a fourth right picture is missing
    assert hall.scores[BOXES][OTHERS] < hall.scores[BOXES][MAP]
    assert set(outcome.means) == {BOXES, WHOLES, ALIKE, PLAIN}
    assert outcome.means[ALIKE][MAP] >= outcome.means[PLAIN][MAP] > 0
    assert outcome.means[BOXES][MAP] > 0.8
    said = " ".join(outcome.remarks)
    for words in ("lost_1: its picture lost_000001 is not in", "hall_000099", "Not comparable"):
        assert words in said
    assert [place.right for place in hall.found].count(None) == 2
    assert len(outcome.curves[BOXES]) == 21
    assert "88.2" in "\n".join(outcome.lines())


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("hall_1_query.txt", "hall_000001 1 2 3", "four numbers"), ("hall_1_query.txt", "", "four numbers"),
        ("hall_1_query.txt", "hall_000001 9 9 3 3", "without an area"),
        ("hall_1_query.txt", "hall_000001 0 0 nan 3", "without an area"), ("hall_1_junk.txt", None, "no hall_1_junk"),
        ("hall_1_good.txt", b"\xff\xfe\xff", "cannot be read"),
    ],
)  # fmt: skip
def test_ground_truth_that_is_wrong_is_named(
    tmp_path: Path, file: str, content: str | bytes | None, words: str
) -> None:
    folder = write_oxford(tmp_path / "gt")
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ExplorerError, match=words):
        read_landmarks(folder)


def test_one_ground_truth_is_found_and_of_several_one_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="--annotations"):
        find_truth(tmp_path)
    write_oxford(tmp_path / "data" / "gt")
    assert find_truth(tmp_path) == tmp_path / "data" / "gt"
    write_oxford(tmp_path / "data" / "gt-small")
    with pytest.raises(ExplorerError, match=r"several ground truths \(gt, gt-small\)"):
        find_truth(tmp_path)


def test_an_evaluation_that_was_stopped_goes_on(
    landmarks: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = read_landmarks(write_oxford(tmp_path / "gt"))
    asked = []

    def stopped(stage: str, done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        oxford.evaluate(landmarks, truth, progress=stopped)
    real = search
    monkeypatch.setattr(rankings, "search", lambda *a: (asked.append(a), real(*a))[1])
    resumed = oxford.evaluate(landmarks, truth)
    assert len(asked) == 3  # the box, the whole, and works like that of the last query
    asked.clear()
    assert oxford.evaluate(landmarks, truth).items == resumed.items
    assert len(asked) == 6  # nothing is kept once an evaluation has ended
    assert not list(landmarks.tables.folder.parent.glob("evaluation-*"))


def test_half_a_line_of_a_killed_run_is_left_out(landmarks: Workspace) -> None:
    ranked = Rankings(landmarks, "x")
    part = RegionPart("hall_000001.jpg", Box.whole())
    works = ranked.searched(part)
    with ranked._file.open("a") as file:
        file.write('["half')
    assert Rankings(landmarks, "x").searched(part) == works
    ranked.ended()


# -- revisited ---------------------------------------------------------------------------------------------------------


def test_the_revision_at_three_difficulties(landmarks: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "gnd_roxford5k.json"
    path.write_text("\ufeff" + json.dumps(revisited()), "utf-8")
    outcome = evaluate_revisited(landmarks, read_revisited(path))
    hall, tower = outcome.items
    assert np.isnan(tower.scores[BOXES]["Easy mAP"])  # nothing easy: left out of that mean
    assert outcome.means[BOXES]["Easy mAP"] == hall.scores[BOXES]["Easy mAP"] <= 0.5  # one of two easy ones is missing
    assert outcome.works == 8  # neither the queries' pictures nor what the benchmark does not have
    assert tower.scores[BOXES]["Hard mAP"] == tower.scores[BOXES]["Medium mAP"] > 0.4
    found = {place.work for item in outcome.items for place in item.found}
    assert not found & {"hall_000001.jpg", "tower_000001.jpg", "hall_000002_again.jpg"}
    said = " ".join(outcome.remarks)
    assert "lost_000001" in said
    assert "hall_000099" in said
    assert "54.0" in "\n".join(outcome.lines())


def arrays(record: dict) -> dict:
    """The same with arrays and numpy's numbers where lists and numbers are."""
    gnd = [
        {kind: np.array(of, np.float64 if kind == "bbx" else np.int64) for kind, of in entry.items()}
        for entry in record["gnd"]
    ]
    gnd[0]["bbx"] = [np.float32(side) for side in gnd[0]["bbx"]]
    gnd[1]["hard"] = np.asfortranarray(gnd[1]["hard"]).astype(">i4")
    return {**record, "gnd": gnd}


@pytest.mark.parametrize("protocol", range(6))
def test_pickles_are_read_as_json_is(tmp_path: Path, protocol: int) -> None:
    plain, of_arrays = tmp_path / "gnd_a.pkl", tmp_path / "gnd_b.pkl"
    plain.write_bytes(pickle.dumps(revisited(), protocol))
    of_arrays.write_bytes(pickle.dumps(arrays(revisited()), protocol))
    as_json = tmp_path / "gnd_c.json"
    as_json.write_text(json.dumps(revisited()), "utf-8")
    assert read_revisited(plain) == read_revisited(of_arrays) == read_revisited(as_json)


class Runs:
    """Writes a file where it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_nothing_in_a_pickle_is_run(tmp_path: Path) -> None:
    path, trace = tmp_path / "gnd_x.pkl", tmp_path / "ran"
    for protocol in range(6):
        path.write_bytes(pickle.dumps({"imlist": [Runs(trace)]}, protocol))
        with pytest.raises(ExplorerError, match=r"asks for '(_?io|__builtin__|builtins)\.open'"):
            read_pickle(path)
        assert not trace.exists()
    pickle.loads(path.read_bytes())  # what it would have done
    assert trace.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"not a pickle", pickle.dumps(revisited())[:-40], b"cos\nsystem\n(S'true'\ntR.", b"cnumpy\nload\n.", b".",
        b"(lp0\n0.", b"\x80\x02]q\x00h\x00a.", pickle.dumps(np.array([{}], object)), pickle.dumps({1, 2}),
        pickle.dumps(np.dtype("i4")), pickle.dumps(np.array(["a"])), b"]" * 100 + b"a" * 99 + b".",
        b"cnumpy\nndarray\n(I9999999\ntR.", pickle.dumps(io.BytesIO(b"x")), pickle.dumps(np.array(1 + 2j)),
    ],
)  # fmt: skip
def test_pickles_of_anything_else_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "gnd_x.pkl"
    path.write_bytes(content)
    with pytest.raises(ExplorerError) as caught:
        read_revisited(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"gnd": []}, "an entry of gnd for each"), ({"imlist": "abc"}, "list of names"), ({"qimlist": None}, "list of"),
        ({"gnd": [{}, {}, {}]}, "must have bbx"), ({"gnd": None}, "an entry of gnd"),
    ],
)  # fmt: skip
def test_ground_truths_of_another_shape(tmp_path: Path, change: dict, words: str) -> None:
    path = tmp_path / "gnd_x.json"
    path.write_text(json.dumps({**revisited(), **change}), "utf-8")
    with pytest.raises(ExplorerError, match=words):
        read_revisited(path)
    record = revisited()
    record["gnd"][0]["easy"] = [99]
    path.write_text(json.dumps(record), "utf-8")
    with pytest.raises(ExplorerError, match="easy must be a list of numbers of pictures"):
        read_revisited(path)


# -- pairs, old photographs --------------------------------------------------------------------------------------------


def test_pairs(landmarks: Workspace, tmp_path: Path) -> None:
    rows = [("hall_000002", "hall_000002_again"), ("tower_000001.jpg", "tower_000002"), ("gone", "hall_000001"),
            ("hall_000001", "gone too"), ("other_000001", "other_000001")]  # fmt: skip
    pairs = read_pairs(write_csv(tmp_path / "pairs.csv", [{"a": a, "b": b, "note": ""} for a, b in rows]))
    outcome = evaluate_pairs(landmarks, pairs)
    by_label = {item.label: item.scores for item in outcome.items}
    assert set(by_label) == {"hall_000002.jpg", "tower_000001.jpg", "hall_000001.jpg"}  # not a picture with itself
    assert by_label["hall_000002.jpg"][WHOLES] == {"recall@1": 1, "recall@5": 1, "recall@10": 1, "mAP": 1}
    assert by_label["hall_000001.jpg"][WHOLES]["recall@10"] == 0
    assert outcome.means[PLAIN]["recall@1"] >= 1 / 3
    said = " ".join(outcome.remarks)
    assert "are not asked: gone" in said
    assert "gone too" in said


def test_tables_that_hold_no_pairs(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="columns a and b"):
        read_pairs(write_csv(tmp_path / "p.csv", [{"a": "x", "c": "y"}]))
    with pytest.raises(ExplorerError, match="row 2 must name two"):
        read_pairs(write_csv(tmp_path / "p.csv", [{"a": "x", "b": "y"}, {"a": "x", "b": " "}]))


def test_old_photographs_find_the_new_ones_of_their_place(landmarks: Workspace, tmp_path: Path) -> None:
    outcome = evaluate_ltll(landmarks, ltll_places(write_ltll(tmp_path), []))
    assert [item.label for item in outcome.items] == ["hall_000001.jpg", "tower_000001.jpg"]
    assert outcome.works == 7
    for item in outcome.items:
        nearest = item.found[0]
        assert item.scores[WHOLES]["accuracy"] == (nearest.work.split("_")[0] == item.label.split("_")[0])
        assert not nearest.work.endswith("1.jpg")
    assert "80.9" in "\n".join(outcome.lines())
    assert "gone.jpg" in " ".join(outcome.remarks)


def test_folders_of_old_and_new_photographs(tmp_path: Path) -> None:
    works = ["LTLL/old/hall/a.jpg", "LTLL/new/hall/b.jpg", "tower/New/c.jpg", "d.jpg", "LtllOld/tower/e.jpg"]
    old, new = ltll_places(tmp_path, works)
    assert old == {"LTLL/old/hall/a.jpg": "hall", "LtllOld/tower/e.jpg": "tower"}
    assert new == {"LTLL/new/hall/b.jpg": "hall", "tower/New/c.jpg": "tower"}
    with pytest.raises(ExplorerError, match=r"ltllLabel.json"):
        ltll_places(tmp_path, ["a.jpg"])
    (tmp_path / "ltllLabel.json").write_text('{"test": ["x"], "searchImg": [], "annotation": {}}')
    with pytest.raises(ExplorerError, match="needs test, searchImg and annotation"):
        ltll_places(tmp_path, works)
