"""People's judgements of matches: accepted, rejected or doubtful, by whom and when. Never lost, never overwritten.

A judgement refers to works by their ids and to details by boxes, so it outlives its works' files, any indexing and any
model. A picture of a visitor's own, which has no id, goes by its content: see :func:`picture_name`. A later judgement
of the same pair adds a row; withdrawing a judgement marks its row, and the one before it is valid again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, get_args

from explorer.collection.database import Database
from explorer.errors import ExplorerError
from explorer.geometry import Box

Verdict = Literal["accepted", "rejected", "doubtful"]
VERDICTS: tuple[str, ...] = get_args(Verdict)
NOBODY = "anonymous"
SAME_PLACE = 0.5
"""IoU above which two boxes on one work are the same detail to a judgement."""
_SIDES = ("x0", "y0", "x1", "y1")
_PICTURE = "picture:"


@dataclass(frozen=True)
class Judgement:
    """One verdict on a pair of details: the query's and the match's."""

    query_work: str
    """The work's id, or ``picture:`` and the content hash of a picture that is not in the collection."""
    query_box: Box
    match_work: str
    match_box: Box
    verdict: str
    note: str = ""
    who: str = NOBODY
    when: str = ""
    """UTC, ISO 8601."""
    id: int = 0
    """Grows with every judgement, so the latest has the largest."""
    withdrawn: str = ""
    """When it was withdrawn, UTC, ISO 8601; or empty."""

    def turned(self) -> Judgement:
        """The same judgement seen from the match's side."""
        return replace(
            self, query_work=self.match_work, query_box=self.match_box,
            match_work=self.query_work, match_box=self.query_box,
        )  # fmt: skip


def picture_name(content: str) -> str:
    """The name that stands for the id of a picture that is not in the collection, from its file's content hash.

    >>> picture_name("0123abcd")
    'picture:0123abcd'
    """
    return _PICTURE + content


def is_picture(work: str) -> bool:
    """Whether a name is that of a picture outside the collection."""
    return work.startswith(_PICTURE)


class Judgements:
    """The judgements of one collection. Pairs are symmetric: A recurs in B is the same as B recurs in A.

    Two judgements are about the same pair when their works agree and the IoU of both their boxes is above
    :data:`SAME_PLACE`. A pair keeps the boxes it was first judged with, so that it cannot drift over the picture.
    A pair's valid judgement is the latest that was not withdrawn.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def judge(self, judgement: Judgement) -> Judgement:
        """Keep a judgement, which from then on is the valid one of its pair; ``id`` and ``when`` are filled in.

        Raises :class:`ExplorerError` for a verdict that is not one of :data:`VERDICTS`, and for a missing work.
        """
        if judgement.verdict not in VERDICTS:
            raise ExplorerError(f"A judgement is one of {', '.join(VERDICTS)}, not {judgement.verdict!r}.")
        if not judgement.query_work or not judgement.match_work:
            raise ExplorerError("A judgement needs the two works that it is about.")
        new = replace(judgement, who=judgement.who or NOBODY, when=_now(), withdrawn="")
        with self._database.changing() as db:
            pair = self._pair(db, new)
            cursor = db.execute(
                "INSERT INTO judgements (pair, query_work, query_x0, query_y0, query_x1, query_y1, match_work, "
                'match_x0, match_y0, match_x1, match_y1, verdict, note, who, "when") '
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (pair or 0, new.query_work, *new.query_box.as_tuple(), new.match_work, *new.match_box.as_tuple(),
                 new.verdict, new.note, new.who, new.when),
            )  # fmt: skip
            row_id = int(cursor.lastrowid or 0)  # SQLite numbers every row that is inserted
            if pair is None:
                db.execute("UPDATE judgements SET pair = id WHERE id = ?", (row_id,))
        return replace(new, id=row_id)

    def withdraw(self, judgement_id: int, who: str = "") -> Judgement | None:
        """Withdraw a judgement; returns the one of the pair that is valid now, if any.

        Raises :class:`ExplorerError` when there is no such judgement, or it was withdrawn before.
        """
        with self._database.changing() as db:
            row = db.execute("SELECT * FROM judgements WHERE id = ?", (judgement_id,)).fetchone()
            if row is None or row["withdrawn"]:
                raise ExplorerError("There is no such judgement to take back.")
            values = (_now(), who or NOBODY, judgement_id)
            db.execute("UPDATE judgements SET withdrawn = ?, withdrawn_by = ? WHERE id = ?", values)
            valid = db.execute(
                "SELECT * FROM judgements WHERE pair = ? AND withdrawn = '' ORDER BY id DESC LIMIT 1", (row["pair"],)
            ).fetchone()
        return _judgement(valid) if valid else None

    def restore(self, judgement_id: int) -> None:
        """Let a judgement that was withdrawn hold again, as if it had not been.

        Raises :class:`ExplorerError` when there is no such judgement, or it is not withdrawn.
        """
        with self._database.changing() as db:
            changed = db.execute(
                "UPDATE judgements SET withdrawn = '', withdrawn_by = '' WHERE id = ? AND withdrawn <> ''",
                (judgement_id,),
            ).rowcount
        if not changed:
            raise ExplorerError("There is no such judgement to bring back.")

    def of_pair(self, query_work: str, query_box: Box, match_work: str, match_box: Box) -> Judgement | None:
        """The valid judgement of a pair, turned to the query's side; None where there is none."""
        return self.of_matches(query_work, query_box, [(match_work, match_box)])[0]

    def of_matches(
        self, query_work: str, query_box: Box, matches: Sequence[tuple[str, Box]]
    ) -> list[Judgement | None]:  # fmt: skip
        """The valid judgement of a detail with each of several others (work, box), in their order."""
        pairs = self._valid("query_work = ? OR match_work = ?", (query_work, query_work))
        return [_closest(pairs, query_work, query_box, work, box) for work, box in matches]

    def for_query(self, work: str, box: Box | None = None) -> list[Judgement]:
        """All valid judgements of a work, or of a detail of it, latest first; each turned so that it is the query's."""
        found: list[Judgement] = []
        for first, last in self._valid("query_work = ? OR match_work = ?", (work, work)):
            for side, turned in ((first, last), (first.turned(), last.turned())):
                if side.query_work == work and (box is None or side.query_box.iou(box) > SAME_PLACE):
                    found.append(_facing(turned, side))
                    break
        return sorted(found, key=lambda judgement: -judgement.id)

    def all(self) -> list[Judgement]:
        """All valid judgements, in the order in which they were made."""
        return sorted((last for _, last in self._valid("1", ())), key=lambda judgement: judgement.id)

    def history(self, judgement: Judgement) -> list[Judgement]:
        """All judgements ever made of a judgement's pair, earliest first, withdrawn ones too."""
        rows = self._database.read(
            "SELECT * FROM judgements WHERE pair = (SELECT pair FROM judgements WHERE id = ?) ORDER BY id",
            (judgement.id,),
        )
        return [_judgement(row) for row in rows]

    def _valid(self, where: str, values: tuple[str, ...]) -> list[tuple[Judgement, Judgement]]:
        """Of each pair that has a row ``where`` and a valid judgement: its first judgement, whose boxes are the pair's,
        and the valid one."""
        rows = self._database.read(
            f"SELECT * FROM judgements WHERE pair IN (SELECT pair FROM judgements WHERE {where}) ORDER BY id", values
        )
        first: dict[int, Judgement] = {}
        last: dict[int, Judgement] = {}
        for row in rows:
            first.setdefault(row["pair"], _judgement(row))
            if not row["withdrawn"]:
                last[row["pair"]] = _judgement(row)
        return [(first[pair], last[pair]) for pair in last]

    @staticmethod
    def _pair(db: sqlite3.Connection, new: Judgement) -> int | None:
        """The id of the pair that a new judgement is about; None where it is the first of its pair."""
        works = (new.query_work, new.match_work)
        rows = db.execute(
            "SELECT * FROM judgements WHERE id = pair AND ((query_work = ? AND match_work = ?) "
            "OR (match_work = ? AND query_work = ?))", (*works, *works),
        ).fetchall()  # fmt: skip
        known = [(judgement, judgement) for judgement in map(_judgement, rows)]
        found = _closest(known, new.query_work, new.query_box, new.match_work, new.match_box)
        return found.id if found else None


def _closest(
    pairs: Sequence[tuple[Judgement, Judgement]], query_work: str, query_box: Box, match_work: str, match_box: Box
) -> Judgement | None:
    """Of pairs (first and valid judgement), the valid judgement of the one whose boxes overlap best with those given,
    turned to the query's side; None where none is the same pair."""
    best, chosen = SAME_PLACE, None
    for first, last in pairs:
        for side in (first, first.turned()):
            if (side.query_work, side.match_work) != (query_work, match_work):
                continue
            overlap = min(side.query_box.iou(query_box), side.match_box.iou(match_box))
            if overlap > best:
                best, chosen = overlap, _facing(last, side)
    return chosen


def _facing(last: Judgement, side: Judgement) -> Judgement:
    """A judgement turned so that its query is that of ``side``; it may have been made in the other direction."""
    as_made = last.query_box.iou(side.query_box) + last.match_box.iou(side.match_box)
    turned = last.match_box.iou(side.query_box) + last.query_box.iou(side.match_box)
    if last.query_work != side.query_work or (last.match_work == side.query_work and turned > as_made):
        return last.turned()
    return last


def _judgement(row: sqlite3.Row) -> Judgement:
    boxes = [Box(*(row[f"{which}_{side}"] for side in _SIDES)) for which in ("query", "match")]
    names = ("query_work", "match_work", "verdict", "note", "who", "when", "id", "withdrawn")
    return Judgement(query_box=boxes[0], match_box=boxes[1], **{name: row[name] for name in names})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
