"""The REST API: what a visitor can do, for scripts. Boxes are pixels of the original picture, as on the command line.

Every endpoint takes the name of a ``collection``; without one it is about the collection that the app was started with.

(No ``from __future__ import annotations`` here: gradio reads the types of the endpoints at run time.)
"""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr

from explorer.collection import Judgement
from explorer.collection.judgement_export import judgement_records
from explorer.collection.pictures import picture_size
from explorer.errors import ExplorerError
from explorer.maps import work_map
from explorer.motifs.current import known_motifs
from explorer.registration.compare import register
from explorer.search.parsing import LONGEST_WORDS, parse_click, parse_parts, parse_picture, parse_region
from explorer.search.query import PicturePart, Query, RegionPart, WordsPart
from explorer.search.serialisation import VisualPart, clicked_part
from explorer.search.within import asked_within
from explorer.ui import arguments, incoming, labelling, registered, views
from explorer.ui.facets import LONGEST_LIMIT
from explorer.ui.judging import LONGEST_NAME
from explorer.ui.searching import AppContext, CollectionContext
from explorer.ui.session import ResultOptions
from explorer.ui.turns import answered
from explorer.ui.visitors import caller_is_gone
from explorer.ui.where import find
from explorer.words.asking import LabelQuestion
from explorer.workspace import Workspace

LONGEST_SEARCH = 200
"""Characters of a search in the catalogue."""
MOST_WORKS = 100_000


class RestApi:
    """One method per endpoint, named as it is called. An :class:`ExplorerError` reaches the caller as its sentence."""

    def __init__(self, app: AppContext) -> None:
        self.app = app
        for quick in (
            self.find, self.judge, self.judgements, self.withdraw, self.columns, self.remove_column,
            self.restore_column,
        ):  # fmt: skip
            gr.api(quick, api_name=quick.__name__)
        for computing in (
            self.map, self.register, self.search_region, self.search_picture, self.click_region, self.click_picture,
            self.search_words, self.search_alike, self.search_combined, self.where, self.label, self.motifs,
        ):  # fmt: skip
            gr.api(patient(computing), api_name=computing.__name__, concurrency_limit=None)

    def find(self, text: str = "", limit: int = 50, collection: str = "") -> list[dict]:
        """Works whose catalogue entry or file name has all the words; without words, all works."""
        found = self._workspace(collection).collection.find(arguments.written(text, "text", LONGEST_SEARCH))
        return [views.entry(work) for work in found[: arguments.within(limit, "limit", 1, MOST_WORKS)]]

    def search_region(  # noqa: PLR0913, PLR0917
        self, file: str, box: list[float] | None = None, top: int = 20, per_work: int = 1, own: bool = False,
        collection: str = "", within: list[str] | None = None,
    ) -> list[dict]:  # fmt: skip
        """Where a detail of an indexed work recurs; without a box, the whole work. Within works that have entries of
        the catalogue, such as "genre:landscape" and "years:1590..1610"."""
        context = self._context(collection, within)
        return _matches(context, parse_region(context.workspace.collection, file, box), _options(top, per_work, own))

    def search_picture(  # noqa: PLR0913, PLR0917
        self, picture: dict, box: list[float] | None = None, top: int = 20, per_work: int = 1, own: bool = False,
        collection: str = "", within: list[str] | None = None,
    ) -> list[dict]:  # fmt: skip
        """Where a detail of a picture you send (a file) recurs; without a box, all of it."""
        part = parse_picture(self._uploaded(picture), box)
        return _matches(self._context(collection, within), part, _options(top, per_work, own))

    def click_region(  # noqa: PLR0913, PLR0917
        self, file: str, x: float, y: float, top: int = 20, per_work: int = 1, own: bool = False, collection: str = ""
    ) -> dict:
        """What a click on an indexed work may mean, "proposals" with the best first, and where that one recurs,
        "matches"."""
        context = self._context(collection)
        part = parse_region(context.workspace.collection, file)
        work = context.workspace.collection.work(part.work)
        size = work.width, work.height
        return _clicked(context, part, parse_click([x, y], size), size, _options(top, per_work, own))

    def click_picture(  # noqa: PLR0913, PLR0917
        self, picture: dict, x: float, y: float, top: int = 20, per_work: int = 1, own: bool = False,
        collection: str = "",
    ) -> dict:  # fmt: skip
        """The same of a picture you send (a file)."""
        context, part = self._context(collection), parse_picture(self._uploaded(picture))
        size = picture_size(part.path)
        return _clicked(context, part, parse_click([x, y], size), size, _options(top, per_work, own))

    def search_words(
        self, text: str, top: int = 20, per_work: int = 1, collection: str = "", within: list[str] | None = None
    ) -> list[dict]:
        """Places that match words."""
        words = arguments.written(text, "text", LONGEST_WORDS)
        if not words:
            raise ExplorerError("Type a few words first, such as: a windmill on a hill.")
        return _matches(self._context(collection, within), WordsPart(words), _options(top, per_work))

    def search_alike(
        self, file: str, top: int = 20, own: bool = False, collection: str = "", within: list[str] | None = None
    ) -> list[dict]:
        """Works that are like an indexed work as wholes, whether or not anything of it recurs there. Their scores are
        no probabilities."""
        context = self._context(collection, within)
        query = Query((parse_region(context.workspace.collection, file),), alike=True)
        return context.records(context.answer(query, _options(top, 1, own)))

    def search_combined(
        self, parts: list[dict], layout: bool = False, top: int = 20, per_work: int = 1, collection: str = "",
        within: list[str] | None = None,
    ) -> list[dict]:  # fmt: skip
        """Works that match several parts at once, each {"file", "box", "weight"} or {"text", "weight"}. A weight
        of 1 must be there, less is an example, below 0 is not wanted. With layout, details of one work must lie as
        they do in it."""
        context = self._context(collection, within)
        query = parse_parts(context.workspace.collection, parts, layout)
        return context.records(context.answer(query, _options(top, per_work)))

    def label(  # noqa: PLR0913, PLR0917
        self, prompts: str | list[str] = "", label_set: str = "", templates: str | list[str] = "",
        threshold: float | None = None, against: str = "", keep: str = "", collection: str = "",
    ) -> dict:  # fmt: skip
        """Labels (a list, or a text with one per line; 200 at most), or a ready set by its name, and each work's scores
        and best label (null where none fits). Optional: templates, lines with {} where the label goes; a threshold from
        0 to 1; a column of the catalogue to count the labels against; a name to keep them under as a column."""
        labels = arguments.ready_set(label_set, prompts) if label_set else arguments.labels(prompts)
        question = LabelQuestion(
            tuple(labels), arguments.templates(templates), arguments.threshold(threshold),
            arguments.written(against, "against") or None, arguments.written(keep, "keep") or None,
        )  # fmt: skip
        return labelling.answer(self._context(collection), question).record

    def columns(self, collection: str = "") -> dict:
        """Columns of the catalogue, those that were kept among them; and of these how they came about."""
        known = self._workspace(collection).collection
        return {"columns": known.columns(), "kept": [column.to_json() for column in known.kept.all()]}

    def remove_column(self, name: str, collection: str = "") -> dict:
        """Remove a column that was kept; it can be brought back with restore_column."""
        self._workspace(collection).collection.kept.remove(arguments.written(name, "name"))
        return self.columns(collection)

    def restore_column(self, name: str, collection: str = "") -> dict:
        """Bring back a column that was removed."""
        self._workspace(collection).collection.kept.restore(arguments.written(name, "name"))
        return self.columns(collection)

    def where(self, file: str, words: str, collection: str = "") -> dict:
        """Where in a work words are found: the best "boxes", and a "heat" map of how well each part of it fits."""
        context, text = self._context(collection), arguments.written(words, "words", LONGEST_WORDS)
        work = context.workspace.collection.work(parse_region(context.workspace.collection, file).work)
        return find(context, {"kind": "work", "key": work.id, "words": text}).record(work, text)

    def register(
        self, first: str, second: str, first_box: list[float] | None = None, second_box: list[float] | None = None,
        collection: str = "",
    ) -> dict:  # fmt: skip
        """How one work of the collection lies on another: a matrix from pixels of the first to pixels of the second.
        Two boxes say where a detail of the first was found on the second."""
        context = self._context(collection)
        workspace = context.workspace
        here = parse_region(workspace.collection, first, first_box)
        there = parse_region(workspace.collection, second, second_box)
        near = None if first_box is None or second_box is None else (here.box, there.box)
        works = workspace.collection.work(here.work), workspace.collection.work(there.work)
        question = "register", here.work, there.work, near
        found = context.computed(question, lambda: register(workspace, here.work, there.work, near))
        return registered.record(found, works)

    def map(self, collection: str = "") -> list[dict]:
        """Each work's place on the map, x and y from 0 to 1."""
        context = self._context(collection)
        layout = context.computed("map", lambda: work_map(context.workspace, apart=True))
        pairs = zip(layout.works, layout.xy, strict=True)
        return [{"file": work, "x": float(point[0]), "y": float(point[1])} for work, point in pairs]

    def motifs(self, collection: str = "") -> list[dict]:
        """What recurs across the collection, with what people made of it, strongest first, as far as somebody has
        looked for it already."""
        workspace = self._workspace(collection)
        sizes = workspace.picture_sizes()
        return [motif.to_json(sizes) for motif in known_motifs(workspace)]

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
        judgement = Judgement(
            here.work, here.box, there.work, there.box, arguments.written(verdict, "verdict", 20),
            arguments.written(note, "note"), arguments.written(who, "who", LONGEST_NAME),
        )  # fmt: skip
        kept = known.judgements.judge(judgement)
        return next(record for record in judgement_records(known) if record["id"] == kept.id)

    def judgements(self, collection: str = "") -> list[dict]:
        """All judgements that hold, in the order in which they were given."""
        return judgement_records(self._workspace(collection).collection)

    def withdraw(self, judgement: int, who: str = "", collection: str = "") -> list[dict]:
        """Take a judgement back by its id; the one before it, if any, holds again. All that hold are given."""
        known = self._workspace(collection).collection
        number = arguments.within(judgement, "judgement", 1, 10**9)
        known.judgements.withdraw(number, arguments.written(who, "who", LONGEST_NAME))
        return judgement_records(known)

    def _context(self, collection: Any, within: Any = None) -> CollectionContext:
        name = "" if collection is None else arguments.written(collection, "collection", LONGEST_NAME)
        context = self.app.named(name)
        if within is not None:
            texts = [arguments.written(text, "within", LONGEST_LIMIT) for text in within if text]
            context.within = asked_within(context.workspace.collection, texts)
        return context

    def _workspace(self, collection: Any) -> Workspace:
        return self._context(collection).workspace

    def _uploaded(self, picture: Any) -> Path:
        return incoming.uploaded(incoming.record(picture).get("path"), self.app.uploads)


def _options(top: Any, per_work: Any, own: Any = False) -> ResultOptions:
    wanted = arguments.within(top, "top", 1, incoming.MOST_RESULTS)
    return ResultOptions(wanted, arguments.within(per_work, "per_work", 1, incoming.MOST_PER_WORK), own is True)


def _clicked(
    context: CollectionContext, part: VisualPart, click: tuple[float, float], size: tuple[int, int],
    options: ResultOptions,
) -> views.Props:  # fmt: skip
    question = "clicked", part, click
    found, proposed = context.computed(question, lambda: clicked_part(context.workspace, part, click, size))
    return {"proposals": proposed, "matches": _matches(context, found, options)}


def _matches(
    context: CollectionContext, part: RegionPart | PicturePart | WordsPart, options: ResultOptions
) -> list[views.Props]:  # fmt: skip
    return context.records(context.answer_part(part, options))


def patient(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The same endpoint, which waits for its turn to compute without keeping others waiting, until its caller goes."""

    @wraps(endpoint)
    async def answer(*args: Any, **kwargs: Any) -> Any:
        return await answered(lambda: endpoint(*args, **kwargs), caller_is_gone)

    return answer
