"""Queries of several parts on the page and through the REST API: what is asked, what is shown, links there and back."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.parsing import MOST_PARTS, parse_parts, parse_query
from explorer.search.query import Match, Query, RegionPart, WordsPart
from explorer.ui import incoming, views
from explorer.ui.asking import query_of, with_examples, with_further
from explorer.ui.editing import edited
from explorer.ui.explore import ExploreTab
from explorer.ui.links import linked, linked_words, parameters
from explorer.ui.rest import RestApi
from explorer.ui.searching import AppContext, CollectionContext
from explorer.ui.session import FurtherDetail, Session, Step, Term
from explorer.ui.strengths import STRENGTHS
from explorer.ui.tray import marks, tray
from explorer.ui.word_search import WordSearch

HERE, THERE, FAR = Box(0.1, 0.1, 0.3, 0.4), Box(0.5, 0.5, 0.8, 0.9), Box(0.2, 0.6, 0.4, 0.8)
MAIN = Step("work", "a.jpg", HERE, searched=True)
ALSO, LIKE = FurtherDetail("must", "work", "a.jpg", THERE), FurtherDetail("more", "work", "b.jpg", FAR)
UNLIKE = FurtherDetail("not", "picture", "mine.png", FAR)


# -- what is asked -----------------------------------------------------------------------------------------------------


def test_further_details_stand_in_the_order_of_their_strengths_and_once():
    step = MAIN.adding(UNLIKE).adding(LIKE).adding(ALSO).adding(LIKE)
    assert step.further == (ALSO, LIKE, UNLIKE)
    assert step.without(1).further == (ALSO, UNLIKE)
    assert step.without(-1) == step.without(9) == step
    assert step.alone() == MAIN
    weaker = replace(ALSO, strength="little")
    assert step.adding(weaker).further == (LIKE, weaker, UNLIKE), "a place has one strength"


def test_the_main_detail_gives_way_to_one_that_is_wanted():
    step = MAIN.adding(UNLIKE).adding(LIKE).saying(Term("snow"))
    left = step.without_main()
    assert (left.kind, left.key, left.box, left.strength) == ("work", "b.jpg", FAR, "more")
    assert left.further == (UNLIKE,) and left.terms == step.terms and not left.can_lose_main
    assert left.without_main() == left


def test_words_are_said_once_and_replaced_in_their_place():
    step = Step("words").saying(Term("snow")).saying(Term("people", "not")).saying(Term("a mill", "little"))
    assert step.saying(Term("ice"), 0).terms[0] == Term("ice")
    assert [term.text for term in step.saying(Term("a mill"), 0).terms] == ["a mill", "people"]
    assert step.unsaying(1).terms == (Term("snow"), Term("a mill", "little"))
    assert step.unsaying(7) == step


def test_how_details_lie_is_asked_only_of_details_of_the_same_picture():
    assert MAIN.adding(ALSO).together
    assert not MAIN.adding(LIKE).together and not MAIN.adding(FurtherDetail("must", "work", "b.jpg", THERE)).together
    assert not replace(MAIN, strength="more").adding(ALSO).together
    lying = Step("work", "a.jpg", HERE, searched=True, layout=True)
    assert query_of(lying.adding(ALSO), Path()).layout and not query_of(lying, Path()).layout


def test_a_step_is_a_query_of_weighted_parts():
    terms = (Term("in winter"), Term("people", "less"))
    step = Step("work", "a.jpg", None, True, (ALSO, LIKE, UNLIKE), terms)
    parts = query_of(step, Path("/uploads")).parts
    assert [part.weight for part in parts] == [1.0, 1.0, 0.5, -1.0, 1.0, -0.5]
    assert parts[0] == RegionPart("a.jpg", Box.whole()) and parts[4] == WordsPart("in winter")
    assert parts[3].path == Path("/uploads/mine.png")
    assert query_of(Step("words", terms=terms), Path()).parts == (WordsPart("in winter"), WordsPart("people", -0.5))


def test_a_search_takes_so_many_parts_and_no_more():
    step = MAIN.saying(Term("snow"))
    for number in range(MOST_PARTS - 2):
        step = with_further(step, "also", Step("work", f"{number}.jpg", THERE))
    with pytest.raises(ExplorerError, match="take some away first"):
        with_further(step, "also", Step("work", "x.jpg", THERE))
    with pytest.raises(ExplorerError, match="take some away first"):
        edited(step, {"do": "say", "words": "people"})
    assert edited(step, {"do": "say", "words": "- snow"}).terms == (Term("snow", "not"),), "the same words are no more"


def test_places_are_examples_by_themselves_or_beside_what_is_asked():
    places = [Step("work", name, FAR, searched=True) for name in ("b.jpg", "c.jpg", "d.jpg")]
    alone = with_examples(None, places)
    assert (alone.key, alone.strength) == ("b.jpg", "more")
    assert [(detail.key, detail.strength) for detail in alone.further] == [("c.jpg", "more"), ("d.jpg", "more")]
    assert with_examples(None, places[:1]) == places[0], "a single place is looked for"
    beside = with_examples(MAIN, [*places, MAIN])
    assert beside.strength == "must" and len(beside.further) == 3, "the main detail is no example of itself"
    with_words = with_examples(Step("words", terms=(Term("snow"),)), places)
    assert replace(with_words, terms=()) == alone and with_words.terms == (Term("snow"),)
    with pytest.raises(ExplorerError, match="Choose one or more"):
        with_examples(MAIN, [])
    with pytest.raises(ExplorerError, match="8 parts at most"):
        with_examples(None, [Step("work", str(number)) for number in range(MOST_PARTS + 1)])


@pytest.mark.parametrize("sent", [None, "", "main", 7, ["also"]])
def test_a_role_that_is_none_is_refused_in_a_sentence(sent):
    with pytest.raises(ExplorerError, match=r"\.$"):
        incoming.role(sent)


# -- what is changed ---------------------------------------------------------------------------------------------------


FULL = MAIN.adding(ALSO).adding(LIKE).saying(Term("snow")).saying(Term("people", "not"))


@pytest.mark.parametrize(("sent", "changed"), [
    ({"do": "take", "of": "main", "index": 0}, lambda step: step.without_main()),
    ({"do": "take", "of": "details", "index": 1}, lambda step: step.without(1)),
    ({"do": "take", "of": "words", "index": 0}, lambda step: step.unsaying(0)),
    ({"do": "weigh", "of": "main", "index": 0, "strength": "little"}, lambda step: replace(step, strength="little")),
    ({"do": "weigh", "of": "details", "index": 0, "strength": "less"},
     lambda step: replace(step, further=(LIKE, replace(ALSO, strength="less")))),
    ({"do": "weigh", "of": "words", "index": 1, "strength": "more"},
     lambda step: replace(step, terms=(Term("snow"), Term("people", "more")))),
    ({"do": "reword", "of": "words", "index": 1, "words": " figures "},
     lambda step: replace(step, terms=(Term("snow"), Term("figures", "not")))),
    ({"do": "reword", "of": "words", "index": 1, "words": "+figures"},
     lambda step: replace(step, terms=(Term("snow"), Term("figures")))),
    ({"do": "reword", "of": "words", "index": 0, "words": " "}, lambda step: step.unsaying(0)),
    ({"do": "say", "words": "ice"}, lambda step: step.saying(Term("ice"))),
    ({"do": "say", "words": "ice", "strength": "not"}, lambda step: step.saying(Term("ice", "not"))),
    ({"do": "say", "words": "−ice"}, lambda step: step.saying(Term("ice", "not"))),
    ({"do": "order", "layout": True}, lambda step: replace(step, layout=True)),
    ({"do": "only"}, lambda step: MAIN),
])  # fmt: skip
def test_each_change_of_a_chip_makes_another_step(sent, changed):
    assert edited(FULL, sent) == changed(FULL)


@pytest.mark.parametrize("sent", [
    None, {}, {"do": "drop"}, {"do": ["take"]}, {"do": "take"}, {"do": "take", "of": "words", "index": "x"},
    {"do": "take", "of": "details", "index": -1}, {"do": "take", "of": "words", "index": 9},
    {"do": "say", "words": "−"},
    {"do": "weigh", "of": "main", "index": 0, "strength": "not"}, {"do": "reword", "of": "main", "words": "a mill"},
    {"do": "weigh", "of": "words", "index": 9, "strength": "not"}, {"do": "say", "words": {"a": 1}},
])  # fmt: skip
def test_what_is_no_change_changes_nothing(sent):
    assert edited(FULL, sent) == FULL


@pytest.mark.parametrize("strength", [None, "", "much", 1, ["must"]])
def test_a_strength_that_is_none_is_refused_in_a_sentence(strength):
    with pytest.raises(ExplorerError, match=r"\.$"):
        edited(FULL, {"do": "weigh", "of": "words", "index": 0, "strength": strength})


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_the_tray_shows_what_is_asked_and_nothing_before():
    caption = lambda part: {"work": part.key, "title": "<script>"}  # noqa: E731
    assert tray(None, caption) == tray(Step("work", "a.jpg"), caption) == {}
    shown = tray(FULL, caption)
    assert [(chip["of"], chip["index"], chip["strength"], chip["wanted"]) for chip in shown["chips"]] == [
        ("main", 0, "must", True), ("details", 0, "must", True), ("details", 1, "more", True),
        ("words", 0, "must", True), ("words", 1, "not", False),
    ]  # fmt: skip
    assert all(chip["removable"] for chip in shown["chips"]), "another can take the place of the main one"
    assert not tray(MAIN, caption)["chips"][0]["removable"]
    assert shown["together"] and not shown["layout"] and shown["chips"][0]["title"] == "<script>"
    assert {named["name"] for named in shown["strengths"]["words"]} == set(STRENGTHS)
    json.dumps(shown)


def test_the_tray_says_that_a_picture_of_ones_own_is_not_in_the_link():
    assert not tray(FULL, lambda part: {})["note"]
    assert "not in the link" in tray(MAIN.adding(UNLIKE), lambda part: {})["note"]
    assert parameters(MAIN.adding(UNLIKE)) == parameters(Step("picture", "mine.png", FAR, True)) == []


def test_a_picture_is_marked_with_its_own_details_only():
    assert marks(MAIN.adding(ALSO).adding(LIKE)) == [{"role": "also", "box": [0.5, 0.5, 0.8, 0.9]}]


def test_the_trail_counts_what_goes_with_a_step():
    session = Session().stepped(Step("work", "a.jpg", HERE, True, (ALSO, LIKE), (Term("in winter"),)))
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


def sent(work: str, *parts: tuple[str, str], box=(0.1, 0.1, 0.3, 0.4)) -> dict:
    """What the browser makes of an address."""
    return {"work": work, "box": box and list(box), "parts": [list(part) for part in parts]}


ODD = "sub/b|1,2.jpg"


@pytest.mark.parametrize("step", [
    Step("work", "a.jpg", HERE, True, (ALSO, FurtherDetail("more", "work", ODD, FAR)), (Term("in winter, it's cold"),),
         layout=True),
    Step("work", "a.jpg", HERE, True, tuple(FurtherDetail(strength, "work", ODD, Box(0, 0, 1 / (2 + number), 1))
                                            for number, strength in enumerate(STRENGTHS))),
    Step("work", "a.jpg", HERE, True, (), tuple(Term(f"words {named}", named) for named in reversed(STRENGTHS))),
    Step("work", "a.jpg", HERE, True, (LIKE,), (Term("-1 & ?"),), strength="little"),
])  # fmt: skip
def test_an_address_leads_back_to_the_same_step(step: Step):
    rounded = replace(step, further=tuple(replace(detail, box=Box(*(round(side, 5) for side in detail.box.as_tuple())))
                                          for detail in step.further))  # fmt: skip
    assert linked(context_of("a.jpg", "b.jpg", ODD), sent("a.jpg", *parameters(step)), pytest.fail) == rounded


def test_an_address_of_words_leads_back_to_them():
    step = Step("words", "", None, True, (), (Term("people", "not"), Term("snow"), Term("a mill", "little")))
    assert parameters(step) == [("words-not", "people"), ("words", "snow"), ("words-little", "a mill")]
    assert linked_words({"parts": [list(part) for part in parameters(step)]}, pytest.fail) == step
    for nothing in (None, {}, {"parts": 7}, {"parts": [["words", ""]]}, {"parts": [["also", "0,0,1,1"], ["words"], 3]}):
        assert linked_words(nothing, pytest.fail) is None


def test_an_address_from_before_strengths_had_names_means_the_same():
    parts = ("also", "0.5,0.5,0.8,0.9"), ("like", "b.jpg|0.2,0.6,0.4,0.8"), ("words", "in winter"), ("layout", "1")
    step = Step("work", "a.jpg", HERE, True, (ALSO, LIKE), (Term("in winter"),), layout=True)
    assert linked(context_of("a.jpg", "b.jpg"), sent("a.jpg", *parts), pytest.fail) == step


def test_not_in_an_address_counts_as_not_counts_on_the_page_and_on_the_command_line(tmp_path: Path):
    linked_step = linked(context_of("a.jpg", "b.jpg"), sent("a.jpg", ("not", "b.jpg|0.2,0.6,0.4,0.8")), pytest.fail)
    added_step = with_further(MAIN, "unlike", Step("work", "b.jpg", FAR))
    Image.new("RGB", (20, 20)).save(tmp_path / "b.png")
    typed = parse_query({"text": "snow", "not": [{"image": str(tmp_path / "b.png")}]}).query
    in_address, on_page = (query_of(step, Path()).parts[1].weight for step in (linked_step, added_step))
    assert in_address == on_page == typed.parts[0].weight == -1.0


def test_an_address_without_a_work_leads_nowhere():
    context = context_of("a.jpg")
    assert linked(context, None, pytest.fail) is None and linked(context, sent(""), pytest.fail) is None
    assert linked(context, sent("a.jpg", box=None), pytest.fail) == Step("work", "a.jpg")
    with pytest.raises(ExplorerError, match="There is no work gone"):
        linked(context, sent("gone.jpg"), pytest.fail)


@pytest.mark.parametrize("box", [[0.1, 0.2], ["a", "b", "c", "d"], "0,0,1,1", [None, 0, 1, 1], [0.5, 0.5, 0.5, 0.9]])
def test_a_broken_box_of_an_address_is_left_out_and_told_and_the_rest_stays(box):
    said: list[str] = []
    found = linked(context_of("a.jpg"), sent("a.jpg", ("words", "snow"), box=box), said.append)
    assert found == Step("work", "a.jpg", None, True, (), (Term("snow"),))
    assert len(said) == 1 and said[0].endswith(".")


@pytest.mark.parametrize("part", [
    ("also", "wide"), ("also", "gone.jpg|0,0,1,1"), ("not", "0,0,0,1"), ("like", ""), ("also", "nan,0,1,1"),
])  # fmt: skip
def test_a_broken_part_of_an_address_is_left_out_and_told(part):
    said: list[str] = []
    assert linked(context_of("a.jpg"), sent("a.jpg", part), said.append) == MAIN
    assert len(said) == 1 and said[0].endswith(".")


def test_more_parts_than_a_search_takes_are_left_out_and_told():
    said: list[str] = []
    many = [("words", f"word {number}") for number in range(60)]
    assert linked(context_of("a.jpg"), sent("a.jpg", *many), said.append).parts == MOST_PARTS
    assert linked_words({"parts": [list(part) for part in many]}, said.append).parts == MOST_PARTS
    assert len(said) == 2 and all("8 parts at most" in sentence for sentence in said)


@pytest.mark.parametrize("parts", ["0,0,1,1", 7, [7], [["words"]], [["words", 7]], [["as", "not"]], [["other", "x"]]])
def test_what_is_no_list_of_parts_is_left_out(parts):
    assert linked(context_of("a.jpg"), {**sent("a.jpg"), "parts": parts}, pytest.fail) == MAIN


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
    session, _, _, shown, _ = explore.change(session, event(do="say", words="  in winter "))
    assert shown["chips"][-1]["text"] == "in winter"
    again, *_ = explore.change(session, event(do="say", words="in winter"))
    assert again is session, "the same words are no step"
    session, _, _, shown, _ = explore.change(session, event(do="order", layout=True))
    assert shown["layout"] and len(session.steps) == 5
    session, _, _, shown, _ = explore.change(session, event(do="take", of="details", index=0))
    assert [chip["of"] for chip in shown["chips"]] == ["main", "details", "words"] and not shown["together"]
    session, _, _, shown, _ = explore.change(session, event(do="only"))
    assert len(shown["chips"]) == 1 and len(session.steps) == 7
    session, _, _, shown, _ = explore.travel(session, event(index=3))
    assert [chip["strength"] for chip in shown["chips"]] == ["must", "must", "not", "must"]
    assert not explore.said


def test_places_of_the_results_are_searched_with(explore: ExploreTab, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("explorer.ui.searching.search", lambda *asked: [])
    works = [work.id for work in explore.app.of(Session()).workspace.collection.works()]
    places = [{"key": work, "box": [0.1, 0.1, 0.3, 0.4]} for work in works[:3]]
    session, stage, _, shown, _ = explore.these(Session(), event(places=places))
    assert [chip["strength"] for chip in shown["chips"]] == ["more"] * 3
    assert stage["key"] == works[0] and ("as", "more") in stage["address"]
    session, _, _, shown, _ = explore.these(session, event(places=[{**places[0], "key": works[3]}], beside=True))
    assert len(shown["chips"]) == 4 and len(session.steps) == 2
    asked = Session().stepped(Step("words", searched=True, terms=(Term("snow"),)))
    _, _, _, shown, _ = explore.these_beside(session, asked, event(places=places, beside=True))
    assert [chip["of"] for chip in shown["chips"]] == ["main", "details", "details", "words"]
    _, _, _, shown, _ = explore.these_beside(session, asked, event(places=places[:1]))
    assert len(shown["chips"]) == 1 and shown["chips"][0]["strength"] == "must"
    for wrong in ([], None, places * 3, [{"key": "gone.jpg"}], [{"key": works[0], "box": "wide"}], [7]):
        assert explore.these(session, event(places=wrong))[0] is session
        assert explore.said.pop().endswith(".")


# -- words alone -------------------------------------------------------------------------------------------------------


@pytest.fixture
def word_search(demo_workspace, monkeypatch: pytest.MonkeyPatch) -> WordSearch:
    """The handlers without their layout; ``said`` are the sentences told."""
    made = WordSearch.__new__(WordSearch)
    made.app, made.said = AppContext(demo_workspace), []
    monkeypatch.setattr("explorer.ui.word_search.notify", made.said.append)
    return made


def test_a_search_with_words_is_chips_a_link_and_steps_that_back_undoes(word_search: WordSearch):
    here, asked = Session(), Session()
    unchanged, _, message = word_search.find(here, asked, "  ")
    assert unchanged is asked and message["message"].startswith("Type a few words")
    asked, shown, results = word_search.find(here, asked, "a windmill")
    assert [chip["text"] for chip in shown["chips"]] == ["a windmill"] and not shown["back"]
    assert shown["address"] == [("words", "a windmill")] and results["cards"] and results["room"] == MOST_PARTS - 1
    plain = [card["work"] for card in results["cards"]]
    asked, shown, results = word_search.change(here, asked, event(do="say", words="-snow"))
    assert shown["address"] == [("words", "a windmill"), ("words-not", "snow")] and shown["back"]
    scores = [card["score"] for card in results["cards"]]
    assert scores == sorted(scores, reverse=True)
    asked, shown, results = word_search.back(here, asked)
    assert [card["work"] for card in results["cards"]] == plain
    linked = {"parts": [["words", "a windmill"], ["words-not", "snow"]]}
    back, _, again = word_search.restore(here, asked, event(**linked))
    assert [card["score"] for card in again["cards"]] == scores and len(back.steps) == 2, "a step that was taken before"
    asked, shown, results = word_search.change(here, back, event(do="take", of="words", index=0))
    assert len(shown["chips"]) == 1 and results["trouble"] and "Say also what to look for" in results["message"]
    asked, shown, results = word_search.change(here, asked, event(do="take", of="words", index=0))
    assert shown["chips"] == [] and shown["back"] and results["message"].startswith("Type a few words")
    assert word_search.change(here, asked, event(do="weigh", strength="much"))[0] is asked
    assert word_search.said.pop().endswith(".")


def test_bad_input_is_told_and_changes_nothing(explore: ExploreTab):
    session = Session()
    for data in ({}, {"role": "main"}, {"role": "also", "kind": "work", "key": "gone.jpg", "box": [0, 0, 1, 1]}):
        assert explore.join(session, event(**data))[0] is session
        assert explore.said.pop().endswith(".")
    assert explore.change(session, event(do="say", words="snow"))[0] is session, "nothing is asked yet"


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
