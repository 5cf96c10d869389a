"""Progress reports of long work, and its cancellation.

The stages of a search call :func:`stage`; the caller of the search may receive them with :func:`watched`. A watcher
that raises :class:`Cancelled` ends the work at that point. Without a watcher :func:`stage` does nothing. The watcher is
a context variable: it belongs to a single request, and threads that run in a copy of the context have it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Watcher = Callable[[str], None]
"""Called with a stage in words, or with an empty string at a point where the work can only be cancelled."""


class Cancelled(Exception):
    """Raised by a watcher to end work whose result is no longer wanted. Not an error: it is not shown to the user."""


def _no_watcher(words: str) -> None:
    pass


_watcher: ContextVar[Watcher] = ContextVar("watcher", default=_no_watcher)


def stage(words: str = "") -> None:
    """Report the next stage to the watcher; without words, only let it cancel the work.

    Passes on :class:`Cancelled`, or whatever else the watcher raises.

    >>> reported = []
    >>> with watched(reported.append):
    ...     stage("comparing 40 works")
    >>> stage("without a watcher nothing happens")
    >>> reported
    ['comparing 40 works']
    """
    _watcher.get()(words)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Report the stages of the work done in this context to ``watcher``."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


Progress = Callable[[str, int, int], None]
"""Called with a stage of long work in words, the number of steps done, and the number of steps in all."""


def silent(stage: str, done: int, total: int) -> None:
    """A :data:`Progress` that ignores all reports."""
