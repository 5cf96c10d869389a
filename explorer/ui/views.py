"""Records as the page's components show them: plain data, never HTML; tested without a browser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from explorer.geometry import Box
from explorer.search.measured import extent
from explorer.search.serialisation import match_record
from explorer.ui import words_for

if TYPE_CHECKING:
    from explorer.collection import Work
    from explorer.search.query import Match
    from explorer.ui.session import FurtherDetail, ResultOptions, Session, Step

Props = dict[str, Any]
"""What a component's script is given: plain data that JSON can carry."""


def picture_url(collection: str, path: Path) -> str:
    """The page's address of a thumbnail, a view or a detail of a collection; it does not say where on the server the
    file is.

    >>> picture_url("my prints", Path("/srv/cache/my prints/pictures/views/ab/abc.jpg"))
    'pictures/my%20prints/views/ab/abc.jpg'
    """
    return "/".join(map(quote, ("pictures", collection, *path.parts[-3:])))


def visitors_url(path: Path) -> str:
    """The same of the copy of a visitor's picture, which is in the upload's own folder.

    >>> visitors_url(Path("/tmp/gradio/0123/views/ab/abc.jpg"))
    'visitors/0123/views/ab/abc.jpg'
    """
    return "/".join(map(quote, ("visitors", *path.parts[-4:])))


def sides(box: Box | None) -> list[float] | None:
    """A box as four rounded fractions; None for none."""
    return None if box is None else [round(float(side), 5) for side in box.as_tuple()]


def centimetres(work: Work) -> str:
    """``74.5 × 121 cm``, height first; empty where the catalogue does not state it."""
    if not work.height_cm or not work.width_cm:
        return ""
    return f"{work.height_cm:g} × {work.width_cm:g} cm"


def caption(work: Work) -> Props:
    """The few facts that stand beside every picture of a work."""
    return {
        "work": work.id,
        "title": _title(work),
        "artist": work.artist or "",
        "date": work.date or "",
        "aspect": round(work.width / work.height, 4) if work.width and work.height else 1.0,
    }


def _title(work: Work) -> str:
    return work.title or Path(work.id).stem


def gallery(found: Sequence[Work], text: str, total: int) -> Props:
    """The works that a catalogue search found, with what they can be sorted by."""
    return {"works": [_listed(work) for work in found], "text": text, "total": total}


def _listed(work: Work) -> Props:
    area = work.height_cm * work.width_cm if work.height_cm and work.width_cm else None
    return {**caption(work), "year": work.span and work.span[0], "size": centimetres(work), "area": area}


def stage(work: Work, url: str, box: Box | None, service: str = "") -> Props:
    """A work of the collection, large. ``service`` is the address of its IIIF image service, from which parts of the
    original come; ``cm_per_pixel`` is None where lengths on the picture are not known, and ``no_scale`` says why."""
    known = extent(work)
    no_scale = "" if known and known.fits else words_for.no_scale(known is not None)
    return {
        **caption(work),
        "kind": "work",
        "key": work.id,
        "url": url,
        "service": service,
        "width": work.width,
        "height": work.height,
        "cm_per_pixel": known.cm_per_pixel if known and not no_scale else None,
        "no_scale": no_scale,
        "box": sides(box),
        "facts": [fact for fact in (work.medium, centimetres(work), work.holder, work.inventory) if fact],
        "page": work.url if (work.url or "").startswith(("https://", "http://")) else "",
    }


def sizes(step: Step) -> Props:
    """What a click without a box may have meant, from small to large, and which of them is searched."""
    number = step.sizes.index(step.box) if step.box in step.sizes else None
    return {"proposals": [sides(box) for box in step.sizes], "proposal": number, "refining": step.provisional}


def visitors_stage(step: Step, url: str, size: tuple[int, int]) -> Props:
    """A picture the visitor brought, large."""
    width, height = size
    return {
        **visitors_caption(step, url),
        "kind": "picture",
        "key": step.key,
        "width": width,
        "height": height,
        "aspect": round(width / height, 4),
        "box": sides(step.box),
        "no_scale": words_for.no_scale(stated=False),
        "facts": ["your own picture; it is not added to the collection"],
        "page": "",
    }


def visitors_caption(step: Step | FurtherDetail, url: str) -> Props:
    """The same of a visitor's picture, of which only the file name is known."""
    return {"work": "", "title": Path(step.key).name, "artist": "", "date": "", "url": url}


def card(match: Match, work: Work, equal: Sequence[Work] = ()) -> Props:
    """A match: which work, where on it, and its score. ``equal`` are the first of the works with the same picture."""
    return {
        **caption(work),
        "year": work.span and work.span[0],
        "medium": work.medium,
        "box": sides(match.box),
        "score": round(float(match.score), 4),
        "rank": match.rank,
        "mirrored": match.mirrored,
        "also": [sides(box) for box in match.also],
        "equal": _equal(match, equal),
    }


def _equal(match: Match, works: Sequence[Work]) -> Props | None:
    """The works that have the same picture as a match, the first of them by name; None where there are none."""
    if not works:
        return None
    named = [{"work": work.id, "title": _title(work)} for work in works]
    words = words_for.equal([work["title"] for work in named], len(match.equal))
    return {"words": words, "works": named, "more": len(match.equal) - len(named)}


def results(cards: Sequence[Props], options: ResultOptions, asked: Props | None = None, learnt: str = "") -> Props:
    """The answer to a search. ``asked`` is the stage searched from (None for words), ``learnt`` what the search
    learnt from, in words."""
    works = len({card["work"] for card in cards})
    if not cards:
        return message("Nothing in the collection matches this.", options)
    places = "1 place" if len(cards) == 1 else f"{len(cards)} places"
    count = places if works == len(cards) else f"{places} in {works} {'work' if works == 1 else 'works'}"
    answer = {"cards": list(cards), "count": count, "message": "", "result_options": shown_options(options)}
    return {**answer, "asked": asked, "learnt": learnt}


def whole_works(matches: Sequence[Match], model: str = "") -> Props:
    """What differs in the results where whole works are compared; by vectors of a ``model`` that is not here, if one is
    named."""
    count = "1 work" if len(matches) == 1 else f"{len(matches)} works"
    said = {"caution": words_for.similarity(model)} if model else {"about": words_for.LIKENESS}
    return {"count": count, **said, "whole_only": True}


def message(sentence: str, options: ResultOptions, trouble: bool = False) -> Props:
    """A sentence where results would stand."""
    return {
        "cards": [], "count": "", "message": sentence, "trouble": trouble,
        "result_options": shown_options(options), "asked": None,
    }  # fmt: skip


def shown_options(options: ResultOptions) -> Props:
    """The options as the results panel shows them."""
    shown = {"top": options.top, "per_work": options.per_work, "own": options.own}
    return {**shown, "least": options.least, "learn": options.learn}


def trail(session: Session, captions: Mapping[Step, Props]) -> Props:
    """The steps taken, each with what its small crop needs."""
    steps = [
        {**captions[step], "box": sides(step.box), "kind": step.kind, "more": max(step.parts - 1, 0)}
        for step in session.steps
    ]
    return {"steps": steps, "at": session.at}


def found(match: Match, work: Work) -> Props:
    """A match as the REST API gives it: boxes in pixels of the original picture, as on the command line."""
    return {**match_record(match, work), "title": work.title, "artist": work.artist, "date": work.date}


def entry(work: Work) -> Props:
    """A work as the REST API gives it."""
    known = {"file": work.id, "title": work.title, "artist": work.artist, "date": work.date, "year": work.year}
    return {**known, "width": work.width, "height": work.height}


MOST_REMARKED = 200
"""Pictures with a remark that the panel lists."""


def collection_panel(
    facts: Iterable[tuple[str, str]], skipped: Sequence[tuple[str, str]], commands: Sequence[Props],
    reliability: Props | None = None, remarked: Sequence[tuple[str, str]] = (),
) -> Props:  # fmt: skip
    """What the collection is, what was left out and why, of which pictures something is to be said, how to add to it,
    and how far its percentages hold."""
    return {
        "reliability": reliability,
        "facts": [{"term": term, "text": text} for term, text in facts if text],
        "skipped": [{"file": file, "reason": reason} for file, reason in skipped],
        "remarked": [{"file": file, "remark": remark} for file, remark in remarked[:MOST_REMARKED]],
        "remarked_count": len(remarked),
        "commands": list(commands),
    }
