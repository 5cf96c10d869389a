"""Queries in and matches out as JSON: the edge where boxes are pixels and nothing is trusted yet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from explorer.collection import Collection, Work
from explorer.collection.pictures import picture_size
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.click import Proposal, first_search, proposals
from explorer.search.query import Evidence, Match, Part, PicturePart, Query, RegionPart, WordsPart
from explorer.workspace import Workspace, collection_folder, collection_names


def query_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file of queries that are not blank, with their numbers from 1."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ExplorerError(f"The queries in {path} cannot be read ({error}).") from error
    for number, line in enumerate(text.split("\n"), start=1):  # JSON may hold the other characters that end lines
        if line.strip():
            yield number, line


def parse_line(line: str, number: int) -> dict[str, Any]:
    """One line as a record. Raises :class:`ExplorerError` when it is not a JSON object."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ExplorerError(f"Line {number} is not JSON ({error}).") from error
    if not isinstance(record, dict):
        raise ExplorerError(f'Line {number} must be an object such as {{"id": 1, "text": "a windmill"}}.')
    return record


def parse_query(record: dict[str, Any]) -> Query:
    """A query from outside, checked.

    ``image`` (a path) with or without a ``box`` in pixels, words as ``text``, or both; ``also``: more boxes of the same
    image that must be there too; ``not``: pictures, ``{"image", "box"}``, that are not wanted; ``layout``: whether the
    boxes must lie as they do in the image.
    """
    image, text = record.get("image"), record.get("text")
    if image is None and text is None:
        raise ExplorerError('A query needs "image" or "text".')
    also, unwanted = _listed(record, "also"), _listed(record, "not")
    if image is None and (also or record.get("box") is not None):
        raise ExplorerError('"box" and "also" go with "image": they are parts of that picture.')
    parts: list[Part] = []
    if image is not None:
        parts += [_picture_part(image, pixels) for pixels in [record.get("box"), *also]]
    if text is not None:
        if not isinstance(text, str):
            raise ExplorerError('"text" must be words in quotes.')
        parts.append(WordsPart(text))
    for one in unwanted:
        if not isinstance(one, dict):
            raise ExplorerError('"not" is a list of pictures such as {"image": "a.jpg", "box": [0, 0, 90, 90]}.')
        parts.append(_picture_part(one.get("image"), one.get("box"), -1.0))
    return Query(tuple(parts), layout=record.get("layout") is True)


def with_click(workspace: Workspace, record: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]] | None]:
    """A record whose ``click`` (``[x, y]``, pixels of its ``image``) has become the ``box`` that it most likely means;
    and all that it may mean, as :func:`proposal_records`. A record without a click stays as it is, and has none."""
    clicked = record.get("click")
    if clicked is None:
        return record, None
    if record.get("image") is None or record.get("box") is not None:
        raise ExplorerError('"click" goes with "image", and takes the place of "box".')
    part = _picture_part(record["image"], None)
    found = clicked_records(workspace, part, clicked, picture_size(part.path))
    return {**record, "box": found[0]["box"]}, found


def clicked_records(
    workspace: Workspace, part: RegionPart | PicturePart, click: Any, size: tuple[int, int]
) -> list[dict[str, Any]]:
    """What a ``click`` (``[x, y]``, pixels, not yet trusted) on a picture of ``size`` may mean, best first."""
    x, y = _point(click, *size)
    return proposal_records(proposals(workspace, first_search(workspace, part, x, y), x, y), size)


def _point(sent: Any, width: int, height: int) -> tuple[float, float]:
    """A pixel of a picture as fractions."""
    pair = isinstance(sent, list) and len(sent) == 2
    if not pair or any(isinstance(one, bool) or not isinstance(one, int | float) for one in sent):
        raise ExplorerError('"click" must be two numbers: from the left and from the top, in pixels.')
    if not (0 <= sent[0] <= width and 0 <= sent[1] <= height):
        raise ExplorerError(f"The click lies outside the picture, which is {width} by {height} pixels.")
    return sent[0] / width, sent[1] / height


def proposal_records(found: Sequence[Proposal], size: tuple[int, int]) -> list[dict[str, Any]]:
    """What a click may mean as the command line and the web API give it, best first, boxes in pixels."""
    records = []
    for one in found:
        x0, y0, x1, y1 = one.box.to_pixels(*size)
        records.append({"box": [x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)], "support": one.support})
    return records


def _listed(record: dict[str, Any], name: str) -> list[Any]:
    value = record.get(name)
    if value is not None and not isinstance(value, list):
        raise ExplorerError(f'"{name}" must be a list.')
    return value or []


def _picture_part(image: Any, pixels: Any, weight: float = 1.0) -> PicturePart:
    """A picture file, or a part of it, that a record names. Raises :class:`ExplorerError` for anything else."""
    if not isinstance(image, str) or "\0" in image:
        raise ExplorerError('"image" must be the path of a picture, in quotes.')
    path = Path(image)
    width, height = picture_size(path)
    if pixels is None:
        return PicturePart(path, None, weight)
    numbers = isinstance(pixels, list) and all(
        isinstance(side, int | float) and not isinstance(side, bool) for side in pixels
    )
    if not numbers or len(pixels) != 4:
        raise ExplorerError('"box" must be four numbers: left, top, right, bottom, in pixels.')
    try:
        box = Box.from_pixels(tuple(float(side) for side in pixels), width, height).clipped()
    except OverflowError as error:
        raise ExplorerError("A box needs four finite numbers: left, top, right, bottom.") from error
    return PicturePart(path, box, weight)


def match_records(workspace: Workspace, matches: list[Match]) -> list[dict[str, Any]]:
    """Matches as the command line and the web API give them, boxes in pixels of the originals."""
    works = {match.work: workspace.collection.work(match.work) for match in matches}
    return [match_record(match, works[match.work]) for match in matches]


def match_record(match: Match, work: Work) -> dict[str, Any]:
    """One match as JSON. ``transform`` goes from the query to the match: mirrored first, ``scale`` in pixels of the
    originals, ``turn`` in degrees counter-clockwise; it is null, as ``probability`` is, where nothing was verified.

    Of a query of several details ``probability`` is that of all of them together (the geometric mean of those that must
    be there, raised by examples, see ``combine``), and ``parts`` has each by itself, by its number in the
    query, counted from 0.
    """
    evidence = match.evidence
    record = {
        "file": match.work,
        "box": list(match.box.to_pixels(work.width, work.height)),
        "score": round(match.score, 6),
        "rank": match.rank,
        **_evidence_record(evidence),
    }
    if evidence and match.parts:
        record["probability"] = round(match.score, 6)
        size = work.width, work.height
        record["parts"] = [
            {"part": one.part, "box": list(one.box.to_pixels(*size)), **_evidence_record(one.evidence)}
            for one in match.parts
        ]
    if match.also:
        record["also"] = [list(box.to_pixels(work.width, work.height)) for box in match.also]
    return record


def _evidence_record(evidence: Evidence | None) -> dict[str, Any]:
    changed = evidence.transform if evidence else None
    return {
        "probability": round(evidence.probability, 6) if evidence else None,
        "inliers": evidence.inliers if evidence else 0,
        "transform": changed and {
            "scale": round(changed.scale, 4), "turn": round(changed.turn, 2), "mirror": changed.mirror,
        },
    }  # fmt: skip


def collection_database(name: str, cache: Path) -> Collection:
    """A collection's database, whether or not it is indexed: what people made can be had in any case."""
    path = collection_folder(name, cache) / "collection.sqlite"
    if not path.is_file():
        known = ", ".join(collection_names(cache)) or "none yet"
        raise ExplorerError(f"There is no collection {name!r} in {cache} (there: {known}).")
    return Collection(path)


JUDGEMENT_COLUMNS = (
    "id", "query_file", "query_box", "query_place", "match_file", "match_box", "match_place", "verdict", "note", "who",
    "when",
)  # fmt: skip


def judgement_records(collection: Collection) -> list[dict[str, Any]]:
    """All judgements that hold, in the order in which they were given.

    Places are fractions; boxes are pixels of the original, or None where the work has gone from the collection.
    """
    works = {work.id: work for work in collection.works()}

    def pixels(work_id: str, box: Box) -> list[int] | None:
        work = works.get(work_id)
        return list(box.to_pixels(work.width, work.height)) if work else None

    return [
        {
            "id": one.id,
            "query_file": one.query_work,
            "query_box": pixels(one.query_work, one.query_box),
            "query_place": [round(float(side), 5) for side in one.query_box.as_tuple()],
            "match_file": one.match_work,
            "match_box": pixels(one.match_work, one.match_box),
            "match_place": [round(float(side), 5) for side in one.match_box.as_tuple()],
            "verdict": one.verdict,
            "note": one.note,
            "who": one.who,
            "when": one.when,
        }
        for one in collection.judgements.all()
    ]


def write_csv(records: list[dict[str, Any]], columns: tuple[str, ...], path: Path) -> None:
    """Records as a table of ``columns``, lists as numbers with spaces between; Excel's mark for UTF-8 comes first."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for record in records:
            cells = [record[column] for column in columns]
            writer.writerow([" ".join(map(str, cell)) if isinstance(cell, list) else cell for cell in cells])
