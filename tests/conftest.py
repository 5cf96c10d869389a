"""What several tests share: the demo collection painted and indexed once, and the model loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest
from generated import MINI, SMALL
from small_disk import SmallDisks

from explorer.config import Config
from explorer.demo import paint_demo
from explorer.indexing import IndexReport, index_folder
from explorer.workspace import Workspace


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 works of the demo collection: ``images/``, ``metadata.csv``, and the truth beside them. Do not change it."""
    folder = tmp_path_factory.mktemp("demo")
    paint_demo(folder, 24)
    return folder


@pytest.fixture(scope="session")
def demo_cache(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Path:
    """A cache folder that holds the demo collection, indexed with the embedded model under the name "demo"."""
    cache = tmp_path_factory.mktemp("demo-cache")
    index_folder(demo_folder / "images", "demo", cache, MINI, metadata=demo_folder / "metadata.csv")
    return cache


@pytest.fixture(scope="session")
def demo_workspace(demo_cache: Path) -> Workspace:
    """The demo collection, opened. Do not change it."""
    return Workspace.open("demo", demo_cache)


@pytest.fixture(scope="session")
def mini_encoder():
    """The embedded model, loaded once."""
    from explorer.encoder import open_encoder

    return open_encoder(MINI)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """An empty cache folder of this test's own."""
    return tmp_path / "cache"


@pytest.fixture
def small_disk(tmp_path: Path):
    """Disks that this test may fill up, or make read-only."""
    disks = SmallDisks(tmp_path)
    yield disks
    disks.remove_all()


@pytest.fixture
def index(cache: Path):
    """Index a folder into this test's cache: ``index(folder)`` gives the report."""

    def run(folder: Path, name: str = "c", metadata: Path | None = None, config: Config = SMALL) -> IndexReport:
        return index_folder(folder, name, cache, config, metadata=metadata)

    return run
