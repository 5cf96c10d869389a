"""Temporary folders of the program's own, which are removed even where the process that made them was killed.

Beside each folder lies a file that its process keeps locked. The system gives the lock back when the process ends, in
whatever way, so a folder whose lock can be had belongs to nobody any more. (Numbers of processes would not do: they are
used again, and differ between containers.)
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

PREFIX = "brueghel-explorer-"
_LOCK = ".lock"
_HOUR = 3600.0


@contextmanager
def scratch_folder(parent: Path | None = None) -> Iterator[Path]:
    """A new folder that only this user can read, below ``parent`` (the system's folder for temporary files), removed
    with all that is in it when the block ends; what killed processes left there is removed first."""
    parent = parent or Path(tempfile.gettempdir())
    parent.mkdir(parents=True, exist_ok=True)
    remove_abandoned(parent)
    folder = parent / f"{PREFIX}{uuid.uuid4().hex[:12]}"
    try:
        with filelock.FileLock(_lock_of(folder)):  # first the lock: a folder whose lock is free has lost its process
            folder.mkdir(mode=0o700)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        _lock_of(folder).unlink(missing_ok=True)


def remove_abandoned(parent: Path) -> list[Path]:
    """Remove this user's scratch folders below ``parent`` whose process has ended; returns them."""
    removed: list[Path] = []
    for folder in sorted(parent.glob(f"{PREFIX}*")):
        if folder.suffix == _LOCK:
            _remove_old_lock(folder)
        elif _is_own(folder) and _is_free(_lock_of(folder)):
            shutil.rmtree(folder, ignore_errors=True)
            _lock_of(folder).unlink(missing_ok=True)
            removed.append(folder)
    return removed


def _lock_of(folder: Path) -> Path:
    return folder.with_name(folder.name + _LOCK)


def _is_own(folder: Path) -> bool:
    """Whether this is a folder (no link) that this user made."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return folder.is_dir() and not folder.is_symlink() and (not hasattr(os, "getuid") or found.st_uid == os.getuid())


def _is_free(lock: Path) -> bool:
    try:
        with filelock.FileLock(lock, timeout=0):
            return True
    except (filelock.Timeout, OSError):
        return False


def _remove_old_lock(lock: Path) -> None:
    """A lock without a folder is left by a process that was killed between the two; a young one may be waiting for its
    folder."""
    try:
        old = time.time() - lock.stat().st_mtime > _HOUR
        if old and not lock.with_suffix("").exists() and _is_free(lock):
            lock.unlink(missing_ok=True)
    except OSError:
        return  # gone, or somebody else's
