"""The Words tab's second half: sort the works under labels of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from explorer.errors import ExplorerError
from explorer.ui import arguments, incoming, labelling, views
from explorer.ui.arguments import MOST_LABELS
from explorer.ui.components import Labels
from explorer.ui.pictures import Pictures
from explorer.ui.said import said
from explorer.ui.searching import AppContext
from explorer.ui.session import Session
from explorer.ui.wiring import notify, quiet, working
from explorer.words.prompts import PLACE, label_set, label_sets, prompt_lines, read_labels, usual_templates

LABEL = (
    f"Write labels, one per line, {MOST_LABELS} at most, or start from a ready set. Each work is put under the one "
    "that fits it best, or under none; the number is the probability of that label among yours."
)
TEMPLATES = (
    f"Each label is put into every one of these lines, where {PLACE} stands, and the answers are averaged. Change them "
    "for what your pictures are: an engraving of {}, a photograph of {}."
)
OWN = "Start from a ready set"
"""The entry of the menu that is no set: a menu of gradio's does not go back to an empty value."""


class LabelsPart:
    """Layout, wiring, handlers."""

    def __init__(self, app: AppContext, session: gr.State, pictures: Pictures) -> None:
        self.app = app
        self.session = session
        self._layout(pictures)
        self._wire()

    def _layout(self, pictures: Pictures) -> None:
        sets = [(OWN, OWN), *((ready.title, ready.name) for ready in label_sets())]
        with gr.Column(elem_classes="asking"):
            gr.Markdown(LABEL, elem_classes="lead")
            with gr.Row(elem_classes="field label-start"):
                self.set = gr.Dropdown(
                    sets, value=OWN, show_label=False, label=OWN, container=False, elem_id="label-set", scale=0,
                    min_width=300, filterable=False,
                )  # fmt: skip
                self.file = gr.UploadButton(
                    "Labels from a file …", file_types=[".txt", ".csv"], size="sm", elem_id="label-file", scale=0
                )
            self.prompts = gr.Textbox(
                "\n".join(prompt_lines("labels")), lines=5, max_lines=9, show_label=False, label="Labels",
                container=False, elem_id="label-prompts",
            )  # fmt: skip
            with gr.Accordion("How labels are asked", open=False, elem_id="label-asking"):
                gr.Markdown(TEMPLATES, elem_classes="lead")
                self.templates = gr.Textbox(
                    "\n".join(usual_templates()), lines=5, max_lines=10, show_label=False, label="Ways of asking",
                    container=False, elem_id="label-templates",
                )  # fmt: skip
                self.usual = gr.Button("Back to the usual", size="sm", elem_id="label-usual")
            self.label = gr.Button("Sort the works", variant="primary", elem_id="label-works")
        functions = [*pictures.server_functions(), *labelling.labelling_functions(self.app)]
        self.groups = Labels({}, server_functions=functions, elem_id="label-groups")

    def _wire(self) -> None:
        # wiring
        self.set.input(self.start_from, self.set, self.prompts, **quiet())
        self.prompts.change(self.same_set, [self.set, self.prompts], self.set, **quiet())
        self.file.upload(self.load, self.file, [self.prompts, self.set], **quiet())
        self.usual.click(self.as_usual, None, self.templates, **quiet())
        asked = [self.session, self.prompts, self.templates]
        self.label.click(self.sort, asked, self.groups, **working(self.groups))
        restored = [self.prompts, self.templates, self.groups]
        self.groups.restore(self.restore, self.session, restored, **working(self.groups))

    # -- handlers --------------------------------------------------------------------------------------------------

    def start_from(self, name: Any) -> Any:
        """Fill the field with a ready set."""
        try:
            return "\n".join(label_set(name).labels) if isinstance(name, str) and name != OWN else gr.skip()
        except ExplorerError as error:
            notify(said(error))
            return gr.skip()

    def same_set(self, name: Any, prompts: str) -> Any:
        """The ready set as long as its labels are as they were; once they are changed, none."""
        return OWN if self.start_from(name) not in (prompts, gr.skip()) else gr.skip()

    def load(self, sent: Any) -> tuple[Any, Any]:
        """Fill the field with the labels of a file that was uploaded, which is then deleted."""
        path: Path | None = None
        try:
            path = incoming.uploaded(getattr(sent, "name", sent), self.app.uploads)
            return "\n".join(arguments.labels(read_labels(path))), OWN
        except (ExplorerError, OSError) as error:
            notify(said(error))
            return gr.skip(), gr.skip()
        finally:
            if path is not None:
                path.unlink(missing_ok=True)

    def restore(self, session: Session, event: gr.EventData) -> tuple[str, str, views.Props]:
        """The fields, and the works, as the page's address asks for: ``{"labels", "ask"}``."""
        sent = incoming.record(event._data)
        labels = "\n".join(_lines(sent.get("labels")))
        ways = "\n".join(_lines(sent.get("ask")) or usual_templates())
        return labels, ways, self.sort(session, labels, ways)

    def as_usual(self) -> str:
        """The usual ways of asking."""
        return "\n".join(usual_templates())

    def sort(self, session: Session, prompts: str, templates: str) -> views.Props:
        """Works under the label that fits each best."""
        try:
            context, asked = self.app.of(session), arguments.templates(templates or " ")
            return labelling.shown(context, context.labels(arguments.labels(prompts), asked), asked)
        except ExplorerError as error:
            return {"message": said(error)}


def _lines(sent: Any) -> list[str]:
    """The texts of a list, each on a line of its own; what is none is left out."""
    texts = [" ".join(incoming.text(text).split()) for text in sent] if isinstance(sent, list) else []
    return [text for text in texts if text]
