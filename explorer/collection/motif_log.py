"""The log of what people did to motifs: every change is a row, with how it left what it touched.

Nothing is altered or deleted. What holds of a motif, or of an instance, is what the latest change left of it. To undo a
change is to add a row that leaves all that it touched as it was before; to redo it, as it was after.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from explorer.collection.judgements import NOBODY
from explorer.collection.kept_motifs import KeptInstance, KeptMotif
from explorer.collection.motif_finds import finds_of
from explorer.geometry import Box
from explorer.verification.transforms import Transform

UNDO, REDO = "undo", "redo"
LONGEST_WHO = 80
GONE = "gone"
_SIDES = ("x0", "y0", "x1", "y1")
_KEYS = {"kept_motifs": ("motif",), "kept_instances": ("motif", "number")}
_VALUES = {
    "kept_motifs": ("name", "note", "probability", "state", "finds", "merged_into"),
    "kept_instances": ("work", *_SIDES, "scale", "turn", "mirror", "score", "relation", "note", "by_hand", "state"),
}

Row = Mapping[str, Any] | sqlite3.Row


@dataclass(frozen=True)
class Change:
    """One thing that somebody did."""

    id: int
    """Grows with every change, so the latest has the largest."""
    kind: str
    """What was done, such as ``name`` or ``merge``; ``undo`` and ``redo`` too."""
    who: str
    when: str
    """UTC, ISO 8601."""
    of: int = 0
    """The id of the change that an undo takes back, or a redo brings back."""
    motifs: tuple[str, ...] = ()
    """The motifs that it touched."""


@dataclass(frozen=True)
class Merged:
    """What is left of a motif that is gone: the id of the one that it was merged into."""

    into: str


# -- reading -----------------------------------------------------------------------------------------------------------


def motifs_now(db: sqlite3.Connection, motif: str | None = None) -> dict[str, KeptMotif]:
    """The motifs that are kept, dropped ones too, by id, in the order in which they were first kept; or only one."""
    instances: dict[str, list[KeptInstance]] = {}
    for row in _latest(db, "kept_instances", motif):
        if row["state"] != GONE:
            instances.setdefault(row["motif"], []).append(_instance(row))
    kept = [row for row in _latest(db, "kept_motifs", motif) if row["state"] != GONE]
    first = dict(db.execute("SELECT motif, min(change_id) FROM kept_motifs GROUP BY motif").fetchall())
    kept.sort(key=lambda row: (first[row["motif"]], row["motif"]))
    found = {row["motif"]: list(map(int, row["finds"].split())) for row in kept}
    finds = finds_of(db, {find for ids in found.values() for find in ids})
    return {
        name: replace(_motif(row, instances.get(name, ())), finds=tuple(finds[find] for find in found[name]))
        for row in kept for name in [row["motif"]]
    }  # fmt: skip


def merged_into(db: sqlite3.Connection) -> dict[str, str]:
    """The motifs that are gone because they were merged, by id, each with the one that it is in now."""
    latest = _latest(db, "kept_motifs", None)
    gone = {row["motif"]: row["merged_into"] for row in latest if row["state"] == GONE and row["merged_into"]}
    last: dict[str, str] = {}
    for motif in gone:
        now = motif
        while now in gone:  # ends: what a motif is merged into was there after it was gone
            now = gone[now]
        last[motif] = now
    return last


def changes(db: sqlite3.Connection, motif: str | None = None) -> list[Change]:
    """All changes, earliest first; or those that touched one motif."""
    touched: dict[int, list[str]] = {}
    for row in db.execute(
        "SELECT change_id, motif FROM kept_motifs UNION SELECT change_id, motif FROM kept_instances ORDER BY 1, 2"
    ):
        touched.setdefault(row["change_id"], []).append(row["motif"])
    rows = db.execute("SELECT * FROM motif_changes ORDER BY id").fetchall()
    made = [
        Change(row["id"], row["kind"], row["who"], row["when"], row["of"], tuple(touched.get(row["id"], ())))
        for row in rows
    ]
    return [change for change in made if motif is None or motif in change.motifs]


def standing(made: Iterable[Change]) -> tuple[list[Change], list[Change]]:
    """Of all changes, earliest first, those that can be taken back and those that can be brought back; of both, the
    last is next. A new change leaves nothing to bring back."""
    done: list[Change] = []
    undone: list[Change] = []
    for change in made:
        if change.kind == UNDO:
            undone.append(done.pop())
        elif change.kind == REDO:
            done.append(undone.pop())
        else:
            done.append(change)
            undone.clear()
    return done, undone


# -- writing -----------------------------------------------------------------------------------------------------------


def add_change(db: sqlite3.Connection, kind: str, who: str, of: int = 0) -> int:
    """Add a change that has touched nothing yet; returns its id."""
    name = " ".join(who.split())[:LONGEST_WHO].encode("utf-8", "replace").decode("utf-8") or NOBODY
    when = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    cursor = db.execute(
        'INSERT INTO motif_changes (kind, "of", who, "when") VALUES (?, ?, ?, ?)', (kind, of, name, when)
    )
    return int(cursor.lastrowid or 0)


def add_motif(
    db: sqlite3.Connection, change: int, before: KeptMotif | None, after: KeptMotif | Merged, motif: str
) -> None:  # fmt: skip
    """Add how a change left a motif, and those of its instances that it touched. Instances without a number get one."""
    old, new = _described(before), _described(after) if isinstance(after, KeptMotif) else {}
    if isinstance(after, Merged):
        _append(db, "kept_motifs", change, {"motif": motif, **old, "state": GONE, "merged_into": after.into})
    elif before is None or old != new:
        _append(db, "kept_motifs", change, {"motif": motif, **new})
    known = {instance.number: _instance_fields(instance) for instance in before.instances} if before else {}
    left: dict[int, dict[str, Any]] = {}
    instances = after.instances if isinstance(after, KeptMotif) else ()
    following = max([_last_number(db, motif), *(instance.number for instance in instances)])
    for instance in instances:
        following += not instance.number
        left[instance.number or following] = _instance_fields(instance)
    for number in known.keys() - left.keys():
        left[number] = {**known[number], "state": GONE}
    for number, fields in sorted(left.items()):
        if known.get(number) != fields:
            _append(db, "kept_instances", change, {"motif": motif, "number": number, **fields})


def add_undo(db: sqlite3.Connection, change: Change, who: str) -> None:
    """Leave all that a change touched as it was before."""
    number = add_change(db, UNDO, who, change.id)
    for table, row in _rows_of(db, change.id):
        _append(db, table, number, _before(db, table, row, change.id) or {**row, "state": GONE, "merged_into": ""})


def add_redo(db: sqlite3.Connection, change: Change, who: str) -> None:
    """Leave all that a change touched as it was after."""
    number = add_change(db, REDO, who, change.id)
    for table, row in _rows_of(db, change.id):
        _append(db, table, number, row)


# -- rows --------------------------------------------------------------------------------------------------------------


def _latest(db: sqlite3.Connection, table: str, motif: str | None) -> list[sqlite3.Row]:
    """What the latest change left; SQLite takes the other columns from the row that has the largest ``change_id``."""
    where, bound = ("", ()) if motif is None else ("WHERE motif = ?", (motif,))
    keys = ", ".join(_KEYS[table])
    return db.execute(
        f"SELECT *, max(change_id) FROM {table} {where} GROUP BY {keys} ORDER BY {keys}", bound
    ).fetchall()


def _rows_of(db: sqlite3.Connection, change: int) -> list[tuple[str, dict[str, Any]]]:
    """All that a change wrote, with the table that it wrote it to."""
    return [
        (table, dict(row))
        for table in _KEYS
        for row in db.execute(f"SELECT * FROM {table} WHERE change_id = ?", (change,)).fetchall()
    ]


def _before(db: sqlite3.Connection, table: str, row: Row, change: int) -> dict[str, Any] | None:
    """What held before a change of what ``row`` is about; None where there was nothing."""
    keys = _KEYS[table]
    found = db.execute(
        f"SELECT * FROM {table} WHERE {' AND '.join(f'{key} = ?' for key in keys)} AND change_id < ? "
        "ORDER BY change_id DESC LIMIT 1", (*(row[key] for key in keys), change),
    ).fetchone()  # fmt: skip
    return dict(found) if found else None


def _append(db: sqlite3.Connection, table: str, change: int, row: Row) -> None:
    columns = ("change_id", *_KEYS[table], *_VALUES[table])
    values = (change, *(row[column] for column in columns[1:]))
    db.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", values)


def _last_number(db: sqlite3.Connection, motif: str) -> int:
    row = db.execute("SELECT max(number) FROM kept_instances WHERE motif = ?", (motif,)).fetchone()
    return int(row[0] or 0)


def _motif(row: Row, instances: Iterable[KeptInstance]) -> KeptMotif:
    dropped = row["state"] == "dropped"
    return KeptMotif(row["motif"], tuple(instances), row["name"], row["note"], row["probability"], dropped)


def _described(motif: KeptMotif | None) -> dict[str, Any]:
    """A motif's own values; none for a motif that is not there."""
    if motif is None:
        return {}
    return {
        "name": motif.name, "note": motif.note, "probability": _plain(motif.probability),
        "state": "dropped" if motif.dropped else "kept", "finds": " ".join(str(find.id) for find in motif.finds),
        "merged_into": "",
    }  # fmt: skip


def _instance(row: Row) -> KeptInstance:
    known = row["scale"] is not None
    return KeptInstance(
        row["work"], Box(*(row[side] for side in _SIDES)),
        Transform(row["scale"], row["turn"], bool(row["mirror"])) if known else None, row["score"], row["relation"],
        row["note"], bool(row["by_hand"]), row["state"] == "removed", row["number"],
    )  # fmt: skip


def _instance_fields(instance: KeptInstance) -> dict[str, Any]:
    transform = instance.transform
    pose = (float(transform.scale), float(transform.turn), int(transform.mirror)) if transform else (None, None, None)
    return {  # plain numbers: SQLite would take those of numpy for bytes
        "work": instance.work, **dict(zip(_SIDES, map(float, instance.box.as_tuple()), strict=True)),
        **dict(zip(("scale", "turn", "mirror"), pose, strict=True)), "score": _plain(instance.score),
        "relation": instance.relation, "note": instance.note, "by_hand": int(instance.by_hand),
        "state": "removed" if instance.removed else "in",
    }  # fmt: skip


def _plain(number: float | None) -> float | None:
    return None if number is None else float(number)
