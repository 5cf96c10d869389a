"""The Collection tab: what is indexed, with which model, what was left out, how to add more."""

from __future__ import annotations

import shlex

import gradio as gr

from explorer.ui import views
from explorer.ui.components import Ledger
from explorer.ui.searching import Desk, quiet


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
        folder, name = shlex.quote(str(workspace.folder)), shlex.quote(workspace.name)
        model = shlex.quote(workspace.config.model)
        again = f"explorer index {folder} --name {name} --model {model}"
        return [
            {
                "why": "Put pictures into the folder, then run this: only what is new or changed is encoded. "
                "Then start the app again.",
                "command": again,
            },
            {
                "why": "With a catalogue: a CSV file with a column of file names; other columns are kept.",
                "command": f"{again} --metadata catalogue.csv",
            },
            {"why": "Another collection, beside this one.", "command": "explorer index FOLDER --name ANOTHER"},
        ]
