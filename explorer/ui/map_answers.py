"""What the map's script asks of the server, answered with plain data; the points themselves come as bytes, see
:mod:`explorer.ui.server.map_routes`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote

from explorer.errors import ExplorerError
from explorer.maps.packed import listing
from explorer.maps.settings import MapSettings
from explorer.ui import incoming, map_chosen, views
from explorer.ui.judging import LONGEST_NAME, answered
from explorer.ui.map_colours import offered
from explorer.ui.map_making import HeldMap, progress_of
from explorer.ui.map_placing import lit, placed
from explorer.ui.searching import AppContext, CollectionContext

Answer = Callable[[CollectionContext, Any], views.Props]


class MapPages:
    """The answers. Everything that is sent is parsed as anything else from outside; ``settings`` names the map."""

    def __init__(self, app: AppContext) -> None:
        self.app = app

    def server_functions(self) -> list[Callable[[Any], views.Props]]:
        """Fresh functions for one component; each takes a record that names the ``collection``, and answers with a
        record, or with ``{"error": a sentence}``."""

        def lay_map(sent: Any) -> views.Props:
            return self._answer(self.lay, sent)

        def stop_map(sent: Any) -> views.Props:
            return self._answer(self.stop, sent)

        def map_found(sent: Any) -> views.Props:
            return self._answer(self.found, sent)

        def map_placed(sent: Any) -> views.Props:
            return self._answer(self.placed, sent)

        def map_chosen_points(sent: Any) -> views.Props:
            return self._answer(self.chosen, sent)

        def map_taken(sent: Any) -> views.Props:
            return self._answer(self.taken, sent)

        def kept_maps(sent: Any) -> views.Props:
            return self._answer(self.kept, sent)

        return [lay_map, stop_map, map_found, map_placed, map_chosen_points, map_taken, kept_maps]

    def _answer(self, answer: Answer, sent: Any) -> views.Props:
        fields = incoming.record(sent)
        return answered(lambda: answer(self.app.named(fields.get("collection")), fields))

    # -- the map ---------------------------------------------------------------------------------------------------

    def lay(self, context: CollectionContext, sent: Any) -> views.Props:
        """The map, or how far it is; what the page ``known`` already (a token) is not sent again."""
        workspace = context.workspace
        asked = self.app.maps.ask(workspace, _settings(sent))
        if not isinstance(asked, HeldMap):
            return progress_of(asked)
        name, layout = quote(workspace.name, safe=""), asked.drawn.layout
        answer: views.Props = {"token": asked.token, **offered(workspace)}
        if incoming.text(sent.get("known"), 40) == asked.token:
            return answer
        return {
            **answer, "address": f"maps/{name}/{asked.token}", "works": listing(workspace, layout),
            "atlas": {
                "cell": asked.pictures.cell, "across": asked.pictures.across,
                "sheets": [views.picture_url(workspace.name, path) for path in asked.pictures.sheets],
            },
            "honest": asked.drawn.kept.sentence, "note": layout.points.note, "key": layout.settings.key,
        }  # fmt: skip

    def stop(self, context: CollectionContext, sent: Any) -> views.Props:
        """Give up laying it out."""
        self.app.maps.stop(context.workspace, _settings(sent))
        return {}

    # -- what lies where -------------------------------------------------------------------------------------------

    def found(self, context: CollectionContext, sent: Any) -> views.Props:
        """The works that a search of the catalogue finds."""
        return lit(self._held(context, sent), incoming.words(sent.get("text")))

    def placed(self, context: CollectionContext, sent: Any) -> views.Props:
        """Where a picture, a detail or words lie."""
        held = self._held(context, sent)
        question = "placed", held.token, repr(sorted((name, repr(value)) for name, value in sent.items()))
        return context.computed(question, lambda: placed(context, held, sent))

    # -- what is chosen --------------------------------------------------------------------------------------------

    def chosen(self, context: CollectionContext, sent: Any) -> views.Props:
        """What is to be ``do``ne with the chosen ``points``: ``scope``, ``set`` or ``heat``."""
        held, wanted = self._held(context, sent), incoming.text(sent.get("do"), 20)
        chosen = map_chosen.numbers(held, sent.get("points"))
        if wanted == "scope":
            return map_chosen.scope(held, chosen)
        if wanted == "heat":
            return map_chosen.heat(held, chosen)
        if wanted == "set":
            name, who = incoming.text(sent.get("name"), LONGEST_NAME), incoming.text(sent.get("who"), LONGEST_NAME)
            return map_chosen.kept_as_set(held, chosen, name, who)
        raise ExplorerError("This cannot be done with what is chosen on the map.")

    def taken(self, context: CollectionContext, sent: Any) -> views.Props:
        """The map, or what is chosen of it, as a file."""
        held = self._held(context, sent)
        chosen = map_chosen.numbers(held, sent["points"]) if sent.get("points") else None
        kind = incoming.text(sent.get("as"), 20)
        return context.computed(None, lambda: map_chosen.taken_away(held, kind, chosen))

    def kept(self, context: CollectionContext, sent: Any) -> views.Props:
        """The maps that somebody kept by name: bookmarks that lead to one."""
        marks = context.workspace.collection.bookmarks.all().bookmarks.items()
        maps = [(mark.name, mark.address) for _, mark in marks if parse_qs(mark.address).get("tab") == ["map"]]
        return {"maps": [{"name": name or "a map without a name", "address": address} for name, address in maps]}

    def _held(self, context: CollectionContext, sent: Any) -> HeldMap:
        return self.app.maps.of(context.workspace, _settings(sent))


def _settings(sent: Any) -> MapSettings:
    return MapSettings.from_json(incoming.record(sent.get("settings")))
