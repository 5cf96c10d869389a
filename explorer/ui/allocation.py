"""The memory of a server that computes in many threads, kept small: glibc gives every thread an arena of its own, and
what is freed in one is of no use to the others (after 150 searches by 50 people, 300 MB of it)."""

from __future__ import annotations

import ctypes
import platform

_M_ARENA_MAX = -8  # malloc.h of glibc
_FEWEST = 2


def share_arenas(processors: int) -> bool:
    """From now on threads share as many arenas as there are processors; gives whether this system can do that."""
    if platform.libc_ver()[0] != "glibc":
        return False
    return bool(ctypes.CDLL(None).mallopt(_M_ARENA_MAX, max(_FEWEST, processors)))
