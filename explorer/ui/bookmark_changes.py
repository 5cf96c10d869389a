"""The changes of bookmarks that the page asks for: JSON made into the one change that it means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.collection.bookmark_store import BookmarkStore
from explorer.collection.bookmarks import Spot
from explorer.errors import ExplorerError
from explorer.ui import incoming, views

MOST_CHANGED = 1000
"""Bookmarks that are named in one change."""


def _text(fields: views.Props, name: str) -> str:
    """A text as it was typed; what is too long is refused later, with a sentence."""
    return incoming.text(fields.get(name), 10_000)


def _names(sent: Any) -> list[str]:
    return [incoming.text(name, 60) for name in sent[:MOST_CHANGED]] if isinstance(sent, list) else []


def _described(fields: views.Props) -> dict[str, Any]:
    sent = incoming.record(fields.get("fields"))
    found: dict[str, Any] = {name: _text(sent, name) for name in ("name", "note") if name in sent}
    if "tags" in sent:
        found["tags"] = [incoming.text(tag, 1000) for tag in sent["tags"]] if isinstance(sent["tags"], list) else []
    if "bookmarks" in sent:
        found["bookmarks"] = _names(sent["bookmarks"])
    return found


def _describe(store: BookmarkStore, fields: views.Props, who: str) -> None:
    store.describe(_text(fields, "mark"), _described(fields), who)


def _describe_set(store: BookmarkStore, fields: views.Props, who: str) -> None:
    store.describe_set(_text(fields, "set"), _described(fields), who)


def _lay_out(store: BookmarkStore, fields: views.Props, who: str) -> None:
    spots: dict[str, Spot | None] = {}
    for name, sent in list(incoming.record(fields.get("spots")).items())[:MOST_CHANGED]:
        try:
            spots[incoming.text(name, 60)] = None if sent is None else Spot.model_validate(sent)
        except ValueError:
            raise ExplorerError("A place on the light table is two numbers, x and y.") from None
    store.lay_out(_text(fields, "set"), spots, who)


Change = Callable[[BookmarkStore, views.Props, str], str | None]


def _without_answer(change: Callable[[BookmarkStore, views.Props, str], object]) -> Change:
    def changed(store: BookmarkStore, fields: views.Props, who: str) -> None:
        change(store, fields, who)

    return changed


CHANGES: dict[str, Change] = {
    "describe": _without_answer(_describe),
    "remove": _without_answer(lambda store, fields, who: store.remove(_names(fields.get("marks")), who)),
    "new set": lambda store, fields, who: store.new_set(_text(fields, "name"), _names(fields.get("marks")), who),
    "describe set": _without_answer(_describe_set),
    "put": _without_answer(
        lambda store, fields, who: store.put_into(_text(fields, "into"), _names(fields.get("marks")), who)
    ),
    "take out": _without_answer(
        lambda store, fields, who: store.take_out(_text(fields, "set"), _names(fields.get("marks")), who)
    ),
    "remove set": _without_answer(lambda store, fields, who: store.remove_set(_text(fields, "remove"), who)),
    "lay out": _without_answer(_lay_out),
    "undo": _without_answer(lambda store, fields, who: store.undo(who)),
    "redo": _without_answer(lambda store, fields, who: store.redo(who)),
}
"""The kinds of changes that the page asks for."""
