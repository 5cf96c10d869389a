"""A museum's files as they are called: three hundred equal ones, names that are hard to write in an address; and what
becomes of links, judgements and works when files are renamed or gone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from generated import SMALL, save, work
from playwright.sync_api import Browser, Page, expect

from explorer.indexing import index_folder
from explorer.ui import build_app, launch
from explorer.ui.server.launch import free_port
from explorer.workspace import Workspace

LONG = "Ä" * 120 + ".jpg"
"""244 bytes, near to the most that a file system takes."""
NAMES = [
    LONG, "🦁 lion & 'lamb' \"1\".jpg", "50% of #7 ?a=b&c.jpg", "-rf --name x.jpg", "a+b %20 %2F.jpg",
    "œuvre\u0301 ;|,.jpg",
    "folder #1/100%/recto.jpg", "con .jpg", "<img src=x onerror=window.harmed=1>.jpg",
]  # fmt: skip


CARDS = "#places .card"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pictures = tmp_path_factory.mktemp("names") / "pictures"
    for number, name in enumerate(NAMES):
        (pictures / name).parent.mkdir(parents=True, exist_ok=True)
        save(work(number, 360, 280), pictures / name)
    (pictures / "equal").mkdir()
    for number in range(300):
        shutil.copy(pictures / NAMES[0], pictures / "equal" / f"{number:03d}.jpg")
    return pictures


@pytest.fixture(scope="module")
def cache(folder: Path) -> Path:
    cache = folder.parent / "cache"
    index_folder(folder, "names", cache, SMALL)
    return cache


@pytest.fixture(scope="module")
def served(cache: Path) -> Iterator[str]:
    with serving("names", cache) as address:
        yield address


@contextmanager
def serving(name: str, cache: Path) -> Iterator[str]:
    """Where a collection is shown."""
    workspace = Workspace.open(name, cache)
    app = build_app(workspace)
    yield launch(app, workspace, port=free_port("127.0.0.1", 0), block=False)
    app.close(verbose=False)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_default_timeout(30_000)
    yield page
    assert page.evaluate("window.harmed") is None
    page.close()
    assert faults == []


def asked(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize("name", NAMES)
def test_a_work_with_a_hard_name_is_opened_by_a_link_searched_compared_and_reloaded(
    page: Page, served: str, name: str
) -> None:
    page.goto(f"{served}?{urlencode({'work': name, 'box': '0.1,0.1,0.8,0.8'})}")
    expect(page.locator(CARDS).first).to_be_visible()
    page.wait_for_function("document.querySelector('.painting').naturalWidth > 0")
    assert asked(page)["work"] == [name]
    found = page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.dataset.work)")
    page.reload()
    expect(page.locator(CARDS).first).to_be_visible()
    assert page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.dataset.work)") == found
    page.locator(CARDS).first.locator(".more").click()
    page.locator(".menu .compare:visible").click()
    page.wait_for_function("location.search.includes('compare=')")
    assert asked(page)["compare"] == [name, found[0]]
    expect(page.locator(".account")).to_contain_text("By this match")
    page.reload()
    expect(page.locator(".account")).to_contain_text("By this match")
    assert asked(page)["compare"] == [name, found[0]]


@pytest.mark.parametrize("asked_of", ["equal/007.jpg", NAMES[1]])
def test_three_hundred_equal_files_are_one_card(page: Page, served: str, asked_of: str) -> None:
    page.goto(f"{served}?{urlencode({'work': asked_of, 'box': '0.1,0.1,0.8,0.8'})}")
    expect(page.locator(CARDS).first).to_be_visible()
    works = page.locator(CARDS).evaluate_all("cards => cards.map((card) => card.dataset.work)")
    equal = [work for work in works if work.startswith("equal/") or work == LONG]
    assert len(equal) == 1
    expect(page.locator(f"{CARDS}[data-work='{equal[0]}']")).to_contain_text("300" if asked_of != NAMES[1] else "301")


def test_a_link_to_a_file_that_was_renamed_and_a_work_that_is_gone(page: Page, folder: Path, tmp_path: Path) -> None:
    pictures, cache = tmp_path / "pictures", tmp_path / "cache"
    pictures.mkdir()
    for name in NAMES[:3]:
        shutil.copy(folder / name, pictures / name)
    index_folder(pictures, "moving", cache, SMALL)
    (pictures / NAMES[1]).rename(pictures / "KMSKA 12.jpg")
    (pictures / NAMES[2]).unlink()
    index_folder(pictures, "moving", cache, SMALL)
    with serving("moving", cache) as address:
        page.goto(f"{address}?{urlencode({'work': NAMES[1]})}")
        expect(page.locator(".part-viewer .caption h2")).to_have_text("KMSKA 12")
        page.goto(f"{address}?{urlencode({'work': NAMES[2]})}")
        expect(page.get_by_text("was not there when")).to_be_visible()
        page.get_by_role("tab", name="Collection", exact=True).click()
        page.get_by_role("tab", name="What is indexed").click()
        gone = page.locator(".collection-panel .gone")
        expect(gone).to_contain_text("One work is left out")
        expect(gone).to_contain_text(NAMES[2])
        expect(page.locator(".collection-panel .left-out-note")).to_have_text("Every file in the folder could be read.")
        gone.get_by_role("button", name="Forget them").click()
        expect(gone).to_contain_text("no longer expected")
        assert Workspace.open("moving", cache).collection.gone() == []
