"""What a screen reader meets: axe (https://github.com/dequelabs/axe-core) finds nothing serious on any tab, light and
dark, nor in what opens over the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

TABS = {
    "Explore": ".viewer .sheet", "Compare": ".part-compare", "Words": "#words-text", "Motifs": ".part-motifs",
    "Bookmarks": ".bookmarks .called", "Map": ".part-map .legend .entry", "Collection": ".all-works .sheet li",
}  # fmt: skip
"""What is there when a tab is shown."""


def serious(page: Page) -> list[str]:
    """What axe finds that is serious or critical, with where it is."""
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['html'][:120]}"
        for violation in found if violation["impact"] in ("serious", "critical") for node in violation["nodes"]
    ]  # fmt: skip


@pytest.mark.parametrize("dark", [False, True])
def test_no_tab_has_a_serious_finding(visit: Callable[..., Page], dark: bool) -> None:
    page = visit(dark=dark)
    found = {}
    for tab, part in TABS.items():
        page.get_by_role("tab", name=tab, exact=True).click()
        expect(page.locator(part).first).to_be_visible()
        page.wait_for_timeout(600)  # colours fade in
        found[tab] = serious(page)
    assert not {tab: findings for tab, findings in found.items() if findings}


def test_results_and_evidence_have_no_serious_finding(visit: Callable[..., Page]) -> None:
    page = visit()
    page.locator(".stage").press("Enter")
    expect(page.locator(".cards .card").first).to_be_visible()
    page.wait_for_timeout(600)
    assert not serious(page)
    page.locator(".cards .examine").first.click()
    expect(page.locator("dialog[open]")).to_be_visible()
    page.wait_for_timeout(600)
    assert not serious(page)
    page.keyboard.press("Escape")
    page.locator(".viewer [data-do=keep]").click()
    expect(page.locator("dialog.keeping")).to_be_visible()
    assert not serious(page)
