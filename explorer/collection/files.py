"""Which files of a folder are pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from explorer.collection.pictures import EXTENSIONS
from explorer.errors import ExplorerError


@dataclass(frozen=True)
class PictureFile:
    """A file that by its name is a picture: ``id`` is its path relative to the folder, with forward slashes."""

    id: str
    path: Path
    bytes: int
    mtime_ns: int


def picture_files(folder: Path) -> list[PictureFile]:
    """All picture files below ``folder``, in order of their names; hidden ones are left aside.

    Links are followed and named by the link's own path; a link that leads back to a folder above it is not
    followed again. Raises :class:`ExplorerError` when the folder is missing or holds no picture.
    """
    if not folder.exists():
        raise ExplorerError(f"There is no folder {folder}.")
    if not folder.is_dir():
        raise ExplorerError(f"{folder} is a file; give the folder that holds the pictures.")
    found = sorted(_walk(folder, folder, frozenset()), key=lambda file: file.id)
    if not found:
        raise ExplorerError(f"{folder} holds no pictures ({', '.join(ending[1:] for ending in EXTENSIONS)}).")
    return found


def _walk(folder: Path, root: Path, above: frozenset[str]) -> Iterator[PictureFile]:
    real = os.path.realpath(folder)
    if real in above:
        return
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        if folder == root:
            raise ExplorerError(f"{folder} cannot be opened ({error.strerror}).") from error
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        if entry.is_dir():
            yield from _walk(path, root, above | {real})
        elif path.suffix.lower() in EXTENSIONS:
            yield _described(path, root)


def _described(path: Path, root: Path) -> PictureFile:
    try:
        stat = path.stat()
        size, changed = stat.st_size, stat.st_mtime_ns
    except OSError:  # a link that leads nowhere: kept, so that it is listed as unreadable and not silently missing
        size, changed = 0, 0
    return PictureFile(path.relative_to(root).as_posix(), path, size, changed)
