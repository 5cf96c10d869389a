"""A tar archive, packed with gzip or not, that is not trusted: written file by file into a folder that is thrown away
where anything in it is not as it should be. What is no plain file or folder, and what leads elsewhere, is refused."""

from __future__ import annotations

import gzip
import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

from explorer.errors import ExplorerError
from explorer.progress import Progress

_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20  # bytes


def is_tar(archive: Path) -> bool:
    """Whether a file begins as gzip or a tar archive does."""
    with archive.open("rb") as file:
        start = file.read(265)
    return start.startswith(_GZIP) or start[257:262] == b"ustar"


def write_tar(
    archive: Path, folder: Path, most_bytes: int, most_files: int, progress: Progress, stage: str
) -> tuple[int, int]:  # fmt: skip
    """Write all files below ``folder``; returns their number and the bytes.

    Raises :class:`ExplorerError` for links, devices, paths that lead elsewhere and too much of anything, and
    :class:`tarfile.TarError`, or what its decompression raises, for a damaged archive.
    """
    try:
        return _read(archive, folder, (most_bytes, most_files), lambda files: progress(stage, files, files))
    except gzip.BadGzipFile as error:  # to Python one of the system's errors
        raise tarfile.ReadError(str(error)) from error


def _read(
    archive: Path, folder: Path, most: tuple[int, int], done: Callable[[int], None]
) -> tuple[int, int]:  # fmt: skip
    with _plain(archive) as content:
        with tarfile.open(fileobj=content, mode="r|") as opened:  # read once, from the front
            counts = _write(opened, folder, most, done)
        while content.read(_CHUNK):  # to the end, where gzip has its checksum
            pass
    return counts


def _plain(archive: Path) -> IO[bytes]:
    """The archive's bytes, as they were before gzip."""
    with archive.open("rb") as file:
        packed = file.read(2) == _GZIP
    return cast(IO[bytes], gzip.open(archive)) if packed else archive.open("rb")


def _write(
    opened: tarfile.TarFile, folder: Path, most: tuple[int, int], done: Callable[[int], None]
) -> tuple[int, int]:  # fmt: skip
    (most_bytes, most_files), files, written = most, 0, 0
    for member in opened:
        if member.isdir():
            continue
        steps = _steps(member)
        source = opened.extractfile(member)
        files += 1
        if source is None or files > most_files:
            raise ExplorerError("The archive holds too many files; nothing was unpacked.")
        path = folder.joinpath(*steps)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            while chunk := source.read(_CHUNK):
                written += len(chunk)
                if written > most_bytes:
                    raise ExplorerError(f"The archive unpacks to more than the {most_bytes / 1e6:,.0f} MB expected; "
                                        "nothing was unpacked.")  # fmt: skip
                file.write(chunk)
        done(files)
    if not files:
        raise ExplorerError("The archive holds no files; nothing was unpacked.")
    return files, written


def _steps(member: tarfile.TarInfo) -> tuple[str, ...]:
    """The steps of a member's path below the folder."""
    name = member.name
    if not member.isreg():
        raise ExplorerError(f"The archive holds a link or a device ({name!r}); nothing was unpacked.")
    outside = ".." in re.split(r"[/\\]", name) or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:[\\/]", name)
    steps = tuple(step for step in name.split("/") if step not in ("", "."))
    if outside or "\0" in name or not steps:
        raise ExplorerError(f"The archive holds {name!r}, a path that leads out of its folder; nothing was unpacked.")
    return steps
