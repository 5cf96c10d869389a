"""The Bookmarks tab: what scholars keep, in sets, with a light table; taken away as files and read back in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

import gradio as gr

from explorer.bookmarks.chosen import ChosenSet, chosen_set, said_of
from explorer.bookmarks.reading_back import read_in
from explorer.bookmarks.take_away import Wanted, take_away
from explorer.collection import Work
from explorer.collection.bookmarks import Bookmark, Kept, Place, Spot, checked_bookmark
from explorer.errors import ExplorerError
from explorer.iiif.presentation import Addresses
from explorer.plates.origin import origin_of
from explorer.plates.pictures import pixels
from explorer.plates.sheet import works_of
from explorer.scratch import scratch_folder
from explorer.search.measured import extent
from explorer.ui import incoming, views
from explorer.ui.bookmark_changes import CHANGES
from explorer.ui.components import Bookmarks, Keeping
from explorer.ui.judgements import JudgementsPanel
from explorer.ui.judging import LONGEST_NAME, answered
from explorer.ui.pictures import Pictures
from explorer.ui.searching import AppContext
from explorer.ui.taking_away import handed_over
from explorer.workspace import Workspace

KINDS = {"html": "html", "zip": "zip", "csv": "csv", "json": "json", "annotations": "jsonld"}
"""What a set can be taken away as, and how the file's name ends."""
MOST_READ = 50_000_000
"""Characters of a file that is read in."""
DONE = {
    "keep": "keeping a bookmark", "describe": "changing a bookmark", "remove": "removing bookmarks",
    "new set": "making a set", "describe a set": "changing a set", "put into a set": "putting bookmarks into a set",
    "take out of a set": "taking bookmarks out of a set", "lay out": "moving things on the light table",
    "remove a set": "removing a set", "read in a set": "reading a set in",
}  # fmt: skip
"""What the kinds of changes are called where they can be undone."""


class BookmarksTab:
    """The bookmarks and, beside them, the judgements: a component each, which asks for what it shows by its server
    functions. Their events are linked to in the page."""

    def __init__(self, app: AppContext) -> None:
        functions = [*Pictures(app).server_functions(), *bookmark_functions(app)]
        with gr.Tabs(elem_classes="modes") as self.halves:
            with gr.Tab("Sets", id="kept", render_children=True):
                self.board = Bookmarks({}, server_functions=functions, elem_id="bookmark-board")
            with gr.Tab("Judgements", id="judged", render_children=True):
                self.judgements = JudgementsPanel(app).list


class Keeper:
    """The dialog over the page in which something is kept; the Bookmarks tab need not have been opened."""

    def __init__(self, app: AppContext) -> None:
        functions = [*Pictures(app).server_functions(), *bookmark_functions(app)]
        self.dialog = Keeping({}, server_functions=functions)


class BookmarkPages:
    """What the script asks of one collection. Everything that is sent is parsed as anything else from outside."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.store = workspace, workspace.collection.bookmarks

    def shown(self, sent: Any) -> views.Props:
        """The sets, and the bookmarks of one of them (``set``, an id), or of none: all."""
        kept, name = self.store.all(), incoming.text(incoming.record(sent).get("set"), 60)
        if name and name not in kept.sets:
            raise ExplorerError("There is no such set here; it may have been removed.")
        chosen = kept.of_set(name) if name else list(kept.bookmarks.items())
        works = works_of(self.workspace, dict.fromkeys(work for _, mark in chosen for work in mark.works))
        table = kept.sets[name].table if name else {}
        undo, redo = self.store.next_steps()
        return {
            "set": name, "note": kept.sets[name].note if name else "", "sets": list(_sets(kept)),
            "total": len(kept.bookmarks), "undo": undo and DONE.get(undo.kind, undo.kind),
            "redo": redo and DONE.get(redo.kind, redo.kind),
            "marks": [self._mark(key, mark, works, table, kept) for key, mark in chosen],
        }  # fmt: skip

    def change(self, sent: Any) -> views.Props:
        """Make a change; what it left of what is shown, and the id of what is new."""
        fields = incoming.record(sent)
        kind, who = incoming.text(fields.get("do"), 40), incoming.text(fields.get("who"), LONGEST_NAME)
        if kind not in CHANGES:
            raise ExplorerError(f"A change of bookmarks is one of {', '.join(CHANGES)}, not {kind!r}.")
        new = CHANGES[kind](self.store, fields, who)
        return {"new": new or "", **(self.shown(sent) if fields.get("show") else {})}

    def keep(self, sent: Any) -> views.Props:
        """Keep a bookmark, in a set of this name if one is named; the set is made if it is not there."""
        fields = incoming.record(sent)
        origin = origin_of(self.workspace)
        model = f"{origin.model}, {origin.settings}"
        mark = checked_bookmark({**incoming.record(fields.get("mark")), "model": model})
        for work in mark.works:
            self.workspace.collection.work(work)
        who, wanted = incoming.text(fields.get("who"), LONGEST_NAME), incoming.text(fields.get("set"), LONGEST_NAME * 2)
        into = next((key for key, known in self.store.all().sets.items() if known.name == wanted), "")
        if wanted and not into:
            into = self.store.new_set(wanted, who=who)
        new = self.store.keep(mark, who, into)
        return {"new": new, "sets": list(_sets(self.store.all()))}

    def sets(self, sent: Any) -> views.Props:
        """The sets alone, for whoever keeps something."""
        return {"sets": list(_sets(self.store.all()))}

    def taken_away(self, sent: Any) -> views.Props:
        """A set (or all), as one of :data:`KINDS`: its ``name``, its ``data`` in base64, and ``notes``."""
        fields = incoming.record(sent)
        kind, name = incoming.text(fields.get("as"), 20), incoming.text(fields.get("set"), 60)
        if kind not in KINDS:
            raise ExplorerError(f"Bookmarks can be taken away as {', '.join(KINDS)}, not as {kind[:20]!r}.")
        chosen = chosen_set(self.workspace, name)
        if not chosen.marks:
            raise ExplorerError("There are no bookmarks here to take away.")
        return self._file(chosen, kind, incoming.text(fields.get("address"), 500))

    def _file(self, chosen: ChosenSet, kind: str, address: str) -> views.Props:
        name = self.workspace.name
        return handed_over(
            f"{name} {chosen.about.name}", KINDS[kind],
            lambda path: take_away(chosen, Wanted(**{kind: path}, base_url=address))[1:],
            f"make it with: explorer bookmarks {name} --{kind} FILE",
        )  # fmt: skip

    def read_in(self, sent: Any) -> views.Props:
        """Make a set of what the ``text`` of a file called ``file`` says."""
        fields = incoming.record(sent)
        content, name = fields.get("text"), incoming.text(fields.get("file"), 200)
        if not isinstance(content, str) or len(content) > MOST_READ:
            raise ExplorerError("A set is read from a file of text, of 50 MB at most.")
        plain = PurePosixPath(name.replace("\\", "/")).name.lstrip(".") or "set.json"
        with scratch_folder() as folder:
            path = folder / plain
            path.write_text(content, encoding="utf-8", errors="replace", newline="")
            new = read_in(self.workspace.collection, path, incoming.text(fields.get("who"), LONGEST_NAME))
        return {"new": new, "count": len(self.store.all().of_set(new))}

    # -- one bookmark --------------------------------------------------------------------------------------------------

    def _mark(
        self, name: str, mark: Bookmark, works: Mapping[str, Work], table: Mapping[str, Spot], kept: Kept
    ) -> views.Props:  # fmt: skip
        spot = table.get(name)
        return {
            "id": name, "kind": mark.kind, "name": mark.name, "note": mark.note, "tags": list(mark.tags),
            "address": mark.address, "said": list(said_of(mark)), "who": mark.who, "made": mark.made,
            "found_with": mark.model, "places": [self._place(place, works.get(place.work)) for place in mark.places],
            "spot": spot and spot.model_dump(),
            "sets": [key for key, known in kept.sets.items() if name in known.bookmarks],
        }  # fmt: skip

    def _place(self, place: Place, work: Work | None) -> views.Props:
        if work is None:
            return {"work": place.work, "title": place.work, "box": list(place.box), "gone": True}
        size, whole = extent(work), place.box == (0.0, 0.0, 1.0, 1.0)
        x0, y0, x1, y1 = pixels(place.as_box, (work.width, work.height))
        return {
            **views.caption(work), "box": None if whole else list(place.box), "gone": False,
            "cm": [round(side, 2) for side in size.box_size(place.as_box)] if size and size.fits else None,
            "pixels": [x1 - x0, y1 - y0],
            "service": Addresses("", self.workspace.name).image(work.id).removeprefix("/"),
            "region": f"{x0},{y0},{x1 - x0},{y1 - y0}",
        }  # fmt: skip


def _sets(kept: Kept) -> list[views.Props]:
    return [{"id": key, "name": known.name, "count": len(kept.of_set(key))} for key, known in kept.sets.items()]


def bookmark_functions(app: AppContext) -> list[Callable[[Any], views.Props]]:
    """Functions for the component's script. What is sent names the ``collection``; each function answers with a record,
    or with ``{"error": a sentence}``."""

    def pages(sent: Any) -> BookmarkPages:
        return BookmarkPages(app.named(incoming.record(sent).get("collection")).workspace)

    def bookmarks(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).shown(sent))

    def bookmark_sets(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).sets(sent))

    def keep_bookmark(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).keep(sent))

    def change_bookmarks(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).change(sent))

    def take_bookmarks_away(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).taken_away(sent))

    def read_bookmarks_in(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).read_in(sent))

    return [bookmarks, bookmark_sets, keep_bookmark, change_bookmarks, take_bookmarks_away, read_bookmarks_in]
