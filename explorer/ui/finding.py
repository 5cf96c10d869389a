"""Finding the motifs of a collection while the page is used: one run at a time, told to every page that asks.

A run takes minutes, so it has no place in the queue of questions (:mod:`explorer.ui.queueing`), where it would hold a
turn; it waits by itself whenever somebody asks something. What it has compared is kept, so one that was stopped goes on
where it was. It goes on when the page that began it is closed: it is the collection's, not a visitor's.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field, replace

from explorer.errors import ExplorerError
from explorer.motifs.discovery import discover
from explorer.progress import Cancelled
from explorer.ui.queueing import FairQueue
from explorer.ui.said import said
from explorer.workspace import Workspace

LONGEST_PAUSE = 20.0
"""Seconds that a run waits at a time for the questions of visitors; then it does a little."""
_LOOK = 0.1

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """How far a run is: its stage in words, the steps done and in all; how it ended."""

    stage: str = ""
    done: int = 0
    of: int = 0
    running: bool = False
    stopped: bool = False
    error: str = ""


@dataclass
class _Held:
    run: Run = Run(running=True)
    stop: threading.Event = field(default_factory=threading.Event)


class Finding:
    """The runs of one app, by the names of their collections. Safe to use from several threads."""

    def __init__(self, queue: FairQueue) -> None:
        self._queue = queue
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}

    def run(self, workspace: Workspace) -> Run:
        """The run of a collection that goes on, or that ended last; one that never began where there is none."""
        held = self._held.get(workspace.name)
        return held.run if held else Run()

    def start(self, workspace: Workspace) -> Run:
        """Begin to find the motifs of a collection; one that goes on is left alone. Raises :class:`ExplorerError` while
        another collection is being looked through."""
        with self._lock:
            going = next((name for name, held in self._held.items() if held.run.running), None)
            if going == workspace.name:
                return self._held[going].run
            if going is not None:
                raise ExplorerError("Motifs of another collection are being found; try again when that is done.")
            held = self._held[workspace.name] = _Held()
        threading.Thread(target=self._find, args=(workspace, held), name="finding motifs", daemon=True).start()
        return held.run

    def stop(self, workspace: Workspace) -> Run:
        """Stop the run of a collection, soon; what it has compared is kept."""
        held = self._held.get(workspace.name)
        if held is None:
            return Run()
        held.stop.set()
        return held.run

    def _find(self, workspace: Workspace, held: _Held) -> None:
        def progress(stage: str, done: int, total: int) -> None:
            held.run = replace(held.run, stage=stage, done=done, of=total)
            self._give_way(held)

        try:
            discover(workspace, progress)
            held.run = Run()
        except Cancelled:
            held.run = Run(stopped=True)
        except (ExplorerError, OSError) as error:
            log.warning("Finding motifs of %s ended: %s", workspace.name, error)
            held.run = Run(error=said(error))
        except BaseException:
            held.run = Run(error="Something went wrong while motifs were being found; the log of the server has more.")
            raise

    def _give_way(self, held: _Held) -> None:
        """Let the questions of visitors go first, for a while."""
        until = time.monotonic() + LONGEST_PAUSE
        while True:
            if held.stop.is_set():
                raise Cancelled
            if not self._queue.waiting() or time.monotonic() > until:
                return
            time.sleep(_LOOK)
