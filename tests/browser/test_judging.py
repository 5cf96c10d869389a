"""Evidence and judging in a real browser. Matches carry hand-made evidence, so that what they are worth is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from believing import believed, evidence
from playwright.sync_api import Locator, Page, expect

from explorer.geometry import Box
from explorer.search import api as real
from explorer.ui import build_app, launch
from explorer.ui.server.launch import free_port
from explorer.workspace import Workspace

Visit = Callable[..., Page]
Keep = Callable[[Page, str], None]

CARDS = ".part-results:not(#words-results) .card"
NOTHING = "Nothing convincing: no place in the collection is likely to be a copy of this detail."
HERE = Box(0.3, 0.3, 0.6, 0.7)


class Worth:
    """What the matches are worth, by rank: changed by tests."""

    probabilities: tuple[float, ...] = ()


@pytest.fixture(scope="module")
def address(workspace: Workspace) -> Iterator[str]:
    """The page over searches whose matches carry evidence."""

    def search(*asked) -> list:
        matches = real.search(*asked)
        return believed(matches, HERE, Worth.probabilities) if Worth.probabilities else matches

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("explorer.ui.searching.search", search)
        page = build_app(workspace)
        yield launch(page, workspace, port=free_port("127.0.0.1", 0), block=False)
        page.close(verbose=False)


@pytest.fixture
def detail(visit: Visit, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Page]:
    """Open a detail whose matches are worth something: ``detail(work=, probabilities=, dark=)``."""

    def open_detail(
        work: int = 2, probabilities: tuple[float, ...] = (0.97, 0.7, 0.4, 0.1), dark: bool = False
    ) -> Page:
        monkeypatch.setattr(Worth, "probabilities", probabilities)
        box = ",".join(f"{side:.5f}" for side in HERE.as_tuple())
        page = visit(f"?work={workspace.collection.works()[work].id}&box={box}", dark=dark)
        page.wait_for_selector(CARDS, timeout=60_000)  # the first search also finds out what chance brings about
        return page

    return open_detail


def place_of(page: Page, number: int) -> tuple[str, Box]:
    card = page.locator(CARDS).nth(number)
    sides = card.get_attribute("data-box").split(",")
    return card.get_attribute("data-work"), Box(*map(float, sides))


def test_cards_say_what_a_match_is_worth(detail: Callable[..., Page], picture_of: Keep):
    page = detail()
    first, last = page.locator(CARDS).first, page.locator(CARDS).last
    expect(first.locator(".probability")).to_have_text("a copy, almost certainly97%")
    expect(first.locator(".transform")).to_contain_text("turned 8° to the right")
    expect(last.locator(".probability")).to_have_text("unconvincing10%")
    expect(first.locator(".score")).to_have_count(0)
    picture_of(page, "cards")


def test_a_judgement_on_a_card_is_kept_and_taken_back(detail: Callable[..., Page], workspace: Workspace):
    page = detail(work=3)
    card = page.locator(CARDS).nth(1)
    card.locator("[data-verdict=rejected]").click()
    expect(card.locator(".badge")).to_have_text("rejected")
    asked = workspace.collection.works()[3].id
    work, box = place_of(page, 1)
    kept = workspace.collection.judgements.of_pair(asked, HERE, work, box)
    assert (kept.verdict, kept.who) == ("rejected", "anonymous")
    page.reload()
    card = page.locator(CARDS).nth(1)
    expect(card.locator("[data-verdict=rejected]")).to_have_attribute("aria-pressed", "true")
    card.locator("[data-verdict=rejected]").click()
    expect(card.locator(".badge")).to_be_hidden()
    assert workspace.collection.judgements.of_pair(asked, HERE, work, box) is None


def test_two_cards_judged_in_quick_succession_are_both_kept(detail: Callable[..., Page]):
    page = detail(work=7)
    for number in (0, 1, 2):
        page.locator(CARDS).nth(number).locator("[data-verdict=doubtful]").click()
    for number in (0, 1, 2):
        expect(page.locator(CARDS).nth(number).locator(".badge")).to_have_text("doubtful")


def test_a_match_is_compared_from_its_evidence(detail: Callable[..., Page]):
    page = detail(work=7)
    page.locator(CARDS).first.locator(".examine").click()
    page.locator(".sight [data-do=compare]").click()
    expect(page.locator("dialog.sight")).to_be_hidden()
    expect(page.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")


def test_the_evidence_by_keyboard(detail: Callable[..., Page], workspace: Workspace, picture_of: Keep):
    page = detail(work=4)
    page.locator(CARDS).nth(1).locator(".examine").click()
    sight = page.locator("dialog.sight")
    expect(sight.locator("h2")).to_have_text("Likely70%")
    page.wait_for_function("document.querySelectorAll('.sight img.ready').length === 2")
    assert sight.locator(".drawing line:not(.halo)").count() == 5, "of 17 matching points those that are key points"
    expect(sight.locator(".facts")).to_contain_text("key points")
    expect(sight.locator(".facts")).to_contain_text("of unrelated pairs")
    expect(sight.locator(".facts")).to_contain_text(" cm and ")
    picture_of(page, "evidence")
    sight.locator("[data-scale=cm]").click()
    expect(sight.locator(".ruler")).to_have_count(2)
    page.keyboard.press("l")
    expect(sight.locator(".drawing line")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    expect(sight.locator(".progress")).to_have_text("1 of 20")
    sight.locator(".who input").fill("Anna")
    page.keyboard.press("Enter")
    page.keyboard.press("n")
    page.keyboard.type("a dry brush")
    page.keyboard.press("Escape")
    expect(sight).to_be_visible()
    page.keyboard.press("a")
    expect(sight.locator("[data-verdict=accepted]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(sight).to_be_hidden()
    expect(page.locator(CARDS).first.locator(".badge")).to_have_text("accepted")
    kept = workspace.collection.judgements.for_query(workspace.collection.works()[4].id, HERE)[0]
    assert (kept.note, kept.who, kept.verdict) == ("a dry brush", "Anna", "accepted")
    again = detail(work=4)
    again.locator(CARDS).first.locator(".examine").click()
    expect(again.locator(".sight .note input")).to_have_value("a dry brush")
    expect(again.locator(".sight .who input")).to_have_value("Anna")


def examined(page: Page, number: int) -> Locator:
    page.locator(CARDS).nth(number).locator(".examine").click()
    page.wait_for_function("document.querySelectorAll('.sight img.ready').length === 2")
    return page.locator("dialog.sight")


def test_lines_tell_key_points_from_cells(detail: Callable[..., Page], picture_of: Keep):
    page = detail(work=4)
    sight = examined(page, 1)  # 17 matching points, 5 of them key points
    chosen = sight.get_by_label("Lines")
    expect(chosen).to_have_value("points")
    expect(sight.locator(".key")).to_have_text("5 key points")
    for lines, points, cells in (("both", 5, 12), ("cells", 0, 12), ("none", 0, 0)):
        chosen.select_option(lines)
        expect(sight.locator(".drawing .agreeing.point circle")).to_have_count(2 * points)
        expect(sight.locator(".drawing .agreeing.cell line:not(.halo)")).to_have_count(cells)
    page.keyboard.press("ArrowLeft")
    expect(chosen).to_have_value("none")  # it stays so for other matches
    sight.locator("h2").click()
    page.keyboard.press("l")
    expect(sight.locator(".drawing .agreeing.point")).to_have_count(0)
    assert sight.locator(".drawing .agreeing.cell").count() > 0
    chosen.select_option("both")
    picture_of(page, "evidence-lines")


def test_both_pictures_are_zoomed_and_moved_as_one(detail: Callable[..., Page]):
    page = detail(work=4)
    sight = examined(page, 1)  # mirrored, and turned by -4 degrees
    places = """[...document.querySelectorAll('.sight .sheet')].map((sheet) => {
      const { x, y, width } = sheet.getBoundingClientRect();
      return [x, y, width];
    })"""
    before = page.evaluate(places)
    pane = sight.locator(".pane").nth(1).bounding_box()
    x, y = pane["x"] + pane["width"] / 2, pane["y"] + pane["height"] / 2
    page.mouse.move(x, y)
    page.mouse.wheel(0, -120)
    page.wait_for_function(f"{places}[0][2] > {1.3 * before[0][2]}")
    zoomed = page.evaluate(places)
    assert zoomed[0][2] / before[0][2] == pytest.approx(zoomed[1][2] / before[1][2], rel=0.001)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=3)
    page.mouse.up()
    moved = page.evaluate(places)
    assert (moved[1][0] - zoomed[1][0], moved[1][1] - zoomed[1][1]) == pytest.approx((60, 0), abs=0.5)
    turn = math.radians(-4)
    here = (moved[0][0] - zoomed[0][0], moved[0][1] - zoomed[0][1])
    assert here == pytest.approx((-60 * math.cos(turn), 60 * math.sin(turn)), abs=0.5)
    page.keyboard.press("0")
    assert page.evaluate(places) == [pytest.approx(place, abs=0.5) for place in before]


def test_the_match_is_laid_over_the_detail(detail: Callable[..., Page], workspace: Workspace, picture_of: Keep):
    page = detail(work=4)
    place = place_of(page, 1)[1]
    sight = examined(page, 1)
    over = sight.locator("img.over")
    expect(over).to_be_hidden()
    sight.get_by_role("button", name="Lay over").click()
    expect(over).to_be_visible()
    expect(sight.locator(".drawing .agreeing")).to_have_count(0)
    laid = page.evaluate("""() => {
      const over = document.querySelector('.sight img.over'), size = (one) => [one.offsetWidth, one.offsetHeight];
      const { a, b, c, d, e, f } = new DOMMatrix(over.style.transform);
      return { matrix: [a, b, c, d, e, f], over: size(over), sheet: size(over.parentElement) };
    }""")
    a, b, c, d, e, f = laid["matrix"]
    assert a * d - b * c == pytest.approx(-1, abs=0.001), "as large as the detail, and reversed"
    assert math.degrees(math.atan2(b, -a)) == pytest.approx(-4, abs=0.01)
    pairs = np.array(evidence(0.7, HERE, place, 2).pairs)[:5]  # the key points, on which it lies
    there = pairs[:, 2:].mean(axis=0) * laid["over"]
    here = pairs[:, :2].mean(axis=0) * laid["sheet"]
    landed = (a * there[0] + c * there[1] + e, b * there[0] + d * there[1] + f)
    assert landed == pytest.approx(tuple(here), abs=1.5)
    sight.locator("[name=opacity]").fill("30")
    expect(over).to_have_css("opacity", "0.3")
    picture_of(page, "evidence-laid-over")


def test_a_queue_of_what_is_not_judged_yet(detail: Callable[..., Page], workspace: Workspace, picture_of: Keep):
    page = detail(work=5, probabilities=(0.95, 0.94, 0.93, 0.05))
    page.locator(CARDS).first.locator("[data-verdict=doubtful]").click()
    expect(page.locator(CARDS).first.locator(".badge")).to_have_text("doubtful")
    page.locator(".options").first.click()
    page.locator(".part-results select[name=least]").first.select_option("90")
    expect(page.locator(CARDS).locator("visible=true")).to_have_count(3)
    page.locator(".review").first.click()
    progress, title = page.locator(".sight .progress"), page.locator(".sight h2")
    expect(progress).to_have_text("1 of 3, 1 judged")
    expect(title).to_contain_text("94%")
    picture_of(page, "queue")
    page.keyboard.press("r")
    expect(progress).to_have_text("2 of 3, 2 judged")
    page.keyboard.press("d")
    expect(progress).to_have_text("3 of 3, 3 judged")
    page.keyboard.press("u")
    expect(progress).to_have_text("2 of 3, 2 judged")
    expect(title).to_contain_text("93%")
    page.keyboard.press("a")
    expect(progress).to_have_text("3 of 3, 3 judged")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".sight .done")).to_have_text("All 3 places are judged.")
    said = workspace.collection.judgements.for_query(workspace.collection.works()[5].id, HERE)
    assert [one.verdict for one in reversed(said)] == ["doubtful", "rejected", "accepted"]


def test_undo_takes_the_verdict_back_and_leaves_the_note(detail: Callable[..., Page], workspace: Workspace):
    page = detail(work=8)
    page.locator(".review").first.click()
    progress, note = page.locator(".sight .progress"), page.locator(".sight .note input")
    expect(progress).to_have_text("1 of 20")
    page.keyboard.press("n")
    page.keyboard.type("the same sail, torn")
    page.keyboard.press("Enter")
    page.keyboard.press("a")
    expect(progress).to_have_text("2 of 20, 1 judged")
    expect(note).to_have_value("")
    page.keyboard.press("u")
    expect(progress).to_have_text("1 of 20")
    expect(note).to_have_value("the same sail, torn")
    expect(page.locator(".sight [data-verdict=accepted]")).to_have_attribute("aria-pressed", "false")
    assert workspace.collection.judgements.for_query(workspace.collection.works()[8].id, HERE) == []
    page.keyboard.press("r")
    expect(progress).to_have_text("2 of 20, 1 judged")
    (kept,) = workspace.collection.judgements.for_query(workspace.collection.works()[8].id, HERE)
    assert (kept.verdict, kept.note) == ("rejected", "the same sail, torn")


def test_nothing_convincing_is_said(detail: Callable[..., Page], picture_of: Keep):
    page = detail(probabilities=(0.28, 0.2))
    verdict, unfold = page.locator(".part-results .verdict").first, page.locator(".part-results .unfold").first
    expect(verdict).to_have_text(NOTHING)
    expect(page.locator(CARDS).first).to_be_visible()
    page.locator(".options").first.click()
    page.locator(".part-results select[name=least]").first.select_option("30")
    expect(verdict).to_contain_text("20 weaker places are hidden.")
    expect(page.locator(CARDS).locator("visible=true")).to_have_count(0)
    picture_of(page, "nothing-convincing")
    unfold.click()
    expect(page.locator(CARDS).locator("visible=true")).to_have_count(20)
    page.locator(".part-results select[name=per_work]").first.select_option("3")
    expect(page.locator(CARDS).locator("visible=true")).to_have_count(0, timeout=60_000)
    expect(page.locator(".part-results select[name=least]").first).to_have_value("30")


def test_a_search_that_learns(detail: Callable[..., Page]):
    page = detail(work=11)
    page.locator(CARDS).nth(1).locator("[data-verdict=accepted]").click()
    expect(page.locator(CARDS).nth(1).locator(".badge")).to_be_visible()
    page.locator(".options").first.click()
    page.locator(".part-results input[name=learn]").first.check()
    expect(page.locator(".learnt").first).to_have_text("learnt from 1 accepted")
    page.locator(CARDS).nth(2).locator("[data-verdict=rejected]").click()
    page.get_by_role("button", name="Search again").click()
    expect(page.locator(".learnt").first).to_have_text("learnt from 1 accepted, 1 rejected")


def test_evidence_for_titles_that_are_scripts(detail: Callable[..., Page], workspace: Workspace, picture_of: Keep):
    hostile = next(n for n, work in enumerate(workspace.collection.works()) if work.title.startswith("<script"))
    page = detail(work=hostile, dark=True)
    page.locator(CARDS).first.locator(".examine").click()
    expect(page.locator(".sight figcaption b").first).to_have_text(workspace.collection.works()[hostile].title)
    page.locator(".sight .note input").fill("<img src=x onerror='window.harmed = 1'>")
    page.keyboard.press("Enter")
    page.keyboard.press("a")
    expect(page.locator(".sight [data-verdict=accepted]")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("window.harmed") is None
    assert page.evaluate("document.querySelector('.sight').scrollWidth <= document.querySelector('.sight').clientWidth")
    picture_of(page, "evidence-dark")


def test_matches_without_evidence_look_as_ever(detail: Callable[..., Page], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("explorer.ui.evidence.evidence", lambda *_: None)
    page = detail(probabilities=())
    expect(page.locator(CARDS).first.locator(".score")).to_contain_text("similarity")
    expect(page.locator(CARDS).first.locator(".examine")).to_have_count(0)
    expect(page.locator(".review").first).to_be_hidden()
    page.locator(".options").first.click()
    expect(page.locator(".part-results select[name=top]").first).to_be_visible()
    expect(page.locator(".part-results [data-needs=probability]").first).to_be_hidden()
