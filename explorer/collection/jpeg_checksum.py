"""A checksum inside a JPEG file, in its comment: a file that decayed on the disk is told from one that is as it was."""

from __future__ import annotations

import zlib
from pathlib import Path

_MARK = b"crc32:"
_DIGITS = 8
NO_CHECKSUM = _MARK + b"0" * _DIGITS
"""The comment of a file before its checksum is known."""
_WITHIN = 1024  # bytes from the start in which the comment is looked for: it comes right after the header
_START, _END = b"\xff\xd8", b"\xff\xd9"


def with_checksum(encoded: bytes) -> bytes:
    """A JPEG file that was encoded with the comment :data:`NO_CHECKSUM`, with the CRC-32 of it all in the comment."""
    return encoded.replace(NO_CHECKSUM, _MARK + b"%08x" % zlib.crc32(encoded), 1)


def is_whole(path: Path) -> bool:
    """Whether a JPEG file is there and as it was written. Of a file without a checksum, as earlier versions wrote them,
    only start and end are looked at."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    if not (content.startswith(_START) and content.endswith(_END)):
        return False
    at = content.find(_MARK, 0, _WITHIN) + len(_MARK)
    if at < len(_MARK):
        return True
    stored = content[at : at + _DIGITS]
    return stored == b"%08x" % zlib.crc32(content[:at] + b"0" * _DIGITS + content[at + _DIGITS :])
