"""The app over a small collection, served by a copy of this process."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.hostile.small_collection import NAME, RUNTIME, indexed, painted


@dataclass
class Served:
    """A running app: its address, its collection's folders, and afterwards how it ended."""

    address: str
    pictures: Path
    cache: Path
    peak_mb: float = 0.0
    died: bool = False
    said: list[str] = field(default_factory=list)


@contextmanager
def served(scratch: Path, works: int) -> Iterator[Served]:
    """An app over so many works, for the block."""
    folder, cache = painted(scratch / "pictures", works), scratch / "cache"
    reading, writing = os.pipe()
    with tempfile.TemporaryFile() as said:
        process = os.fork()
        if process == 0:
            os.close(reading)
            _serve(folder, cache, writing, said.fileno())
        os.close(writing)
        with os.fdopen(reading) as file:
            app = Served(file.readline().strip(), folder, cache)
        try:
            if not app.address:
                said.seek(0)
                raise RuntimeError(f"the app was not served: {said.read()[-2000:].decode()}")
            yield app
        finally:
            app.died = os.waitpid(process, os.WNOHANG)[0] != 0
            if not app.died:
                os.kill(process, signal.SIGKILL)
                _, _, usage = os.wait4(process, 0)
                app.peak_mb = round(usage.ru_maxrss / (1_048_576 if sys.platform == "darwin" else 1024), 1)


def _serve(folder: Path, cache: Path, writing: int, said: int) -> None:
    """In the copy: index, serve, write the address, wait to be killed."""
    os.dup2(said, 1)
    os.dup2(said, 2)
    try:
        indexed(folder, cache)
        from explorer.ui import build_app, launch
        from explorer.ui.server.launch import free_port
        from explorer.workspace import Workspace

        workspace = Workspace.open(NAME, cache, RUNTIME)
        address = launch(build_app(workspace), workspace, port=free_port("127.0.0.1", 0), block=False)
        os.write(writing, f"{address}\n".encode())
    finally:
        os.close(writing)
    while os.getppid() != 1:  # nobody is left to kill it
        time.sleep(1)
    os._exit(0)
