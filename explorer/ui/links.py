"""The further parts of a query in the page's address, and back. Pictures of the visitor's own have no address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.ui import incoming
from explorer.ui.asking import MOST_OTHERS
from explorer.ui.searching import AppContext
from explorer.ui.session import Other, Role, Step
from explorer.ui.views import sides

NAMES: dict[Role, str] = {"also": "also", "like": "like", "unlike": "not"}


def parameters(step: Step) -> list[tuple[str, str]]:
    """Names and values that follow ``work`` and ``box`` in the address: a detail is its box, with its work before it
    where that is another.

    >>> from explorer.geometry import Box
    >>> step = Step("work", "a.jpg", words="in winter").adding(Other("also", "work", "a.jpg", Box(0, 0, 0.5, 1)))
    >>> parameters(step.adding(Other("unlike", "work", "b.jpg", Box(0, 0, 1, 1))))
    [('also', '0.0,0.0,0.5,1.0'), ('not', 'b.jpg|0.0,0.0,1.0,1.0'), ('words', 'in winter')]
    """
    if step.kind != "work":
        return []
    found = []
    for one in step.others:
        place = ",".join(map(str, sides(one.box)))
        if one.kind == "work":
            found.append((NAMES[one.role], place if one.key == step.key else f"{one.key}|{place}"))
    if step.words:
        found.append(("words", step.words))
    if step.layout and step.together:
        found.append(("layout", "1"))
    return found


def linked(context: AppContext, sent: Any, notify: Callable[[str], None]) -> Step | None:
    """The step that an address leads to; None where it names no work. Raises :class:`ExplorerError` for a work that
    is not there or a box that is none; of further details that are wrong ``tell`` is told, and they are left out."""
    fields = incoming.record(sent)
    if not fields.get("work"):
        return None
    step = context.step({**fields, "kind": "work", "key": fields["work"]})
    words = incoming.text(fields.get("words"), incoming.LONGEST_WORDS)
    others = tuple(
        one for role, name in NAMES.items() for one in _others(context, step, (role, fields.get(name)), notify)
    )
    if not others and not words:
        return step
    found = replace(step, searched=True, words=words, others=others[:MOST_OTHERS])
    return replace(found, layout=fields.get("layout") == "1" and found.together)


def _others(context: AppContext, step: Step, named: tuple[Role, Any], notify: Callable[[str], None]) -> list[Other]:
    role, sent = named
    found = []
    for one in sent[:MOST_OTHERS] if isinstance(sent, list) else []:
        work, _, place = incoming.text(one).rpartition("|")
        try:
            box = Box(*incoming.four_numbers(place.split(","))).clipped()
            found.append(Other(role, "work", context.workspace.collection.work(work or step.key).id, box))
        except ExplorerError as error:
            notify(f"A part of the link is left out: {error}")
    return found
