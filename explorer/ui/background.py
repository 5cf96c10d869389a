"""Long work of the app's own that goes on while the page is used: one run at a time, told to every page that asks.

It takes minutes or hours, so it has no place in the queue of questions (:mod:`explorer.ui.queueing`), where it would
hold a turn; it waits by itself whenever somebody asks something. It goes on when the page that began it is closed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from explorer.errors import ExplorerError
from explorer.progress import Cancelled, Progress
from explorer.ui.queueing import FairQueue
from explorer.ui.said import said

LONGEST_PAUSE = 20.0
"""Seconds that a run waits at a time for the questions of visitors; then it does a little."""
_LOOK = 0.1

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """How far a run is: its stage in words, the steps done and in all; how it ended, ``result`` in words."""

    stage: str = ""
    done: int = 0
    of: int = 0
    running: bool = False
    stopped: bool = False
    error: str = ""
    result: str = ""


@dataclass
class _Held:
    run: Run = Run(running=True)
    stop: threading.Event = field(default_factory=threading.Event)


class Background:
    """The runs of one kind in one app, by the names of their collections. Safe to use from several threads."""

    def __init__(self, queue: FairQueue, what: str, busy: str, sentence: Callable[[Exception], str] = said) -> None:
        """``what`` is done, in words ("motifs were being found"); ``busy`` is the sentence for who would begin a second
        run; ``sentence`` words the error that ended one."""
        self._queue, self._what, self._busy, self._sentence = queue, what, busy, sentence
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}

    def run(self, name: str) -> Run:
        """The run of a collection that goes on, or that ended last; one that never began where there is none."""
        held = self._held.get(name)
        return held.run if held else Run()

    def going(self) -> str | None:
        """The name of the collection whose run goes on; None where none does."""
        return next((name for name, held in list(self._held.items()) if held.run.running), None)

    def start(self, name: str, work: Callable[[Progress], str | None]) -> Run:
        """Begin a run, which may say in words what it gave; one of this collection that goes on is left alone. Raises
        :class:`ExplorerError` while one of another does."""
        with self._lock:
            going = self.going()
            if going == name:
                return self._held[going].run
            if going is not None:
                raise ExplorerError(self._busy)
            held = self._held[name] = _Held()
        threading.Thread(target=self._work, args=(name, work, held), name=self._what, daemon=True).start()
        return held.run

    def stop(self, name: str) -> Run:
        """Stop the run of a collection, soon; what it has done is kept."""
        held = self._held.get(name)
        if held is None:
            return Run()
        held.stop.set()
        return held.run

    def forget(self, name: str) -> None:
        """Drop what is known of a collection's last run, which has ended."""
        with self._lock:
            if name in self._held and not self._held[name].run.running:
                del self._held[name]

    def _work(self, name: str, work: Callable[[Progress], str | None], held: _Held) -> None:
        def progress(stage: str, done: int, total: int) -> None:
            held.run = replace(held.run, stage=stage, done=done, of=total)
            self._give_way(held)

        try:
            held.run = Run(result=work(progress) or "")
        except Cancelled:
            held.run = Run(stopped=True)
        except (ExplorerError, OSError) as error:
            log.warning("%s: while %s: %s", name, self._what, error)
            held.run = Run(error=self._sentence(error))
        except BaseException:
            held.run = Run(error=f"Something went wrong while {self._what}; the log of the server has more.")
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
