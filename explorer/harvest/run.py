"""A collection made of IIIF manifests: their pictures are fetched into its own folder, then indexed as any folder is.

``index_cache/<collection>/harvest/`` has::

    pictures/            <manifest>/<number>-<label>.jpg
    catalogue.jsonl      an entry for each of them, from the manifests
    fetched.jsonl        which pictures came, see explorer.harvest.ledger
    documents/           manifests, collections and info.json, as the servers sent them
    asked.json           the addresses that were asked for, and the wanted size
    unfinished           there while a run is under way: when it began
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from explorer.collection import Collection
from explorer.collection.files import DATABASE
from explorer.config import Config, RuntimeOptions
from explorer.errors import ExplorerError
from explorer.files import remove_partial_files, write_atomically
from explorer.harvest.addresses import parsed
from explorer.harvest.documents import Documents
from explorer.harvest.gather import gather, is_to_be_fetched
from explorer.harvest.ledger import Ledger
from explorer.harvest.polite import Manners, Servers
from explorer.harvest.sizes import WANTED
from explorer.harvest.table import write_table
from explorer.harvest.walk import LeftOut, walk
from explorer.indexing import IndexReport, index_folder
from explorer.progress import Progress, silent
from explorer.workspace import collection_folder
from explorer.workspace.layout import HARVEST, indexing_lock
from explorer.workspace.managing import current_name

CATALOGUE = "catalogue.jsonl"
LEAST_SIZE, MOST_SIZE = 256, 20_000
"""Pixels that may be wanted of the longer side."""
_WEEK = 7 * 86_400.0


@dataclass(frozen=True)
class Wanted:
    """What to harvest. Without addresses those of the last time; ``size`` 0 is that of the last time, or
    :data:`explorer.harvest.sizes.WANTED`."""

    addresses: tuple[str, ...] = ()
    size: int = 0
    manners: Manners = field(default_factory=Manners)


@dataclass(frozen=True)
class HarvestReport:
    """What came of manifests."""

    manifests: int
    canvases: int
    """Pictures that the manifests have."""
    fetched: int
    """Those that came in this run; of a check, those that would be asked for."""
    here: int
    """Those that were there before."""
    left_out: tuple[LeftOut, ...]
    size: int
    requests: int
    """Sent to servers in this run."""


def harvested_addresses(name: str, cache: Path) -> tuple[str, ...]:
    """The addresses that a collection was made of; none where it was made of a folder."""
    return _Asked.read(_folder(name, cache)).addresses


def check_iiif(name: str, cache: Path, wanted: Wanted, progress: Progress = silent) -> HarvestReport:
    """Read the manifests, and say what would be fetched; no picture is, and nothing is written.

    Raises :class:`ExplorerError` where nothing is to be harvested.
    """
    folder = _folder(name, cache)
    asked = _settled(name, folder, wanted)
    servers = Servers(wanted.manners)
    found = walk(Documents(servers, folder / "documents", _began(folder) or time.time(), write=False), asked.addresses,
                 progress)  # fmt: skip
    ledger = _ledger(folder)
    new = sum(is_to_be_fetched(wish, ledger, asked.size) for wish in found.wishes)
    return HarvestReport(found.manifests, len(found.wishes), new, len(found.wishes) - new, tuple(found.left_out),
                         asked.size, servers.requests)  # fmt: skip


def harvest(name: str, cache: Path, wanted: Wanted, progress: Progress = silent) -> HarvestReport:
    """Fetch the pictures of manifests that are not there yet, and write their catalogue.

    A run that was stopped goes on where it was. Raises :class:`ExplorerError` where there is nothing to fetch, and no
    picture comes, or the name is that of a collection made of a folder.
    """
    root, folder = collection_folder(name, cache), _folder(name, cache)
    asked = _settled(name, folder, wanted)
    is_new = not root.exists()
    folder.mkdir(parents=True, exist_ok=True)
    with indexing_lock(root):
        remove_partial_files(folder)
        began = _began(folder)
        if not began:
            began = time.time()
            write_atomically(folder / "unfinished", repr(began))
        servers, ledger = Servers(wanted.manners), _ledger(folder)
        documents = Documents(servers, folder / "documents", began)
        found = walk(documents, asked.addresses, progress)
        if found.wishes:
            asked.remember(folder)
        done = gather(found.wishes, ledger, documents, asked.size, progress)
        there = {path.relative_to(ledger.pictures).as_posix() for path in ledger.pictures.rglob("*") if path.is_file()}
        left_out = [*found.left_out, *done.left_out]
        if not there:
            reason = left_out[0].reason if left_out else "The manifests have no canvases."
            (folder / "unfinished").unlink(missing_ok=True)
            if is_new:
                shutil.rmtree(root, ignore_errors=True)
            raise ExplorerError(f"No picture came: {reason}")
        write_table(folder / CATALOGUE, done.files, there)
        (folder / "unfinished").unlink(missing_ok=True)
    return HarvestReport(found.manifests, len(found.wishes), done.fetched, done.here, tuple(left_out), asked.size,
                         servers.requests)  # fmt: skip


def index_iiif(
    name: str, cache: Path, wanted: Wanted, config: Config, *,
    progress: Progress = silent, runtime: RuntimeOptions | None = None,
) -> tuple[HarvestReport, IndexReport]:  # fmt: skip
    """Make or update the collection ``name`` from manifests and collections of the IIIF Presentation API.

    Only new and changed pictures are fetched and encoded; one that left its manifest stays. Raises
    :class:`ExplorerError` as :func:`harvest` and :func:`explorer.indexing.index_folder` do.
    """
    harvested = harvest(name, cache, wanted, progress)
    folder = _folder(name, cache)
    report = index_folder(folder / "pictures", name, cache, config, metadata=folder / CATALOGUE, progress=progress,
                          runtime=runtime)  # fmt: skip
    return harvested, report


# -- what was asked for ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Asked:
    addresses: tuple[str, ...] = ()
    size: int = 0
    all: tuple[str, ...] = ()
    """Every address that was ever asked for in this collection."""

    @staticmethod
    def read(folder: Path) -> _Asked:
        try:
            record = json.loads((folder / "asked.json").read_text("utf-8"))
            addresses = tuple(str(each) for each in record["addresses"])
            return _Asked(addresses, int(record["size"]), addresses)
        except (OSError, ValueError, KeyError, TypeError):
            return _Asked()

    def remember(self, folder: Path) -> None:
        write_atomically(folder / "asked.json", json.dumps({"addresses": self.all, "size": self.size}))


def _settled(name: str, folder: Path, wanted: Wanted) -> _Asked:
    """What is to be harvested, with what was asked before where that is not said."""
    if (now := current_name(name, folder.parent.parent)) != name:
        raise ExplorerError(f"{name!r} is called {now!r} now; index it by that name, or choose one that none had.")
    before = _Asked.read(folder)
    addresses = wanted.addresses or before.addresses
    if not addresses:
        raise ExplorerError(f"{name!r} was not made of IIIF manifests; give a folder of pictures, or their addresses.")
    size = wanted.size or before.size or WANTED
    if not LEAST_SIZE <= size <= MOST_SIZE:
        raise ExplorerError(
            f"--size is the longer side in pixels, from {LEAST_SIZE} to {MOST_SIZE:,}; {size:,} is not."
        )
    for address in addresses:
        parsed(address)
    _refuse_another_folder(name, folder)
    return _Asked(addresses, size, tuple(dict.fromkeys([*before.all, *addresses])))


def _refuse_another_folder(name: str, folder: Path) -> None:
    """What is made of a folder stays of that folder: its works would be gone from it."""
    database = folder.parent / DATABASE
    if database.is_file() and not folder.is_dir() and Collection(database).ids():
        made_of = Collection(database).fact("folder") or "another folder"
        raise ExplorerError(f"{name!r} belongs to the collection of {made_of}; choose another --name.")


def _folder(name: str, cache: Path) -> Path:
    return collection_folder(name, cache) / HARVEST


def _ledger(folder: Path) -> Ledger:
    return Ledger(folder / "fetched.jsonl", folder / "pictures")


def _began(folder: Path) -> float:
    """When the run began that was stopped before its end; 0 where none was, or long ago."""
    try:
        began = float((folder / "unfinished").read_text("utf-8"))
    except (OSError, ValueError):
        return 0.0
    return began if time.time() - _WEEK < began <= time.time() else 0.0
