"""The Collection tab: all works; what is indexed, with which model, what was left out, how to add more; the collections
that there are."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr

from explorer.calibration.blocks import chosen
from explorer.config import INDEX_OPTIONS, Config
from explorer.errors import ExplorerError
from explorer.indexing.given_vectors import CATALOGUE_FACT, VECTORS_FACT
from explorer.paths import DEFAULT_CACHE
from explorer.ui import incoming, views
from explorer.ui.collection_list import listed, removed_listed
from explorer.ui.components import CollectionList, CollectionPanel, Grid, IndexingForm
from explorer.ui.finding import Finding
from explorer.ui.indexing_form import models
from explorer.ui.managing import Managing, is_shared_now
from explorer.ui.pictures import Pictures
from explorer.ui.said import said, without_folders
from explorer.ui.searching import AppContext
from explorer.ui.server.guard import is_shared
from explorer.ui.session import Session
from explorer.ui.wiring import notify, quiet
from explorer.verification.calibration_result import Bin, Calibration
from explorer.workspace import Workspace

UNCALIBRATED = (
    "This collection has no calibration of its own: it is too small, too few copies of its details could be found, or "
    "it was indexed by an earlier version (then indexing again calibrates it). Its percentages come from another "
    "collection: use them to compare matches with one another, not as probabilities."
)


class CollectionTab:
    """Layout and wiring; the facts are read anew whenever the tab is opened."""

    def __init__(self, app: AppContext, session: gr.State, tab: gr.Tab, finding: Finding) -> None:
        self.app = app
        held = app.collections
        managing = Managing(held.cache, app.uploads, app.queue, held.runtime, held, finding.going)
        with gr.Tabs(elem_classes="modes") as self.halves:
            with gr.Tab("Works", id="works", render_children=True):
                self.grid = Grid({}, server_functions=Pictures(app).server_functions())
            with gr.Tab("What is indexed", id="indexed", render_children=True):
                self.panel = CollectionPanel({}, server_functions=managing.panel_functions())
            with gr.Tab("Collections", id="collections", render_children=True):
                functions = [self._list_function(), *managing.list_functions()]
                self.list = CollectionList({}, server_functions=functions)
                self.form = IndexingForm({}, server_functions=managing.indexing_functions())
        # wiring
        tab.select(self.facts, session, self.panel, **quiet())
        tab.select(self.collections, session, [self.list, self.form], **quiet())

    def facts(self, session: Session, request: gr.Request) -> Any:
        """The session's collection, as it stands now."""
        try:
            return panel(self.app.of(session).workspace, is_shared(request.request))
        except ExplorerError as error:
            notify(said(error))
            return gr.skip()

    def collections(self, session: Session, request: gr.Request) -> tuple[views.Props, views.Props]:
        """All collections that the app serves, as they stand now, and the form that adds one."""
        shared = is_shared(request.request)
        return self._listed(session.collection, shared), {} if shared else {"models": models()}

    def _listed(self, sent: Any, shared: bool) -> views.Props:
        """The list, as a page shows it that is about the collection whose name was sent."""
        held, here = self.app.collections, incoming.text(sent)
        with suppress(ExplorerError):  # removed meanwhile
            here = held.get(here).name
        removed = [] if shared else removed_listed(held)
        return {"collections": listed(held, here), "manage": not shared, "removed": removed}

    def _list_function(self) -> Callable[[Any], views.Props]:
        def list_collections(sent: Any) -> views.Props:
            return self._listed(incoming.record(sent).get("collection"), is_shared_now())

        return list_collections


def damage(workspace: Workspace, shared: bool) -> list[str]:
    """What is damaged or cannot be backed up, in sentences; on a ``shared`` page without where on the server it is."""
    return [without_folders(sentence) if shared else sentence for sentence in workspace.damage()]


def panel(workspace: Workspace, shared: bool = False) -> views.Props:
    """What the panel shows of a collection: facts, files left out, commands, reliability. On a ``shared`` page it does
    not say where on the server anything is."""
    shown = without_folders if shared else str
    skipped = [(file.file, shown(file.reason)) for file in workspace.collection.skipped()]
    texts = [(term, shown(text)) for term, text in facts(workspace)]
    lines = [{**entry, "command": shown(entry["command"])} for entry in commands(workspace)]
    percentages = reliability(workspace.calibration) if workspace.has_details else None
    gone = [(work.file, work.since[:10]) for work in workspace.collection.gone()]
    remarked = [(each.file, each.remark) for each in workspace.collection.remarks.by_work()]
    shown_of = views.collection_panel(texts, skipped, lines, percentages, remarked)
    return {**shown_of, "gone": [{"file": file, "since": since} for file, since in gone],
            "name": workspace.name, "manage": not shared}  # fmt: skip


def facts(workspace: Workspace) -> list[tuple[str, str]]:
    """Terms and texts about a collection; a text is empty where there is nothing to say."""
    manifest, collection, config = workspace.manifest, workspace.collection, workspace.config
    skipped, columns = len(collection.skipped()), collection.columns()
    searched = f"{manifest.works:,} works in {manifest.regions:,} overlapping places"
    if not workspace.has_details:
        searched = f"{manifest.works:,} works, each as a whole"
    matching = chosen(collection, config, manifest.model_hash)
    return [
        ("Collection", workspace.name),
        ("Works", f"{len(collection.works()):,}"),
        ("Searched", searched),
        ("Left out", f"{skipped:,} {'file' if skipped == 1 else 'files'}" if skipped else "nothing"),
        ("Model", config.model),
        ("About the model", workspace.model_note),
        ("Details matched by", f"{matching.words()} made of its own details" if matching else ""),
        ("Resolution", f"{config.resolution} pixels on the long side" if workspace.has_details else ""),
        ("Indexed", manifest.created.replace("T", ", ")[:17]),
        ("Stored", stored(workspace)),
        ("Folder", str(workspace.folder)),
        ("Catalogue", ", ".join(column.replace("_", " ") for column in columns) or "none"),
    ]


def stored(workspace: Workspace) -> str:
    """Whether what is stored of a collection is as it was written; empty before that was checked."""
    if workspace.damage():
        return " ".join(workspace.damage())
    if workspace.condition is None:
        return ""
    if not workspace.condition.recorded:
        return "not checked: checksums are not recorded; indexing again records them"
    return "checked, and as it was written"


def commands(workspace: Workspace) -> list[views.Props]:
    """Commands that add to a collection or make another, each with its reason."""
    explorer = ["explorer"] if shutil.which("explorer") else [_python(), "-m", "explorer"]
    cache = workspace.pictures.parent.parent
    where = [] if cache.resolve() == DEFAULT_CACHE.resolve() else ["--cache", str(cache)]
    index = [*explorer, "index", str(workspace.folder), "--name", workspace.name]
    other = {
        "why": "Another collection, beside this one.",
        "command": shlex.join([*explorer, "index", "FOLDER", "--name", "NAME", *where]),
    }
    if not workspace.has_details:
        return [*_commands_with_vectors(workspace, index, where), other]
    again = shlex.join([*index, *settings(workspace.config), *where])
    return [
        {
            "why": "Put pictures into the folder, then run this: only what is new or changed is encoded. "
            "The open app takes over what is new by itself.",
            "command": again,
        },
        {
            "why": "With a catalogue: a table (CSV, Excel, LibreOffice, JSON) with a column of file names; other "
            "columns are kept.",
            "command": f"{again} --metadata catalogue.csv",
        },
        other,
    ]


def _commands_with_vectors(workspace: Workspace, index: list[str], where: list[str]) -> list[views.Props]:
    """The same for a collection whose vectors were computed elsewhere."""
    fact = workspace.collection.fact
    files = ["--metadata", fact(CATALOGUE_FACT) or "FILE.csv", "--vectors", fact(VECTORS_FACT) or "FILE.npy"]
    return [
        {
            "why": "With new vectors: row i of the file of vectors belongs to row i of the catalogue.",
            "command": shlex.join([*index, *files, "--vectors-model", workspace.config.model, *where]),
        },
        {
            "why": "With a model, which encodes the pictures here: then details and words can be searched for.",
            "command": shlex.join([*index, "--model", "MODEL", *where]),
        },
    ]


def _python() -> str:
    """The interpreter that runs the app, from the folder that it was started in: `.venv/bin/python`."""
    here, python = Path.cwd(), Path(sys.executable)
    return str(python.relative_to(here)) if python.is_relative_to(here) else str(python)


def _middle_error(bins: Sequence[Bin]) -> float | None:
    """Mean distance of what was given from what was right, of percentages between 10 and 90; None without any."""
    middle = [(bin_.count, abs(bin_.confidence - bin_.right)) for bin_ in bins if 0.1 <= bin_.confidence <= 0.9]
    total = sum(count for count, _ in middle)
    return sum(count * error for count, error in middle) / total if total else None


def reliability(calibration: Calibration) -> views.Props:
    """How far the percentages hold in this collection: a sentence, and per bin the percentage that was given beside the
    share that was right."""
    if not calibration.reliability:
        return {"words": UNCALIBRATED, "bins": []}
    words = (
        "This collection was calibrated with copies of its own details (in other sizes, reversed, recoloured, in grey, "
        f"in ink, blurred, set into other works): {calibration.copies} copies that were found again, and "
        f"{calibration.pairs:,} places that have nothing to do with what was searched for. The percentages were wrong "
        f"by {100 * calibration.ece:.0f} points on average"
    )
    if (middle := _middle_error(calibration.reliability)) is not None:
        words += f", the few between 10 and 90 by {100 * middle:.0f}"
    words += (
        "; of a copy and an unrelated place, the copy was given the "
        f"higher percentage in {100 * calibration.auc:.0f} of 100 cases."
    )
    bins = [{"said": row.confidence, "right": row.right, "count": row.count} for row in calibration.reliability]
    return {"words": words, "bins": bins}


def settings(config: Config) -> list[str]:
    """The options with which ``explorer index`` keeps to the way a collection was encoded.

    >>> settings(Config(model="mini", resolution=224))
    ['--model', 'mini', '--resolution', '224']
    """
    default = Config(model=config.model)
    options: list[str] = []
    for name in INDEX_OPTIONS:
        if name == "model" or getattr(config, name) != getattr(default, name):
            options += [f"--{name.replace('_', '-')}", str(getattr(config, name))]
    return options
