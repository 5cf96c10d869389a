"""Searches that keep to some works of a collection: those that facets of its catalogue choose."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.collection import Collection
from explorer.collection.facets import Selection, admits, facet_columns, parse_selection
from explorer.errors import ExplorerError
from explorer.search.query import Within


def within(collection: Collection, selection: Selection) -> Within | None:
    """The works that are chosen, and in words which they are; None where nothing is chosen."""
    if not selection:
        return None
    works = collection.works()
    chosen = frozenset(work.id for work in works if admits(selection, work))
    return Within(chosen, f"{len(chosen):,} of {len(works):,} works: {selection.words()}")


def columns_of(collection: Collection) -> list[str]:
    """The columns of a collection by which works can be chosen."""
    return facet_columns(collection.works(), [column.name for column in collection.kept.all()])


def asked_within(collection: Collection, texts: Sequence[str]) -> Within | None:
    """The works that texts such as ``artist:Jan Brueghel`` and ``years:1590..1610`` choose; None without any. Raises
    :class:`ExplorerError` for one that chooses nothing: a column that cannot be chosen by, or a value that no work has.
    """
    if not texts:
        return None
    columns = columns_of(collection)
    selection, wrong = parse_selection(texts, columns)
    if wrong:
        raise ExplorerError(
            f"Works cannot be chosen by {wrong[0]!r}: give a column and a value, or years:1590..1610; the columns are "
            f"{', '.join(columns) or 'none'}."
        )
    chosen = within(collection, selection)
    if chosen is not None and not chosen.works:
        raise ExplorerError(f"No work of the collection is among those asked for ({selection.words()}).")
    return chosen
