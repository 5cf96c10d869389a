"""Judgements: pairs, changes of mind, taking back; and that nothing else ever touches them."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.collection import Collection, Judgement, PictureFile
from explorer.collection.database import MIGRATIONS, SCHEMA_VERSION
from explorer.collection.judgements import picture_name
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.feedback import MOST, JudgedMatch, learned

HERE, THERE = Box(0.1, 0.1, 0.3, 0.3), Box(0.6, 0.5, 0.8, 0.7)
NEAR = Box(0.11, 0.1, 0.31, 0.32)
FAR = Box(0.3, 0.3, 0.5, 0.5)


def judgement(verdict: str = "accepted", **changed) -> Judgement:
    return replace(Judgement("a.jpg", HERE, "b.jpg", THERE, verdict, who="Anna"), **changed)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "collection.sqlite"


@pytest.fixture
def collection(path: Path) -> Collection:
    return Collection(path)


# -- the database ------------------------------------------------------------------------------------------------------


def first_version(path: Path) -> None:
    """A database as the first version of the program made it, with a work, a fact and a file left out."""
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode = WAL")
        for statement in MIGRATIONS[0]:
            db.execute(statement)
        db.execute("INSERT INTO facts VALUES ('folder', '/pictures')")
        db.execute("INSERT INTO works (id, content, width, height, bytes, mtime_ns) VALUES ('a.jpg', 'h', 4, 3, 1, 5)")
        db.execute("INSERT INTO works_text (rowid, words) VALUES (1, 'a mill')")
        db.execute("INSERT INTO skipped VALUES ('b.jpg', 'damaged', 1, 5)")
        db.execute("PRAGMA user_version = 1")


def test_a_database_of_the_first_version_is_brought_up_to_date_and_keeps_all(path: Path) -> None:
    first_version(path)
    collection = Collection(path)
    assert [work.id for work in collection.find("mill")] == ["a.jpg"]
    assert collection.fact("folder") == "/pictures"
    assert [skipped.file for skipped in collection.skipped()] == ["b.jpg"]
    assert collection.judgements.judge(judgement()).id == 1
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION == 7


def test_a_step_that_fails_leaves_the_old_database_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first_version(path)
    monkeypatch.setattr("explorer.collection.database.MIGRATIONS", (MIGRATIONS[0], (*MIGRATIONS[1], "CREATE nonsense")))
    with pytest.raises(sqlite3.OperationalError, match="syntax"):  # a defect of ours, and said as one
        Collection(path)
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 1
        assert not db.execute("SELECT name FROM sqlite_master WHERE name = 'judgements'").fetchall()
    monkeypatch.undo()
    assert [work.id for work in Collection(path).works()] == ["a.jpg"]


def test_several_programs_that_open_an_old_database_at_once(path: Path) -> None:
    first_version(path)
    failures: list[BaseException] = []

    def open_it(number: int) -> None:
        try:
            Collection(path).judgements.judge(judgement(match_work=f"{number}.jpg"))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(Collection(path).judgements.all()) == 6


def test_works_come_and_go_and_judgements_stay(path: Path, collection: Collection) -> None:
    file = PictureFile("a.jpg", Path("/nowhere/a.jpg"), 1, 5)
    collection.sync([file], {"a.jpg": ("h", 4, 3)}, None)
    kept = collection.judgements.judge(judgement())
    collection.sync([], {}, None)
    assert collection.works() == []
    collection.sync([file], {"a.jpg": ("other", 8, 6)}, None)
    collection.skip("a.jpg", "damaged")
    assert Collection(path).judgements.all() == [kept]


# -- pairs -------------------------------------------------------------------------------------------------------------


def test_a_judgement_is_found_again_from_either_side_and_from_nearly_the_same_place(collection: Collection) -> None:
    kept = collection.judgements.judge(judgement(note="the same hat"))
    assert kept.id and kept.when.endswith("Z") and kept.who == "Anna"
    assert collection.judgements.of_pair("a.jpg", NEAR, "b.jpg", THERE) == kept
    assert collection.judgements.of_pair("b.jpg", THERE, "a.jpg", NEAR) == kept.turned()
    assert collection.judgements.of_pair("a.jpg", FAR, "b.jpg", THERE) is None
    assert collection.judgements.of_pair("a.jpg", HERE, "b.jpg", FAR) is None
    assert collection.judgements.of_pair("a.jpg", HERE, "c.jpg", THERE) is None
    assert collection.judgements.of_pair("a.jpg", THERE, "b.jpg", HERE) is None


def test_a_pair_within_one_work_is_symmetric_too(collection: Collection) -> None:
    kept = collection.judgements.judge(judgement(match_work="a.jpg"))
    assert collection.judgements.of_pair("a.jpg", THERE, "a.jpg", HERE) == kept.turned()
    assert collection.judgements.for_query("a.jpg", THERE) == [kept.turned()]
    assert collection.judgements.judge(kept.turned()).id == 2
    assert [valid.id for valid in collection.judgements.all()] == [2]


def test_a_changed_mind_holds_and_what_was_said_before_is_kept(collection: Collection) -> None:
    judgements = collection.judgements
    judgements.judge(judgement())
    second = judgements.judge(replace(judgement("rejected").turned(), match_box=NEAR, who="Bert"))
    assert judgements.all() == [second]
    assert judgements.of_pair("a.jpg", HERE, "b.jpg", THERE).verdict == "rejected"
    assert [(past.verdict, past.who) for past in judgements.history(second)] == [
        ("accepted", "Anna"), ("rejected", "Bert"),
    ]  # fmt: skip


def test_taking_back_restores_what_was_said_before(collection: Collection) -> None:
    judgements = collection.judgements
    first, second = judgements.judge(judgement()), judgements.judge(judgement("doubtful"))
    assert judgements.withdraw(second.id, "Anna") == first
    assert judgements.all() == [first]
    assert judgements.withdraw(first.id) is None
    assert judgements.all() == []
    assert [bool(past.withdrawn) for past in judgements.history(second)] == [True, True]
    for gone in (first.id, 99):
        with pytest.raises(ExplorerError, match="take back"):
            judgements.withdraw(gone)
    third = judgements.judge(judgement("rejected"))
    assert len(judgements.history(third)) == 3, "the pair is the same pair still"


def test_all_that_was_said_of_a_place(collection: Collection) -> None:
    judgements = collection.judgements
    judgements.judge(judgement())
    judgements.judge(judgement("rejected", query_work="c.jpg", match_work="a.jpg", match_box=NEAR))
    judgements.judge(judgement("doubtful", query_box=FAR))
    judgements.judge(judgement(query_work="x.jpg"))
    assert [(valid.match_work, valid.verdict) for valid in judgements.for_query("a.jpg", HERE)] == [
        ("c.jpg", "rejected"), ("b.jpg", "accepted"),
    ]  # fmt: skip
    assert len(judgements.for_query("a.jpg")) == 3
    assert judgements.for_query("nothing.jpg") == []


def test_pictures_outside_the_collection_have_names_too(collection: Collection) -> None:
    name = picture_name("00ff")
    kept = collection.judgements.judge(judgement(query_work=name))
    assert collection.judgements.for_query(name, HERE) == [kept]
    assert collection.judgements.for_query("b.jpg", THERE)[0].match_work == "picture:00ff"


def test_what_is_no_judgement_is_refused(collection: Collection) -> None:
    for wrong in (judgement("perhaps"), judgement(query_work=""), judgement(match_work="")):
        with pytest.raises(ExplorerError, match=r"judgement .*\.$"):
            collection.judgements.judge(wrong)
    assert collection.judgements.judge(judgement(who="")).who == "anonymous"


# -- fed back into a search --------------------------------------------------------------------------------------------


def test_a_search_learns_from_what_was_accepted_and_rejected() -> None:
    judged = [
        judgement(match_work="yes.jpg", id=1), judgement("rejected", match_work="no.jpg", id=2),
        judgement("doubtful", match_work="perhaps.jpg", id=3), judgement(match_work="picture:00", id=4),
    ]  # fmt: skip
    assert learned(judged) == (JudgedMatch("yes.jpg", THERE, True), JudgedMatch("no.jpg", THERE, False))
    assert learned([]) == ()


def test_a_search_learns_from_the_latest_few() -> None:
    many = [judgement(match_work=f"{number}.jpg", id=number) for number in range(9)]
    assert [part.work for part in learned(many)] == [f"{number}.jpg" for number in range(8, 8 - MOST, -1)]
