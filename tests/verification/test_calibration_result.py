"""A calibration as it is stored: read back as it was written, and refused when it is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.verification import MatchModel
from explorer.verification.calibration_result import Bin, Calibration, thinned


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
