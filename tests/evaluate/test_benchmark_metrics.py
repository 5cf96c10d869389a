"""Measures of the benchmarks, against cases worked by hand, what their authors' programs compute, and libraries."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, fbeta_score

from explorer.evaluate.metrics import (
    f_beta,
    hit_at,
    image_average_precision,
    oxford_average_precision,
    recall_at,
    revisited_precision_at,
)

WORKS = [f"w{k}" for k in range(40)]


def drawn(seed: int) -> tuple[list[str], set[str], set[str]]:
    """A ranking of all works, some that are true and some that are junk."""
    rng = np.random.default_rng(seed)
    ranking = [WORKS[k] for k in rng.permutation(len(WORKS))]
    picked = [WORKS[k] for k in rng.permutation(len(WORKS))]
    true = int(rng.integers(1, 12))
    return ranking, set(picked[:true]), set(picked[true : true + int(rng.integers(0, 8))])


def revisited_by_its_authors(
    ranking: list[str], true: set[str], junk: set[str], kappa: int
) -> tuple[float, float]:  # fmt: skip
    """What ``compute_map`` of the revisited benchmarks does, written from its description: positions from 0, each moved
    up by the junk before it; the trapezoid over them; precision at the last of them or kappa."""
    positions = [at - sum(work in junk for work in ranking[:at]) for at, work in enumerate(ranking) if work in true]
    area = sum(
        ((found / at if at else 1.0) + (found + 1) / (at + 1)) / (2 * len(true)) for found, at in enumerate(positions)
    )
    reach = min(max(positions) + 1, kappa)
    return area, sum(at + 1 <= reach for at in positions) / reach


@pytest.mark.parametrize("seed", range(25))
def test_oxford_and_its_revision_are_what_their_authors_compute(seed: int) -> None:
    ranking, true, junk = drawn(seed)
    area, precision = revisited_by_its_authors(ranking, true, junk, 10)
    assert oxford_average_precision(ranking, true, junk) == pytest.approx(area)
    assert revisited_precision_at(10, ranking, true, junk) == pytest.approx(precision)


def test_revisited_precision_by_hand() -> None:
    assert revisited_precision_at(2, ["a", "b", "c"], {"a", "b", "c"}) == 1.0
    assert revisited_precision_at(10, ["a", "x", "b"], {"a", "b"}) == pytest.approx(2 / 3)  # at rank 3, not at 10
    assert revisited_precision_at(2, ["x", "j", "j", "a"], {"a"}, {"j"}) == 0.5
    assert revisited_precision_at(2, ["x", "y", "z"], {"a"}) == 0.0
    assert math.isnan(revisited_precision_at(2, ["x"], set()))


def test_any_of_several_is_a_hit() -> None:
    assert [hit_at(k, ["x", "x", "a", "b"], {"a", "b"}) for k in (0, 1, 2, 5)] == [0, 0, 1, 1]
    assert math.isnan(hit_at(1, ["a"], ()))


def test_labels_of_which_several_hold() -> None:
    assert f_beta({"a", "b"}, {"a", "b"}) == 1.0
    assert f_beta({"x"}, {"a"}) == f_beta((), {"a"}) == 0.0
    assert f_beta({"a"}, {"a", "b"}) == pytest.approx(5 * 0.5 / (4 * 1 + 0.5))  # precision 1, recall 1/2
    assert math.isnan(f_beta({"a"}, ()))


def test_labels_as_scikit_learn_counts_them() -> None:
    rng = np.random.default_rng(3)
    true = rng.random((60, 8)) < 0.3
    true[:, 0] |= ~true.any(axis=1)  # a picture without a label has no F
    given = rng.random((60, 8)) < 0.3
    ours = [f_beta(np.flatnonzero(row).tolist(), np.flatnonzero(of).tolist())
            for row, of in zip(given, true, strict=True)]  # fmt: skip
    theirs = fbeta_score(true, given, beta=2, average="samples", zero_division=0)
    assert np.mean(ours) == pytest.approx(theirs)


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_as_scikit_learn_counts_it(seed: int) -> None:
    ranking, true, _ = drawn(seed)
    theirs = average_precision_score([work in true for work in ranking], -np.arange(len(ranking)))
    assert image_average_precision(ranking, true) == pytest.approx(theirs)


RANX = """
import json, sys
from ranx import Qrels, Run, evaluate
truth, found = json.load(sys.stdin)
print(json.dumps({name: float(value) for name, value in evaluate(Qrels(truth), Run(found), sys.argv[1:]).items()}))
"""


def test_rankings_as_ranx_counts_them() -> None:
    if importlib.util.find_spec("ranx") is None:
        pytest.skip("ranx is in the extra 'test'")
    cases = [drawn(seed) for seed in range(20)]
    truth = {str(n): dict.fromkeys(true, 1) for n, (_, true, _) in enumerate(cases)}
    found = {
        str(n): {work: float(len(ranking) - at) for at, work in enumerate(ranking)}
        for n, (ranking, _, _) in enumerate(cases)
    }
    measures = ["map", "recall@5", "hit_rate@5"]
    uncompiled = {**os.environ, "NUMBA_DISABLE_JIT": "1"}  # compiling takes two minutes
    done = subprocess.run([sys.executable, "-c", RANX, *measures], input=json.dumps([truth, found]), env=uncompiled,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    theirs = json.loads(done.stdout.splitlines()[-1])
    ours = [
        (image_average_precision(ranking, true), recall_at(5, ranking, true), hit_at(5, ranking, true))
        for ranking, true, _ in cases
    ]
    assert np.mean(ours, axis=0) == pytest.approx([theirs[name] for name in measures])
