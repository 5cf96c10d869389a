"""Small disks in memory, to fill up or to make read-only: for what the program does on a disk that takes nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


class SmallDisks:
    """Makes disks below a folder: ``small_disk("512k")`` is the path of a new one. The test is skipped where this user
    may not mount any."""

    def __init__(self, below: Path) -> None:
        self._below = below
        self._made: list[Path] = []

    def __call__(self, size: str) -> Path:
        disk = self._below / f"disk-{len(self._made)}"
        disk.mkdir()
        if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mount") is None:
            pytest.skip("mounting takes the rights of root, on Linux")
        done = _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk))
        if done.returncode:
            pytest.skip(done.stderr)
        self._made.append(disk)
        return disk

    @staticmethod
    def fill(disk: Path) -> None:
        """Leave no room; removing the file ``filling`` makes room again."""
        with pytest.raises(OSError, match="No space"), (disk / "filling").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    @staticmethod
    def make_read_only(disk: Path) -> None:
        _mount("-o", "remount,ro", str(disk)).check_returncode()

    def remove_all(self) -> None:
        for disk in self._made:
            subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _mount(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
