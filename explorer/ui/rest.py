"""The REST API: what a visitor can do, for scripts. Boxes are pixels of the original picture, as on the command line.

(No ``from __future__ import annotations`` here: gradio reads the types of the endpoints at run time.)
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

import gradio as gr

from explorer.collection import Judgement
from explorer.collection.pictures import picture_size
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.maps import work_map
from explorer.registration.compare import register
from explorer.search.query import Part, PicturePart, RegionPart, WordsPart
from explorer.search.serialisation import clicked_records, judgement_records
from explorer.ui import incoming, registered, views
from explorer.ui.combining import combined_query, in_fractions
from explorer.ui.judging import LONGEST_NAME
from explorer.ui.searching import AppContext
from explorer.ui.session import ResultOptions
from explorer.words.labels import label_works, parse_prompts


class RestApi:
    """One method per endpoint, named as it is called. An :class:`ExplorerError` reaches the caller as its sentence."""

    def __init__(self, context: AppContext) -> None:
        self.context = context
        gr.api(telling(self.find), api_name="find")
        gr.api(telling(self.map), api_name="map", concurrency_id="map", concurrency_limit=1)
        for endpoint in (self.judge, self.judgements, self.withdraw):
            gr.api(telling(endpoint), api_name=endpoint.__name__)
        gr.api(telling(self.register), api_name="register", concurrency_id="compare", concurrency_limit=1)
        for endpoint in (
            self.search_region, self.search_picture, self.click_region, self.click_picture, self.search_words,
            self.search_combined, self.label,
        ):  # fmt: skip
            gr.api(telling(endpoint), api_name=endpoint.__name__, concurrency_id="model", concurrency_limit=1)

    def find(self, text: str = "", limit: int = 50) -> list[dict]:
        """Works whose catalogue entry or file name has all the words; without words, all works."""
        found = self.context.workspace.collection.find(incoming.text(text, 200))
        return [views.entry(work) for work in found[: incoming.whole_number(limit, 1, 100_000, 50)]]

    def search_region(
        self, file: str, box: list[float] | None = None, top: int = 20, per_work: int = 1, own: bool = False
    ) -> list[dict]:
        """Where a detail of an indexed work recurs; without a box, the whole work."""
        work = self.context.workspace.collection.work(incoming.text(file))
        place = in_fractions(box, work.width, work.height) or Box.whole()
        return self._records(RegionPart(work.id, place), top, per_work, own)

    def search_picture(
        self, picture: dict, box: list[float] | None = None, top: int = 20, per_work: int = 1, own: bool = False
    ) -> list[dict]:
        """Where a detail of a picture you send (a file) recurs; without a box, all of it."""
        path = incoming.uploaded(incoming.record(picture).get("path"), self.context.uploads)
        return self._records(PicturePart(path, in_fractions(box, *picture_size(path))), top, per_work, own)

    def click_region(self, file: str, x: float, y: float, top: int = 20, per_work: int = 1, own: bool = False) -> dict:
        """What a click on an indexed work may mean, "proposals" with the best first, and where that one recurs,
        "matches"."""
        work = self.context.workspace.collection.work(incoming.text(file))
        part = RegionPart(work.id, Box.whole())
        options = incoming.result_options({"top": top, "per_work": per_work, "own": own})
        return self._clicked(part, (x, y), (work.width, work.height), options)

    def click_picture(
        self, picture: dict, x: float, y: float, top: int = 20, per_work: int = 1, own: bool = False
    ) -> dict:
        """The same of a picture you send (a file)."""
        path = incoming.uploaded(incoming.record(picture).get("path"), self.context.uploads)
        options = incoming.result_options({"top": top, "per_work": per_work, "own": own})
        return self._clicked(PicturePart(path), (x, y), picture_size(path), options)

    def search_words(self, text: str, top: int = 20, per_work: int = 1) -> list[dict]:
        """Places that answer to words."""
        words = incoming.text(text, incoming.LONGEST_WORDS)
        if not words:
            raise ExplorerError("Type a few words first, such as: a windmill on a hill.")
        return self._records(WordsPart(words), top, per_work, False)

    def search_combined(self, parts: list[dict], layout: bool = False, top: int = 20, per_work: int = 1) -> list[dict]:
        """Works that answer to several parts at once, each {"file", "box", "weight"} or {"text", "weight"}. A weight
        of 1 must be there, less is an example, below 0 is not wanted. With layout, details of one work must lie as
        they do in it."""
        query = combined_query(self.context.workspace.collection, parts, layout)
        return self.context.records(
            self.context.answer(query, incoming.result_options({"top": top, "per_work": per_work}))
        )

    def label(self, prompts: str) -> dict:
        """Labels, one per line, and each work's scores and best label (null where none stands out)."""
        table = label_works(self.context.workspace, parse_prompts(incoming.text(prompts)))
        return table.to_json()

    def register(
        self, first: str, second: str, first_box: list[float] | None = None, second_box: list[float] | None = None
    ) -> dict:
        """How one work of the collection lies on another: a matrix from pixels of the first to pixels of the second.
        Two boxes say where a detail of the first was found on the second."""
        collection = self.context.workspace.collection
        works = collection.work(incoming.text(first)), collection.work(incoming.text(second))
        sent = zip((first_box, second_box), works, strict=True)
        boxes = [in_fractions(box, one.width, one.height) for box, one in sent]
        near = None if None in boxes else (boxes[0], boxes[1])
        return registered.record(register(self.context.workspace, works[0].id, works[1].id, near), works)

    def map(self) -> list[dict]:
        """Each work's place on the map, x and y from 0 to 1."""
        laid = work_map(self.context.workspace)
        pairs = zip(laid.works, laid.xy, strict=True)
        return [{"file": work, "x": float(place[0]), "y": float(place[1])} for work, place in pairs]

    def judge(self, query: dict, match: dict, verdict: str, note: str = "", who: str = "") -> dict:
        """Keep a judgement, "accepted", "rejected" or "doubtful", of two places: each {"file", "box"}, without a box
        the whole work. What was said of the pair before is kept and no longer holds."""
        here, there = self._place(query), self._place(match)
        said = Judgement(here.work, here.box, there.work, there.box, incoming.text(verdict, 20), incoming.text(note),
                         incoming.text(who, LONGEST_NAME))  # fmt: skip
        kept = self.context.workspace.collection.judgements.judge(said)
        return next(one for one in self.judgements() if one["id"] == kept.id)

    def judgements(self) -> list[dict]:
        """All judgements that hold, in the order in which they were given."""
        return judgement_records(self.context.workspace.collection)

    def withdraw(self, judgement: int, who: str = "") -> list[dict]:
        """Take a judgement back by its id; the one before it, if any, holds again. All that hold are given."""
        number = incoming.whole_number(judgement, 0, 2**62, 0)
        self.context.workspace.collection.judgements.withdraw(number, incoming.text(who, LONGEST_NAME))
        return self.judgements()

    def _place(self, sent: Any) -> RegionPart:
        fields = incoming.record(sent)
        work = self.context.workspace.collection.work(incoming.text(fields.get("file")))
        return RegionPart(work.id, in_fractions(fields.get("box"), work.width, work.height) or Box.whole())

    def _clicked(
        self, part: RegionPart | PicturePart, click: tuple[float, float], size: tuple[int, int], options: ResultOptions
    ) -> dict:
        proposed = clicked_records(self.context.workspace, part, list(click), size)
        found = self.context.search(replace(part, box=Box.from_pixels(proposed[0]["box"], *size)), options)
        return {"proposals": proposed, "matches": self.context.records(found)}

    def _records(self, part: Part, top: int, per_work: int, own: bool) -> list[views.Props]:
        options: ResultOptions = incoming.result_options({"top": top, "per_work": per_work, "own": own})
        return self.context.records(self.context.search(part, options))


def telling(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The same endpoint, its sentences made into errors that gradio passes on (others it hides)."""

    @wraps(endpoint)
    def told(*args: Any, **kwargs: Any) -> Any:
        try:
            return endpoint(*args, **kwargs)
        except ExplorerError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return told
