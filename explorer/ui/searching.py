"""What the handlers of the page and of the REST API need: the collections, and searching and showing one of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from gradio.utils import get_upload_folder

from explorer.collection import Derivatives, Judgement, open_picture
from explorer.collection.facets import Selection
from explorer.collection.pictures import file_hash, picture_size
from explorer.errors import ExplorerError
from explorer.iiif.presentation import Addresses
from explorer.search import examples, little_to_go_by, notes, search
from explorer.search.feedback import learned
from explorer.search.query import Match, Part, Query, SearchOptions, Within, WordsPart
from explorer.search.within import within
from explorer.ui import incoming, views, words_for
from explorer.ui.asking import query_of
from explorer.ui.entry import catalogue_entry
from explorer.ui.map_making import Maps
from explorer.ui.open_collections import OpenCollections
from explorer.ui.queueing import FairQueue
from explorer.ui.session import FurtherDetail, ResultOptions, Session, Step
from explorer.ui.tray import marks, tray
from explorer.ui.visitors import OpenPages, computer_of_event, page_of_event
from explorer.ui.wiring import notify
from explorer.words.labels import LabelTable, label_works
from explorer.workspace import Workspace

if TYPE_CHECKING:
    from explorer.config import RuntimeOptions

Value = TypeVar("Value")


MOST_NAMED = 24
"""Works with the same picture as a match that its card names."""


class AppContext:
    """What one running app holds: its collections, the folder where visitors' pictures arrive, and their copies.

    A handler finds the collection that it is about by :meth:`of`, from the visitor's session; a function that a
    component's script or the REST API calls has none and finds it by :meth:`named`.
    """

    def __init__(self, workspace: Workspace, runtime: RuntimeOptions | None = None, base_url: str = "") -> None:
        self.base_url = base_url
        """The address under which the app is cited; empty: that at which the page is open."""
        self.collections = OpenCollections(workspace, runtime)
        self.uploads = Path(get_upload_folder())
        self.copies: set[str] = set()
        """Paths of what was made of visitors' pictures, for gradio to delete with them."""
        self.queue = FairQueue()
        self.maps = Maps(self.queue)
        self.pages = OpenPages()

    def of(self, session: Session) -> CollectionContext:
        """The collection that a session is about; its page is told when that was indexed again. Raises
        :class:`ExplorerError` when it cannot be opened (any more)."""
        context, page = self.named(session.collection), page_of_event()
        if news := self.pages.news(page, context.workspace):
            notify(news)
        context.asker = page or context.asker
        context.selection = session.selection
        return context

    def named(self, sent: Any = "") -> CollectionContext:
        """A collection by the name that was sent; without one, the default. Raises :class:`ExplorerError` for a name
        that no collection has."""
        context = CollectionContext(self.collections.get(incoming.text(sent)), self.uploads, self.copies)
        context.queue, context.asker = self.queue, computer_of_event()
        return context


class CollectionContext:
    """Searching one collection and showing its works: made anew for every event, it keeps the workspace alive."""

    def __init__(self, workspace: Workspace, uploads: Path | None = None, copies: set[str] | None = None) -> None:
        self.workspace = workspace
        self.uploads = uploads or Path(get_upload_folder())
        self._copies = set() if copies is None else copies
        self.queue: FairQueue | None = None
        """Where computations wait for their turn; without one nothing waits."""
        self.asker = ""
        """Whose turn it must be: a page, or a computer that uses the REST API."""
        self.selection = Selection()
        """The works that are listed, and searched."""

    @cached_property
    def within(self) -> Within | None:
        """The works that searches are limited to; None where they are not."""
        return within(self.workspace.collection, self.selection)

    def limits(self, options: ResultOptions) -> SearchOptions:
        """How much a search returns, and of which works."""
        return SearchOptions(options.top, options.per_work, options.own, within=self.within)

    def computed(self, question: Hashable, compute: Callable[[], Value]) -> Value:
        """What ``compute`` gives, when it is the asker's turn; equal questions that are asked of the same tables at the
        same time are computed once. Raises :class:`ExplorerError` where too many wait."""
        if self.queue is None:
            return compute()
        return self.queue.compute(self.asker, (self.workspace.tables.folder, question), compute)

    # -- searching -------------------------------------------------------------------------------------------------

    def matches(self, step: Step, options: ResultOptions, judgements: Sequence[Judgement] = ()) -> list[Match]:
        """Matches of the query that a step is; the search learns from ``judgements`` of its main detail."""
        return self.answer(query_of(step, self.uploads), options, judgements)

    def answer_part(self, part: Part, options: ResultOptions) -> list[Match]:
        """Matches of a query of a single part."""
        return self.answer(Query((part,)), options)

    def answer(self, query: Query, options: ResultOptions, judgements: Sequence[Judgement] = ()) -> list[Match]:
        """Matches of a query; the search learns from ``judgements`` of its first part."""
        limits, judged = self.limits(options), learned(judgements)
        question = "search", query, limits, tuple(judged)
        return self.computed(question, lambda: search(self.workspace, query, limits, judged))

    def labels(self, labels: Sequence[str], templates: tuple[str, ...] | None = None) -> LabelTable:
        """Every work of the collection scored against labels, asked in the ways of ``templates``, or in the usual
        ones."""
        question = "labels", tuple(labels), templates
        return self.computed(question, lambda: label_works(self.workspace, labels, templates))

    def caution(self, step: Step) -> str:
        """What to say above the matches of a step: that its main detail has hardly anything to recognise, or that its
        words are not known or do not stand out; empty where all is well."""
        query = query_of(step, self.uploads)
        main = query.parts[0]
        if not isinstance(main, WordsPart) and self.computed(
            ("little to go by", main), lambda: little_to_go_by(self.workspace, main)
        ):
            return words_for.LITTLE_TO_GO_BY
        return " ".join(self.computed(("notes", query), lambda: notes(self.workspace, query)))

    def examples(self) -> list[str]:
        """Descriptions in words that stand out in the collection, to try."""
        return self.computed("examples", lambda: examples(self.workspace))

    def cards(self, matches: Sequence[Match]) -> list[views.Props]:
        """Matches as the results show them, without evidence."""
        return [self.card(match) for match in matches]

    def card(self, match: Match) -> views.Props:
        """A match as the results show it, without evidence."""
        work = self.workspace.collection.work
        return views.card(match, work(match.work), [work(other) for other in match.equal[:MOST_NAMED]])

    def records(self, matches: Sequence[Match]) -> list[views.Props]:
        """Matches as the REST API gives them."""
        return [views.found(match, self.workspace.collection.work(match.work)) for match in matches]

    # -- showing ---------------------------------------------------------------------------------------------------

    def stage(self, step: Step) -> views.Props:
        """The picture of a step, large."""
        if step.kind == "work":
            work = self.workspace.collection.work(step.key)
            url = views.picture_url(self.workspace.name, self.workspace.view(work.id))
            service = Addresses("", self.workspace.name).image(work.id).removeprefix("/")
            collection = self.workspace.collection
            entry = catalogue_entry(work, collection.remarks.of(work.content), collection.file_history(work.id))
            shown = {**views.stage(work, url, step.box, service), "entry": entry}
        else:
            path = self.uploads / step.key
            shown = views.visitors_stage(step, views.visitors_url(self._copy(path)), picture_size(path))
        whole_only = "" if self.workspace.has_details else words_for.WHOLE_ONLY
        return {**shown, **views.sizes(step), "others": marks(step), "whole_only": whole_only}

    def tray(self, step: Step | None) -> views.Props:
        """The parts of a step's query, as small pictures; nothing where a query has no parts."""
        return tray(step, self._caption) if self.workspace.has_details else {}

    def trail(self, session: Session) -> views.Props:
        """The steps of a session, as small pictures."""
        return views.trail(session, {step: self._caption(step) for step in session.steps})

    # -- what a browser sends --------------------------------------------------------------------------------------

    def step(self, sent: Any) -> Step:
        """The step that a browser's ``{"kind", "key", "box"}`` names. Raises :class:`ExplorerError` for a work that is
        not there, a picture that did not arrive and a box that is none."""
        fields = incoming.record(sent)
        box, key = incoming.box(fields.get("box")), incoming.text(fields.get("key"))
        if fields.get("kind") == "picture":
            return Step("picture", self._key(self.uploads / key), box, searched=True, alike=fields.get("alike") is True)
        work, alike = self.workspace.collection.work(key).id, fields.get("alike") is True
        return Step("work", work, box, searched=box is not None, alike=alike)

    def arrived(self, sent: Any) -> Step:
        """The step of a picture that the visitor uploaded (the path that was sent), once it is known to be readable."""
        key = self._key(sent)
        open_picture(self.uploads / key, long_side=64)
        return Step("picture", key, searched=True)

    def _key(self, sent: Any) -> str:
        return incoming.uploaded(sent, self.uploads).relative_to(self.uploads.resolve()).as_posix()

    def _caption(self, step: Step | FurtherDetail) -> views.Props:
        """The facts that stand beside a step; one whose picture has been deleted keeps its place on the trail."""
        try:
            if step.kind == "work":
                return views.caption(self.workspace.collection.work(step.key))
            return views.visitors_caption(step, views.visitors_url(self._copy(self.uploads / step.key)))
        except (ExplorerError, OSError):
            return views.visitors_caption(step, "")

    def title(self, step: Step) -> str:
        """What the picture of a step is called; nothing for words alone."""
        return "" if step.kind == "words" else str(self._caption(step)["title"])

    def _copy(self, path: Path) -> Path:
        """A copy that every browser can show (TIFF and HEIC are not), beside the upload."""
        copy = Derivatives(path.parent).view(file_hash(path), path)
        self._copies.add(str(copy))
        return copy
