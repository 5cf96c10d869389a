"""Measures, against cases worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.calibration.reliability import expected_calibration_error, reliability, roc_auc
from explorer.errors import ExplorerError
from explorer.evaluate.metrics import (
    average_precision,
    image_average_precision,
    macro_mean,
    micro_mean,
    oxford_average_precision,
    recall_at,
)

BOX = (0, 0, 10, 10)
AWAY = (50, 50, 60, 60)


# -- ArtMiner's average precision ------------------------------------------------------------------------------------


def test_all_found_in_order_is_one() -> None:
    assert average_precision([("a", BOX), ("b", BOX)], {"a": [BOX], "b": [BOX]}) == 1.0


def test_precisions_at_the_hits_over_all_true_boxes() -> None:
    found = [("x", BOX), ("a", BOX), ("y", BOX), ("y", AWAY), ("b", BOX)]
    truth = {"a": [BOX], "b": [BOX], "c": [BOX]}  # hits at ranks 2 and 5; c is never found
    assert average_precision(found, truth) == pytest.approx((1 / 2 + 2 / 5) / 3)


def test_a_true_box_found_again_is_wrong_and_takes_a_rank() -> None:
    found = [("a", BOX), ("a", BOX), ("b", BOX)]
    assert average_precision(found, {"a": [BOX], "b": [BOX]}) == pytest.approx((1 + 2 / 3) / 2)


def test_several_places_in_one_work() -> None:
    truth = {"a": [BOX, AWAY]}
    assert average_precision([("a", AWAY), ("a", BOX)], truth) == 1.0
    assert average_precision([("a", AWAY)], truth) == 0.5


def test_a_detection_takes_the_true_box_it_lies_on_best_and_only_one() -> None:
    near = (0, 0, 10, 14)  # both overlap each other by more than the threshold
    assert average_precision([("a", BOX)], {"a": [near, BOX]}) == 0.5
    assert average_precision([("a", BOX), ("a", near)], {"a": [near, BOX]}) == 1.0


def test_overlap_must_exceed_the_threshold() -> None:
    just, short = (0, 0, 10, 3.1), (0, 0, 10, 2.9)  # inside the true box: the overlap is 0.31 and 0.29
    assert average_precision([("a", just)], {"a": [BOX]}) == 1.0
    assert average_precision([("a", short)], {"a": [BOX]}) == 0.0
    assert average_precision([("a", AWAY)], {"a": [BOX]}) == 0.0


def test_a_quarter_is_no_hit_and_any_unit_will_do() -> None:
    assert average_precision([("a", (0, 0, 0.5, 0.5))], {"a": [(0, 0, 1, 1)]}) == 0.0
    assert average_precision([("a", (0, 0, 0.6, 0.6))], {"a": [(0, 0, 1, 1)]}) == 1.0


def test_the_querys_own_work_is_passed_over() -> None:
    found = [("q", BOX), ("a", BOX)]
    assert average_precision(found, {"a": [BOX]}, own="q") == 1.0
    assert average_precision(found, {"a": [BOX]}) == 0.5


def test_only_the_first_thousand_detections_count() -> None:
    wrong = [("x", AWAY)]
    assert average_precision(wrong * 999 + [("a", BOX)], {"a": [BOX]}) == 1 / 1000
    assert average_precision(wrong * 1000 + [("a", BOX)], {"a": [BOX]}) == 0.0
    own = [("q", BOX)] * 500
    assert average_precision(own + wrong * 999 + [("a", BOX)], {"a": [BOX]}, own="q") == 1 / 1000


def test_nothing_found_is_zero_and_nothing_to_find_is_no_number() -> None:
    assert average_precision([], {"a": [BOX]}) == 0.0
    assert math.isnan(average_precision([("a", BOX)], {}))
    assert math.isnan(average_precision([], {"a": []}))


def test_boxes_may_be_arrays_and_the_truth_is_left_as_it_was() -> None:
    truth = {"a": [BOX]}
    assert average_precision([("a", np.array(BOX, np.float32))], truth) == 1.0
    assert truth == {"a": [BOX]}


# -- of works --------------------------------------------------------------------------------------------------------


def test_works_count_once_at_their_best_rank() -> None:
    ranking = ["x", "a", "a", "x", "b"]  # of works: x, a, b
    assert image_average_precision(ranking, {"a", "b"}) == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert image_average_precision(["q", "a"], {"a"}, own="q") == 1.0
    assert image_average_precision(ranking, ["a", "a", "missing"]) == pytest.approx(1 / 2 / 2)
    assert image_average_precision([f"x{k}" for k in range(1500)] + ["a"], {"a"}) == pytest.approx(1 / 1501)
    assert image_average_precision([], {"a"}) == 0.0
    assert math.isnan(image_average_precision(["a"], set()))


def test_oxfords_trapezoid() -> None:
    assert oxford_average_precision(["a", "b"], {"a", "b"}) == 1.0
    # a, x, b: 1/2 * (1 + 1) / 2 + 1/2 * (1/2 + 2/3) / 2
    assert oxford_average_precision(["a", "x", "b"], {"a", "b"}) == pytest.approx(0.5 + (1 / 2 + 2 / 3) / 4)
    assert oxford_average_precision(["x", "y"], {"a"}) == 0.0
    assert math.isnan(oxford_average_precision(["a"], set()))


def test_junk_is_taken_out_before_ranks_are_counted() -> None:
    assert oxford_average_precision(["j", "a", "k", "b"], {"a", "b"}, junk={"j", "k"}) == 1.0
    assert oxford_average_precision(["j", "a"], {"a"}) == 0.25


def test_oxfords_and_artminers_differ() -> None:
    assert image_average_precision(["x", "a"], {"a"}) == 0.5
    assert oxford_average_precision(["x", "a"], {"a"}) == 0.25


def test_recall() -> None:
    ranking = ["a", "x", "a", "b"]
    assert [recall_at(k, ranking, {"a", "b"}) for k in (0, 1, 2, 3, 99)] == [0, 0.5, 0.5, 1, 1]
    assert math.isnan(recall_at(1, ranking, ()))


def test_means_over_queries_and_over_categories() -> None:
    groups = {"a": [1.0, 0.5], "b": [0.0], "none": []}
    assert micro_mean(groups) == 0.5
    assert macro_mean(groups) == 0.375
    assert math.isnan(micro_mean({}))
    assert math.isnan(macro_mean({"none": []}))


# -- probabilities ---------------------------------------------------------------------------------------------------


def test_the_reliability_table_by_hand() -> None:
    table = reliability([0.0, 0.05, 0.1, 0.7, 0.75, 1.0], [False, True, False, True, False, True])
    assert [row.count for row in table] == [2, 1, 0, 0, 0, 0, 0, 2, 0, 1]  # a bin has its lower edge: 0.1, 0.7
    assert (table[0].low, table[0].high) == (0.0, 0.1)
    assert (table[0].confidence, table[0].right) == (0.025, 0.5)
    assert (table[7].confidence, table[7].right) == (pytest.approx(0.725), 0.5)
    assert (table[9].confidence, table[9].right) == (1.0, 1.0)
    assert math.isnan(table[2].confidence)
    assert math.isnan(table[2].right)
    expected = (2 * abs(0.025 - 0.5) + 1 * 0.1 + 2 * 0.225 + 0) / 6
    assert expected_calibration_error(table) == pytest.approx(expected)


def test_every_edge_opens_its_bin() -> None:
    table = reliability([k / 10 for k in range(11)], [True] * 11)
    assert [row.count for row in table] == [1] * 9 + [2]


def test_perfect_and_hopeless_calibration() -> None:
    assert expected_calibration_error(reliability([1.0, 0.0], [True, False])) == 0.0
    assert expected_calibration_error(reliability([1.0, 0.0], [False, True])) == 1.0
    assert math.isnan(expected_calibration_error(reliability([], [])))


def test_what_is_no_probability_is_refused() -> None:
    for confidences, right in ([1.5], [True]), ([math.nan], [True]), ([-0.1], [True]), ([0.5], [True, False]):
        with pytest.raises(ExplorerError, match="between 0 and 1"):
            reliability(confidences, right)
    with pytest.raises(ExplorerError):
        reliability([0.5], [True], bins=0)


def test_area_under_the_roc_curve() -> None:
    assert roc_auc([3, 2, 1, 0], [True, True, False, False]) == 1.0
    assert roc_auc([0, 1, 2, 3], [True, True, False, False]) == 0.0
    assert roc_auc([5, 5, 5], [True, False, True]) == 0.5
    assert roc_auc([2, 1, 1, 1, 0], [False, True, True, False, False]) == pytest.approx((0.5 + 0.5 + 1 + 1) / 6)
    assert roc_auc([-math.inf, math.inf], [False, True]) == 1.0
    assert math.isnan(roc_auc([1, 2], [True, True]))
    assert math.isnan(roc_auc([], []))


def test_area_agrees_with_counting_pairs() -> None:
    rng = np.random.default_rng(0)
    scores, right = rng.integers(0, 8, 60), rng.random(60) < 0.4
    good, bad = scores[right][:, None], scores[~right][None]
    assert roc_auc(scores, right) == pytest.approx(((good > bad) + 0.5 * (good == bad)).mean())


def test_scores_that_are_no_numbers_are_refused() -> None:
    for scores, right in ([math.nan, 1.0], [True, False]), ([1.0], [True, False]):
        with pytest.raises(ExplorerError, match="one score per answer"):
            roc_auc(scores, right)
