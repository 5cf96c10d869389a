"""Small pictures for the page, made when they come into sight: a gallery of thousands opens at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.ui import incoming, views
from explorer.ui.searching import AppContext
from explorer.workspace import Workspace

log = logging.getLogger(__name__)

MOST_AT_ONCE = 64
MARGIN = 0.35
"""Margin round a matched place on its card, as a fraction of the place's sides."""


class Pictures:
    """Addresses of thumbnails and details, for the components' scripts to call. What they send names the collection."""

    def __init__(self, app: AppContext) -> None:
        self.app = app

    def server_functions(self) -> list[Callable[[Any], Any]]:
        """Fresh functions for one component (gradio marks each function it is given)."""

        def thumbnails(sent: Any) -> dict[str, str]:
            return self.thumbnails(sent)

        def details(sent: Any) -> list[views.Props | None]:
            return self.details(sent)

        return [thumbnails, details]

    def thumbnails(self, sent: Any) -> dict[str, str]:
        """Addresses by work id, of ``{"collection", "works"}``; a work that has no picture (any more) is left out."""
        made: dict[str, str] = {}
        for work in map(incoming.text, _first(sent, "works")):
            try:
                workspace = self._workspace(sent)
                made[work] = views.picture_url(workspace.name, workspace.thumbnail(work))
            except (ExplorerError, OSError) as error:
                log.warning("No thumbnail of %s: %s", work, error)
        return made

    def details(self, sent: Any) -> list[views.Props | None]:
        """Of ``{"collection", "places"}``, for each ``{"work", "box"}`` of its places the address of a crop round it,
        and the place's box inside the crop; None where there is none."""
        return [self._detail(sent, incoming.record(place)) for place in _first(sent, "places")]

    def _detail(self, sent: Any, place: dict[str, Any]) -> views.Props | None:
        try:
            box = incoming.box(place.get("box")) or Box.whole()
            workspace = self._workspace(sent)
            path, inside = workspace.detail(incoming.text(place.get("work")), box, MARGIN)
        except (ExplorerError, OSError) as error:
            log.warning("No detail of %s: %s", place.get("work"), error)
            return None
        return {"url": views.picture_url(workspace.name, path), "box": views.sides(inside)}

    def _workspace(self, sent: Any) -> Workspace:
        return self.app.named(incoming.record(sent).get("collection")).workspace


def _first(sent: Any, name: str) -> list[Any]:
    """The first entries of a list that was sent."""
    listed = incoming.record(sent).get(name)
    return listed[:MOST_AT_ONCE] if isinstance(listed, list) else []
