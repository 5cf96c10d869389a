"""Where long work says what it is doing, and learns that nobody waits for it any more.

The stages of a search call :func:`stage`; whoever started the search may watch them with :func:`watched`. A watcher
that raises :class:`Cancelled` ends the work at that point. Work that nobody watches is not disturbed. The watcher is a
context variable, so it is that of one request only, and threads that are given the context have it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Watcher = Callable[[str], None]
"""Called with a stage in words, or with nothing at a point where work can merely be stopped."""


class Cancelled(Exception):
    """The work was stopped because its result is not wanted any more. It is no error, and nobody is told of it."""


def _nobody(words: str) -> None:
    pass


_watcher: ContextVar[Watcher] = ContextVar("watcher", default=_nobody)


def stage(words: str = "") -> None:
    """Tell the watcher what comes next; without words, only let it stop the work.

    >>> said = []
    >>> with watched(said.append):
    ...     stage("comparing 40 works")
    >>> stage("this is heard by nobody")
    >>> said
    ['comparing 40 works']
    """
    _watcher.get()(words)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Let ``watcher`` hear the stages of the work done inside."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


Progress = Callable[[str, int, int], None]
"""Called with a stage of long work in words, how much of it is done, and how much there is."""


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""
