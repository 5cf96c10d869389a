"""The REST API: what a visitor can do, for scripts. Boxes are pixels of the original picture, as on the command line.

Every endpoint takes the name of a ``collection``; without one it is about the collection that the app was started with.

(No ``from __future__ import annotations`` here: gradio reads the types of the endpoints at run time.)
"""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import gradio as gr

from explorer.collection import Judgement
from explorer.collection.judgement_export import judgement_records
from explorer.collection.pictures import picture_size
from explorer.errors import ExplorerError
from explorer.maps import work_map
from explorer.registration.compare import register
from explorer.search.parsing import parse_click, parse_parts, parse_picture, parse_region
from explorer.search.query import PicturePart, RegionPart, WordsPart
from explorer.search.serialisation import clicked_part
from explorer.ui import incoming, registered, views
from explorer.ui.judging import LONGEST_NAME
from explorer.ui.said import said
from explorer.ui.searching import AppContext, CollectionContext
from explorer.ui.session import ResultOptions
from explorer.words.labels import label_works, parse_prompts
from explorer.workspace import Workspace


class Endpoint(NamedTuple):
    """How an endpoint is served: endpoints of a ``group`` run one at a time."""

    call: Callable[..., Any]
    group: str | None = None


class RestApi:
    """One method per endpoint, named as it is called. An :class:`ExplorerError` reaches the caller as its sentence."""

    def __init__(self, app: AppContext) -> None:
        self.app = app
        for call, group in (
            Endpoint(self.find), Endpoint(self.map, "map"), Endpoint(self.judge), Endpoint(self.judgements),
            Endpoint(self.withdraw), Endpoint(self.register, "compare"), Endpoint(self.search_region, "model"),
            Endpoint(self.search_picture, "model"), Endpoint(self.click_region, "model"),
            Endpoint(self.click_picture, "model"), Endpoint(self.search_words, "model"),
            Endpoint(self.search_combined, "model"), Endpoint(self.label, "model"),
        ):  # fmt: skip
            limits: dict[str, Any] = {"concurrency_id": group, "concurrency_limit": 1} if group else {}
            gr.api(with_sentences(call), api_name=call.__name__, **limits)

    def find(self, text: str = "", limit: int = 50, collection: str = "") -> list[dict]:
        """Works whose catalogue entry or file name has all the words; without words, all works."""
        found = self._workspace(collection).collection.find(incoming.text(text, 200))
        return [views.entry(work) for work in found[: incoming.whole_number(limit, 1, 100_000, 50)]]

    def search_region(
        self, file: str, box: list[float] | None = None, top: int = 20, per_work: int = 1, own: bool = False,
        collection: str = "",
    ) -> list[dict]:  # fmt: skip
        """Where a detail of an indexed work recurs; without a box, the whole work."""
        context = self.app.named(collection)
        return _matches(context, parse_region(context.workspace.collection, file, box), _options(top, per_work, own))

    def search_picture(
        self, picture: dict, box: list[float] | None = None, top: int = 20, per_work: int = 1, own: bool = False,
        collection: str = "",
    ) -> list[dict]:  # fmt: skip
        """Where a detail of a picture you send (a file) recurs; without a box, all of it."""
        part = parse_picture(self._uploaded(picture), box)
        return _matches(self.app.named(collection), part, _options(top, per_work, own))

    def click_region(  # noqa: PLR0913, PLR0917
        self, file: str, x: float, y: float, top: int = 20, per_work: int = 1, own: bool = False, collection: str = ""
    ) -> dict:
        """What a click on an indexed work may mean, "proposals" with the best first, and where that one recurs,
        "matches"."""
        context = self.app.named(collection)
        part = parse_region(context.workspace.collection, file)
        work = context.workspace.collection.work(part.work)
        size = work.width, work.height
        found, proposed = clicked_part(context.workspace, part, parse_click([x, y], size), size)
        return {"proposals": proposed, "matches": _matches(context, found, _options(top, per_work, own))}

    def click_picture(  # noqa: PLR0913, PLR0917
        self, picture: dict, x: float, y: float, top: int = 20, per_work: int = 1, own: bool = False,
        collection: str = "",
    ) -> dict:  # fmt: skip
        """The same of a picture you send (a file)."""
        context, part = self.app.named(collection), parse_picture(self._uploaded(picture))
        size = picture_size(part.path)
        found, proposed = clicked_part(context.workspace, part, parse_click([x, y], size), size)
        return {"proposals": proposed, "matches": _matches(context, found, _options(top, per_work, own))}

    def search_words(self, text: str, top: int = 20, per_work: int = 1, collection: str = "") -> list[dict]:
        """Places that match words."""
        words = incoming.words(text)
        if not words:
            raise ExplorerError("Type a few words first, such as: a windmill on a hill.")
        return _matches(self.app.named(collection), WordsPart(words), _options(top, per_work))

    def search_combined(
        self, parts: list[dict], layout: bool = False, top: int = 20, per_work: int = 1, collection: str = ""
    ) -> list[dict]:
        """Works that match several parts at once, each {"file", "box", "weight"} or {"text", "weight"}. A weight
        of 1 must be there, less is an example, below 0 is not wanted. With layout, details of one work must lie as
        they do in it."""
        context = self.app.named(collection)
        query = parse_parts(context.workspace.collection, parts, layout)
        return context.records(context.answer(query, _options(top, per_work)))

    def label(self, prompts: str | list[str], collection: str = "") -> dict:
        """Labels (a list, or a text with one per line), and each work's scores and best label (null where none stands
        out)."""
        text = "\n".join(map(incoming.text, prompts)) if isinstance(prompts, list) else prompts
        return label_works(self._workspace(collection), parse_prompts(incoming.text(text))).to_json()

    def register(
        self, first: str, second: str, first_box: list[float] | None = None, second_box: list[float] | None = None,
        collection: str = "",
    ) -> dict:  # fmt: skip
        """How one work of the collection lies on another: a matrix from pixels of the first to pixels of the second.
        Two boxes say where a detail of the first was found on the second."""
        workspace = self._workspace(collection)
        here = parse_region(workspace.collection, first, first_box)
        there = parse_region(workspace.collection, second, second_box)
        near = None if first_box is None or second_box is None else (here.box, there.box)
        works = workspace.collection.work(here.work), workspace.collection.work(there.work)
        return registered.record(register(workspace, here.work, there.work, near), works)

    def map(self, collection: str = "") -> list[dict]:
        """Each work's place on the map, x and y from 0 to 1."""
        layout = work_map(self._workspace(collection), apart=True)
        pairs = zip(layout.works, layout.xy, strict=True)
        return [{"file": work, "x": float(point[0]), "y": float(point[1])} for work, point in pairs]

    def judge(
        self, query: dict, match: dict, verdict: str, note: str = "", who: str = "", collection: str = ""
    ) -> dict:  # fmt: skip
        """Keep a judgement, "accepted", "rejected" or "doubtful", of two places: each {"file", "box"}, without a box
        the whole work. An earlier judgement of the pair is kept and no longer holds."""
        known = self._workspace(collection).collection
        here, there = (
            parse_region(known, incoming.text(place.get("file")), place.get("box"))
            for place in map(incoming.record, (query, match))
        )
        judgement = Judgement(here.work, here.box, there.work, there.box, incoming.text(verdict, 20),
                              incoming.text(note), incoming.text(who, LONGEST_NAME))  # fmt: skip
        kept = known.judgements.judge(judgement)
        return next(record for record in judgement_records(known) if record["id"] == kept.id)

    def judgements(self, collection: str = "") -> list[dict]:
        """All judgements that hold, in the order in which they were given."""
        return judgement_records(self._workspace(collection).collection)

    def withdraw(self, judgement: int, who: str = "", collection: str = "") -> list[dict]:
        """Take a judgement back by its id; the one before it, if any, holds again. All that hold are given."""
        known = self._workspace(collection).collection
        known.judgements.withdraw(incoming.whole_number(judgement, 0, 2**62, 0), incoming.text(who, LONGEST_NAME))
        return judgement_records(known)

    def _workspace(self, collection: str) -> Workspace:
        return self.app.named(collection).workspace

    def _uploaded(self, picture: Any) -> Path:
        return incoming.uploaded(incoming.record(picture).get("path"), self.app.uploads)


def _options(top: Any, per_work: Any, own: Any = False) -> ResultOptions:
    return incoming.result_options({"top": top, "per_work": per_work, "own": own})


def _matches(
    context: CollectionContext, part: RegionPart | PicturePart | WordsPart, options: ResultOptions
) -> list[views.Props]:  # fmt: skip
    return context.records(context.answer_part(part, options))


def with_sentences(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The same endpoint, its :class:`ExplorerError` made into an error that gradio passes on (others it hides)."""

    @wraps(endpoint)
    def answer(*args: Any, **kwargs: Any) -> Any:
        try:
            return endpoint(*args, **kwargs)
        except ExplorerError as error:
            raise gr.Error(said(error), print_exception=False) from error

    return answer
