"""How events of the page are wired to their handlers, and how a handler shows a sentence."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.components import Component


def quiet() -> dict[str, Any]:
    """Options of an event with a quick handler: no sign of progress, no event dropped, not part of the REST API."""
    return {"show_progress": "hidden", "trigger_mode": "multiple", "api_visibility": "private"}


def working(component: Component, visible: bool = True) -> dict[str, Any]:
    """Options of an event with a long-running handler, which waits for its turn to compute by itself
    (:mod:`explorer.ui.queueing`). Progress is shown on ``component`` where it is to be ``visible``; elsewhere the
    handler reports its stages itself."""
    return {
        "show_progress": "full" if visible else "hidden",
        "show_progress_on": component,
        "trigger_mode": "multiple",
        "api_visibility": "private",
        "concurrency_limit": None,
    }


def after() -> dict[str, str]:
    """Options of a second step that follows an event."""
    return {"show_progress": "hidden", "api_visibility": "private"}


def notify(sentence: str) -> None:
    """Show a sentence in a corner of the page."""
    gr.Warning(sentence, title="Please note")
