"""The Words tab: find places by describing them; sort the works under labels of one's own."""

from __future__ import annotations

import logging

import gradio as gr

from explorer.errors import ExplorerError
from explorer.paths import ASSETS
from explorer.search.query import WordsPart
from explorer.ui import arguments, incoming, views
from explorer.ui.arguments import MOST_LABELS
from explorer.ui.components import Labels, Results
from explorer.ui.pictures import Pictures
from explorer.ui.said import said
from explorer.ui.searching import AppContext
from explorer.ui.session import ResultOptions, Session
from explorer.ui.wiring import working

log = logging.getLogger(__name__)

DESCRIBE = "Describe what should be seen, in a few English words; the places that fit best come first."
LABEL = (
    f"Write labels, one per line, {MOST_LABELS} at most. Each work is put under the one that fits it best, or under "
    "none; the number is the probability of that label among yours."
)


def prompt_lines(name: str) -> list[str]:
    """The lines of a file of ``assets/prompts``."""
    return (ASSETS / "prompts" / f"{name}.txt").read_text(encoding="utf-8").split("\n")[:-1]


class WordsTab:
    """Layout, wiring, handlers."""

    def __init__(self, app: AppContext, session: gr.State) -> None:
        self.app = app
        self.session = session
        pictures = Pictures(app)
        with gr.Tabs(elem_classes="modes"):
            with gr.Tab("Search with words", render_children=True):
                self._search_layout(pictures)
            with gr.Tab("Sort under labels", render_children=True):
                self._labels_layout(pictures)
        self.result_options = gr.State(ResultOptions())
        self._wire()

    def _search_layout(self, pictures: Pictures) -> None:
        with gr.Column(elem_classes="asking"):
            gr.Markdown(DESCRIBE, elem_classes="lead")
            self.caveat = gr.Markdown("", elem_classes="caveat", visible=False)
            with gr.Row(elem_classes="field"):
                self.text = gr.Textbox(
                    placeholder="a windmill on a hill", show_label=False, label="Words", container=False, scale=6,
                    elem_id="words-text", max_length=300,
                )  # fmt: skip
                self.search = gr.Button("Search", variant="primary", scale=0, elem_id="words-search")
            with gr.Row(elem_classes="examples-row"):
                self.examples = [gr.Button(line, size="sm") for line in prompt_lines("examples")]
        self.results = Results(
            views.message("", ResultOptions()), server_functions=pictures.server_functions(), elem_id="words-results"
        )

    def _labels_layout(self, pictures: Pictures) -> None:
        with gr.Column(elem_classes="asking"):
            gr.Markdown(LABEL, elem_classes="lead")
            self.prompts = gr.Textbox(
                "\n".join(prompt_lines("labels")), lines=5, max_lines=14, show_label=False, label="Labels",
                container=False, elem_id="label-prompts",
            )  # fmt: skip
            self.label = gr.Button("Sort the works", variant="primary", elem_id="label-works")
        self.labels = Labels({}, server_functions=pictures.server_functions(), elem_id="label-groups")

    def _wire(self) -> None:
        # wiring
        searching, sorting = working(self.results), working(self.labels)
        for started in (self.text.submit, self.search.click):
            started(self.find, [self.session, self.text, self.result_options], self.results, **searching)
        for example in self.examples:
            asked = [self.session, example, self.result_options]
            example.click(self.try_example, asked, [self.text, self.results], **searching)
        changed = [self.result_options, self.results]
        self.results.change_options(self.change_options, [self.session, self.text], changed, **searching)
        self.label.click(self.sort, [self.session, self.prompts], self.labels, **sorting)

    # -- handlers --------------------------------------------------------------------------------------------------

    def find(self, session: Session, text: str, options: ResultOptions) -> views.Props:
        """Places that match words."""
        words = incoming.words(text)
        if not words:
            return views.message("Type a few words first, such as: a windmill on a hill.", options)
        try:
            context = self.app.of(session)
            found = views.results(context.cards(context.answer_part(WordsPart(words), options)), options)
            return {**found, "words": words}  # asked again of the picture of a result that is opened
        except ExplorerError as error:
            return views.message(said(error), options, trouble=True)

    def try_example(self, session: Session, text: str, options: ResultOptions) -> tuple[str, views.Props]:
        """Put an example into the field and search for it."""
        return text, self.find(session, text, options)

    def change_options(
        self, session: Session, text: str, event: gr.EventData
    ) -> tuple[ResultOptions, views.Props]:  # fmt: skip
        """The same words, with other options."""
        options = incoming.result_options(event._data)
        return options, self.find(session, text, options)

    def sort(self, session: Session, prompts: str) -> views.Props:
        """Works under the label that fits each best."""
        try:
            context = self.app.of(session)
            table = context.labels(arguments.labels(prompts))
        except ExplorerError as error:
            return {"groups": [], "message": said(error)}
        known = {work.id: work for work in context.workspace.collection.works()}
        there = [row for row, work in enumerate(table.works) if work in known]
        works = [known[table.works[row]] for row in there]
        groups = views.label_groups(table.labels, works, table.scores[there], [table.best[row] for row in there])
        return {"groups": groups, "message": ""}
