"""Evidence and judging in a real browser. Matches carry hand-made evidence, so that what they are worth is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from believing import believed
from playwright.sync_api import Page, expect

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
    assert sight.locator(".drawing line:not(.halo)").count() > 5
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
