"""What each part of a query of several finds by itself, over the same works; ``combine`` joins the results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explorer.search.candidates import Candidate, match_coarsely, shortlist
from explorer.search.own_works import OwnWorks, own_works
from explorer.search.query import Part, VisualPart, WordsPart, is_example, is_required
from explorer.search.text_query import WordPlace, find_words, word_z_scores
from explorer.search.verify import VerifiedPlace, best_places, further_places, probability_of
from explorer.search.visual_query import VisualQuery, prepare
from explorer.words.known import understood
from explorer.workspace import Workspace

LEAST_PROBABILITY = 1e-4
"""Match probability of a work in which a detail was not found: not 0, so that works that lack a part can be ranked."""
_MOST_EXAMPLE_PLACES = 40  # of an example or an unwanted detail that are verified


@dataclass(frozen=True)
class DetailResult:
    """What a detail finds: its best verified place in each work, by row. ``number`` is its number in the query."""

    number: int
    part: VisualPart
    query: VisualQuery
    places: dict[int, VerifiedPlace]

    @property
    def weight(self) -> float:
        return self.part.weight

    @property
    def required(self) -> bool:
        return is_required(self.part)

    @property
    def example(self) -> bool:
        return is_example(self.part)

    def probability(self, row: int) -> float:
        """The match probability in a work, :data:`LEAST_PROBABILITY` where nothing was found."""
        return self.places[row].probability if row in self.places else LEAST_PROBABILITY


@dataclass(frozen=True)
class WordsResult:
    """What words find: the best place in each work and the work's robust z-score, by row."""

    weight: float
    places: dict[int, WordPlace]
    z_scores: dict[int, float]


@dataclass(frozen=True)
class PartResults:
    """All parts' results, each in the query's order; the ``rows`` of the works that were examined, in order, and those
    of works that are ``hidden`` whatever was found."""

    details: list[DetailResult]
    words: list[WordsResult]
    rows: list[int]
    hidden: frozenset[int]


def search_parts(
    workspace: Workspace, parts: Sequence[Part], own_wanted: bool, among: frozenset[int] | None = None
) -> PartResults:
    """Search for every part by itself; words that the model does not know are left out. Each
    detail examines its own shortlist and those of all others, in the rows ``among`` where these are given."""
    visual = [
        (number, part, prepare(workspace, part)) for number, part in enumerate(parts) if not isinstance(part, WordsPart)
    ]
    apart = own_works(((part, query.own) for _, part, query in visual), own_wanted)
    shortlists = [shortlist(workspace, query, apart.hidden | apart.own, among) for _, _, query in visual]
    rows = _examined_rows(workspace, [(part, query) for _, part, query in visual], shortlists, apart)
    rows = rows if among is None else [row for row in rows if row in among]
    details = [
        DetailResult(number, part, query, detail_places(workspace, part, query, rows, candidates))
        for (number, part, query), candidates in zip(visual, shortlists, strict=True)
    ]
    words = [
        _search_words(workspace, part)
        for part in parts
        if isinstance(part, WordsPart) and understood(part.text, workspace.encoder).is_known
    ]
    return PartResults(details, words, rows, apart.hidden)


def detail_places(
    workspace: Workspace, part: VisualPart, query: VisualQuery, rows: Sequence[int],
    shortlisted: Sequence[Candidate] = (),
) -> dict[int, VerifiedPlace]:  # fmt: skip
    """By row, a detail's best verified place in each of the works in ``rows``, whether ``shortlisted`` or not."""
    itself = {} if is_example(part) else dict.fromkeys(query.own & set(rows), query.detail.box)
    known = {candidate.row for candidate in shortlisted} | set(itself)
    other_rows = [row for row in rows if row not in known]
    most = None if is_required(part) else _MOST_EXAMPLE_PLACES
    places = best_places(workspace, query, [*shortlisted, *match_coarsely(workspace, query, other_rows)], most)
    places += further_places(workspace, query, itself)  # of the query's own work, but not the query itself
    best: dict[int, VerifiedPlace] = {}
    for place in sorted(places, key=probability_of, reverse=True):
        best.setdefault(place.row, place)
    return best


def _examined_rows(
    workspace: Workspace, visual: Sequence[tuple[VisualPart, VisualQuery]], shortlists: Sequence[Sequence[Candidate]],
    apart: OwnWorks,
) -> list[int]:  # fmt: skip
    """Rows of all shortlisted works, of the query's own where they are wanted, and of the examples' own; of all works
    for words alone."""
    if not visual:
        return [row for row in range(len(workspace.tables.works)) if row not in apart.hidden]
    rows = {candidate.row for candidates in shortlists for candidate in candidates} | apart.own
    rows = rows.union(*(query.own for part, query in visual if is_example(part)))
    return sorted(rows - apart.hidden)


def _search_words(workspace: Workspace, part: WordsPart) -> WordsResult:
    places = find_words(workspace, part.text, 1)
    return WordsResult(part.weight, {place.row: place for place in places}, word_z_scores(places))
