"""Works whose picture is one and the same file: searched once, one match that names the others, all else the same."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from generated import MINI, detail, folder_of, ground, planted, save

from explorer.api.records import MatchRecord
from explorer.collection import Judgement
from explorer.collection.files import DATABASE
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.search import search
from explorer.search.candidates import beyond_shortlist, retrieve_candidates, shortlist
from explorer.search.feedback import JudgedMatch
from explorer.search.query import Match, PicturePart, Query, RegionPart, SearchOptions, WordsPart
from explorer.search.serialisation import match_records
from explorer.search.verify import best_places
from explorer.search.visual_query import prepare
from explorer.ui import searching, views
from explorer.ui.judging import Judging
from explorer.ui.searching import CollectionContext
from explorer.ui.session import ResultOptions, Step
from explorer.workspace import Workspace

WIDE, HIGH = 480, 360
NONE = [f"none {number:02d}.png" for number in range(9)]  # with 20 works the collection would be calibrated
COPIES = ["copy.png", "copy of copy.png", "x copy.png"]
FIRST_COPY, *OTHER_COPIES = sorted(COPIES)
BOX = Box.from_pixels((160, 112, 288, 240), WIDE, HIGH)
QUERY = RegionPart("query.png", BOX)
EVERY = SearchOptions(top=1000, every_file=True)


@pytest.fixture(scope="module")
def repeated(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A work, three that are one file with its detail twice, nine that are another file, and six by themselves."""
    folder, cache = tmp_path_factory.mktemp("repeated"), tmp_path_factory.mktemp("cache")
    save(planted(ground(1, WIDE, HIGH), detail(1), (160, 112), 128), folder / "query.png")
    once = planted(ground(2, WIDE, HIGH), detail(1), (48, 64), 128)
    save(planted(once, detail(1), (300, 200), 128), folder / COPIES[0])
    save(planted(ground(3, WIDE, HIGH), detail(2), (200, 150), 96), folder / NONE[0])
    for others in (COPIES, NONE):
        for other in others[1:]:
            shutil.copy(folder / others[0], folder / other)
    folder_of(folder, 6, first=60, size=(WIDE, HIGH))
    index_folder(folder, "repeated", cache, MINI)
    return Workspace.open("repeated", cache)


def works_of(matches: list[Match]) -> list[tuple[str, ...]]:
    return [match.works for match in matches]


def by_file(matches: list[Match]) -> dict[str, Match]:
    return {match.work: match for match in matches}


# -- one match for one picture -----------------------------------------------------------------------------------------


def test_equal_pictures_are_one_match_that_names_the_others(repeated: Workspace) -> None:
    matches = search(repeated, Query((QUERY,)), SearchOptions(top=1000))
    assert matches[0].works == (FIRST_COPY, *OTHER_COPIES)
    assert [match.rank for match in matches] == list(range(1, 9))
    assert sorted(match.works for match in matches[1:]) == [
        tuple(NONE),
        *((f"work-{n:03d}.jpg",) for n in range(60, 66)),
    ]


@pytest.mark.parametrize("query", [
    Query((QUERY,)), Query((QUERY, WordsPart("a mill", 0.5))), Query((WordsPart("a mill"),)),
    Query((QUERY, RegionPart("work-060.jpg", Box(0.2, 0.2, 0.6, 0.6)))),
    Query((QUERY, RegionPart(COPIES[0], Box(0.5, 0.5, 0.9, 0.9), 0.5))),
])  # fmt: skip
def test_each_file_by_itself_has_the_same_place_score_and_order(repeated: Workspace, query: Query) -> None:
    together, apart = search(repeated, query, SearchOptions(top=1000)), search(repeated, query, EVERY)
    expanded = [(work, match.box, match.score, match.evidence) for match in together for work in sorted(match.works)]
    assert [(match.work, match.box, match.score, match.evidence) for match in apart] == expanded
    assert all(not match.equal for match in apart)
    assert [match.rank for match in apart] == list(range(1, len(apart) + 1))


def test_no_score_differs_from_that_of_every_file_verified_by_itself(repeated: Workspace) -> None:
    """The oracle: the candidate places of a picture, matched densely and verified on each work that has it."""
    query = prepare(repeated, QUERY)
    candidates, equal = shortlist(repeated, query, frozenset()), repeated.tables.equal_rows
    found = by_file(search(repeated, Query((QUERY,)), EVERY))
    verified = 0
    for standing in {candidate.row for candidate in candidates}:
        for row in equal.get(standing, (standing,)):
            mine = [replace(candidate, row=row) for candidate in candidates if candidate.row == standing]
            (place,), match = best_places(repeated, query, mine), found[repeated.tables.works[row]]
            assert match.score == pytest.approx(place.probability, abs=1e-5)
            np.testing.assert_allclose(match.box.as_tuple(), place.box.as_tuple(), atol=1e-5)
            verified += 1
    assert verified == len(found) == len(repeated.tables.works) - 1


def test_several_places_of_equal_pictures_are_several_matches(repeated: Workspace) -> None:
    matches = search(repeated, Query((QUERY,)), SearchOptions(top=1000, per_work=3))
    copies = [match for match in matches if match.work == FIRST_COPY]
    assert 1 < len(copies) <= 3
    assert all(match.equal == tuple(OTHER_COPIES) for match in copies)
    assert not {work for match in matches if match not in copies for work in match.works} & set(COPIES)


# -- the shortlist has room for other works ----------------------------------------------------------------------------


def test_a_picture_is_retrieved_and_verified_once(repeated: Workspace) -> None:
    query = prepare(repeated, RegionPart(NONE[5], Box.whole()))
    retrieved = retrieve_candidates(repeated, query, 9)
    assert [repeated.tables.works[place.row] for place in retrieved[:1]] == [NONE[0]], "the nearest picture"
    contents = [repeated.tables.contents[place.row] for place in retrieved]
    assert len(set(contents)) == len(contents) == repeated.tables.pictures == 9
    narrow = repeated.with_lookup_settings(candidate_works=3, rerank_works=2)
    rows = {place.row for place in shortlist(narrow, query, frozenset())}
    assert len(rows) == 2
    assert {repeated.tables.works[row] for row in rows} & set(NONE) == {NONE[0]}, "the others do not fill the list"
    beyond = {place.row for place in beyond_shortlist(narrow, query, shortlist(narrow, query, frozenset()), 100)}
    assert len(beyond | rows) == 9 and not beyond & rows


def test_the_querys_own_work_is_left_out_and_its_equals_are_found(repeated: Workspace) -> None:
    for own in (False, True):
        matches = search(repeated, Query((RegionPart(NONE[0], Box.whole()),)), SearchOptions(top=1000, own=own))
        assert matches[0].works == tuple(NONE[1:])
        assert all(NONE[0] not in match.equal for match in matches)
        assert own or NONE[0] not in by_file(matches)


def test_a_file_from_outside_that_is_all_of_them_finds_none_of_them(repeated: Workspace, tmp_path: Path) -> None:
    outside = Path(shutil.copy(repeated.folder / NONE[0], tmp_path / "outside.png"))
    found = search(repeated, Query((PicturePart(outside),)), SearchOptions(top=1000))
    assert not {work for match in found for work in match.works} & set(NONE)


def test_an_unwanted_work_is_neither_shown_nor_named(repeated: Workspace) -> None:
    parts = (QUERY, RegionPart(FIRST_COPY, Box(0.6, 0.6, 0.9, 0.9), -1.0))
    found = search(repeated, Query(parts), SearchOptions(top=1000))
    assert tuple(OTHER_COPIES) in works_of(found)
    assert FIRST_COPY not in {work for match in found for work in match.works}


def test_a_work_that_has_gone_is_neither_shown_nor_named(repeated: Workspace, tmp_path: Path) -> None:
    """A run of indexing that was stopped removed it from the database, and not yet from the tables."""
    root = repeated.pictures.parent
    shutil.copytree(root, tmp_path / root.name)
    with sqlite3.connect(tmp_path / root.name / DATABASE) as db:
        db.execute("DELETE FROM works WHERE id = ?", (FIRST_COPY,))
    stopped = Workspace.open(root.name, tmp_path)
    for query in (Query((QUERY,)), Query((QUERY, WordsPart("a mill", 0.5))), Query((WordsPart("a mill"),))):
        found = works_of(search(stopped, query, SearchOptions(top=1000)))
        assert tuple(OTHER_COPIES) in found
        assert FIRST_COPY not in {work for works in found for work in works}


# -- judgements --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("judged", [FIRST_COPY, OTHER_COPIES[-1]])
def test_a_judgement_of_one_work_holds_for_its_picture_and_that_work_is_shown(
    repeated: Workspace, judged: str, accepted: bool
) -> None:
    box = search(repeated, Query((QUERY,)))[0].box
    found = search(repeated, Query((QUERY,)), SearchOptions(top=1000), [JudgedMatch(judged, box, accepted)])
    match = found[0 if accepted else -1]
    assert match.work == judged
    assert sorted(match.works) == sorted(COPIES)
    assert match.evidence is not None and match.evidence.pairs, "whichever work of its picture was judged"
    assert len(found) == 8


def test_a_card_shows_the_work_that_was_judged_and_names_the_others(repeated: Workspace, tmp_path: Path) -> None:
    shutil.copytree(repeated.pictures.parent, tmp_path / repeated.name)
    workspace = Workspace.open(repeated.name, tmp_path)
    judging, step = Judging(CollectionContext(workspace)), Step("work", QUERY.work, BOX, True)
    matches = search(workspace, Query((QUERY,)), SearchOptions(top=1000))
    card = judging.cards(step, matches)[0]
    assert (card["work"], card["judged"]) == (FIRST_COPY, None)
    titles = [Path(work).stem for work in OTHER_COPIES]
    assert card["equal"]["words"] == f"The same picture as {titles[0]}, and 1 more"
    assert [named["work"] for named in card["equal"]["works"]] == OTHER_COPIES and card["equal"]["more"] == 0
    workspace.collection.judgements.judge(
        Judgement(QUERY.work, BOX, OTHER_COPIES[-1], matches[0].box, "accepted", who="K. S.")
    )
    card = judging.cards(step, matches)[0]
    assert (card["work"], card["judged"]["who"]) == (OTHER_COPIES[-1], "K. S.")
    assert [named["work"] for named in card["equal"]["works"]] == [FIRST_COPY, OTHER_COPIES[0]]


# -- in the page, in JSON ----------------------------------------------------------------------------------------------


def test_a_card_names_a_few_of_many_and_counts_the_others(repeated: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_NAMED", 3)
    context = CollectionContext(repeated)
    cards = {card["work"]: card for card in context.cards(search(repeated, Query((QUERY,)), SearchOptions(top=1000)))}
    many = cards[NONE[0]]["equal"]
    assert many["words"] == "The same picture as none 01, and 7 more"
    assert [work["work"] for work in many["works"]] == NONE[1:4] and many["more"] == 5
    assert cards["work-060.jpg"]["equal"] is None
    assert views.results(list(cards.values()), ResultOptions())["count"] == "8 places"


def test_equal_works_in_json(repeated: Workspace) -> None:
    records = match_records(repeated, search(repeated, Query((QUERY,)), SearchOptions(top=1000)))
    equal = {record["file"]: record.get("equal") for record in records}
    assert (equal[FIRST_COPY], equal[NONE[0]], equal["work-060.jpg"]) == (OTHER_COPIES, NONE[1:], None)
    python = {record["file"]: MatchRecord.from_json(record).equal for record in records}
    assert (python[FIRST_COPY], python["work-060.jpg"]) == (tuple(OTHER_COPIES), ())
