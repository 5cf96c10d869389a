"""The documentation site builds, names nothing that is not there, and loads nothing from another host."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOADED = re.compile(r"<(?:script|img|link|iframe)[^>]*?(?:src|href)=[\"'](?:https?:)?//[^\"']+[\"'][^>]*>")
FROM_STYLES = re.compile(r"(?:@import|url\()\s*[\"']?(?:https?:)?//")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_it_loads_nothing_from_another_host(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 15
    for page in pages:
        loaded = [tag for tag in LOADED.findall(page.read_text("utf-8")) if 'rel="canonical"' not in tag]
        assert loaded == [], page
    for style in site.rglob("*.css"):
        assert not FROM_STYLES.search(style.read_text("utf-8")), style


def test_links_of_the_readme_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", (ROOT / "README.md").read_text("utf-8"))
    inside = [target for target in targets if "://" not in target]
    assert inside
    assert [target for target in inside if not (ROOT / target).exists()] == []
