"""What people said of matches: accepted, rejected or doubtful, by whom and when. Never lost, and never overwritten.

Works are named by their ids and places by boxes, so a judgement outlives its works' files, any indexing and any model.
A picture of a visitor's own, which has no id, goes by its content: see :func:`picture_name`. A change of mind adds a
row; taking a judgement back marks its row, and the one before it holds again.
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
"""IoU above which two boxes on one work are the same place to a judgement."""
_SIDES = ("x0", "y0", "x1", "y1")
_PICTURE = "picture:"


@dataclass(frozen=True)
class Judgement:
    """One verdict on one pair of places."""

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
    """When it was taken back, or empty."""

    def turned(self) -> Judgement:
        """The same judgement seen from the match's side."""
        return replace(
            self, query_work=self.match_work, query_box=self.match_box,
            match_work=self.query_work, match_box=self.query_box,
        )  # fmt: skip


def picture_name(content: str) -> str:
    """What a picture that is not in the collection goes by, from its file's content hash.

    >>> picture_name("0123abcd")
    'picture:0123abcd'
    """
    return _PICTURE + content


def is_picture(work: str) -> bool:
    """Whether a name is that of a picture outside the collection."""
    return work.startswith(_PICTURE)


class Judgements:
    """The judgements of one collection. Pairs are symmetric: A recurs in B is the same as B recurs in A.

    Two judgements are about the same pair when their works agree and both their boxes overlap by more than
    :data:`SAME_PLACE`. A pair keeps the boxes it was first judged with, so that it does not wander.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def judge(self, judgement: Judgement) -> Judgement:
        """Keep a judgement, in place of what was said of the pair before; its ``id`` and ``when`` are filled in.

        Raises :class:`ExplorerError` for a verdict that is none.
        """
        if judgement.verdict not in VERDICTS:
            raise ExplorerError(f"A judgement is one of {', '.join(VERDICTS)}, not {judgement.verdict!r}.")
        if not judgement.query_work or not judgement.match_work:
            raise ExplorerError("A judgement needs the two works that it is about.")
        made = replace(judgement, who=judgement.who or NOBODY, when=_now(), withdrawn="")
        with self._database.changing() as db:
            pair = self._pair(db, made)
            cursor = db.execute(
                "INSERT INTO judgements (pair, query_work, query_x0, query_y0, query_x1, query_y1, match_work, "
                'match_x0, match_y0, match_x1, match_y1, verdict, note, who, "when") '
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (pair or 0, made.query_work, *made.query_box.as_tuple(), made.match_work, *made.match_box.as_tuple(),
                 made.verdict, made.note, made.who, made.when),
            )  # fmt: skip
            if pair is None:
                db.execute("UPDATE judgements SET pair = id WHERE id = ?", (cursor.lastrowid,))
        return replace(made, id=int(cursor.lastrowid))

    def withdraw(self, judgement_id: int, who: str = "") -> Judgement | None:
        """Take a judgement back; what holds of the pair now, if anything, is returned.

        Raises :class:`ExplorerError` when there is no such judgement, or it was taken back before.
        """
        with self._database.changing() as db:
            row = db.execute("SELECT * FROM judgements WHERE id = ?", (judgement_id,)).fetchone()
            if row is None or row["withdrawn"]:
                raise ExplorerError("There is no such judgement to take back.")
            values = (_now(), who or NOBODY, judgement_id)
            db.execute("UPDATE judgements SET withdrawn = ?, withdrawn_by = ? WHERE id = ?", values)
            left = db.execute(
                "SELECT * FROM judgements WHERE pair = ? AND withdrawn = '' ORDER BY id DESC LIMIT 1", (row["pair"],)
            ).fetchone()
        return _judgement(left) if left else None

    def of_pair(self, query_work: str, query_box: Box, match_work: str, match_box: Box) -> Judgement | None:
        """What holds of one pair, seen from the query's side; None where nothing was said."""
        return self.of_matches(query_work, query_box, [(match_work, match_box)])[0]

    def of_matches(
        self, query_work: str, query_box: Box, places: Sequence[tuple[str, Box]]
    ) -> list[Judgement | None]:  # fmt: skip
        """What holds of a detail and each of several places, in their order."""
        pairs = self._holding("query_work = ? OR match_work = ?", (query_work, query_work))
        return [_nearest(pairs, query_work, query_box, work, box) for work, box in places]

    def for_query(self, work: str, box: Box | None = None) -> list[Judgement]:
        """All that holds of a work, or of a place on it, latest first; each seen from that side."""
        found = []
        for first, last in self._holding("query_work = ? OR match_work = ?", (work, work)):
            for side, shown in ((first, last), (first.turned(), last.turned())):
                if side.query_work == work and (box is None or side.query_box.iou(box) > SAME_PLACE):
                    found.append(_facing(shown, side))
                    break
        return sorted(found, key=lambda one: -one.id)

    def all(self) -> list[Judgement]:
        """All that holds, in the order in which it was said."""
        return sorted((last for _, last in self._holding("1", ())), key=lambda one: one.id)

    def history(self, judgement: Judgement) -> list[Judgement]:
        """All that was ever said of a judgement's pair, earliest first, what was taken back too."""
        rows = self._database.read(
            "SELECT * FROM judgements WHERE pair = (SELECT pair FROM judgements WHERE id = ?) ORDER BY id",
            (judgement.id,),
        )
        return [_judgement(row) for row in rows]

    def _holding(self, where: str, values: tuple[str, ...]) -> list[tuple[Judgement, Judgement]]:
        """Of each pair, its first row (which says where it is) and its last that was not taken back."""
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
    def _pair(db: sqlite3.Connection, made: Judgement) -> int | None:
        """The pair that a new judgement is about, if anything was said of it before."""
        works = (made.query_work, made.match_work)
        rows = db.execute(
            "SELECT * FROM judgements WHERE id = pair AND ((query_work = ? AND match_work = ?) "
            "OR (match_work = ? AND query_work = ?))", (*works, *works),
        ).fetchall()  # fmt: skip
        known = [(one, one) for one in map(_judgement, rows)]
        found = _nearest(known, made.query_work, made.query_box, made.match_work, made.match_box)
        return found.id if found else None


def _nearest(
    pairs: Sequence[tuple[Judgement, Judgement]], query_work: str, query_box: Box, match_work: str, match_box: Box
) -> Judgement | None:
    """Of pairs (where it is, what holds), what holds of the one that overlaps best, seen from the query's side."""
    best, chosen = SAME_PLACE, None
    for first, last in pairs:
        for side in (first, first.turned()):
            if (side.query_work, side.match_work) != (query_work, match_work):
                continue
            shared = min(side.query_box.iou(query_box), side.match_box.iou(match_box))
            if shared > best:
                best, chosen = shared, _facing(last, side)
    return chosen


def _facing(last: Judgement, side: Judgement) -> Judgement:
    """A judgement turned so that its query is that of ``side``, which may have been judged the other way round."""
    as_said = last.query_box.iou(side.query_box) + last.match_box.iou(side.match_box)
    turned = last.match_box.iou(side.query_box) + last.query_box.iou(side.match_box)
    if last.query_work != side.query_work or (last.match_work == side.query_work and turned > as_said):
        return last.turned()
    return last



def _judgement(row: sqlite3.Row) -> Judgement:
    boxes = [Box(*(row[f"{which}_{side}"] for side in _SIDES)) for which in ("query", "match")]
    names = ("query_work", "match_work", "verdict", "note", "who", "when", "id", "withdrawn")
    return Judgement(query_box=boxes[0], match_box=boxes[1], **{name: row[name] for name in names})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
