"""What an app does for an open collection in the background: remove leftovers, back up, check what is stored."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.files import remove_partial_files
from explorer.workspace.workspace import Workspace

HOUR = 3600.0
_SLICE = 0.005  # seconds of checking at a time, about 4 MB
_SHARE = 0.15  # of one processor that checking may take

log = logging.getLogger(__name__)


def start_upkeep(workspace: Workspace) -> threading.Thread:
    """Look after a collection for as long as it is open, in a thread of low share: what killed processes left is
    removed, the database is backed up once a day, and the tables are compared once with their checksums. What is wrong
    is logged, and told by :meth:`Workspace.damage`."""
    thread = threading.Thread(
        target=_look_after, args=(weakref.ref(workspace), workspace.pictures.parent), name="upkeep", daemon=True
    )
    thread.start()
    return thread


def _look_after(opened: weakref.ref[Workspace], root: Path) -> None:
    for path in remove_partial_files(root):
        log.info("removed %s, which a killed process had left", path)
    _back_up(opened)
    try:
        _check(opened)
    except (ExplorerError, OSError) as error:
        log.info("the check of %s was stopped: %s", root.name, error)
    while opened() is not None:
        time.sleep(HOUR)
        _back_up(opened)


def _back_up(opened: weakref.ref[Workspace]) -> None:
    workspace = opened()
    if workspace is not None:
        _tell(workspace.back_up())


def _check(opened: weakref.ref[Workspace]) -> None:
    began = time.monotonic()

    def between() -> None:
        nonlocal began
        spent = time.monotonic() - began
        if spent > _SLICE:
            time.sleep(spent * (1 / _SHARE - 1))
            began = time.monotonic()

    workspace = opened()
    if workspace is not None:
        _tell(workspace.check(between).sentences())


def _tell(sentences: list[str]) -> None:
    for sentence in sentences:
        log.warning("%s", sentence)
