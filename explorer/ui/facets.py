"""What is chosen of a catalogue, as the page sends it and shows it: plain data, tested without a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.collection import Collection
from explorer.collection.facets import (
    MOST_CHOSEN,
    MOST_MARKED,
    THESE,
    YEARS,
    Counted,
    Selection,
    counted,
    facet_columns,
    named,
    parse_selection,
)
from explorer.search.within import columns_of
from explorer.ui import incoming, views

LONGEST_LIMIT = 500
"""Characters of one entry that works are chosen by."""


def selection_of(collection: Collection, sent: Any, notify: Callable[[str], None] = lambda sentence: None) -> Selection:
    """The selection that a page's list of texts is, as its address has them; those that choose nothing are left out,
    with a sentence to ``notify``."""
    texts = [_limit(text) for text in sent[: MOST_CHOSEN + 1]] if isinstance(sent, list) else []
    if not texts:
        return Selection()
    selection, wrong = parse_selection([text for text in texts if text], columns_of(collection))
    for text in wrong[:1]:
        notify(f"Works cannot be chosen by “{text}” in this collection: that is left out.")
    return selection


def gallery(collection: Collection, text: str, selection: Selection) -> views.Props:
    """The works that match ``text`` and are chosen, and the facets that go with them."""
    works = collection.works()
    found = collection.find(text) if text else works
    columns = facet_columns(works, [column.name for column in collection.kept.all()])
    left = counted(found, selection, works, columns)
    return {**views.gallery(left.works, text, len(works)), **facets(left, selection)}


def facets(left: Counted, selection: Selection) -> views.Props:
    """The facets, each with its values, how many works have each, and which are chosen; the years; and the ``limits``
    as the address has them, with their words."""
    chosen, years = selection.by_column(), left.years
    return {
        "limits": selection.parameters(),
        "chosen": [
            *({"limit": f"{column}:{value}", "words": _words(column, value)} for column, value in selection.values),
            *([_dated(selection)] if selection.dated else []),
            *([_these(selection)] if selection.these else []),
        ],
        "facets": [
            {
                "column": facet.column,
                "name": _heading(facet.column),
                "values": [[value, count, value in chosen.get(facet.column, ())] for value, count in facet.counts],
            }
            for facet in left.facets
        ],
        "years": years and {
            "first": years.first, "last": years.last, "step": years.step, "bars": list(years.bars),
            "from": selection.first, "to": selection.last,
        },
    }  # fmt: skip


def _heading(column: str) -> str:
    name = named(column)
    return name[:1].upper() + name[1:]


def _words(column: str, value: str) -> str:
    return f"{named(column)}: {value or 'not stated'}"


def _dated(selection: Selection) -> views.Props:
    dated = Selection(first=selection.first, last=selection.last)
    return {"limit": next(text for text in dated.parameters() if text.startswith(YEARS)), "words": dated.words()}


def _these(selection: Selection) -> views.Props:
    these = Selection(these=selection.these)
    return {"limit": these.parameters()[0], "words": these.words()}


def _limit(sent: Any) -> str:
    """An entry that works are chosen by; the marks of many works are longer than any other."""
    longest = 8 * MOST_MARKED if isinstance(sent, str) and sent.startswith(f"{THESE}:") else LONGEST_LIMIT
    return incoming.text(sent, longest)
