"""The match model and the cues in it: chance agreement counts for little; robust z-scores."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.verification import cue_vector, robust_z_scores
from explorer.verification.match_model import DEFAULT, agreement, significance
from explorer.verification.transforms import fit_similarity


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
