"""Bookmarks, sets and light tables: checked as they come in, every change kept, undone and redone."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.collection import Collection, PictureFile
from explorer.collection.bookmark_store import BookmarkStore
from explorer.collection.bookmarks import LONGEST_NOTE, Bookmark, BookmarkSet, Kept, Spot, checked_bookmark, checked_set
from explorer.collection.database import MIGRATIONS
from explorer.errors import ExplorerError

HOSTILE = "<script>alert('=1+1')</script> \N{SNOWMAN}"
DETAIL = {"kind": "detail", "places": [{"work": "a.jpg", "box": [0.1, 0.2, 0.3, 0.4]}]}


def mark(work: str = "a.jpg", **fields) -> Bookmark:
    return checked_bookmark({"kind": "work", "places": [{"work": work}], **fields})


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection(tmp_path / "collection.sqlite")


@pytest.fixture
def store(collection: Collection) -> BookmarkStore:
    return collection.bookmarks


@pytest.mark.parametrize("fields", [
    {}, {"kind": "mill"}, {"kind": "work"}, {"kind": "match", "places": [{"work": "a.jpg"}]},
    {"kind": "detail", "places": [{"work": "a.jpg", "box": [0.3, 0.2, 0.1, 0.4]}]},
    {"kind": "detail", "places": [{"work": "a.jpg", "box": [0, 0, float("nan"), 1]}]},
    {"kind": "detail", "places": [{"work": "a.jpg", "box": [2, 2, 3, 3]}]},
    {"kind": "detail", "places": [{"work": ""}]}, {**DETAIL, "name": 3}, {**DETAIL, "more": 1},
    {**DETAIL, "name": "n" * 121}, {**DETAIL, "note": "n" * (LONGEST_NOTE + 1)}, {**DETAIL, "tags": ["t" * 61]},
    {**DETAIL, "tags": [str(number) for number in range(41)]}, {**DETAIL, "said": {"probability": 1.1}},
])  # fmt: skip
def test_what_is_no_bookmark_is_a_sentence(fields: dict) -> None:
    with pytest.raises(ExplorerError, match=r"\.$"):
        checked_bookmark(fields)


def test_a_bookmark_keeps_every_word(store: BookmarkStore) -> None:
    fields = {**DETAIL, "name": f"  {HOSTILE}\n", "note": f"one\n\ntwo\x07 {HOSTILE}", "tags": [" mill ", "mill", ""],
              "address": "work=a.jpg&box=0.1,0.2,0.3,0.4", "said": {"probability": 0.9, "mirror": True}}  # fmt: skip
    one = store.keep(checked_bookmark(fields), "  Anna  ")
    kept = store.all().bookmarks[one]
    assert (kept.name, kept.note, kept.tags) == (HOSTILE, f"one\n\ntwo {HOSTILE}", ("mill",))
    assert (kept.who, kept.said.mirror, kept.places[0].box) == ("Anna", True, (0.1, 0.2, 0.3, 0.4))
    assert kept.made.endswith("Z")


def test_a_set_has_its_bookmarks_in_an_order_and_its_table(store: BookmarkStore) -> None:
    first, second, third = (store.keep(mark(f"{letter}.jpg")) for letter in "abc")
    mills = store.new_set("Mills", [second, first])
    store.put_into(mills, [third, first])
    store.lay_out(mills, {first: Spot(x=1, y=2), third: Spot(x=0, y=0, turn=90)})
    store.describe_set(mills, {"bookmarks": [third, first, second], "note": "which was first?"})
    store.lay_out(mills, {third: None, "b-9-9": Spot(x=0, y=0)})
    kept = store.all()
    assert [name for name, _ in kept.of_set(mills)] == [third, first, second]
    assert (dict(kept.sets[mills].table), kept.sets[mills].note) == ({first: Spot(x=1, y=2)}, "which was first?")
    store.take_out(mills, [first])
    store.remove([second])
    kept = store.all()
    assert (kept.sets[mills].bookmarks, dict(kept.sets[mills].table)) == ((third,), {})
    assert set(kept.bookmarks) == {first, third}
    store.remove_set(mills)
    assert (store.all().sets, set(store.all().bookmarks)) == ({}, {first, third})


def test_sets_have_names_of_their_own(store: BookmarkStore) -> None:
    for name in ("Mills", "mills", "Mills"):
        store.new_set(name)
    assert [known.name for known in store.all().sets.values()] == ["Mills", "mills 2", "Mills 3"]
    with pytest.raises(ExplorerError, match="needs a name"):
        store.new_set("  ")


@pytest.mark.parametrize("change", [
    lambda store: store.describe("b-9-9", {"name": "x"}), lambda store: store.remove(["b-9-9"]),
    lambda store: store.put_into("s-9-9", []), lambda store: store.new_set("x", ["b-9-9"]),
    lambda store: store.keep(mark(), into="s-9-9"), lambda store: store.remove_set("b-1-1"),
    lambda store: store.describe_set(store.new_set("y"), {"bookmarks": ["b-9-9"]}),
    lambda store: store.lay_out("s-9-9", {}),
])  # fmt: skip
def test_what_cannot_be_done_changes_nothing(store: BookmarkStore, change: Callable) -> None:
    store.keep(mark())
    before = store.all().bookmarks
    with pytest.raises(ExplorerError):
        change(store)
    assert store.all().bookmarks == before


def random_change(store: BookmarkStore, rng: random.Random) -> None:
    kept = store.all()
    some = rng.sample(sorted(kept.bookmarks), min(len(kept.bookmarks), 2))
    if not kept.sets:
        store.new_set("First")
        return
    into = rng.choice(sorted(kept.sets))
    rng.choice([
        lambda: store.keep(mark(f"{rng.random()}.jpg"), into=into),
        lambda: [store.describe(one, {"name": str(rng.random()), "tags": ["t"]}) for one in some[:1]],
        lambda: store.new_set(str(rng.random()), some),
        lambda: store.put_into(into, some),
        lambda: store.take_out(into, some),
        lambda: store.lay_out(into, {one: Spot(x=rng.random(), y=0) for one in some}),
        lambda: store.remove(some[:1]),
        lambda: store.remove_set(into),
        lambda: store.describe_set(into, {"bookmarks": list(reversed(kept.sets[into].bookmarks))}),
    ])()  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_undo_and_redo_go_back_and_forth_over_anything(store: BookmarkStore, seed: int) -> None:
    rng = random.Random(seed)
    states: list[Kept] = [store.all()]
    for _ in range(25):
        random_change(store, rng)
        if store.all() != states[-1]:
            states.append(store.all())
    for before in reversed(states[:-1]):
        store.undo()
        assert store.all() == before
    with pytest.raises(ExplorerError, match="to take back"):
        store.undo()
    for after in states[1:]:
        store.redo()
        assert store.all() == after
    with pytest.raises(ExplorerError, match="to bring back"):
        store.redo()


def test_undo_goes_back_one_change_at_a_time(store: BookmarkStore) -> None:
    one = store.keep(mark(name="one"))
    store.describe(one, {"name": "two"})
    store.describe(one, {"name": "two"})  # which changes nothing
    mills = store.new_set("Mills", [one])
    store.remove([one], "anna")
    assert (store.next_steps()[0].kind, store.next_steps()[0].who) == ("remove", "anna")
    assert store.undo().kind == "remove"
    assert store.all().sets[mills].bookmarks == (one,)
    store.undo()
    assert (store.all().sets, store.all().bookmarks[one].name) == ({}, "two")
    store.undo()
    assert store.all().bookmarks[one].name == "one"
    store.redo()
    store.keep(mark("c.jpg"))
    assert store.next_steps()[1] is None


def test_a_set_that_is_read_in_is_one_change_and_makes_nothing_twice(store: BookmarkStore) -> None:
    here = store.keep(mark(name="here"))
    read = [mark(name="here"), mark("b.jpg", name="there"), mark("b.jpg", name="there")]
    mills = store.read_in(BookmarkSet(name="Mills"), read, [None, Spot(x=3, y=4)])
    kept = store.all()
    assert kept.sets[mills].bookmarks[0] == here
    assert [one.name for _, one in kept.of_set(mills)] == ["here", "there"]
    assert dict(kept.sets[mills].table) == {kept.sets[mills].bookmarks[1]: Spot(x=3, y=4)}
    store.undo()
    assert (set(store.all().bookmarks), store.all().sets) == ({here}, {})


def test_it_outlives_indexing_and_a_restart(collection: Collection, tmp_path: Path) -> None:
    one = collection.bookmarks.keep(mark(name=HOSTILE))
    collection.sync([PictureFile("z.jpg", Path("z.jpg"), 1, 1)], {"z.jpg": ("hash", 40, 30)}, None)
    again = Collection(tmp_path / "collection.sqlite")
    assert again.bookmarks.all().bookmarks[one].name == HOSTILE


def test_a_database_of_the_version_before_gets_its_tables(tmp_path: Path) -> None:
    path = tmp_path / "collection.sqlite"
    with sqlite3.connect(path) as db:
        for step in MIGRATIONS[:4]:
            for statement in step:
                db.execute(statement)
        db.execute("PRAGMA user_version = 4")
    db.close()
    store = Collection(path).bookmarks
    store.keep(mark())
    assert len(store.all().bookmarks) == 1


def test_several_people_at_once_lose_nothing(collection: Collection) -> None:
    mills = collection.bookmarks.new_set("Mills")

    def keep(who: str) -> None:
        for number in range(6):
            collection.bookmarks.keep(mark(f"{who}{number}.jpg"), who, into=mills)

    threads = [threading.Thread(target=keep, args=(who,)) for who in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(collection.bookmarks.all().of_set(mills)) == 24


def test_a_set_has_no_spot_of_what_is_not_in_it() -> None:
    found = checked_set({"name": "Mills", "bookmarks": ["b-1-1", "b-1-1"], "table": {"b-2-1": {"x": 0, "y": 0}}})
    assert found == BookmarkSet(name="Mills", bookmarks=("b-1-1",), table={})
