"""A small collection that both protocols with known classes are tried on, indexed once."""

from __future__ import annotations

import pytest
from generated import SMALL, save, work, write_csv

from explorer.config import RuntimeOptions
from explorer.indexing import index_folder
from explorer.workspace import Workspace


@pytest.fixture(scope="session")
def sorted_works(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Ten works, indexed: 4 "a mill", 3 "a ship", 2 "a mill, a ship", 1 of which the catalogue says nothing. Do not
    change it."""
    folder = tmp_path_factory.mktemp("sorted")
    kinds = ["a mill"] * 4 + ["a ship"] * 3 + ["a mill, a ship"] * 2 + [""]
    rows: list[dict[str, object]] = [{"file": f"{at}.jpg", "kind": kind} for at, kind in enumerate(kinds)]
    for at in range(len(kinds)):
        save(work(at, 160, 120), folder / "pictures" / f"{at}.jpg")
    table = write_csv(folder / "works.csv", rows)
    index_folder(folder / "pictures", "c", folder / "cache", SMALL, metadata=table)
    return Workspace.open("c", folder / "cache", RuntimeOptions(threads=1))
