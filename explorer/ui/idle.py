"""A server that has nothing to do gives freed memory back to the system.

glibc's allocator keeps what is freed in the middle of its arenas, of which every thread may have one: after a search with
a visitor's picture that is some 300 MB. Giving it back costs page faults in the next search, hence only when idle.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from functools import cache

EVERY = 3.0  # seconds between looks
_IDLE = 0.1  # seconds of processor time in that while, below which the process counts as idle
_WORTH = 0.3  # seconds of processor time since memory was last given back, below which there is hardly any


@cache
def give_memory_back_when_idle() -> None:
    """Start, once in this process, a thread that does so. Nothing happens where the allocator is another one."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):  # musl, macOS, Windows
        return
    threading.Thread(target=_watch, args=(trim,), name="giving memory back", daemon=True).start()


def _watch(trim: Callable[[int], int]) -> None:
    seen = given = 0.0
    while True:
        time.sleep(EVERY)
        now = time.process_time()
        if now - seen < _IDLE and now - given > _WORTH:
            trim(0)
            given = time.process_time()
        seen = now
