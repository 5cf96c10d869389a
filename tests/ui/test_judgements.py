"""The list of judgements as the page asks for it: what is shown, corrected, withdrawn; and what is no judgement."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path

import pytest

from explorer.collection import Judgement
from explorer.collection.judgements import picture_name
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.ui.judgements import JudgementPages, judgement_functions
from explorer.ui.searching import AppContext
from explorer.workspace import Workspace

HERE, THERE = Box(0.1, 0.1, 0.5, 0.6), Box(0.4, 0.3, 0.9, 0.8)


@pytest.fixture
def pages(demo_cache: Path, tmp_path: Path) -> JudgementPages:
    """Of the demo collection, with a database of this test's own."""
    shutil.copytree(demo_cache, tmp_path / "cache")
    return JudgementPages(Workspace.open("demo", tmp_path / "cache"))


def judge(pages: JudgementPages, verdict: str = "accepted", match: str = "", query: str = "", note: str = "") -> int:
    first, second = (work.id for work in pages.workspace.collection.works()[:2])
    made = Judgement(query or first, HERE, match or second, THERE, verdict, note, "Anna")
    return pages.store.judge(made).id


def test_the_latest_come_first_each_with_both_details_and_where_it_is_seen_again(pages: JudgementPages) -> None:
    first, second = (work.id for work in pages.workspace.collection.works()[:2])
    judge(pages)
    judge(pages, match="gone.jpg")
    judge(pages, query=picture_name("0123"))
    own, gone, whole = pages.shown()["judgements"]
    assert whole["addresses"]["compare"].startswith("compare=") and "at=0.1,0.1,0.5,0.6;0.4,0.3,0.9,0.8" in str(whole)
    assert [place["work"] for place in whole["places"]] == [first, second]
    assert whole["places"][0]["box"] == [0.1, 0.1, 0.5, 0.6]
    assert [place["gone"] for place in gone["places"]] == [False, True] and gone["places"][1]["title"] == "gone.jpg"
    assert gone["addresses"] == own["addresses"] == {}
    assert own["places"][0]["own"] and "0123" not in own["places"][0]["title"]


def test_a_correction_is_a_later_judgement_of_the_pair(pages: JudgementPages) -> None:
    number = judge(pages, note="the hat", match="gone.jpg")
    told = pages.correct({"id": number, "verdict": "doubtful", "who": "Bert"})
    (held,) = pages.store.all()
    assert (held.id, held.verdict, held.note, held.who) == (told["new"], "doubtful", "the hat", "Bert")
    assert [one.verdict for one in pages.store.history(held)] == ["accepted", "doubtful"]
    assert pages.correct({"id": held.id, "note": ""})["judgements"][0]["note"] == ""
    with pytest.raises(ExplorerError, match="changed or withdrawn since"):
        pages.correct({"id": number, "verdict": "rejected"})
    assert pages.withdraw({"id": pages.store.all()[0].id})["before"] == "doubtful"


def test_a_judgement_that_was_withdrawn_is_brought_back_as_it_was(pages: JudgementPages) -> None:
    number = judge(pages)
    (before,) = pages.store.all()
    assert pages.withdraw({"id": number, "who": "Bert"})["judgements"] == []
    assert pages.restore({"id": number})["judgements"][0]["id"] == number
    assert pages.store.all() == [before]
    with pytest.raises(ExplorerError, match="bring back"):
        pages.restore({"id": number})


def test_what_is_asked_for_is_taken_away_and_no_more(pages: JudgementPages) -> None:
    first, second = judge(pages), judge(pages, "rejected", "gone.jpg")
    told = pages.taken_away({"as": "json", "ids": [second, "x", 10**9]})
    assert [record["id"] for record in json.loads(base64.b64decode(told["data"]))] == [second]
    assert told["notes"] == ["It has 1 of the 2 judgements."]
    table = base64.b64decode(pages.taken_away({"as": "csv", "ids": [first, second]})["data"]).decode("utf-8-sig")
    assert table.startswith("id,") and len(table.splitlines()) == 3


def test_what_is_no_judgement_is_a_sentence(pages: JudgementPages) -> None:
    number = judge(pages)
    _, *changes = judgement_functions(AppContext(pages.workspace))
    wrong = [
        None, 7, {"collection": "none"}, {"id": "x"}, {"id": 10**30}, {"id": None, "verdict": "perhaps"},
        {"ids": {"a": 1}}, {"as": "exe", "ids": [1]}, {"as": "csv", "ids": [[1]]},
    ]  # fmt: skip
    for sent in wrong:
        for change in changes:
            assert change(sent)["error"].endswith("."), (change, sent)
    with pytest.raises(ExplorerError, match="A judgement is one of"):
        pages.correct({"id": number, "verdict": "perhaps"})
    assert [one.verdict for one in pages.store.all()] == ["accepted"]
