"""The Motifs tab: what recurs across the collection, found without a query, and what scholars make of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from explorer.collection.judgements import NOBODY
from explorer.collection.motif_log import Change
from explorer.errors import ExplorerError
from explorer.motifs.asked_changes import make_change
from explorer.motifs.discovery import discovered
from explorer.motifs.layer import ShownMotif, shown_motifs
from explorer.motifs.works_drawing import WorksGraphs
from explorer.ui import incoming, views
from explorer.ui.components import MotifChoice, Motifs
from explorer.ui.finding import Finding
from explorer.ui.judging import LONGEST_NAME, answered
from explorer.ui.motif_dossier import dossier
from explorer.ui.motif_wall import values, wall, wanted
from explorer.ui.motif_works import PAGE, drawings
from explorer.ui.pictures import Pictures
from explorer.ui.searching import AppContext
from explorer.ui.taking_away import taken_away
from explorer.workspace import Workspace

DONE = {
    "keep": "keeping a motif", "name": "a name", "note": "a note", "drop": "hiding a motif",
    "bring back": "bringing back a motif", "remove": "removing an instance", "restore": "restoring an instance",
    "relation": "a relation", "instance note": "a note on an instance", "add": "adding an instance",
    "accept": "accepting a proposal", "decline": "declining a proposal", "redraw": "redrawing an instance",
    "move": "moving an instance", "merge": "merging two motifs", "split": "splitting a motif",
}  # fmt: skip
"""What the kinds of changes are called where they can be undone."""


class MotifsTab:
    """One component, which asks for what it shows by its server functions. Its events are linked to in the page."""

    def __init__(self, app: AppContext, finding: Finding) -> None:
        functions = [*Pictures(app).server_functions(), *motif_functions(app, finding)]
        self.board = Motifs({}, server_functions=functions, elem_id="motif-board")


class MotifChooser:
    """The choice of a motif, over every tab: what adds details to motifs by hand, merges them and moves instances."""

    def __init__(self, app: AppContext, finding: Finding) -> None:
        functions = [*Pictures(app).server_functions(), *motif_functions(app, finding)]
        self.choice = MotifChoice({}, server_functions=functions)


class MotifPages:
    """What the script asks of one collection. Everything that is sent is parsed as anything else from outside."""

    def __init__(self, workspace: Workspace, finding: Finding, graphs: WorksGraphs) -> None:
        self.workspace, self.collection, self._finding, self._graphs = workspace, workspace.collection, finding, graphs

    def wall(self, sent: Any) -> views.Props:
        """A part of the wall, and beside its first part all that stands around it."""
        asked, works = wanted(sent), {work.id: work for work in self.collection.works()}
        shown = wall(self._shown(), works, asked)
        if asked.start:
            return shown
        return {
            **shown, **self.around(), "columns": self.collection.columns(),
            "values": values(works.values(), asked.column) if asked.column else [],
        }  # fmt: skip

    def dossier(self, sent: Any) -> views.Props:
        """The dossier of a ``motif``, or of the one that it was merged into. Raises :class:`ExplorerError` where there
        is none."""
        name = incoming.text(incoming.record(sent).get("motif"), 60)
        shown = {motif.id: motif for motif in self._shown()}
        motif = shown.get(name) or shown.get(self.collection.motifs.merged().get(name, ""))
        if motif is None:
            raise ExplorerError("There is no such motif here: it may have been found anew, under another address.")
        works = {work.id: work for work in self.collection.works()}
        found = dossier(motif, works)
        if motif.id != name:
            found["notices"] = [f"Motif {name} was merged into this one.", *found["notices"]]
        return {**found, **self.around()}

    def works(self, sent: Any) -> views.Props:
        """Works that share motifs, drawn, from ``from`` on."""
        start = incoming.whole_number(incoming.record(sent).get("from"), 0, 10**6, 0)
        motifs = [motif for motif in self._shown() if not motif.dropped]
        found = self._graphs.drawings(self.workspace, motifs, start, PAGE)
        return {**drawings(found, {work.id: work for work in self.collection.works()}, start), **self.around()}

    def picture(self, sent: Any) -> views.Props:
        """The address of a ``work``'s picture, large, and the picture's shape. Raises :class:`ExplorerError` where
        there is none."""
        work = self.collection.work(incoming.text(incoming.record(sent).get("work")))
        url = views.picture_url(self.workspace.name, self.workspace.view(work.id))
        return {"url": url, "aspect": views.caption(work)["aspect"]}

    def change(self, sent: Any) -> views.Props:
        """Make a ``change``, see :func:`explorer.motifs.asked_changes.make_change`, or take a ``step`` back or forth;
        ``who`` says whose it is."""
        fields = incoming.record(sent)
        who, step = incoming.text(fields.get("who"), LONGEST_NAME) or NOBODY, fields.get("step")
        if step in ("undo", "redo"):
            motifs = self.collection.motifs
            change = motifs.undo(who) if step == "undo" else motifs.redo(who)
            return {"motifs": list(change.motifs), **self.around()}
        changed = make_change(self.collection, self._shown(), fields.get("change"), who)
        return {"motifs": [changed.id], "size": len(changed.present), **self.around()}

    def take_away(self, sent: Any) -> views.Props:
        """A file to take away, see :func:`explorer.ui.taking_away.taken_away`."""
        return taken_away(self.workspace, self._shown(), sent)

    def find(self, sent: Any) -> views.Props:
        """How far finding is, after it was started or stopped where ``do`` asks for it."""
        do = incoming.record(sent).get("do")
        if do == "start":
            self._finding.start(self.workspace)
        elif do == "stop":
            self._finding.stop(self.workspace)
        return {"run": asdict(self._finding.run(self.workspace))}

    def around(self) -> views.Props:
        """What stands around the motifs: whether they were found, in how many works, and what can be undone."""
        rows = self.workspace.present_rows()
        works = int((self.workspace.tables.first_equal[rows] == rows).sum())
        found, tables = discovered(self.workspace), self.workspace.tables.folder
        undo, redo = self.collection.motifs.next_steps()
        return {
            "found": found is not None,
            "begun": any(tables.parent.glob("motif-pairs-*.jsonl")),
            "new": 0 if found is None else works - found.works,
            "in_works": works,
            "details": self.workspace.has_details,
            "run": asdict(self._finding.run(self.workspace)),
            "undo": _said(undo), "redo": _said(redo),
        }  # fmt: skip

    def _shown(self) -> list[ShownMotif]:
        """All motifs, hidden ones too."""
        found = discovered(self.workspace)
        return shown_motifs(found.motifs if found else (), self.collection.motifs.all(), dropped=True)


def _said(change: Change | None) -> str:
    """A change in words; empty for none. Whose it is stands beside it unless nobody said."""
    if change is None:
        return ""
    words = DONE.get(change.kind, change.kind)
    return words if change.who == NOBODY else f"{words} ({change.who})"


def motif_functions(app: AppContext, finding: Finding) -> list[Callable[[Any], views.Props]]:
    """Fresh functions for a component's script. What is sent names the ``collection``; each function answers with a
    record, or with ``{"error": a sentence}``."""
    graphs = WorksGraphs()

    def pages(sent: Any) -> MotifPages:
        return MotifPages(app.named(incoming.record(sent).get("collection")).workspace, finding, graphs)

    def motif_wall(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).wall(sent))

    def motif_dossier(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).dossier(sent))

    def change_motif(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).change(sent))

    def find_motifs(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).find(sent))

    def motif_works(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).works(sent))

    def whole_work(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).picture(sent))

    def take_motifs_away(sent: Any) -> views.Props:
        return answered(lambda: pages(sent).take_away(sent))

    return [motif_wall, motif_dossier, change_motif, find_motifs, motif_works, whole_work, take_motifs_away]
