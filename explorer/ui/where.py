"""Where in the picture in view words are found: asked by the viewer's script, answered with numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.errors import ExplorerError
from explorer.search.standing import where_in_picture, where_in_work
from explorer.ui import incoming, views
from explorer.ui.judging import answered
from explorer.ui.searching import AppContext, CollectionContext
from explorer.words.where import WordMap


def where_functions(app: AppContext) -> list[Callable[[Any], views.Props]]:
    """A fresh function for the viewer's script. It takes ``{"collection", "kind", "key", "words"}`` and answers with
    :func:`heatmap`, or with ``{"error": a sentence}``."""

    def where(sent: Any) -> views.Props:
        return answered(lambda: heatmap(find(app.named(incoming.record(sent).get("collection")), sent)))

    return [where]


def find(context: CollectionContext, sent: Any) -> WordMap:
    """Where the words are in a work, or in a picture of the visitor's own. Raises :class:`ExplorerError` where there
    are no words, no such work, or no picture."""
    words = incoming.words(incoming.record(sent).get("words"))
    if not words:
        raise ExplorerError("Type what to look for in this picture, such as: a windmill.")
    step = context.step({**incoming.record(sent), "box": None})
    workspace = context.workspace
    if step.kind == "work":
        return context.computed(("where", step.key, words), lambda: where_in_work(workspace, step.key, words))
    path = context.uploads / step.key
    return context.computed(("where", path, words), lambda: where_in_picture(workspace, path, words))


def heatmap(found: WordMap) -> views.Props:
    """A map as the viewer lays it over the painting: a grid of whole numbers row by row, 0 where the words fit least
    to 255 where they fit best in this picture, and the best places."""
    levels = found.levels()
    return {
        "rows": levels.shape[0],
        "columns": levels.shape[1],
        "heat": levels.ravel().tolist(),
        "boxes": [{"box": views.sides(place.box), "score": round(place.score, 4)} for place in found.places],
        "sentence": found.sentence,
    }
