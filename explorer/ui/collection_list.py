"""The collections of the running app, as the Collection tab lists them."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from explorer.collection import Collection
from explorer.collection.files import DATABASE
from explorer.errors import ExplorerError
from explorer.ui.open_collections import OpenCollections
from explorer.ui.said import said
from explorer.ui.views import Props
from explorer.workspace import Manifest, collection_folder
from explorer.workspace.managing import REMOVED, removed_collections

log = logging.getLogger(__name__)


def listed(collections: OpenCollections, here: str) -> list[Props]:
    """Every collection of the cache folder: how many works, by which model, indexed when, the disk that it takes (the
    originals, which lie elsewhere, not counted), and the ``address`` that opens it; ``here`` is the one that is shown.
    """
    return [
        {
            **_facts(collections.cache, name), "name": name, "here": name == here,
            "address": "" if collections.is_default_name(name) else name,
        }
        for name in collections.names()
    ]  # fmt: skip


def removed_listed(collections: OpenCollections) -> list[Props]:
    """The collections that were removed and can be brought back, with when that was and the disk that they take."""
    return [
        {"id": each.id, "name": each.name, "when": each.when.strftime("%Y-%m-%d, %H:%M"),
         "disk": size_in_words(disk_used(collections.cache / REMOVED / each.id))}
        for each in removed_collections(collections.cache)
    ]  # fmt: skip


def _facts(cache: Path, name: str) -> Props:
    """What can be told of a collection without opening it; why, where nothing can."""
    try:
        root = collection_folder(name, cache)
        known = Collection(root / DATABASE)
        manifest = Manifest.read(root / (known.fact("features") or "."))
        works = len(known.ids())
    except ExplorerError as error:
        log.warning("%s cannot be listed: %s", name, error)
        return {"trouble": said(error)}
    if manifest is None:
        return {"works": works, "disk": size_in_words(disk_used(root)), "trouble": "Not indexed to its end."}
    model = Path(manifest.config.model)
    return {
        "works": works,
        "vectors": manifest.config.vectors,
        "model": model.name if model.is_absolute() else manifest.config.model,
        "indexed": manifest.created.replace("T", ", ")[:17],
        "disk": size_in_words(disk_used(root)),
    }


def disk_used(folder: Path) -> int:
    """Bytes of all files in a folder; those that go meanwhile do not count."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(parent, name).lstat().st_size
            except OSError:
                continue
    return total


def size_in_words(count: int) -> str:
    """A number of bytes to two digits.

    >>> size_in_words(0), size_in_words(1_234_567), size_in_words(45_600_000_000)
    ('0 MB', '1.2 MB', '46 GB')
    """
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size or unit == "MB":
            amount = count / size
            return f"{amount:.1f} {unit}" if 0.05 < amount < 9.95 else f"{amount:.0f} {unit}"
    return ""
