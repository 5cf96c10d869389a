"""What a visitor does to the chips of a query, made into another step. The values of a session never change: each
change is a step of its own, which Back undoes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from explorer.ui import incoming
from explorer.ui.asking import limited
from explorer.ui.session import Step, Term
from explorer.ui.strengths import Strength, is_wanted, strength

PLUS, MINUS = "+", "-−–"
"""Signs that may stand before words that are typed."""


def edited(step: Step, sent: Any) -> Step:
    """A step with one change, ``{"do", ...}``: ``take`` a part away, ``weigh`` it, ``reword`` it, ``say`` words more,
    ``order`` (whether details must lie as they do), ``only`` the main detail. A part is ``{"of", "index"}``, as
    :func:`explorer.ui.tray.tray` has it. What is none of these changes nothing.

    Raises :class:`ExplorerError` for a strength that is none, and for more parts than a search takes.

    >>> step = edited(Step("words"), {"do": "say", "words": "− people"})
    >>> step.terms
    (Term(text='people', strength='not'),)
    >>> edited(step, {"do": "weigh", "of": "words", "index": 0, "strength": "less"}).terms
    (Term(text='people', strength='less'),)
    """
    fields = incoming.record(sent)
    change = _CHANGES.get(incoming.text(fields.get("do"), 20))
    return step if change is None else change(step, fields)


def _take(step: Step, fields: dict[str, Any]) -> Step:
    """Without a part; the main detail gives way to another that is wanted."""
    of, index = _part(fields)
    if of == "main":
        return step.without_main()
    return step.without(index) if of == "details" else step.unsaying(index) if of == "words" else step


def _weigh(step: Step, fields: dict[str, Any]) -> Step:
    """With another strength of a part. The main detail is always wanted."""
    (of, index), named = _part(fields), strength(fields.get("strength"))
    if of == "main" and step.kind != "words" and is_wanted(named):
        return replace(step, strength=named)
    if of == "details" and index < len(step.further):
        return step.adding(replace(step.further[index], strength=named))
    if of == "words" and index < len(step.terms):
        return step.saying(replace(step.terms[index], strength=named), index)
    return step


def _reword(step: Step, fields: dict[str, Any]) -> Step:
    """With other words in the place of some; with none, without them."""
    (of, index), (words, sign) = _part(fields), _signed(fields.get("words"))
    if of != "words" or index >= len(step.terms):
        return step
    return step.saying(Term(words, sign or step.terms[index].strength), index) if words else step.unsaying(index)


def _say(step: Step, fields: dict[str, Any]) -> Step:
    """With words more: wanted, or not. A sign before the words says the same."""
    words, sign = _signed(fields.get("words"))
    if not words:
        return step
    named = sign or strength(fields.get("strength", "must"))
    known = next((index for index, term in enumerate(step.terms) if term.text == words), None)
    return limited(step.saying(Term(words, named), known))


def _order(step: Step, fields: dict[str, Any]) -> Step:
    return replace(step, layout=fields.get("layout") is True)


def _only(step: Step, _fields: dict[str, Any]) -> Step:
    return step.alone() if step.kind != "words" else step


_CHANGES: dict[str, Callable[[Step, dict[str, Any]], Step]] = {
    "take": _take, "weigh": _weigh, "reword": _reword, "say": _say, "order": _order, "only": _only,
}  # fmt: skip


def _part(fields: dict[str, Any]) -> tuple[str, int]:
    """Which part is meant; an index that is none is beyond all."""
    beyond = 10**6
    index = incoming.whole_number(fields.get("index"), -1, beyond, beyond)
    return incoming.text(fields.get("of"), 20), beyond if index < 0 else index


def _signed(sent: Any) -> tuple[str, Strength | None]:
    """Words without the sign that stands before them, and the strength that it says."""
    words = incoming.words(sent)
    if not words or words[0] not in PLUS + MINUS:
        return words, None
    return words[1:].strip(), "must" if words[0] == PLUS else "not"
