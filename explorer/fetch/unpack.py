"""An archive, ZIP or tar, that is not trusted, unpacked whole or not at all, and never outside its folder."""

from __future__ import annotations

import contextlib
import errno
import lzma
import re
import shutil
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from explorer.errors import ExplorerError
from explorer.fetch.unpack_tar import is_tar, write_tar
from explorer.progress import Progress, silent

STAGE = "Unpacking"
MOST_BYTES = 8_000_000_000
"""Unpacked; archives that claim or hold more are refused (the Brueghel archive has about 400 MB)."""
MOST_FILES = 100_000
_CHUNK = 1 << 20  # bytes
_UTF8_FLAG, _LOCKED_FLAG = 0x800, 0x1
_DAMAGED = (
    tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError, RuntimeError, ValueError, FileExistsError,
    NotADirectoryError,
)  # fmt: skip
_LEFT_OUT = "__MACOSX"  # macOS keeps metadata of the files there, under the files' own names


class NoRoom(ExplorerError):
    """The archive may be good, but the disk is full: what was downloaded is worth keeping."""


@dataclass(frozen=True)
class Unpacked:
    """How much an archive held."""

    files: int
    bytes: int


def unpack(archive: Path, folder: Path, progress: Progress = silent, most_bytes: int = MOST_BYTES) -> Unpacked:
    """Unpack into ``folder``, which must not exist or be empty: it is filled under another name and renamed when whole.

    Raises :class:`ExplorerError` when it is no archive, is damaged or locked, holds a path outside the folder or a
    link, would expand beyond ``most_bytes``, and :class:`NoRoom` when the disk is full. Then no folder is left.
    """
    partial = folder.with_name(f"{folder.name}.unpacking")
    shutil.rmtree(partial, ignore_errors=True)  # of a run that was killed
    try:
        if is_tar(archive):
            partial.mkdir(parents=True)
            files, size = write_tar(archive, partial, most_bytes, MOST_FILES, progress, STAGE)
            return _renamed(partial, folder, Unpacked(files, size))
        with zipfile.ZipFile(archive) as opened:
            members = _checked(opened, most_bytes, archive)
            partial.mkdir(parents=True)
            size = _write(opened, members, partial, most_bytes, progress)
        return _renamed(partial, folder, Unpacked(len(members), size))
    except zipfile.BadZipFile as error:
        raise ExplorerError(f"What was fetched is not a ZIP archive, or a damaged one ({error}).") from error
    except _DAMAGED as error:
        raise ExplorerError(f"The archive is damaged and cannot be unpacked ({error}).") from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom(f"The disk of {folder.parent} is full; make room and run the same command again, which will "
                         "not download it anew.") from error  # fmt: skip
        raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _renamed(partial: Path, folder: Path, unpacked: Unpacked) -> Unpacked:
    """Give a folder that is whole its name."""
    if folder.is_dir():
        folder.rmdir()
    partial.rename(folder)
    return unpacked


def _checked(opened: zipfile.ZipFile, most_bytes: int, archive: Path) -> list[tuple[zipfile.ZipInfo, tuple[str, ...]]]:
    """The files to write, with the steps of their paths; everything is checked before anything is written.

    Raises as :func:`unpack` does.
    """
    members = []
    for member in opened.infolist():
        steps = _steps(member)
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise ExplorerError(f"The archive holds a link or a device ({member.filename!r}); nothing was unpacked.")
        if member.flag_bits & _LOCKED_FLAG:
            raise ExplorerError(f"The archive is locked with a password ({member.filename!r}); nothing was unpacked.")
        if not member.is_dir() and _LEFT_OUT not in steps:
            members.append((member, steps))
    claimed = sum(member.file_size for member, _ in members)
    if claimed > most_bytes or len(members) > MOST_FILES:
        raise ExplorerError(f"The archive would unpack to {len(members):,} files of {claimed / 1e6:,.0f} MB, more than "
                            f"the {most_bytes / 1e6:,.0f} MB expected; nothing was unpacked.")  # fmt: skip
    if not members:
        raise ExplorerError("The archive holds no files; nothing was unpacked.")
    room = shutil.disk_usage(archive.parent).free
    if claimed > room:
        raise NoRoom(f"The archive unpacks to {claimed / 1e6:,.0f} MB but the disk of {archive.parent} has only "
                     f"{room / 1e6:,.0f} MB left; make room and run the same command again.")  # fmt: skip
    return members


def _steps(member: zipfile.ZipInfo) -> tuple[str, ...]:
    """The steps of a member's path below the folder. Raises :class:`ExplorerError` for one that leads elsewhere."""
    name = member.filename
    if not member.flag_bits & _UTF8_FLAG:  # many programs write UTF-8 without the flag; zipfile read it as cp437
        with contextlib.suppress(UnicodeError):  # else it is cp437, as the format says
            name = name.encode("cp437").decode("utf-8")
    steps = tuple(step for step in name.split("/") if step not in ("", "."))
    outside = ".." in re.split(r"[/\\]", name) or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:[\\/]", name)
    if outside or "\0" in name:
        raise ExplorerError(f"The archive holds {name!r}, a path that leads out of its folder; nothing was unpacked.")
    return steps


def _write(
    opened: zipfile.ZipFile,
    members: list[tuple[zipfile.ZipInfo, tuple[str, ...]]],
    folder: Path,
    most_bytes: int,
    progress: Progress,
) -> int:
    """Write the members below ``folder``; returns the number of bytes."""
    written = 0
    for done, (member, steps) in enumerate(members, start=1):
        path = folder.joinpath(*steps)
        path.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(member) as source, path.open("xb") as file:
            for chunk in _chunks(source):
                written += len(chunk)
                if written > most_bytes:  # the sizes that an archive states need not be true
                    raise ExplorerError(f"The archive unpacks to more than the {most_bytes / 1e6:,.0f} MB expected; "
                                        "nothing was unpacked.")  # fmt: skip
                file.write(chunk)
        progress(STAGE, done, len(members))
    return written


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk
