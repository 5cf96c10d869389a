"""What a server has freed goes back to the system instead of staying with the process (glibc, that is most Linux).

glibc gives every thread an arena of its own to allocate from, up to eight for each processor, and each keeps what is
freed in its middle. A server's searches run in ever other threads: after some, one with a visitor's picture among
them, that was 300 MB. So there are no more arenas than threads that compute, and they are emptied when there is nothing
to do; only then, because what was given back has to be asked for again in the next search.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from functools import cache

from explorer.parallel import thread_count

EVERY = 3.0  # seconds between looks
_IDLE = 0.3  # seconds of processor time in that while, below which the process counts as idle
_WORTH = 0.5  # seconds of processor time since memory was last given back, below which there is hardly any
_ARENAS = -8  # glibc's M_ARENA_MAX


@cache
def give_freed_memory_back() -> None:
    """Limit the arenas and start, once in this process, a thread that empties them. Nothing happens where the allocator
    is another one."""
    try:
        libc = ctypes.CDLL(None)
        limit, trim = libc.mallopt, libc.malloc_trim
    except (OSError, TypeError, AttributeError):  # musl, macOS, Windows
        return
    limit(_ARENAS, max(2, thread_count()))
    threading.Thread(target=_watch, args=(trim,), name="giving memory back", daemon=True).start()


def _watch(trim: Callable[[int], int]) -> None:
    seen = given = 0.0
    while True:
        time.sleep(EVERY)
        now = time.process_time()
        if now - seen < _IDLE and now - given > _WORTH:
            trim(0)
            given = now
        seen = now
