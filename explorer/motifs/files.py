"""Motifs read from files that this program wrote, or somebody else.

Whatever is wrong raises :class:`ExplorerError` with one sentence. Fields and columns that are not known are ignored,
and so are proposals.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from explorer.collection.csv_cells import without_apostrophe
from explorer.collection.kept_motifs import KeptInstance, KeptMotif, checked_motif
from explorer.collection.spreadsheet import read_spreadsheet
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.motifs.agreement import Agreement
from explorer.motifs.export import MOTIF_COLUMNS, STATES
from explorer.motifs.file_fields import SENTENCES, FileFields, InstanceFields, MotifFields
from explorer.motifs.layer import Sizes
from explorer.verification.transforms import Transform

MOST_BYTES = 100_000_000


def read_motifs(path: Path, sizes: Sizes) -> tuple[list[KeptMotif], int]:
    """The motifs of a file (a table if its name ends in ``.csv``, else JSON) that somebody worked on, and the number of
    those that nobody did: what says nothing about it counts as worked on.

    ``sizes`` are width and height of the collection's works, for boxes that are in pixels only.
    """
    if not path.is_file():
        raise ExplorerError(f"There is no file {path}.")
    record = _table(path) if path.suffix.lower() == ".csv" else _json(path)
    try:
        given = FileFields.model_validate(record).motifs
    except ValidationError as error:
        raise ExplorerError(f"{path.name}: {_sentence(error, record)}.") from None
    motifs = [_motif(motif, sizes, path.name) for motif in given]
    worked_on = [motif for motif, read in zip(motifs, given, strict=True) if read.kept or _decided(motif)]
    return worked_on, len(motifs) - len(worked_on)


def _decided(motif: KeptMotif) -> bool:
    return bool(motif.name or motif.note or motif.dropped or any(each.decided for each in motif.instances))


# -- JSON --------------------------------------------------------------------------------------------------------------


def _json(path: Path) -> Any:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ExplorerError(f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB; are these motifs?")
        record = json.loads(path.read_bytes().decode("utf-8-sig"), parse_constant=_refuse_constant)
    except OSError as error:
        raise ExplorerError(f"{path} cannot be opened ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise ExplorerError(
            f"{path.name} is not JSON; give a file of motifs that was written as JSON or CSV."
        ) from error
    if not isinstance(record, dict) or "motifs" not in record:
        raise ExplorerError(f'{path.name} has no list "motifs"; give a file of motifs that was written as JSON or CSV.')
    return record


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _sentence(error: ValidationError, record: Any) -> str:
    """What is wrong first, and where."""
    fields: list[str] = []
    place: list[str] = []
    for step in error.errors(include_url=False, include_input=False)[0]["loc"]:
        if isinstance(step, str):
            fields.append(step)
        elif fields == ["motifs"]:
            given = record["motifs"][step]
            name = given.get("id") if isinstance(given, dict) else None
            place = [f"motif {name[:40]!r}" if isinstance(name, str) else f"motif {step + 1:,}"]
        elif len(fields) == 2:
            place.append(f"instance {step + 1:,} of {fields[1]!r}")
    return ", ".join([*place, SENTENCES[fields[-1]] if fields else SENTENCES["motifs"]])


# -- a table -----------------------------------------------------------------------------------------------------------


def _table(path: Path) -> dict[str, Any]:
    """The rows of a table as the record of the same motifs in JSON."""
    headings, rows = read_spreadsheet(path)
    if "motif" not in headings or "file" not in headings or not {"box", "place"} & set(headings):
        raise ExplorerError(f"{path.name} needs the columns motif, file, and place or box; it has "
                            f"{', '.join(headings)[:200] or 'none'}.")  # fmt: skip
    motifs: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rows, start=2):
        _take_row(motifs, {column: without_apostrophe(row.get(column, "")) for column in (*MOTIF_COLUMNS, "dropped")},
                  f"{path.name}: row {number:,}")  # fmt: skip
    return {"motifs": list(motifs.values())}


def _take_row(motifs: dict[str, dict[str, Any]], cells: dict[str, str], where: str) -> None:
    """Add what a row says to the motifs of the rows above it."""
    keys = {value: key for key, value in STATES.items()}
    state = cells["state"] or "in"
    if not cells["motif"]:
        raise ExplorerError(f"{where} names no motif.")
    if state not in keys:
        raise ExplorerError(f"{where}, {SENTENCES['state']}.")
    motif = motifs.setdefault(cells["motif"], _motif_record(cells))
    for column, field in (("name", "name"), ("motif_note", "note")):
        if cells[column] and motif[field] and cells[column] != motif[field]:
            raise ExplorerError(f"{where} has another {column} than a row of its motif above; make them the same.")
        motif[field] = motif[field] or cells[column]
    if cells["file"]:
        motif[keys[state]].append(_instance_record(cells))


def _motif_record(cells: dict[str, str]) -> dict[str, Any]:
    return {
        "id": cells["motif"], "name": cells["name"], "note": cells["motif_note"], "kept": _flag(cells["kept"], True),
        "hidden": _flag(cells["hidden"] or cells["dropped"], False), "probability": _number(cells["probability"]),
        **{key: [] for key in STATES},
    }  # fmt: skip


def _instance_record(cells: dict[str, str]) -> dict[str, Any]:
    pose = {"scale": _number(cells["scale"]), "turn": _number(cells["turn"]), "mirror": _flag(cells["mirror"], False)}
    return {
        "file": cells["file"], "box": _numbers(cells["box"]), "place": _numbers(cells["place"]),
        "transform": pose if cells["scale"] else None, "score": _number(cells["score"]), "relation": cells["relation"],
        "note": cells["note"], "by_hand": _flag(cells["by_hand"], False),
    }  # fmt: skip


def _number(cell: str) -> float | str | None:
    """A number, with a decimal comma too, as spreadsheets of some countries write it; what is none is left for the
    check."""
    try:
        return float(cell.replace(",", ".")) if cell else None
    except ValueError:
        return cell


def _numbers(cell: str) -> list[float | str | None] | None:
    return [_number(part) for part in cell.split()] if cell else None


def _flag(cell: str, otherwise: bool) -> bool | str:
    return {"": otherwise, "yes": True, "no": False}.get(cell.lower(), cell)


# -- values ------------------------------------------------------------------------------------------------------------


def _motif(read: MotifFields, sizes: Sizes, name: str) -> KeptMotif:
    where = f"{name}: motif {read.id[:40]!r}"
    try:
        instances = [
            *(_instance(each, sizes, removed=False) for each in read.instances),
            *(_instance(each, sizes, removed=True) for each in read.removed),
        ]
        motif = KeptMotif(
            read.id, tuple(instances), read.name, read.note, read.probability, read.hidden or read.dropped
        )
        return checked_motif(replace(motif, instances=tuple(_without_repeats(motif))))
    except ExplorerError as error:
        raise ExplorerError(f"{where}: {error}") from None


def _without_repeats(motif: KeptMotif) -> Iterable[KeptInstance]:
    """The instances without those whose place an earlier one has."""
    known = Agreement([motif])
    order = {id(instance): number for number, instance in enumerate(motif.instances)}
    repeated: set[int] = set()
    for instance in motif.instances:
        if id(instance) not in repeated:
            after = order[id(instance)]
            repeated |= {id(there) for _, there in known.at(instance) if order[id(there)] > after}
    return (instance for instance in motif.instances if id(instance) not in repeated)


def _instance(read: InstanceFields, sizes: Sizes, removed: bool) -> KeptInstance:
    pose = read.transform
    transform = Transform(pose.scale, pose.turn, pose.mirror) if pose else None
    return KeptInstance(
        _work(read.file), _box(read, sizes), transform, read.score, read.relation, read.note, read.by_hand, removed
    )


def _work(file: str) -> str:
    if not file.isprintable():
        raise ExplorerError(SENTENCES["file"] + ".")
    return file


def _box(read: InstanceFields, sizes: Sizes) -> Box:
    """The place in fractions; from pixels where nothing else is said."""
    if read.place is not None:
        x0, y0, x1, y1 = read.place
        return Box(x0, y0, x1, y1)
    if read.box is None:
        raise ExplorerError(f"{read.file[:200]!r} has neither a place nor a box.")
    if read.file not in sizes:
        raise ExplorerError(
            f"{read.file[:200]!r} is not in the collection, so a box in pixels says nothing; give its place."
        )
    x0, y0, x1, y1 = read.box
    return Box.from_pixels((x0, y0, x1, y1), *sizes[read.file]).clipped()
