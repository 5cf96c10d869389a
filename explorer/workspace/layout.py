"""Where a collection's files lie. ``index_cache/<collection>/`` has one folder per way of encoding::

    backups/                      of the database, see explorer.collection.backups
    collection.sqlite             works, catalogue, facts, and all that people made (judgements); never deleted
    indexing.lock                 held while the collection is indexed
    pictures/                     thumbnails/, views/, details/, atlas/: all that the app serves, as it is
    tiles/                        originals in pieces, see explorer.collection.tile_pyramid
    <model>-<size>px-<fingerprint>/
        manifest.json             settings, model, counts, and which tables are current; replaced last
        parts/                    works encoded but not yet in tables, <content hash>.npz each, and the reduction they
                                  were made with: a killed run goes on from here
        motif-pairs-*.jsonl       places that discovery compared, see explorer.motifs.remembered
        tables-0001/              whole or absent, never changed but for what is added:
            works.json, *.npy     see explorer.workspace.tables
            reduction.npz         the PCA of this collection's cells
            regions.index         the vector index, where its engine has a file
            calibration.json      how evidence becomes a match probability in this collection
            motifs.json           what the last discovery found
            map-*.npy, ...        what is computed from the tables when first asked for
            checksums.json, ...   of the files above, see explorer.workspace.checksums

The database remembers facts: ``features``, the folder of features that is current; ``folder``, the absolute path of the
originals; ``asked``, how indexing was asked for last; ``former_names``, see :mod:`explorer.workspace.managing`, which
keeps collections that were removed in ``index_cache/.removed/``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from explorer.collection.files import DATABASE
from explorer.errors import ExplorerError
from explorer.files import not_written

INDEX_FILE = "regions.index"
CALIBRATION_FILE = "calibration.json"
PICTURES = "pictures"
TILES = "tiles"


def collection_folder(name: str, cache: Path) -> Path:
    """Where a collection lives. Raises :class:`ExplorerError` for a name that is not a plain folder name."""
    if not re.fullmatch(r"\w[\w .-]{0,63}", name) or name.endswith((".", " ")):
        raise ExplorerError(f"{name!r} cannot name a collection: use up to 64 letters, digits, spaces, '-', '_', '.'.")
    return cache / name


def collection_pictures(name: str, cache: Path) -> Path:
    """Where the copies of a collection's pictures are. Raises :class:`ExplorerError` for a name that is not a plain
    folder name."""
    return collection_folder(name, cache) / PICTURES


def collection_names(cache: Path) -> list[str]:
    """Names of the collections in a cache folder."""
    return sorted(path.parent.name for path in cache.glob(f"*/{DATABASE}"))


class BeingIndexed(ExplorerError):
    """The collection is in the hands of another process that indexes, repairs or restores it."""


@contextmanager
def indexing_lock(root: Path) -> Iterator[None]:
    """Keeps every other process from indexing, repairing or restoring a collection. Raises :class:`BeingIndexed` where
    one is at it, and :class:`ExplorerError` where the disk takes nothing."""
    lock = filelock.FileLock(root / "indexing.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        message = f"{root.name!r} is being indexed by another process; wait until that is done."
        raise BeingIndexed(message) from None
    except OSError as error:
        raise not_written(f"The collection {root.name!r}", error) from error
    try:
        yield
    finally:
        lock.release()
