"""Work on many items in threads, and how many threads there may be: one number for the process and its libraries."""

from __future__ import annotations

import math
import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from contextvars import Context, copy_context
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from threadpoolctl import ThreadpoolController

from explorer.progress import stage

Item = TypeVar("Item")
Result = TypeVar("Result")

_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMBA_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM", "RAYON_NUM_THREADS",
)  # fmt: skip
"""Read by libraries when they are loaded, and by the processes that this one starts."""
_SETTERS = {"torch": "set_num_threads", "cv2": "setNumThreads"}
"""Functions of libraries that may be loaded already, and that threadpoolctl does not know."""
_CGROUP = Path("/sys/fs/cgroup")


def processors() -> int:
    """Processors that this process may use: those that it is allowed to run on (``taskset``, a container's set), and no
    more than a container's share of time amounts to, rounded up."""
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows have no such call
        count = os.cpu_count() or 1
    return max(1, min(count, math.ceil(min(_quotas(), default=count))))


def thread_count() -> int:
    """Threads that a pool of this process may have: what :func:`limit_threads` was told, else all processors."""
    return _threads.asked or processors()


def limit_threads(count: int) -> None:
    """Let no pool of this process have more than ``count`` threads, ours or a library's; 0 allows all processors.

    For programs that own their process, before they start to work. Libraries that are loaded are told, those to come
    read it from the environment, as do child processes.
    """
    _threads.limit(count)


def map_in_threads(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """``function`` of each of the items, computed on all cores; results in the order of the items.

    For functions that spend their time in numpy or OpenCV, which release the interpreter lock. The threads of BLAS are
    limited to one meanwhile, since they would only compete with these for the cores. The watcher of the work
    (:mod:`explorer.progress`) may cancel it before each item; whatever it or ``function`` raises is raised here.

    >>> map_in_threads(len, ["a", "bc"])
    [1, 2]
    """

    def watched(item: Item, context: Context) -> Result:
        _of_pool.inside = True
        context.run(stage)
        return context.run(function, item)

    if len(items) < 2:
        return [function(item) for item in items]
    if thread_count() == 1 or getattr(_of_pool, "inside", False):  # a pool that waits for itself would wait for ever
        return [_checked(function, item) for item in items]
    contexts = [copy_context() for _ in items]
    with one_blas_thread():
        return list(_pool(thread_count()).map(watched, items, contexts))


def one_blas_thread() -> AbstractContextManager[object]:
    """Within this BLAS has one thread, as it has in :func:`map_in_threads`: round several of those calls it saves
    setting the number for each, half a millisecond."""
    return _threads


def _checked(function: Callable[[Item], Result], item: Item) -> Result:
    stage()
    return function(item)


@lru_cache(maxsize=1)
def _pool(count: int) -> ThreadPoolExecutor:
    """The threads of all calls together: new ones for each would take as long to start as many a call takes."""
    return ThreadPoolExecutor(count, "computing")


_of_pool = threading.local()


class _Threads:
    """The process's number of threads; as a context, BLAS at one thread.

    Contexts may overlap: the first to enter sets BLAS to one thread, the last to leave restores what it had. Both are
    done by a thread of its own. For threadpoolctl ignores, until a thread is done with its limit, what other threads
    ask for, be it to take that limit off.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.begin()

    def begin(self) -> None:
        """With nothing inside, in a process that has none of this one's threads yet."""
        self._lock = threading.Lock()
        self._inside = 0
        self._keeper = ThreadPoolExecutor(1, "BLAS")
        self._one: Any = None

    def limit(self, count: int) -> None:
        with self._lock:
            was, self.asked = self.asked, count
            allowed = thread_count()
            if not (count or was) and allowed == os.cpu_count():
                return  # nobody has asked for anything: leave the user's own environment as it is
            os.environ.update(dict.fromkeys(_VARIABLES, str(allowed)))
            for library, setter in _SETTERS.items():
                getattr(sys.modules.get(library), setter, _ignored)(allowed)
            if self._inside:
                self._release()
            setting = threading.Thread(target=lambda: ThreadpoolController().limit(limits=allowed, user_api="blas"))
            setting.start()
            setting.join()
            if self._inside:
                self._hold()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._hold()
            self._inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._release()

    def _hold(self) -> None:
        self._one = self._keeper.submit(
            lambda: ThreadpoolController().limit(limits=1, user_api="blas").__enter__()
        ).result()

    def _release(self) -> None:
        self._keeper.submit(self._one.__exit__, None, None, None).result()


_threads = _Threads()


def _afresh() -> None:
    """A child process that was forked has none of its parent's threads."""
    _pool.cache_clear()
    _of_pool.inside = False
    _threads.begin()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_afresh)


def _ignored(count: int) -> None:
    pass


def _quotas() -> list[float]:
    """The share of time, in processors, that the container has (Linux), if it is limited. Control groups have one file
    for quota and period in their version 2, and two in version 1."""
    try:
        if (_CGROUP / "cpu.max").exists():
            quota, period = (_CGROUP / "cpu.max").read_text("utf-8").split()
        else:
            quota, period = (
                (_CGROUP / "cpu" / f"cpu.cfs_{name}_us").read_text("utf-8") for name in ("quota", "period")
            )
        return [int(quota) / int(period)] if int(quota) > 0 else []
    except (OSError, ValueError, ZeroDivisionError):  # no such file, "max", or not what it should be
        return []
