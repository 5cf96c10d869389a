"""Evidence in words, judgements from the page, and the same through the REST API and the command line."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from believing import believed
from believing import evidence as made_up
from gradio_client import Client

from explorer.cli import main
from explorer.collection import Judgement, Work
from explorer.collection.judgement_export import JUDGEMENT_COLUMNS, write_csv
from explorer.collection.pictures import file_hash
from explorer.geometry import Box
from explorer.search.feedback import JudgedMatch
from explorer.search.query import Match, RegionPart
from explorer.ui import build_app, evidence, incoming, launch, views, words_for
from explorer.ui.judging import Judging, answered, judging_functions
from explorer.ui.searching import AppContext, CollectionContext
from explorer.ui.server.launch import free_port
from explorer.ui.session import ResultOptions, Step
from explorer.verification import Transform, in_words
from explorer.verification.physical_size import SizeComparison, WorkSize, compare_sizes
from explorer.workspace import Workspace

HOSTILE = "<script>alert(1)</script>"
HERE, THERE = Box(0.1, 0.1, 0.3, 0.4), Box(0.5, 0.5, 0.8, 0.9)


def work(**known) -> Work:
    return Work(**{"id": "a.jpg", "content": "0", "width": 400, "height": 200, "title": "A Mill", **known})


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("probability", "name"), [
    (1.0, "sure"), (0.9, "sure"), (0.8999, "likely"), (0.6, "likely"), (0.3, "possible"), (0.2999, "weak"),
])  # fmt: skip
def test_probabilities_are_called_by_their_thresholds(probability: float, name: str) -> None:
    assert in_words.probability_level(probability)[0] == name


def test_no_probability_is_said_to_be_nothing_or_certainty() -> None:
    assert [in_words.percent(probability) for probability in (0.0, 0.004, 0.5, 0.996, 1.0)] == [
        "1%",
        "1%",
        "50%",
        "99%",
        "99%",
    ]
    assert words_for.percentile(0.9999) == "stronger than 99.9% of unrelated pairs"
    assert words_for.percentile(0.0) == "no stronger than unrelated pairs"


@pytest.mark.parametrize(("transform", "words"), [
    (Transform(1.0, 0.0, True), "reversed, the same size"),
    (Transform(2.0, -90.0, False), "2 times as large, turned 90° to the right"),
    (Transform(0.331, 180.0, True), "reversed, 0.33 times as large, upside down"),
    (Transform(0.8, 1.0, False), "the same way round, 0.8 times as large"),
])  # fmt: skip
def test_transforms_in_words(transform: Transform, words: str) -> None:
    assert in_words.transform(transform) == words


# -- sizes -------------------------------------------------------------------------------------------------------------

PANEL = WorkSize(width_cm=100, height_cm=50, width=2000, height=1000)
COPPER = WorkSize(width_cm=40, height_cm=20, width=4000, height=2000)


def test_sizes_come_from_the_transform_where_there_is_one() -> None:
    found = compare_sizes((PANEL, HERE), (COPPER, THERE), Transform(5.0, 0.0, False))
    assert found.query == pytest.approx((20, 15)) and found.match == pytest.approx((12, 8))
    assert found.ratio == pytest.approx(1.0) and found.by_transform and not found.unreliable
    assert words_for.sizes(found).startswith("the same size, give or take 44%: may be one"), "the outlines differ"


def test_sizes_come_from_the_outlines_otherwise() -> None:
    found = compare_sizes((PANEL, HERE), (COPPER, THERE), None)
    assert found.ratio == pytest.approx((12 * 8 / (20 * 15)) ** 0.5) and not found.by_transform
    assert "by the outlines" in words_for.sizes(found)


def placed(ratio: float, outlined: float) -> SizeComparison:
    """A detail of 20 by 15 cm and its match: so many times as large by the points, and by its outline."""
    side = 0.2 * outlined * 100 / 40, 0.3 * outlined * 50 / 20
    found_at = Box(0.1, 0.1, 0.1 + side[0], 0.1 + side[1])
    return compare_sizes((PANEL, HERE), (COPPER, found_at), Transform(5 * ratio, 0.0, False))


@pytest.mark.parametrize(("ratio", "outlined", "words"), [
    (1.0, 1.0, "the same size, give or take 2%: fits one size"),
    (1.02, 1.02, "2% larger, give or take 2%: fits one size"),
    (1.04, 1.08, "4% larger, give or take 4%: may be one size"),
    (1.0, 1.08, "the same size, give or take 8%: may be one size"),
    (0.9, 0.9, "10% smaller, give or take 2%: one size, as a traced cartoon would give, only if"),
    (1.1, 1.1, "10% larger, give or take 2%: one size, as a traced cartoon would give, only if"),
    (1.6, 1.6, "1.6 times as large, give or take 2%: does not fit one size"),
    (0.5, 0.5, "0.5 times as large, give or take 2%: does not fit one size"),
])  # fmt: skip
def test_what_is_concluded_from_sizes_holds_for_points_and_outlines(ratio: float, outlined: float, words: str) -> None:
    found = placed(ratio, outlined)
    assert words_for.sizes(found).startswith(words)
    assert abs(found.ratio / outlined - 1) <= found.tolerance + 1e-6, (
        "what is shown in centimetres is within what is said"
    )


def test_outlines_of_a_turned_detail_say_nothing_against_its_points() -> None:
    turned = compare_sizes((PANEL, HERE), (COPPER, THERE), Transform(5.0, 40.0, False))
    assert turned.tolerance == pytest.approx(0.02) and "fits one size" in words_for.sizes(turned)
    assert compare_sizes((PANEL, HERE), (COPPER, THERE), Transform(5.0, 178.0, True)).tolerance > 0.1


def test_measurements_that_do_not_fit_the_photograph_are_said_to_be_rough() -> None:
    turned = WorkSize(width_cm=50, height_cm=100, width=2000, height=1000)
    found = compare_sizes((turned, HERE), (COPPER, THERE), None)
    assert found.unreliable and "do not fit" in words_for.sizes(found)


# -- cards -------------------------------------------------------------------------------------------------------------


def test_a_match_without_evidence_has_none_to_show() -> None:
    assert evidence.evidence(Match("a.jpg", THERE, 0.5, 1), work(), work(), HERE) is None


def test_evidence_is_plain_data_in_words() -> None:
    box = Box(*(np.float32(side) for side in THERE.as_tuple()))
    match = Match("a.jpg", box, 0.97, 2, evidence=made_up(0.97, HERE, box, 2))
    shown = evidence.evidence(match, work(title=HOSTILE), None, HERE)
    assert (shown["words"], shown["percent"], shown["level"]) == ("a copy, almost certainly", "97%", "sure")
    assert shown["transform"] == "reversed, the same size, turned 4° to the right"
    assert shown["sizes"] is None, "a visitor's picture has no size"
    assert all(type(side) is float for pair in shown["pairs"] for side in pair)
    assert all(type(side) is float for side in views.sides(box))
    json.dumps(shown)


def test_evidence_speaks_of_the_works_own_sizes_where_the_catalogue_has_them() -> None:
    asked = work(width_cm=100.0, height_cm=50.0, width=2000, height=1000)
    other = work(width_cm=40.0, height_cm=20.0, width=4000, height=2000)
    match = Match("a.jpg", THERE, 0.97, 2, evidence=made_up(0.97, HERE, THERE, 2))
    shown = evidence.evidence(match, other, asked, HERE)
    assert shown["sizes"]["here"] == "15 × 20 cm"
    assert shown["sizes"]["cm_per_pixel"] == pytest.approx([0.05, 0.01])
    assert shown["transform"].startswith("reversed, 0.2 times"), "on the works, not in the photographs"
    assert shown["scale"] == 1.0


def test_result_options_for_chances_and_learning() -> None:
    assert incoming.result_options({"least": "60", "learn": True}) == ResultOptions(least=60, learn=True)
    assert incoming.result_options({"least": 59, "learn": "yes"}) == ResultOptions(least=30)
    assert incoming.result_options({"least": "many"}).least == 0
    assert views.shown_options(ResultOptions(least=90, learn=True))["least"] == 90


# -- what the page asks for --------------------------------------------------------------------------------------------


@pytest.fixture
def workspace(demo_cache: Path, tmp_path: Path) -> Workspace:
    """The demo collection with a database of this test's own."""
    shutil.copytree(demo_cache, tmp_path / "cache")
    return Workspace.open("demo", tmp_path / "cache")


def sent(workspace: Workspace, verdict: str = "accepted", **changed) -> dict:
    first, second = (work.id for work in workspace.collection.works()[:2])
    query = {"kind": "work", "key": first, "box": list(HERE.as_tuple())}
    match = {"work": second, "box": list(THERE.as_tuple())}
    return {"query": query, "match": match, "verdict": verdict, "note": "the hat", "who": "Anna", **changed}


def test_what_is_judged_is_shown_as_judged_ever_after(workspace: Workspace) -> None:
    judging = Judging(CollectionContext(workspace))
    said = judging.judge(sent(workspace))["judged"]
    assert (said["verdict"], said["note"], said["who"]) == ("accepted", "the hat", "Anna")
    first, second = workspace.collection.works()[:2]
    forth = judging.cards(Step("work", first.id, HERE, True), [Match(second.id, THERE, 0.9, 1)])
    back = judging.cards(Step("work", second.id, THERE, True), [Match(first.id, HERE, 0.9, 1)])
    assert forth[0]["judged"] == back[0]["judged"] == said
    assert judging.withdraw({"id": said["id"], "who": "Anna"}) == {"judged": None}
    assert answered(lambda: judging.withdraw({"id": said["id"]}))["error"].endswith("take back.")


@pytest.mark.parametrize("changed", [
    {"verdict": "perhaps"}, {"verdict": None}, {"query": None}, {"match": {"work": "none.jpg"}}, {"match": 7},
    {"query": {"kind": "picture", "key": "/etc/hostname"}}, {"query": {"kind": "picture", "key": "../x"}},
])  # fmt: skip
def test_what_is_no_judgement_is_a_sentence_and_keeps_nothing(workspace: Workspace, changed: dict) -> None:
    judge, _, large = judging_functions(AppContext(workspace))
    assert judge(sent(workspace, **changed))["error"].endswith(".")
    assert judge("nonsense")["error"].endswith(".") and large({"collection": "none"})["error"].endswith(".")
    assert workspace.collection.judgements.all() == []


def test_notes_and_names_are_kept_as_they_are_within_limits(workspace: Workspace) -> None:
    judging = Judging(CollectionContext(workspace))
    said = judging.judge(sent(workspace, note=HOSTILE + "\ud800", who="x" * 500))["judged"]
    assert said["note"] == HOSTILE + "?" and len(said["who"]) == 80
    assert judging.judge(sent(workspace, who="  "))["judged"]["who"] == "anonymous"


def test_a_visitors_picture_is_known_by_its_content(workspace: Workspace) -> None:
    context = CollectionContext(workspace)
    judging, folder = Judging(context), context.uploads / "judging-test"
    folder.mkdir(parents=True, exist_ok=True)
    known = workspace.collection.works()[3]
    shutil.copy(workspace.original(known), folder / "copy.jpg")
    shutil.copy(workspace.thumbnail(known.id), folder / "other.jpg")
    assert judging.name(Step("picture", "judging-test/copy.jpg")) == known.id
    assert judging.name(Step("picture", "judging-test/other.jpg")) == f"picture:{file_hash(folder / 'other.jpg')}"
    query = {"kind": "picture", "key": "judging-test/other.jpg", "box": None}
    assert judging.judge(sent(workspace, query=query))["judged"]["id"]
    (said,) = workspace.collection.judgements.all()
    assert said.query_work.startswith("picture:") and said.query_box == Box.whole()


def test_a_search_that_learns_is_asked_for_with_what_was_judged(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def search(_, query, options, judged) -> list[Match]:
        asked.append((query.parts, judged))
        return believed([Match(workspace.collection.works()[2].id, THERE, 0.5, 1)], HERE)

    monkeypatch.setattr("explorer.ui.searching.search", search)
    judging = Judging(CollectionContext(workspace))
    first, second, third = (one.id for one in workspace.collection.works()[:3])
    judging.judge(sent(workspace))
    judging.judge(sent(workspace, "rejected", match={"work": third, "box": list(THERE.as_tuple())}))
    workspace.collection.judgements.judge(Judgement(first, HERE, "gone.jpg", THERE, "accepted"))
    step = Step("work", first, HERE, searched=True)
    plain = judging.results(step, {"title": "x"}, ResultOptions())
    taught = judging.results(step, {"title": "x"}, ResultOptions(learn=True))
    assert asked[0] == ((RegionPart(first, HERE),), ())
    assert asked[1] == (
        (RegionPart(first, HERE),), (JudgedMatch(second, THERE, True), JudgedMatch(third, THERE, False)),
    )  # fmt: skip
    assert (plain["learnt"], taught["learnt"]) == ("", "learnt from 1 accepted, 1 rejected")
    assert taught["cards"][0]["judged"]["verdict"] == "rejected"
    assert taught["asked"] == {"title": "x"}


def test_a_search_that_learns_puts_the_accepted_first_and_the_rejected_last(workspace: Workspace) -> None:
    judging = Judging(CollectionContext(workspace))
    first, second, third = (one.id for one in workspace.collection.works()[:3])
    step = Step("work", first, HERE, searched=True)
    judging.judge(sent(workspace))
    judging.judge(sent(workspace, "rejected", match={"work": third, "box": list(THERE.as_tuple())}))
    cards = judging.results(step, {}, ResultOptions(top=30, learn=True))["cards"]
    assert (cards[0]["work"], cards[-1]["work"]) == (second, third)
    assert cards[0]["judged"]["verdict"] == "accepted" and cards[-1]["judged"]["verdict"] == "rejected"
    assert first not in {card["work"] for card in cards}
    assert [card["rank"] for card in cards] == list(range(1, len(cards) + 1))


def test_learning_never_lowers_what_is_proven(workspace: Workspace) -> None:
    judging = Judging(CollectionContext(workspace))
    first, _, third = (one.id for one in workspace.collection.works()[:3])
    step = Step("work", first, HERE, searched=True)
    plain = {card["work"]: card["score"] for card in judging.results(step, {}, ResultOptions(top=30))["cards"]}
    judging.judge(sent(workspace))
    judging.judge(sent(workspace, "rejected", match={"work": third, "box": list(THERE.as_tuple())}))
    taught = {
        card["work"]: card["score"] for card in judging.results(step, {}, ResultOptions(top=30, learn=True))["cards"]
    }
    assert taught.keys() == plain.keys()
    assert all(taught[work] >= score - 1e-3 for work, score in plain.items())


# -- the REST API and the command line ---------------------------------------------------------------------------------


def test_judging_through_the_api_and_writing_it_down(
    workspace: Workspace, capsys: pytest.CaptureFixture, tmp_path: Path
) -> None:
    page = build_app(workspace)
    client = Client(launch(page, workspace, port=free_port("127.0.0.1", 0), block=False), verbose=False,
                    analytics_enabled=False)  # fmt: skip
    first, second = workspace.collection.works()[:2]
    query, match = {"file": first.id, "box": [10, 10, 60, 80]}, {"file": second.id}
    client.predict(query, match, "rejected", "another cart, surely", "Anna", api_name="/judge")
    kept = client.predict(query, match, "doubtful", HOSTILE, "Bert", api_name="/judge")
    assert (kept["query_box"], kept["match_box"]) == ([10, 10, 60, 80], [0, 0, second.width, second.height])
    assert client.predict(api_name="/judgements") == [kept]
    with pytest.raises(Exception, match="A judgement is one of"):
        client.predict(query, match, "perhaps", api_name="/judge")
    assert client.predict(kept["id"], api_name="/withdraw")[0]["note"] == "another cart, surely"
    client.close()
    page.close(verbose=False)

    table, cache = tmp_path / "judged.csv", workspace.pictures.parent.parent
    capsys.readouterr()
    assert main(["judgements", "demo", "--cache", str(cache), "--json", "--csv", str(table)]) == 0
    (record,) = json.loads(capsys.readouterr().out)["judgements"]
    assert (record["verdict"], record["who"], record["query_file"]) == ("rejected", "Anna", first.id)
    with table.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["query_box"], row["note"]) == ("10 10 60 80", "another cart, surely")
    assert tuple(row) == tuple(record) == JUDGEMENT_COLUMNS
    write_csv([{**record, "note": "=cmd|' /C calc'!A0", "who": "@Anna"}], table)
    with table.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["note"], row["who"]) == ("'=cmd|' /C calc'!A0", "'@Anna"), "no spreadsheet runs it"
    write_csv([], table)
    assert table.read_text("utf-8-sig").strip() == ",".join(JUDGEMENT_COLUMNS), "none yet, and the columns all the same"
    assert main(["judgements", "demo", "--cache", str(cache)]) == 0
    assert "rejected" in capsys.readouterr().out
    assert main(["judgements", "nothing", "--cache", str(cache)]) == 1
