"""Checksums of the files of a folder, so that bytes which changed on the disk by themselves are noticed and placed.

``checksums.json`` is written beside files that are made together; a file that is added later has a
``<file>.checksums.json`` of its own. Both hold, for each file, its length and the CRC-32 of every 64 KiB of it: enough
against decay (not against malice), and it says which rows of an array are concerned. A folder of an earlier version has
none, and nothing is known of it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from explorer.files import write_atomically

BLOCK = 64 * 1024
"""Bytes that one checksum covers."""
CHECKSUMS = "checksums.json"
_ADDED = ".checksums.json"
_DIGITS = 8  # of a CRC-32 in hexadecimal


@dataclass(frozen=True)
class FileSums:
    """What is known of a file: its length, and the CRC-32 of each of its blocks."""

    bytes: int
    blocks: tuple[int, ...]


@dataclass(frozen=True)
class FileDamage:
    """How a file differs from what was written."""

    file: str
    parts: tuple[tuple[int, int], ...] = ()
    """Ranges of bytes, first and past the last, in which it differs; none where it is missing or of another length."""


def record(folder: Path, files: Iterable[str]) -> None:
    """Record what files of a folder hold now, all made together."""
    _write(folder / CHECKSUMS, {file: sums_of(folder / file) for file in files})


def record_added(folder: Path, file: str) -> None:
    """Record what a file holds that was made after the others."""
    _write(folder / f"{file}{_ADDED}", {file: sums_of(folder / file)})


def recorded(folder: Path) -> dict[str, FileSums] | None:
    """What was recorded of the files of a folder, or None where that is not there or cannot be read."""
    known = _read(folder / CHECKSUMS)
    if known is None:
        return None
    for path in sorted(folder.glob(f"*{_ADDED}")):
        known |= _read(path) or {}
    return known


def is_added(folder: Path, file: str) -> bool:
    """Whether a file was recorded as one that was added later."""
    return (folder / f"{file}{_ADDED}").exists()


def forget_added(folder: Path, file: str) -> None:
    """Remove a file that was added later, with its checksums: it is made again when it is needed."""
    for path in (folder / file, folder / f"{file}{_ADDED}"):
        path.unlink(missing_ok=True)


def damage_in(path: Path, known: FileSums, between: Callable[[], None] = lambda: None) -> FileDamage | None:
    """How a file differs from what is known of it; None when it does not. ``between`` is called after every block."""
    parts: list[tuple[int, int]] = []
    try:
        if path.stat().st_size != known.bytes:
            return FileDamage(path.name)
        for number, (found, expected) in enumerate(zip(_blocks(path), known.blocks, strict=True)):
            if found != expected:
                parts.append((number * BLOCK, min((number + 1) * BLOCK, known.bytes)))
            between()
    except (OSError, ValueError):  # not there, not to be read, or cut short while it was
        return FileDamage(path.name)
    return FileDamage(path.name, tuple(parts)) if parts else None


def sums_of(path: Path) -> FileSums:
    """The length of a file and the CRC-32 of its blocks. Raises :class:`OSError` when it cannot be read."""
    return FileSums(path.stat().st_size, tuple(_blocks(path)))


def _blocks(path: Path) -> Iterator[int]:
    buffer = bytearray(BLOCK)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while length := file.readinto(view):
            yield zlib.crc32(view[:length])


def _write(path: Path, sums: dict[str, FileSums]) -> None:
    files = {
        file: {"bytes": known.bytes, "crc32": "".join(f"{block:0{_DIGITS}x}" for block in known.blocks)}
        for file, known in sums.items()
    }
    write_atomically(path, json.dumps({"block": BLOCK, "files": files}, indent=1))


def _read(path: Path) -> dict[str, FileSums] | None:
    try:
        stored = json.loads(path.read_text("utf-8"))
        if stored["block"] != BLOCK:
            return None
        return {file: _sums(known["bytes"], known["crc32"]) for file, known in stored["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _sums(length: int, digits: str) -> FileSums:
    blocks = tuple(int(digits[at : at + _DIGITS], 16) for at in range(0, len(digits), _DIGITS))
    if len(blocks) != -(-length // BLOCK):
        raise ValueError("as many checksums as there are blocks")
    return FileSums(length, blocks)
