"""When a work gets no label."""

from __future__ import annotations

import math

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.words.abstention import USUAL_THRESHOLD, Abstention, fit


def by_definition(cosines: np.ndarray, neutral: np.ndarray, sharpness: float) -> list[float]:
    """The fit, work by work and word by word."""
    crowd = [math.log(sum(math.exp(sharpness * value) for value in row)) / sharpness for row in neutral]
    chance = [value - level for row, level in zip(neutral, crowd, strict=True) for value in row]
    best = [max(row) - level for row, level in zip(cosines, crowd, strict=True)]
    return [float(np.mean([value < above for value in chance])) ** cosines.shape[1] for above in best]


def test_the_fit_is_what_chance_would_do_with_as_many_neutral_words() -> None:
    rng = np.random.default_rng(0)
    cosines, neutral = rng.normal(0.1, 0.1, (20, 4)), rng.normal(0, 0.1, (20, 30))
    found = fit(cosines, neutral, 50.0)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, by_definition(cosines, neutral, 50.0), atol=1e-6)


def test_labels_that_are_neutral_words_by_chance_seldom_fit() -> None:
    rng = np.random.default_rng(1)
    fits = fit(rng.normal(size=(2000, 5)), rng.normal(size=(2000, 100)), 1.0)
    assert np.mean(fits) == pytest.approx(0.5, abs=0.04), "the fits of chance labels are spread evenly from 0 to 1"


def test_a_picture_that_everything_fits_is_no_better_than_others() -> None:
    rng = np.random.default_rng(2)
    cosines, neutral = rng.normal(size=(10, 3)), rng.normal(size=(10, 40))
    lifted = np.zeros((10, 1))
    lifted[4] = 7.0
    np.testing.assert_allclose(fit(cosines + lifted, neutral + lifted, 5.0), fit(cosines, neutral, 5.0), atol=1e-6)


def test_of_many_works_some_say_what_chance_does() -> None:
    rng = np.random.default_rng(3)
    cosines, neutral = rng.normal(size=(4500, 2)), rng.normal(size=(4500, 20))
    np.testing.assert_allclose(fit(cosines, neutral, 5.0), by_definition(cosines, neutral, 5.0), atol=0.03)


def test_no_works_have_no_fits() -> None:
    assert fit(np.zeros((0, 3)), np.zeros((0, 5)), 50.0).shape == (0,)


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
