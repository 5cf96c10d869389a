"""The Explore tab: a picture, large; point at a detail; see where it recurs; go on from there."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from explorer.errors import ExplorerError
from explorer.search.parsing import MOST_PARTS
from explorer.search.query import Match
from explorer.ui import incoming, views
from explorer.ui.answers import Handler, Shown, answering, first_work, stage, with_limits
from explorer.ui.asking import with_examples, with_further
from explorer.ui.components import Evidence, Gallery, Results, Taken, Trail, Tray, Viewer, Waiting
from explorer.ui.editing import edited
from explorer.ui.families import family_function
from explorer.ui.judging import Judging, judging_functions
from explorer.ui.links import linked
from explorer.ui.listing import ListOfWorks, limited
from explorer.ui.matches_taken_away import matches_taken_away
from explorer.ui.pictures import Pictures
from explorer.ui.pointing import chosen_places, clicked, final_step, pointed, provisional_step, search_click
from explorer.ui.recurrence import recurrence_functions
from explorer.ui.said import said
from explorer.ui.searching import AppContext
from explorer.ui.session import Session, Step
from explorer.ui.turns import Turns, moment
from explorer.ui.where import where_functions
from explorer.ui.wiring import notify, quiet, working

log = logging.getLogger(__name__)

HOW_TO_BEGIN = (
    "Click or tap anything in the picture: a mill, a cart, a bird.\n\n"
    "The search takes as much of it as recurs in other works; you can then choose smaller or larger. "
    "Or drag a box round a detail."
)
HOW_TO_BEGIN_WHOLE = (
    "Press “Works like this one” under the picture.\n\n"
    "This collection has vectors of whole works, computed elsewhere, and not the model: works that are alike, the map "
    "and the catalogue can be had; details and words cannot."
)
MAIN_DETAIL_FIRST = "First click a detail to look for. Then add what is not wanted."


class ExploreTab:
    """Layout, wiring, handlers. The handlers without an underscore are linked to from other tabs too."""

    def __init__(self, app: AppContext, session: gr.State) -> None:
        self.app = app
        self.session = session
        self.turns = Turns()
        self.works = ListOfWorks(app)
        pictures = Pictures(app)
        with gr.Row(elem_classes="explore"):
            with gr.Column(elem_id="works"):
                self.gallery = Gallery({}, server_functions=pictures.server_functions())
            with gr.Column(elem_id="picture"):
                self.trail = Trail(server_functions=pictures.server_functions())
                self.viewer = Viewer(
                    server_functions=[*where_functions(app), *recurrence_functions(app), *pictures.server_functions()]
                )
            with gr.Column(elem_id="places"):
                self.tray = Tray({}, server_functions=pictures.server_functions())
                beginning = views.message(HOW_TO_BEGIN, Session().result_options)
                self.results = Results(beginning, server_functions=[*pictures.server_functions(), family_function(app)])
                self.waiting, self.taken = Waiting({}), Taken({})
                self.evidence = Evidence({}, server_functions=judging_functions(app))
        self.shown = [self.session, self.viewer, self.trail, self.tray, self.results]
        self._wire()

    def _wire(self) -> None:
        # wiring
        self.gallery.find(self.works.find, self.session, self.gallery, **quiet())
        self._answering(self.gallery.choose, self.open)
        self._answering(self.gallery.limit, self.limit)
        self.viewer.restore(self.arrive, self.session, self.viewer, **quiet())
        self._answering(self.viewer.restore, self.restore)
        self.waiting.supersede(self.supersede, None, None, **quiet())
        for event, handler in (
            (self.viewer.pick, self.follow), (self.viewer.point, self.point), (self.viewer.resize, self.resize),
            (self.viewer.join, self.join), (self.viewer.bring, self.bring), (self.tray.change, self.change),
            (self.trail.travel, self.travel), (self.results.follow, self.follow), (self.results.these, self.these),
            (self.results.change_options, self.change_options),
        ):  # fmt: skip
            self._answering(event, handler)
        self.viewer.complain(self.complain, None, None, **quiet())
        self.results.take_away(self.take_away, self.session, self.taken, **working(self.results, visible=False))
        self.results.look(self.look, self.session, self.viewer, **quiet())
        self.evidence.complain(self.complain, None, None, **quiet())
        self.results.fold(self.fold, self.session, self.session, **quiet())

    def supersede(self, event: gr.EventData, request: gr.Request) -> None:
        """What the page asked before is not wanted any more: it asks something else, or Cancel was pressed."""
        at = moment(incoming.record(event._data).get("at"))
        if at < math.inf:
            self.turns.supersede(request.session_hash or "", at)

    def _answering(self, event_listener: Callable[..., Any], handler: Handler) -> None:
        """Wire a question whose answer takes a while."""
        answer, waiting = (
            answering(self.turns, handler, self._refuse, self.works.listed),
            working(self.results, visible=False),
        )
        event_listener(answer, self.session, [*self.shown, self.waiting, self.gallery], **waiting)

    # -- handlers --------------------------------------------------------------------------------------------------

    def limit(self, session: Session, event: gr.EventData) -> Iterator[Shown]:
        """Keep to the works that are chosen, from now on; the present search is done again among them. With ``words``
        the page is in another tab, whose address it keeps."""
        sent = incoming.record(event._data)
        try:
            now = limited(self.app, session, sent)
        except ExplorerError as error:
            yield self._refuse(session, error)
            return
        yield self._as_it_is(now)  # whatever is asked meanwhile keeps to them too
        shown = self._show(now, now)
        yield (shown[0], gr.skip(), *shown[2:]) if sent.get("words") is True else shown

    def open(self, session: Session, event: gr.EventData) -> Shown:
        """Show a work; nothing is searched yet."""
        work = incoming.text(incoming.record(event._data).get("work"))
        return self._show(session, session.stepped(Step("work", work)))

    def arrive(self, session: Session, event: gr.EventData) -> Any:
        """The picture that the page's address asks for, at once, while its search goes on."""
        try:
            context = self.app.of(session)
            step = linked(context, event._data, lambda sentence: None)  # errors are shown with the answer
            step = step or first_work(context)
            return gr.skip() if step is None else {**stage(context, step), "provisional": True}
        except (ExplorerError, OSError):
            return gr.skip()

    def restore(self, session: Session, event: gr.EventData) -> Shown:
        """What the page's address asks for: a work, a place, and what goes with it (a shared link, or the browser's
        own Back), and the works that it keeps to."""
        session = limited(self.app, session, incoming.record(event._data))
        context, step = self.app.of(session), None
        try:
            step = linked(context, event._data, notify)
        except ExplorerError as error:
            notify(f"The link leads nowhere: {said(error)}")
        step = step or first_work(context)
        if step is None:
            empty = views.message("The collection is empty.", session.result_options)
            return session, gr.skip(), gr.skip(), {}, empty
        return self._show(session, session.returned(step))

    def follow(self, session: Session, event: gr.EventData) -> Shown:
        """Search a place: clicked or drawn on the picture in view, or that of a match to go on from."""
        try:
            step = self.app.of(session).step(event._data)
        except ExplorerError as error:
            return self._refuse(session, error)
        return self._show(session, session.stepped(step))

    def point(self, session: Session, event: gr.EventData) -> Iterator[Shown]:
        """Search what a click without a box means: the middle size at once, then the thing, as far as it recurs."""
        try:
            context = self.app.of(session)
            click = clicked(context, event._data)
            found = search_click(context, click)
            yield self._show(session, session.stepped(provisional_step(click, found)), found.matches)
            yield self._show(session, session.stepped(final_step(context, click, found)))
        except ExplorerError as error:
            yield self._refuse(session, error)

    def resize(self, session: Session, event: gr.EventData) -> Shown:
        """The same click, taken to mean less or more: no step of its own."""
        if session.here is None:
            return self._as_it_is(session)
        index = incoming.whole_number(incoming.record(event._data).get("index"), 0, len(session.here.sizes) - 1, -1)
        return self._show(session, session.corrected(session.here.resized(index)))

    def join(self, session: Session, event: gr.EventData) -> Shown:
        """Search with one detail more: one that must be there too, an example, or one that is not wanted."""
        sent, here = incoming.record(event._data), session.here
        try:
            role, place = incoming.role(sent.get("role")), pointed(self.app.of(session), sent)
            if here is not None and here.searched:
                return self._show(session, session.stepped(with_further(here, role, place)))
            if role == "unlike":
                raise ExplorerError(MAIN_DETAIL_FIRST)
            return self._show(session, session.stepped(place))
        except ExplorerError as error:
            return self._refuse(session, error)

    def change(self, session: Session, event: gr.EventData) -> Shown:
        """Search with a changed query: a chip taken away, weighed or reworded, words added, and so on. It is a step
        that Back undoes; one that asks the same is none."""
        here = session.here
        if here is None or not here.searched:
            return self._as_it_is(session)
        try:
            step = edited(here, event._data)
        except ExplorerError as error:
            return self._refuse(session, error)
        return self._as_it_is(session) if step == here else self._show(session, session.stepped(step))

    def these(self, session: Session, event: gr.EventData) -> Shown:
        """Search with places of the results as examples: by themselves, or beside what is asked."""
        return self.these_beside(session, session, event)

    def these_beside(self, session: Session, asked: Session, event: gr.EventData) -> Shown:
        """The same beside the query of another session: the words that the Words tab asked for."""
        try:
            beside = asked.here if incoming.record(event._data).get("beside") is True else None
            step = with_examples(beside, chosen_places(self.app.of(session), event._data))
        except ExplorerError as error:
            return self._refuse(session, error)
        return self._as_it_is(session) if step == session.here else self._show(session, session.stepped(step))

    def bring(self, session: Session, event: gr.EventData) -> Shown:
        """Show a picture of the visitor's own and search with all of it."""
        try:
            step = self.app.of(session).arrived(incoming.record(event._data).get("path"))
        except ExplorerError as error:
            return self._refuse(session, error)
        return self._show(session, session.stepped(step))

    def look(self, session: Session, event: gr.EventData) -> Any:
        """See a match in its whole work, with the places of the query's other details, or, ``back``, the present step
        again; the rest stays as it is."""
        sent = incoming.record(event._data)
        also = incoming.boxes(sent.get("also"), MOST_PARTS)
        try:
            context = self.app.of(session)
            if sent.get("back") is True:
                return gr.skip() if session.here is None else stage(context, session.here)
            others = [{"role": "also", "box": views.sides(box)} for box in also]
            return {**context.stage(context.step(event._data)), "others": others}
        except ExplorerError as error:
            notify(said(error))
            return gr.skip()

    def travel(self, session: Session, event: gr.EventData) -> Shown:
        """Back, or forth, to a step of the trail."""
        index = incoming.whole_number(incoming.record(event._data).get("index"), 0, len(session.steps) - 1, session.at)
        return self._show(session, session.moved(index))

    def change_options(self, session: Session, event: gr.EventData) -> Shown:
        """The same search with other options."""
        return self._show(session, session.with_options(incoming.result_options(event._data)))

    def fold(self, session: Session, event: gr.EventData) -> Session:
        """Remember below which match probability results are hidden; the page has hidden them already."""
        least = incoming.result_options(event._data).least
        return session.with_options(replace(session.result_options, least=least))

    def take_away(self, session: Session, event: gr.EventData) -> views.Props:
        """The places that are shown, as a file."""
        return matches_taken_away(self.app, session, session, event._data)

    def complain(self, event: gr.EventData) -> None:
        """Show a sentence of the page's own."""
        notify(incoming.text(incoming.record(event._data).get("sentence"), 300))

    # -- steps -----------------------------------------------------------------------------------------------------

    def _show(self, before: Session, now: Session, matches: list[Match] | None = None) -> Shown:
        """Show the present step of a session, with ``matches`` where they are known already; where it cannot be shown,
        give the reason and stay at the step before."""
        step = now.here
        if step is None:
            return self._as_it_is(now)
        try:
            context = self.app.of(now)
            shown = stage(context, step)
            trail, tray = context.trail(now), context.tray(step)
        except (ExplorerError, OSError) as error:
            return self._refuse(before, error)
        if not step.searched:
            how = HOW_TO_BEGIN if context.workspace.has_details else HOW_TO_BEGIN_WHOLE
            return now, shown, trail, tray, with_limits(context, views.message(how, now.result_options))
        try:
            results = Judging(context).results(step, shown, now.result_options, matches)
        except ExplorerError as error:
            results = views.message(said(error), now.result_options, trouble=True)
        return now, shown, trail, tray, with_limits(context, results)

    def _as_it_is(self, session: Session) -> Shown:
        return session, gr.skip(), gr.skip(), gr.skip(), gr.skip()

    def _refuse(self, session: Session, error: Exception) -> Shown:
        log.info("refused: %s", error)
        notify(said(error))
        return self._as_it_is(session)
