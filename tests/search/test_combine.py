"""Several parts in one query, and what a click means: what has all that is asked comes first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from generated import MINI, detail, folder_of, ground, planted, save

from explorer.errors import ExplorerError
from explorer.geometry import Box, intersection_over_union
from explorer.indexing import index_folder
from explorer.search import search
from explorer.search.click import click_proposals
from explorer.search.combine import PROVEN, words_score
from explorer.search.feedback import JudgedMatch
from explorer.search.part_results import WordsResult
from explorer.search.query import Query, RegionPart, SearchOptions, WordsPart
from explorer.workspace import Workspace

WIDE, HIGH, SIDE = 480, 360, 120
ONE, OTHER = (40, 40), (300, 60)
WORKS = {
    "asked.png": {1: ONE, 2: OTHER}, "as asked.png": {1: (60, 160), 2: (320, 180)},
    "otherwise.png": {1: (300, 200), 2: (40, 30)}, "only one.png": {1: (180, 100)}, "only other.png": {2: (180, 100)},
}  # fmt: skip
"""Work -> where which detail lies in it."""


def box(at: tuple[int, int]) -> Box:
    return Box.from_pixels((at[0], at[1], at[0] + SIDE, at[1] + SIDE), WIDE, HIGH)


def part(work: str, number: int, weight: float = 1.0) -> RegionPart:
    return RegionPart(work, box(WORKS[work][number]), weight)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder, cache = tmp_path_factory.mktemp("pair"), tmp_path_factory.mktemp("cache")
    for number, (name, details) in enumerate(WORKS.items()):
        picture = ground(200 + number, WIDE, HIGH)
        for which, at in details.items():
            picture = planted(picture, detail(which), at, SIDE)
        save(picture, folder / name)
    folder_of(folder, 8, first=80, size=(WIDE, HIGH))
    index_folder(folder, "pair", cache, MINI)
    return Workspace.open("pair", cache)


def order(workspace: Workspace, *parts: object, layout: bool = False) -> list[str]:
    return [match.work for match in search(workspace, Query(parts, layout), SearchOptions(top=100))]


def scores_of(workspace: Workspace, *parts: object) -> dict[str, float]:
    return {match.work: match.score for match in search(workspace, Query(parts), SearchOptions(top=100))}


def test_works_with_both_details_come_before_those_with_one(pair: Workspace) -> None:
    found = order(pair, part("asked.png", 1), part("asked.png", 2))
    assert set(found[:2]) == {"as asked.png", "otherwise.png"}
    assert "asked.png" not in found


def test_with_the_layout_the_work_that_keeps_it_comes_first(pair: Workspace) -> None:
    query = Query((part("asked.png", 1), part("asked.png", 2)), layout=True)
    first, *others = search(pair, query, SearchOptions(top=100))
    assert first.work == "as asked.png"
    (also,) = first.also
    truth = np.array([box(WORKS["as asked.png"][2]).as_tuple()])
    assert intersection_over_union(np.array([also.as_tuple()]), truth)[0, 0] > 0.5
    without = scores_of(pair, *query.parts)
    scores = {match.work: match.score for match in others}
    assert scores["otherwise.png"] < 0.5 * without["otherwise.png"]
    assert first.score > 0.8 * without["as asked.png"]


def test_an_example_lifts_what_is_like_it_and_stays_findable(pair: Workspace) -> None:
    alone = scores_of(pair, part("only one.png", 1))
    lifted = scores_of(pair, part("only one.png", 1), part("only other.png", 2, 0.5))
    assert lifted["only other.png"] > alone["only other.png"] + 0.1
    assert "only one.png" not in lifted


def test_evidence_is_that_of_the_query_whatever_is_learnt(pair: Workspace) -> None:
    """An example is no reason to say how the *query* became the match."""
    query = Query((part("asked.png", 1),))
    plain = {match.work: match for match in search(pair, query, SearchOptions(top=100))}
    accepted = JudgedMatch("as asked.png", plain["as asked.png"].box, accepted=True)
    learnt = search(pair, query, SearchOptions(top=100), (accepted,))
    assert learnt[0].work == "as asked.png" and learnt[0].evidence == plain["as asked.png"].evidence
    for match in learnt:
        assert match.evidence.transform in (None, plain[match.work].evidence.transform)
        assert match.evidence.pairs in ((), plain[match.work].evidence.pairs)


def test_a_place_that_an_example_found_has_no_transform_from_the_query(pair: Workspace) -> None:
    query = Query((part("only one.png", 1), part("only other.png", 2, 0.5)))
    found = {match.work: match for match in search(pair, query, SearchOptions(top=100))}
    truth = box(WORKS["otherwise.png"][2])
    assert found["otherwise.png"].box.iou(truth) > 0.5, "where the example is"
    assert found["otherwise.png"].evidence.transform is None and found["otherwise.png"].evidence.pairs == ()
    for match in found.values():
        by_lead = [by.evidence for by in match.parts if by.part == 0]
        assert match.evidence.transform in (None, *(evidence.transform for evidence in by_lead))


def test_what_is_not_wanted_sinks(pair: Workspace) -> None:
    alone = order(pair, part("only one.png", 1))
    assert set(alone[:3]) == {"asked.png", "as asked.png", "otherwise.png"}
    scores = scores_of(pair, part("only one.png", 1), part("asked.png", 2, -1.0))
    assert "asked.png" not in scores, "the work that the unwanted detail is taken from"
    assert scores["as asked.png"] < 0.5 and scores["otherwise.png"] < 0.5


def test_examples_alone_ask_for_any_of_them(pair: Workspace) -> None:
    """Without anything required the strongest example counts in full, whatever its weight."""
    parts = part("only one.png", 1), part("only other.png", 2)
    alone = [scores_of(pair, one) for one in parts]
    found = scores_of(pair, *(replace(one, weight=0.5) for one in parts))
    assert found == scores_of(pair, *(replace(one, weight=0.25) for one in parts))
    assert set(list(found)[:3]) == {"asked.png", "as asked.png", "otherwise.png"}, "works with both of them"
    assert not {"only one.png", "only other.png"} & set(found), "what is asked is not found again"
    for work in ("asked.png", "as asked.png", "otherwise.png"):
        assert found[work] >= max(scores[work] for scores in alone) - 1e-6
    weaker = scores_of(pair, replace(parts[0], weight=0.5), replace(parts[1], weight=0.25))
    assert all(weaker[work] <= found[work] + 1e-9 for work in found)


def test_words_put_no_probable_copy_behind_an_improbable_one(pair: Workspace) -> None:
    detail_of = part("asked.png", 1)
    for text in ("a ship at sea", "a bright pattern", "snow"):
        orders = []
        for weight in (1.0, -1.0):
            query = Query((detail_of, WordsPart(text, weight), WordsPart("a portrait", weight)))
            scores = [match.score for match in search(pair, query, SearchOptions(top=100))]
            probable = [score >= PROVEN for score in scores]
            assert probable == sorted(probable, reverse=True) and any(probable) and not all(probable)
            orders.append(scores)
        assert sorted(orders[0]) == pytest.approx(sorted(orders[1])), "words change the order, not the scores"


def test_several_words_are_joined_as_details_are() -> None:
    def words(weight: float, *z_scores: float) -> WordsResult:
        return WordsResult(weight, {}, dict(enumerate(z_scores)))

    def fits(z_score: float) -> float:
        return 1 / (1 + np.exp(1.0 - z_score))

    both = [words(1.0, 3.0, 6.0, 2.0), words(1.0, 3.0, 0.0, -1.0)]
    assert words_score(both, 0) == pytest.approx(fits(3.0))
    assert words_score(both, 1) == pytest.approx(np.sqrt(fits(6.0) * fits(0.0)))
    assert words_score(both, 0) > words_score(both, 1) > words_score(both, 2), "both somewhat, not one very much"
    without = [words(0.5, 3.0, 3.0), words(-1.0, -2.0, 4.0)]
    assert words_score(without, 0) == pytest.approx(fits(3.0) * (1 - fits(-2.0)) ** 2)
    assert words_score(without, 1) < 0.1 * words_score(without, 0)


def test_scores_of_words_alone_are_those_of_their_order(pair: Workspace) -> None:
    parts = WordsPart("a ship at sea"), WordsPart("a bright pattern", 0.25), WordsPart("snow", -1.0)
    found = search(pair, Query(parts), SearchOptions(top=100))
    scores = [match.score for match in found]
    assert scores == sorted(scores, reverse=True) and len(set(scores)) > 1
    assert len(found) == len({match.work for match in found}) == len(pair.tables.works)
    assert all(len(match.also) <= 1 for match in found), "where the other wanted words are"


def test_words_go_with_a_detail(pair: Workspace) -> None:
    found = search(pair, Query((part("asked.png", 1), WordsPart("a ship at sea"))), SearchOptions(top=100))
    assert [match.rank for match in found] == list(range(1, len(found) + 1))
    assert all(0 <= match.score <= 1 for match in found)
    assert {match.work for match in found[:6]} >= {"as asked.png", "otherwise.png"}


@pytest.mark.parametrize("at", [(0.5, 0.5), (0.25, 0.4), (0.7, 0.75)])
def test_a_click_on_a_detail_proposes_what_recurs(pair: Workspace, at: tuple[float, float]) -> None:
    x, y = (ONE[0] + at[0] * SIDE) / WIDE, (ONE[1] + at[1] * SIDE) / HIGH
    found = click_proposals(pair, "asked.png", x, y)
    supports = [proposal.support for proposal in found]
    assert supports == sorted(supports, reverse=True)
    assert all(
        place.x0 <= x <= place.x1 and place.y0 <= y <= place.y1 for place in (proposal.box for proposal in found)
    )
    best, truth = found[0], Box.from_pixels((*ONE, ONE[0] + SIDE, ONE[1] + SIDE), WIDE, HIGH)
    boxes = np.array([best.box.as_tuple()]), np.array([truth.as_tuple()])
    assert intersection_over_union(*boxes)[0, 0] >= 0.4
    assert best.support > 1.5, "the detail is in three other works"
    matches = search(pair, Query((RegionPart("asked.png", best.box),)), SearchOptions(top=3))
    assert {match.work for match in matches} == {"as asked.png", "otherwise.png", "only one.png"}


@pytest.mark.parametrize("point", [(float("nan"), 0.5), (0.5, float("inf"))])
def test_a_click_nowhere_is_an_error(pair: Workspace, point: tuple[float, float]) -> None:
    with pytest.raises(ExplorerError, match="a place on the picture"):
        click_proposals(pair, "asked.png", *point)
