"""The Explore tab: a picture, large; point at a detail; see where it recurs; go on from there."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import gradio as gr

from explorer.errors import ExplorerError
from explorer.ui import incoming, views
from explorer.ui.components import Evidence, Gallery, Results, Trail, Viewer
from explorer.ui.judging import Judging
from explorer.ui.pictures import Pictures
from explorer.ui.pointing import pointed
from explorer.ui.searching import Desk, quiet, tell, working
from explorer.ui.session import Session, Step

log = logging.getLogger(__name__)

TEACHING = (
    "Click or tap anything in the picture: a mill, a cart, a bird.\n\n"
    "How much of it is meant is found by what recurs; you can then go smaller or larger. "
    "Or drag a box round a detail."
)

Shown = tuple[Session, Any, Any, Any]
"""What every step gives: the session, then what viewer, trail and results show (``gr.skip()``: as it is)."""


class ExploreTab:
    """Layout, wiring, handlers. The handlers without an underscore are linked to from other tabs too."""

    def __init__(self, desk: Desk, session: gr.State) -> None:
        self.desk = desk
        self.session = session
        self.judging = Judging(desk)
        pictures = Pictures(desk.workspace)
        with gr.Row(elem_classes="explore"):
            with gr.Column(elem_id="works"):
                self.gallery = Gallery(self._found(""), server_functions=pictures.server_functions())
            with gr.Column(elem_id="picture"):
                self.trail = Trail(server_functions=pictures.server_functions())
                self.viewer = Viewer()
            with gr.Column(elem_id="places"):
                teaching = views.message(TEACHING, Session().wishes)
                self.results = Results(teaching, server_functions=pictures.server_functions())
                self.evidence = Evidence({}, server_functions=self.judging.server_functions())
        self.shown = [self.session, self.viewer, self.trail, self.results]
        self._wire()

    def _wire(self) -> None:
        # wiring
        searching = working(self.results)
        self.gallery.find(self.find, None, self.gallery, **quiet())
        self.gallery.choose(self.open, self.session, self.shown, **quiet())
        self.viewer.restore(self.restore, self.session, self.shown, **searching)
        self.viewer.pick(self.follow, self.session, self.shown, **searching)
        self.viewer.point(self.point, self.session, self.shown, **searching)
        self.viewer.resize(self.resize, self.session, self.shown, **searching)
        self.viewer.bring(self.bring, self.session, self.shown, **searching)
        self.viewer.complain(self.complain, None, None, **quiet())
        self.trail.travel(self.travel, self.session, self.shown, **searching)
        self.results.follow(self.follow, self.session, self.shown, **searching)
        self.results.look(self.look, None, self.viewer, **quiet())
        self.results.wish(self.wish, self.session, self.shown, **searching)
        self.evidence.complain(self.complain, None, None, **quiet())
        self.results.fold(self.fold, self.session, self.session, **quiet())

    # -- handlers --------------------------------------------------------------------------------------------------

    def find(self, event: gr.EventData) -> views.Props:
        """Works whose catalogue entry answers to what is typed."""
        return self._found(incoming.text(incoming.record(event._data).get("text"), 200))

    def open(self, session: Session, event: gr.EventData) -> Shown:
        """Show a work; nothing is searched yet."""
        work = incoming.text(incoming.record(event._data).get("work"))
        return self._stand(session, session.stepped(Step("work", work)))

    def restore(self, session: Session, event: gr.EventData) -> Shown:
        """What the page's address asks for: a work and a place (a shared link, or the browser's own Back)."""
        sent = incoming.record(event._data)
        try:
            step = self.desk.step({**sent, "key": sent.get("work")}) if sent.get("work") else None
        except ExplorerError as error:
            tell(f"The link leads nowhere: {error}")
            step = None
        works = self.desk.workspace.collection.works()
        if step is None and not works:
            return session, gr.skip(), gr.skip(), views.message("The collection is empty.", session.wishes)
        return self._stand(session, session.returned(step or Step("work", works[0].id)))

    def follow(self, session: Session, event: gr.EventData) -> Shown:
        """Search a place: clicked or drawn on the picture in view, or that of a match to go on from."""
        try:
            step = self.desk.step(event._data)
        except ExplorerError as error:
            return self._refuse(session, error)
        return self._stand(session, session.stepped(step))

    def point(self, session: Session, event: gr.EventData) -> Shown:
        """Search what a click without a box means."""
        try:
            step = pointed(self.desk, event._data)
        except ExplorerError as error:
            return self._refuse(session, error)
        return self._stand(session, session.stepped(step))

    def resize(self, session: Session, event: gr.EventData) -> Shown:
        """The same click, taken to mean less or more: no step of its own."""
        if session.here is None:
            return session, gr.skip(), gr.skip(), gr.skip()
        index = incoming.whole_number(incoming.record(event._data).get("index"), 0, len(session.here.sizes) - 1, -1)
        return self._stand(session, session.corrected(session.here.resized(index)))

    def bring(self, session: Session, event: gr.EventData) -> Shown:
        """Show a picture of the visitor's own and search with all of it."""
        try:
            step = self.desk.arrived(incoming.record(event._data).get("path"))
        except ExplorerError as error:
            return self._refuse(session, error)
        return self._stand(session, session.stepped(step))

    def look(self, event: gr.EventData) -> Any:
        """See a match in its whole work; results and trail stay as they are."""
        try:
            return self.desk.stage(self.desk.step(event._data))
        except ExplorerError as error:
            tell(str(error))
            return gr.skip()

    def travel(self, session: Session, event: gr.EventData) -> Shown:
        """Back, or forth, to a step of the trail."""
        index = incoming.whole_number(incoming.record(event._data).get("index"), 0, len(session.steps) - 1, session.at)
        return self._stand(session, session.moved(index))

    def wish(self, session: Session, event: gr.EventData) -> Shown:
        """The same search with other wishes."""
        return self._stand(session, session.wishing(incoming.wishes(event._data)))

    def fold(self, session: Session, event: gr.EventData) -> Session:
        """Remember below which chance results are folded away; the page has done it already."""
        least = incoming.wishes(event._data).least
        return session.wishing(replace(session.wishes, least=least))

    def complain(self, event: gr.EventData) -> None:
        """Show a sentence of the page's own."""
        tell(incoming.text(incoming.record(event._data).get("sentence"), 300))

    # -- steps -----------------------------------------------------------------------------------------------------

    def _found(self, text: str) -> views.Props:
        collection = self.desk.workspace.collection
        found = collection.find(text)
        return views.gallery(found, text, len(collection.works()) if text else len(found))

    def _stand(self, before: Session, now: Session) -> Shown:
        """Show where the visitor now stands; where that cannot be shown, say why and stay."""
        step = now.here
        if step is None:
            return now, gr.skip(), gr.skip(), gr.skip()
        try:
            stage, trail = self.desk.stage(step), self.desk.trail(now)
        except (ExplorerError, OSError) as error:
            return self._refuse(before, error)
        if not step.searched:
            return now, stage, trail, views.message(TEACHING, now.wishes)
        try:
            results = self.judging.results(step, stage, now.wishes)
        except ExplorerError as error:
            results = views.message(str(error), now.wishes, trouble=True)
        return now, stage, trail, results

    def _refuse(self, session: Session, error: Exception) -> Shown:
        log.info("refused: %s", error)
        tell(str(error))
        return session, gr.skip(), gr.skip(), gr.skip()
