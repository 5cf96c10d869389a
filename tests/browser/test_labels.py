"""Labels on the page: ready sets, the threshold, counts against a column, and one kept that colours the map."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from explorer.maps import work_map
from explorer.words import label_works
from explorer.words.prompts import label_set
from explorer.workspace import Workspace

Visit = Callable[..., Page]
Keep = Callable[[Page, str], None]
GROUPS = "#label-groups .group"


def open_labels(visit: Visit, **options: object) -> Page:
    page = visit(**options)
    page.get_by_role("tab", name="Words").click()
    page.get_by_role("tab", name="Sort under labels").click()
    expect(page.locator("#label-prompts textarea")).to_have_value(re.compile("with a church"))  # what it starts with
    page.wait_for_timeout(1000)  # a page that is busy may put its default back once more
    return page


def choose_set(page: Page, title: str, first: str) -> None:
    page.locator("#label-set input").click()
    page.get_by_role("option", name=title, exact=True).click()
    expect(page.locator("#label-prompts textarea")).to_have_value(re.compile(f"^{first}"))


def sort_works(page: Page) -> None:
    page.locator("#label-works").click()
    page.wait_for_selector(f"{GROUPS} li")


def groups(page: Page) -> dict[str, int]:
    """How many works are under each label, as the headings say."""
    said = page.locator(f"{GROUPS} h3").evaluate_all(
        "all => all.map((h3) => [h3.firstChild.textContent, h3.querySelector('small').textContent])"
    )
    return {label: int(works.split()[0].replace(",", "")) for label, works in said}


def bring(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator("#label-file").click()
    chooser.value.set_files(file)


def set_threshold(page: Page, percent: int) -> None:
    page.locator("#label-groups input[type=number]").fill(str(percent))
    page.keyboard.press("Enter")


@pytest.fixture
def unkept(workspace: Workspace):
    """Whatever a test keeps is removed after it."""
    yield
    for column in workspace.collection.kept.all():
        workspace.collection.kept.remove(column.name)


def test_a_ready_set_sorts_the_works_and_the_threshold_sorts_them_anew(
    visit: Visit, workspace: Workspace, picture_of: Keep
) -> None:
    page = open_labels(visit, size=(1440, 900))
    choose_set(page, "Genres", "a landscape")
    sort_works(page)
    table = label_works(workspace, label_set("genres").labels)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    for percent in (0, 50, 99):
        set_threshold(page, percent)
        counts = Counter(table.with_threshold(percent / 100).names)
        wanted = {label: counts[label] for label in table.labels}
        wanted |= {"No label fits": counts[""]} if counts[""] else {}
        assert groups(page) == wanted
        expect(page.locator("#label-groups .tally")).to_contain_text(f"{len(table.works) - counts['']} of")
        expect(page.locator("#label-groups input[type=range]")).to_have_value(str(percent))
    assert not [url for url in asked if "queue/join" in url], "no work is weighed again"
    picture_of(page, "labels-genres")


def test_labels_are_counted_against_a_column(visit: Visit, workspace: Workspace, picture_of: Keep) -> None:
    page = open_labels(visit, size=(1440, 900))
    choose_set(page, "Genres", "a landscape")
    sort_works(page)
    set_threshold(page, 40)
    page.locator("#label-groups select.column").select_option("genre")
    expect(page.locator("#label-groups thead .value").first).to_be_visible()
    table = label_works(workspace, label_set("genres").labels).with_threshold(0.4)
    kinds = {work.id: work.genre for work in workspace.collection.works()}
    pairs = Counter((label, kinds[work]) for label, work in zip(table.names, table.works, strict=True))
    values = page.locator("#label-groups thead .value").evaluate_all("all => all.map((th) => th.title)")
    assert set(values) == set(kinds.values())
    for row in page.locator("#label-groups tbody tr").all():
        label, *cells = row.locator("th, td").all_inner_texts()
        label = "" if label == "No label fits" else label
        assert [int(cell or 0) for cell in cells[1:]] == [pairs[label, value] for value in values]
        assert int(cells[0]) == sum(pairs[label, value] for value in values)
    picture_of(page, "labels-against")
    page.locator("#label-groups tbody button").first.click()
    expect(page.locator(f"{GROUPS} h3").first).to_be_focused()


def test_labels_kept_as_a_column_colour_the_map_and_are_found(
    visit: Visit, workspace: Workspace, picture_of: Keep, unkept: None
) -> None:
    page = open_labels(visit)
    page.locator("#label-prompts textarea").fill("a blossoming zinnia\na landscape")
    expect(page.locator("#label-prompts textarea")).to_have_value(re.compile("zinnia"))
    sort_works(page)
    set_threshold(page, 0)
    counts = groups(page)
    name, button = page.locator("#label-groups .keep input"), page.get_by_role("button", name="Keep as column")
    said = page.locator("#label-groups .keep .said")
    name.fill("Genre")
    button.click()
    expect(said).to_contain_text("has a column 'Genre' already")
    name.fill("By <b>label</b>")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("“By <b>label</b>” is kept for 24 works")
    picture_of(page, "labels-kept")

    work_map(workspace)  # which takes a while, the first time
    again = visit()
    again.get_by_role("tab", name="Map").click()
    again.locator(".part-map select.column").select_option("By <b>label</b>")
    expect(again.locator(".part-map .legend")).to_contain_text("a landscape")
    shown = again.locator(".part-map .legend .entry").evaluate_all(
        "all => all.map((entry) => [entry.querySelector('span').textContent, entry.querySelector('small').textContent])"
    )
    assert {label: int(count) for label, count in shown} == {label: count for label, count in counts.items() if count}
    picture_of(again, "labels-map")
    again.get_by_role("tab", name="Explore").click()
    again.locator(".gallery .search input").fill("landscape")
    found = len(workspace.collection.find("landscape"))
    expect(again.locator(".gallery .tally")).to_contain_text(f"{found} ")
    assert found >= counts["a landscape"]

    page.get_by_role("button", name="Remove By <b>label</b>").click()
    expect(said).to_contain_text("is removed")
    expect(page.locator("#label-groups .keep .columns li")).to_have_count(0)
    assert "By <b>label</b>" not in workspace.collection.columns()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#label-groups .keep .columns li")).to_have_count(1)
    assert "By <b>label</b>" in workspace.collection.columns()


def test_works_without_a_label_have_that_name_on_the_map(visit: Visit, workspace: Workspace, unkept: None) -> None:
    works = workspace.collection.works()
    workspace.collection.kept.keep("Some", {work.id: "a landscape" for work in works[:7]})
    work_map(workspace)  # which takes a while, the first time
    page = visit()
    page.get_by_role("tab", name="Map").click()
    page.locator(".part-map select.column").select_option("Some")
    legend = page.locator(".part-map .legend .entry")
    expect(legend).to_have_text(["a landscape7", f"no label{len(works) - 7}"])


def test_changed_labels_are_ones_own_and_unknown_ones_are_told_for_as_long_as_they_are_there(visit: Visit) -> None:
    page = open_labels(visit)
    choose_set(page, "Genres", "a landscape")
    chosen = page.locator("#label-set input")
    expect(chosen).to_have_value("Genres")
    field, unknown = page.locator("#label-prompts textarea"), page.locator("#label-groups .unknown")
    field.fill("a landscape\nxqzvb <b>")
    expect(chosen).to_have_value("Start from a ready set")
    sort_works(page)
    expect(unknown).to_contain_text("The model does not know “xqzvb <b>”")
    expect(page.locator(".toast-body")).to_have_count(0)
    field.fill("a landscape\na still life")
    sort_works(page)
    expect(unknown).to_be_empty()


def test_ways_of_asking_are_changed_for_one_question_and_put_back(visit: Visit, picture_of: Keep) -> None:
    page = open_labels(visit, size=(768, 1024), dark=True)
    page.get_by_role("button", name="How labels are asked").click()
    field = page.locator("#label-templates textarea")
    usual = field.input_value()
    field.fill("a painting")
    page.locator("#label-works").click()
    expect(page.locator("#label-groups .message")).to_contain_text("“a painting” has no {}")
    picture_of(page, "labels-asking-dark")
    field.fill("an etching of {}")
    sort_works(page)
    expect(page.locator("#label-groups .message")).to_be_empty()
    page.locator("#label-usual").click()
    expect(field).to_have_value(usual)


def test_labels_come_from_a_file(visit: Visit, tmp_path: Path) -> None:
    page = open_labels(visit)
    (tmp_path / "mine.csv").write_text("notation;label\n25F23(LION);a lion\n;<i>a mill</i>\n", "utf-8")
    bring(page, tmp_path / "mine.csv")
    expect(page.locator("#label-prompts textarea")).to_have_value("25F23(LION) a lion\n<i>a mill</i>")
    (tmp_path / "empty.txt").write_text("# nothing\n", "utf-8")
    bring(page, tmp_path / "empty.txt")
    expect(page.locator(".toast-body").first).to_contain_text("holds no labels")
