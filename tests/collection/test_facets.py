"""Facets: what a choice leaves, and what each other choice would leave, against counting work by work."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product

import pytest

from explorer.collection.facets import (
    MOST_CHOSEN,
    Selection,
    admits,
    counted,
    facet_columns,
    parse_selection,
    values_of,
)
from explorer.collection.work import Work

ARTISTS, GENRES, ROOMS = (
    ("Jan", "Pieter", "<script>x</script>", ""),
    ("village", "sea", "village|sea", ""),
    ("I", "II", "a:b"),
)
SELECTIONS = [
    Selection(),
    Selection((("artist", "Jan"),)),
    Selection((("artist", "Jan"), ("artist", "Pieter"))),
    Selection((("artist", ""), ("genre", "sea"))),
    Selection((("artist", "Jan"), ("genre", "sea"), ("Room", "I"), ("Room", "a:b"))),
    Selection((), 1590, 1600),
    Selection((("artist", "Pieter"),), None, 1585),
    Selection((("Room", "II"),), 1610, None),
    Selection((("artist", "nobody"),)),
]


def collection(seed: int = 1, size: int = 120) -> list[Work]:
    rng = random.Random(seed)
    works = []
    for number in range(size):
        first = rng.choice([None, *range(1570, 1640)])
        last = None if first is None else rng.choice([None, first, first + rng.randrange(15)])
        works.append(
            Work(
                f"{number}.jpg", "", 10, 10, f"Work {number}", artist=rng.choice(ARTISTS), genre=rng.choice(GENRES),
                inventory=f"A.{number}", year=first, year_to=last,
                extra={"Room": rng.choice(ROOMS), "Note": f"note {number}", "Alike": "the same"},
                kept={"what": rng.choice(("ship", ""))},
            )
        )  # fmt: skip
    return works


def chosen_one_by_one(works: list[Work], selection: Selection, without: str = "") -> list[Work]:
    """Every condition written out; the column (or "years") ``without`` does not count."""
    kept = []
    for work in works:
        met = True
        for column in {column for column, _ in selection.values} - {without}:
            met &= any(value in values_of(work, column) for other, value in selection.values if other == column)
        if selection.dated and without != "years":
            years = set() if work.year is None else set(range(work.year, (work.year_to or work.year) + 1))
            first, last = selection.first, selection.last
            met &= any((first is None or year >= first) and (last is None or year <= last) for year in years)
        if met:
            kept.append(work)
    return kept


@pytest.mark.parametrize("selection", SELECTIONS)
def test_what_is_chosen_and_what_every_value_would_leave(selection: Selection) -> None:
    works = collection()
    columns = facet_columns(works, ["what"])
    found = counted(works, selection, works, columns)
    assert found.works == chosen_one_by_one(works, selection) == [work for work in works if admits(selection, work)]
    for facet in found.facets:
        others = chosen_one_by_one(works, selection, without=facet.column)
        counts = {value: sum(value in values_of(work, facet.column) for work in others) for value, _ in facet.counts}
        assert dict(facet.counts) == counts
        assert {value for work in others for value in values_of(work, facet.column)} <= set(counts)
        shown = [value for value, _ in facet.counts if value]
        assert [counts[value] for value in shown] == sorted((counts[value] for value in shown), reverse=True)


@pytest.mark.parametrize("selection", SELECTIONS)
def test_choosing_one_value_more_leaves_as_many_as_its_count_says(selection: Selection) -> None:
    works = collection(seed=2)
    for facet in counted(works, selection, works, ["artist", "Room"]).facets:
        for value, count in facet.counts:
            others = tuple(pair for pair in selection.values if pair[0] != facet.column)
            alone = replace(selection, values=(*others, (facet.column, value)))
            assert len(counted(works, alone, works, []).works) == count


def test_the_columns_that_are_facets() -> None:
    works = collection()
    assert facet_columns(works, ["what"]) == ["artist", "genre", "what", "Room"]
    few = works[:2]
    assert "Note" not in facet_columns(few), "every work has its own"
    assert facet_columns([]) == []
    nothing_known = [Work(f"{number}.jpg", "", 10, 10, "") for number in range(30)]
    assert facet_columns(nothing_known) == []
    assert counted(nothing_known, Selection(), nothing_known, []).years is None


def test_years_are_counted_where_they_overlap_and_their_ends_do_not_move() -> None:
    works = collection()
    everything = counted(works, Selection(), works, []).years
    assert everything is not None and len(everything.bars) <= 16
    for selection in (Selection((("artist", "Jan"),)), Selection((("artist", "Jan"),), 1590, 1592)):
        years = counted(works, selection, works, []).years
        assert years is not None
        assert (years.first, years.last, years.step) == (everything.first, everything.last, everything.step)
        for number, count in enumerate(years.bars):
            start = years.first + number * years.step
            stretch = Selection((("artist", "Jan"),), start, start + years.step - 1)
            assert count == len(chosen_one_by_one(works, stretch))


def test_a_selection_is_written_and_read_back() -> None:
    columns = ["artist", "genre", "Room", "Room:b"]
    for values, first, last in product(
        [(), (("artist", "Jan"),), (("Room", "a:b"), ("artist", ""), ("Room:b", "x"))], [None, 1590], [None, 1610]
    ):
        selection = Selection(values, first, last)
        assert parse_selection(selection.parameters(), columns) == (selection, [])


def test_what_means_no_selection_is_left_out_and_named() -> None:
    hostile = ["colour:red", "artist", "years:1610..1590", "years:..x", ":", "<script>"]
    assert parse_selection([*hostile, "artist:Jan"], ["artist"]) == (Selection((("artist", "Jan"),)), hostile)
    many = [f"artist:{number}" for number in range(MOST_CHOSEN + 5)]
    selection, wrong = parse_selection(many, ["artist"])
    assert len(selection.values) == MOST_CHOSEN and len(wrong) == 5


def test_an_entry_may_have_several_values_and_a_name_with_a_comma_is_one():
    work = Work("a.jpg", "", 1, 1, "A", artist="Brueghel, Jan; P. P. Rubens", genre="landscape|village | village")
    assert values_of(work, "artist") == ("Brueghel, Jan", "P. P. Rubens")
    assert values_of(work, "genre") == ("landscape", "village")
    assert values_of(work, "medium") == ("",)
