"""The page's own parts: each is a folder of assets (template, style, script) given data, never HTML.

A script reads ``props.value``, listens with ``watch`` and reports with ``trigger``; the names of its events are in
its ``script.js``. Templates are constant: everything that comes from a catalogue is put in by script, as text.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from explorer.paths import ASSETS


class Part(gr.HTML):
    """A component whose template, style and script are the files of ``assets/components/<folder>``."""

    folder = ""

    def __init__(self, value: Any = None, **kwargs: Any) -> None:
        files = ASSETS / "components" / self.folder
        kwargs.setdefault("html_template", (files / "template.html").read_text(encoding="utf-8"))
        kwargs.setdefault("css_template", (files / "style.css").read_text(encoding="utf-8"))
        kwargs.setdefault("js_on_load", (files / "script.js").read_text(encoding="utf-8"))
        kwargs.setdefault("apply_default_css", False)
        kwargs.setdefault("elem_classes", [f"part-{self.folder}"])
        super().__init__(value, **kwargs)

    def api_info(self) -> dict[str, Any]:
        return {"type": "object"}


class Masthead(Part):
    """The name of the collection and of the model, over every tab."""

    folder = "masthead"


class Gallery(Part):
    """The works, with search as you type. Events: ``find`` (text), ``choose`` (work)."""

    folder = "gallery"


class Viewer(Part):
    """A picture, large: zoom, pan, point at a region, draw a box, bring a picture of one's own.

    Events: ``pick`` (box), ``point`` (x, y: whatever is there), ``resize`` (index: another of its sizes), ``join``
    (role, and a box or a point: a further detail), ``bring`` (path of an upload), ``restore`` (what the address has),
    ``complain`` (sentence).
    """

    folder = "viewer"


class Trail(Part):
    """The steps taken. Event: ``travel`` (index)."""

    folder = "trail"


class Tray(Part):
    """What is asked. Events: ``take`` (index: a detail away), ``say`` (words), ``order`` (layout), ``only`` (the main
    detail). It lets the viewer know what the next click adds."""

    folder = "tray"


class Results(Part):
    """Matches as cards. Events: ``follow`` and ``look`` (work, box), ``change_options`` (top, per_work, own, least,
    learn), ``fold`` (least), ``compare`` (number; query: kind, key, box; match: work, box, mirrored, transform, pairs,
    key_points, chance)."""

    folder = "results"


class Waiting(Part):
    """What a search is busy with, and Cancel. Event: ``supersede`` (at: what was asked before is not wanted)."""

    folder = "waiting"


class Evidence(Part):
    """Why a match is believed, and the queue in which matches are judged, over the page. It is opened by the results
    and judges through its server functions. Event: ``complain`` (sentence)."""

    folder = "evidence"


class Labels(Part):
    """Works under the labels that fit them. Event: ``choose`` (work)."""

    folder = "labels"


class Map(Part):
    """The map of works. Events: ``choose`` (work), ``colour`` (column)."""

    folder = "map"


class CollectionPanel(Part):
    """What is indexed, what was skipped and how to add more."""

    folder = "collection"
