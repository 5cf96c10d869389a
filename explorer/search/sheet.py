"""What a search found as one page: what was asked, then a plate for each match."""

from __future__ import annotations

from dataclasses import replace

from explorer.collection import Work
from explorer.collection.pictures import file_hash
from explorer.geometry import Box
from explorer.plates.sheet import Plate, Sheet, plate_of
from explorer.search.captions import about, role_of, said_of, title_of
from explorer.search.export import Findings
from explorer.search.measured import measured
from explorer.search.query import Match, RegionPart, VisualPart, WordsPart, part_box
from explorer.workspace import Workspace


def sheet_of(found: Findings) -> Sheet:
    """The sheet of a search."""
    workspace, works = found.workspace, found.works()
    details = [(number, part) for number, part in enumerate(found.query.parts) if not isinstance(part, WordsPart)]
    of = [_work_of(workspace, part) for _, part in details]
    asked = [
        _asked(workspace, part, work, role_of(part, number))
        for (number, part), work in zip(details, of, strict=True)
    ]  # fmt: skip
    main = (part_box(details[0][1]), of[0]) if details else None
    plates = tuple(_plate(found, match, works[match.work], main) for match in found.matches)
    title = title_of(found.query, asked[0].title if asked else "")
    return Sheet(title, tuple(about(found)), "", plates, found.origin, tuple(asked))


def _work_of(workspace: Workspace, part: VisualPart) -> Work | None:
    """The work of the collection that a part is of; None for a picture from elsewhere."""
    if isinstance(part, RegionPart):
        return workspace.collection.work(part.work)
    same = workspace.collection.with_content(file_hash(part.path))
    return workspace.collection.work(same[0]) if same else None


def _asked(workspace: Workspace, part: VisualPart, work: Work | None, role: str) -> Plate:
    """The plate of a detail that was looked for; a picture from elsewhere goes by the name of its file."""
    if isinstance(part, RegionPart):
        return plate_of(workspace, work, part.work, part_box(part), said=(role,))
    plate = plate_of(workspace, work, part.path.name, part_box(part), said=(role,))
    return replace(plate, picture=part.path)


def _plate(found: Findings, match: Match, work: Work, main: tuple[Box, Work | None] | None) -> Plate:
    """The plate of a match; ``main`` is the query's first detail, with its work."""
    sizes = measured(match, work, main[1], main[0]) if main else None
    scale = sizes.ratio if sizes and match.evidence and match.evidence.transform else None
    said = tuple(said_of(match, found.query, scale))
    plate = plate_of(found.workspace, work, work.id, match.box, also=match.also, said=said)
    return replace(plate, title=f"{match.rank}. {work.title}")
