"""How a command ends when it is told to, and where the pictures lie that visitors of a served page bring."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from explorer.scratch import scratch_folder

_VISITORS = "GRADIO_TEMP_DIR"  # where gradio puts what is uploaded


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Within the block SIGTERM, which service managers and containers send, does what Ctrl-C does: all is tidied up."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what a signal does
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def visitors_folder() -> Iterator[Path]:
    """A folder of this process for the pictures that visitors bring, removed with them at the end; those of processes
    that were killed are removed now. It lies in the folder that ``GRADIO_TEMP_DIR`` names, if any."""
    named = os.environ.get(_VISITORS)
    with scratch_folder(Path(named) if named else None) as folder:
        os.environ[_VISITORS] = str(folder)
        try:
            yield folder
        finally:
            if named:
                os.environ[_VISITORS] = named
            else:
                del os.environ[_VISITORS]
