"""The calibration of a collection: its match model, how reliable that is, and the null distribution of its pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.verification.match_model import CUES, DEFAULT, MatchModel

VERSION = 1
"""Raised by hand whenever the computation changes: a calibration of another version is made again."""


@dataclass(frozen=True)
class Bin:
    """Matches of similar probability: ``count`` of them, their mean probability ``confidence``, and the share that were
    ``right``, 0 to 1."""

    confidence: float
    right: float
    count: int


@dataclass(frozen=True)
class Calibration:
    """A match model and how it was fitted. ``reliability``, ``ece`` and ``auc`` are cross-validated over queries."""

    model: MatchModel
    unrelated: tuple[float, ...] = ()
    """Null distribution: probabilities of unrelated pairs of the collection, sorted, thinned to a few hundred."""
    reliability: tuple[Bin, ...] = ()
    """The reliability diagram."""
    ece: float = 0.0
    """Expected calibration error, 0 to 1."""
    auc: float = 0.0
    """Area under the ROC curve, 0 to 1."""
    copies: int = 0
    """Copies made of the collection's own details."""
    pairs: int = 0
    """Pairs of query and match that the model was fitted on."""
    trimmed: int = 0
    """Pairs taken to be unrelated that look like copies, and were left out."""
    works: int = 0
    """Works of the collection when it was calibrated."""

    def percentile(self, probability: float) -> float | None:
        """Share of the unrelated pairs with a lower probability, 0 to 1; None where there is no null distribution."""
        if not self.unrelated:
            return None
        return float(np.searchsorted(self.unrelated, probability) / len(self.unrelated))

    def to_json(self) -> dict[str, Any]:
        """A record that JSON can hold."""
        return {
            "version": VERSION, "cues": list(CUES), "intercept": self.model.intercept,
            "weights": list(self.model.weights), "unrelated": [round(probability, 6) for probability in self.unrelated],
            "reliability": [[bin.confidence, bin.right, bin.count] for bin in self.reliability], "ece": self.ece,
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
                tuple(Bin(float(mean), float(right), int(count)) for mean, right, count in record["reliability"]),
                float(record["ece"]), float(record["auc"]),
                *(int(record[name]) for name in ("copies", "pairs", "trimmed", "works")),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError):
            return None


UNCALIBRATED = Calibration(DEFAULT)
"""What holds for a collection without a calibration of its own."""


def thinned(values: Sequence[float] | np.ndarray, most: int = 400) -> tuple[float, ...]:
    """At most ``most`` quantiles, evenly spaced from the least to the greatest value, in place of all values."""
    if not len(values):
        return ()
    return tuple(float(value) for value in np.quantile(values, np.linspace(0, 1, min(most, len(values)))))
