"""The calls that begin with a name or a folder: paint the demo, index a folder, open a collection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer import paths
from explorer.api.collection import IndexedCollection
from explorer.api.records import IndexRecord, SkippedRecord
from explorer.errors import ExplorerError
from explorer.progress import Progress, silent

if TYPE_CHECKING:
    from explorer.config import RuntimeOptions


def open(name: str, *, cache: Path | str | None = None, threads: int = 0, device: str = "") -> IndexedCollection:
    """Open the indexed collection ``name``; the model and the index load with the first call that needs them.

    ``cache`` is the folder of all collections: by default the one that the environment variable ``EXPLORER_CACHE``
    names, else ``index_cache``. ``threads`` is how many threads of this process may compute at once, whichever library
    they belong to (0: as many as there are processors); ``device`` (``"cpu"``, ``"cuda"``, ``"mps"``; empty: the best
    there is) says what the model runs on.

    Raises :class:`explorer.ExplorerError` when there is no such collection, or it was not indexed to its end.
    """
    from explorer.workspace import Workspace

    return IndexedCollection(Workspace.open(name, _folder(cache), _runtime(threads=threads, device=device)))


def index_folder(  # noqa: PLR0913 (the command's arguments, all but two by name)
    folder: Path | str, name: str, *, metadata: Path | str | None = None, cache: Path | str | None = None,
    vectors: Path | str | None = None, vectors_model: str = "", pages: bool | None = None,
    progress: Progress = silent, threads: int = 0, batch: int = 0, device: str = "", **options: Any,
) -> IndexRecord:  # fmt: skip
    """Make or update the collection ``name`` from the pictures below ``folder``; only new and changed ones are encoded.

    ``metadata`` is a table (CSV, Excel, LibreOffice, JSON) with a column of files. With ``pages`` every page of a TIFF
    is a work; None: as it was asked before, at first the largest alone. ``options`` are those of
    ``explorer index``, with underscores:
    ``model`` (``"mini"`` ships with the program and needs no network), ``resolution`` (pixels of the long
    side), ``match_layer``, ``match_facet``, ``cell_dims``, ``hog_weight``, ``whitening``, ``engine``. ``progress`` is
    called with the stage in words, how many are done, and how many there are. A run that was stopped goes on where it
    was. ``vectors``, a ``.npy`` file whose row i belongs to row i of the ``metadata``, takes a model's place, and
    ``vectors_model`` says what computed them.

    Raises :class:`explorer.ExplorerError`, before anything is changed, for an unknown option, and when the folder, the
    name, the catalogue or the model will not do.
    """
    from explorer.config import INDEX_OPTIONS, Config
    from explorer.indexing import index_folder as run
    from explorer.indexing import index_vectors, read_given_vectors

    unknown = sorted(set(options) - set(INDEX_OPTIONS))
    if unknown:
        raise ExplorerError(f"{unknown[0]!r} is no option of indexing; these are: {', '.join(INDEX_OPTIONS)}.")
    catalogue = Path(metadata) if metadata else None
    if vectors is not None:
        if options:
            raise ExplorerError(f"Vectors take the place of a model: leave the option {next(iter(options))!r} out.")
        given = read_given_vectors(Path(vectors), catalogue, vectors_model)
        report = index_vectors(Path(folder), name, _folder(cache), given, progress)
    else:
        runtime = _runtime(threads=threads, batch=batch, device=device)
        report = run(
            Path(folder), name, _folder(cache), Config(**options), metadata=catalogue, progress=progress,
            runtime=runtime, pages=pages,
        )  # fmt: skip
    skipped = tuple(SkippedRecord(file.file, file.reason) for file in report.skipped)
    matching = report.matching.record() if report.matching else None
    gone = tuple(work.file for work in report.gone)
    moved = report.sync.files.moved
    return IndexRecord(report.works, report.encoded, report.regions, skipped, matching, report.model, gone, moved)


def paint_demo(folder: Path | str, works: int = 72) -> Path:
    """Paint the demo collection into ``folder``, which is replaced if it is there; returns the folder.

    It then holds ``images/``, the catalogue ``metadata.csv``, and the truth: ``annotations.json``, ``transforms.json``.
    Fewer works are the beginning of more. Painting runs in processes of its own, so a script that calls this needs the
    usual ``if __name__ == "__main__":``.
    """
    from explorer.demo import paint_demo as paint

    paint(Path(folder), works)
    return Path(folder)


def fetch_benchmark(
    folder: Path | str, *, url: str | None = None, sha256: str | None = None, progress: Progress = silent
) -> Path:
    """Download the Brueghel benchmark of ArtMiner from its authors (about 400 MB) into ``folder``; returns the folder.

    ``url`` names another place that serves the archive, ``sha256`` (64 hex digits) the digest that it must have. A
    download that was cut goes on where it was. Raises :class:`explorer.ExplorerError` when it does not arrive whole.
    """
    from explorer.fetch import BRUEGHEL_URL, fetch_archive

    return fetch_archive(url or BRUEGHEL_URL, Path(folder), sha256, progress).folder


def serve(  # noqa: PLR0913 (the command's options, each by its name)
    name: str = "demo", *, cache: Path | str | None = None, host: str = "127.0.0.1", port: int = 7860,
    open_browser: bool = False, allow_hosts: Sequence[str] = (), password_file: Path | str | None = None,
    root_path: str = "", iiif_viewers: Sequence[str] = (), base_url: str = "", threads: int = 0, device: str = "",
    block: bool = True, progress: Progress = silent,
) -> str:  # fmt: skip
    """Serve the page of a collection until interrupted, or with ``block=False`` in the background; returns its address.

    Without a name it is the demo collection, which is painted and indexed if it is not there yet (then a script needs
    the usual ``if __name__ == "__main__":``). The page reaches the other collections of the cache by
    ``?collection=NAME``. ``allow_hosts``, ``password_file``, ``root_path`` and ``iiif_viewers`` are for a page that is
    shared, as with ``explorer serve``; ``base_url`` is the address that citations give. Raises
    :class:`explorer.ExplorerError` for a collection that is none, a port that is taken, an address that is none and a
    password file that is damaged.
    """
    from explorer.demo.opening import open_or_make
    from explorer.iiif.annotations import base_address
    from explorer.ui import build_app, launch
    from explorer.ui.server.guard import Access

    passwords = None if password_file is None else Path(password_file)
    access = Access.of(host, allow_hosts, passwords, root_path, iiif_viewers)
    runtime = _runtime(threads=threads, device=device)
    workspace = open_or_make(name, _folder(cache), progress, runtime)
    page = build_app(workspace, runtime, base_address(base_url))
    return launch(page, workspace, host, port, open_browser, block=block, access=access)


def _folder(cache: Path | str | None) -> Path:
    return Path(cache) if cache is not None else paths.DEFAULT_CACHE


def _runtime(**options: Any) -> RuntimeOptions:
    from explorer.config import RuntimeOptions
    from explorer.parallel import limit_threads

    runtime = RuntimeOptions(**options)
    limit_threads(runtime.threads)
    return runtime
