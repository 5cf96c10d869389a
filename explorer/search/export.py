"""What a search found as files to take away: JSON, and a table with one row a match; each says what was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from explorer.collection import Work
from explorer.collection.csv_cells import plain_cell, write_rows
from explorer.collection.pictures import picture_size
from explorer.files import write_atomically
from explorer.iiif.links import COLUMNS as REGION_LINKS
from explorer.iiif.links import region_links
from explorer.plates.captions import credit_line
from explorer.plates.origin import Origin, origin_of
from explorer.search.query import Match, PicturePart, Query, RegionPart, SearchOptions
from explorer.search.serialisation import match_record
from explorer.workspace import Workspace

MATCH_COLUMNS = (
    "query", "rank", "file", "title", "artist", "work_date", "holder", "inventory", "credit", "box", "place",
    "probability", "score", "inliers", "scale", "turn", "mirror", "equal", *REGION_LINKS, "model", "settings",
    "version", "date",
)  # fmt: skip


@dataclass(frozen=True)
class Findings:
    """A query and what was found for it in a collection."""

    workspace: Workspace
    query: Query
    options: SearchOptions
    matches: tuple[Match, ...]
    notes: tuple[str, ...]
    """Sentences on how it was searched, and on how far the matches can be relied on."""
    origin: Origin

    def works(self) -> dict[str, Work]:
        """The works of the matches, by id."""
        return {match.work: self.workspace.collection.work(match.work) for match in self.matches}


def findings(
    workspace: Workspace, query: Query, options: SearchOptions, matches: Sequence[Match], notes: Sequence[str]
) -> Findings:
    """What was found now."""
    said = tuple(note for note in notes if note)
    return Findings(workspace, query, options, tuple(matches), said, origin_of(workspace))


def query_record(workspace: Workspace, query: Query) -> dict[str, Any]:
    """``{"parts": [...], "layout", "alike"}``: a part is a ``file`` of the collection, an ``image`` from
    elsewhere (by its name alone), both with a ``box`` in pixels of the original, or ``text``; each with its ``weight``.
    """
    sizes = workspace.picture_sizes()
    parts: list[dict[str, Any]] = []
    for part in query.parts:
        if isinstance(part, RegionPart):
            record: dict[str, Any] = {"file": part.work, "box": list(part.box.to_pixels(*sizes[part.work]))}
        elif isinstance(part, PicturePart):
            box = list(part.box.to_pixels(*picture_size(part.path))) if part.box else None
            record = {"image": part.path.name, "box": box}
        else:
            record = {"text": part.text}
        parts.append({**record, "weight": part.weight})
    return {"parts": parts, "layout": query.layout, "alike": query.alike}


def findings_json(found: Findings) -> dict[str, Any]:
    """``{"model", "settings", "version", "date", "query", "top", "per_work", "own", "within", "notes",
    "matches": [...]}``, the options as in :class:`explorer.search.query.SearchOptions` (``within`` in words), with a
    record of :func:`explorer.search.serialisation.match_record` for each match."""
    works, options = found.works(), found.options
    return {
        **asdict(found.origin), "query": query_record(found.workspace, found.query),
        "top": options.top, "per_work": options.per_work, "own": options.own,
        "within": options.within.words if options.within else None, "notes": list(found.notes),
        "matches": [match_record(match, works[match.work]) for match in found.matches],
    }  # fmt: skip


def write_findings_json(found: Findings, path: Path) -> None:
    """Write the JSON, whole or not at all."""
    write_atomically(path, json.dumps(findings_json(found), ensure_ascii=False, indent=1) + "\n")


def write_findings_csv(found: Findings, path: Path) -> None:
    """Write a table of :data:`MATCH_COLUMNS` with one row a match, whole or not at all.

    ``query`` is the record of :func:`query_record` in JSON; ``box`` is in pixels and ``place`` in fractions of the
    picture, each four numbers with spaces between; ``date`` is when the file was written, ``work_date`` that of the
    work. What a spreadsheet would run as a formula has an apostrophe in front.
    """
    cells = ([plain_cell(row.get(column)) for column in MATCH_COLUMNS] for row in _rows(found))
    write_rows(path, MATCH_COLUMNS, cells)


def _rows(found: Findings) -> Iterator[dict[str, Any]]:
    asked = json.dumps(query_record(found.workspace, found.query), ensure_ascii=False)
    works = found.works()
    for match in found.matches:
        work = works[match.work]
        record = match_record(match, work)
        about = {name: getattr(work, name) for name in ("title", "artist", "holder", "inventory")}
        place = [round(float(side), 5) for side in match.box.as_tuple()]
        yield {
            **record, **(record["transform"] or {}), **about, "work_date": work.date, "credit": credit_line(work),
            "query": asked, "place": place, **region_links(work, match.box), **asdict(found.origin),
        }  # fmt: skip
