"""What a search found, taken away from the page: the places that are shown, as one page, a table or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.captions import title_of
from explorer.search.export import findings
from explorer.search.query import Match
from explorer.search.take_away import Wanted, take_away
from explorer.ui import evidence, incoming, views
from explorer.ui.asking import query_of
from explorer.ui.judging import Judging, answered
from explorer.ui.searching import AppContext, CollectionContext
from explorer.ui.session import Session
from explorer.ui.taking_away import handed_over

KINDS = ("html", "csv", "json")
"""What matches can be taken away as, and how the file's name ends."""
_MOST_PLACES = 10_000
_CHANGED = "The places have changed since they were shown: search again, then take them away."


def matches_taken_away(app: AppContext, session: Session, asked: Session, sent: Any) -> views.Props:
    """The file ``as`` one of :data:`KINDS` of the ``places`` that are shown of the present search of ``asked``, in the
    collection of ``session``; with the ``number`` that was sent. Or ``{"error": a sentence}``."""
    fields = incoming.record(sent)
    number = incoming.whole_number(fields.get("number"), 0, 2**53, 0)
    return {**answered(lambda: _file(app.of(session), asked, fields)), "number": number}


def _file(context: CollectionContext, asked: Session, fields: dict[str, Any]) -> views.Props:
    kind, step = incoming.text(fields.get("as"), 20), asked.here
    if kind not in KINDS:
        raise ExplorerError(f"Matches can be taken away as {', '.join(KINDS)}, not as {kind[:20]!r}.")
    if step is None or not step.searched:
        raise ExplorerError("There are no matches to take away: search first.")
    options = asked.result_options
    found, judgements = Judging(context).matches(step, options)
    shown = _shown(found, fields.get("places"))
    folded = len(found) - len(shown)
    notes = [
        context.caution(step), evidence.learnt(judgements) and f"The search {evidence.learnt(judgements)}.",
        f"Of what was found, {folded:,} that were folded away are not here." if folded else "",
    ]  # fmt: skip
    query, limits = query_of(step, context.uploads), context.limits(options)
    taken = findings(context.workspace, query, limits, shown, notes)
    workspace = context.workspace
    return handed_over(
        f"{workspace.name} {title_of(query, context.title(step))}", kind,
        lambda path: take_away(taken, Wanted(**{kind: path}))[1:],
        f"show fewer places, or make it with: explorer search {workspace.name} ... --{kind} FILE",
    )  # fmt: skip


def _shown(found: Sequence[Match], sent: Any) -> list[Match]:
    """Those of the matches that are shown at the places that were sent, on the works that are shown of each. Raises
    :class:`ExplorerError` where one of them was not found."""
    places = set()
    for place in sent[:_MOST_PLACES] if isinstance(sent, list) else []:
        fields = incoming.record(place)
        box = incoming.box(fields.get("box")) or Box.whole()
        places.add((incoming.text(fields.get("work")), *(views.sides(box) or [])))
    if not places:
        raise ExplorerError("No place is shown: there is nothing to take away.")
    shown = [
        match.shown_as(work)
        for match in found
        for work in match.works
        if (work, *(views.sides(match.box) or [])) in places
    ]
    if len(shown) < len(places):
        raise ExplorerError(_CHANGED)
    return shown
