"""The search that users get, whichever front they use: from a query to ranked matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.parallel import one_blas_thread
from explorer.search.candidates import Candidate, beyond_shortlist, shortlist
from explorer.search.combine import CombinedPlace, combined
from explorer.search.equal_pictures import EqualPictures, rows_within
from explorer.search.feedback import JudgedMatch
from explorer.search.query import Match, Query, SearchOptions, VisualPart, WordsPart
from explorer.search.text_query import WordPlace, find_words, localised, refuse_blank
from explorer.search.verify import VerifiedPlace, best_places, further_places, probability_of
from explorer.search.visual_query import VisualQuery, prepare, refuse_unrecognisable
from explorer.search.whole_works import SimilarWork, find_similar_works
from explorer.words.known import refuse_unknown, understood
from explorer.workspace import Workspace

_FoundPlace = WordPlace | SimilarWork | VerifiedPlace | CombinedPlace


def search(
    workspace: Workspace, query: Query, options: SearchOptions | None = None, judged: Sequence[JudgedMatch] = ()
) -> list[Match]:
    """Where in the collection the query is found, best first; ``judged`` matches of its first detail are learnt from.

    Which works are examined, their match probabilities and their order do not depend on how many matches are wanted:
    asking for more, for more per work or for the query's own work only adds to what is found without. Limiting a
    search for one detail to some works takes the others away, and adds those that come up. Works with the same picture
    are searched once (:mod:`explorer.search.equal_pictures`).

    Raises :class:`ExplorerError`, before anything is searched, for an empty query, one in which everything is unwanted,
    an unknown work, an unreadable picture, a box outside it, a detail in which there is nothing to recognise, and words
    of which the model knows none, with nothing beside them.
    """
    options = options or SearchOptions()
    _check(workspace, query, judged)
    if options.within and not options.within.works:
        return []
    if query.alike or not workspace.has_details:
        similar = find_similar_works(workspace, query, options.own)
        return _matches(workspace, EqualPictures.for_query(workspace, query, options.own).one_each(similar), options)
    found: Sequence[_FoundPlace]
    first, equal = query.parts[0], EqualPictures.for_query(workspace, query, options.own)
    with one_blas_thread():
        if len(query.parts) > 1 or judged:
            found = combined(workspace, query, options, equal.judged(judged))
        elif isinstance(first, WordsPart):
            found = find_words(workspace, first.text, options.per_work)
        else:
            found = _find_detail(workspace, first, options)
        matches = _matches(workspace, equal.one_each(found, judged), options)
        if isinstance(first, WordsPart) and len(query.parts) == 1:
            return localised(workspace, first.text, matches)
        return matches


def _check(workspace: Workspace, query: Query, judged: Sequence[JudgedMatch]) -> None:
    """Raises :class:`ExplorerError` for a query that cannot be searched for."""
    if not query.parts:
        raise ExplorerError("There is nothing to search for: give a picture, a detail, or words.")
    if not any(part.weight > 0 for part in query.parts):
        raise ExplorerError("Say also what to look for: so far the search only has what it should not find.")
    if judged and isinstance(query.parts[0], WordsPart):
        raise ExplorerError("Only a search for a detail can learn from judgements.")
    if workspace.has_details:
        for part in query.parts:
            if isinstance(part, WordsPart):
                refuse_blank(part.text)
            else:
                refuse_unrecognisable(workspace, part)
        _refuse_words_alone(workspace, query)


def _refuse_words_alone(workspace: Workspace, query: Query) -> None:
    """Raises :class:`ExplorerError` for a query that wants nothing but words of which the model knows none. Beside
    other parts such words are left out (:func:`explorer.search.part_results.search_parts`)."""
    wanted = [part for part in query.parts if part.weight > 0]
    words = [part.text for part in wanted if isinstance(part, WordsPart)]
    if len(words) == len(wanted) and not any(understood(text, workspace.encoder).is_known for text in words):
        refuse_unknown(words[0], workspace.encoder)


def _matches(
    workspace: Workspace, found: Sequence[tuple[_FoundPlace, tuple[int, ...]]], options: SearchOptions
) -> list[Match]:
    """The best places as matches. ``found`` has each with the rows of the works it is on, the one to be shown first."""
    present, works = set(workspace.present_rows().tolist()), workspace.tables.works
    if options.within:
        present = {row for row in present if works[row] in options.within.works}
    listed = [(place, [works[row] for row in rows if row in present]) for place, rows in found]
    if options.every_file:
        listed = [(place, [work]) for place, files in listed for work in sorted(files, key=workspace.row)]
    shown = [(place, files) for place, files in listed if files][: options.top]
    return [
        replace(_match(place, files[0], rank), equal=tuple(files[1:]))
        for rank, (place, files) in enumerate(shown, start=1)
    ]


def _match(place: _FoundPlace, work: str, rank: int) -> Match:
    if isinstance(place, WordPlace):
        return Match(work, place.box, place.cosine, rank)
    if isinstance(place, SimilarWork):
        return Match(work, place.box, place.similarity, rank)
    if isinstance(place, VerifiedPlace):
        return Match(work, place.box, place.probability, rank, place.mirrored, place.evidence)
    return Match(work, place.box, place.score, rank, place.mirrored, place.evidence, place.also, place.parts)


def _find_detail(workspace: Workspace, part: VisualPart, options: SearchOptions) -> list[VerifiedPlace]:
    """A query of a single detail, best first; works beyond the shortlist of every search come after those on it."""
    query, among = prepare(workspace, part), rows_within(workspace, options.within)
    shortlisted = shortlist(workspace, query, frozenset(), among)
    found = _places(workspace, query, shortlisted, options)
    if options.own:
        found += _further(workspace, query, dict.fromkeys(query.own, query.detail.box), options.per_work)
    found.sort(key=probability_of, reverse=True)
    beyond = options.top - workspace.config.rerank_works
    if beyond > 0:
        candidates = beyond_shortlist(workspace, query, shortlisted, beyond, among)
        order = {row: number for number, row in enumerate(dict.fromkeys(candidate.row for candidate in candidates))}
        found += sorted(_places(workspace, query, candidates, options), key=lambda place: order[place.row])
    return found


def _places(
    workspace: Workspace, query: VisualQuery, candidates: Sequence[Candidate], options: SearchOptions
) -> list[VerifiedPlace]:
    """The verified places of the candidates' works, as many of each work as are wanted."""
    places = best_places(workspace, query, candidates)
    if options.per_work > 1:
        places += _further(workspace, query, {place.row: place.box for place in places}, options.per_work - 1)
    return places


def _further(workspace: Workspace, query: VisualQuery, taken: dict[int, Box], most: int) -> list[VerifiedPlace]:
    """Further places, ``most`` of each work."""
    by_row: dict[int, list[VerifiedPlace]] = {}
    for place in further_places(workspace, query, taken, most):
        by_row.setdefault(place.row, []).append(place)
    return [place for places in by_row.values() for place in places[:most]]
