"""Searching: details planted in painted grounds are found where they were planted; the own work is left out."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from generated import MINI, detail, folder_of, ground, planted, save
from PIL import Image

from explorer.errors import ExplorerError
from explorer.geometry import Box, intersection_over_union
from explorer.indexing import index_folder
from explorer.matching.dense import locate
from explorer.search import search
from explorer.search.candidates import match_coarsely
from explorer.search.click import click_box, first_search, proposals
from explorer.search.own_works import rows_of_file
from explorer.search.query import Match, PicturePart, Query, RegionPart, SearchOptions, Within, WordsPart
from explorer.search.rerank import match_densely
from explorer.search.serialisation import match_records
from explorer.search.verify import PAIRS_KEPT
from explorer.search.visual_query import prepare
from explorer.words import label_works
from explorer.words.abstention import USUAL_THRESHOLD, fit
from explorer.words.labels import MEAN_SHARE
from explorer.words.prompts import prompt_lines, usual_templates
from explorer.words.zero_shot import class_vectors
from explorer.workspace import Workspace

WIDE, HIGH = 480, 360
PLACES = {
    "first.png": ((32, 160), 128, False),
    "second.png": ((320, 32), 128, False),
    "mirrored.png": ((192, 208), 128, True),
    "larger.png": ((48, 48), 192, False),
    "smaller.png": ((352, 240), 96, False),
}
"""Work -> where the one detail lies in it (left, top), its side in pixels, and whether it is reversed."""
TRUTH = {name: Box.from_pixels((x, y, x + side, y + side), WIDE, HIGH) for name, ((x, y), side, _) in PLACES.items()}


def overlap(box: Box, truth: Box) -> float:
    return box.iou(truth)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Five works with the same detail, one with it twice, eight without, and a copy of one file."""
    folder, cache = tmp_path_factory.mktemp("workshop"), tmp_path_factory.mktemp("cache")
    what = detail(1)
    for number, (name, (at, side, mirrored)) in enumerate(PLACES.items()):
        save(planted(ground(number, WIDE, HIGH), what, at, side, mirrored), folder / name)
    twice = planted(ground(40, WIDE, HIGH), detail(2), (32, 32), 128)
    save(planted(twice, detail(2), (304, 200), 128), folder / "twice.png")
    save(planted(ground(41, WIDE, HIGH), detail(2), (160, 112), 128), folder / "once.png")
    folder_of(folder, 8, first=60, size=(WIDE, HIGH))
    shutil.copy(folder / "first.png", folder / "first copy.png")
    index_folder(folder, "workshop", cache, MINI)
    return Workspace.open("workshop", cache)


def works_of(matches: Iterable[Match]) -> set[str]:
    """The works of matches, and those with the same pictures."""
    return {work for match in matches for work in match.works}


def region(name: str, box: Box | None = None, weight: float = 1.0) -> RegionPart:
    return RegionPart(name, box or TRUTH[name], weight)


# -- details -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLACES)
def test_a_detail_is_found_wherever_else_it_was_planted(workshop: Workspace, name: str) -> None:
    matches = search(workshop, Query((region(name),)))
    same_way = {other for other, place in PLACES.items() if other != name and place[2] == PLACES[name][2]}
    reversed_ = set(TRUTH) - same_way - {name}
    assert works_of(matches[: len(same_way) + 3]) >= same_way
    assert works_of(matches[: len(TRUTH) + 4]) >= reversed_, "a model may know a mirror image less well"
    for match in matches:
        for work in same_way & set(match.works):
            same_size = PLACES[work][1] == PLACES[name][1]
            assert overlap(match.box, TRUTH[work]) > (0.5 if same_size else 0.2), match
            assert not match.mirrored


def test_evidence_has_cells_to_look_at_however_many_key_points_there_are(workshop: Workspace) -> None:
    found = [match.evidence for match in search(workshop, Query((region("first.png"),)), SearchOptions())]
    assert max(each.key_points for each in found) > PAIRS_KEPT > min(each.key_points for each in found)
    for each in found:
        cells = max(0, len(each.pairs) - each.key_points) + len(each.further_cells)
        assert cells == min(each.inliers - each.key_points, PAIRS_KEPT)
        assert len(each.pairs) == min(each.inliers, PAIRS_KEPT)
        assert not set(each.pairs) & set(each.further_cells)


@pytest.mark.parametrize("name", PLACES)
def test_dense_matching_of_candidates_finds_what_exhaustive_matching_finds(workshop: Workspace, name: str) -> None:
    """Against dense matching over all of every work: coarse matching loses no copy, and adds none.

    Not to the last digit: cells of the coarser grids, on which large places are matched, are cut a little differently.
    """
    query = prepare(workshop, region(name))
    rows = [row for row in range(len(workshop.tables.works)) if row not in query.own]
    candidates = match_densely(workshop, query, match_coarsely(workshop, query, rows))
    assert sorted(candidate.row for candidate in candidates) == rows
    everywhere = locate(query.detail.cells, [workshop.tables.cells(row) for row in rows])
    best = {workshop.tables.works[row]: places[0].score for row, places in zip(rows, everywhere, strict=True)}
    for candidate in candidates:
        work = workshop.tables.works[candidate.row]
        assert candidate.cosine <= best[work] + 0.02
        if work in PLACES and PLACES[work][2] == PLACES[name][2]:
            assert candidate.cosine > best[work] - 0.02


def test_coarse_matching_keeps_the_works_that_have_the_detail(workshop: Workspace) -> None:
    query = prepare(workshop, region("first.png"))
    rows = [row for row in range(len(workshop.tables.works)) if row not in query.own]
    kept = {workshop.tables.works[place.row] for place in match_coarsely(workshop, query, rows, works=4)}
    assert len(kept) == 4
    assert kept >= {"second.png", "larger.png", "smaller.png"}
    assert match_coarsely(workshop, query, []) == []


def test_matches_are_ranked_and_their_boxes_lie_on_the_picture(workshop: Workspace) -> None:
    matches = search(workshop, Query((region("first.png"),)), SearchOptions(per_work=3))
    assert [match.rank for match in matches] == list(range(1, len(matches) + 1))
    assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)
    for match in matches:
        assert match.box.clipped() == match.box
        assert -1 <= match.score <= 1 + 1e-3


def test_the_same_search_gives_the_same_matches(workshop: Workspace) -> None:
    query = Query((region("first.png"),))
    assert search(workshop, query) == search(workshop, query)


def test_the_own_work_is_left_out_and_its_own_repeats_are_never_the_query_itself(workshop: Workspace) -> None:
    box = Box.from_pixels((32, 32, 160, 160), WIDE, HIGH)
    query = Query((region("twice.png", box),))
    assert "twice.png" not in {match.work for match in search(workshop, query)}
    found = search(workshop, query, SearchOptions(top=100, own=True))
    (own,) = [match for match in found if match.work == "twice.png"]
    assert overlap(own.box, Box.from_pixels((304, 200, 432, 328), WIDE, HIGH)) > 0.5
    whole = search(workshop, Query((region("twice.png", Box.whole()),)), SearchOptions(top=100, own=True))
    assert "twice.png" not in {match.work for match in whole}


OPTIONS = [{"top": 70}, {"top": 100, "per_work": 3}, {"top": 100, "per_work": 5}, {"top": 100, "own": True},
           {"top": 1000, "per_work": 2, "own": True}]  # fmt: skip


@pytest.mark.parametrize("name", ["first.png", "second.png"])
@pytest.mark.parametrize("more", OPTIONS)
def test_what_is_found_and_how_sure_it_is_does_not_depend_on_how_much_is_shown(
    workshop: Workspace, name: str, more: dict
) -> None:
    query = Query((region(name),))
    few = search(workshop, query, SearchOptions(top=10))
    many = search(workshop, query, SearchOptions(**more))
    known = {(match.work, match.box): match.score for match in many}
    assert [known[match.work, match.box] for match in few] == [match.score for match in few]
    places = [(match.work, match.box) for match in many]
    order = [places.index((match.work, match.box)) for match in few]
    assert order == sorted(order), "places keep their relative order"
    if more == {"top": 70}:
        assert many[:10] == few


def test_the_first_ten_are_the_same_however_many_are_wanted_though_few_are_compared_closely(
    workshop: Workspace,
) -> None:
    narrow = Workspace.open(workshop.name, workshop.pictures.parents[1])
    narrow.config = replace(narrow.config, candidate_works=8, rerank_works=5)
    query = Query((region("first.png"),))
    first, second, third = (search(narrow, query, SearchOptions(top=top)) for top in (5, 9, 1000))
    assert second[:5] == first and third[:9] == second
    assert {match.work for match in third} == set(workshop.tables.works) - {"first.png"}


def within(*works: str) -> Within:
    return Within(frozenset(works), "a few works")


ONLY = within("second.png", "larger.png", "first copy.png", *(f"work-0{number}.jpg" for number in range(60, 64)))
LIMITED = [
    Query((region("first.png"),)),
    Query((region("second.png"),)),
    Query((region("first.png"), region("once.png", Box.from_pixels((160, 112, 288, 240), WIDE, HIGH)))),
    Query((region("first.png"), WordsPart("a ship at sea"))),
    Query((WordsPart("a windmill on a hill"),)),
]


@pytest.mark.parametrize("narrowly", [False, True])
@pytest.mark.parametrize("query", LIMITED)
def test_a_search_limited_to_some_works_finds_them_as_a_search_of_all_does(
    workshop: Workspace, query: Query, narrowly: bool
) -> None:
    """Places and scores of all that are allowed, also where the collection's shortlist has room for few of them."""
    searched = Workspace.open(workshop.name, workshop.pictures.parents[1])
    if narrowly:
        searched.config = replace(searched.config, candidate_works=8, rerank_works=5)
    everything = search(searched, query, SearchOptions(top=1000, every_file=True))
    found = search(searched, query, SearchOptions(top=1000, every_file=True, within=ONLY))
    expected = {match.work: (match.box, match.score) for match in everything if match.work in ONLY.works}
    answered = {match.work: (match.box, match.score) for match in found}
    assert set(answered) >= set(expected)
    if len(query.parts) == 1 or not narrowly:  # each of several parts examines what the others have on their shortlists
        assert answered == expected
    if len(query.parts) == 1 and not narrowly:
        assert [match.score for match in found] == sorted((score for _, score in expected.values()), reverse=True)


def test_a_limited_search_still_reaches_the_number_that_is_asked_for(workshop: Workspace) -> None:
    narrow = Workspace.open(workshop.name, workshop.pictures.parents[1])
    narrow.config = replace(narrow.config, candidate_works=5, rerank_works=3)
    unlikely = within(*(f"work-0{number}.jpg" for number in range(60, 68)))
    query = Query((region("first.png"),))
    for top in (2, 6, 100):
        found = search(narrow, query, SearchOptions(top=top, within=unlikely))
        assert len(found) == min(top, 8)
        assert works_of(found) <= unlikely.works


def test_a_picture_that_only_its_copy_is_allowed_of_is_shown_as_that_copy(workshop: Workspace) -> None:
    (match,) = search(workshop, Query((region("second.png"),)), SearchOptions(within=within("first copy.png")))
    assert match.works == ("first copy.png",)


def test_a_search_limited_to_no_work_finds_nothing(workshop: Workspace) -> None:
    for part in (region("first.png"), WordsPart("a windmill on a hill")):
        assert search(workshop, Query((part,)), SearchOptions(within=within())) == []


def test_a_click_in_a_limited_search_means_what_recurs_there(workshop: Workspace) -> None:
    x, y = (TRUTH["first.png"].x0 + TRUTH["first.png"].x1) / 2, (TRUTH["first.png"].y0 + TRUTH["first.png"].y1) / 2
    part = RegionPart("first.png", Box.whole())
    found = first_search(workshop, part, (x, y), within=ONLY)
    assert works_of(found.matches) <= ONLY.works and found.copies
    alone = first_search(workshop, part, (x, y), within=within("work-060.jpg"))
    assert not alone.copies
    assert all(proposal.support == 0 for proposal in proposals(workshop, alone, x, y))


def test_a_detail_with_nothing_to_recognise_is_refused_before_anything_is_searched(
    workshop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[object] = []
    monkeypatch.setattr("explorer.search.api.prepare", lambda *arguments: searched.append(arguments))
    with pytest.raises(ExplorerError, match="pixels"):
        search(workshop, Query((region("first.png", Box(0.5, 0.5, 0.5001, 0.5001)),)))
    assert not searched


def test_only_what_is_not_wanted_is_a_sentence(workshop: Workspace) -> None:
    with pytest.raises(ExplorerError, match="Say also what to look for"):
        search(workshop, Query((region("first.png", None, -1.0),)))


def test_every_part_keeps_its_own_evidence_and_words_lower_nothing(workshop: Workspace) -> None:
    """A proven copy stays proven when words are added, and a *not* that is not there."""
    main, elsewhere = region("first.png"), region("once.png", Box.from_pixels((160, 112, 288, 240), WIDE, HIGH), -1.0)
    alone = {match.work: match for match in search(workshop, Query((main,)), SearchOptions(top=100))}
    query = Query((main, WordsPart("a ship at sea"), elsewhere))
    found = search(workshop, query, SearchOptions(top=100))
    assert "once.png" not in {match.work for match in found}, "the unwanted picture's own work is hidden"
    for match in found:
        (wanted, *_) = match.parts
        assert wanted.part == 0
        assert wanted.evidence.probability == pytest.approx(alone[match.work].score, abs=1e-6)
        if alone[match.work].score > 0.5:
            assert match.score >= alone[match.work].score - 1e-6


@pytest.mark.parametrize("own", [False, True])
def test_the_unwanted_pictures_own_work_is_hidden_whatever_else_is_asked(workshop: Workspace, own: bool) -> None:
    for wanted in (region("first.png"), region("first.png", None, 0.5), WordsPart("a mill")):
        query = Query((wanted, region("second.png", None, -1.0)))
        assert "second.png" not in {match.work for match in search(workshop, query, SearchOptions(100, 1, own))}


def test_every_other_work_is_answered_for(workshop: Workspace) -> None:
    matches = search(workshop, Query((region("first.png"),)), SearchOptions(top=100))
    assert {match.work for match in matches} == set(workshop.tables.works) - {"first.png"}


@pytest.mark.parametrize("top", [1, 3, 20, 100_000])
def test_top_is_the_number_of_matches(workshop: Workspace, top: int) -> None:
    everything = search(workshop, Query((region("first.png"),)), SearchOptions(top=1000))
    assert search(workshop, Query((region("first.png"),)), SearchOptions(top=top)) == everything[:top]


def test_as_many_matches_as_asked_for_though_fewer_are_compared_closely(workshop: Workspace) -> None:
    narrow = Workspace.open(workshop.name, workshop.pictures.parents[1])
    narrow.config = replace(narrow.config, candidate_works=4, rerank_works=2)
    query = Query((region("first.png"),))
    assert len(search(narrow, query, SearchOptions(top=10))) == 10
    assert len(search(narrow, query, SearchOptions(top=2))) == 2


def test_a_graph_that_does_not_lead_everywhere_leaves_no_work_out(workshop: Workspace, tmp_path: Path) -> None:
    """hnswlib gives up when it cannot reach as many vectors as it is asked for; then all are compared."""
    index_folder(workshop.folder, "poor", tmp_path, replace(MINI, engine="hnsw?M=2&ef_construction=1&ef=1"))
    poor = Workspace.open("poor", tmp_path)
    found, _ = poor.index.search(poor.tables.region_vectors[:1], len(poor.tables.region_vectors))
    assert sorted(found[0].tolist()) == list(range(len(poor.tables.region_vectors)))
    matches = search(poor, Query((region("first.png"),)), SearchOptions(top=100))
    assert works_of(matches) == set(workshop.tables.works) - {"first.png"}


def test_several_places_of_one_work(workshop: Workspace) -> None:
    single = search(workshop, Query((region("once.png", Box.from_pixels((160, 112, 288, 240), WIDE, HIGH)),)))
    assert [match.work for match in single].count("twice.png") == 1
    many = search(workshop, Query((region("once.png", Box.from_pixels((160, 112, 288, 240), WIDE, HIGH)),)),
                  SearchOptions(top=100, per_work=3))  # fmt: skip
    mine = [match for match in many if match.work == "twice.png"]
    assert 2 <= len(mine) <= 3
    truths = [Box.from_pixels((x, y, x + 128, y + 128), WIDE, HIGH) for x, y in ((32, 32), (304, 200))]
    for truth in truths:
        assert max(overlap(match.box, truth) for match in mine[:2]) > 0.5
    boxes = np.array([match.box.as_tuple() for match in mine])
    assert (intersection_over_union(boxes, boxes) - np.eye(len(boxes))).max() <= 0.3 + 1e-6
    assert max(np.unique([match.work for match in many], return_counts=True)[1]) <= 3


def test_a_box_that_reaches_beyond_the_picture_is_clipped(workshop: Workspace) -> None:
    inside, beyond = (search(workshop, Query((region("first.png", Box(0.5, 0.5, *end)),))) for end in ((1, 1), (7, 9)))
    assert inside == beyond


@pytest.mark.parametrize("part", [region("first.png", Box(2, 2, 3, 3)), PicturePart(Path("x"), Box(-2, 0, -1, 1))])
def test_a_box_outside_the_picture_is_an_error(workshop: Workspace, tmp_path: Path, part) -> None:
    if isinstance(part, PicturePart):
        part = PicturePart(save(ground(5), tmp_path / "a.png"), part.box)
    with pytest.raises(ExplorerError, match="outside the picture"):
        search(workshop, Query((part,)))


@pytest.mark.parametrize("box", [Box(0, 0, 1e-6, 1e-6), Box(0, 0.5, 1, 0.500001), Box(0.5, 0.5, 0.504, 0.505)])
def test_a_box_of_hardly_anything_is_refused(workshop: Workspace, box: Box) -> None:
    with pytest.raises(ExplorerError, match=r"The detail is only .* pixels; choose one of at least 8"):
        search(workshop, Query((region("first.png", box),)))


def test_a_picture_of_one_colour_is_refused(workshop: Workspace, tmp_path: Path) -> None:
    blank = save(Image.new("RGB", (300, 200), (180, 170, 150)), tmp_path / "blank.png")
    with pytest.raises(ExplorerError, match="all of one colour"):
        search(workshop, Query((PicturePart(blank),)))
    half = planted(Image.new("RGB", (480, 360), "white"), detail(1), (32, 160), 128)
    with pytest.raises(ExplorerError, match="all of one colour"):
        search(workshop, Query((PicturePart(save(half, tmp_path / "half.png"), Box(0.5, 0.0, 1.0, 1.0)),)))
    assert search(workshop, Query((PicturePart(tmp_path / "half.png", Box(0.0, 0.3, 0.5, 1.0)),)))


def test_matches_carry_their_evidence(workshop: Workspace) -> None:
    (best, *others) = search(workshop, Query((region("first.png", TRUTH["first.png"]),)), SearchOptions(top=100))
    evidence = best.evidence
    assert best.work == "first copy.png" and evidence.probability == best.score > 0.9
    assert evidence.transform.scale == pytest.approx(1, abs=0.03) and abs(evidence.transform.turn) < 1
    assert not evidence.transform.mirror and evidence.inliers > 10
    for x, y, there_x, there_y in evidence.pairs:
        assert (x, y) == pytest.approx((there_x, there_y), abs=0.03)
    by_work = {match.work: match for match in others}
    larger, mirrored = by_work["larger.png"].evidence, by_work["mirrored.png"].evidence
    assert larger.transform.scale == pytest.approx(1.5, rel=0.1)
    assert mirrored.transform.mirror and by_work["mirrored.png"].mirrored
    assert others[-1].evidence.probability < 0.5
    assert all(match.evidence.percentile is None for match in others), "too few works to be calibrated"


def test_evidence_is_json_as_promised(workshop: Workspace) -> None:
    (best, *_) = match_records(workshop, search(workshop, Query((region("second.png"),))))
    assert {"file", "box", "score", "rank", "probability", "inliers", "transform"} <= set(best)
    assert set(best["transform"]) == {"scale", "turn", "mirror"}
    (words, *_) = match_records(workshop, search(workshop, Query((WordsPart("a mill"),))))
    assert words["probability"] is None and words["inliers"] == 0 and words["transform"] is None


def test_whole_pictures(workshop: Workspace) -> None:
    (best, second, *_) = search(workshop, Query((region("first copy.png", Box.whole()),)))
    assert best.work == "first.png"
    assert best.score > second.score
    assert overlap(best.box, Box.whole()) > 0.7


def test_an_unknown_work_and_an_empty_query_are_errors(workshop: Workspace) -> None:
    with pytest.raises(ExplorerError, match="no work"):
        search(workshop, Query((region("absent.png", Box.whole()),)))
    with pytest.raises(ExplorerError, match="nothing to search for"):
        search(workshop, Query(()))


@pytest.mark.parametrize("limits", [{"top": 0}, {"top": -1}, {"per_work": 0}])
def test_limits_without_sense_are_errors(limits: dict[str, int]) -> None:
    with pytest.raises(ExplorerError, match="at least 1"):
        SearchOptions(**limits)


# -- pictures from outside ---------------------------------------------------------------------------------------------


def test_a_picture_from_outside_finds_what_it_shows(workshop: Workspace, tmp_path: Path) -> None:
    outside = planted(ground(90, 400, 500), detail(1), (96, 96), 160)
    path = save(outside, tmp_path / "photo.jpg", quality=92)
    matches = search(workshop, Query((PicturePart(path, Box.from_pixels((96, 96, 256, 256), 400, 500)),)))
    assert {match.work for match in matches[:4]} <= {*TRUTH, "first copy.png"}
    for match in matches[:4]:
        assert overlap(match.box, TRUTH.get(match.work, TRUTH["first.png"])) > 0.3


def test_a_work_asked_for_by_its_file_is_answered_like_the_work(workshop: Workspace) -> None:
    by_file = search(workshop, Query((PicturePart(workshop.folder / "second.png", TRUTH["second.png"]),)))
    assert by_file == search(workshop, Query((region("second.png"),)))


def test_the_own_work_is_known_by_its_path_and_else_by_its_content(workshop: Workspace, tmp_path: Path) -> None:
    def left_out(path: Path) -> set[str]:
        return {workshop.tables.works[row] for row in rows_of_file(workshop, path)}

    folder = workshop.folder
    assert left_out(folder / "first.png") == {"first.png"}
    assert left_out(folder / "first copy.png") == {"first copy.png"}
    assert left_out(folder / "." / ".." / folder.name / "first.png") == {"first.png"}
    shutil.copy(folder / "first.png", tmp_path / "second.png")
    assert left_out(tmp_path / "second.png") == {"first.png", "first copy.png"}
    (tmp_path / "link.png").symlink_to(folder / "once.png")
    assert left_out(tmp_path / "link.png") == {"once.png"}
    assert left_out(save(ground(91), tmp_path / "new.png")) == set()
    names = {match.work for match in search(workshop, Query((PicturePart(tmp_path / "second.png"),)))}
    assert not names & {"first.png", "first copy.png"}
    kept = search(workshop, Query((PicturePart(tmp_path / "second.png"),)), SearchOptions(own=True))
    assert not {"first.png", "first copy.png"} & {match.work for match in kept}, "the query itself is no repeat"


def test_pictures_that_cannot_be_read_are_errors(workshop: Workspace, tmp_path: Path) -> None:
    (tmp_path / "letter.jpg").write_text("not a painting")
    for name, words in (("letter.jpg", "not a picture"), ("absent.jpg", "no file"), (".", "folder|no file")):
        with pytest.raises(ExplorerError, match=words):
            search(workshop, Query((PicturePart(tmp_path / name),)))


# -- words and several parts -------------------------------------------------------------------------------------------


def test_words_answer_for_every_work_with_a_place(workshop: Workspace) -> None:
    matches = search(workshop, Query((WordsPart("a windmill on a hill"),)), SearchOptions(top=100))
    assert works_of(matches) == set(workshop.tables.works)
    assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)
    several = search(workshop, Query((WordsPart("a windmill on a hill"),)), SearchOptions(top=100, per_work=2))
    assert len(several) > len(matches)
    best = {match.work: match.box for match in reversed(several)}
    assert best == {match.work: match.box for match in matches}, "wanting more of each work changes nothing else"


def test_words_score_as_promised(workshop: Workspace) -> None:
    """The best over a work's regions of the mean of the region's cosine and the whole work's."""
    vector = workshop.encoder.words(["a ship"])[0]
    tables = workshop.tables
    for match in search(workshop, Query((WordsPart("  a ship "),)), SearchOptions(top=100)):
        row = tables.rows[match.work]
        cosines = tables.features(row).joint.astype(np.float32) @ vector
        assert match.score == pytest.approx(float(((cosines + cosines[0]) / 2).max()), abs=1e-4)


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_no_words_are_an_error(workshop: Workspace, text: str) -> None:
    with pytest.raises(ExplorerError, match="Type what you are looking for"):
        search(workshop, Query((WordsPart(text),)))


def test_two_details_together_put_works_with_both_first(workshop: Workspace, tmp_path: Path) -> None:
    """No work has both; each alone must still beat the works that have neither."""
    parts = (region("first.png"), region("once.png", Box.from_pixels((160, 112, 288, 240), WIDE, HIGH)))
    matches = search(workshop, Query(parts), SearchOptions(top=4))
    assert {"first.png", "once.png"}.isdisjoint(match.work for match in matches)
    assert {match.work for match in matches} <= {*TRUTH, "first copy.png", "twice.png"}


def test_a_negative_part_pushes_down_what_has_it(workshop: Workspace) -> None:
    other = Box.from_pixels((160, 112, 288, 240), WIDE, HIGH)
    liked = region("once.png", other, 0.2)

    def order(weight: float) -> list[str]:
        query = Query((liked, region("first.png", None, weight)))
        return [match.work for match in search(workshop, query, SearchOptions(top=100))]

    without, wanted = order(-1.0), order(1.0)
    for name in ("second.png", "mirrored.png", "first copy.png"):
        assert without.index(name) > wanted.index(name)
        assert without.index(name) >= len(without) // 2


def test_the_place_shown_is_that_of_a_part_that_is_wanted(workshop: Workspace) -> None:
    """Not of one that is unwanted, even if it comes first."""
    other = Box.from_pixels((160, 112, 288, 240), WIDE, HIGH)
    parts = (region("first.png", None, -0.1), region("once.png", other, 1.0))
    (best, *_) = search(workshop, Query(parts))
    assert best.work == "twice.png"
    truths = [Box.from_pixels((x, y, x + 128, y + 128), WIDE, HIGH) for x, y in ((32, 32), (304, 200))]
    assert max(overlap(best.box, truth) for truth in truths) > 0.5


def test_parts_of_all_kinds_together(workshop: Workspace, tmp_path: Path) -> None:
    path = save(planted(ground(92), detail(1), (40, 40), 128), tmp_path / "a.png")
    query = Query((WordsPart("a windmill", 0.5), PicturePart(path, None, 1.0), region("first.png", None, -0.5)))
    matches = search(workshop, query, SearchOptions(top=5))
    assert len(matches) == 5
    assert [match.rank for match in matches] == [1, 2, 3, 4, 5]
    assert all(np.isfinite(match.score) for match in matches)


def test_a_query_that_wants_nothing_is_refused(workshop: Workspace) -> None:
    for weight in (0.0, -1.0):
        parts = region("first.png", None, weight), region("second.png", None, weight)
        with pytest.raises(ExplorerError, match="Say also what to look for"):
            search(workshop, Query(parts))


# -- clicks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [0.05, 0.2, 0.5, 1.0, 5.0])
def test_a_click_gives_a_square_that_stays_inside(workshop: Workspace, scale: float) -> None:
    rng = np.random.default_rng(0)
    points = [*rng.random((30, 2)), (0, 0), (1, 1), (0, 1), (0.5, 0.5), (-3, 7)]
    for x, y in points:
        box = click_box(workshop, "first.png", float(x), float(y), scale)
        assert box.clipped() == box
        wide, high = box.width * WIDE, box.height * HIGH
        side = scale * (WIDE * HIGH) ** 0.5
        assert wide == pytest.approx(min(side, WIDE), rel=1e-6)
        assert high == pytest.approx(min(side, HIGH), rel=1e-6)
        if 0 <= x <= 1 and 0 <= y <= 1:
            assert box.x0 - 1e-9 <= x <= box.x1 + 1e-9
            assert box.y0 - 1e-9 <= y <= box.y1 + 1e-9


@pytest.mark.parametrize("click", [(math.nan, 0, 0.2), (0, math.inf, 0.2), (0, 0, 0), (0, 0, -1), (0, 0, math.nan)])
def test_a_click_without_place_or_size_is_an_error(workshop: Workspace, click: tuple[float, float, float]) -> None:
    with pytest.raises(ExplorerError):
        click_box(workshop, "first.png", *click)


def test_a_click_finds_the_detail_under_it(workshop: Workspace) -> None:
    (x, y), side, _ = PLACES["second.png"]
    box = click_box(workshop, "second.png", (x + side / 2) / WIDE, (y + side / 2) / HIGH, 0.3)
    (best, *_) = search(workshop, Query((region("second.png", box),)))
    assert best.work in TRUTH or best.work == "first copy.png"


# -- labels ------------------------------------------------------------------------------------------------------------


def test_labels_are_weighed_for_every_work(workshop: Workspace) -> None:
    names = ["a ship", "a village", "a still life"]
    table = label_works(workshop, names)
    assert table.labels == tuple(names)
    assert table.works == workshop.tables.works
    assert table.scores.shape == (len(table.works), 3)
    np.testing.assert_allclose(table.scores.sum(axis=1), 1, atol=1e-5)
    for best, row, fits in zip(table.best, table.scores, table.fits, strict=True):
        assert best == (int(row.argmax()) if fits >= USUAL_THRESHOLD else None)


def test_labels_are_weighed_against_neutral_words_without_what_all_pictures_share(workshop: Workspace) -> None:
    names, words = ["a ship", "25I2 a village"], prompt_lines("neutral")
    table, wholes = label_works(workshop, names), workshop.tables.whole()
    asked = class_vectors([*names, *words], usual_templates(), workshop.encoder.words)
    cosines = (wholes - MEAN_SHARE * workshop.encoder.picture_mean) @ asked.T
    expected = fit(cosines[:, :2], cosines[:, 2:], workshop.manifest.logit_scale)
    np.testing.assert_allclose(table.fits, expected, atol=0.01)  # a word that is all but equal may tip over
    odds = np.exp((cosines[:, 0] - cosines[:, 1]) * workshop.manifest.logit_scale)
    np.testing.assert_allclose(table.scores[:, 0] / table.scores[:, 1], odds, rtol=1e-3)
    kept = list(workshop.tables.folder.glob("neutral_words_*.npy"))
    assert [np.load(path).shape[0] for path in kept] == [len(words)]


def test_other_ways_of_asking_give_other_scores_and_the_same_again(workshop: Workspace) -> None:
    names = ["a ship", "a village"]
    usual, other = label_works(workshop, names), label_works(workshop, names, ("a photograph of {}", "{} at night"))
    assert not np.allclose(usual.scores, other.scores, atol=1e-3)
    np.testing.assert_array_equal(label_works(workshop, names, usual_templates()).scores, usual.scores)


def test_labels_given_in_another_order_score_the_same(workshop: Workspace) -> None:
    names = ["a ship", "a village", "a still life"]
    forwards, backwards = label_works(workshop, names), label_works(workshop, names[::-1])
    np.testing.assert_allclose(forwards.scores, backwards.scores[:, ::-1], atol=1e-5)


def test_a_single_label_is_weighed_against_any_painting(workshop: Workspace) -> None:
    table = label_works(workshop, ["a ship"])
    assert table.scores.shape == (len(table.works), 1)
    assert ((table.scores > 0) & (table.scores < 1)).all()
    np.testing.assert_allclose(table.margins, np.abs(2 * table.scores[:, 0] - 1), atol=1e-5)
    np.testing.assert_allclose(table.scores, label_works(workshop, ["a ship", "a painting"]).scores[:, :1], atol=1e-5)


def test_no_labels_are_an_error(workshop: Workspace) -> None:
    with pytest.raises(ExplorerError, match="at least one label"):
        label_works(workshop, [])


# -- as JSON -----------------------------------------------------------------------------------------------------------


def test_matches_as_records_are_whole_pixels_of_the_original(workshop: Workspace) -> None:
    matches = search(workshop, Query((region("first.png"),)), SearchOptions(top=5))
    for record, match in zip(match_records(workshop, matches), matches, strict=True):
        assert set(record) == {"file", "box", "score", "rank", "probability", "inliers", "transform"}
        x0, y0, x1, y1 = record["box"]
        assert all(type(side) is int for side in record["box"])
        assert 0 <= x0 < x1 <= WIDE
        assert 0 <= y0 < y1 <= HIGH
        assert (record["file"], record["rank"]) == (match.work, match.rank)
        assert record["score"] == pytest.approx(match.score, abs=1e-6)


# -- the demo collection -----------------------------------------------------------------------------------------------


def test_the_demo_collection_answers_for_every_work(demo_workspace: Workspace) -> None:
    name = demo_workspace.tables.works[0]
    matches = search(demo_workspace, Query((RegionPart(name, Box(0.3, 0.3, 0.6, 0.6)),)), SearchOptions(top=100))
    assert {match.work for match in matches} == set(demo_workspace.tables.works) - {name}


def test_the_painted_motifs_of_the_demo_are_found_again(demo_folder: Path, demo_workspace: Workspace) -> None:
    """For each motif that recurs in the demo: how often one of the first five places is another work's same motif."""
    annotations = json.loads((demo_folder / "annotations.json").read_text("utf-8"))
    shares = {}
    for motif in ("windmill", "boat", "flowers", "cart", "tower"):
        hits = [_hit_among_first(demo_workspace, entry, 5) for entry in annotations[motif]]
        shares[motif] = sum(hits) / len(hits)
    assert all(share >= 0.5 for share in shares.values()), shares
    assert sum(shares.values()) / len(shares) >= 0.7, shares


def _hit_among_first(workspace: Workspace, entry: dict, count: int) -> bool:
    def box_of(work_id: str, pixels: list[int]) -> Box:
        work = workspace.collection.work(work_id)
        return Box.from_pixels(tuple(pixels), work.width, work.height).clipped()

    work, pixels = entry["query"]
    truth = {other: box_of(other, place) for other, place in entry["gt"]}
    query = Query((RegionPart(work, box_of(work, pixels)),))
    matches = search(workspace, query, SearchOptions(top=count))
    return any(
        intersection_over_union(np.array([match.box.as_tuple()]), np.array([truth[match.work].as_tuple()]))[0, 0] > 0.3
        for match in matches
        if match.work in truth
    )
