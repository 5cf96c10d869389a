"""What is asked for in the form that indexes from the page: parsed, and shown before it is begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from explorer.collection import Collection
from explorer.collection.column_choice import FIELD_WORDS
from explorer.collection.files import DATABASE
from explorer.config import DEFAULT_MODEL, MINI_MODEL, Config
from explorer.errors import ExplorerError
from explorer.indexing.asked import asked_of, columns_before
from explorer.indexing.preview import CataloguePreview, FolderPreview, in_doubt, preview_catalogue, preview_folder
from explorer.ui import incoming, views
from explorer.ui.folders import sent_path, suggested_name
from explorer.workspace import collection_folder
from explorer.workspace.managing import is_there, refuse_taken

Mode = Literal["new", "again", "catalogue"]
MOST_SHOWN = 200
"""Files that are listed, of those that are left out or have no row."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants indexed: a new collection, one that is there ``again``, or another ``catalogue`` for one."""

    mode: Mode
    name: str
    folder: Path
    metadata: Path | None
    """The catalogue; without one, entries that are there stay."""
    uploaded: bool
    """Whether the catalogue was sent by the browser, and will be gone later."""
    columns: Mapping[str, str]
    """What was chosen of its columns, see :mod:`explorer.collection.column_choice`."""
    config: Config


def wish_of(sent: Any, cache: Path, uploads: Path) -> Wish:
    """The form as it was sent. Raises :class:`ExplorerError`, with a sentence for who filled it in, for what cannot be
    done."""
    fields = incoming.record(sent)
    mode: Mode = next((mode for mode in get_args(Mode) if mode == fields.get("mode")), "new")
    metadata, uploaded = _catalogue(fields, uploads)
    name, model = incoming.text(fields.get("name"), 200), incoming.text(fields.get("model"), 300)
    chosen = _columns(fields) if metadata else {}
    if mode == "new":
        folder = _folder(fields)
        name = name or suggested_name(folder, cache)
        refuse_taken(name, cache)
        return Wish(mode, name, folder, metadata, uploaded, chosen or {}, Config(model=model or DEFAULT_MODEL))
    if not is_there(name, cache):
        raise ExplorerError(f"There is no collection {name!r} here.")
    asked = asked_of(name, cache)
    columns = columns_before(name, cache, metadata) if metadata and chosen is None else chosen or {}
    if mode == "catalogue":
        if metadata is None:
            raise ExplorerError("Choose the catalogue: a table in CSV, Excel, LibreOffice or JSON.")
        return Wish(mode, name, Path(asked.folder), metadata, uploaded, columns, asked.config)
    config = asked.config if model in ("", asked.config.model) else Config(model=model)
    return Wish(mode, name, _folder(fields), metadata, uploaded, columns, config)


def known_form(name: str, cache: Path) -> views.Props:
    """The fields of the form for a collection that is there. Raises :class:`ExplorerError` where that is not known."""
    asked = asked_of(name, cache)
    metadata = asked.metadata if asked.metadata and Path(asked.metadata).is_file() else ""
    return {"name": name, "folder": asked.folder, "catalogue": metadata, "model": asked.config.model}


def preview(wish: Wish, cache: Path) -> views.Props:
    """What would be done, in sentences and tables; ``start`` says whether it can be. Raises :class:`ExplorerError`
    where it cannot, for a reason that is none of the catalogue's columns."""
    shown: views.Props = {"name": wish.name, "model": wish.config.model, "start": True, "folder": None}
    if wish.mode == "catalogue":
        works = Collection(collection_folder(wish.name, cache) / DATABASE).works()
        ids = sorted(work.file for work in works)
    else:
        found = preview_folder(wish.folder, "" if wish.mode == "new" else wish.name, cache)
        shown["folder"] = _folder_shown(found, wish.mode)
        shown["start"] = found.looked_at < found.pictures or len(found.left_out) < found.pictures
        ids = found.readable
    if wish.metadata is not None:
        catalogue = preview_catalogue(wish.metadata, ids, wish.columns)
        shown["catalogue"] = _catalogue_shown(catalogue, wish, len(ids))
        shown["start"] = shown["start"] and catalogue.matched > 0
    elif wish.mode == "again":
        shown["entries"] = "Catalogue entries stay as they are: no catalogue is given."
    return shown


def models() -> list[views.Props]:
    """The models to choose from, the default first."""
    default = f"{DEFAULT_MODEL} (the default; fetched from the Hugging Face hub on first use, about 600 MB)"
    mini = f"{MINI_MODEL} (comes with the program, needs no network; good enough to try everything)"
    return [{"value": DEFAULT_MODEL, "words": default}, {"value": MINI_MODEL, "words": mini}]


def _folder(fields: dict[str, Any]) -> Path:
    folder = sent_path(fields.get("folder"), "folder")
    if not folder.is_dir():
        raise ExplorerError(f"There is no folder {folder} on this computer.")
    return folder


def _catalogue(fields: dict[str, Any], uploads: Path) -> tuple[Path | None, bool]:
    if fields.get("upload"):
        try:
            return incoming.uploaded(fields["upload"], uploads), True
        except ExplorerError:
            raise ExplorerError("The catalogue did not arrive; choose the file again.") from None
    if not incoming.text(fields.get("catalogue")):
        return None, False
    path = sent_path(fields["catalogue"], "catalogue")
    if not path.is_file():
        raise ExplorerError(f"There is no file {path} on this computer.")
    return path, False


def _columns(fields: dict[str, Any]) -> dict[str, str] | None:
    """What was chosen of the columns; None before they were shown. What is none of a table's is refused when that is
    read."""
    sent = fields.get("columns")
    if not isinstance(sent, dict):
        return None
    return {incoming.text(heading): incoming.text(field, 100) for heading, field in sent.items()}


def _folder_shown(found: FolderPreview, mode: Mode) -> views.Props:
    readable = found.pictures - len(found.left_out)
    sentences = [f"{_counted(found.pictures, 'picture')} in the folder and its subfolders; "
                 f"{_counted(readable, 'picture')} will be in the collection."]  # fmt: skip
    if mode == "again":
        fresh = f"{found.new:,} new, {found.changed:,} changed: with the same model only those are encoded."
        sentences.append(fresh if found.new + found.changed else "Nothing is new or changed.")
        if found.moved:
            sentences.append(f"{found.moved:,} renamed or moved: what people made goes with them.")
        if found.gone:
            sentences.append(f"{found.gone:,} gone: no longer shown, but kept, and back with their files.")
    if found.looked_at < found.pictures:
        sentences.append(f"{found.looked_at:,} of them were looked at so far; the others are when they are indexed.")
    if found.others:
        named = ", ".join(f"{count:,} {ending or 'without an ending'}" for ending, count in found.others)
        sentences.append(f"Other files are left aside: {named}.")
    return {"sentences": sentences, "left_out": [{"file": each.file, "reason": each.reason}
                                                 for each in found.left_out[:MOST_SHOWN]],
            "left_out_count": len(found.left_out)}  # fmt: skip


def _catalogue_shown(found: CataloguePreview, wish: Wish, pictures: int) -> views.Props:
    if not found.file_column:
        said = "Which column has the file names cannot be told, and no column names a picture; choose it."
    elif not found.matched:
        said = f"No row of the column “{found.file_column}” names a picture; choose the column that has the file names."
    elif found.recognised:
        said = f"The column “{found.file_column}” has the file names."
    else:
        said = (
            f"No heading says which column has the file names; “{found.file_column}” names most pictures. Is it that?"
        )
    of = "works" if wish.mode == "catalogue" else "pictures"
    met = f"{_counted(found.rows, 'row')}; {found.matched:,} of {pictures:,} {of} found their row"
    rest = [
        f"{len(found.without_row):,} {of} have none" if found.without_row else "",
        f"{_counted(len(found.without_picture), 'row')} without a picture" if found.without_picture else "",
    ]
    return {
        "sentences": [said, "; ".join([met, *filter(None, rest)]) + ".", *in_doubt(found.ambiguous)],
        "column": found.file_column,
        "asked": not found.recognised or not found.matched,
        "chosen": dict(wish.columns),
        "guess": "" if found.recognised else found.file_column,
        "fields": [{"value": field, "words": words} for field, words in FIELD_WORDS.items()],
        "columns": [{"heading": each.heading, "as": each.field, "filled": each.filled, "example": each.example}
                    for each in found.columns],
        "without_row": found.without_row[:MOST_SHOWN],
        "without_row_count": len(found.without_row),
        "without_picture": [text[:200] for text in found.without_picture[:MOST_SHOWN]],
        "without_picture_count": len(found.without_picture),
    }  # fmt: skip


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
