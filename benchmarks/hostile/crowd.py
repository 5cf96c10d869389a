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
        outcome.peak_mb, outcome.tried = app.peak_mb, clients * searches
        answered = int(record.get("answered", 0))
        outcome.counts["answered"] = answered
        outcome.tried = answered
        if answered < clients * searches:
            outcome.fail(f"{clients} clients, {searches} searches each", LOST, f"{record}")
        outcome.note = ", ".join(f"{name} {value}" for name, value in record.items() if isinstance(value, int | float))
    return outcome
