"""Annotations read as untrusted input, and the protocol held against cases worked by hand and against the search."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.evaluate import artminer, brueghel
from explorer.evaluate.annotations import WorkNames, parse_annotations, read_annotations
from explorer.evaluate.artminer import evaluate
from explorer.geometry import Box
from explorer.search import search
from explorer.search.query import Match, Query, RegionPart, SearchOptions
from explorer.workspace import Workspace

GOOD = {"query": ["a.jpg", [0, 0, 50, 50]], "gt": [["b.jpg", [0, 0, 50, 50]]]}


def write(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


# -- annotation files ------------------------------------------------------------------------------------------------


def test_annotations_are_read_in_order(tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", {"dog": [GOOD, {**GOOD, "note": "kept aside"}], "none": [], "11": [GOOD]})
    read = read_annotations(path)
    assert [(annotation.category, annotation.number) for annotation in read] == [("dog", 1), ("dog", 2), ("11", 1)]
    assert read[0].query.file == "a.jpg"
    assert read[0].truth[0].box == (0, 0, 50, 50)


def with_query(value: object) -> dict:
    return {"dog": [GOOD, {**GOOD, "query": value}]}


def with_truth(value: object) -> dict:
    return {"dog": [GOOD, {**GOOD, "gt": value}]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "are not JSON"), ("{", "are not JSON"), ("[" * 100_000, "are not JSON"), ("\ufeff[]", "not a list"),
        ('{"a": [], "a": []}', "the key 'a' appears twice"), ([], "not a list"), ("3", "not a number"),
        ("null", "not null"), ('"x"', "not text"), ({}, "no queries"), ({"dog": []}, "no queries"),
        ({"dog": {}}, "category 'dog' must be a list"), ({"dog": [GOOD, 3]}, "query 2 of category 'dog' must be an"),
        ({"dog": [{"query": GOOD["query"]}]}, '"query" and "gt"'), (with_query(None), "query 2 of category 'dog'"),
        (with_query(["a.jpg"]), "must be [file"), (with_query([3, [0, 0, 1, 1]]), "must name a file"),
        (with_query(["  ", [0, 0, 1, 1]]), "must name a file"), (with_query(["a.jpg", [0, 0, 1]]), "four numbers"),
        (with_query(["a.jpg", [0, 0, 1, "1"]]), "four numbers"), (with_query(["a.jpg", [0, 0, True, 1]]), "four num"),
        (with_query(["a.jpg", {"x": 1}]), "four numbers"), (with_query(["a.jpg", [5, 0, 5, 1]]), "without an area"),
        (with_query(["a.jpg", [0, 9, 5, 1]]), "without an area"), (with_truth(None), "must be a list of true boxes"),
        (with_truth([]), "without a true box"), (with_truth([["b.jpg", [0, 0, 1, 1]], 7]), 'true box 2 of "gt"'),
        (with_truth([["b.jpg", [0, 0, float("nan"), 1]]]), "four numbers"),
        (with_truth([["b.jpg", [0, 0, float("inf"), 1]]]), "four numbers"),
        (with_truth([["b.jpg", [0, 0, 10**400, 1]]]), "four numbers"),
        (json.dumps(with_truth([["b.jpg", [0, 0, 777, 1]]])).replace("777", "7" * 6000), "are not JSON"),
        (with_truth([["x" * 10_000, 3]]), "four numbers"), ({"d\nog": 3}, "category 'd\\nog'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_in_one_sentence(tmp_path: Path, content: object, words: str) -> None:
    with pytest.raises(ExplorerError) as caught:
        read_annotations(write(tmp_path / "a.json", content))
    sentence = str(caught.value)
    assert words in sentence
    assert "a.json" in sentence
    assert "\n" not in sentence
    assert len(sentence) < 400 + len(str(tmp_path))
    assert sentence.endswith(".")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00\x01")
    for path, words in {"absent.json": "no file", "bytes.json": "cannot be read", ".": "cannot be read"}.items():
        with pytest.raises(ExplorerError, match=words):
            read_annotations(tmp_path / path)


def test_a_number_too_long_to_print_is_still_one_sentence() -> None:
    with pytest.raises(ExplorerError, match="far too long"):
        parse_annotations({"dog": [{**GOOD, "query": ["a.jpg", [10**6000]]}]}, "x")


def test_names_of_works() -> None:
    names = WorkNames(["one/a.jpg", "two/a.jpg", "two/b.jpg", "two/Bru\u0302le\u0301.jpg", "b.jpg"])
    assert names.find("one/a.jpg") == "one/a.jpg"
    assert names.find("b.jpg") == "b.jpg"  # an id goes before a base name
    assert names.find("Br\u00fbl\u00e9.jpg") == "two/Bru\u0302le\u0301.jpg"
    assert names.find("elsewhere/Br\u00fbl\u00e9.jpg") == "two/Bru\u0302le\u0301.jpg"
    assert names.find("c.jpg") is None
    with pytest.raises(ExplorerError, match=r"'a.jpg' could be 2 works.*one/a.jpg and two/a.jpg"):
        names.find("a.jpg")


# -- the protocol ------------------------------------------------------------------------------------------------------


class Collection(SimpleNamespace):
    """A collection of four works of 100 by 100 pixels, no more than the protocol looks at."""

    name = "c"
    tables = SimpleNamespace(works=("a.jpg", "b.jpg", "in/c.jpg", "gone.jpg"))
    collection = SimpleNamespace(picture_sizes=lambda: dict.fromkeys(("a.jpg", "b.jpg", "in/c.jpg"), (100, 100)))

    def present_rows(self) -> np.ndarray:
        return np.array([0, 1, 2])


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch):
    """The search replaced by answers to order: ``asked.answers``; what was asked is in ``asked.queries``."""
    record = SimpleNamespace(answers=[], queries=[])

    def answer(workspace: object, query: Query, options: SearchOptions) -> list[Match]:
        record.queries.append((query, options))
        return [Match(work, Box(*box), 1.0, rank) for rank, (work, box) in enumerate(record.answers, start=1)]

    monkeypatch.setattr(artminer, "search", answer)
    return record


LEFT, RIGHT = (0, 0, 0.5, 0.5), (0.5, 0.5, 1, 1)


def test_scores_worked_by_hand(asked) -> None:
    annotations = parse_annotations({
        "dog": [
            {"query": ["a.jpg", [50, 50, 120, 100]], "gt": [["b.jpg", [0, 0, 50, 50]], ["c.jpg", [0, 0, 50, 50]]]},
            {"query": ["b.jpg", [0, 0, 50, 50]], "gt": [["lost.jpg", [0, 0, 5, 5]], ["c.jpg", [50, 50, 100, 100]]]},
        ],
        "cat": [{"query": ["c.jpg", [0, 0, 9, 9]], "gt": [["a.jpg", [0, 0, 50, 40]]]}],
    }, "x")  # fmt: skip
    asked.answers = [("b.jpg", RIGHT), ("b.jpg", LEFT), ("in/c.jpg", RIGHT), ("a.jpg", LEFT)]
    steps = []
    result = evaluate(Collection(), annotations, per_work=2, progress=lambda *step: steps.append(step))
    boxes, works = ([getattr(q, name) for q in result.queries] for name in ("average_precision", "image_level"))
    # of the first query b's second place is right, c's is not; of the second b is its own work, c is right, one is lost
    assert boxes == pytest.approx([(1 / 2) / 2, 1 / 2, 1 / 3])
    assert works == pytest.approx([1.0, 1 / 2, 1 / 2])
    assert result.micro == pytest.approx(sum(boxes) / 3)
    assert result.macro == pytest.approx((boxes[0] / 2 + boxes[1] / 2 + boxes[2]) / 2)
    assert result.image_level == pytest.approx(2 / 3)
    assert result.missing == ("lost.jpg",)
    query, options = asked.queries[0]
    assert query == Query((RegionPart("a.jpg", Box(0.5, 0.5, 1, 1)),))
    assert (options.top, options.per_work, options.own) == (1000, 2, False)
    assert asked.queries[2][0].parts[0].work == "in/c.jpg"
    assert [step[1:] for step in steps] == [(0, 3), (1, 3), (2, 3), (3, 3)]
    record = result.to_json()
    assert list(record)[:3] == ["micro", "macro", "image_level"]
    assert record["queries"][0] == {
        "category": "dog", "file": "a.jpg", "box": [50, 50, 120, 100],
        "average_precision": 0.25, "image_level": 1.0, "truth": 2,
    }  # fmt: skip
    assert "lost.jpg" in "\n".join(result.lines())


@pytest.mark.parametrize(
    ("query", "truth", "words"),
    [
        (["gone.jpg", [0, 0, 9, 9]], ["a.jpg", [0, 0, 9, 9]], r"'c' has no work 'gone.jpg', which query 1 of category"),
        (["a.jpg", [100, 0, 109, 9]], ["b.jpg", [0, 0, 9, 9]], r"of query 1 of .* lies outside 'a.jpg', which is 100"),
        (["a.jpg", [0, 0, 9, 9]], ["b.jpg", [0, 200, 9, 209]], r"of a true box of query 1 of .* lies outside 'b.jpg'"),
    ],
)
def test_annotations_that_do_not_fit_are_refused_before_any_search(asked, query: list, truth: list, words: str) -> None:
    fine = {"query": ["a.jpg", [0, 0, 9, 9]], "gt": [["b.jpg", [0, 0, 9, 9]]]}
    annotations = parse_annotations({"fine": [fine], "dog": [{"query": query, "gt": [truth]}]}, "x")
    with pytest.raises(ExplorerError, match=words):
        evaluate(Collection(), annotations)
    assert asked.queries == []


def test_the_search_that_is_scored_is_the_one_that_users_get(demo_workspace: Workspace, demo_folder: Path) -> None:
    content = json.loads((demo_folder / "annotations.json").read_text("utf-8"))
    some = {name: entries[:1] for name, entries in list(content.items())[:3]}
    result = evaluate(demo_workspace, parse_annotations(some, "demo"))
    for score, (entry,) in zip(result.queries, some.values(), strict=True):
        file, box = entry["query"]
        work = demo_workspace.collection.work(file)
        part = RegionPart(file, Box.from_pixels(tuple(box), work.width, work.height).clipped())
        matches = search(demo_workspace, Query((part,)), SearchOptions(top=1000))
        right = {true for true, _ in entry["gt"]}
        ranks = [match.rank for match in matches if match.work in right]
        assert score.image_level == pytest.approx(sum(k / rank for k, rank in enumerate(ranks, 1)) / len(right))
        assert 0 <= score.average_precision <= 1
    assert result.works == 24
    assert result.missing == ()


# -- Brueghel ----------------------------------------------------------------------------------------------------------


def test_the_benchmarks_annotations_are_known_by_their_shape(tmp_path: Path) -> None:
    folder = tmp_path / "Brueghel"
    (folder / "deep" / "images").mkdir(parents=True)
    write(folder / "sizes.json", {"a.jpg": [100, 100]})
    write(folder / "broken.json", "{")
    with pytest.raises(ExplorerError, match=r"No file in .* --annotations"):
        brueghel.find_annotations(folder)
    beside = write(tmp_path / "beside.json", {"dog": [GOOD]})
    assert brueghel.find_annotations(folder) == beside
    validation = write(folder / "deep" / "brueghelVal.json", {"dog": [GOOD]})
    assert brueghel.find_annotations(folder) == validation
    most = write(folder / "deep" / "images" / "all.json", {"dog": [GOOD, GOOD, GOOD]})
    assert brueghel.find_annotations(folder) == most
    test = write(folder / "deep" / "brueghelTest.json", {"dog": [GOOD, GOOD]})
    assert brueghel.find_annotations(folder) == test
    larger = write(folder / "Annotations.json", {"dog": [GOOD, GOOD, GOOD]})
    assert brueghel.find_annotations(folder) == larger


def test_published_figures_stand_beside_ours_with_what_is_not_comparable(asked) -> None:
    result = evaluate(Collection(), parse_annotations({"dog": [GOOD]}, "x"))
    text = "\n".join(brueghel.lines(result, Path("x.json")))
    for words in ("58.0", "75.3", "76.4", "CVPR 2019", "273 queries in 10 categories", "1,587 works"):
        assert words in text
    record = brueghel.record(result, Path("x.json"))
    assert [row["mAP"] for row in record["published"]] == pytest.approx([0.58, 0.753, 0.764])
    whole = artminer.Evaluation(
        tuple(artminer.QueryScore(str(k % 10), "a.jpg", (0, 0, 1, 1), 0.5, 0.5, 1) for k in range(273)), (), 1587, 1
    )
    assert brueghel.doubts(whole) == []


def test_without_the_collection_the_two_commands_that_make_it_are_named(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match=r"explorer fetch brueghel.*explorer index brueghel --name b"):
        brueghel.require_collection("b", tmp_path)
