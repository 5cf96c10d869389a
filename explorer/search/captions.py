"""What is written of a search that is taken away: what was asked, and under each match how sure it is and how it lies
there."""

from __future__ import annotations

from explorer.geometry import Box
from explorer.plates.captions import counted, sentence
from explorer.search.export import Findings
from explorer.search.query import Match, Part, Query, SearchOptions, WordsPart, is_example, is_required, part_box
from explorer.verification.in_words import percent, probability_level, transform


def title_of(query: Query, first: str) -> str:
    """What the page of a query is called; ``first`` is the title of the picture of its first detail, if it has one."""
    wanted = [part.text for part in query.parts if isinstance(part, WordsPart) and part.weight > 0]
    details = [part for part in query.parts if not isinstance(part, WordsPart) and part.weight > 0]
    if not details:
        return f"Where {' and '.join(f'“{text}”' for text in wanted)} is found"
    if len(details) > 1:
        return f"Where {len(details)} details recur"
    boxed = part_box(details[0]) != Box.whole()
    return f"Where a detail of “{first}” recurs" if boxed else f"Where “{first}” recurs"


def about(found: Findings) -> list[str]:
    """Sentences on the whole search."""
    works = len({match.work for match in found.matches})
    places = f"{counted(len(found.matches), 'place')} in {counted(works, 'work')}" if works else "Nothing was found"
    said = [f"{places} of the collection “{found.workspace.name}” ({counted(found.workspace.manifest.works, 'work')})."]
    return [*said, *looked_for(found.query), asked_for(found.options), *found.notes]


def looked_for(query: Query) -> list[str]:
    """Sentences on what a query has besides its details."""
    said, words = [], [part for part in query.parts if isinstance(part, WordsPart)]
    if words:
        said.append(f"Looked for in words: {', '.join(_worded(part) for part in words)}.")
    if query.layout:
        said.append("The details must lie as they do in the picture.")
    return said


def asked_for(options: SearchOptions) -> str:
    """How much was asked for, and of which works."""
    own = "" if options.own else ", none in the picture that was searched with"
    within = f" Searched in {options.within.words}." if options.within else ""
    return (
        f"Asked for: at most {counted(options.top, 'place')}, {options.per_work:,} in each work at most{own}.{within}"
    )


def _worded(part: WordsPart) -> str:
    weight = "" if is_required(part) else f" (weight {part.weight:g})" if part.weight > 0 else " (not wanted)"
    return f"“{part.text}”{weight}"


def role_of(part: Part, number: int) -> str:
    """What a detail is to its query, of which it is part ``number``."""
    if is_required(part):
        return "Must be there too." if number else "What was looked for."
    return "An example of what is wanted." if is_example(part) else "Not wanted."


def said_of(match: Match, query: Query, scale: float | None) -> list[str]:
    """How sure a match is, and how it lies there; ``scale`` is that between the works themselves, where their sizes are
    known."""
    found = match.evidence
    if found is None:
        return [_similarity(match, query), *_equal(match)]
    what = "that all of this is there" if match.parts else "that it is a copy"
    words = probability_level(match.score)[1]
    said = [f"Probability {what}: {percent(match.score)} ({words}).", sentence(transform(found.transform, scale))]
    if len(match.parts) > 1:
        each = ", ".join(percent(part.evidence.probability) for part in match.parts)
        said.append(f"The details by themselves: {each}.")
    return [*said, *_equal(match)]


def _similarity(match: Match, query: Query) -> str:
    if not isinstance(query.parts[0], WordsPart):
        return f"Similarity of the whole works: {match.score:.2f}, at most 1; no probability."
    what = "Fits the words" if len(query.parts) > 1 else "Similarity to the words"
    return f"{what}: {match.score:.2f}, at most 1; no probability."


def _equal(match: Match) -> list[str]:
    return [f"The same picture file: {', '.join(match.equal)}."] if match.equal else []
