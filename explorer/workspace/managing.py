"""Renaming a collection, setting one aside and bringing it back. Nothing in its folder is ever deleted here.

A collection keeps its earlier names in its own database, so that a link with one of them leads on. One that is removed
is moved, whole, into ``.removed/`` of the cache folder: that is no name of a collection, so none can be in its place.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from explorer.collection import Collection
from explorer.collection.files import DATABASE, backup_files
from explorer.errors import ExplorerError
from explorer.files import not_written
from explorer.workspace.layout import PICTURES, TILES, collection_folder, collection_names, indexing_lock

REMOVED = ".removed"
"""Folder, beside the collections, of those that were removed."""
FORMER_NAMES = "former_names"
"""The fact in a collection's database: a JSON list of the names that it had, the oldest first."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Removed:
    """A collection that was removed: ``id`` brings it back."""

    id: str
    name: str
    when: datetime


def is_there(name: str, cache: Path) -> bool:
    """Whether a name is that of a collection, even of one whose database is lost and has backups. Raises
    :class:`ExplorerError` for what cannot name one."""
    database = collection_folder(name, cache) / DATABASE
    return database.is_file() or bool(backup_files(database))


def current_name(name: str, cache: Path) -> str:
    """What a collection is called now that has, or had, a name; the name itself where none had it."""
    try:
        if is_there(name, cache):
            return name
    except ExplorerError:
        return name
    for other in collection_names(cache):
        if name in former_names(other, cache):
            return other
    return name


def former_names(name: str, cache: Path) -> list[str]:
    """The names that a collection had before; none where its database cannot be read."""
    try:
        kept = json.loads(Collection(collection_folder(name, cache) / DATABASE).fact(FORMER_NAMES) or "[]")
    except (ExplorerError, ValueError) as error:
        log.warning("The earlier names of %s cannot be read: %s", name, error)
        return []
    return [each for each in kept if isinstance(each, str)] if isinstance(kept, list) else []


def refuse_taken(name: str, cache: Path, own: str = "") -> None:
    """Raises :class:`ExplorerError` for a name that a new collection cannot have: one that is none, that of another
    collection, or one with which links lead to another. ``own`` is a collection that may have its earlier name again.
    """
    if is_there(name, cache):
        raise ExplorerError(f"There is a collection {name!r} already; choose another name.")
    led_to = current_name(name, cache)
    if led_to not in (name, own):
        raise ExplorerError(f"{led_to!r} was called {name!r} before, and links with that name lead to it; "
                            "choose another name.")  # fmt: skip


def rename_collection(old: str, new: str, cache: Path) -> None:
    """Give a collection another name; links with the old one lead on, see :func:`current_name`.

    Raises :class:`ExplorerError` where there is no such collection, the new name will not do, or the collection is
    being indexed.
    """
    _refuse_absent(old, cache)
    refuse_taken(new, cache, own=old)
    root, target = collection_folder(old, cache), collection_folder(new, cache)
    if target.exists() and not (_is_same(root, target) or _holds_copies_only(target)):
        raise ExplorerError(f"There is a folder {new!r} in {cache} already; choose another name.")
    names = [name for name in former_names(old, cache) if name != new]
    with _moving(root):
        Collection(root / DATABASE).remember(FORMER_NAMES, json.dumps([*names, *({old} - {*names})]))
        if target.exists() and not _is_same(root, target):
            shutil.rmtree(target, ignore_errors=True)
        root.rename(target)


def remove_collection(name: str, cache: Path) -> Removed:
    """Move a collection aside, with all that was computed and all that people made; pictures lie elsewhere.

    Raises :class:`ExplorerError` where there is none of that name, or it is being indexed.
    """
    _refuse_absent(name, cache)
    root, folder = collection_folder(name, cache), cache / REMOVED
    now = datetime.now(UTC)
    with _moving(root):
        folder.mkdir(exist_ok=True)
        stamp = now.strftime("%Y%m%dT%H%M%S%fZ")
        root.rename(folder / f"{stamp} {name}")
    return Removed(f"{stamp} {name}", name, now)


def removed_collections(cache: Path) -> list[Removed]:
    """Collections that can be brought back, the one that was removed last first."""
    found: list[Removed] = []
    for database in (cache / REMOVED).glob(f"*/{DATABASE}"):
        stamp, _, name = database.parent.name.partition(" ")
        try:
            when = datetime.strptime(stamp, "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
            collection_folder(name, cache)
        except (ValueError, ExplorerError):
            continue  # not put there by us
        found.append(Removed(database.parent.name, name, when))
    return sorted(found, key=lambda each: each.when, reverse=True)


def bring_back(wanted: str, cache: Path, name: str = "") -> str:
    """Bring a removed collection back, by its id or (the last that was) by its name, under a ``name`` or the one that
    it had; returns that. Raises :class:`ExplorerError` where there is none, or the name is taken."""
    found = next((each for each in removed_collections(cache) if wanted in (each.id, each.name)), None)
    if found is None:
        raise ExplorerError(f"There is no removed collection {wanted!r} in {cache}.")
    name = name or found.name
    refuse_taken(name, cache)
    target = collection_folder(name, cache)
    if target.exists() and _holds_copies_only(target):
        shutil.rmtree(target, ignore_errors=True)
    if target.exists():
        raise ExplorerError(f"There is a folder {name!r} in {cache} already; choose another name.")
    try:
        (cache / REMOVED / found.id).rename(target)
    except OSError as error:
        raise not_written(f"The collection {name!r}", error) from error
    return name


def _refuse_absent(name: str, cache: Path) -> None:
    if not is_there(name, cache):
        known = ", ".join(collection_names(cache)) or "none yet"
        raise ExplorerError(f"There is no collection {name!r} in {cache} (there: {known}).")


@contextmanager
def _moving(root: Path) -> Iterator[None]:
    """Within the block nobody indexes the collection, and it can be moved."""
    try:
        with indexing_lock(root):
            yield
    except OSError as error:
        raise not_written(f"The collection {root.name!r}", error) from error


def _is_same(one: Path, other: Path) -> bool:
    """Whether two names are one folder: they differ in case, and the disk does not tell cases apart."""
    return one.exists() and other.exists() and one.samefile(other)


def _holds_copies_only(folder: Path) -> bool:
    """Whether a folder has nothing but copies of pictures: what an app may make that had a collection open whose folder
    was moved away."""
    return folder.is_dir() and all(path.name in (PICTURES, TILES) for path in folder.iterdir())
