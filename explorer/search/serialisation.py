"""Matches and click proposals as JSON, for the command line and the REST API: boxes are pixels of the originals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from explorer.collection import Work
from explorer.collection.pictures import picture_size
from explorer.geometry import Box
from explorer.search.click import Proposal, first_search, proposals
from explorer.search.parsing import ParsedQuery
from explorer.search.query import Evidence, Match, PicturePart, Query, RegionPart, Within
from explorer.workspace import Workspace

VisualPart = TypeVar("VisualPart", RegionPart, PicturePart)


def match_records(workspace: Workspace, matches: Sequence[Match]) -> list[dict[str, Any]]:
    """Matches as JSON, in their order."""
    works = {match.work: workspace.collection.work(match.work) for match in matches}
    return [match_record(match, works[match.work]) for match in matches]


def match_record(match: Match, work: Work) -> dict[str, Any]:
    """A match as JSON. ``transform`` goes from the query to the match: mirrored first, ``scale`` in pixels of the
    originals, ``turn`` in degrees counter-clockwise; it is null, as ``probability`` is, where nothing was verified.

    Of a query of several details ``probability`` is that of all of them together (the geometric mean of those that must
    be there, raised by examples, see :mod:`explorer.search.combine`), and ``parts`` has each by itself, by its number
    in the query, counted from 0. ``equal`` names the other works whose picture is the same file, where there are any.
    """
    evidence, size = match.evidence, (work.width, work.height)
    record = {
        "file": match.work,
        "box": list(match.box.to_pixels(*size)),
        "score": round(match.score, 6),
        "rank": match.rank,
        **_evidence_record(evidence),
    }
    if evidence and match.parts:
        record["probability"] = round(match.score, 6)
        record["parts"] = [
            {"part": part.part, "box": list(part.box.to_pixels(*size)), **_evidence_record(part.evidence)}
            for part in match.parts
        ]
    if match.equal:
        record["equal"] = list(match.equal)
    if match.also:
        record["also"] = [list(box.to_pixels(*size)) for box in match.also]
    return record


def _evidence_record(evidence: Evidence | None) -> dict[str, Any]:
    transform = evidence.transform if evidence else None
    return {
        "probability": round(evidence.probability, 6) if evidence else None,
        "inliers": evidence.inliers if evidence else 0,
        "transform": transform and {
            "scale": round(transform.scale, 4), "turn": round(transform.turn, 2), "mirror": transform.mirror,
        },
    }  # fmt: skip


def with_click(
    workspace: Workspace, parsed: ParsedQuery, within: Within | None = None
) -> tuple[Query, list[dict[str, Any]] | None]:
    """The query that is searched: a click on its picture has become the box that it most likely means. And all that the
    click may mean, as :func:`proposal_records`; None for a query without one."""
    query, click = parsed
    picture = query.parts[0]
    if click is None or not isinstance(picture, PicturePart):
        return query, None
    part, records = clicked_part(workspace, picture, click, picture_size(picture.path), within)
    return replace(query, parts=(part, *query.parts[1:])), records


def clicked_part(
    workspace: Workspace, part: VisualPart, click: tuple[float, float], size: tuple[int, int],
    within: Within | None = None,
) -> tuple[VisualPart, list[dict[str, Any]]]:  # fmt: skip
    """What a ``click`` (x, y as fractions) on a picture of ``size`` (width, height in pixels) most likely means, as a
    part with a box; and all that it may mean, as :func:`proposal_records`."""
    records = proposal_records(proposals(workspace, first_search(workspace, part, click, within=within), *click), size)
    x0, y0, x1, y1 = records[0]["box"]
    return replace(part, box=Box.from_pixels((x0, y0, x1, y1), *size).clipped()), records


def proposal_records(found: Sequence[Proposal], size: tuple[int, int]) -> list[dict[str, Any]]:
    """What a click may mean as JSON, best first: boxes in pixels of a picture of ``size`` (width, height)."""
    records = []
    for proposal in found:
        x0, y0, x1, y1 = proposal.box.to_pixels(*size)
        records.append({"box": [x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)], "support": proposal.support})
    return records
