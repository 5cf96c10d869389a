"""The Words tab: find places by describing them; sort the works under labels of one's own."""

from __future__ import annotations

import logging
from typing import Any

import gradio as gr

from explorer.errors import ExplorerError
from explorer.ui import incoming, views
from explorer.ui.components import ASSETS, Labels, Results
from explorer.ui.pictures import Pictures
from explorer.ui.searching import AppContext, working
from explorer.ui.session import ResultOptions
from explorer.words.labels import label_works, parse_prompts

log = logging.getLogger(__name__)

DESCRIBE = "Describe what should be seen, in a few English words; the places that answer best come first."
LABEL = (
    "Write labels, one per line. Each work is put under the one that fits it best, or under none; "
    "the number is the probability of that label among yours."
)


def prompt_lines(name: str) -> list[str]:
    """The lines of a file of ``assets/prompts``."""
    return (ASSETS / "prompts" / f"{name}.txt").read_text(encoding="utf-8").split("\n")[:-1]


class WordsTab:
    """Layout, wiring, handlers."""

    def __init__(self, context: AppContext) -> None:
        self.context = context
        pictures = Pictures(context.workspace)
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
            if self.context.workspace.model_note:
                gr.Markdown(self.context.workspace.model_note, elem_classes="caveat")
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
            started(self.find, [self.text, self.result_options], self.results, **searching)
        for example in self.examples:
            example.click(self.try_example, [example, self.result_options], [self.text, self.results], **searching)
        self.results.change_options(self.change_options, self.text, [self.result_options, self.results], **searching)
        self.label.click(self.sort, self.prompts, self.labels, **sorting)

    # -- handlers --------------------------------------------------------------------------------------------------

    def find(self, text: str, options: ResultOptions) -> views.Props:
        """Places that answer to words."""
        words = incoming.text(text, incoming.LONGEST_WORDS)
        if not words:
            return views.message("Type a few words first, such as: a windmill on a hill.", options)
        try:
            return views.results(self.context.cards(self.context.words(words, options)), options)
        except ExplorerError as error:
            return views.message(str(error), options, trouble=True)

    def try_example(self, text: str, options: ResultOptions) -> tuple[str, views.Props]:
        """Put an example into the field and search for it."""
        return text, self.find(text, options)

    def change_options(self, text: str, event: gr.EventData) -> tuple[ResultOptions, views.Props]:
        """The same words, with other options."""
        options = incoming.result_options(event._data)
        return options, self.find(text, options)

    def sort(self, prompts: str) -> dict[str, Any]:
        """Works under the label that fits each best."""
        try:
            table = label_works(self.context.workspace, parse_prompts(incoming.text(prompts)))
        except ExplorerError as error:
            return {"groups": [], "message": str(error)}
        known = {work.id: work for work in self.context.workspace.collection.works()}
        there = [row for row, work in enumerate(table.works) if work in known]
        works = [known[table.works[row]] for row in there]
        groups = views.label_groups(table.labels, works, table.scores[there], [table.best[row] for row in there])
        return {"groups": groups, "message": ""}
