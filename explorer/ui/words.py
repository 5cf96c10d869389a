"""The Words tab: find places by describing them; sort the works under labels of one's own."""

from __future__ import annotations

import logging

import gradio as gr

from explorer.errors import ExplorerError
from explorer.ui import arguments, views
from explorer.ui.arguments import MOST_LABELS
from explorer.ui.components import Labels
from explorer.ui.pictures import Pictures
from explorer.ui.said import said
from explorer.ui.searching import AppContext
from explorer.ui.session import Session
from explorer.ui.wiring import working
from explorer.ui.word_search import WordSearch, prompt_lines

log = logging.getLogger(__name__)

LABEL = (
    f"Write labels, one per line, {MOST_LABELS} at most. Each work is put under the one that fits it best, or under "
    "none; the number is the probability of that label among yours."
)


class WordsTab:
    """Layout, wiring, handlers."""

    def __init__(self, app: AppContext, session: gr.State) -> None:
        self.app = app
        self.session = session
        pictures = Pictures(app)
        with gr.Tabs(elem_classes="modes"):
            with gr.Tab("Search with words", render_children=True):
                self.search = WordSearch(app, session, pictures)
            with gr.Tab("Sort under labels", render_children=True):
                self._labels_layout(pictures)
        self._wire()

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
        self.label.click(self.sort, [self.session, self.prompts], self.labels, **working(self.labels))

    # -- handlers --------------------------------------------------------------------------------------------------

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
