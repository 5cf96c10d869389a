"""Files written whole or not at all, what a killed program left of them, and digests of files."""

from __future__ import annotations

import errno
import hashlib
import os
import platform
import re
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from explorer.errors import ExplorerError

PARTIAL = ".part"
"""How the name of a file, or of a folder, ends that is being written."""
_DAY = 86_400.0
_HERE = hashlib.sha256(platform.node().encode()).hexdigest()[:6]  # a number of a process means something on one machine
_STARTED = time.time()
_WRITER = re.compile(r".*\.([0-9a-f]{6})-(\d+)-\d+\.part(-journal|-wal|-shm)?")  # the last for a database
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


def content_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, as 64 hex digits. Raises :class:`OSError` when the file cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def partial_name(path: Path) -> Path:
    """The name, beside ``path``, under which this thread of this process writes it before it is whole."""
    return path.with_name(f"{path.name}.{_HERE}-{os.getpid()}-{threading.get_ident()}{PARTIAL}")


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A binary file to write to that takes the place of ``path`` when the block ends: a reader, or a crash, sees the
    old file or the new one.

    It is written beside ``path`` under a name that says which thread of which process writes it, and removed when the
    block raises. What a killed process leaves is removed by :func:`remove_partial_files`.
    """
    partial = partial_name(path)
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(path)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename == str(partial):  # say what was asked for
            error.filename, error.filename2 = str(path), None
        raise


def write_atomically(path: Path, text: str) -> None:
    """Replace a small text file (UTF-8), as :func:`replacing` does."""
    with replacing(path) as file:
        file.write(text.encode("utf-8"))


# -- what was left behind ----------------------------------------------------------------------------------------------


def remove_partial_files(folder: Path) -> list[Path]:
    """Remove, below ``folder``, what was begun under a :func:`partial_name` and whose writer has ended; returns it.

    What is written by a process on another machine, or does not say by whom, goes when nobody has written to it for a
    day.
    """
    found = [Path(above, name) for above, folders, files in os.walk(folder) for name in [*folders, *files]]
    return [path for path in found if _is_partial(path) and _is_left_behind(path) and removed(path)]


def remove_partial_versions(path: Path) -> list[Path]:
    """The same for what was begun in place of one file or folder; nothing else beside it is touched."""
    begun = [other for other in path.parent.glob(f"*{PARTIAL}") if other.name.startswith(f"{path.name}.")]
    return [other for other in begun if _WRITER.fullmatch(other.name) and _is_left_behind(other) and removed(other)]


def _is_partial(path: Path) -> bool:
    return path.name.endswith(PARTIAL) or _WRITER.fullmatch(path.name) is not None


def _is_left_behind(path: Path) -> bool:
    try:
        written = path.stat().st_mtime
    except OSError:
        return False  # whole by now, and renamed
    if time.time() - written > _DAY:
        return True
    writer = _WRITER.fullmatch(path.name)
    if writer is None or writer[1] != _HERE:
        return False
    process = int(writer[2])
    if process == os.getpid():
        return written < _STARTED - 1  # of an earlier process with our number: in a container it is always the same
    return not _is_running(process)


def _is_running(process: int) -> bool:
    """Whether a process of this number runs on this machine; said of all on Windows, where asking would end it."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # somebody else's
    return True


def removed(path: Path) -> bool:
    """Remove a file or a folder with all that is in it; whether it is gone."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        try:
            path.unlink()
        except OSError:
            return False
    return not path.exists()


# -- a disk that takes nothing -----------------------------------------------------------------------------------------


def why_not_written(error: OSError) -> str:
    """Why nothing could be written, in words that complete "... cannot be kept: ...".

    >>> why_not_written(OSError(errno.ENOSPC, "No space left on device"))
    'the disk is full'
    """
    if error.errno in _FULL:
        return "the disk is full"
    if error.errno in _READ_ONLY:
        return "the disk or the folder is read-only"
    return f"the system says: {error.strerror or error}"


def not_written(what: str, error: OSError) -> ExplorerError:
    """The error for ``what`` could not be written: a sentence that names the reason and the way out.

    >>> str(not_written("The picture", OSError(errno.ENOSPC, "")))
    'The picture cannot be kept: the disk is full; make room, or allow writing, and try again.'
    """
    return ExplorerError(
        f"{what} cannot be kept: {why_not_written(error)}; make room, or allow writing, and try again."
    )
