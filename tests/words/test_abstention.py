"""When a work gets no label."""

from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.words.abstention import USUAL_THRESHOLD, Abstention, fit


def test_the_fit_is_the_share_of_neutral_words_that_the_best_label_beats() -> None:
    neutral = np.linspace(0, 0.9, 10)[None].repeat(3, axis=0)
    cosines = np.array([[-1, 0.45], [1, 0], [-1, -1]])
    found = fit(cosines, neutral)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [0.5, 1.0, 0.0], atol=1e-6)


def test_a_label_that_is_a_neutral_word_does_not_beat_itself() -> None:
    assert fit(np.array([[0.3]]), np.array([[0.3, 0.2]])).tolist() == [0.5]


def test_a_fit_depends_on_no_other_work() -> None:
    rng = np.random.default_rng(0)
    cosines, neutral = rng.normal(size=(20, 4)), rng.normal(size=(20, 30))
    np.testing.assert_array_equal(fit(cosines, neutral)[7:8], fit(cosines[7:8], neutral[7:8]))


def test_a_higher_threshold_labels_no_more_works() -> None:
    fits = np.random.default_rng(1).random(100).astype(np.float32)
    counts = [int(Abstention(threshold).stands_out(fits).sum()) for threshold in np.linspace(0, 1, 11)]
    assert counts == sorted(counts, reverse=True)
    assert (counts[0], counts[-1]) == (100, 0)


@pytest.mark.parametrize("share", [0.1, 0.9, USUAL_THRESHOLD, 29 / 100])
def test_a_fit_of_exactly_the_threshold_is_enough(share: float) -> None:
    assert Abstention(share).stands_out(np.array([share], dtype=np.float32)).tolist() == [True]


@pytest.mark.parametrize("threshold", [-0.01, 1.01, math.nan, math.inf])
def test_a_threshold_outside_0_to_1_is_refused(threshold: float) -> None:
    with pytest.raises(ExplorerError, match="from 0"):
        Abstention(threshold)
