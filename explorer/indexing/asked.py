"""How indexing was asked for last: a collection remembers it, so that it can be indexed again, or to its end, without
being told once more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from explorer.collection import Collection
from explorer.collection.column_choice import FIELD_WORDS
from explorer.collection.column_names import FILE_COLUMN
from explorer.collection.files import DATABASE
from explorer.collection.spreadsheet import read_spreadsheet
from explorer.config import INDEX_OPTIONS, Config
from explorer.errors import ExplorerError
from explorer.workspace import Manifest, collection_folder
from explorer.workspace.layout import moved_along

ASKED = "asked"
"""The fact in the database."""


@dataclass(frozen=True)
class Asked:
    """What ``explorer index`` was given: paths are absolute, ``metadata`` may be empty."""

    folder: str
    metadata: str
    columns: Mapping[str, str]
    """What was said of the catalogue's columns, see :mod:`explorer.collection.column_choice`."""
    config: Config
    pages: bool = False
    """Whether the further pages of TIFF files are works of their own."""

    def remember(self, collection: Collection) -> None:
        """Keep it with the collection, in place of what was asked before; a catalogue that was given earlier is
        remembered until another is."""
        before = _kept(collection) if not self.metadata else {}
        settings = {name: value for name, value in asdict(self.config).items() if name in INDEX_OPTIONS}
        columns = dict(self.columns) if self.metadata else _columns(before)
        record = {"folder": self.folder, "metadata": self.metadata or before.get("metadata", ""), "columns": columns,
                  "settings": settings, "pages": self.pages}  # fmt: skip
        collection.remember(ASKED, json.dumps(record))


def asked_of(name: str, cache: Path) -> Asked:
    """How a collection was asked to be indexed last; of one of an earlier version, what its manifest tells.

    Raises :class:`ExplorerError` where neither is to be had, and for a collection whose vectors were computed
    elsewhere.
    """
    root = collection_folder(name, cache)
    collection = Collection(root / DATABASE)
    features, folder = collection.fact("features"), collection.fact("folder")
    manifest = Manifest.read(root / features) if features else None
    if manifest is not None and manifest.config.vectors:
        raise ExplorerError(f"The vectors of {name!r} were computed elsewhere: index it again with explorer index "
                            "--vectors, on the command line.")  # fmt: skip
    kept = _kept(collection)
    if kept:
        try:
            settings = {name: value for name, value in kept["settings"].items() if name in INDEX_OPTIONS}
            folder, metadata = (moved_along(root, str(kept[name])) for name in ("folder", "metadata"))
            return Asked(folder, metadata, _columns(kept), Config(**settings), kept.get("pages") is True)
        except (KeyError, TypeError, AttributeError):
            pass  # of another version
    if manifest is None or not folder:
        raise ExplorerError(f"How {name!r} was indexed is not known; run explorer index again, as the first time.")
    return Asked(moved_along(root, folder), "", {}, manifest.config)


def pages_asked(root: Path) -> bool:
    """Whether the collection in the folder ``root``, if there is one, was indexed with all pages last."""
    path = root / DATABASE
    return path.is_file() and _kept(Collection(path)).get("pages") is True


def columns_before(name: str, cache: Path, table: Path) -> dict[str, str]:
    """What was said of the columns of the collection's catalogue last, of those that ``table`` has too; a collection
    that is not there, or of which nothing was said, gives none. Raises :class:`ExplorerError` for what is no table."""
    root = collection_folder(name, cache)
    before = _columns(_kept(Collection(root / DATABASE))) if (root / DATABASE).is_file() else {}
    headings = read_spreadsheet(table)[0] if before else []
    return {heading: field for heading, field in before.items() if heading in headings}


def _columns(record: dict[str, Any]) -> dict[str, str]:
    """The columns of a record; those of earlier versions name the one of the files."""
    sent = record.get("columns")
    if isinstance(sent, dict):
        return {str(heading): field for heading, field in sent.items() if field in FIELD_WORDS}
    return {str(record["file_column"]): FILE_COLUMN} if record.get("file_column") else {}


def _kept(collection: Collection) -> dict[str, Any]:
    try:
        record = json.loads(collection.fact(ASKED) or "{}")
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
