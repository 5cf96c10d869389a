"""What a collection's own calibration found: its match model, how reliable that is, and what unrelated pairs reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.verification.match_model import CUES, DEFAULT, MatchModel

VERSION = 1
"""Raised by hand whenever what is computed changes: a calibration of another version is made again."""


@dataclass(frozen=True)
class Bin:
    """Matches that were given about the same probability: ``said`` on average, and the share that were ``right``."""

    said: float
    right: float
    count: int


@dataclass(frozen=True)
class Calibration:
    """``unrelated`` are the probabilities of unrelated pairs of the collection, sorted, thinned to a few hundred;
    ``ece`` and ``auc`` are cross-validated over queries, as is ``reliability``."""

    model: MatchModel
    unrelated: tuple[float, ...] = ()
    reliability: tuple[Bin, ...] = ()
    ece: float = 0.0
    auc: float = 0.0
    copies: int = 0
    pairs: int = 0
    trimmed: int = 0
    """Pairs taken to be unrelated that look like copies, and were left out."""
    works: int = 0
    """Works of the collection when it was calibrated."""

    def percentile(self, probability: float) -> float | None:
        """Share of the unrelated pairs that reach less; None where none were tried."""
        if not self.unrelated:
            return None
        return float(np.searchsorted(self.unrelated, probability) / len(self.unrelated))

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION, "cues": list(CUES), "intercept": self.model.intercept,
            "weights": list(self.model.weights), "unrelated": [round(one, 6) for one in self.unrelated],
            "reliability": [[one.said, one.right, one.count] for one in self.reliability], "ece": self.ece,
            "auc": self.auc, "copies": self.copies, "pairs": self.pairs, "trimmed": self.trimmed, "works": self.works,
        }  # fmt: skip

    @classmethod
    def from_json(cls, record: Any) -> Calibration | None:
        """What :meth:`to_json` wrote; None for anything else, and for another version's."""
        try:
            if record["version"] != VERSION or record["cues"] != list(CUES):
                return None
            numbers = [float(record["intercept"]), *map(float, record["weights"])]
            if len(numbers) != 1 + len(CUES) or not np.isfinite(numbers).all():
                return None
            return cls(
                MatchModel(numbers[0], tuple(numbers[1:])), tuple(sorted(map(float, record["unrelated"]))),
                tuple(Bin(float(said), float(right), int(count)) for said, right, count in record["reliability"]),
                float(record["ece"]), float(record["auc"]),
                *(int(record[name]) for name in ("copies", "pairs", "trimmed", "works")),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError):
            return None


UNCALIBRATED = Calibration(DEFAULT)


def thinned(values: Sequence[float] | np.ndarray, most: int = 400) -> tuple[float, ...]:
    """Quantiles that stand for all values, the least and the greatest among them."""
    if not len(values):
        return ()
    return tuple(float(one) for one in np.quantile(values, np.linspace(0, 1, min(most, len(values)))))
