"""Functions run in a copy of this process: it may be killed, crash or hang, and what it held in memory is measured.

The process that forks must have no other threads, so it is started with one thread for each library, imports what its
copies need, and runs nothing itself.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

MOST_SECONDS = 120.0
_CHANGES = (
    "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree", "shutil.copyfile", "sqlite3.connect",
)  # fmt: skip


class Ended(NamedTuple):
    """How a forked process ended: what its function gave (None if it never came to that), the signal that ended it (0:
    none), what it wrote to standard error, the most memory that it held."""

    result: Any
    signal: int
    said: str
    peak_mb: float


def in_fork(function: Callable[[], Any], *, kill_after: float | None = None, limit: float = MOST_SECONDS) -> Ended:
    """Run a ``function`` in a copy of this process; its result must be something that JSON can hold. The copy is killed
    (SIGKILL) ``kill_after`` seconds, and in any case after the ``limit``.

    An exception is a result of ``{"crash": ...}``.
    """
    reading, writing = os.pipe()
    with tempfile.TemporaryFile() as said:
        process = os.fork()
        if process == 0:
            os.close(reading)
            _copy(function, writing, said.fileno())
        os.close(writing)
        result = _answer(reading, process, kill_after if kill_after is not None else limit)
        _, status, usage = os.wait4(process, 0)
        said.seek(0)
        words = said.read().decode("utf-8", "replace")
    peak = usage.ru_maxrss / (1_048_576 if sys.platform == "darwin" else 1024)
    return Ended(result, os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, words, round(peak, 1))


def _copy(function: Callable[[], Any], writing: int, said: int) -> None:
    """In the copy: run the function, write its result, end without the original's clean-up."""
    os.dup2(said, 2)
    try:
        result = function()
    except BaseException:
        result = {"crash": traceback.format_exc()[-1500:]}
    with os.fdopen(writing, "w") as file:
        json.dump(result, file)
    os._exit(0)


def _answer(reading: int, process: int, seconds: float) -> Any:
    """What the copy writes; it is killed when its time is up. None where that is cut short."""
    parts: list[bytes] = []
    until = time.monotonic() + seconds
    with os.fdopen(reading, "rb", buffering=0) as file:
        while True:
            left = until - time.monotonic()
            if left <= 0 or not select.select([file], [], [], left)[0]:
                os.kill(process, signal.SIGKILL)
                break
            part = file.read(65_536)
            if not part:
                break
            parts.append(part)
    try:
        return json.loads(b"".join(parts))
    except ValueError:
        return None


def die_at(event: int) -> None:
    """Kill this process just before the ``event``-th thing that it does with files from now on."""
    seen = 0

    def watch(name: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        if _touches_files(name, arguments):
            seen += 1
            if seen == event:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def count_events(function: Callable[[], Any]) -> int:
    """How many things a function does with files, as :func:`die_at` counts them. The count cannot be ended: fork."""
    seen = 0

    def watch(name: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        seen += _touches_files(name, arguments)

    sys.addaudithook(watch)
    function()
    return seen


def _touches_files(name: str, arguments: tuple[Any, ...]) -> bool:
    if name == "open":
        path, mode = arguments[0], arguments[1] or ""
        return isinstance(path, str | Path) and any(letter in mode for letter in "wax+")
    return name in _CHANGES
