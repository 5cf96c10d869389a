"""Bring a collection's database up to date with its folder of pictures and its catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from explorer.collection import Catalogue, PictureFile, SyncReport
from explorer.collection.pictures import file_hash, picture_size
from explorer.collection.work_files import Header
from explorer.errors import ExplorerError
from explorer.indexing.job import Job


def sync_files(
    job: Job, files: Sequence[PictureFile], catalogue: Catalogue | None, left_out: Mapping[str, str] | None = None
) -> SyncReport:
    """Make the database agree with ``files``, all there are in the folder; only new and changed ones are opened.

    Files that are ``left_out`` for a reason of their own (by path) are listed with it, and looked at again whenever
    the reason is gone.

    Raises :class:`ExplorerError` before the database is changed when the folder has none of the collection's pictures,
    none of the pictures can be read, or the catalogue names none of them.
    """
    reasons = left_out or {}
    files = [replace(file, bytes=0, mtime_ns=0) if file.id in reasons else file for file in files]
    known = job.collection.known_files()
    changed = [file for file in files if file.id in reasons or known.get(file.id) != (file.bytes, file.mtime_ns)]
    headers: dict[str, Header | str] = {}
    for count, file in enumerate(changed, start=1):
        headers[file.id] = reasons.get(file.id) or _read_header(file)
        job.progress("Looking at files", count, len(changed))
    _refuse_another_folder(job, files, headers)
    _refuse_unreadable(job, files, headers)
    paths = [file.id for file in files]
    if catalogue and not catalogue.row_numbers(paths) and not catalogue.row_numbers(sorted(job.collection.ids())):
        raise ExplorerError(catalogue.none_joined(paths))
    return job.collection.sync(files, headers, catalogue)


def _refuse_another_folder(
    job: Job, files: Sequence[PictureFile], headers: Mapping[str, Header | str]
) -> None:  # fmt: skip
    """A folder that was moved or put in another order is fine; indexing quite another one under the same name would
    take every work there is out of it."""
    before = job.collection.fact("folder")
    if not before or Path(before) == job.folder:
        return
    known = job.collection.known_files()
    contents = {work.content for work in job.collection.works()}
    contents |= {work.content for work in job.collection.gone()}
    found = {header[0] for header in headers.values() if isinstance(header, tuple)}
    if known and not (found & contents) and not any(file.id in known for file in files):
        raise ExplorerError(
            f"This name belongs to the collection of {before}, and {job.folder} has none of its pictures; "
            f"choose another --name."
        )


def _refuse_unreadable(job: Job, files: Sequence[PictureFile], headers: Mapping[str, Header | str]) -> None:
    """Raises when no file is readable, whether it was read now (``headers``) or is unchanged since an earlier run."""
    unreadable = {file.file for file in job.collection.skipped()} - headers.keys()
    unreadable |= {path for path, header in headers.items() if isinstance(header, str)}
    if any(file.id not in unreadable for file in files):
        return
    reasons = [*headers.values(), "as before"]
    raise ExplorerError(f"None of the {len(files)} pictures in {job.folder} can be read: {reasons[0]}")


def _read_header(file: PictureFile) -> Header | str:
    """A file's content hash and size in pixels, or the reason why it cannot be read."""
    if file.reason:
        return file.reason
    try:
        str(file.path).encode()
        return (file_hash(file.path), *picture_size(file.path))
    except UnicodeEncodeError:
        return f"{file.id} has a name that is not written in UTF-8; rename it."
    except ExplorerError as error:
        return str(error)
    except OSError as error:
        return f"{file.path.name} cannot be read ({error.strerror})."
