"""Files written whole or not at all, and told apart by their digest."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def content_hash(path: Path) -> str:
    """SHA-256 of a file, as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """Replace a small text file so that a reader, or a crash, sees the old one or the new one."""
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(text, "utf-8")
    partial.replace(path)
