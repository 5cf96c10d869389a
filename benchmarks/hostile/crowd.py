"""Many clients at once, see ``benchmarks/load.py``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.hostile.outcome import LOST, Measured, Outcome
from benchmarks.hostile.serving import served


def crowd(clients: int, searches: int) -> Outcome | None:
    """Let so many clients search so often each; None where there is no ``benchmarks/load.py``."""
    try:
        from benchmarks.load import load
    except ImportError:
        return None
    with Measured(Outcome("clients at once")) as outcome, tempfile.TemporaryDirectory() as passing:
        with served(Path(passing), works=8) as app:
            record = load(app.address, clients, searches)
        outcome.peak_mb = app.peak_mb
        for _ in range(int(record["answered"])):
            outcome.survive("answered")
        for number in range(outcome.tried, clients * searches):
            outcome.fail(f"search {number}", LOST, f"not answered: {record}")
        outcome.note = f"half within {record['search_p50_s']:.1f} s, 95 % within {record['search_p95_s']:.1f} s"
    return outcome
