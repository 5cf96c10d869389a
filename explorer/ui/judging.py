"""Judging matches: results with their evidence and judgements, and what a browser sends to be kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from explorer.collection import Judgement
from explorer.collection.judgements import NOBODY, picture_name
from explorer.collection.pictures import file_hash
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.iiif.presentation import Addresses
from explorer.search.query import Match
from explorer.ui import evidence, incoming, views, words_for
from explorer.ui.asking import room, wanted_words
from explorer.ui.said import said
from explorer.ui.searching import AppContext, CollectionContext
from explorer.ui.session import ResultOptions, Step
from explorer.ui.strengths import ROLES

log = logging.getLogger(__name__)

LONGEST_NAME = 80


class Judging:
    """What the results and the evidence view need of a collection's judgements."""

    def __init__(self, context: CollectionContext) -> None:
        self.context = context
        self.collection = context.workspace.collection

    # -- what is shown -----------------------------------------------------------------------------------------------

    def results(
        self, step: Step, stage: views.Props, options: ResultOptions, matches: list[Match] | None = None
    ) -> views.Props:
        """Where the detail of a step recurs, with evidence and judgements; ``matches`` where they are known already.
        ``stage`` is what the viewer shows of the step."""
        judgements: list[Judgement] = []
        if matches is None:
            matches, judgements = self.matches(step, options)
        shown = views.results(self.cards(step, matches), options, stage, evidence.learnt(judgements))
        if not self.context.workspace.has_details:
            return {**shown, **views.whole_works(matches, self.context.workspace.config.model)}
        if step.wholes:
            return {**shown, **views.whole_works(matches)}
        about = words_for.WORDS_REORDER if step.terms else ""
        shown |= {"room": room(step), "words": wanted_words(step), "about": about}
        return {**shown, "caution": self.context.caution(step)}

    def matches(self, step: Step, options: ResultOptions) -> tuple[list[Match], list[Judgement]]:
        """Where the query of a step is found, and the judgements that were learnt from."""
        judgements = self._teaching(step) if options.learn and step.kind != "words" and not step.wholes else []
        return self.context.matches(step, options, judgements), judgements

    def cards(self, step: Step, matches: list[Match]) -> list[views.Props]:
        """Matches of a step's detail as cards. Of works with the same picture, one that was judged is shown."""
        box = step.box or Box.whole()
        query_work = self.collection.work(step.key) if step.kind == "work" else None
        places = [(work, match.box) for match in matches for work in match.works]
        judgements = iter(self.collection.judgements.of_matches(self.name(step), box, places))
        roles = [ROLES[step.strength], *(detail.role for detail in step.further)]
        cards = []
        for match in matches:
            made = {work: judgement for work in match.works if (judgement := next(judgements))}
            shown = match.shown_as(next(iter(made), match.work))
            why = evidence.evidence(shown, self.collection.work(shown.work), query_work, box, roles, bool(step.terms))
            judged = evidence.judged(made.get(shown.work))
            cards.append({**self.context.card(shown), "evidence": why, "judged": judged})
        return cards

    def name(self, step: Step) -> str:
        """What judgements call the picture of a step; a copy of a work's file goes by the work's name."""
        if step.kind == "work":
            return step.key
        content = file_hash(self.context.uploads / step.key)
        return next(iter(self.collection.with_content(content)), picture_name(content))

    def _teaching(self, step: Step) -> list[Judgement]:
        """What a search of a step may learn from: judgements of works that are still in the collection and indexed."""
        searchable = self.collection.ids() & set(self.context.workspace.tables.rows)
        judgements = self.collection.judgements.for_query(self.name(step), step.box or Box.whole())
        return [judgement for judgement in judgements if judgement.match_work in searchable]

    # -- what a browser asks for -------------------------------------------------------------------------------------

    def judge(self, sent: Any) -> views.Props:
        """Keep a judgement: ``{"query": {"kind", "key", "box"}, "match": {"work", "box"}, "verdict", "note", "who"}``,
        of which the last two may be left out."""
        fields = incoming.record(sent)
        step = self.context.step(fields.get("query"))
        match = incoming.record(fields.get("match"))
        judgement = Judgement(
            query_work=self.name(step),
            query_box=step.box or Box.whole(),
            match_work=self.collection.work(incoming.text(match.get("work"))).id,
            match_box=incoming.box(match.get("box")) or Box.whole(),
            verdict=incoming.text(fields.get("verdict"), 20),
            note=incoming.text(fields.get("note")),
            who=incoming.text(fields.get("who"), LONGEST_NAME) or NOBODY,
        )
        return {"judged": evidence.judged(self.collection.judgements.judge(judgement))}

    def withdraw(self, sent: Any) -> views.Props:
        """Take a judgement back: ``{"id", "who"}``; what holds now is answered."""
        fields = incoming.record(sent)
        number = incoming.whole_number(fields.get("id"), 0, 2**62, 0)
        left = self.collection.judgements.withdraw(number, incoming.text(fields.get("who"), LONGEST_NAME))
        return {"judged": evidence.judged(left)}

    def large(self, sent: Any) -> views.Props:
        """The large picture of a work, ``{"work"}``, its size in pixels of the original, and the address of the image
        service that has parts of the original."""
        work = self.collection.work(incoming.text(incoming.record(sent).get("work")))
        workspace = self.context.workspace
        url = views.picture_url(workspace.name, workspace.view(work.id))
        service = Addresses("", workspace.name).image(work.id).removeprefix("/")
        return {"url": url, "service": service, "width": work.width, "height": work.height}


def judging_functions(app: AppContext) -> list[Callable[[Any], views.Props]]:
    """Fresh functions for one component's script. What is sent names the ``collection``; each function answers with a
    record, or with ``{"error": a sentence}``."""

    def judging(sent: Any) -> Judging:
        return Judging(app.named(incoming.record(sent).get("collection")))

    def judge(sent: Any) -> views.Props:
        return answered(lambda: judging(sent).judge(sent))

    def withdraw(sent: Any) -> views.Props:
        return answered(lambda: judging(sent).withdraw(sent))

    def large(sent: Any) -> views.Props:
        return answered(lambda: judging(sent).large(sent))

    return [judge, withdraw, large]


def answered(answer: Callable[[], views.Props]) -> views.Props:
    """An answer, or the sentence that says why there is none."""
    try:
        return answer()
    except (ExplorerError, OSError) as error:
        log.info("refused: %s", error)
        return {"error": said(error)}
