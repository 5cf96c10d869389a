"""Folders of this computer, to choose one of pictures: their names, and how many pictures each has. Nothing else of
what is in them is told, and only to who sits at this computer (:mod:`explorer.ui.managing`)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from explorer.collection.pictures import EXTENSIONS
from explorer.errors import ExplorerError
from explorer.ui import incoming, views
from explorer.workspace.managing import current_name, is_there

MOST_FOLDERS = 500
"""Folders that are listed of one."""
_MOST_FILES = 20_000  # that are counted in one folder
_OF_PICTURES = {"images", "pictures", "scans", "photos", "img", "jpg", "tif", "tiff"}


def sent_path(sent: Any, what: str) -> Path:
    """A path of this computer as somebody wrote or pasted it, quotation marks and ``~`` allowed.

    Raises :class:`ExplorerError` for what is none, and for one that does not begin at the top.

    >>> sent_path('"/srv/prints"', "folder").as_posix()
    '/srv/prints'
    """
    text = incoming.text(sent, 4000)
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1].strip()
    if not text:
        raise ExplorerError(f"Say which {what}: its whole path on this computer.")
    if "\0" in text:
        raise ExplorerError(f"That cannot be the path of a {what}.")
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise ExplorerError(f"Whose folder {text[:60]} is cannot be told; write the whole path.") from None
    if not path.is_absolute():
        raise ExplorerError(f"Write the whole path of the {what}, as {Path.home() / 'pictures'}.")
    return path


def subfolders(sent: Any) -> views.Props:
    """A folder (``path``; the home folder where none is sent) with its subfolders, each with how many pictures lie
    right in it, and the way to it. Raises :class:`ExplorerError` where it cannot be opened."""
    text = incoming.record(sent).get("path")
    folder = Path(os.path.normpath(sent_path(text, "folder"))) if incoming.text(text) else Path.home()
    if not folder.is_dir():
        raise ExplorerError(f"There is no folder {folder}.")
    try:
        found = sorted(_visible_folders(folder), key=lambda path: path.name.casefold())
    except OSError as error:
        raise ExplorerError(f"{folder} cannot be opened ({error.strerror}).") from error
    above = [*reversed(folder.parents), folder]
    return {
        "path": str(folder),
        "above": [{"name": path.name or str(path), "path": str(path)} for path in above],
        "pictures": _pictures_in(folder),
        "folders": [{"name": path.name, "path": str(path), "pictures": _pictures_in(path)}
                    for path in found[:MOST_FOLDERS]],
        "more": max(len(found) - MOST_FOLDERS, 0),
    }  # fmt: skip


def suggested_name(folder: Path, cache: Path) -> str:
    """A name for a collection of a folder: the folder's, or of one that is called "images" that of the folder above; a
    number follows where it is taken."""
    called = folder.parent.name if folder.name.casefold() in _OF_PICTURES and folder.parent.name else folder.name
    base = re.sub(r"[^\w .-]+", "-", called).strip(" .-_")[:58] or "collection"
    for number in range(1, 1000):
        name = base if number == 1 else f"{base} {number}"
        if not is_there(name, cache) and current_name(name, cache) == name:
            break
    return name


def _visible_folders(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                if not entry.name.startswith(".") and entry.is_dir():
                    entry.name.encode()  # a name that is not in UTF-8 cannot be sent
                    yield Path(entry.path)
            except (OSError, UnicodeEncodeError):
                continue


def _pictures_in(folder: Path) -> int:
    """How many files right in a folder are pictures by their names; 0 where it cannot be opened."""
    count = 0
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries):
                if number >= _MOST_FILES:
                    break
                hidden = entry.name.startswith(".")
                count += not hidden and os.path.splitext(entry.name)[1].lower() in EXTENSIONS
    except OSError:
        return 0
    return count
