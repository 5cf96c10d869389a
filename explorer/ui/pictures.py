"""Small pictures for the page, made when they come into sight: a gallery of thousands opens at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.ui import incoming, views
from explorer.workspace import Workspace

log = logging.getLogger(__name__)

MOST_AT_ONCE = 64
CONTEXT = 0.35
"""Margin round a matched place on its card, as a fraction of the place's sides."""


class Pictures:
    """Addresses of thumbnails and details, for the components' scripts to call."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def server_functions(self) -> list[Callable[[Any], Any]]:
        """Fresh functions for one component (gradio marks each function it is given)."""

        def thumbnails(sent: Any) -> dict[str, str]:
            return self.thumbnails(sent)

        def details(sent: Any) -> list[dict[str, Any] | None]:
            return self.details(sent)

        return [thumbnails, details]

    def thumbnails(self, sent: Any) -> dict[str, str]:
        """Addresses by work id; a work that has no picture (any more) is left out."""
        works = [incoming.text(one) for one in sent][:MOST_AT_ONCE] if isinstance(sent, list) else []
        made: dict[str, str] = {}
        for work in works:
            try:
                made[work] = views.file_url(self.workspace.thumbnail(work))
            except (ExplorerError, OSError) as error:
                log.warning("No thumbnail of %s: %s", work, error)
        return made

    def details(self, sent: Any) -> list[dict[str, Any] | None]:
        """For each ``{"work", "box"}`` the address of a crop round the place, and the place's box inside it."""
        places = [incoming.record(one) for one in sent][:MOST_AT_ONCE] if isinstance(sent, list) else []
        return [self._detail(place) for place in places]

    def _detail(self, place: dict[str, Any]) -> dict[str, Any] | None:
        try:
            box = incoming.box(place.get("box")) or Box.whole()
            path, inside = self.workspace.detail(incoming.text(place.get("work")), box, CONTEXT)
        except (ExplorerError, OSError) as error:
            log.warning("No detail of %s: %s", place.get("work"), error)
            return None
        return {"url": views.file_url(path), "box": views.sides(inside)}
