"""The page's own components: each is a folder of assets (template, style, script) given data, never HTML.

A script reads ``props.value``, listens with ``watch`` and reports with ``trigger``; the names of its events are in
its ``script.js``. Templates are constant: everything that comes from a catalogue is put in by script, as text.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from explorer.paths import ASSETS


class AssetComponent(gr.HTML):
    """A component whose template, style and script are the files of ``assets/components/<folder>``; scripts beside
    ``script.js`` follow it and share its names."""

    folder = ""

    def __init__(self, value: Any = None, **kwargs: Any) -> None:
        files = ASSETS / "components" / self.folder
        kwargs.setdefault("html_template", (files / "template.html").read_text(encoding="utf-8"))
        kwargs.setdefault("css_template", (files / "style.css").read_text(encoding="utf-8"))
        scripts = sorted(files.glob("*.js"), key=lambda path: (path.name != "script.js", path.name))
        kwargs.setdefault("js_on_load", "\n".join(path.read_text(encoding="utf-8") for path in scripts))
        kwargs.setdefault("apply_default_css", False)
        kwargs.setdefault("elem_classes", [f"part-{self.folder}"])
        super().__init__(value, **kwargs)

    def api_info(self) -> dict[str, Any]:
        """The value as the REST API describes it."""
        return {"type": "object"}


class Masthead(AssetComponent):
    """The name of the collection and of the model, over every tab. Its value tells the other scripts which collection
    the page is about. Event: ``go`` (tab: the browser's Back leads there)."""

    folder = "masthead"


class Gallery(AssetComponent):
    """The works, with search as you type and facets. Its script is the one that asks for works, and publishes them to
    others (``explorer:catalogue``). Events: ``find`` (text, limits), ``choose`` (work), ``limit`` (limits)."""

    folder = "gallery"


class Grid(AssetComponent):
    """All works as a sheet of pictures, sorted by its script; what it shows, and chooses, is the gallery's. Event:
    ``choose`` (work)."""

    folder = "grid"


class Viewer(AssetComponent):
    """A picture, large: zoom, pan, point at a region, draw a box, bring a picture of one's own.

    Events: ``pick`` (box), ``point`` (x, y: whatever is there), ``resize`` (index: another of its sizes), ``join``
    (role, and a box or a point: a further detail), ``bring`` (path of an upload), ``restore`` (what the address has),
    ``complain`` (sentence). Where words are found in the picture it asks by the server function ``where``,
    which of its parts are in other works by ``recurrence``.
    """

    folder = "viewer"


class Trail(AssetComponent):
    """The steps taken. Event: ``travel`` (index)."""

    folder = "trail"


class Tray(AssetComponent):
    """The parts of the query, as chips. Events: ``change`` (do: take, weigh, reword, say, order, only; see
    :mod:`explorer.ui.editing`); of words alone also ``back`` and ``restore`` (what the address has). It lets
    the viewer know what the next click adds."""

    folder = "tray"


class Results(AssetComponent):
    """Matches as cards. Events: ``follow`` and ``look`` (work, box), ``these`` (the chosen places, and whether beside
    what is asked), ``change_options`` (top, per_work, own, least, learn), ``fold`` (least), ``take_away`` (as, number,
    places: a file of what is shown), ``compare`` (number;
    query: kind, key, box; match: work, box, mirrored, transform, pairs, key_points, probability)."""

    folder = "results"


class Taken(AssetComponent):
    """A file that was asked for: its script hands it to that of whoever asked. Nothing is seen of it."""

    folder = "taken"


class Waiting(AssetComponent):
    """The stage of a search, and Cancel. Event: ``supersede`` (at: what was asked before is not wanted any more)."""

    folder = "waiting"


class Evidence(AssetComponent):
    """Why a match is believed, and the queue in which matches are judged, over the page. It is opened by the results
    and judges through its server functions. Event: ``complain`` (sentence)."""

    folder = "evidence"


class Labels(AssetComponent):
    """Works under the labels that fit them, grouped by its script as the threshold is moved; counts against a column
    and kept columns are asked of its server functions. Events: ``choose`` (work), ``restore`` (labels, ask: what the
    address has)."""

    folder = "labels"


class Motifs(AssetComponent):
    """The wall of motifs and the dossier of one; what they show and what is changed is asked of its server functions.

    Events: ``follow`` and ``look`` (kind, key, box), ``compare`` (as of :class:`Results`).
    """

    folder = "motifs"


class MotifChoice(AssetComponent):
    """The choice of a motif, over the page: other components' scripts open it by ``explorer:choose-motif``, and add a
    detail to a motif by ``explorer:add-to-motif``. It asks and changes by its server functions."""

    folder = "motif_choice"


class Bookmarks(AssetComponent):
    """What is kept, in sets, with a light table. It asks and changes by its server functions."""

    folder = "bookmarks"


class JudgementList(AssetComponent):
    """The judgements that hold, with filters. It asks and changes by its server functions."""

    folder = "judgements"


class Keeping(AssetComponent):
    """The dialog in which something is kept, over the page: other components' scripts open it by ``explorer:keep``."""

    folder = "keeping"


class Citing(AssetComponent):
    """The dialog in which what is shown is cited, over the page: other components' scripts open it by
    ``explorer:cite``. Event: ``ask`` (address, number)."""

    folder = "citing"


class Map(AssetComponent):
    """The map of works, or of their details: its script draws, see :mod:`explorer.ui.map_answers` for what it asks.
    Events: ``choose`` (work), ``follow`` (kind, key, box)."""

    folder = "map"


class CollectionList(AssetComponent):
    """The collections of the running app; where it may, it renames, removes and brings back by its server functions,
    and opens the form of :class:`IndexingForm` by ``explorer:index``."""

    folder = "collections"


class Beginning(AssetComponent):
    """What stands over the form on the page of an app without collections; it begins the demo by
    ``explorer:index-demo``."""

    folder = "beginning"


class IndexingForm(AssetComponent):
    """The form that indexes a folder, or gives a collection another catalogue: it looks, begins and asks how far it is
    by its server functions. Nothing is seen of it until it is wanted, but on the page of an app without collections."""

    folder = "indexing"


class CollectionPanel(AssetComponent):
    """What is indexed, what was skipped and how to add more."""

    folder = "collection"
