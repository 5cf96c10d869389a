"""The Explore tab: a picture, large; point at a detail; see where it recurs; go on from there."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from explorer.errors import ExplorerError
from explorer.search.query import Match
from explorer.ui import incoming, views
from explorer.ui.asking import MOST_OTHERS, with_another
from explorer.ui.components import Evidence, Gallery, Results, Trail, Tray, Viewer, Waiting
from explorer.ui.judging import Judging
from explorer.ui.links import linked, parameters
from explorer.ui.pictures import Pictures
from explorer.ui.pointing import clicked, first_step, looked, meant, pointed
from explorer.ui.searching import AppContext, notify, quiet, working
from explorer.ui.session import Session, Step
from explorer.ui.turns import Stage, Turns, moment, reported

log = logging.getLogger(__name__)

TEACHING = (
    "Click or tap anything in the picture: a mill, a cart, a bird.\n\n"
    "How much of it is meant is found by what recurs; you can then go smaller or larger. "
    "Or drag a box round a detail."
)
FIRST_WHAT = "Say first what to look for: click a detail. Then add what it should not be like."

Shown = tuple[Session, Any, Any, Any, Any]
"""What every step gives: the session, then what viewer, trail, tray and results show (``gr.skip()``: as it is)."""
Handler = Callable[[Session, gr.EventData], Shown | Iterator[Shown]]
_UNCHANGED = tuple(gr.skip() for _ in range(5))


class ExploreTab:
    """Layout, wiring, handlers. The handlers without an underscore are linked to from other tabs too."""

    def __init__(self, context: AppContext, session: gr.State) -> None:
        self.context = context
        self.session = session
        self.judging = Judging(context)
        self.turns = Turns()
        pictures = Pictures(context.workspace)
        with gr.Row(elem_classes="explore"):
            with gr.Column(elem_id="works"):
                self.gallery = Gallery(self._found(""), server_functions=pictures.server_functions())
            with gr.Column(elem_id="picture"):
                self.trail = Trail(server_functions=pictures.server_functions())
                self.viewer = Viewer()
            with gr.Column(elem_id="places"):
                self.tray = Tray({}, server_functions=pictures.server_functions())
                teaching = views.message(TEACHING, Session().result_options)
                self.results = Results(teaching, server_functions=pictures.server_functions())
                self.waiting = Waiting({})
                self.evidence = Evidence({}, server_functions=self.judging.server_functions())
        self.shown = [self.session, self.viewer, self.trail, self.tray, self.results]
        self._wire()

    def _wire(self) -> None:
        # wiring
        self.gallery.find(self.find, None, self.gallery, **quiet())
        self._answering(self.gallery.choose, self.open)
        self.viewer.restore(self.arrive, None, self.viewer, **quiet())
        self._answering(self.viewer.restore, self.restore)
        self.waiting.supersede(self.supersede, None, None, **quiet())
        for asks, handler in (
            (self.viewer.pick, self.follow), (self.viewer.point, self.point), (self.viewer.resize, self.resize),
            (self.viewer.join, self.join), (self.viewer.bring, self.bring), (self.tray.take, self.take),
            (self.tray.say, self.say), (self.tray.order, self.order), (self.tray.only, self.only),
            (self.trail.travel, self.travel), (self.results.follow, self.follow),
            (self.results.change_options, self.change_options),
        ):  # fmt: skip
            self._answering(asks, handler)
        self.viewer.complain(self.complain, None, None, **quiet())
        self.results.look(self.look, None, self.viewer, **quiet())
        self.evidence.complain(self.complain, None, None, **quiet())
        self.results.fold(self.fold, self.session, self.session, **quiet())

    def supersede(self, event: gr.EventData, request: gr.Request) -> None:
        """What the page asked before is not wanted any more: it asks something else, or Cancel was pressed."""
        at = moment(incoming.record(event._data).get("at"))
        if at < math.inf:
            self.turns.supersede(request.session_hash or "", at)

    def _answering(self, asks: Callable[..., Any], handler: Handler) -> None:
        """Wire a question whose answer takes a while: its stages are told, and a newer question supersedes it."""

        def answer(session: Session, event: gr.EventData, request: gr.Request) -> Iterator[tuple[Any, ...]]:
            at, page = moment(incoming.record(event._data).get("at")), request.session_hash or ""
            told = {"at": 0 if at == math.inf else at}

            def work() -> Iterator[Shown]:
                given = handler(session, event)
                yield from given if isinstance(given, Iterator) else [given]

            try:
                for one in reported(work, lambda: self.turns.superseded(page, at)):
                    if isinstance(one, Stage):
                        yield *_UNCHANGED, {**told, "stage": f"{one.words} …"}
                    else:
                        yield *one, gr.skip()
            except Exception:
                yield *_UNCHANGED, {**told, "stage": ""}
                raise
            yield *_UNCHANGED, {**told, "stage": ""}

        asks(answer, self.session, [*self.shown, self.waiting], **working(self.results, seen=False))

    # -- handlers --------------------------------------------------------------------------------------------------

    def find(self, event: gr.EventData) -> views.Props:
        """Works whose catalogue entry answers to what is typed."""
        return self._found(incoming.text(incoming.record(event._data).get("text"), 200))

    def open(self, session: Session, event: gr.EventData) -> Shown:
        """Show a work; nothing is searched yet."""
        work = incoming.text(incoming.record(event._data).get("work"))
        return self._stand(session, session.stepped(Step("work", work)))

    def arrive(self, event: gr.EventData) -> Any:
        """The picture that the page's address asks for, at once, while its search goes on."""
        try:
            step = linked(self.context, event._data, lambda sentence: None)  # what is wrong is told with the answer
            works = self.context.workspace.collection.works()[:1] if step is None else []
            step = step or (Step("work", works[0].id) if works else None)
            return gr.skip() if step is None else {**self._stage(step), "provisional": True}
        except (ExplorerError, OSError):
            return gr.skip()

    def restore(self, session: Session, event: gr.EventData) -> Shown:
        """What the page's address asks for: a work, a place, and what goes with it (a shared link, or the browser's
        own Back)."""
        try:
            step = linked(self.context, event._data, notify)
        except ExplorerError as error:
            notify(f"The link leads nowhere: {error}")
            step = None
        works = self.context.workspace.collection.works()
        if step is None and not works:
            empty = views.message("The collection is empty.", session.result_options)
            return session, gr.skip(), gr.skip(), {}, empty
        return self._stand(session, session.returned(step or Step("work", works[0].id)))

    def follow(self, session: Session, event: gr.EventData) -> Shown:
        """Search a place: clicked or drawn on the picture in view, or that of a match to go on from."""
        try:
            step = self.context.step(event._data)
        except ExplorerError as error:
            return self._refuse(session, error)
        return self._stand(session, session.stepped(step))

    def point(self, session: Session, event: gr.EventData) -> Iterator[Shown]:
        """Search what a click without a box means: the middle size at once, then the thing, as far as it recurs."""
        try:
            click = clicked(self.context, event._data)
            look = looked(self.context, click)
            yield self._stand(session, session.stepped(first_step(click, look)), look.matches)
            yield self._stand(session, session.stepped(meant(self.context, click, look)))
        except ExplorerError as error:
            yield self._refuse(session, error)

    def resize(self, session: Session, event: gr.EventData) -> Shown:
        """The same click, taken to mean less or more: no step of its own."""
        if session.here is None:
            return self._as_it_is(session)
        index = incoming.whole_number(incoming.record(event._data).get("index"), 0, len(session.here.sizes) - 1, -1)
        return self._stand(session, session.corrected(session.here.resized(index)))

    def join(self, session: Session, event: gr.EventData) -> Shown:
        """Search with one detail more: one that must be there too, an example, or one that is unwanted."""
        sent, here = incoming.record(event._data), session.here
        try:
            role, place = incoming.role(sent.get("role")), pointed(self.context, sent)
            if here is None or not here.searched:
                if role == "unlike":
                    raise ExplorerError(FIRST_WHAT)
                return self._stand(session, session.stepped(place))
            return self._stand(session, session.stepped(with_another(here, role, place)))
        except ExplorerError as error:
            return self._refuse(session, error)

    def take(self, session: Session, event: gr.EventData) -> Shown:
        """Search without one of the further details."""
        index = incoming.whole_number(incoming.record(event._data).get("index"), 0, MOST_OTHERS, -1)
        return self._asking(session, session.here and session.here.without(index))

    def say(self, session: Session, event: gr.EventData) -> Shown:
        """Search with words beside the detail; with none, for the detail only."""
        words = incoming.text(incoming.record(event._data).get("words"), incoming.LONGEST_WORDS)
        return self._asking(session, session.here and replace(session.here, words=words))

    def order(self, session: Session, event: gr.EventData) -> Shown:
        """Whether the details must lie as they do in the picture."""
        layout = incoming.record(event._data).get("layout") is True
        return self._asking(session, session.here and replace(session.here, layout=layout))

    def only(self, session: Session, event: gr.EventData) -> Shown:
        """Search for the main detail only."""
        return self._asking(session, session.here and session.here.alone())

    def bring(self, session: Session, event: gr.EventData) -> Shown:
        """Show a picture of the visitor's own and search with all of it."""
        try:
            step = self.context.arrived(incoming.record(event._data).get("path"))
        except ExplorerError as error:
            return self._refuse(session, error)
        return self._stand(session, session.stepped(step))

    def look(self, event: gr.EventData) -> Any:
        """See a match in its whole work, with the places of the query's other details; the rest stays as it is."""
        also = incoming.boxes(incoming.record(event._data).get("also"), MOST_OTHERS)
        try:
            others = [{"role": "also", "box": views.sides(box)} for box in also]
            return {**self.context.stage(self.context.step(event._data)), "others": others}
        except ExplorerError as error:
            notify(str(error))
            return gr.skip()

    def travel(self, session: Session, event: gr.EventData) -> Shown:
        """Back, or forth, to a step of the trail."""
        index = incoming.whole_number(incoming.record(event._data).get("index"), 0, len(session.steps) - 1, session.at)
        return self._stand(session, session.moved(index))

    def change_options(self, session: Session, event: gr.EventData) -> Shown:
        """The same search with other options."""
        return self._stand(session, session.with_options(incoming.result_options(event._data)))

    def fold(self, session: Session, event: gr.EventData) -> Session:
        """Remember below which chance results are folded away; the page has done it already."""
        least = incoming.result_options(event._data).least
        return session.with_options(replace(session.result_options, least=least))

    def complain(self, event: gr.EventData) -> None:
        """Show a sentence of the page's own."""
        notify(incoming.text(incoming.record(event._data).get("sentence"), 300))

    # -- steps -----------------------------------------------------------------------------------------------------

    def _found(self, text: str) -> views.Props:
        collection = self.context.workspace.collection
        found = collection.find(text)
        return views.gallery(found, text, len(collection.works()) if text else len(found))

    def _stand(self, before: Session, now: Session, matches: list[Match] | None = None) -> Shown:
        """Show where the visitor now stands, with ``matches`` that are known already; where that cannot be shown, say
        why and stay."""
        step = now.here
        if step is None:
            return self._as_it_is(now)
        try:
            stage = self._stage(step)
            trail, tray = self.context.trail(now), self.context.tray(step)
        except (ExplorerError, OSError) as error:
            return self._refuse(before, error)
        if not step.searched:
            return now, stage, trail, tray, views.message(TEACHING, now.result_options)
        try:
            results = self.judging.results(step, stage, now.result_options, matches)
        except ExplorerError as error:
            results = views.message(str(error), now.result_options, trouble=True)
        return now, stage, trail, tray, results

    def _stage(self, step: Step) -> views.Props:
        return {**self.context.stage(step), "address": parameters(step), "several": step != step.alone()}

    def _asking(self, session: Session, step: Step | None) -> Shown:
        """A changed query, as a step that Back undoes; one that asks the same is none."""
        if step is None or not step.searched or step == session.here:
            return self._as_it_is(session)
        return self._stand(session, session.stepped(step))

    def _as_it_is(self, session: Session) -> Shown:
        return session, gr.skip(), gr.skip(), gr.skip(), gr.skip()

    def _refuse(self, session: Session, error: Exception) -> Shown:
        log.info("refused: %s", error)
        notify(str(error))
        return self._as_it_is(session)
