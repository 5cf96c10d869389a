"""Which files of a folder are pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from stat import S_ISREG

from explorer.collection.pages import further_pages
from explorer.collection.pictures import EXTENSIONS
from explorer.errors import ExplorerError

DATABASE = "collection.sqlite"
"""The database's file name; the folder that holds it is a collection's own."""
BACKUPS = "backups"
"""Beside the database, the folder of its backups."""
REPLACED = "replaced-"
"""How the names of databases begin that were put aside there when a backup was restored."""

_RAW = "is a camera's raw file, which is not read: save it as TIFF or JPEG."
NOT_READ = {
    ".pdf": "is a PDF, not a picture: save its pages as TIFF or JPEG.",
    **dict.fromkeys((".svg", ".eps", ".ai"), "is a drawing of lines, not a picture: save it as PNG."),
    **dict.fromkeys((".cr2", ".cr3", ".nef", ".arw", ".dng", ".raf", ".orf", ".rw2"), _RAW),
    **dict.fromkeys((".jxl", ".exr", ".hdr", ".djvu"), "is of a kind that is not read: save it as TIFF or JPEG."),
    **{ending: "needs the library pi-heif, which is not there." for ending in (".heic", ".heif")
       if ending not in EXTENSIONS},
}  # fmt: skip
"""Files that museums keep beside their pictures: endings, and why they are not read."""


@dataclass(frozen=True)
class PictureFile:
    """A file that by its name is a picture: ``id`` is its path relative to the folder, with forward slashes.

    Where a name is not valid UTF-8, the id has replacement characters instead, and the file cannot be opened by it.
    """

    id: str
    path: Path
    bytes: int
    mtime_ns: int
    reason: str = ""
    """Why it cannot be a work whatever it holds; empty for what may be one."""


def backup_files(database: Path) -> list[Path]:
    """The backups of a database, the newest first; without those that were put aside."""
    files = [file for file in (database.parent / BACKUPS).glob("*.sqlite") if not file.name.startswith(REPLACED)]
    return sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)


def picture_files(folder: Path, pages: bool = False) -> list[PictureFile]:
    """All picture files below ``folder``, in order of their names; hidden ones are left aside. With ``pages`` the
    further pages of TIFF files too, see :mod:`explorer.collection.pages`.

    Links are followed and named by the link's own path; a link that leads back to a folder above it is not
    followed again. Raises :class:`ExplorerError` when the folder is missing or holds no picture.
    """
    if not folder.exists():
        raise ExplorerError(f"There is no folder {folder}.")
    if not folder.is_dir():
        raise ExplorerError(f"{folder} is a file; give the folder that holds the pictures.")
    found = sorted(_walk(folder, folder, frozenset()), key=lambda file: file.id)
    if all(file.reason for file in found):
        raise ExplorerError(f"{folder} holds no pictures ({', '.join(ending[1:] for ending in EXTENSIONS)}).")
    return found if not pages else [each for file in found for each in (file, *_further_pages(file))]


def _further_pages(file: PictureFile) -> list[PictureFile]:
    """The further pages of a file, as pictures of their own."""
    if file.path.suffix.lower() not in (".tif", ".tiff") or file.reason:
        return []
    names = [f"#page={page}" for page in further_pages(file.path)]
    return [replace(file, id=file.id + name, path=file.path.with_name(file.path.name + name)) for name in names]


def _walk(folder: Path, root: Path, above: frozenset[str]) -> Iterator[PictureFile]:
    """The picture files below ``folder``; ``above`` are the real paths of the folders that led to it from ``root``."""
    real = os.path.realpath(folder)
    if real in above:
        return
    try:
        entries = list(os.scandir(folder))
    except OSError as error:
        if folder == root:
            raise ExplorerError(f"{folder} cannot be opened ({error.strerror}).") from error
        yield PictureFile(_named(folder, root), folder, 0, 0)  # so that it is listed, and not silently missing
        return
    if any(entry.name == DATABASE for entry in entries):
        return  # a collection's own folder, with its thumbnails: `explorer index .` puts index_cache/ right here
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        if path.is_dir():
            yield from _walk(path, root, above | {real})
        elif path.suffix.lower() in EXTENSIONS or path.suffix.lower() in NOT_READ:
            yield _described(path, root)


def _named(path: Path, root: Path) -> str:
    """The id of a file below ``root``."""
    return os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", errors="replace")


def _described(path: Path, root: Path) -> PictureFile:
    """The record of a file that has a picture's name."""
    name, reason = _named(path, root), NOT_READ.get(path.suffix.lower(), "")
    try:
        stat = path.stat()
    except OSError:  # a link that leads nowhere: kept, so that it is listed as unreadable and not silently missing
        return PictureFile(name, path, 0, 0)
    if not S_ISREG(stat.st_mode):  # reading a pipe would wait for ever
        return PictureFile(name, path, 0, 0, f"{name} is a pipe or a device, not a file.")
    return PictureFile(name, path, stat.st_size, stat.st_mtime_ns, f"{name} {reason}" if reason else "")
