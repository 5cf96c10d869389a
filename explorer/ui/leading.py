"""Which tab is shown: what leads to it from another, from the page's address, and from the browser's Back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from explorer.ui import incoming
from explorer.ui.links import OF_WORDS

TABS_LEFT = ("explore", "words", "motifs", "bookmarks", "map", "collection")
"""Tabs that the browser's Back can lead to from a comparison, or from a motif."""
OF_MOTIFS = ("motifs", "motif")
"""What the address has of the wall of motifs (its order), and of a dossier (the motif's id)."""
OF_BOOKMARKS = ("bookmarks", "judgements")
"""What it has of a set of bookmarks (its id, or ``all``), and of the list of judgements."""


def to(tab: str) -> Callable[[], gr.Tabs]:
    """An event's function that shows a tab."""

    def lead() -> gr.Tabs:
        return gr.Tabs(selected=tab)

    return lead


def to_left(event: gr.EventData) -> gr.Tabs:
    """The tab that was left for another, as the script remembers it."""
    left = incoming.text(incoming.record(event._data).get("tab"), 40).lower()
    return gr.Tabs(selected=left if left in TABS_LEFT else "explore")


def to_linked(request: gr.Request) -> tuple[Any, Any]:
    """The tab that the page's address is about, and the half of the Bookmarks tab."""
    asked = set(request.query_params)
    tab, half = linked_tab(asked), "judged" if "judgements" in asked else ""
    return gr.Tabs(selected=tab) if tab else gr.skip(), gr.Tabs(selected=half) if half else gr.skip()


def linked_tab(asked: set[str]) -> str:
    """The tab that an address with these parts is about; empty for the one that opens first.

    >>> linked_tab({"compare", "work"}), linked_tab({"words"}), linked_tab({"words", "work"})
    ('compare', 'words', '')
    """
    for tab, parts in (("compare", {"compare"}), ("motifs", set(OF_MOTIFS)), ("bookmarks", set(OF_BOOKMARKS))):
        if asked & parts:
            return tab
    return "words" if "work" not in asked and asked & set(OF_WORDS.values()) else ""
