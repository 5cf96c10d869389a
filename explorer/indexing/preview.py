"""What indexing would do, before it is begun: which pictures there are, which are left out and why, what is new, and
what the catalogue's columns are taken for. Nothing is written; no picture is decoded."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.collection import Collection, PictureFile, Skipped, picture_files
from explorer.collection.catalogue import Catalogue
from explorer.collection.column_choice import refuse_choice
from explorer.collection.column_names import FILE_COLUMN, recognised
from explorer.collection.files import DATABASE, NOT_READ
from explorer.collection.joining import join
from explorer.collection.pictures import EXTENSIONS, picture_size
from explorer.collection.spreadsheet import read_spreadsheet
from explorer.errors import ExplorerError
from explorer.indexing.asked import pages_asked
from explorer.workspace import collection_folder

LONGEST = 20.0
"""Seconds for which headers of pictures are read; in a larger folder, or on a slow disk, some are not looked at."""
_MOST_OTHERS = 200_000  # files that are counted, of those that are no pictures


@dataclass(frozen=True)
class FolderPreview:
    """A folder of pictures: what would be indexed of it."""

    pictures: int
    """Files that by their names are pictures."""
    looked_at: int
    """Those of them whose header was read; the others were not, for there was no time."""
    left_out: list[Skipped]
    """Files that cannot be read. Damage inside a picture shows only when it is decoded."""
    others: list[tuple[str, int]]
    """Endings of files that are no pictures, with how many of each, the most frequent first."""
    new: int
    """Pictures that the collection does not have."""
    changed: int
    """Those that it has, with another size or time."""
    moved: int
    """Files that it has under another path, by their size and time."""
    gone: int
    """Files that it has and the folder has no more."""
    readable: list[str]
    """Paths of the pictures that are not left out."""


@dataclass(frozen=True)
class Column:
    """A column of the catalogue: ``field`` is what it is recognised as, empty where it is kept as it is."""

    heading: str
    field: str
    filled: int
    """Rows that have something in it."""
    example: str


@dataclass(frozen=True)
class CataloguePreview:
    """A catalogue, held against a folder."""

    rows: int
    columns: list[Column]
    file_column: str
    """Heading of the column that names the pictures; empty where it must be asked for."""
    recognised: bool
    """Whether that column was told by its heading or chosen, and not guessed by what is in it."""
    matched: int
    """Pictures that have a row."""
    without_row: list[str]
    """Those that have none."""
    without_picture: list[str]
    """What rows that name no picture say in that column."""
    ambiguous: list[tuple[str, tuple[str, ...]]]
    """What rows say that might name any of several pictures, and these; they are given to none."""


def preview_folder(
    folder: Path, name: str, cache: Path, longest: float = LONGEST, pages: bool | None = None
) -> FolderPreview:  # fmt: skip
    """Look at the pictures below ``folder``, as a collection ``name`` that may be there would be made of them; with
    ``pages`` at the further pages of TIFF files too, None: as that was asked before.

    Raises :class:`ExplorerError` where there are none, and for the folder of quite another collection.
    """
    asked = pages_asked(collection_folder(name, cache)) if name and pages is None else bool(pages)
    files = picture_files(folder, asked)
    known = _known(name, cache)
    present = {file.id: (file.bytes, file.mtime_ns) for file in files}
    new, gone = present.keys() - known.keys(), known.keys() - present.keys()
    moved = (Counter(present[file] for file in new) & Counter(known[file] for file in gone)).total()
    if known and len(gone) == len(known) and not moved:
        raise ExplorerError(f"{folder} has none of the pictures of {name!r}.")
    left_out, looked_at = _unreadable(files, longest)
    unreadable = {file.file for file in left_out}
    return FolderPreview(
        len(files), looked_at, left_out, _others(folder), len(new) - moved,
        sum(file in known and known[file] != state for file, state in present.items()),
        moved, len(gone) - moved, [file.id for file in files if file.id not in unreadable],
    )  # fmt: skip


def preview_catalogue(path: Path, ids: Sequence[str], columns: Mapping[str, str] | None = None) -> CataloguePreview:
    """Read a catalogue and hold it against pictures, by their paths below the folder.

    What its ``columns`` are is chosen or told by their headings, see :mod:`explorer.collection.column_choice`; where
    none has the files, the column whose texts name most pictures is guessed. Raises :class:`ExplorerError` for what is
    no table, or has not what was chosen.
    """
    headings, rows = read_spreadsheet(path)
    if not rows:
        raise ExplorerError(f"{path.name} has headings but no rows.")
    chosen = columns or {}
    refuse_choice(chosen, headings, path.name)
    known, _ = recognised(headings, chosen)
    told = FILE_COLUMN in known
    if not told and (guessed := _guessed([name for name in headings if name not in chosen], rows, ids)):
        known, _ = recognised(headings, {**chosen, guessed: FILE_COLUMN})
    heading = known.get(FILE_COLUMN, "")
    joined = _catalogue(rows, known).joined(list(ids)) if heading else join([], [])
    return CataloguePreview(
        len(rows), [_column(name, known, rows) for name in headings], heading, told, len(joined.rows),
        [name for name in ids if name not in joined.rows],
        [rows[number][heading] for number in joined.missing],
        [(rows[number][heading], works) for number, works in joined.ambiguous.items()],
    )  # fmt: skip


def in_doubt(ambiguous: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """What is to be said of rows that might name any of several pictures; empty without any."""
    if not ambiguous:
        return []
    name, works = ambiguous[0]
    rows = "1 row" if len(ambiguous) == 1 else f"{len(ambiguous):,} rows"
    return [f"{rows} might mean any of several pictures and will be given to none, such as “{name}” "
            f"({', '.join(works[:3])})."]  # fmt: skip


def _catalogue(rows: tuple[dict[str, str], ...], known: dict[str, str]) -> Catalogue:
    return Catalogue(rows, known, ())


def _guessed(headings: Sequence[str], rows: tuple[dict[str, str], ...], ids: Sequence[str]) -> str:
    """The heading of the column that names most of the pictures; empty where none names any."""
    counts = {name: len(_catalogue(rows, {FILE_COLUMN: name}).row_numbers(list(ids))) for name in headings}
    best = max(counts, key=lambda name: counts[name], default="")
    return best if best and counts[best] else ""


def _column(heading: str, known: dict[str, str], rows: Sequence[dict[str, str]]) -> Column:
    texts = [row[heading] for row in rows if row[heading]]
    field = next((field for field, name in known.items() if name == heading), "")
    return Column(heading, field, len(texts), texts[0][:80] if texts else "")


def _known(name: str, cache: Path) -> dict[str, tuple[int, int]]:
    database = collection_folder(name, cache) / DATABASE if name else None
    return Collection(database).known_files() if database and database.is_file() else {}


def _unreadable(files: Sequence[PictureFile], longest: float) -> tuple[list[Skipped], int]:
    """Files whose header cannot be read, with the reason, and how many were looked at before the time was up."""
    left_out: list[Skipped] = []
    until = time.monotonic() + longest
    for count, file in enumerate(files):
        if time.monotonic() > until:
            return left_out, count
        if file.reason:
            left_out.append(Skipped(file.id, file.reason))
            continue
        try:
            str(file.path).encode()
            picture_size(file.path)
        except UnicodeEncodeError:
            left_out.append(Skipped(file.id, f"{file.id} has a name that is not written in UTF-8; rename it."))
        except ExplorerError as error:
            left_out.append(Skipped(file.id, str(error)))
        except OSError as error:
            left_out.append(Skipped(file.id, f"{file.path.name} cannot be read ({error.strerror})."))
    return left_out, len(files)


def _others(folder: Path) -> list[tuple[str, int]]:
    endings: Counter[str] = Counter()
    for _, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        visible = [name for name in names if not name.startswith(".")]
        found = (Path(name).suffix.lower() for name in visible)
        endings.update(ending for ending in found if ending not in EXTENSIONS and ending not in NOT_READ)
        if endings.total() > _MOST_OTHERS:
            break
    return endings.most_common(6)
