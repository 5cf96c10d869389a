"""Citing what the page shows: its address says what that is; the text is put together here and shown by a script."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import gradio as gr

from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.iiif.annotations import Targets, base_address
from explorer.iiif.links import canvas_link
from explorer.motifs.captions import about as about_motif
from explorer.motifs.captions import title_of as title_of_motif
from explorer.motifs.current import discovered
from explorer.motifs.layer import ShownMotif, shown_motifs
from explorer.plates.captions import caption, holding_and_rights
from explorer.plates.citation import Citation, CitedWork
from explorer.plates.origin import origin_of
from explorer.search.captions import asked_for, looked_for, title_of
from explorer.ui import incoming, views
from explorer.ui.asking import query_of
from explorer.ui.components import Citing
from explorer.ui.judging import answered
from explorer.ui.leading import linked_tab
from explorer.ui.links import linked, linked_words
from explorer.ui.searching import AppContext, CollectionContext
from explorer.ui.session import FurtherDetail, Session, Step
from explorer.ui.wiring import quiet

LONGEST_ADDRESS = 8000
OWN = {"compare": {"compare", "at", "fit", "whole", "points", "reversed", "look"}, "motifs": {"motif"}}
"""What such a citation's link has; what Explore shows meanwhile is not cited."""
OWN_PICTURE = "A picture of your own stays on this page: nobody else could follow the link."
NOTHING = "There is nothing here to cite yet: open a work, search, compare two works or open a motif."


class Citer:
    """The dialog over the page in which a citation is shown."""

    def __init__(self, app: AppContext, session: gr.State) -> None:
        self.app = app
        self.dialog = Citing({})
        # wiring
        self.dialog.ask(self.cite, session, self.dialog, **quiet())

    def cite(self, session: Session, event: gr.EventData) -> views.Props:
        """The citation of what an ``address`` of the page shows, with the ``number`` that was sent: ``plain``,
        ``bibtex``; or ``{"error": a sentence}``."""
        sent = incoming.record(event._data)
        number = incoming.whole_number(sent.get("number"), 0, 2**53, 0)

        def made() -> views.Props:
            address = incoming.text(sent.get("address"), LONGEST_ADDRESS)
            found = CitedAddress(self.app.of(session), session, address, self.app.base_url).citation()
            return {"plain": found.plain(), "bibtex": found.bibtex()}

        return {**answered(made), "number": number}


class CitedAddress:
    """An address of the page, and what is cited of what it leads to. ``base_url`` is the address under which the app is
    cited; without one it is that of the page. Raises :class:`ExplorerError` for what is no address of a page."""

    def __init__(self, context: CollectionContext, session: Session, address: str, base_url: str = "") -> None:
        self.context, self.session, self.workspace = context, session, context.workspace
        try:
            parts = urlsplit(address)
            self.base = base_address(base_url or f"{parts.scheme}://{parts.netloc}{parts.path}")
        except ValueError as error:
            raise ExplorerError(NOTHING) from error
        asked = [(name, value) for name, value in parse_qsl(parts.query) if name != "collection"]
        tab = linked_tab(dict(asked))
        self.asked = asked = [(name, value) for name, value in asked if name in OWN.get(tab, {name})]
        named = urlencode([*asked, ("collection", self.workspace.name)], safe=",|:;/", quote_via=quote)
        self.link = f"{self.base}/?{named}"

    def citation(self) -> Citation:
        """What is cited, today."""
        first = dict(reversed(self.asked))
        tab = linked_tab(first)
        if tab == "compare":
            title, places, said = self._compared()
        elif first.get("motif"):
            title, places, said = self._motif(first["motif"])
        else:
            title, places, said = self._search(first)
        works = tuple(self._cited(work, box) for work, box in places)
        size = len(self.workspace.collection.works())
        return Citation(
            title, self.link, self.workspace.name, size, works, tuple(said), origin_of(self.workspace), date.today()
        )

    def _search(self, first: dict[str, str]) -> tuple[str, list[tuple[Work, Box | None]], list[str]]:
        sent = {
            "work": first.get("work"),
            "box": _sides(first.get("box")),
            "parts": [list(pair) for pair in self.asked],
        }
        step = linked(self.context, sent, _refuse) or linked_words(sent, _refuse)
        if step is None:
            raise ExplorerError(NOTHING)
        worded = step.kind == "words"
        limits = self.context.limits(
            replace(self.session.result_options, own=worded or self.session.result_options.own)
        )
        works = [] if worded else [self._place(step), *map(self._place, step.further)]
        title = self.context.title(step)
        if not step.searched and not step.terms:
            return f"“{title}”", works, []
        query = query_of(step, self.context.uploads)
        learns = self.session.result_options.learn and not worded
        said = [*looked_for(query), asked_for(limits), *(["The search learns from judgements."] if learns else [])]
        return title_of(query, title), works, said

    def _place(self, part: Step | FurtherDetail) -> tuple[Work, Box | None]:
        return self.workspace.collection.work(part.key), part.box

    def _compared(self) -> tuple[str, list[tuple[Work, Box | None]], list[str]]:
        keys = [value for name, value in self.asked if name == "compare"][:2]
        if len(keys) < 2:
            raise ExplorerError("Choose two works to compare, then cite the comparison.")
        if any(key.startswith("picture:") for key in keys):
            raise ExplorerError(OWN_PICTURE)
        works = [self.workspace.collection.work(key) for key in keys]
        asked = dict(self.asked)
        boxes = [incoming.box(_sides(sides)) for sides in asked["at"].split(";")[:2]] if asked.get("at") else []
        places = [(work, box) for work, box in zip(works, [*boxes, None, None], strict=False)]
        how = "Laid over each other by points that were set by hand." if asked.get("points") else (
            "Laid over each other by what the whole works share." if asked.get("whole") or not boxes else
            "Laid over each other by this match."
        )  # fmt: skip
        return f"“{works[0].title}” compared with “{works[1].title}”", places, [how]

    def _motif(self, name: str) -> tuple[str, list[tuple[Work, Box | None]], list[str]]:
        collection, found = self.workspace.collection, discovered(self.workspace)
        motifs = shown_motifs(found.motifs if found else (), collection.motifs.all(), dropped=True)
        motif: ShownMotif | None = next((motif for motif in motifs if motif.id == name), None)
        if motif is None:
            raise ExplorerError("There is no such motif here: it may have been found anew, under another address.")
        known = {work.id: work for work in collection.works()}
        works = [known[work] for work in motif.works if work in known]
        first = [(known[each.work], each.box) for each in motif.instances if each.work in known][:1]
        if motif.id not in title_of_motif(motif):
            return f"The motif “{title_of_motif(motif)}”", list(first), about_motif(motif, works)
        return title_of_motif(motif), list(first), about_motif(motif, works)

    def _cited(self, work: Work, box: Box | None) -> CitedWork:
        place = box or Box.whole()
        picture = Targets(self.workspace, [work.id], self.base).picture(work.id, place)
        return CitedWork(work.title, caption(work), holding_and_rights(work), box, picture, canvas_link(work, place))


def _sides(text: str | None) -> list[str] | None:
    return text.split(",") if text else None


def _refuse(sentence: str) -> None:
    """A link that is not right is not one to cite: what is shown is cited, and its address is right."""
    raise ExplorerError(sentence)
