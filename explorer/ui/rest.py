"""The REST API: what a visitor can do, for scripts. Boxes are pixels of the original picture, as on the command line."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.labels import parse_prompts
from explorer.maps import work_map
from explorer.search import PicturePart, RegionPart, WordsPart, label_works
from explorer.ui import incoming, views
from explorer.ui.searching import Desk


class RestApi:
    """One method per endpoint. An :class:`ExplorerError` reaches the caller as its sentence."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        for endpoint in (self.search_region, self.search_picture, self.search_words, self.label, self.map):
            gr.api(self._telling(endpoint), api_name=endpoint.__name__, concurrency_id="model", concurrency_limit=1)
        gr.api(self._telling(self.find), api_name="find")

    def find(self, text: str = "", limit: int = 50) -> list[dict]:
        """Works whose catalogue entry or file name has all the words (all works without words)."""
        limit = incoming.whole_number(limit, 1, 100_000, 50)
        return [views.entry(work) for work in self.desk.workspace.collection.find(incoming.text(text, 200))[:limit]]

    def search_region(
        self, file: str, box: list[float] | None = None, top: int = 20, per_work: int = 1, own: bool = False
    ) -> list[dict]:
        """Where a detail of an indexed work recurs; without a box, the whole work."""
        work = self.desk.workspace.collection.work(incoming.text(file))
        return self._records(RegionPart(work.id, self._box(box, work.width, work.height)), top, per_work, own)
