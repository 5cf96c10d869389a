"""Long answers that report their stages, and stop when nobody waits for them any more.

A page numbers what it asks with the time at which it was asked. Asking again, or pressing Cancel, supersedes whatever
was asked before: the work on it stops where it next looks (:mod:`explorer.progress`), so that the newer question does
not wait for the older one's answer.
"""

from __future__ import annotations

import asyncio
import math
import queue
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, TypeVar

from explorer.progress import Cancelled, stage, watched

Value = TypeVar("Value")
_LOOK = 1.0  # seconds between looks at whether a caller is still there
_VISITORS = 1000  # remembered at most: the least recently active are forgotten


class Turns:
    """The time of the latest question, or Cancel, of every page that is open."""

    def __init__(self) -> None:
        self._latest: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def supersede(self, page: str, at: float) -> None:
        """What the page asked before ``at`` (milliseconds by its own clock) is not wanted any more."""
        with self._lock:
            self._latest[page] = max(at, self._latest.pop(page, 0.0))
            while len(self._latest) > _VISITORS:
                self._latest.popitem(last=False)

    def superseded(self, page: str, at: float) -> bool:
        """Whether the page has asked something else since ``at``."""
        return self._latest.get(page, 0.0) > at


def moment(sent: Any) -> float:
    """The time at which a page says that it asked; without one, a question is never superseded.

    >>> moment(17.5), moment("now")
    (17.5, inf)
    """
    number = isinstance(sent, int | float) and not isinstance(sent, bool)
    return float(sent) if number and math.isfinite(sent) else math.inf


@dataclass(frozen=True)
class Stage:
    """What is being done, in words."""

    words: str


def reported(work: Callable[[], Iterator[Any]], superseded: Callable[[], bool]) -> Iterator[Any]:
    """The answers of ``work`` as they come, with a :class:`Stage` before each new stage of it.

    The work runs in a thread of its own and stops soon after it is ``superseded``, or nobody takes its answers any
    more; no further answer then comes. Its exceptions are raised here.
    """
    reports: queue.SimpleQueue[Any] = queue.SimpleQueue()
    left, finished = threading.Event(), object()

    def watcher(words: str) -> None:
        if left.is_set() or superseded():
            raise Cancelled
        if words:
            reports.put(Stage(words))

    def run() -> None:
        try:
            with watched(watcher):
                stage()
                for answer in work():
                    stage()  # an answer that nobody waits for is not given
                    reports.put(answer)
            reports.put(finished)
        except Cancelled:
            reports.put(finished)
        except BaseException as error:
            reports.put(error)

    threading.Thread(target=copy_context().run, args=(run,), name="answering", daemon=True).start()
    try:
        while (report := reports.get()) is not finished:
            if isinstance(report, BaseException):
                raise report
            if superseded():  # since it was worked out
                return
            yield report
    finally:
        left.set()


async def answered(work: Callable[[], Value], gone: Callable[[], Awaitable[bool]]) -> Value:
    """The value of ``work``, which runs in a thread of its own, so that it holds none of the server's while it waits.
    It stops soon after its caller is ``gone``: then :class:`Cancelled` is raised, as is whatever the work raises."""
    loop, value, left = asyncio.get_running_loop(), asyncio.get_running_loop().create_future(), threading.Event()

    def watcher(words: str) -> None:
        if left.is_set():
            raise Cancelled

    def settle(result: Any, error: BaseException | None) -> None:
        if value.cancelled():
            return
        value.set_result(result) if error is None else value.set_exception(error)

    def run() -> None:
        result, error = None, None
        try:
            with watched(watcher):
                result = work()
        except BaseException as raised:
            error = raised
        with suppress(RuntimeError):  # the server has stopped meanwhile
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=copy_context().run, args=(run,), name="answering", daemon=True).start()
    try:
        while not (await asyncio.wait([value], timeout=_LOOK))[0]:
            if await gone():
                raise Cancelled
        return value.result()
    finally:
        left.set()
