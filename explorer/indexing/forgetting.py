"""No longer expect works whose files are gone: what was computed of them is removed, what people made of them stays."""

from __future__ import annotations

from pathlib import Path

from explorer.collection import Collection, Derivatives
from explorer.collection.backups import back_up_daily
from explorer.collection.files import DATABASE
from explorer.collection.tile_pyramid import TilePyramids
from explorer.collection.work_files import GoneWork
from explorer.errors import ExplorerError
from explorer.indexing.gone_features import FOLDER, GoneFeatures
from explorer.workspace.layout import PICTURES, TILES, collection_folder, indexing_lock
from explorer.workspace.managing import current_name, is_there


def forget_gone_works(name: str, cache: Path) -> list[GoneWork]:
    """Forget the works of a collection whose files are gone; returns them. A file with the very same content brings
    its work back all the same, by its id; then it is encoded again.

    Raises :class:`ExplorerError` where there is no such collection, or it is being indexed.
    """
    name = current_name(name, cache)
    if not is_there(name, cache):
        raise ExplorerError(f"There is no collection {name!r} in {cache}.")
    root = collection_folder(name, cache)
    with indexing_lock(root):
        collection = Collection(root / DATABASE)
        back_up_daily(collection.path)
        forgotten = collection.forget_gone()
        for features in root.glob(f"*/{FOLDER}"):
            GoneFeatures(features.parent).remove_others([])
        for content in {work.content for work in forgotten} - {work.content for work in collection.works()}:
            Derivatives(root / PICTURES).remove(content)
            TilePyramids(root / TILES).remove(content)
    return forgotten
