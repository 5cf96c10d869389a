"""Motifs on the page: found, shown as a wall, opened as dossiers, worked on by a scholar, and there after a restart."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from generated import MINI, RECURRING, save_recurring
from PIL import Image
from playwright.sync_api import BrowserContext, Page, Route, expect

from explorer.collection.kept_motifs import KeptInstance, KeptMotif
from explorer.indexing import index_folder
from explorer.motifs import discover, discovered
from explorer.motifs.layer import shown_motifs, to_keep
from explorer.ui import build_app, launch
from explorer.ui.server.launch import free_port
from explorer.workspace import Workspace

Visit = Callable[..., Page]
Keep = Callable[[Page, str], None]

HOSTILE = "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'>"
TITLES = {"a.png": HOSTILE, "b.png": "The Mill", "d.png": "Daybreak"}
STRIPS = ".motifs .strips li"
CARDS = ".motifs .instances > li"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``pictures``, and a ``cache`` in which they are indexed as "small"."""
    folder = tmp_path_factory.mktemp("recurring")
    save_recurring(folder / "pictures", RECURRING)
    with (folder / "catalogue.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "title", "artist", "date", "height_cm", "width_cm", "genre"])
        for number, work in enumerate(RECURRING):
            title, genre = TITLES.get(work, f"Work {work[0]}"), "marine" if work in ("b.png", "g.png") else "landscape"
            writer.writerow(
                [work, title, "Anna", 1600 + 10 * number, 36 * (1 + number % 2), 48 * (1 + number % 2), genre]
            )
    index_folder(folder / "pictures", "small", folder / "cache", MINI, metadata=folder / "catalogue.csv")
    return folder


@pytest.fixture(scope="module")
def workspace(folder: Path) -> Workspace:
    return Workspace.open("small", folder / "cache")


@pytest.fixture(scope="module")
def address(workspace: Workspace) -> Iterator[str]:
    page = build_app(workspace)
    yield launch(page, workspace, port=free_port("127.0.0.1", 0), block=False)
    page.close(verbose=False)


@pytest.fixture
def found(workspace: Workspace) -> Iterator[dict[str, str]]:
    """The motifs of the collection, by the number of the detail; what a test does to them is undone after it."""
    found = discovered(workspace) or discover(workspace)
    motifs = {motif.works: motif.id for motif in found.motifs}
    by_works = {frozenset(works): name for works, name in motifs.items()}
    yield {number: by_works[frozenset(works)] for number, works in (("first", "abce"), ("second", "acdf"))
           for works in [{f"{work}.png" for work in works}]}  # fmt: skip
    while workspace.collection.motifs.next_steps()[0]:
        workspace.collection.motifs.undo("the test")


def opened(visit: Visit, query: str, **options: object) -> Page:
    page = visit(**options)
    page.goto(page.url.split("?")[0] + query)
    expect(page.get_by_role("tab", name="Motifs")).to_have_attribute("aria-selected", "true")
    return page


def works_in(page: Page) -> set[str]:
    return set(page.locator(CARDS).evaluate_all("all => all.map((card) => card.dataset.work)"))


def test_motifs_are_found_from_the_page(visit: Visit, workspace: Workspace, picture_of: Keep) -> None:
    page = visit()
    page.get_by_role("tab", name="Motifs").click()
    expect(page.locator(".finding .lead")).to_contain_text("Find every detail that two or more works share")
    expect(page.locator(STRIPS)).to_have_count(0)
    picture_of(page, "motifs-none")
    page.get_by_role("button", name="Find motifs").click()
    expect(page.locator(STRIPS)).to_have_count(2)
    expect(page.locator(".finding")).to_be_hidden()
    expect(page.locator(".motifs .tally")).to_have_text("2 motifs")
    expect(page.locator(f"{STRIPS} .tile img.ready")).to_have_count(8)
    assert page.evaluate("window.harmed") is None
    picture_of(page, "motifs-wall")


def test_the_wall_is_narrowed_and_sorted(visit: Visit, found: dict[str, str]) -> None:
    page = opened(visit, "?motifs=works")
    page.locator(".motifs select[name=column]").select_option("genre")
    page.locator(".motifs select[name=value]").select_option("marine")
    expect(page.locator(STRIPS)).to_have_count(1)
    expect(page.locator(STRIPS)).to_have_attribute("data-motif", found["first"])
    page.locator(".motifs select[name=column]").select_option("")
    expect(page.locator(STRIPS)).to_have_count(2)
    page.locator(".motifs input[name=text]").fill("daybreak")
    expect(page.locator(STRIPS)).to_have_count(1)
    expect(page.locator(STRIPS)).to_have_attribute("data-motif", found["second"])
    page.locator(".motifs input[name=text]").fill("no such thing")
    expect(page.locator(".motifs .tally")).to_have_text("No motif is like this.")
    page.locator(".motifs select[name=sort]").select_option("range")
    expect(page).to_have_url(re.compile("motifs=range"))


def test_a_dossier_has_all_instances_alike_and_says_who_is_first(
    visit: Visit, found: dict[str, str], picture_of: Keep
) -> None:
    page = opened(visit, "?motifs=works")
    page.locator(f"{STRIPS}[data-motif={found['first']}] .open").click()
    expect(page.locator(CARDS)).to_have_count(4)
    expect(page).to_have_url(re.compile(f"motif={found['first']}"))
    assert works_in(page) == {"a.png", "b.png", "c.png", "e.png"}
    expect(page.locator(".dossier .first")).to_have_text(f"First by date: {HOSTILE}, Anna, 1600.")
    reversed_one = page.locator(f"{CARDS}[data-work='c.png'] .how")
    others = page.locator(f"{CARDS}:not([data-work='c.png']) .how").all_inner_texts()
    said = [reversed_one.inner_text(), *others]
    mirrored = [text.startswith("reversed") for text in said if not text.startswith("the others")]
    assert mirrored == [True] * len(mirrored) or mirrored[0] != mirrored[1]
    expect(page.locator(".dossier .dates .dot")).to_have_count(4)
    expect(page.locator(".dossier .sizes .dot")).to_have_count(4)
    expect(page.locator(".mean figcaption")).to_contain_text("The mean of 4 instances")
    assert page.evaluate("window.harmed") is None
    picture_of(page, "motifs-dossier")
    page.go_back()
    expect(page.locator(STRIPS)).to_have_count(2)
    page.go_forward()
    expect(page.locator(CARDS)).to_have_count(4)


def test_tiles_show_the_same_thing_in_the_same_place(visit: Visit, found: dict[str, str]) -> None:
    page = opened(visit, f"?motif={found['first']}")
    expect(page.locator(f"{CARDS} .tile img.ready")).to_have_count(4)
    page.wait_for_timeout(600)  # they come out of the paper
    shots = [tile.screenshot() for tile in page.locator(f"{CARDS} .tile").all()]
    first, *others = (_grey(shot) for shot in shots)
    for other in others:
        assert _likeness(first, other) > 0.6
        assert _likeness(first, other[:, ::-1]) < _likeness(first, other)


def _grey(shot: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(shot)).convert("L").resize((64, 64))
    pixels = np.asarray(image, dtype=np.float64)[8:56, 8:56]
    return (pixels - pixels.mean()) / pixels.std()


def _likeness(first: np.ndarray, second: np.ndarray) -> float:
    return float((first * second).mean())


def test_a_search_from_an_instance_and_back(visit: Visit, found: dict[str, str]) -> None:
    page = opened(visit, f"?motif={found['first']}")
    page.locator(f"{CARDS}[data-work='b.png'] .follow").click()
    expect(page.get_by_role("tab", name="Explore")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#picture .caption h2")).to_have_text("The Mill")
    expect(page).to_have_url(re.compile("work=b.png.*box="))
    expect(page).not_to_have_url(re.compile("motif="))
    page.go_back()
    expect(page.get_by_role("tab", name="Motifs")).to_have_attribute("aria-selected", "true")
    expect(page.locator(CARDS)).to_have_count(4)


def test_two_instances_are_compared_and_back_leads_to_the_dossier(visit: Visit, found: dict[str, str]) -> None:
    page = opened(visit, f"?motif={found['first']}")
    page.locator(CARDS).last.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".part-compare .account")).to_contain_text("By this match")
    expect(page).not_to_have_url(re.compile("motif="))
    page.go_back()
    expect(page.get_by_role("tab", name="Motifs")).to_have_attribute("aria-selected", "true")
    expect(page.locator(CARDS)).to_have_count(4)


def test_a_motif_is_named_merged_and_taken_apart_and_is_there_after_a_restart(
    visit: Visit, found: dict[str, str], folder: Path, contexts: dict[bool, BrowserContext], picture_of: Keep
) -> None:
    page = opened(visit, f"?motif={found['first']}")
    page.locator(".dossier .name input").fill("Mill <b>on</b> a hill")
    page.keyboard.press("Enter")
    expect(page.locator(".dossier .facts .badge")).to_have_text("kept")
    page.get_by_role("button", name="Merge with another").click()
    page.locator(f".choosing [data-motif={found['second']}]").click()
    expect(page.locator(CARDS)).to_have_count(8)
    expect(page.locator(".motifs .notice")).to_contain_text("Merged with “As in ")
    picture_of(page, "motifs-merged")
    expect(page.locator(".dossier .notices")).to_contain_text("How 4 of the 8 instances lie to the others is not known")
    page.goto(page.url.split("?")[0] + f"?motif={found['second']}")
    expect(page.locator(CARDS)).to_have_count(8)
    expect(page.locator(".dossier .notices")).to_contain_text(f"Motif {found['second']} was merged into this one.")
    expect(page).to_have_url(re.compile(f"motif={found['first']}"))
    page.locator(".dossier [data-do=undo]").click()
    expect(page.locator(CARDS)).to_have_count(4)
    page.locator(".dossier [data-do=redo]").click()
    expect(page.locator(CARDS)).to_have_count(8)
    page.locator(".dossier [data-do=undo]").click()
    expect(page.locator(CARDS)).to_have_count(4)

    again = Workspace.open("small", folder / "cache")
    app = build_app(again)
    other = contexts[False].new_page()
    try:
        other.goto(launch(app, again, port=free_port("127.0.0.1", 0), block=False) + "?motifs=name")
        expect(other.locator(f"{STRIPS} .title").first).to_have_text("Mill <b>on</b> a hill")
        expect(other.locator(f"{STRIPS} .title").last).to_have_text(re.compile("^As in "))
    finally:
        other.close()
        app.close(verbose=False)


def test_two_people_who_write_at_once_lose_nothing_and_nothing_is_cut(
    visit: Visit, found: dict[str, str], workspace: Workspace, picture_of: Keep
) -> None:
    page = opened(visit, f"?motif={found['first']}")
    note, under = page.locator("aside .note textarea"), page.locator("aside .typed")
    expect(page.locator(CARDS)).to_have_count(4)
    shown = next(each for each in discovered(workspace).motifs if each.id == found["first"])
    workspace.collection.motifs.by("Bert", to_keep(shown_motifs([shown], []))).note(shown.id, "After <b>Hans</b> Bol")
    note.fill("Perhaps after Bol")
    note.blur()
    expect(under).to_contain_text("Somebody changed this note meanwhile, so yours is not kept yet.")
    expect(under).to_contain_text("Kept is: “After <b>Hans</b> Bol”.")
    expect(note).to_have_value("Perhaps after Bol")
    page.set_viewport_size({"width": 768, "height": 1024})
    under.scroll_into_view_if_needed()
    picture_of(page, "motifs-two-notes")
    assert workspace.collection.motifs.motif(shown.id).note == "After <b>Hans</b> Bol"
    page.get_by_role("button", name="Keep mine").click()
    expect(under).to_be_hidden()
    assert workspace.collection.motifs.motif(shown.id).note == "Perhaps after Bol"
    name, long = page.locator(".dossier .name input"), "A mill on a hill " * 8
    name.fill(long)
    expect(page.locator(".dossier header .typed")).to_contain_text("136 of 120 characters")
    page.keyboard.press("Enter")
    expect(page.locator(".dossier header .typed")).to_contain_text("A motif's name has 120 characters at most")
    expect(name).to_have_value(long)
    page.get_by_role("button", name="Empty the field").click()
    expect(name).to_have_value("")


def test_instances_are_related_removed_restored_and_split_off(
    visit: Visit, found: dict[str, str], workspace: Workspace
) -> None:
    page = opened(visit, f"?motif={found['first']}")
    page.locator(".dossier .who input").fill("Anna")
    page.locator(f"{CARDS}[data-work='b.png'] select").select_option("copy")
    expect(page.locator(".dossier .facts .badge")).to_have_text("kept")
    page.locator(f"{CARDS}[data-work='b.png'] .remark").fill("after <i>a</i> print")
    page.keyboard.press("Enter")
    page.locator(f"{CARDS}[data-work='e.png']").get_by_role("button", name="Remove").click()
    expect(page.locator(CARDS)).to_have_count(3)
    page.locator(".dossier .removed summary").click()
    page.locator(".dossier .removed").get_by_role("button", name="Restore").click()
    expect(page.locator(CARDS)).to_have_count(4)
    kept = {each.work: each for each in workspace.collection.motifs.motif(found["first"]).present}
    assert (kept["b.png"].relation, kept["b.png"].note) == ("copy", "after <i>a</i> print")
    assert {change.who for change in workspace.collection.motifs.history(found["first"])[-4:]} == {"Anna"}
    for work in ("a.png", "b.png"):
        page.locator(f"{CARDS}[data-work='{work}'] .choose input").check()
    page.get_by_role("button", name="Make a motif of them").click()
    expect(page.locator(CARDS)).to_have_count(2)
    page.get_by_role("button", name="Open it").click()
    expect(page.locator(f"{CARDS}[data-work='b.png'] select")).to_have_value("copy")
    assert works_in(page) == {"a.png", "b.png"}


def present(workspace: Workspace, motif: str) -> dict[str, KeptInstance]:
    """The instances of a kept motif by their works; none of a motif that nobody has worked on."""
    kept = next((each for each in workspace.collection.motifs.all() if each.id == motif), None)
    return {each.work: each for each in kept.present} if kept else {}


def test_a_detail_is_added_to_a_motif_by_hand_and_that_is_undone(
    visit: Visit, found: dict[str, str], workspace: Workspace, picture_of: Keep
) -> None:
    workspace.collection.motifs.by("the test", kept(workspace)).name(found["second"], "Tower <b>")
    page = visit("?work=g.png")
    page.locator("[data-do=motif]").click()
    expect(page.locator(".viewer .wait")).to_contain_text("First mark a detail")
    sheet = page.locator(".viewer .sheet").bounding_box()
    corners = [(sheet["x"] + part * sheet["width"], sheet["y"] + part * sheet["height"]) for part in (0.25, 0.5)]
    page.mouse.move(*corners[0])
    page.mouse.down()
    page.mouse.move(*corners[1], steps=4)
    page.mouse.up()
    expect(page.locator("#places .results .count")).to_contain_text("place")
    page.locator(".viewer .stage").press("m")
    offered = page.locator(".choosing .motif")
    expect(offered).to_have_count(2)
    expect(offered.first.locator(".title")).to_have_text("Tower <b>")  # one that somebody worked on comes first
    page.get_by_label("Find a motif").fill(found["first"])
    expect(offered).to_have_count(1)
    picture_of(page, "motifs-choosing")
    offered.click()
    expect(page.locator(".slip")).to_contain_text("Added to “As in ")
    added = present(workspace, found["first"])["g.png"]
    assert added.by_hand and added.box.as_tuple() == pytest.approx((0.25, 0.25, 0.5, 0.5), abs=0.02)
    page.locator(".slip").get_by_role("button", name="Undo").click()
    expect(page.locator(".slip")).to_contain_text("Taken back")
    assert "g.png" not in present(workspace, found["first"])
    page.locator("[data-do=motif]").click()
    expect(offered.first).to_have_attribute("data-motif", found["first"])  # the one that was used last
    offered.first.click()
    page.locator(".slip").get_by_role("button", name="Open the motif").click()
    expect(page.locator(CARDS)).to_have_count(5)
    expect(page).to_have_url(re.compile(f"motif={found['first']}"))
    expect(page.locator(f"{CARDS}[data-work='g.png'] .how")).to_contain_text("drawn by hand")
    page.go_back()
    expect(page.get_by_role("tab", name="Explore")).to_have_attribute("aria-selected", "true")


def kept(workspace: Workspace) -> dict[str, KeptMotif]:
    """The motifs that were discovered, as the first change of one keeps it."""
    return to_keep(shown_motifs(discovered(workspace).motifs, []))


def test_a_match_is_added_to_a_motif(visit: Visit, found: dict[str, str], workspace: Workspace) -> None:
    page = visit("?work=b.png&box=0.58,0.44,0.9,0.86")
    card = page.locator("#places .card[data-work='h.png'], #places .card[data-work='g.png']").first
    card.locator(".more").click()
    page.locator(".menu .to-motif:visible").click()
    page.locator(f".choosing [data-motif={found['second']}]").click()
    expect(page.locator(".slip")).to_contain_text("Added to")
    assert {"g.png", "h.png"} & set(present(workspace, found["second"]))


def test_an_instance_is_moved_to_another_motif_and_back(
    visit: Visit, found: dict[str, str], workspace: Workspace
) -> None:
    page = opened(visit, f"?motif={found['first']}")
    page.locator(f"{CARDS}[data-work='b.png']").get_by_role("button", name="to another motif").click()
    expect(page.locator(".choosing .motif")).to_have_count(1)  # not the one that it is in
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(CARDS)).to_have_count(3)
    assert set(present(workspace, found["second"])) == {"a.png", "b.png", "c.png", "d.png", "f.png"}
    page.locator(".dossier [data-do=undo]").click()
    expect(page.locator(CARDS)).to_have_count(4)
    assert "b.png" not in present(workspace, found["second"])


def test_an_instance_is_redrawn_with_the_mouse_and_with_keys(
    visit: Visit, found: dict[str, str], workspace: Workspace, picture_of: Keep
) -> None:
    page = opened(visit, f"?motif={found['first']}")
    before = {each.work: each.box for each in kept(workspace)[found["first"]].present}["e.png"]
    card = page.locator(f"{CARDS}[data-work='e.png']")
    card.get_by_role("button", name="Redraw").click()
    expect(page.locator(".redrawing .wait")).to_be_empty()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    sheet, corner = (page.locator(f".redrawing {which}").bounding_box() for which in (".sheet", "[data-corner='23']"))
    page.mouse.move(corner["x"] + corner["width"] / 2, corner["y"] + corner["height"] / 2)
    page.mouse.down()
    page.mouse.move(corner["x"] - 0.06 * sheet["width"], corner["y"] - 0.04 * sheet["height"], steps=4)
    page.mouse.up()
    picture_of(page, "motifs-redrawing")
    page.keyboard.press("Escape")
    expect(page.locator(".redrawing")).to_be_hidden()
    expect(page.locator(".dossier .facts .badge")).to_have_count(0)  # nothing was changed

    card.get_by_role("button", name="Redraw").click()
    expect(page.locator(".redrawing .wait")).to_be_empty()
    page.locator(".redrawing [data-corner='01']").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".dossier .facts .badge")).to_have_text("kept")
    now = present(workspace, found["first"])["e.png"]
    assert now.by_hand and now.box.x0 > before.x0 + 0.01
    assert now.box.as_tuple()[1:] == pytest.approx(before.as_tuple()[1:], abs=1e-4)
    page.locator(".dossier [data-do=undo]").click()
    expect(page.locator(".dossier .facts .badge")).to_have_count(0)


def test_works_that_share_motifs_are_drawn_and_lead_to_motifs_and_to_works(
    visit: Visit, found: dict[str, str], picture_of: Keep
) -> None:
    page = opened(visit, "?motifs=works")
    page.get_by_role("button", name="Works that share them").click()
    expect(page).to_have_url(re.compile("motifs=graph"))
    expect(page.locator(".together .count")).to_have_text("6 works in 1 group of works that share motifs")
    drawn = page.locator(".drawing .of")
    expect(drawn).to_have_count(6)
    expect(page.locator(".drawing .of img.ready")).to_have_count(6)
    boxes = [each.bounding_box() for each in drawn.all()]
    for one, other in combinations(boxes, 2):
        apart = (abs(one[at] - other[at]) + 1 - (one if one[at] < other[at] else other)[side]
                 for at, side in (("x", "width"), ("y", "height")))  # fmt: skip
        assert max(apart) > 0, "one work lies over another"
    assert page.evaluate("window.harmed") is None
    picture_of(page, "motifs-works")
    page.locator(".beside summary").click()
    page.locator(".beside [data-line]").first.press("Enter")  # the strongest: a.png and c.png
    expect(page.locator(".shared h4")).to_contain_text("share 2 motifs")
    expect(page.locator(".shared .motif")).to_have_count(2)
    page.locator(".join .hit").last.dispatch_event("click")
    expect(page.locator(".shared h4")).to_contain_text("share 1 motif")
    page.locator(".shared .motif").click()
    expect(page.locator(CARDS)).to_have_count(4)
    page.keyboard.press("Escape")
    expect(page.locator(".together .count")).to_be_visible()
    expect(page).to_have_url(re.compile("motifs=graph"))
    page.locator(".beside .entry", has_text="The Mill").first.click()
    expect(page.get_by_role("tab", name="Explore")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#picture .caption h2")).to_have_text("The Mill")
    page.go_back()
    expect(page.locator(".together .count")).to_be_visible()
    expect(page).to_have_title("Works that share motifs · Motifs · Brueghel Explorer")


def test_keys_reach_the_tab_that_is_shown_and_escape_puts_a_name_back(visit: Visit, found: dict[str, str]) -> None:
    page = opened(visit, "?motifs=works")
    expect(page.locator(STRIPS)).to_have_count(2)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"{STRIPS} .open").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(CARDS)).to_have_count(4)
    called = page.locator(".dossier .called").inner_text()
    expect(page).to_have_title(f"{called} · Motifs · Brueghel Explorer")
    field = page.locator(".dossier .name input")
    field.fill("not meant")
    page.keyboard.press("Escape")
    expect(field).to_have_value("")
    expect(page.locator(".dossier .called")).to_have_text(called)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"{CARDS} .follow").first).to_be_focused()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Escape")
    expect(page.locator(STRIPS)).to_have_count(2)
    expect(page.locator(".motifs .history [data-do=undo]").first).to_be_disabled()  # nothing was written


def test_the_mean_is_of_all_instances_and_the_same_each_time(visit: Visit, found: dict[str, str]) -> None:
    pixels = []
    for size in ((1280, 800), (768, 500)):
        page = opened(visit, f"?motif={found['first']}", size=size)
        expect(page.locator(".mean figcaption")).to_contain_text("The mean of 4 instances")
        pixels.append(page.evaluate("document.querySelector('.mean canvas').toDataURL()"))
    assert pixels[0] == pixels[1]


def test_where_each_instance_differs_from_the_others_is_coloured(visit: Visit, found: dict[str, str]) -> None:
    page = opened(visit, f"?motif={found['first']}")
    image = page.locator(f"{CARDS}[data-work='b.png'] img.ready")
    expect(image).to_be_visible()

    def altered(route: Route) -> None:
        """A dark patch in its middle."""
        answer = route.fetch()
        patched = Image.open(io.BytesIO(answer.body())).convert("RGB")
        patched.paste((0, 0, 0), [round(part * side) for part in (0.42, 0.58) for side in patched.size])
        file = io.BytesIO()
        patched.save(file, "PNG")
        route.fulfill(response=answer, body=file.getvalue(), headers={"content-type": "image/png"})

    page.route(f"**/{image.get_attribute('src').split('/')[-1]}", altered)
    page.reload()
    expect(page.locator(".mean figcaption")).to_contain_text("The mean of 4 instances")
    expect(page.locator("canvas.apart")).to_have_count(0)
    page.get_by_label("where it differs").check()
    expect(page.locator("canvas.apart")).to_have_count(4)
    middles = page.locator("canvas.apart").evaluate_all(
        """all => all.map((canvas) => {
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0.45 * width, 0.45 * height, 0.1 * width, 0.1 * height);
          return data.reduce((sum, value, at) => sum + (at % 4 === 3 ? value : 0), 0) / (data.length / 4);
        })"""
    )
    coloured = sorted(middles)
    assert coloured[3] > 90 > 60 > coloured[2]
    page.get_by_label("where it differs").uncheck()
    expect(page.locator("canvas.apart")).to_have_count(0)


def test_a_hidden_motif_is_shown_among_the_hidden_ones_and_brought_back(visit: Visit, found: dict[str, str]) -> None:
    page = opened(visit, f"?motif={found['second']}")
    page.get_by_role("button", name="Hide this motif").click()
    expect(page.locator(".motifs .notice")).to_contain_text("The motif is hidden")
    page.keyboard.press("Escape")
    expect(page.locator(STRIPS)).to_have_count(1)
    page.locator(".motifs select[name=show]").select_option("hidden")
    expect(page.locator(STRIPS)).to_have_attribute("data-motif", found["second"])
    page.locator(f"{STRIPS} .open").press("Enter")
    page.get_by_role("button", name="Show this motif again").click()
    expect(page.get_by_role("button", name="Hide this motif")).to_be_visible()


def test_what_discovery_has_of_a_kept_motif_is_proposed_and_taken_in_or_refused(
    visit: Visit, found: dict[str, str], workspace: Workspace
) -> None:
    """A motif that was put together by hand of two of four instances: the others are proposed."""
    motif = next(motif for motif in discovered(workspace).motifs if motif.id == found["first"])
    instances = tuple(KeptInstance(each.work, each.box, each.transform, each.score) for each in motif.instances)
    with workspace.collection.motifs.changing("read", "the test") as draft:
        draft.put(KeptMotif("k-by-hand", instances[:2]))
    page = opened(visit, "?motif=k-by-hand")
    expect(page.locator(CARDS)).to_have_count(2)
    proposed = page.locator(".dossier .proposed li")
    expect(proposed).to_have_count(2)
    expect(page.locator(".dossier .facts .badge.new")).to_have_text("2 proposals")
    taken = proposed.first.get_attribute("data-work")
    proposed.first.get_by_role("button", name="Accept").click()
    expect(page.locator(CARDS)).to_have_count(3)
    assert taken in works_in(page)
    proposed.first.get_by_role("button", name="Decline").click()
    expect(page.locator(".dossier .proposed")).to_be_hidden()
    assert len(workspace.collection.motifs.motif("k-by-hand").removed) == 1


@pytest.mark.parametrize("size", [(1440, 900), (1280, 800), (768, 1024)])
def test_nothing_is_wider_than_the_page(
    visit: Visit, found: dict[str, str], size: tuple[int, int], picture_of: Keep
) -> None:
    page = opened(visit, f"?motif={found['first']}", size=size, dark=size[0] != 1440)
    expect(page.locator(f"{CARDS} img.ready")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture_of(page, f"motifs-dossier-{size[0]}")
    page.keyboard.press("Escape")
    expect(page.locator(STRIPS)).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture_of(page, f"motifs-wall-{size[0]}")


@pytest.mark.parametrize(
    ("menu", "kind", "start"), [("wall", "csv", b"\xef\xbb\xbfmotif"), ("dossier", "pdf", b"%PDF")]
)
def test_motifs_are_taken_away(visit: Visit, found: dict[str, str], menu: str, kind: str, start: bytes) -> None:
    page = opened(visit, "?motifs=works" if menu == "wall" else f"?motif={found['first']}")
    expect(page.locator(STRIPS if menu == "wall" else CARDS).first).to_be_visible()
    with page.expect_download() as waited:
        page.locator(f".motifs [data-export={menu}]").select_option(kind)
    assert waited.value.suggested_filename.endswith(f".{kind}")
    assert Path(waited.value.path()).read_bytes().startswith(start)
    expect(page.locator(".motifs .notice")).to_contain_text("was made")
