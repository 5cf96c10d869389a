"""Judgements as JSON records and as a table: what ``explorer judgements`` and the REST API give."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from explorer.collection.csv_cells import write_rows
from explorer.collection.store import Collection
from explorer.geometry import Box

JUDGEMENT_COLUMNS = (
    "id", "query_file", "query_box", "query_place", "match_file", "match_box", "match_place", "verdict", "note", "who",
    "when",
)  # fmt: skip


def judgement_records(collection: Collection) -> list[dict[str, Any]]:
    """All judgements that hold, in the order in which they were given, with :data:`JUDGEMENT_COLUMNS` as keys.

    Places are fractions; boxes are pixels of the original, or None where the work has gone from the collection.
    """
    sizes = collection.picture_sizes()

    def pixels(work: str, box: Box) -> list[int] | None:
        return list(box.to_pixels(*sizes[work])) if work in sizes else None

    def fractions(box: Box) -> list[float]:
        return [round(float(side), 5) for side in box.as_tuple()]

    return [
        {
            "id": judgement.id,
            "query_file": judgement.query_work,
            "query_box": pixels(judgement.query_work, judgement.query_box),
            "query_place": fractions(judgement.query_box),
            "match_file": judgement.match_work,
            "match_box": pixels(judgement.match_work, judgement.match_box),
            "match_place": fractions(judgement.match_box),
            "verdict": judgement.verdict,
            "note": judgement.note,
            "who": judgement.who,
            "when": judgement.when,
        }
        for judgement in collection.judgements.all()
    ]


def write_csv(records: Sequence[dict[str, Any]], path: Path, columns: Sequence[str] = JUDGEMENT_COLUMNS) -> None:
    """Records as a table of ``columns``, lists as numbers with spaces between; a byte order mark comes first, by which
    Excel knows UTF-8. What a spreadsheet would run as a formula has an apostrophe in front."""
    cells = ([record[column] for column in columns] for record in records)
    plain = ([" ".join(map(str, cell)) if isinstance(cell, list) else cell for cell in row] for row in cells)
    write_rows(path, columns, plain)
