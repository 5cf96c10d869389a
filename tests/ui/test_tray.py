"""Queries of several parts on the page and through the REST API: what is asked, what is shown, links there and back."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.parsing import parse_parts
from explorer.search.query import Match, Query, RegionPart, WordsPart
from explorer.ui import incoming, views
from explorer.ui.asking import MOST_FURTHER, query_of, with_further
from explorer.ui.explore import ExploreTab
from explorer.ui.links import linked, parameters
from explorer.ui.rest import RestApi
from explorer.ui.searching import AppContext, CollectionContext
from explorer.ui.session import FurtherDetail, Session, Step
from explorer.ui.tray import marks, tray

HERE, THERE, FAR = Box(0.1, 0.1, 0.3, 0.4), Box(0.5, 0.5, 0.8, 0.9), Box(0.2, 0.6, 0.4, 0.8)
MAIN = Step("work", "a.jpg", HERE, searched=True)
ALSO, LIKE = FurtherDetail("also", "work", "a.jpg", THERE), FurtherDetail("like", "work", "b.jpg", FAR)
UNLIKE = FurtherDetail("unlike", "picture", "mine.png", FAR)


# -- what is asked -----------------------------------------------------------------------------------------------------


def test_further_details_stand_in_the_order_of_their_roles_and_once():
    step = MAIN.adding(UNLIKE).adding(LIKE).adding(ALSO).adding(LIKE)
    assert step.further == (ALSO, LIKE, UNLIKE)
    assert step.without(1).further == (ALSO, UNLIKE)
    assert step.without(-1) == step.without(9) == step
    assert step.alone() == MAIN


def test_how_details_lie_is_asked_only_of_details_of_the_same_picture():
    assert MAIN.adding(ALSO).together
    assert not MAIN.adding(LIKE).together and not MAIN.adding(FurtherDetail("also", "work", "b.jpg", THERE)).together
    lying = Step("work", "a.jpg", HERE, searched=True, layout=True)
    assert query_of(lying.adding(ALSO), Path()).layout and not query_of(lying, Path()).layout


def test_a_step_is_a_query_of_weighted_parts():
    step = Step("work", "a.jpg", None, True, (ALSO, LIKE, UNLIKE), "in winter")
    parts = query_of(step, Path("/uploads")).parts
    assert [part.weight for part in parts] == [1.0, 1.0, 0.5, -0.5, 1.0]
    assert parts[0] == RegionPart("a.jpg", Box.whole()) and parts[-1] == WordsPart("in winter")
    assert parts[3].path == Path("/uploads/mine.png")


def test_a_search_takes_so_many_details_and_no_more():
    step = MAIN
    for number in range(MOST_FURTHER):
        step = with_further(step, "also", Step("work", f"{number}.jpg", THERE))
    with pytest.raises(ExplorerError, match="remove one of them first"):
        with_further(step, "also", Step("work", "x.jpg", THERE))


@pytest.mark.parametrize("sent", [None, "", "main", 7, ["also"]])
def test_a_role_that_is_none_is_refused_in_a_sentence(sent):
    with pytest.raises(ExplorerError, match=r"\.$"):
        incoming.role(sent)


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_the_tray_shows_what_is_asked_and_nothing_before():
    caption = lambda one: {"work": one.key, "title": "<script>"}  # noqa: E731
    assert tray(None, caption) == tray(Step("work", "a.jpg"), caption) == {}
    shown = tray(MAIN.adding(ALSO).adding(LIKE), caption)
    assert [(one["role"], one["index"], one["work"]) for one in shown["others"]] == [
        ("also", 0, "a.jpg"), ("like", 1, "b.jpg"),
    ]  # fmt: skip
    assert shown["together"] and not shown["layout"] and shown["main"]["title"] == "<script>"
    json.dumps(shown)


def test_a_picture_is_marked_with_its_own_details_only():
    assert marks(MAIN.adding(ALSO).adding(LIKE)) == [{"role": "also", "box": [0.5, 0.5, 0.8, 0.9]}]


def test_the_trail_counts_what_goes_with_a_step():
    session = Session().stepped(Step("work", "a.jpg", HERE, True, (ALSO, LIKE), "in winter"))
    assert views.trail(session, {session.here: {"title": "A Mill"}})["steps"][0]["more"] == 3


# -- the address -------------------------------------------------------------------------------------------------------


def context_of(*works: str) -> SimpleNamespace:
    """As much of a context as links ask for."""

    def work(key: str) -> SimpleNamespace:
        if key not in works:
            raise ExplorerError(f"There is no work {key}.")
        return SimpleNamespace(id=key)

    context = SimpleNamespace(workspace=SimpleNamespace(collection=SimpleNamespace(work=work)))
    context.step = lambda sent: CollectionContext.step(context, sent)
    return context


def sent(work: str, **more) -> dict:
    """What the browser makes of an address."""
    empty = {"box": [0.1, 0.1, 0.3, 0.4], "also": [], "like": [], "not": [], "words": None, "layout": None}
    return {"work": work, **empty, **more}


def test_an_address_leads_back_to_the_same_step():
    odd = "sub/b|1,2.jpg"
    like = FurtherDetail("like", "work", odd, FAR)
    step = Step("work", "a.jpg", HERE, True, (ALSO, like), "in winter, it's cold", True)
    there: dict = {"also": [], "like": [], "not": []}
    for name, value in parameters(step):
        if name in ("words", "layout"):
            there[name] = value
        else:
            there[name].append(value)
    assert linked(context_of("a.jpg", odd), sent("a.jpg", **there), pytest.fail) == step


def test_an_address_without_a_work_leads_nowhere():
    context = context_of("a.jpg")
    assert linked(context, None, pytest.fail) is None and linked(context, sent(""), pytest.fail) is None
    assert linked(context, sent("a.jpg", box=None), pytest.fail) == Step("work", "a.jpg")
    with pytest.raises(ExplorerError, match="There is no work gone"):
        linked(context, sent("gone.jpg"), pytest.fail)


@pytest.mark.parametrize("more", [
    {"also": ["wide"]}, {"also": ["gone.jpg|0,0,1,1"]}, {"not": ["0,0,0,1"]}, {"like": [None]}, {"also": ["nan,0,1,1"]},
])  # fmt: skip
def test_a_broken_part_of_an_address_is_left_out_and_told(more):
    said: list[str] = []
    assert linked(context_of("a.jpg"), sent("a.jpg", **more), said.append) == MAIN
    assert len(said) == 1 and said[0].endswith(".")


def test_what_is_no_list_of_details_is_left_out():
    assert linked(context_of("a.jpg"), sent("a.jpg", also="0,0,1,1", words=7, layout=True), pytest.fail) == MAIN


# -- searching ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def explore(demo_workspace, monkeypatch: pytest.MonkeyPatch) -> ExploreTab:
    """The handlers of the tab without its layout; ``said`` are the sentences told."""
    made = ExploreTab.__new__(ExploreTab)
    made.app = AppContext(demo_workspace)
    made.said = []
    monkeypatch.setattr("explorer.ui.explore.notify", made.said.append)
    return made


def event(**data) -> SimpleNamespace:
    return SimpleNamespace(_data=data)


def test_a_query_grows_step_by_step_and_back_undoes_it(explore: ExploreTab, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("explorer.ui.searching.search", lambda *asked: [])
    one, two = (work.id for work in explore.app.of(Session()).workspace.collection.works()[:2])
    place = {"kind": "work", "key": one, "box": [0.5, 0.5, 0.8, 0.9]}
    session, *_ = explore.join(Session(), event(role="unlike", **place))
    assert session == Session() and "First click a detail to look for" in explore.said.pop()
    session, *_ = explore.join(session, event(role="also", **{**place, "box": [0.1, 0.1, 0.3, 0.4]}))
    assert session.here.box == HERE and not session.here.further, "the first detail is the main one"
    session, stage, _, shown, _ = explore.join(session, event(role="also", **place))
    assert stage["others"] == [{"role": "also", "box": [0.5, 0.5, 0.8, 0.9]}]
    assert stage["address"] == [("also", "0.5,0.5,0.8,0.9")] and shown["together"]
    session, *_ = explore.join(session, event(role="unlike", kind="work", key=two, box=[0.5, 0.5, 0.8, 0.9]))
    session, _, _, shown, _ = explore.describe(session, event(words="  in winter "))
    assert shown["words"] == "in winter"
    again, *_ = explore.describe(session, event(words="in winter"))
    assert again is session, "the same words are no step"
    session, _, _, shown, _ = explore.order(session, event(layout=True))
    assert shown["layout"] and len(session.steps) == 5
    session, _, _, shown, _ = explore.take(session, event(index=0))
    assert [other["role"] for other in shown["others"]] == ["unlike"] and not shown["together"]
    session, _, _, shown, _ = explore.only(session, event())
    assert shown["others"] == [] and shown["words"] == "" and len(session.steps) == 7
    session, _, _, shown, _ = explore.travel(session, event(index=3))
    assert shown["words"] == "in winter" and len(shown["others"]) == 2
    assert not explore.said


def test_bad_input_is_told_and_changes_nothing(explore: ExploreTab):
    session = Session()
    for data in ({}, {"role": "main"}, {"role": "also", "kind": "work", "key": "gone.jpg", "box": [0, 0, 1, 1]}):
        assert explore.join(session, event(**data))[0] is session
        assert explore.said.pop().endswith(".")
    for handler in (explore.take, explore.describe, explore.order, explore.only):
        assert handler(session, event(index="x", words=7, layout=[]))[0] is session


def test_a_detail_that_says_nothing_gets_a_sentence(explore: ExploreTab):
    known = explore.app.of(Session()).workspace.collection.works()[0]
    small = [0.5, 0.5, 0.5 + 2 / known.width, 0.5 + 2 / known.height]
    *_, results = explore.follow(Session(), event(kind="work", key=known.id, box=small))
    assert results["trouble"] and "only 2 by 2 pixels" in results["message"]


# -- the REST API ------------------------------------------------------------------------------------------------------


def test_several_parts_through_the_api(demo_workspace, monkeypatch: pytest.MonkeyPatch):
    api = RestApi.__new__(RestApi)
    api.app = AppContext(demo_workspace)
    one, two = demo_workspace.collection.works()[:2]
    made: list[Query] = []
    answer = [Match(two.id, THERE, 0.9, 1)]
    monkeypatch.setattr("explorer.ui.searching.search", lambda _workspace, query, *_rest: made.append(query) or answer)
    parts = [
        {"file": one.id, "box": [0, 0, one.width, one.height / 2]}, {"file": one.id, "weight": -0.5},
        {"text": "in winter", "weight": 0.7},
    ]  # fmt: skip
    found = api.search_combined(parts[:2], layout=True, top=3)
    assert [record["file"] for record in found] == [two.id]
    assert made[-1] == Query((RegionPart(one.id, Box(0, 0, 1, 0.5)), RegionPart(one.id, Box.whole(), -0.5)), True)
    api.search_combined(parts)
    assert made[-1].parts[2] == WordsPart("in winter", 0.7)


@pytest.mark.parametrize("parts", [
    None, [], "a.jpg", [7], [{"text": " "}], [{"file": "gone.jpg"}], [{"text": "snow", "weight": "much"}],
    [{"text": "snow", "weight": float("nan")}], [{"text": "snow", "weight": 0}], [{"text": "snow"}] * 50,
])  # fmt: skip
def test_parts_that_are_none_are_refused_in_a_sentence(demo_workspace, parts):
    with pytest.raises(ExplorerError, match=r"\.$"):
        parse_parts(demo_workspace.collection, parts, False)
