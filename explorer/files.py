"""Files written whole or not at all, and digests of files."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hex digits. Raises :class:`OSError` when the file cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A binary file to write to that takes the place of ``path`` when the block ends: a reader, or a crash, sees the
    old file or the new one.

    It is written beside ``path`` under a name of this thread's own, and removed when the block raises.
    """
    partial = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def write_atomically(path: Path, text: str) -> None:
    """Replace a small text file (UTF-8), as :func:`replacing` does."""
    with replacing(path) as file:
        file.write(text.encode("utf-8"))
