"""The Words tab: find places by describing them; sort the works under labels of one's own."""

from __future__ import annotations

import gradio as gr

from explorer.ui.labels import LabelsPart
from explorer.ui.pictures import Pictures
from explorer.ui.searching import AppContext
from explorer.ui.word_search import WordSearch


class WordsTab:
    """Both halves, each with its layout, wiring and handlers."""

    def __init__(self, app: AppContext, session: gr.State) -> None:
        pictures = Pictures(app)
        with gr.Tabs(elem_classes="modes") as self.halves:
            with gr.Tab("Search with words", id="search", render_children=True):
                self.search = WordSearch(app, session, pictures)
            with gr.Tab("Sort under labels", id="labels", render_children=True):
                self.labels = LabelsPart(app, session, pictures).groups
