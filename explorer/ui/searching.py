"""Searches as the page and the REST API ask for them: from where a visitor stands to cards or records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.utils import get_upload_folder

from explorer.collection import Derivatives, Judgement, open_picture
from explorer.collection.pictures import file_hash, picture_size
from explorer.errors import ExplorerError
from explorer.search import little_to_go_by, search
from explorer.search.feedback import learned
from explorer.search.query import Match, Part, Query, SearchOptions, WordsPart
from explorer.ui import incoming, views
from explorer.ui.asking import asked
from explorer.ui.session import Other, ResultOptions, Session, Step
from explorer.ui.tray import marks, tray
from explorer.workspace import Workspace


def quiet() -> dict[str, Any]:
    """How quick things are wired: no sign of progress, none dropped, not part of the REST API."""
    return {"show_progress": "hidden", "trigger_mode": "multiple", "api_visibility": "private"}


def working(waits: Component, group: str = "model", seen: bool = True) -> dict[str, Any]:
    """How long work is wired: one of a ``group`` at a time (the model is one), ``waits`` showing that it goes on where
    that is to be ``seen`` (else the work says so itself)."""
    return {
        "show_progress": "full" if seen else "hidden",
        "show_progress_on": waits,
        "trigger_mode": "multiple",
        "api_visibility": "private",
        "concurrency_id": group,
        "concurrency_limit": 1,
    }


def notify(sentence: str) -> None:
    """Show a sentence in a corner of the page."""
    gr.Warning(sentence, title="Please note")


class AppContext:
    """What every tab needs to search and to show: the workspace, and the folder where visitors' pictures arrive."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.uploads = Path(get_upload_folder())
        self.copies: set[str] = set()
        """What was made of visitors' pictures, for gradio to clear away with them."""

    # -- searching -------------------------------------------------------------------------------------------------

    def matches(self, step: Step, options: ResultOptions, judgements: Sequence[Judgement] = ()) -> list[Match]:
        """Where the detail at which a visitor stands recurs; ``judgements`` of it are learnt from."""
        return self.answer(asked(step, self.uploads), options, judgements)

    def words(self, text: str, options: ResultOptions) -> list[Match]:
        """Places that answer to words."""
        return self.search(WordsPart(text), options)

    def search(self, part: Part, options: ResultOptions) -> list[Match]:
        return self.answer(Query((part,)), options)

    def answer(self, query: Query, options: ResultOptions, judgements: Sequence[Judgement] = ()) -> list[Match]:
        """Matches of a query; what was said of its first part is learnt from."""
        options = SearchOptions(options.top, options.per_work, options.own)
        return search(self.workspace, query, options, learned(judgements))

    def little_to_go_by(self, step: Step) -> bool:
        """Whether the detail at which a visitor stands has hardly anything to recognise."""
        main = asked(step, self.uploads).parts[0]
        return not isinstance(main, WordsPart) and little_to_go_by(self.workspace, main)

    def cards(self, matches: list[Match]) -> list[views.Props]:
        return [views.card(match, self.workspace.collection.work(match.work)) for match in matches]

    def records(self, matches: list[Match]) -> list[views.Props]:
        return [views.found(match, self.workspace.collection.work(match.work)) for match in matches]

    # -- showing ---------------------------------------------------------------------------------------------------

    def stage(self, step: Step) -> views.Props:
        """The picture at which a visitor stands, large."""
        if step.kind == "work":
            work = self.workspace.collection.work(step.key)
            shown = views.stage(work, views.file_url(self.workspace.view(work.id)), step.box)
        else:
            path = self.uploads / step.key
            shown = views.visitors_stage(step, views.file_url(self._copy(path)), picture_size(path))
        return {**shown, **views.sizes(step), "others": marks(step)}

    def tray(self, step: Step | None) -> views.Props:
        """What is asked, as little pictures."""
        return tray(step, self._caption)

    def trail(self, session: Session) -> views.Props:
        """The steps taken, as little pictures."""
        return views.trail(session, {step: self._caption(step) for step in session.steps})

    def step(self, sent: Any) -> Step:
        """Where a browser says the visitor stands: ``{"kind", "key", "box"}``."""
        fields = incoming.record(sent)
        box, key = incoming.box(fields.get("box")), incoming.text(fields.get("key"))
        if fields.get("kind") == "picture":
            return Step("picture", self._key(self.uploads / key), box, searched=True)
        return Step("work", self.workspace.collection.work(key).id, box, searched=box is not None)

    def arrived(self, sent: Any) -> Step:
        """A picture the visitor uploaded, looked at before anything is done with it."""
        key = self._key(sent)
        open_picture(self.uploads / key, long_side=64)
        return Step("picture", key, searched=True)

    def _key(self, sent: Any) -> str:
        return incoming.uploaded(sent, self.uploads).relative_to(self.uploads.resolve()).as_posix()

    def _caption(self, step: Step | Other) -> views.Props:
        """What a step goes by; one whose picture is gone since then keeps its place on the trail."""
        try:
            if step.kind == "work":
                return views.caption(self.workspace.collection.work(step.key))
            return views.visitors_caption(step, views.file_url(self._copy(self.uploads / step.key)))
        except (ExplorerError, OSError):
            return views.visitors_caption(step, "")

    def _copy(self, path: Path) -> Path:
        """A copy that every browser can show (TIFF and HEIC are not), beside the upload."""
        copy = Derivatives(path.parent).view(file_hash(path), path)
        self.copies.add(str(copy))
        return copy
