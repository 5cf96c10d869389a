"""How the Explore tab answers: what a step shows, and answers that report their stages and can be superseded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from explorer.errors import ExplorerError
from explorer.ui import facets, incoming, views
from explorer.ui.links import parameters
from explorer.ui.searching import CollectionContext
from explorer.ui.session import Session, Step
from explorer.ui.turns import Stage, Turns, moment, reported

Shown = tuple[Session, Any, Any, Any, Any]
"""What every step gives: the session, then what viewer, trail, tray and results show (``gr.skip()``: as it is)."""
Handler = Callable[[Session, gr.EventData], Shown | Iterator[Shown]]
_UNCHANGED = tuple(gr.skip() for _ in range(5))


def answering(
    turns: Turns, handler: Handler, refuse: Callable[[Session, ExplorerError], Shown], listed: Callable[[Session], Any]
) -> Callable[..., Iterator[tuple[Any, ...]]]:  # fmt: skip
    """An event's handler that takes a while: it gives what is shown, and after it what the waiting panel shows, and, at
    its end, the list of works by ``listed``. Its stages are reported, a newer question of the same page supersedes it,
    and ``refuse`` shows its errors."""

    def answer(session: Session, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        at, page = moment(incoming.record(event._data).get("at")), request.session_hash or ""
        asked = {"at": 0 if at == math.inf else at}

        def work() -> Iterator[Shown]:
            try:
                given = handler(session, event)
                yield from given if isinstance(given, Iterator) else [given]
            except ExplorerError as error:
                yield refuse(session, error)

        try:
            for report in reported(work, lambda: turns.superseded(page, at)):
                if isinstance(report, Stage):
                    yield *_UNCHANGED, {**asked, "stage": f"{report.words} …"}, gr.skip()
                else:
                    session = report[0]
                    yield *_dated(report, at), gr.skip(), gr.skip()
        except Exception:
            yield *_UNCHANGED, {**asked, "stage": ""}, gr.skip()
            raise
        yield *_UNCHANGED, {**asked, "stage": ""}, listed(session)

    return answer


def _dated(shown: Shown, at: float) -> Shown:
    """What is shown, with the time at which it was asked for: a page that has asked something else since does not show
    it, for what was on its way when it asked can be superseded no more."""
    if at == math.inf:
        return shown
    session, *parts = shown
    viewer, trail, tray, results = (part if "__type__" in part else {**part, "when": at} for part in parts)
    return session, viewer, trail, tray, results


def gallery(context: CollectionContext, text: str = "") -> views.Props:
    """The works of a collection that are chosen and whose catalogue entry matches ``text``; and what can be chosen."""
    return facets.gallery(context.workspace.collection, text, context.selection)


def first_work(context: CollectionContext) -> Step | None:
    """The work that is shown where nothing else was asked for; None in an empty collection."""
    works = context.workspace.collection.works()
    return Step("work", works[0].id) if works else None


def stage(context: CollectionContext, step: Step) -> views.Props:
    """What the viewer shows of a step: its picture, and what the page's address has of its query."""
    return {**context.stage(step), "address": parameters(step), "several": step != step.alone()}


def with_limits(context: CollectionContext, results: views.Props) -> views.Props:
    """Results that say which works were searched, where not all were."""
    return {**results, "within": context.within.words if context.within else ""}
