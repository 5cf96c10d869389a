"""What a command writes: JSON to standard output, progress to standard error."""

from __future__ import annotations

import json
import sys
from typing import Any


class ProgressBar:
    """A line on standard error per stage: how far, how fast, how long still."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, stage: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if stage != self._stage:
            self.__exit__()
            self._stage = stage
            self._bar = tqdm(total=total, initial=0, desc=stage, file=sys.stderr, unit="", dynamic_ncols=True)
        self._bar.total = total
        self._bar.update(done - self._bar.n)


def print_json(record: dict[str, Any]) -> None:
    """Write a record as a line of JSON."""
    print(json.dumps(record), flush=True)  # plain ASCII: whatever reads it, and whatever the names are
