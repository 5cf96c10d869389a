"""The Collection tab: what is indexed, with which model, what was left out, how to add more."""

from __future__ import annotations

import shlex
import shutil

import gradio as gr

from explorer.calibration.blocks import chosen
from explorer.config import INDEX_OPTIONS, Config
from explorer.paths import DEFAULT_CACHE
from explorer.ui import views
from explorer.ui.components import CollectionPanel
from explorer.ui.searching import AppContext, quiet
from explorer.verification.calibration_result import Calibration

UNCALIBRATED = (
    "This collection is not calibrated by itself: it is too small, too few copies of its details could be found, or it "
    "was indexed by an earlier version (then indexing again calibrates it). Its percentages come from another: read "
    "them as an order of trust."
)


class CollectionTab:
    """Layout and wiring; the facts are read anew whenever the tab is opened."""

    def __init__(self, context: AppContext, tab: gr.Tab) -> None:
        self.context = context
        self.panel = CollectionPanel(self.facts())
        # wiring
        tab.select(self.facts, None, self.panel, **quiet())

    def facts(self) -> views.Props:
        """What the collection is, as it stands now."""
        workspace = self.context.workspace
        manifest, collection = workspace.manifest, workspace.collection
        works, skipped, columns = collection.works(), collection.skipped(), collection.columns()
        matching = chosen(collection, workspace.config, manifest.model_hash)
        facts = [
            ("Collection", workspace.name),
            ("Works", f"{len(works):,}"),
            ("Searched", f"{manifest.works:,} works in {manifest.regions:,} overlapping places"),
            ("Left out", f"{len(skipped):,} {'file' if len(skipped) == 1 else 'files'}" if skipped else "nothing"),
            ("Model", workspace.config.model),
            ("About it", workspace.model_note),
            ("Details matched by", f"{matching.words()} made of its own details" if matching else ""),
            ("Resolution", f"{workspace.config.resolution} pixels on the long side"),
            ("Indexed", manifest.created.replace("T", ", ")[:17]),
            ("Folder", str(workspace.folder)),
            ("Catalogue", ", ".join(column.replace("_", " ") for column in columns) or "none"),
        ]
        left_out = [(one.file, one.reason) for one in skipped]
        return views.collection_panel(facts, left_out, self._commands(), reliability(workspace.calibration))

    def _commands(self) -> list[views.Props]:
        workspace = self.context.workspace
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


def reliability(calibration: Calibration) -> views.Props:
    """How far the percentages hold in this collection: a sentence, and what was said against what was right."""
    if not calibration.reliability:
        return {"words": UNCALIBRATED, "bins": []}
    words = (
        f"This collection was calibrated by itself: copies were made of its own details (in other sizes, reversed, "
        f"recoloured, in grey, in ink, blurred, set into other works) and {calibration.copies} found again, beside "
        f"{calibration.pairs:,} places that have nothing to do with what was searched for. A percentage was off by "
        f"{100 * calibration.ece:.0f} points on average, and of a copy and an unrelated place the copy was given "
        f"more in {100 * calibration.auc:.0f} of 100 cases."
    )
    bins = [{"said": one.confidence, "right": one.right, "count": one.count} for one in calibration.reliability]
    return {"words": words, "bins": bins}


def settings(config: Config) -> list[str]:
    """The options with which ``explorer index`` keeps to the way a collection was encoded.

    >>> settings(Config(model="mini", resolution=224))
    ['--model', 'mini', '--resolution', '224']
    """
    usual = Config(model=config.model)
    options: list[str] = []
    for name in INDEX_OPTIONS:
        if name == "model" or getattr(config, name) != getattr(usual, name):
            options += [f"--{name.replace('_', '-')}", str(getattr(config, name))]
    return options
