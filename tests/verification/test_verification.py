"""Verification: transforms are found as they were applied; chance agreement counts for little."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from generated import detail, ground

from explorer.features.grid import FeatureMap, resample, unit_rows
from explorer.geometry import Box
from explorer.verification import (
    Detail,
    Hypothesis,
    KeyPoints,
    MatchModel,
    cue_vector,
    find_key_points,
    key_point_hypothesis,
    mean_cosine,
    robust_z_scores,
    score_match,
)
from explorer.verification.calibration_result import Bin, Calibration, thinned
from explorer.verification.cells import mutual_cells
from explorer.verification.keypoints import matching_key_points
from explorer.verification.match_model import DEFAULT, agreement, significance
from explorer.verification.transforms import fit_similarity, moved_box, transform_of


def similarity(scale: float, turn: float, mirror: bool, shift: tuple[float, float] = (40.0, -25.0)) -> np.ndarray:
    """Mirrored first, then scaled, then turned by degrees counter-clockwise as one sees it (y points down)."""
    angle = math.radians(turn)
    turned = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return np.column_stack([scale * turned @ np.diag([-1.0 if mirror else 1.0, 1.0]), shift])


# -- transforms --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("turn", [0.0, 12.0, -95.0, 170.0])
@pytest.mark.parametrize("scale", [0.4, 1.0, 2.5])
def test_a_similarity_is_fitted_to_pairs_of_which_half_are_wrong(scale: float, turn: float, mirror: bool) -> None:
    rng = np.random.default_rng(3)
    truth = similarity(scale, turn, mirror)
    query = rng.uniform(0, 200, (40, 2))
    work = query @ truth[:, :2].T + truth[:, 2] + rng.normal(0, 0.3, (40, 2))
    work[20:] = rng.uniform(0, 200, (20, 2))
    fit = fit_similarity(query, work, tolerance=3.0, mirror=mirror)
    assert fit.inliers[:20].all() and fit.count < 26
    found = fit.transform
    assert found.mirror is mirror
    assert found.scale == pytest.approx(scale, rel=0.03)
    assert (found.turn - turn + 180) % 360 - 180 == pytest.approx(0, abs=2)
    assert transform_of(truth).mirror is mirror


def test_the_wrong_orientation_has_hardly_any_support() -> None:
    rng = np.random.default_rng(4)
    truth = similarity(1.2, 5, mirror=True)
    query = rng.uniform(0, 200, (40, 2))
    straight = fit_similarity(query, query @ truth[:, :2].T + truth[:, 2], tolerance=3.0, mirror=False)
    assert straight is None or straight.count < 8


@pytest.mark.parametrize("count", [0, 1, 3])
def test_too_few_pairs_give_no_fit(count: int) -> None:
    points = np.random.default_rng(1).uniform(0, 9, (count, 2))
    assert fit_similarity(points, points, 1.0, False) is None


def test_pairs_of_a_single_point_give_no_fit_or_a_finite_one() -> None:
    same = np.ones((10, 2))
    fit = fit_similarity(same, same, 1.0, False)
    assert fit is None or np.isfinite(fit.matrix).all()


def test_a_turned_box_holds_the_ellipse_that_was_in_it() -> None:
    matrix = similarity(2.0, 30, mirror=True)
    angles = np.linspace(0, 2 * np.pi, 2000)
    ellipse = np.column_stack([50 + 30 * np.cos(angles), 40 + 10 * np.sin(angles)]) @ matrix[:, :2].T + matrix[:, 2]
    found = moved_box(matrix, (20, 30, 80, 50))
    np.testing.assert_allclose(found, [*ellipse.min(axis=0), *ellipse.max(axis=0)], atol=0.05)


# -- key points --------------------------------------------------------------------------------------------------------


def test_key_points_of_the_mirror_image_follow_by_a_change_of_order() -> None:
    """The oracle is OpenCV's own work on the picture in a mirror."""
    picture = np.asarray(ground(5, 320, 240))
    straight, mirrored = find_key_points(picture), find_key_points(np.ascontiguousarray(picture[:, ::-1]))
    pairs = matching_key_points(straight.with_mirrored_descriptors(), mirrored)
    assert len(pairs) > 0.8 * len(straight) > 20
    moved = straight.places[pairs[:, 0]] * [-1, 1] + [1, 0]
    assert np.mean(np.abs(moved - mirrored.places[pairs[:, 1]]).max(axis=1) < 0.01) > 0.95


def test_a_picture_of_one_colour_has_no_key_points_and_matches_nothing() -> None:
    blank = find_key_points(np.full((90, 120, 3), 128, np.uint8))
    assert len(blank) == 0 and blank.descriptors.shape == (0, 128)
    some = find_key_points(np.asarray(ground(5, 320, 240)))
    assert matching_key_points(blank, some).shape == matching_key_points(some, blank).shape == (0, 2)


def test_every_key_point_is_used_once() -> None:
    first, second = (find_key_points(np.asarray(ground(seed, 320, 240))) for seed in (6, 7))
    pairs = matching_key_points(first, second, ratio=1.0)
    assert len(set(pairs[:, 0])) == len(set(pairs[:, 1])) == len(pairs)


# -- cues --------------------------------------------------------------------------------------------------------------


def features(seed: int, rows: int, columns: int) -> np.ndarray:
    """A map that changes smoothly enough to be sampled between cells."""
    coarse = np.random.default_rng(seed).normal(size=(rows, columns, 48)).astype(np.float32)
    return unit_rows(resample(FeatureMap(coarse), Box.whole(), rows, columns).vectors)


def pasted(mirror: bool) -> tuple[Detail, Hypothesis]:
    """A detail of 8 by 6 cells that lies in a work of 30 by 24 at twice the size, perhaps in a mirror."""
    cells, work = features(1, 6, 8), features(2, 24, 30)
    work[8:20, 10:26] = np.repeat(np.repeat(cells[:, ::-1] if mirror else cells, 2, axis=0), 2, axis=1)
    every = np.ones(cells.shape[0] * cells.shape[1])
    detail_ = Detail(FeatureMap(cells), Box(0.25, 0.25, 0.75, 0.75), (160, 120), KeyPoints.none(), every)
    box = Box(10 / 30, 8 / 24, 26 / 30, 20 / 24)
    return detail_, Hypothesis(FeatureMap(work), (300, 240), KeyPoints.none(), box, mirror)


@pytest.mark.parametrize("mirror", [False, True])
def test_cells_locate_a_copy_and_its_transform(mirror: bool) -> None:
    query, hypothesis = pasted(mirror)
    result = score_match(query, hypothesis)
    assert result.cells > 0.8 * len(query.distinctive) and result.points == 0
    assert result.transform.mirror is result.mirrored is mirror
    assert result.transform.scale == pytest.approx(2.0, rel=0.1)
    assert result.transform.turn == pytest.approx(0, abs=5)
    np.testing.assert_allclose(result.box.as_tuple(), hypothesis.box.as_tuple(), atol=0.05)
    x, y, there_x, there_y = result.pairs.T
    across = 1 - (x - 0.25) / 0.5 if mirror else (x - 0.25) / 0.5
    np.testing.assert_allclose(there_x, hypothesis.box.x0 + across * hypothesis.box.width, atol=0.06)
    np.testing.assert_allclose(there_y, hypothesis.box.y0 + (y - 0.25) / 0.5 * hypothesis.box.height, atol=0.06)


def test_cells_of_another_work_hardly_agree() -> None:
    query, hypothesis = pasted(False)
    unrelated = Hypothesis(FeatureMap(features(9, 24, 30)), hypothesis.size, hypothesis.points, hypothesis.box, False)
    assert score_match(query, unrelated).cells < 0.4 * len(query.distinctive)


def test_mutual_cells_use_every_cell_once() -> None:
    query, hypothesis = pasted(True)
    inside, on_work, numbers = mutual_cells(query.cells, hypothesis.grid, hypothesis.box, True)
    assert (
        len({tuple(point) for point in inside.round(6)})
        == len({tuple(point) for point in on_work.round(6)})
        == len(numbers)
    )
    rows, columns = query.cells.shape
    row, column = (inside * (columns, rows)).astype(int).T[::-1]
    np.testing.assert_array_equal(row * columns + column, numbers)


@pytest.mark.parametrize("mirror", [False, True])
def test_key_points_alone_locate_a_copy(mirror: bool) -> None:
    canvas, motif = ground(11, 400, 300).copy(), detail(3).resize((120, 120))
    single = canvas.copy()
    single.paste(motif, (20, 30))
    there = motif.transpose(0) if mirror else motif
    second = ground(12, 400, 300).copy()
    second.paste(there.resize((150, 150)), (200, 100))
    box, truth = Box(20 / 400, 30 / 300, 140 / 400, 150 / 300), Box(200 / 400, 100 / 300, 350 / 400, 250 / 300)
    empty = FeatureMap(np.zeros((6, 8, 4), np.float32))
    query = Detail(empty, box, (400, 300), find_key_points(np.asarray(single)).inside(box), np.ones(48))
    roughly = Box(0.45, 0.3, 0.85, 0.8)
    result = score_match(query, Hypothesis(empty, (400, 300), find_key_points(np.asarray(second)), roughly, mirror))
    assert result.points >= 5 and result.mirrored is mirror
    assert result.transform.scale == pytest.approx(1.25, rel=0.1)
    np.testing.assert_allclose(result.box.as_tuple(), truth.as_tuple(), atol=0.04)


def test_key_points_suggest_a_hypothesis_elsewhere() -> None:
    canvas, motif = ground(11, 400, 300).copy(), detail(3).resize((120, 120))
    canvas.paste(motif, (20, 30))
    second = ground(12, 400, 300).copy()
    second.paste(motif, (250, 150))
    box, truth = Box(20 / 400, 30 / 300, 140 / 400, 150 / 300), Box(250 / 400, 150 / 300, 370 / 400, 270 / 300)
    empty = FeatureMap(np.zeros((6, 8, 4), np.float32))
    query = Detail(empty, box, (400, 300), find_key_points(np.asarray(canvas)).inside(box), np.ones(48))
    far = Hypothesis(empty, (400, 300), find_key_points(np.asarray(second)), Box(0.0, 0.0, 0.3, 0.4), False)
    assert score_match(query, far).points == 0
    np.testing.assert_allclose(key_point_hypothesis(query, far).box.as_tuple(), truth.as_tuple(), atol=0.04)
    assert key_point_hypothesis(query, replace(far, box=truth)) is None
    assert key_point_hypothesis(replace(query, points=KeyPoints.none()), far) is None


def test_mean_cosine_is_that_of_the_hypothesis() -> None:
    query, hypothesis = pasted(True)
    assert mean_cosine(query, hypothesis) == pytest.approx(1.0, abs=1e-3)
    assert mean_cosine(query, replace(hypothesis, mirrored=False)) < 0.5


def test_more_evidence_is_a_higher_probability_and_none_is_a_low_one() -> None:
    model = DEFAULT
    none, cells, points = model.probability(np.array([cue_vector(0.3, *cue) for cue in ((0, 0), (0.5, 0), (0, 20))]))
    assert 0 < none < 0.05 < 0.5 < min(cells, points)


def test_cells_that_are_not_distinctive_count_nothing() -> None:
    common, rare = np.full(48, 0.01), np.full(48, 0.8)
    everywhere = np.arange(48)
    assert agreement(common, everywhere) < 0.01 < 0.5 < agreement(rare, everywhere)
    assert agreement(rare[:9], everywhere[:7]) < agreement(rare, everywhere[:38]), "of a few cells most agree by chance"
    assert agreement(rare, []) == 0


@pytest.mark.parametrize(("agreeing", "pairs", "share"), [(0, 0, 0.01), (2, 40, 0.01), (7, 60, 0.011), (4, 3, 0.01)])
def test_key_points_that_would_agree_by_chance_count_nothing(agreeing: int, pairs: int, share: float) -> None:
    assert significance(agreeing, pairs, share) == 0


def test_random_pairs_of_key_points_are_as_insignificant_as_promised() -> None:
    """The number of false alarms bounds how often chance does as well: 300 random sets of pairs in a square."""
    from explorer.verification.transforms import fit_similarity

    rng, share = np.random.default_rng(4), np.pi * 0.06**2
    found = []
    for _ in range(300):
        first, second = rng.uniform(0, 1000, (2, 30, 2))
        fit = fit_similarity(first, second, 60.0, False)
        found.append(significance(fit.count, 30, share) if fit else 0.0)
    assert np.mean(np.array(found) > 1) < 0.1


def test_robust_z_scores_do_not_depend_on_the_few_that_are_far_off() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(0.4, 0.05, 200)
    every = np.concatenate([scores, [0.9] * 8])
    with_copies = robust_z_scores(every, among=every)
    np.testing.assert_allclose(with_copies[:200], robust_z_scores(scores, among=scores), atol=0.3)
    assert with_copies[200:].min() > 6


# -- a calibration on disk ---------------------------------------------------------------------------------------------


def a_calibration() -> Calibration:
    model, unrelated = MatchModel(-5.0, (0.0, 12.0, 2.0)), thinned(np.linspace(0, 0.4, 999))
    return Calibration(model, unrelated, (Bin(0.1, 0.12, 30),), 0.02, 0.97, 90, 1200, 3, 400)


def test_a_calibration_is_read_back_as_it_was_written() -> None:
    kept = a_calibration()
    read = Calibration.from_json(kept.to_json())
    assert replace(read, unrelated=()) == replace(kept, unrelated=())
    np.testing.assert_allclose(read.unrelated, kept.unrelated, atol=1e-6)
    assert read.percentile(0.5) == 1.0 and read.percentile(0.2) == pytest.approx(0.5, abs=0.01)
    assert Calibration(MatchModel(0.0, (1.0, 1.0, 1.0))).percentile(0.5) is None


@pytest.mark.parametrize("changed", [
    {"version": 0}, {"cues": ["other"]}, {"weights": [1.0]}, {"intercept": "x"}, {"intercept": float("nan")},
    {"unrelated": None}, {"reliability": [[1]]},
])  # fmt: skip
def test_a_record_that_is_no_calibration_is_refused(changed: dict) -> None:
    assert Calibration.from_json({**a_calibration().to_json(), **changed}) is None
    assert Calibration.from_json([]) is None
