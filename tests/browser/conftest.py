"""One server and one browser for all tests of the page; every request that a page makes is watched."""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from explorer.config import Config
from explorer.indexing import index_folder
from explorer.ui import build_app, launch
from explorer.ui.server.launch import free_port
from explorer.workspace import Workspace

HOSTILE = "<script>window.harmed = 1</script><img src=x onerror='window.harmed = 1'>"
LONG = "A View of the Village with the Great Mill, the Old Bridge and a Company of Travellers resting by the Water " * 2

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
FAULT = re.compile("js_on_load|Content Security Policy|Content-Security-Policy")
"""What the console says of a script that fails, and of what the policy forbids."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, or the one ``CHROMIUM`` names; without one the tests are skipped, in CI they fail."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        reason = "no Chromium found: install it (Debian: apt-get install chromium) or name it in CHROMIUM"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Workspace:
    """The demo collection with three unfriendly guests: a title that is a script, a very long one, a broken file."""
    folder, cache = tmp_path_factory.mktemp("shown"), tmp_path_factory.mktemp("shown-cache")
    shutil.copytree(demo_folder / "images", folder / "images")
    with (demo_folder / "metadata.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[-1]["title"], rows[-2]["title"] = HOSTILE, LONG
    with (folder / "metadata.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (folder / "images" / "broken.jpg").write_text("not a picture")
    index_folder(folder / "images", "demo", cache, Config(model="mini"), metadata=folder / "metadata.csv")
    return Workspace.open("demo", cache)


@pytest.fixture(scope="session")
def address(workspace: Workspace) -> Iterator[str]:
    """Where the page is served."""
    page = build_app(workspace)
    yield launch(page, workspace, port=free_port("127.0.0.1", 0), block=False)
    page.close(verbose=False)


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> dict[bool, BrowserContext]:
    """Two visitors, with and without a touch screen; their caches are kept from test to test, to save time."""
    return {touch: browser.new_context(has_touch=touch) for touch in (False, True)}


@pytest.fixture
def visit(contexts: dict[bool, BrowserContext], address: str) -> Iterator[Callable[..., Page]]:
    """Open the page: ``visit(query, size=, dark=, touch=)``.

    Whatever a test does, the page must ask no other host for anything, its scripts must not fail, and nothing of it
    must be against its content security policy.
    """
    pages: list[Page] = []
    foreign: list[str] = []
    faults: list[str] = []
    own = urlsplit(address).netloc

    def watch(request_url: str) -> None:
        parts = urlsplit(request_url)
        if parts.scheme not in ("data", "blob") and parts.netloc != own:
            foreign.append(request_url)

    def open_page(query: str = "", size: tuple[int, int] = (1280, 800), dark: bool = False, touch=False) -> Page:
        page = contexts[touch].new_page()
        pages.append(page)
        page.set_default_timeout(60_000)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.on("request", lambda request: watch(request.url))
        page.on("websocket", lambda socket: watch(socket.url.replace("ws", "http", 1)))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if FAULT.search(said.text) else None)
        page.goto(address + query)
        page.wait_for_selector(".viewer .sheet:not([hidden])")
        page.wait_for_function("document.querySelector('.painting').naturalWidth > 0")
        return page

    yield open_page
    for page in pages:
        page.close()
    assert foreign == [], "the page asked other hosts"
    assert faults == []


@pytest.fixture
def picture_of() -> Callable[[Page, str], None]:
    """Keep a screenshot, when the folder ``SCREENSHOTS`` names one: ``picture_of(page, "explore-dark")``."""
    folder = os.environ.get("SCREENSHOTS")

    def keep(page: Page, name: str) -> None:
        if folder:
            page.wait_for_timeout(900)
            page.screenshot(path=Path(folder) / f"{name}.png")

    return keep
