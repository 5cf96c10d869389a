"""Queries of several parts: details that are required, examples, what is unwanted, words, and judgements.

Every detail has a match probability in every work, with its own evidence. They are joined in one way:

* *Required details*: the geometric mean of their probabilities, times how well they keep the layout, if that counts.
* *Examples* can only add: a work is found where all required details are there, *or* something like an example
  (noisy or). Where nothing is required, what is like the strongest example counts in full: the probability is that at
  least one of them is there.
* *Unwanted details* count where they are probably there, and only there. The works that they are taken from are never
  shown.
* *Words* beside details change the order and nothing else: much among works that probably have what is asked, little
  among the others, and never one of the first behind one of the others. By themselves they are joined as details are:
  the geometric mean of what is wanted, lowered by what is not.
* *Judged matches*: accepted ones are ranked first, rejected ones last, and what is learnt from them
  (:mod:`explorer.search.feedback`) adds examples, and lowers what matches a rejected one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from explorer.geometry import Box
from explorer.matching.dense import SAME_PLACE
from explorer.search.equal_pictures import rows_within
from explorer.search.feedback import Feedback, JudgedMatch, learn
from explorer.search.layout import layout_factor
from explorer.search.part_results import LEAST_PROBABILITY, DetailResult, PartResults, WordsResult, search_parts
from explorer.search.query import Evidence, PartMatch, Query, SearchOptions
from explorer.search.text_query import WordPlace
from explorer.search.verify import VerifiedPlace
from explorer.workspace import Workspace

PROVEN = 0.5
"""Match probability from which an unwanted detail counts as being there, and from which likeness to a rejected match no
longer lowers a work."""
LIKELY = 0.2
"""Match probability from which an example adds to what a required detail gives; a lower one would only reorder works
that are unlikely."""
MOST_BY_WORDS = 0.5
"""How far words move a work whose probability is below :data:`PROVEN` up or down, in logits, at most."""
_SURE = 0.9  # probability from which on words alone order works: all of them are copies
_BY_WORDS = 4.0  # logits by which words move works above PROVEN, for each factor e of how likely they fit
_WORDS_MIDDLE = 1.0  # z-score at which words are as likely to fit as not (benchmarks/README.md)
_REJECTED = 1.0  # how far likeness to a rejected match moves a work down, in logits


@dataclass(frozen=True)
class CombinedPlace:
    """A work's place for a query of several parts: ``row`` is the work's row in the tables, ``score`` the probability,
    0 to 1, that the work has what the query asks for; ``also`` and ``parts`` are those of a match."""

    row: int
    box: Box
    score: float
    mirrored: bool
    evidence: Evidence | None
    also: tuple[Box, ...]
    parts: tuple[PartMatch, ...]


def combined(
    workspace: Workspace, query: Query, options: SearchOptions, judged: Sequence[JudgedMatch] = ()
) -> list[CombinedPlace]:
    """Works by how well they match all parts of a query, best first; the place is that of the leading part.

    ``judged`` are matches of the query's first detail that a person accepted or rejected.
    """
    results = search_parts(workspace, query.parts, options.own, rows_within(workspace, options.within))
    lead = leading_detail(results.details)
    feedback = learn(workspace, judged, lead, results.rows)
    combination = _Combination(query.layout, results, lead, feedback)
    rows = sorted({*results.rows, *feedback.judged} - results.hidden)
    placed = [place for row in rows if (place := combination.place(row))]
    return sorted(placed, key=combination.rank, reverse=True)


def leading_detail(details: Sequence[DetailResult]) -> DetailResult | None:
    """The detail whose place is shown: the first required one, else the first example; None for words alone."""
    required = [detail for detail in details if detail.required]
    return next(iter([*required, *(detail for detail in details if detail.example)]), None)


def joint_probability(details: Sequence[DetailResult], row: int, layout: float = 1.0) -> float:
    """The probability, 0 to 1, that a work has what the details ask for; ``layout`` is a factor on the required."""
    required = [max(detail.probability(row), LEAST_PROBABILITY) for detail in details if detail.required]
    probability = float(np.exp(np.mean(np.log(required)))) * layout if required else 0.0
    examples = [detail for detail in details if detail.example]
    full = 1.0 if required else max((detail.weight for detail in examples), default=1.0)
    for detail in examples:
        if not required or detail.probability(row) >= LIKELY:
            probability = 1 - (1 - probability) * (1 - detail.weight / full * detail.probability(row))
    for detail in details:
        if detail.weight < 0 and detail.probability(row) >= PROVEN:
            probability *= 1 - min(-detail.weight, 1.0) * detail.probability(row)
    return probability


def words_score(words: Sequence[WordsResult], row: int) -> float:
    """The score, 0 to 1, of a work for words alone: the weighted geometric mean of how likely the wanted ones fit and,
    times each unwanted one's share, how likely it does not. Each is a logistic function of its z-score."""
    wanted = sum(result.weight for result in words if result.weight > 0)
    return float(np.exp(sum(_fit(result, result.z_scores[row]) for result in words) / wanted))


def words_move(words: Sequence[WordsResult], row: int) -> float:
    """How far words beside a detail move a work, in logits: not at all where they fit it as they fit most works."""
    known = [result for result in words if row in result.z_scores]
    return _BY_WORDS * sum(_fit(result, result.z_scores[row]) - _fit(result, 0.0) for result in known)


def moved_by_words(logit: float, by_words: float) -> tuple[float, float, float]:
    """What a work with a probability of this ``logit`` is ranked by, the highest first, when words move it ``by_words``
    logits: whether it is probably a copy, where it then lies, and its own logit.

    >>> moved_by_words(0.5, -9) > moved_by_words(-0.5, 9)  # a likely copy, however little the words fit it
    True
    >>> moved_by_words(2.5, 0.1) > moved_by_words(9.5, 0)  # two that are almost certain
    True
    """
    if logit < _logit(PROVEN):
        return 0.0, logit + min(max(by_words / 2, -MOST_BY_WORDS), MOST_BY_WORDS), logit
    return 1.0, min(logit, _logit(_SURE)) + by_words, logit


def _fit(words: WordsResult, z_score: float) -> float:
    """The weighted logarithm of how likely wanted words fit, and unwanted ones do not."""
    above = z_score - _WORDS_MIDDLE if words.weight > 0 else _WORDS_MIDDLE - z_score
    return -abs(words.weight) * float(np.logaddexp(0.0, -above))


@dataclass(frozen=True)
class _Combination:
    """All that was found for the parts of one query, to be joined work by work."""

    layout: bool
    results: PartResults
    lead: DetailResult | None
    feedback: Feedback

    @property
    def details(self) -> list[DetailResult]:
        """Those of the query, and the accepted matches as examples."""
        return [*self.results.details, *self.feedback.accepted]

    def place(self, row: int) -> CombinedPlace | None:
        """The place shown of a work, with its score; None where neither the leading part nor an example has one."""
        shown, judgement = self._shown_place(row), self.feedback.judged.get(row)
        box = judgement.box if judgement else shown.box if shown else None
        if box is None:
            return None
        verified = shown if isinstance(shown, VerifiedPlace) else None
        evidence = verified.evidence if verified else None
        if evidence and verified and verified.box is not box and verified.box.iou(box) < SAME_PLACE:
            evidence = evidence.without_pairs()  # it was judged at another place than the one that was found
        return CombinedPlace(
            row, box, self._score(row), verified.mirrored if verified else False, evidence,
            self._other_boxes(row), self._part_matches(row),
        )  # fmt: skip

    def rank(self, place: CombinedPlace) -> tuple[float, ...]:
        """What works are ranked by, the highest first: judgements, then the score's logit, lowered by likeness to
        rejected matches and moved by words."""
        judgement = self.feedback.judged.get(place.row)
        judged = 0 if judgement is None else 1 if judgement.accepted else -1
        logit = _logit(place.score)
        if place.score < PROVEN:
            logit -= _REJECTED * self.feedback.likeness_to_rejected(place.row)
        if not self.details or not self.results.words:
            return judged, logit
        return judged, *moved_by_words(logit, words_move(self.results.words, place.row))

    def _score(self, row: int) -> float:
        if not self.details:
            return words_score(self.results.words, row)
        layout = layout_factor(self.results.details, self.lead, row) if self.layout and self.lead else 1.0
        return joint_probability(self.details, row, layout)

    def _shown_place(self, row: int) -> VerifiedPlace | WordPlace | None:
        """The leading part's place, unless an example that is likely to be elsewhere has a higher probability there.

        Evidence says how the *leading* detail became the match, so that of an example is not shown as if it did.
        """
        lead_place = self.lead.places.get(row) if self.lead else None
        likely = [
            detail.places[row]
            for detail in self.details
            if detail.example and detail is not self.lead and row in detail.places
            and (lead_place is None or detail.probability(row) >= LIKELY)
        ]  # fmt: skip
        best = max(likely, key=lambda place: place.probability, default=None)
        if lead_place and (
            best is None or best.probability <= lead_place.probability or best.box.iou(lead_place.box) >= SAME_PLACE
        ):
            return lead_place
        if best:
            return replace(best, evidence=best.evidence.without_pairs())
        wanted_words = [result for result in self.results.words if result.weight > 0]
        return wanted_words[0].places.get(row) if self.lead is None and wanted_words else None

    def _other_boxes(self, row: int) -> tuple[Box, ...]:
        """Where the required details other than the leading one lie; for words alone, the places of the other wanted
        words."""
        if not self.details:
            others_said = [result for result in self.results.words if result.weight > 0][1:]
            boxes = [result.places[row].box for result in others_said if row in result.places]
            return tuple(box for box in dict.fromkeys(boxes) if box != Box.whole())
        others = [detail for detail in self.results.details if detail is not self.lead and detail.required]
        return tuple(detail.places[row].box for detail in others if row in detail.places)

    def _part_matches(self, row: int) -> tuple[PartMatch, ...]:
        """Every detail of the query by itself."""
        found = [(detail.number, detail.places[row]) for detail in self.results.details if row in detail.places]
        return tuple(PartMatch(number, place.box, place.evidence) for number, place in found)


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-9), 1 - 1e-9)
    return float(np.log(bounded / (1 - bounded)))
