"""The demo collection, ready to be opened: painted and indexed if it is not there yet."""

from __future__ import annotations

import logging
from pathlib import Path

from explorer.config import Config, RuntimeOptions
from explorer.demo import paint_demo
from explorer.errors import ExplorerError
from explorer.indexing import index_folder
from explorer.paths import ASSETS, DEFAULT_CACHE, IN_CHECKOUT
from explorer.progress import Progress, silent
from explorer.workspace import Workspace

DEMO = "demo"
"""What the demo collection is called."""
MODEL = "mini"

log = logging.getLogger(__name__)


def open_or_make(
    name: str, cache: Path = DEFAULT_CACHE, progress: Progress = silent, runtime: RuntimeOptions | None = None
) -> Workspace:  # fmt: skip
    """Open a collection by its name, to be served: the demo is made if it is not there.

    Raises :class:`ExplorerError` for any other that is not there.
    """
    return open_demo(cache, progress, runtime) if name == DEMO else Workspace.open(name, cache, runtime)


def open_demo(
    cache: Path = DEFAULT_CACHE, progress: Progress = silent, runtime: RuntimeOptions | None = None,
    pictures: Path | None = None,
) -> Workspace:  # fmt: skip
    """Open the demo collection of the folder ``cache``; what is missing of it is painted and indexed first.

    ``pictures`` is the folder that it is painted into: by default ``assets/demo`` in a checkout, and ``demo-pictures``
    beside the collections where the package is installed. A run that was stopped is gone on with.
    """
    try:
        return Workspace.open(DEMO, cache, runtime)
    except ExplorerError:
        log.warning("First run: painting the demo collection and indexing it.")
    folder = pictures or (ASSETS / "demo" if IN_CHECKOUT else cache / "demo-pictures")
    catalogue = folder / "metadata.csv"
    if not catalogue.is_file():
        folder.parent.mkdir(parents=True, exist_ok=True)
        paint_demo(folder, progress=lambda done, total: progress("Painting", done, total))
    index_folder(folder / "images", DEMO, cache, Config(model=MODEL), metadata=catalogue, progress=progress,
                 runtime=runtime)  # fmt: skip
    return Workspace.open(DEMO, cache, runtime)
