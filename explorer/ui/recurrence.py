"""Which parts of the picture in view are in other works: asked by the viewer's script, answered with numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.errors import ExplorerError
from explorer.motifs.recurrence import Recurrence, recurrence
from explorer.ui import incoming, views
from explorer.ui.judging import answered
from explorer.ui.searching import AppContext, CollectionContext


def recurrence_functions(app: AppContext) -> list[Callable[[Any], views.Props]]:
    """A fresh function for the viewer's script. It takes ``{"collection", "kind", "key"}`` and answers with
    :func:`shown`, or with ``{"error": a sentence}``."""

    def recurrence(sent: Any) -> views.Props:
        return answered(lambda: answer(app.named(incoming.record(sent).get("collection")), sent))

    return [recurrence]


def answer(context: CollectionContext, sent: Any) -> views.Props:
    """What recurs of a work. Raises :class:`ExplorerError` where that is not known."""
    step = context.step({**incoming.record(sent), "box": None})
    if step.kind != "work":
        raise ExplorerError("Motifs are those of the collection's works; search with this picture instead.")
    return shown(context, recurrence(context.workspace, step.key))


def shown(context: CollectionContext, found: Recurrence) -> views.Props:
    """The counts row by row, the places with the works of each, and the captions of those works."""
    works = {each.work for place in found.places for each in place.found}
    return {
        "rows": found.counts.shape[0],
        "columns": found.counts.shape[1],
        "counts": found.counts.ravel().tolist(),
        "places": [
            {
                "box": views.sides(place.box),
                "name": place.name,
                "found": [[each.work, views.sides(each.box)] for each in place.found],
            }
            for place in found.places
        ],
        "works": {work: views.caption(context.workspace.collection.work(work)) for work in sorted(works)},
        "sentence": sentence(found),
    }


def sentence(found: Recurrence) -> str:
    """How much of a work recurs, in words."""
    if not found.places:
        return "No part of this work was found in another."
    works = "1 other work" if found.works == 1 else f"{found.works} other works"
    return f"Parts of this work are in {works}; {round(100 * found.unmatched.mean())} % of it is in none."
