"""Is one model better than another, or is it chance? Intervals of the difference, by a paired bootstrap over queries.

Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, chapter 13 (percentile intervals); Sakai,
"Evaluating evaluation metrics based on the bootstrap", SIGIR 2006, pairs by query as is done here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.evaluate.outcome import Outcome

DRAWS, SEED = 5000, 0


@dataclass(frozen=True)
class Difference:
    """One measure of the second outcome minus that of the first, over the ``items`` that both have."""

    way: str
    measure: str
    items: int
    mean: float
    low: float
    high: float
    """The middle 95 % of the differences of samples drawn with replacement."""

    @property
    def is_certain(self) -> bool:
        """Whether the interval lies on one side of nothing."""
        return self.low > 0 or self.high < 0

    def to_json(self) -> dict[str, Any]:
        return {"way": self.way, "measure": self.measure, "items": self.items, "difference": round(self.mean, 6),
                "low": round(self.low, 6), "high": round(self.high, 6)}  # fmt: skip


def paired_interval(first: Sequence[float], second: Sequence[float]) -> tuple[float, float, float]:
    """The mean of ``second - first`` and its interval (95 %); a seed makes it the same every time.

    >>> paired_interval([0.1, 0.5, 0.3], [0.2, 0.6, 0.4])[0].__round__(6)
    0.1
    """
    apart = np.asarray(second, np.float64) - np.asarray(first, np.float64)
    rng = np.random.default_rng(SEED)
    drawn = [float(apart[rng.integers(0, len(apart), len(apart))].mean()) for _ in range(DRAWS)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(apart.mean()), float(low), float(high)


def differences(first: Outcome, second: Outcome) -> list[Difference]:
    """Every measure that both have, over the queries that both have, by label."""
    of_first = {item.label: item.scores for item in first.items}
    pairs: dict[tuple[str, str], tuple[list[float], list[float]]] = {}
    for item in second.items:
        for way, scores in item.scores.items():
            for measure, value in scores.items():
                other = of_first.get(item.label, {}).get(way, {}).get(measure, math.nan)
                if not math.isnan(value) and not math.isnan(other):
                    a, b = pairs.setdefault((way, measure), ([], []))
                    a.append(other)
                    b.append(value)
    return [Difference(*name, len(a), *paired_interval(a, b)) for name, (a, b) in pairs.items()]


def lines(first: str, second: str, found: Sequence[Difference]) -> list[str]:
    """A table for people."""
    rows = [f"{second} minus {first}, points; 95 % intervals by a paired bootstrap:"]
    for row in found:
        verdict = "" if row.is_certain else "  (may be chance)"
        rows.append(f"  {row.way}, {row.measure}: {100 * row.mean:+.1f} [{100 * row.low:+.1f}, {100 * row.high:+.1f}], "
                    f"{row.items:,} pairs{verdict}")  # fmt: skip
    return rows
