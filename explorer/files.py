"""Atomic writing of small text files, and digests of files."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hex digits. Raises :class:`OSError` when the file cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """Write a small UTF-8 text file so that readers see the old content or the new, also after a crash.

    The text goes to a temporary file in the same folder, which then replaces ``path``. Raises :class:`OSError` when the
    folder is missing or cannot be written to.
    """
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(text, "utf-8")
    partial.replace(path)
