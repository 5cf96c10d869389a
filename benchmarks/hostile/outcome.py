"""What became of the things that a part of the hardening run tried."""

from __future__ import annotations

import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

CRASH, SILENT, LOST, UNSAID, SLOW, LEFT, UNEQUAL = (
    "crash", "wrong without a word", "lost", "no sentence", "too slow", "left behind", "not the same",
)  # fmt: skip
"""Ways of failing. A crash is a process that died or an error that is no sentence; UNSAID an answer that is none; LEFT
are files that nothing will ever remove; UNEQUAL is a result that differs from the undisturbed one."""


@dataclass(frozen=True)
class Failure:
    """One thing that was not survived."""

    case: str
    """What was tried, in enough words to try it again."""
    kind: str
    happened: str


@dataclass
class Outcome:
    """What a part tried, what of it was survived, and what was not."""

    part: str
    tried: int = 0
    failures: list[Failure] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """How often it ended how, for those that were survived."""
    peak_mb: float = 0.0
    """The most memory that a process of this part held."""
    seconds: float = 0.0
    note: str = ""

    @property
    def survived(self) -> int:
        return self.tried - len({failure.case for failure in self.failures})

    def survive(self, how: str) -> None:
        """Count one that ended well."""
        self.tried += 1
        self.counts[how] += 1

    def fail(self, case: str, kind: str, happened: str) -> None:
        """Count one that did not."""
        self.tried += 1
        self.failures.append(Failure(case, kind, happened[:600]))

    def of(self, kind: str) -> int:
        """How many failed in this way."""
        return sum(failure.kind == kind for failure in self.failures)

    def to_json(self) -> dict[str, Any]:
        """A record that JSON can hold."""
        failures = [vars(failure) for failure in self.failures]
        return {**vars(self), "survived": self.survived, "failures": failures, "counts": dict(self.counts)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Outcome:
        """What :meth:`to_json` gave."""
        kept = {name: value for name, value in record.items() if name != "survived"}
        failures = [Failure(**failure) for failure in record["failures"]]
        return cls(**{**kept, "failures": failures, "counts": Counter(record["counts"])})


class Measured:
    """Notes in an outcome how long the block took, and the most memory of this process and those it waited for."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome, self._start = outcome, 0.0

    def __enter__(self) -> Outcome:
        self._start = time.perf_counter()
        return self._outcome

    def __exit__(self, *_: object) -> None:
        self._outcome.seconds = round(time.perf_counter() - self._start, 1)
        self._outcome.peak_mb = max(self._outcome.peak_mb, peak_mb(resource.RUSAGE_CHILDREN))


def peak_mb(who: int = resource.RUSAGE_SELF) -> float:
    """The most memory that this process, or one that it waited for, has held, in MB."""
    peak = resource.getrusage(who).ru_maxrss
    return round(peak / (1_048_576 if sys.platform == "darwin" else 1024), 1)
