"""Queries of several parts: details that must all be there, words with a detail, examples for and against.

Every detail gives every work a probability of its own, with its own evidence: that the work has a copy of it. They are
joined in one way:

* *Details that must be there*: the geometric mean of their probabilities, and, where the layout counts, how far they
  lie as they do in the query.
* *Examples* of what is meant can only add: a work is found where all that is required is there, *or* something like an
  example (noisy or).
* *What is not wanted* counts where it is proven to be there, and only there. The works that the unwanted details are
  taken from are never shown.
* *Words* change the order and nothing else, and not by so much that a likely copy falls behind an unlikely one.
* *Judgements* of matches: an accepted one is an example, and stands first; a rejected one stands last, and only what is
  not proven by itself falls behind for being like it. A person may err: an accepted match that the search hardly
  believes counts less as an example, and what is like a rejected one that it does believe stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from explorer.errors import ExplorerError
from explorer.geometry import Box, non_maximum_suppression
from explorer.index.exact import ExactIndex
from explorer.search.pipeline import (
    SAME_PLACE,
    Found,
    VisualQuery,
    best_places,
    further_places,
    match_coarsely,
    prepare,
    shortlist,
)
from explorer.search.query import Part, PartMatch, PicturePart, Query, RegionPart, SearchOptions, WordsPart
from explorer.verification import robust_z_scores
from explorer.workspace import Workspace

REQUIRED = 1.0
"""Weight from which a part must be there; smaller ones are examples, below zero what is not wanted."""
PROVEN = 0.5
"""Probability from which an unwanted detail counts as being there."""
LIKELY = 0.2
"""Probability from which an example adds to what a required detail says; less would only stir what is unlikely."""
LAYOUT_SLACK = 0.35
"""How far a second detail may lie from where the first says it should, as a fraction of the distance between them
and of its own size: at so much, the probability has fallen to 0.6 of what it was."""
MOST_BY_WORDS = 1.5
"""How far words move a place up or down, in logits of its probability, at most."""
_ACCEPTED = 0.5  # what an accepted match counts as an example, at most
_BELIEVED, _LEAST_TRUST = 0.3, 0.2  # probability from which it counts as much, and what share of it counts in any case
_REJECTED = 1.0  # how far likeness to a rejected match moves a place down, in logits
_MOST_EXAMPLES = 40  # places of an example that are verified
_LEAST = 1e-4  # no probability is none: a work that lacks one part can still be ranked


_JUDGED = 100.0  # more logits than any probability has: what is accepted comes first, what is rejected last


@dataclass(frozen=True)
class JudgedPart:
    """A place that a person accepted, or else rejected, as a match of the query's first detail."""

    work: str
    box: Box
    accepted: bool


@dataclass(frozen=True)
class PartResult:
    """What one part finds: its best place per work row, with the probability of each; of words, how far each work
    stands above the others, as a robust z-score."""

    part: Part
    places: dict[int, Found]
    visual: VisualQuery | None

    def probability(self, row: int) -> float:
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


def combined(
    workspace: Workspace, query: Query, options: SearchOptions, judged: Sequence[JudgedPart] = ()
) -> list[Found]:
    """Works by how far they answer to all parts of a query, best first; the place is that of the leading part.

    ``judged`` are matches of the query's first detail that a person accepted or rejected.
    """
    visual = [prepare(workspace, part) if not isinstance(part, WordsPart) else None for part in query.parts]
    hidden, own = _hidden(query.parts, visual, options.own)
    results, rows = _results(workspace, query.parts, visual, hidden, own if options.own else frozenset())
    lead = _leading(results)
    examples = [RegionPart(one.work, one.box, _trust(lead, workspace.row(one.work))) for one in judged if one.accepted]
    doubted = [one for one in judged if lead.probability(workspace.row(one.work)) < _BELIEVED]
    against = [RegionPart(one.work, one.box, -1.0) for one in doubted if not one.accepted]
    learnt = [_result(workspace, part, prepare(workspace, part), rows, []) for part in (*examples, *against)]
    liked, disliked = learnt[: len(examples)], learnt[len(examples) :]
    verdicts = {workspace.row(one.work): one for one in judged}
    order: list[tuple[float, Found]] = []
    for row in sorted({*rows, *verdicts} - hidden):
        place = _place_shown(lead, [*results, *liked], row)
        if row in verdicts:
            judgement = verdicts[row]
            place = replace(place or Found(row, judgement.box, _LEAST), box=judgement.box)
        if place is None:
            continue
        score = joined([*results, *liked], row, _layout(results, lead, row) if query.layout else 1.0)
        moved = _by_words(results, row) + (_JUDGED * (1 if verdicts[row].accepted else -1) if row in verdicts else 0.0)
        if score < PROVEN:
            moved -= _REJECTED * max((one.probability(row) for one in disliked), default=0.0)
        others = [one for one in results if one is not lead and one.visual and one.part.weight >= REQUIRED]
        also = tuple(one.places[row].box for one in others if row in one.places)
        order.append((_logit(score) + moved, replace(place, score=score, also=also, parts=_parts_of(results, row))))
    return [found for _, found in sorted(order, key=lambda pair: -pair[0])]


def _results(
    workspace: Workspace, parts: Sequence[Part], visual: Sequence[VisualQuery | None],
    hidden: frozenset[int], own: frozenset[int],
) -> tuple[list[PartResult], list[int]]:  # fmt: skip
    """What every part finds, and the rows of the works that were examined."""
    seen = [shortlist(workspace, one, hidden | own) if one else [] for one in visual]
    examples = [one.own for part, one in zip(parts, visual, strict=True) if one and 0 < part.weight < REQUIRED]
    rows = sorted(({one.row for places in seen for one in places} | own).union(*examples) - hidden)
    if not any(visual):
        rows = [row for row in range(len(workspace.tables.works)) if row not in hidden]
    asked = zip(parts, visual, seen, strict=True)
    return [_result(workspace, part, one, rows, places) for part, one, places in asked], rows


def _trust(lead: PartResult, row: int) -> float:
    """What an accepted match counts as an example: less, where the search itself hardly believes it. A person may err,
    and what is like an error must not come before what is like the query."""
    return _ACCEPTED * float(np.clip(lead.probability(row) / _BELIEVED, _LEAST_TRUST, 1.0))


def joined(results: Sequence[PartResult], row: int, layout: float = 1.0) -> float:
    """The probability, 0 to 1, that a work has what the details of a query ask for; ``layout`` is a factor. Of words
    alone: how far they stand out."""
    required = [max(one.probability(row), _LEAST) for one in results if one.visual and one.part.weight >= REQUIRED]
    probability = float(np.exp(np.mean(np.log(required)))) * layout if required else 0.0
    for one in results:
        if one.visual and 0 < one.part.weight < REQUIRED and (not required or one.probability(row) >= LIKELY):
            probability = 1 - (1 - probability) * (1 - one.part.weight * one.probability(row))
    for one in results:
        if one.visual and one.part.weight < 0 and one.probability(row) >= PROVEN:
            probability *= 1 - min(-one.part.weight, 1.0) * one.probability(row)
    if any(one.visual for one in results):
        return probability
    standing = sum(one.part.weight * one.places[row].score for one in results)
    return float(1 / (1 + np.exp(2.0 - standing)))


def _hidden(
    parts: Sequence[Part], visual: Sequence[VisualQuery | None], own_wanted: bool
) -> tuple[frozenset[int], frozenset[int]]:
    """Rows of the works that are never shown, and of those that the query itself is: the works of what is required,
    or else wanted. Those of unwanted details are hidden whatever is asked; examples stay findable."""
    pairs = [(part, one) for part, one in zip(parts, visual, strict=True) if one]
    unwanted = frozenset().union(*(one.own for part, one in pairs if part.weight < 0))
    required = [one.own for part, one in pairs if part.weight >= REQUIRED]
    own = frozenset().union(*(required or [one.own for part, one in pairs if part.weight > 0])) - unwanted
    return (unwanted, own) if own_wanted else (unwanted | own, frozenset())


def _result(
    workspace: Workspace, part: Part, visual: VisualQuery | None, rows: Sequence[int], seen: Sequence[Found]
) -> PartResult:
    """``seen`` are the places that the part's own first stages brought up; other works of ``rows`` are asked too."""
    if visual is None:
        found = find_words(workspace, part.text, 1)
        scores = np.array([one.score for one in found])
        standing = robust_z_scores(scores, among=scores)
        return PartResult(part, {one.row: replace(one, score=float(z)) for one, z in zip(found, standing, strict=True)},
                          None)  # fmt: skip
    example = 0 < part.weight < REQUIRED
    itself = {} if example else dict.fromkeys(visual.own & set(rows), visual.detail.box)
    known = {one.row for one in seen} | set(itself)
    others = [row for row in rows if row not in known]
    most = None if part.weight >= REQUIRED else _MOST_EXAMPLES
    places = best_places(workspace, visual, [*seen, *match_coarsely(workspace, visual, others)], most)
    places += further_places(workspace, visual, itself)  # of the query's own work: not the query itself
    best: dict[int, Found] = {}
    for one in sorted(places, key=lambda one: -one.score):
        best.setdefault(one.row, one)
    return PartResult(part, best, visual)


def _leading(results: Sequence[PartResult]) -> PartResult:
    """The part whose place is shown: the first detail that is required, else the first thing that is wanted."""
    wanted = [one for one in results if one.part.weight > 0]
    details = [one for one in wanted if one.visual]
    required = [one for one in details if one.part.weight >= REQUIRED]
    return [*required, *details, *wanted][0]


def _place_shown(lead: PartResult, results: Sequence[PartResult], row: int) -> Found | None:
    """The leading part's place, unless an example that is likely to be there is surer of its own."""
    examples = [
        one.places[row]
        for one in results
        if one.visual and 0 < one.part.weight < REQUIRED and row in one.places
        and (row not in lead.places or one.probability(row) >= LIKELY)
    ]  # fmt: skip
    return max(([lead.places[row]] if row in lead.places else []) + examples, key=lambda one: one.score, default=None)


def _parts_of(results: Sequence[PartResult], row: int) -> tuple[PartMatch, ...]:
    """Every detail by itself."""
    details = [(number, one.places.get(row)) for number, one in enumerate(results) if one.visual]
    return tuple(PartMatch(number, place.box, place.evidence) for number, place in details if place and place.evidence)


def _by_words(results: Iterable[PartResult], row: int) -> float:
    """How far words move a work, in logits."""
    moved = sum(one.part.weight * one.places[row].score for one in results if not one.visual and row in one.places)
    return float(np.clip(moved / 2, -MOST_BY_WORDS, MOST_BY_WORDS))


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-9), 1 - 1e-9)
    return float(np.log(bounded / (1 - bounded)))


def _layout(results: Sequence[PartResult], lead: PartResult, row: int) -> float:
    """How far the other details lie where the leading one says they should, 0 to 1; details of other pictures, and
    of works where the leading one has no place, say nothing."""
    factor = 1.0
    for one in results:
        apart = one is lead or one.visual is None or one.part.weight < REQUIRED or not _same_picture(one, lead)
        if apart or row not in one.places or row not in lead.places:
            continue
        expected = _carried(lead.visual.detail.box, lead.places[row], one.visual.detail.box)
        factor *= _nearness(expected, one.places[row].box, lead.places[row].box)
    return factor


def _same_picture(one: PartResult, other: PartResult) -> bool:
    return _source(one.part) == _source(other.part)


def _source(part: Part) -> object:
    return part.work if isinstance(part, RegionPart) else part.path if isinstance(part, PicturePart) else None


def _carried(box: Box, placed: Found, other: Box) -> tuple[float, float]:
    """Where the middle of ``other`` lies when ``box`` lies at a place, perhaps mirrored; turns are left out."""
    across = placed.box.width / box.width * (-1 if placed.mirrored else 1)
    down = placed.box.height / box.height
    (x, y), (x0, y0), (px, py) = other.centre, box.centre, placed.box.centre
    return px + (x - x0) * across, py + (y - y0) * down


def _nearness(expected: tuple[float, float], found: Box, lead: Box) -> float:
    (x, y), (lx, ly) = found.centre, lead.centre
    reach = np.hypot(expected[0] - lx, expected[1] - ly) + np.sqrt(found.area)
    miss = np.hypot(expected[0] - x, expected[1] - y) / max(reach, 1e-6)
    return float(np.exp(-(miss**2) / (2 * LAYOUT_SLACK**2)))
