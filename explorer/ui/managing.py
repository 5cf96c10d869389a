"""Collections, managed from the page: indexed, renamed, removed and brought back, given another catalogue.

Only for whoever sits at the computer that the app runs on: on a page that is shared (:mod:`explorer.ui.server.guard`)
every function here refuses with a sentence, whatever the page shows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

from gradio.context import LocalContext

from explorer.config import RuntimeOptions
from explorer.demo.opening import DEMO, open_demo
from explorer.errors import ExplorerError
from explorer.indexing import IndexReport, index_folder
from explorer.indexing.forgetting import forget_gone_works
from explorer.indexing.recatalogue import replace_catalogue
from explorer.progress import Progress
from explorer.ui import incoming, views
from explorer.ui.background import Background
from explorer.ui.folders import sent_path, subfolders, suggested_name
from explorer.ui.indexing_form import Wish, known_form, preview, wish_of
from explorer.ui.queueing import FairQueue
from explorer.ui.server.guard import is_shared
from explorer.workspace.managing import is_there

SHARED = "This page is shared on a network: collections are managed by whoever runs it, on the command line."
_BATCH = 2
"""Pictures per pass of the model: few, so that searches need not wait long for one to end."""

log = logging.getLogger(__name__)


class Holder(Protocol):
    """What holds the collections that are open, as :class:`explorer.ui.open_collections.OpenCollections` does."""

    def rename(self, old: str, new: str) -> None:
        """Give a collection another name."""

    def remove(self, name: str) -> None:
        """Move a collection aside."""

    def bring_back(self, wanted: str, name: str = "") -> str:
        """Bring one back."""

    def is_default_name(self, name: str) -> bool:
        """Whether pages show it whose address names none."""


class Managing:
    """What may be done with the collections of a cache folder; one indexing at a time."""

    def __init__(
        self, cache: Path, uploads: Path, queue: FairQueue, runtime: RuntimeOptions | None = None,
        holder: Holder | None = None, also_busy: Callable[[], str | None] = lambda: None,
    ) -> None:  # fmt: skip
        """``also_busy`` gives the name of a collection that something else is at work on, such as finding motifs."""
        self.cache, self._uploads, self._holder, self._also_busy = cache, uploads, holder, also_busy
        given = runtime or RuntimeOptions()
        self._runtime = RuntimeOptions(given.threads, given.batch or _BATCH, given.device)
        busy = "Another collection is being indexed; begin when that is done."
        self.runs = Background(queue, "a collection was being indexed", busy, str)
        self._last = ""

    # -- indexing ----------------------------------------------------------------------------------------------------

    def form(self, sent: Any) -> views.Props:
        """The fields of the form for the collection ``name``, as it was indexed last."""
        return known_form(incoming.text(incoming.record(sent).get("name"), 200), self.cache)

    def name_for(self, sent: Any) -> views.Props:
        """A name for a collection of a ``folder``."""
        return {"name": suggested_name(sent_path(incoming.record(sent).get("folder"), "folder"), self.cache)}

    def preview(self, sent: Any) -> views.Props:
        """What the form asks for, before it is begun."""
        return preview(wish_of(sent, self.cache, self._uploads), self.cache)

    def start(self, sent: Any) -> views.Props:
        """Begin what the form asks for (or ``demo``); another catalogue is applied at once."""
        if incoming.record(sent).get("mode") == DEMO:
            self._begin(DEMO, self._make_demo)
            return self.state({})
        wish = wish_of(sent, self.cache, self._uploads)
        if wish.mode == "catalogue" and wish.metadata is not None:
            self._refuse_busy(wish.name)
            found = replace_catalogue(wish.name, self.cache, wish.metadata, wish.columns, not wish.uploaded)
            return {"applied": f"{found.matched:,} of {found.works:,} works have an entry of the new catalogue now. "
                               "Nothing was encoded again."}  # fmt: skip
        if self._also_busy() == wish.name:
            raise ExplorerError(f"Motifs of {wish.name!r} are being found; index it again when that is done.")
        self._begin(wish.name, lambda progress: _said(self._index(wish, progress)))
        return self.state({})

    def state(self, sent: Any) -> views.Props:
        """How far indexing is, after it was stopped where ``do`` asks for that."""
        name = self.runs.going() or self._last
        if name and incoming.record(sent).get("do") == "stop":
            self.runs.stop(name)
        default = self._holder is not None and self._holder.is_default_name(name)
        return {"run": asdict(self.runs.run(name)), "name": name, "address": "" if default else name,
                "there": bool(name) and is_there(name, self.cache)}  # fmt: skip

    def _begin(self, name: str, work: Callable[[Progress], str]) -> None:
        self.runs.start(name, work)
        self._last = name

    def _index(self, wish: Wish, progress: Progress) -> IndexReport:
        return index_folder(
            wish.folder, wish.name, self.cache, wish.config, metadata=wish.metadata, progress=progress,
            runtime=self._runtime, columns=wish.columns,
        )  # fmt: skip

    def _make_demo(self, progress: Progress) -> str:
        workspace = open_demo(self.cache, progress, self._runtime)
        return f"{len(workspace.tables.works):,} works."

    # -- what there is -----------------------------------------------------------------------------------------------

    def rename(self, sent: Any) -> views.Props:
        """Call the collection ``name`` ``new``."""
        fields = incoming.record(sent)
        old, new = incoming.text(fields.get("name"), 200), incoming.text(fields.get("new"), 200)
        holder = self._held(old)
        if old != new:
            holder.rename(old, new)
            self.runs.forget(old)
        return {"name": new, "address": "" if holder.is_default_name(new) else new}

    def remove(self, sent: Any) -> views.Props:
        """Move the collection ``name`` aside."""
        name = incoming.text(incoming.record(sent).get("name"), 200)
        self._held(name).remove(name)
        self.runs.forget(name)
        return {"name": name}

    def bring_back(self, sent: Any) -> views.Props:
        """Bring a removed collection back by its ``id``, perhaps under another ``name``."""
        fields = incoming.record(sent)
        holder = self._held()
        return {"name": holder.bring_back(incoming.text(fields.get("id"), 200), incoming.text(fields.get("name"), 200))}

    def forget(self, sent: Any) -> views.Props:
        """No longer expect the works of the collection ``name`` whose files are gone."""
        name = incoming.text(incoming.record(sent).get("name"), 200)
        self._held(name)
        return {"forgotten": len(forget_gone_works(name, self.cache))}

    def _held(self, name: str = "") -> Holder:
        self._refuse_busy(name)
        if self._holder is None:
            raise ExplorerError("There is no collection yet.")
        return self._holder

    def _refuse_busy(self, name: str) -> None:
        if name and self.runs.going() == name:
            raise ExplorerError(f"{name!r} is being indexed; wait until that is done, or cancel it.")
        if name and self._also_busy() == name:
            raise ExplorerError(f"Motifs of {name!r} are being found; wait until that is done, or stop it.")

    # -- for a component's script ------------------------------------------------------------------------------------

    def indexing_functions(self) -> list[Callable[[Any], views.Props]]:
        """Fresh functions for the form; each answers with a record, or with ``{"error": a sentence}``."""

        def folders(sent: Any) -> views.Props:
            return refused_where_shared(lambda: subfolders(sent))

        def name_for(sent: Any) -> views.Props:
            return refused_where_shared(lambda: self.name_for(sent))

        def known_settings(sent: Any) -> views.Props:
            return refused_where_shared(lambda: self.form(sent))

        def preview_indexing(sent: Any) -> views.Props:
            return refused_where_shared(lambda: self.preview(sent))

        def start_indexing(sent: Any) -> views.Props:
            return refused_where_shared(lambda: self.start(sent))

        def indexing_state(sent: Any) -> views.Props:
            return refused_where_shared(lambda: self.state(sent))

        return [folders, name_for, known_settings, preview_indexing, start_indexing, indexing_state]

    def list_functions(self) -> list[Callable[[Any], views.Props]]:
        """The same for the list of collections."""

        def rename_collection(sent: Any) -> views.Props:
            return refused_where_shared(lambda: self.rename(sent))

        def remove_collection(sent: Any) -> views.Props:
            return refused_where_shared(lambda: self.remove(sent))

        def bring_back_collection(sent: Any) -> views.Props:
            return refused_where_shared(lambda: self.bring_back(sent))

        return [rename_collection, remove_collection, bring_back_collection]

    def panel_functions(self) -> list[Callable[[Any], views.Props]]:
        """The same for the panel of what is indexed."""

        def forget_gone(sent: Any) -> views.Props:
            return refused_where_shared(lambda: self.forget(sent))

        return [forget_gone]


def is_shared_now() -> bool:
    """Whether the request that is being handled is to a page that is shared; so it is taken outside of requests."""
    request: Any = LocalContext.request.get(None)
    return is_shared(getattr(request, "request", request))


def refused_where_shared(answer: Callable[[], views.Props]) -> views.Props:
    """An answer, for whoever sits at this computer; else, and where there is none, a sentence. Paths in it are whole:
    whoever reads it wrote them."""
    if is_shared_now():
        return {"error": SHARED}
    try:
        return answer()
    except ExplorerError as error:
        log.info("refused: %s", error)
        return {"error": str(error)}
    except OSError as error:
        log.warning("%s", error)
        return {"error": f"The system says: {error.strerror or error}."}


def _said(report: IndexReport) -> str:
    """What a run of indexing gave, in a sentence or two."""
    words = f"{report.works:,} works, {report.encoded:,} newly encoded."
    if moved := report.sync.files.moved:
        words += f" Files found again under another name or in another folder: {moved:,}."
    if report.gone:
        words += f" Files that are no longer there: {len(report.gone):,}; they are kept, “What is indexed” lists them."
    if report.skipped:
        words += f" Files left out: {len(report.skipped):,}; “What is indexed” lists them."
    if report.remarks:
        words += f" Remarks on pictures: {len(report.remarks):,}; “What is indexed” lists them."
    return words
