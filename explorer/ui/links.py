"""The parts of a query in the page's address, and back. Pictures of the visitor's own have no address.

Each strength has a name of its own, so that an address can be read and written by hand:
``?work=a.jpg&box=0,0,0.5,1&not=b.jpg|0,0,1,1&words=snow&words-not=people``, or without a work ``?words=snow``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.parsing import MOST_PARTS
from explorer.ui import incoming
from explorer.ui.said import said
from explorer.ui.searching import CollectionContext
from explorer.ui.session import FurtherDetail, Step, Term
from explorer.ui.strengths import Strength, is_wanted, strength
from explorer.ui.views import sides

OF_DETAIL: dict[Strength, str] = {
    "must": "also", "more": "like", "little": "like-little", "less": "less", "not": "not",
}  # fmt: skip
"""What a further detail of each strength is called in the address."""
OF_WORDS: dict[Strength, str] = {
    "must": "words", "more": "words-more", "little": "words-little", "less": "words-less", "not": "words-not",
}  # fmt: skip
"""What words of each strength are called."""
MAIN, LAYOUT, ALIKE = "as", "layout", "alike"
"""The main detail's strength, where it need not be there; whether the details must lie as they do; whether works like
the whole picture are asked for."""
MOST_NAMED = 64
"""Parameters of an address that are looked at."""


def parameters(step: Step) -> list[tuple[str, str]]:
    """Names and values that follow ``work`` and ``box`` in the address: a detail is its box, with its work before it
    where that is another.

    >>> step = Step("work", "a.jpg").saying(Term("in winter", "more")).saying(Term("people", "not"))
    >>> step = step.adding(FurtherDetail("must", "work", "a.jpg", Box(0, 0, 0.5, 1)))
    >>> for parameter in parameters(step.adding(FurtherDetail("not", "work", "b.jpg", Box(0, 0, 1, 1)))):
    ...     print(*parameter)
    also 0.0,0.0,0.5,1.0
    not b.jpg|0.0,0.0,1.0,1.0
    words-more in winter
    words-not people
    >>> parameters(Step("work", "a.jpg", Box.whole(), alike=True))
    [('alike', '1')]
    """
    if step.kind == "picture":
        return []
    found: list[tuple[str, str]] = [(MAIN, step.strength)] if step.strength != "must" else []
    for detail in step.further:
        box = ",".join(map(str, sides(detail.box) or []))
        if detail.kind == "work":
            found.append((OF_DETAIL[detail.strength], box if detail.key == step.key else f"{detail.key}|{box}"))
    found += [(OF_WORDS[term.strength], term.text) for term in step.terms]
    if step.layout and step.together:
        found.append((LAYOUT, "1"))
    if step.wholes:
        found.append((ALIKE, "1"))
    return found


def linked(context: CollectionContext, sent: Any, notify: Callable[[str], None]) -> Step | None:
    """The step that an address leads to: ``{"work", "box", "parts": [[name, value], ...]}``; None where it names no
    work. Raises :class:`ExplorerError` for a work that is not there; a box and other parts that are wrong, or more than
    a search takes, are left out with a sentence to ``notify``."""
    fields = incoming.record(sent)
    if not fields.get("work"):
        return None
    step = context.step({"kind": "work", "key": fields["work"], "box": _box(fields.get("box"), notify)})
    named = list(_named(fields.get("parts")))
    step = replace(step, alike=(ALIKE, "1") in named)
    found = _with_parts(step, _parts(context, step, named, notify), notify)
    if found == step:
        return step
    main = next((value for name, value in named if name == MAIN and value in OF_DETAIL), "must")
    if is_wanted(strength(main)):
        found = replace(found, strength=strength(main))
    return replace(found, searched=True, layout=(LAYOUT, "1") in named and replace(found, layout=True).together)


def _box(sent: Any, notify: Callable[[str], None]) -> list[float] | None:
    """A box as it was sent; None, with a sentence, for what is none."""
    try:
        incoming.box(sent)
    except ExplorerError as error:
        notify(f"A part of the link is left out: {said(error)}")
        return None
    return sent


def linked_words(sent: Any, notify: Callable[[str], None]) -> Step | None:
    """The step of words alone that an address leads to, ``{"parts": [[name, value], ...]}``; None where it has none."""
    start = Step("words", searched=True)
    step = _with_parts(start, list(_terms(_named(incoming.record(sent).get("parts")))), notify)
    return step if step.terms else None


def _named(sent: Any) -> Iterator[tuple[str, str]]:
    """The names and values of an address, as far as they are any."""
    for pair in sent[:MOST_NAMED] if isinstance(sent, list) else []:
        if isinstance(pair, list) and len(pair) == 2:
            yield incoming.text(pair[0], 20), incoming.text(pair[1])


def _parts(
    context: CollectionContext, step: Step, named: list[tuple[str, str]], notify: Callable[[str], None]
) -> list[FurtherDetail | Term]:
    roles = {name: known for known, name in OF_DETAIL.items()}
    found: list[FurtherDetail | Term] = []
    for name, value in named:
        if name not in roles:
            continue
        work, _, sides_sent = value.rpartition("|")
        try:
            box = incoming.box(sides_sent.split(",")) or Box.whole()
            known = context.workspace.collection.work(work or step.key)
            found.append(FurtherDetail(roles[name], "work", known.id, box))
        except ExplorerError as error:
            notify(f"A part of the link is left out: {said(error)}")
    return [*found, *_terms(named)]


def _terms(named: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Iterator[Term]:
    strengths = {name: known for known, name in OF_WORDS.items()}
    for name, value in named:
        if name in strengths and (words := incoming.words(value)):
            yield Term(words, strengths[name])


def _with_parts(step: Step, parts: list[FurtherDetail | Term], notify: Callable[[str], None]) -> Step:
    """A step with as many parts more as a search takes."""
    for part in parts:
        more = step.saying(part) if isinstance(part, Term) else step.adding(part)
        if more.parts > MOST_PARTS:
            notify(f"A search takes {MOST_PARTS} parts at most: the others of the link are left out.")
            break
        step = more
    return step
