"""The Collection tab: what is indexed, with which model, what was left out, how to add more."""

from __future__ import annotations

import shlex
import shutil

import gradio as gr

from explorer.config import ASKED_FOR, Config
from explorer.ui import views
from explorer.ui.components import Ledger
from explorer.ui.searching import Desk, quiet
from explorer.workspace import DEFAULT_CACHE


class CollectionTab:
    """Layout and wiring; the facts are read anew whenever the tab is opened."""

    def __init__(self, desk: Desk, tab: gr.Tab) -> None:
        self.desk = desk
        self.ledger = Ledger(self.facts())
        # wiring
        tab.select(self.facts, None, self.ledger, **quiet())

    def facts(self) -> views.Props:
        """What the collection is, as it stands now."""
        workspace = self.desk.workspace
        manifest, collection = workspace.manifest, workspace.collection
        works, skipped, columns = collection.works(), collection.skipped(), collection.columns()
        facts = [
            ("Collection", workspace.name),
            ("Works", f"{len(works):,}"),
            ("Searched", f"{manifest.works:,} works in {manifest.regions:,} overlapping places"),
            ("Left out", f"{len(skipped):,} {'file' if len(skipped) == 1 else 'files'}" if skipped else "nothing"),
            ("Model", workspace.config.model),
            ("About it", workspace.model_note),
            ("Resolution", f"{workspace.config.resolution} pixels on the long side"),
            ("Indexed", manifest.created.replace("T", ", ")[:17]),
            ("Folder", str(workspace.folder)),
            ("Catalogue", ", ".join(column.replace("_", " ") for column in columns) or "none"),
        ]
        return views.ledger(facts, [(one.file, one.reason) for one in skipped], self._commands())

    def _commands(self) -> list[views.Props]:
        workspace = self.desk.workspace
        explorer = ["explorer"] if shutil.which("explorer") else ["python", "-m", "explorer"]
        cache = workspace.pictures.parent.parent
        where = [] if cache.resolve() == DEFAULT_CACHE.resolve() else ["--cache", str(cache)]
        known = shlex.join(
            [*explorer, "index", str(workspace.folder), "--name", workspace.name, *settings(workspace.config), *where]
        )
        return [
            {
                "why": "Put pictures into the folder, then run this: only what is new or changed is encoded. "
                "Then start the app again.",
                "command": known,
            },
            {
                "why": "With a catalogue: a CSV file with a column of file names; other columns are kept.",
                "command": f"{known} --metadata catalogue.csv",
            },
            {
                "why": "Another collection, beside this one.",
                "command": shlex.join([*explorer, "index", "FOLDER", "--name", "NAME", *where]),
            },
        ]


def settings(config: Config) -> list[str]:
    """The options with which ``explorer index`` keeps to the way a collection was encoded.

    >>> settings(Config(model="mini", resolution=224))
    ['--model', 'mini', '--resolution', '224']
    """
    usual = Config(model=config.model)
    options: list[str] = []
    for name in ASKED_FOR:
        if name == "model" or getattr(config, name) != getattr(usual, name):
            options += [f"--{name.replace('_', '-')}", str(getattr(config, name))]
    return options
