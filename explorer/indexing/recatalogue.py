"""Another catalogue for a collection that is indexed: entries are replaced, and nothing is encoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from explorer.collection import Collection, read_catalogue
from explorer.collection.backups import back_up_daily
from explorer.collection.files import DATABASE
from explorer.collection.joining import join_works
from explorer.errors import ExplorerError
from explorer.indexing.asked import asked_of
from explorer.workspace.layout import collection_folder, indexing_lock
from explorer.workspace.managing import current_name, is_there


@dataclass(frozen=True)
class NewEntries:
    """What a catalogue gave: works with an entry, of how many, and rows that name no work."""

    matched: int
    works: int
    unmatched_rows: int


def replace_catalogue(
    name: str, cache: Path, metadata: Path, columns: Mapping[str, str] | None = None, keep_path: bool = True
) -> NewEntries:  # fmt: skip
    """Replace the entries of the works that a catalogue names; the other entries, and what people made, columns of
    theirs too, stay.

    ``columns`` says what some columns are, see :mod:`explorer.collection.column_choice`. With ``keep_path`` the next
    indexing reads that file again, with the same columns. Raises :class:`ExplorerError`, before anything is changed,
    where no row names a work, the collection is being indexed, or its vectors belong to rows of its catalogue.
    """
    name = current_name(name, cache)
    if not is_there(name, cache):
        raise ExplorerError(f"There is no collection {name!r} in {cache}.")
    root = collection_folder(name, cache)
    asked = asked_of(name, cache)
    catalogue = read_catalogue(metadata, columns)
    with indexing_lock(root):
        collection = Collection(root / DATABASE)
        files = {work.id: work.file for work in collection.works()}
        matched = len(join_works(catalogue.named(), files).rows)
        if not matched:
            raise ExplorerError(f"{metadata.name} has {len(catalogue.rows):,} rows, and none of them names a work of "
                                f"{name!r}; nothing was changed.")  # fmt: skip
        back_up_daily(collection.path)
        unmatched = collection.replace_catalogue(catalogue)
        if keep_path:
            replace(asked, metadata=str(metadata.resolve()), columns=columns or {}).remember(collection)
    return NewEntries(matched, len(files), unmatched)
