"""What a command writes: JSON to standard output, progress to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.collection.remarks import Remarked

_MOST_REMARKS = 5
"""Of remarks on pictures that are written out; with --json all are."""


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


def print_remarks(remarks: Sequence[Remarked]) -> None:
    """Write of how many pictures something is to be said, and the first of them; nothing where there are none."""
    if remarks:
        one = "1 picture has a remark on how it was read:"
        said = one if len(remarks) == 1 else f"{len(remarks):,} pictures have a remark on how they were read:"
        more = [f"  … and {len(remarks) - _MOST_REMARKS:,} more"] if len(remarks) > _MOST_REMARKS else []
        print(said, *(f"  {each.file}: {each.remark}" for each in remarks[:_MOST_REMARKS]), *more, sep="\n")
