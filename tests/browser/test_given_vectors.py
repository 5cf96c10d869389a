"""Vectors that were computed elsewhere, in a real browser: works like one, and a sentence for the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from generated import folder_of, write_csv
from playwright.sync_api import Page, expect

from explorer.indexing import index_vectors, read_given_vectors
from explorer.workspace import Workspace

NAME, MODEL = "Vectors", "Some CLIP ViT-B/32"
CARDS = ".part-results:not(#words-results) .card"
VECTORS = np.array([[1.0, 0, 0], [0.6, 0.8, 0], [0.8, 0.6, 0], [0, 0, 1]])
NEAREST_FIRST = ["work-002.jpg", "work-001.jpg", "work-003.jpg"]


@pytest.fixture(scope="module")
def given(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Four works beside the collection that the app was started with."""
    folder, cache = tmp_path_factory.mktemp("given"), workspace.pictures.parent.parent
    metadata = write_csv(folder / "works.csv", [{"file": f"work-{number:03d}.jpg"} for number in range(4)])
    np.save(folder / "vectors.npy", VECTORS)
    vectors = read_given_vectors(Path(folder / "vectors.npy"), metadata, MODEL)
    index_vectors(folder_of(folder / "pictures", 4), NAME, cache, vectors)
    return Workspace.open(NAME, cache)


def test_works_like_a_work_are_found_and_what_cannot_be_had_is_said(
    visit: Callable[..., Page], given: Workspace, picture_of: Callable[[Page, str], None]
) -> None:
    page = visit("?" + urlencode({"collection": NAME, "work": "work-000.jpg"}))
    expect(page.locator(".masthead .model")).to_have_text(f"model {MODEL}")
    expect(page.locator(".part-results .message").first).to_contain_text("Works like this one")
    page.get_by_role("button", name="Works like this one").click()
    expect(page.locator(CARDS)).to_have_count(3)
    assert page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.dataset.work)") == NEAREST_FIRST
    expect(page.locator(f"{CARDS} .score").first).to_have_text("similarity 0.80")
    expect(page.locator(".caution").first).to_contain_text("no probability of a copy")
    assert page.locator(f"{CARDS} [data-verdict]").count() == 0
    picture_of(page, "works-like-this-one")

    page.locator(".stage").click(position={"x": 150, "y": 150})
    expect(page.get_by_text("Only whole works can be searched for here")).to_be_visible()
    assert page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.dataset.work)") == NEAREST_FIRST

    page.locator(f"{CARDS} .follow").first.click()
    expect(page.locator(".caption h2")).to_have_text(given.collection.work("work-002.jpg").title)
    expect(page.locator(f"{CARDS} .score").first).to_have_text("similarity 0.96")

    page.get_by_role("tab", name="Words").click()
    page.locator("#words-text input, #words-text textarea").first.fill("a windmill")
    page.keyboard.press("Enter")
    expect(page.locator("#words-results .message")).to_contain_text("Words need the model, which is not here")
    page.get_by_role("tab", name="Sort under labels").click()
    page.locator("#label-works").click()
    expect(page.locator("#label-groups .message")).to_contain_text("--text-vectors")
    page.get_by_role("tab", name="Map").click()
    expect(page.locator(".map .count")).to_contain_text("4 works")
    page.get_by_role("tab", name="Collection", exact=True).click()
    page.get_by_role("tab", name="What is indexed").click()
    expect(page.locator(".collection-panel .facts")).to_contain_text("4 works, each as a whole")


def test_a_collection_with_a_model_keeps_its_own_buttons(visit: Callable[..., Page], given: Workspace) -> None:
    page = visit()
    expect(page.get_by_role("button", name="Works like this one")).to_be_visible()
    expect(page.get_by_role("button", name="Whole picture")).to_be_visible()
    expect(page.locator(".viewer .size")).to_be_visible()


def test_works_like_one_are_found_by_a_button_and_by_the_address_it_makes(visit: Callable[..., Page]) -> None:
    page = visit()
    page.get_by_role("button", name="Works like this one").click()
    expect(page.locator(CARDS).first).to_contain_text("similarity")
    expect(page.locator(".part-results .about").first).to_contain_text("no probability")
    expect(page).to_have_url(re.compile("alike=1"))
    found = page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.dataset.work)")
    page.goto(page.url)
    expect(page.locator(CARDS).first).to_contain_text("similarity")
    assert page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.dataset.work)") == found
