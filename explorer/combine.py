"""Queries of several parts: details that must all be there, words with a detail, examples for and against.

Every part gives every work a chance between 0 and 1: that of a copy for a detail, how far a work stands out for
words. They are then joined as one would say it: a work is found when *all that is required* is there, or an *example*
like it; what is *unwanted* takes away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from explorer.errors import ExplorerError
from explorer.geometry import Box, non_maximum_suppression
from explorer.index.exact import ExactIndex
from explorer.query import Part, PicturePart, Query, RegionPart, SearchOptions, WordsPart
from explorer.stages import SAME_PLACE, Found, VisualQuery, best_of_each, lay, look, prepare, shortlist, verify
from explorer.verify import standings
from explorer.workspace import Workspace

REQUIRED = 1.0
"""Weight from which a part must be there; smaller ones are examples, below zero what is not wanted."""
LAYOUT_SLACK = 0.35
"""How far a second detail may lie from where the first says it should, as a fraction of the distance between them
and of its own size: at so much, the chance has fallen to 0.6 of what it was."""
_MOST_EXAMPLES = 40  # places of an example that are verified
_LEAST = 1e-4  # no chance is none: a work that lacks one part can still be ranked


@dataclass(frozen=True)
class Heard:
    """What one part says: its best place per work row, and the chance of each."""

    part: Part
    places: dict[int, Found]
    visual: VisualQuery | None

    def chance(self, row: int) -> float:
        return self.places[row].score if row in self.places else _LEAST


def find_words(workspace: Workspace, text: str, per_work: int) -> list[Found]:
    """Every work's best places for some words, scored by cosine.

    A place scores the mean of its own cosine and the whole work's: the parts say where, the whole says whether.
    """
    if not text.strip():
        raise ExplorerError("Type what you are looking for, such as: a windmill on a hill.")
    tables = workspace.tables
    cosines = ExactIndex(tables.region_joint).scores(workspace.encoder.words([text.strip()]))[0]
    found = []
    for row in range(len(tables.works)):
        regions = slice(tables.first_region[row], tables.first_region[row + 1])
        scores, boxes = cosines[regions], tables.region_boxes[regions]
        mixed = (scores + scores[0]) / 2
        if per_work == 1:
            kept = [int(mixed.argmax())]
        else:
            kept = [int(k) for k in non_maximum_suppression(boxes, mixed, SAME_PLACE, per_work)]
        found += [Found(row, tables.region_box(tables.first_region[row] + k), float(mixed[k])) for k in kept]
    return found


def combined(workspace: Workspace, query: Query, options: SearchOptions) -> list[Found]:
    """Works by how far they answer to all parts of a query, best first; the place is that of the leading part.

    Raises :class:`ExplorerError` when every part says what is *not* wanted.
    """
    if not any(part.weight > 0 for part in query.parts):
        raise ExplorerError("Say also what to look for: so far the search only has what it should not find.")
    visual = [prepare(workspace, part) if not isinstance(part, WordsPart) else None for part in query.parts]
    own = _own(query.parts, visual) if not options.own else frozenset()
    rows = _candidates(workspace, [one for one in visual if one], options, own)
    heard = [_heard(workspace, part, one, rows) for part, one in zip(query.parts, visual, strict=True)]
    lead = _leading(heard)
    found = []
    for row in rows:
        if row not in lead.places:
            continue
        score = _joined(heard, row) * (_layout(heard, lead, row) if query.layout else 1.0)
        others = [one for one in heard if one is not lead and one.visual and one.part.weight >= REQUIRED]
        also = tuple(one.places[row].box for one in others if row in one.places)
        found.append(replace(lead.places[row], score=score, also=also))
    return sorted(found, key=lambda one: -one.score)


def _own(parts: Sequence[Part], visual: Sequence[VisualQuery | None]) -> frozenset[int]:
    """The works that the query itself is: those of what is required (or else wanted). Examples stay findable."""
    pairs = [(part, one) for part, one in zip(parts, visual, strict=True) if one and part.weight > 0]
    required = [one.own for part, one in pairs if part.weight >= REQUIRED]
    return frozenset().union(*(required or [one.own for _, one in pairs]))


def _candidates(
    workspace: Workspace, visual: Sequence[VisualQuery], options: SearchOptions, own: frozenset[int]
) -> list[int]:
    """Rows of the works that are looked at: what any detail proposes; all, when there are only words."""
    if not visual:
        return list(range(len(workspace.tables.works)))
    return sorted({one.row for query in visual for one in shortlist(workspace, query, own, options.top)})


def _heard(workspace: Workspace, part: Part, visual: VisualQuery | None, rows: Sequence[int]) -> Heard:
    if visual is None:
        found = find_words(workspace, part.text, 1)
        scores = np.array([one.score for one in found])
        standing = standings(scores, among=scores)
        chances = 1 / (1 + np.exp(2.0 - standing))
        return Heard(part, {one.row: replace(one, score=float(p)) for one, p in zip(found, chances, strict=True)}, None)
    laid = lay(workspace, visual, look(workspace, visual, rows))  # every candidate is asked
    most = None if part.weight >= REQUIRED else _MOST_EXAMPLES
    places = best_of_each(verify(workspace, visual, laid, most), 1)
    return Heard(part, {one.row: one for one in places}, visual)


def _leading(heard: Sequence[Heard]) -> Heard:
    """The part whose place is shown: the first detail that is required, else the first thing that is wanted."""
    wanted = [one for one in heard if one.part.weight > 0]
    details = [one for one in wanted if one.visual]
    required = [one for one in details if one.part.weight >= REQUIRED]
    return [*required, *details, *wanted][0]


def _joined(heard: Sequence[Heard], row: int) -> float:
    required = [max(one.chance(row), _LEAST) for one in heard if one.part.weight >= REQUIRED]
    chance = float(np.exp(np.mean(np.log(required)))) if required else 0.0
    for one in heard:
        if 0 < one.part.weight < REQUIRED:
            chance = 1 - (1 - chance) * (1 - one.part.weight * one.chance(row))
    for one in heard:
        if one.part.weight < 0:
            chance *= 1 - min(-one.part.weight, 1.0) * one.chance(row)
    return chance


def _layout(heard: Sequence[Heard], lead: Heard, row: int) -> float:
    """How far the other details lie where the leading one says they should, 0 to 1; details of other pictures, and
    of works where the leading one has no place, say nothing."""
    factor = 1.0
    for one in heard:
        apart = one is lead or one.visual is None or one.part.weight < REQUIRED or not _same_picture(one, lead)
        if apart or row not in one.places:
            continue
        expected = _carried(lead.visual.detail.box, lead.places[row], one.visual.detail.box)
        factor *= _nearness(expected, one.places[row].box, lead.places[row].box)
    return factor


def _same_picture(one: Heard, other: Heard) -> bool:
    return _source(one.part) == _source(other.part)


def _source(part: Part) -> object:
    return part.work if isinstance(part, RegionPart) else part.path if isinstance(part, PicturePart) else None


def _carried(box: Box, placed: Found, other: Box) -> tuple[float, float]:
    """Where the middle of ``other`` lies when ``box`` lies at a place, perhaps mirrored; turns are left out."""
    across = placed.box.width / box.width * (-1 if placed.mirrored else 1)
    down = placed.box.height / box.height
    (x, y), (x0, y0), (px, py) = _middle(other), _middle(box), _middle(placed.box)
    return px + (x - x0) * across, py + (y - y0) * down


def _nearness(expected: tuple[float, float], found: Box, lead: Box) -> float:
    (x, y), (lx, ly) = _middle(found), _middle(lead)
    reach = np.hypot(expected[0] - lx, expected[1] - ly) + np.sqrt(found.area)
    miss = np.hypot(expected[0] - x, expected[1] - y) / max(reach, 1e-6)
    return float(np.exp(-(miss**2) / (2 * LAYOUT_SLACK**2)))


def _middle(box: Box) -> tuple[float, float]:
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
