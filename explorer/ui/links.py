"""The further parts of a query in the page's address, and back. Pictures of the visitor's own have no address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.ui import incoming
from explorer.ui.asking import MOST_FURTHER
from explorer.ui.said import said
from explorer.ui.searching import CollectionContext
from explorer.ui.session import FurtherDetail, Role, Step
from explorer.ui.views import sides

NAMES: dict[Role, str] = {"also": "also", "like": "like", "unlike": "not"}


def parameters(step: Step) -> list[tuple[str, str]]:
    """Names and values that follow ``work`` and ``box`` in the address: a detail is its box, with its work before it
    where that is another.

    >>> from explorer.geometry import Box
    >>> step = Step("work", "a.jpg", words="in winter")
    >>> step = step.adding(FurtherDetail("also", "work", "a.jpg", Box(0, 0, 0.5, 1)))
    >>> parameters(step.adding(FurtherDetail("unlike", "work", "b.jpg", Box(0, 0, 1, 1))))
    [('also', '0.0,0.0,0.5,1.0'), ('not', 'b.jpg|0.0,0.0,1.0,1.0'), ('words', 'in winter')]
    """
    if step.kind != "work":
        return []
    found = []
    for detail in step.further:
        box = ",".join(map(str, sides(detail.box) or []))
        if detail.kind == "work":
            found.append((NAMES[detail.role], box if detail.key == step.key else f"{detail.key}|{box}"))
    if step.words:
        found.append(("words", step.words))
    if step.layout and step.together:
        found.append(("layout", "1"))
    return found


def linked(context: CollectionContext, sent: Any, notify: Callable[[str], None]) -> Step | None:
    """The step that an address leads to; None where it names no work. Raises :class:`ExplorerError` for a work that
    is not there or a box that is none; further details that are wrong are left out, each with a sentence to
    ``notify``."""
    fields = incoming.record(sent)
    if not fields.get("work"):
        return None
    step = context.step({**fields, "kind": "work", "key": fields["work"]})
    words = incoming.words(fields.get("words"))
    further = tuple(
        detail
        for role, name in NAMES.items()
        for detail in _further(context, step, (role, fields.get(name)), notify)
    )  # fmt: skip
    if not further and not words:
        return step
    found = replace(step, searched=True, words=words, further=further[:MOST_FURTHER])
    return replace(found, layout=fields.get("layout") == "1" and found.together)


def _further(
    context: CollectionContext, step: Step, named: tuple[Role, Any], notify: Callable[[str], None]
) -> list[FurtherDetail]:
    role, sent = named
    found = []
    for parameter in sent[:MOST_FURTHER] if isinstance(sent, list) else []:
        work, _, sides_sent = incoming.text(parameter).rpartition("|")
        try:
            box = incoming.box(sides_sent.split(",")) or Box.whole()
            found.append(FurtherDetail(role, "work", context.workspace.collection.work(work or step.key).id, box))
        except ExplorerError as error:
            notify(f"A part of the link is left out: {said(error)}")
    return found
