"""Work on many items in threads, on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from functools import cache
from typing import TypeVar

from threadpoolctl import ThreadpoolController

from explorer.progress import stage

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_threads(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """``function`` of each of the items, computed on all cores; results in the order of the items.

    For functions that spend their time in numpy or OpenCV, which release the interpreter lock. The threads of BLAS are
    limited to one meanwhile, since they would only compete with these for the cores. The watcher of the work
    (:mod:`explorer.progress`) may cancel it before each item; whatever it or ``function`` raises is raised here.

    >>> map_in_threads(len, ["a", "bc"])
    [1, 2]
    """

    def watched(item: Item, context: Context) -> Result:
        context.run(stage)
        return context.run(function, item)

    if len(items) < 2:
        return [function(item) for item in items]
    contexts = [copy_context() for _ in items]
    with _blas().limit(limits=1, user_api="blas"), ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(watched, items, contexts))


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()
