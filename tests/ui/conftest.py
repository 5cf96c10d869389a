"""A small collection for tests of how the page is served."""

from __future__ import annotations

import pytest
from generated import SMALL, folder_of

from explorer.indexing import index_folder
from explorer.workspace import Workspace


@pytest.fixture(scope="session")
def prints(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two works, indexed under the name "prints", their folder and the cache in folders of their own."""
    folder, cache = tmp_path_factory.mktemp("served"), tmp_path_factory.mktemp("served-cache")
    index_folder(folder_of(folder / "prints", 2, size=(160, 120)), "prints", cache, SMALL)
    return Workspace.open("prints", cache)
