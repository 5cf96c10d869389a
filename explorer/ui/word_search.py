"""Searching with words alone: what is typed becomes chips, which can be changed one by one, and a link."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import gradio as gr

from explorer.errors import ExplorerError
from explorer.search.standing import MOST_EXAMPLES
from explorer.ui import incoming, views, words_for
from explorer.ui.answers import with_limits
from explorer.ui.asking import room, wanted_words
from explorer.ui.components import Gallery, Results, Taken, Tray
from explorer.ui.editing import edited
from explorer.ui.facets import selection_of
from explorer.ui.families import family_function
from explorer.ui.links import linked_words, parameters
from explorer.ui.matches_taken_away import matches_taken_away
from explorer.ui.pictures import Pictures
from explorer.ui.said import said
from explorer.ui.searching import AppContext
from explorer.ui.session import Session, Step
from explorer.ui.tray import tray
from explorer.ui.wiring import notify, working

log = logging.getLogger(__name__)

DESCRIBE = (
    "Describe what should be seen, in a few English words; the places that fit best come first. What is typed here "
    "begins a new search; beside its chips, words are added to it or taken out."
)
BEGIN = "Type a few words first, such as: a windmill on a hill."

Answer = tuple[Session, views.Props, views.Props]
"""The steps taken with words, what the tray shows of the present one, and its results."""


class WordSearch:
    """Layout, wiring, handlers. ``asked`` is a session of its own: its steps are queries of words, and Back goes from
    one to the one before; ``session`` says which collection they are about."""

    def __init__(self, app: AppContext, session: gr.State, pictures: Pictures) -> None:
        self.app = app
        self.session = session
        self.asked = gr.State(Session())
        with gr.Column(elem_classes="asking"):
            gr.Markdown(DESCRIBE, elem_classes="lead")
            self.caveat = gr.Markdown("", elem_classes="caveat", visible=False)
            with gr.Row(elem_classes="field"):
                self.text = gr.Textbox(
                    placeholder="for example: a windmill on a hill",
                    show_label=False, label="Words", container=False, scale=6,
                    elem_id="words-text", max_length=300,
                )  # fmt: skip
                self.search = gr.Button("Search", variant="primary", scale=0, elem_id="words-search")
            with gr.Row(elem_classes="examples-row"):
                self.examples = [gr.Button("", size="sm", visible=False) for _ in range(MOST_EXAMPLES)]
        self.tray = Tray({}, elem_id="words-tray")
        self.results = Results(
            views.message("", Session().result_options), elem_id="words-results",
            server_functions=[*pictures.server_functions(), family_function(app)],
        )  # fmt: skip
        self.taken = Taken({})
        self._wire()

    def _wire(self) -> None:
        # wiring
        searching, asking = working(self.results), [self.session, self.asked]
        answer = self.shown = [self.asked, self.tray, self.results]
        for started in (self.text.submit, self.search.click):
            started(self.find, [*asking, self.text], answer, **searching)
        for example in self.examples:
            example.click(self.try_example, [*asking, example], [self.text, *answer], **searching)
        for event, handler in (
            (self.tray.change, self.change), (self.tray.back, self.back), (self.tray.restore, self.restore),
            (self.results.change_options, self.change_options),
        ):  # fmt: skip
            event(handler, asking, answer, **searching)
        self.results.take_away(self.take_away, asking, self.taken, **working(self.results, visible=False))

    def follow_limits(self, gallery: Gallery) -> None:
        """Search again whenever other works are chosen."""
        gallery.limit(self.again, [self.session, self.asked], self.shown, **working(self.results))

    # -- handlers --------------------------------------------------------------------------------------------------

    def offer(self, session: Session) -> list[gr.Button]:
        """Examples that stand out in the collection."""
        try:
            found = self.app.of(session).examples()
        except ExplorerError as error:
            log.info("no examples: %s", error)
            found = []
        return [gr.Button(text, visible=bool(text)) for text in [*found, *[""] * MOST_EXAMPLES][:MOST_EXAMPLES]]

    def find(self, session: Session, asked: Session, text: str) -> Answer:
        """Search anew for what is typed."""
        step = edited(Step("words", searched=True), {"do": "say", "words": text})
        if not step.terms:
            return asked, gr.skip(), views.message(BEGIN, asked.result_options)
        return self._show(session, asked.stepped(step))

    def try_example(self, session: Session, asked: Session, text: str) -> tuple[str, Session, views.Props, views.Props]:
        """Put an example into the field and search for it."""
        return text, *self.find(session, asked, text)

    def change(self, session: Session, asked: Session, event: gr.EventData) -> Answer:
        """Search with a changed query: words added, reworded, weighed or taken away. Back undoes it."""
        here = asked.here or Step("words", searched=True)
        try:
            step = edited(here, event._data)
        except ExplorerError as error:
            notify(said(error))
            return self._as_it_is(asked)
        return self._as_it_is(asked) if step == here else self._show(session, asked.stepped(step))

    def back(self, session: Session, asked: Session) -> Answer:
        """The query before the present one."""
        return self._show(session, asked.moved(asked.at - 1)) if asked.at > 0 else self._as_it_is(asked)

    def restore(self, session: Session, asked: Session, event: gr.EventData) -> Answer:
        """What the page's address asks for: a shared link, or the browser's own Back."""
        step = linked_words(event._data, notify)
        return self._as_it_is(asked) if step is None else self._show(session, asked.returned(step))

    def change_options(self, session: Session, asked: Session, event: gr.EventData) -> Answer:
        """The same words, with other options."""
        return self._show(session, asked.with_options(incoming.result_options(event._data)))

    def again(self, session: Session, asked: Session, event: gr.EventData) -> Answer:
        """The same words among the works that are chosen from now on; nothing where no words are asked for."""
        if asked.here is None or not asked.here.terms:
            return self._as_it_is(asked)
        try:
            collection = self.app.of(session).workspace.collection
            chosen = selection_of(collection, incoming.record(event._data).get("limits"))
        except ExplorerError:  # told where the works are chosen
            return self._as_it_is(asked)
        return self._show(replace(session, selection=chosen), asked)

    def take_away(self, session: Session, asked: Session, event: gr.EventData) -> views.Props:
        """The places that are shown, as a file."""
        return matches_taken_away(self.app, session, asked, event._data)

    # -- steps -----------------------------------------------------------------------------------------------------

    def _show(self, session: Session, asked: Session) -> Answer:
        """The present query of ``asked``: its chips, its link, its results, or the sentence that says why there are
        none."""
        step, options = asked.here, asked.result_options
        if step is None:
            return self._as_it_is(asked)
        shown = {**tray(step), "address": parameters(step), "back": asked.at > 0}
        if not step.terms:
            return asked, shown, views.message(BEGIN, options)
        try:
            context = self.app.of(session)
            found = views.results(context.cards(context.matches(step, options)), options)
            found |= {"room": room(step), "fits": step.parts > 1, "caution": context.caution(step)}
            found["about"] = words_for.FITS if step.parts > 1 else words_for.SIMILARITY_TO_WORDS
            return asked, shown, with_limits(context, {**found, "words": wanted_words(step)})
        except ExplorerError as error:
            return asked, shown, views.message(said(error), options, trouble=True)

    def _as_it_is(self, asked: Session) -> Any:
        return asked, gr.skip(), gr.skip()
