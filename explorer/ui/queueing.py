"""A fair queue for all that computes: as many at once as there are processors, round-robin between clients.

Pages, pictures and the catalogue never wait in it. A client that asks for much waits behind its own questions, not
others behind it; equal questions that are asked at the same time are computed once.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, TypeVar

from explorer.errors import ExplorerError
from explorer.parallel import thread_count
from explorer.progress import Cancelled, stage, watched

MOST_WAITING = 256
"""Questions that wait at the same time, of all clients together."""
MOST_OF_ONE = 128
"""Of them, those of one client."""
WAITING = "waiting for searches of others"
_LOOK = 0.5
"""Seconds between a waiting question's looks at whether it is still wanted."""
_SAID = 10
"""Looks between two reports that it waits: what is told to a page that is gone ends the question."""

Value = TypeVar("Value")
_computing: ContextVar[bool] = ContextVar("computing", default=False)
_begun: ContextVar[bool] = ContextVar("begun", default=False)


class _Computation:
    """What is computed, for one question or for several that are equal."""

    def __init__(self, key: Hashable, function: Callable[[], Any]) -> None:
        self.key, self.function = key, function
        self.waiting = 0
        """Questions that want it; with none left it is given up."""
        self.changed = threading.Condition()
        self.begun = self.done = False
        self.stages: list[str] = []
        self.value: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """Compute, in a thread of the queue."""
        _computing.set(True)
        try:
            with watched(self._watch):
                stage()
                self.value = self.function()
        except BaseException as error:  # whoever asked is told
            self.error = error
        with self.changed:
            self.done = True
            self.function = _nothing  # what it holds, such as an earlier state of the collection, is not needed again
            self.changed.notify_all()

    def _watch(self, words: str) -> None:
        with self.changed:
            if not self.waiting:
                raise Cancelled
            if words:
                self.stages.append(words)
                self.changed.notify_all()

    def wait(self) -> Any:
        """The value, for one question, whose watcher is told the stages and may cancel it."""
        told = looks = 0
        done = False
        while not done:
            with self.changed:
                if not self.done and len(self.stages) == told:
                    self.changed.wait(_LOOK)
                news, told, done = self.stages[told:], len(self.stages), self.done
            stage("" if self.begun or looks % _SAID else WAITING)
            looks += 1
            for words in news:
                stage(words)
        if self.error is not None:
            raise self.error
        return self.value


class FairQueue:
    """Computations in the order of their turns: a round of one question of each client, each client's own first come,
    first served; what goes on with a question that has had a turn comes before what begins."""

    def __init__(self, at_once: int = 0, most_waiting: int = MOST_WAITING, most_of_one: int = MOST_OF_ONE) -> None:
        self.at_once = at_once or thread_count()
        self._most, self._most_of_one = most_waiting, most_of_one
        self._lock = threading.Lock()
        self._next: OrderedDict[str, deque[_Computation]] = OrderedDict()
        self._going_on: deque[_Computation] = deque()
        self._known: dict[Hashable, _Computation] = {}
        self._waiting: dict[str, int] = {}
        self._threads = 0

    def compute(self, client: str, key: Hashable, function: Callable[[], Value]) -> Value:
        """What ``function`` gives, when it is the client's turn. Whoever asks for the same ``key`` meanwhile gets the
        same value, so it must name all that the value depends on; None is never the same.

        The present watcher (:mod:`explorer.progress`) is told the stages and may cancel: the computation goes on for
        others that want it, and ends where there are none. Raises :class:`ExplorerError` where too many wait, and what
        ``function`` raises.
        """
        if _computing.get():  # a part of what has its turn
            return function()
        computation = self._join(client, key, function)
        _begun.set(True)
        try:
            value: Value = computation.wait()
            return value
        finally:
            self._leave(client, computation)

    def waiting(self) -> dict[str, int]:
        """How many questions of each client wait, those that are being computed among them."""
        with self._lock:
            return dict(self._waiting)

    def _join(self, client: str, key: Hashable, function: Callable[[], Any]) -> _Computation:
        with self._lock:
            count = sum(self._waiting.values())
            if count >= self._most or self._waiting.get(client, 0) >= self._most_of_one:
                raise ExplorerError(f"The server is busy: {count} questions wait already. Ask again in a minute.")
            computation = self._known.get(key) if key is not None else None
            if computation is None:
                computation = _Computation(key, function)
                if key is not None:
                    self._known[key] = computation
            computation.waiting += 1
            self._waiting[client] = self._waiting.get(client, 0) + 1
            if not computation.begun:  # also one that another client asked for: whoever's turn comes first
                (self._going_on if _begun.get() else self._next.setdefault(client, deque())).append(computation)
            if self._threads < self.at_once:
                self._threads += 1
                threading.Thread(target=self._work, name="computing", daemon=True).start()
            return computation

    def _leave(self, client: str, computation: _Computation) -> None:
        with self._lock:
            self._waiting[client] -= 1
            if not self._waiting[client]:
                del self._waiting[client]
            computation.waiting -= 1
            if not computation.waiting:
                self._forget(computation)
                for questions in (self._going_on, self._next.get(client, deque())):
                    with suppress(ValueError):
                        questions.remove(computation)

    def _forget(self, computation: _Computation) -> None:
        if self._known.get(computation.key) is computation:
            del self._known[computation.key]

    def _work(self) -> None:
        """A thread of the queue: it ends when nothing waits."""
        while (computation := self._take()) is not None:
            computation.run()
            with self._lock:
                self._forget(computation)

    def _take(self) -> _Computation | None:
        """The computation whose turn it is."""
        with self._lock:
            while (computation := self._first()) is not None:
                if computation.waiting and not computation.begun:
                    computation.begun = True
                    return computation
            self._threads -= 1
            return None

    def _first(self) -> _Computation | None:
        if self._going_on:
            return self._going_on.popleft()
        while self._next:
            client, questions = self._next.popitem(last=False)
            if questions:
                first = questions.popleft()
                if questions:
                    self._next[client] = questions  # the client's next turn is after all others'
                return first
        return None


def _nothing() -> None:
    pass
