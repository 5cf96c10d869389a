"""Which tab is shown: what leads to it from another, from the page's address, and from the browser's Back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from explorer.ui import incoming
from explorer.ui.links import OF_WORDS
from explorer.ui.wiring import notify

FIRST_HALVES = {"words": "search", "bookmarks": "kept", "collection": "works"}
"""The tabs that have halves, in the order of :data:`Shown`, and which of them is shown first."""
OTHER_HALVES = {"labels": "words", "judged": "bookmarks", "indexed": "collection", "collections": "collection"}
"""The other halves, each with its tab."""
NAMED = ("compare", "words", "labels", "map", "collection", "indexed", "collections")
"""Tabs, and halves of tabs, that the address names as ``tab=``, unless more is asked of them."""
TELLING = {
    "compare": "compare", "judgements": "judged", "motif": "motifs", "motifs": "motifs", "bookmarks": "bookmarks",
    "label": "labels",
}  # fmt: skip
"""What an address has only of one tab, the first that it has deciding: two works that are compared, the judgements, a
motif's id, the order of their wall, a set of bookmarks (its id, or ``all``), labels."""

Shown = tuple[Any, Any, Any, Any]
"""What every lead gives: the tab, and the half of each that has halves."""


def to(tab: str) -> Callable[[], gr.Tabs]:
    """An event's function that shows a tab."""

    def lead() -> gr.Tabs:
        return gr.Tabs(selected=tab)

    return lead


def to_asked(event: gr.EventData) -> Shown:
    """The tab, or the half of one, that the browser's Back leads to, as the script read it from the address."""
    return selecting(incoming.text(incoming.record(event._data).get("tab"), 40))


def to_linked(request: gr.Request) -> Shown:
    """The tab that the page's address is about. One that there is not is said to be none; the rest of it holds."""
    asked = request.query_params
    if (named := incoming.text(asked.get("tab"), 40)) and named not in NAMED:
        notify(f"A part of the link is left out: there is no tab “{named}” that a link can name.")
    tab = linked_tab(asked)
    return selecting(tab) if tab else (gr.skip(),) * 4  # type: ignore[return-value]


def linked_tab(asked: Mapping[str, str]) -> str:
    """The tab, or half of one, that an address is about; empty for the one that opens first.

    >>> linked_tab({"compare": "a.jpg", "work": "a.jpg"}), linked_tab({"words": "snow"}), linked_tab({"tab": "map"})
    ('compare', 'words', 'map')
    >>> linked_tab({"words": "snow", "work": "a.jpg"}), linked_tab({"tab": "nonsense"})
    ('', '')
    """
    if asked.get("tab") in NAMED:
        return asked["tab"]
    for part, tab in TELLING.items():
        if part in asked:
            return tab
    return "words" if "work" not in asked and set(asked) & set(OF_WORDS.values()) else ""


def selecting(tab: str) -> Shown:
    """What shows a tab, or the half of one; the first tab for anything else."""
    outer = OTHER_HALVES.get(tab, tab)
    if outer not in ("explore", "motifs", *NAMED, *FIRST_HALVES):
        outer = "explore"
    halves = [
        gr.Tabs(selected=tab if tab in OTHER_HALVES else first) if whole == outer else gr.skip()
        for whole, first in FIRST_HALVES.items()
    ]
    return gr.Tabs(selected=outer), halves[0], halves[1], halves[2]
