"""kill -9 at random moments of judging: what was acknowledged must be there, in a sound database."""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from benchmarks.hostile.forks import in_fork
from benchmarks.hostile.outcome import LOST, Measured, Outcome
from explorer.collection import Collection, Judgement
from explorer.geometry import Box


def kill_judging(seed: int, count: int) -> Outcome:
    """Kill a process that judges as fast as it can; all that it had acknowledged must be there."""
    rng = random.Random(seed)
    with Measured(Outcome("judging killed")) as outcome, tempfile.TemporaryDirectory() as passing:
        path = Path(passing) / "collection.sqlite"
        acknowledged: list[str] = []
        for number in range(count):
            seconds, before = rng.uniform(0.02, 0.4), len(acknowledged)
            acknowledged += _judge_until_killed(path, number, seconds, outcome)
            _check(path, acknowledged, f"killed after {seconds:.3f} s, {len(acknowledged) - before} judged", outcome)
        outcome.note = f"{len(acknowledged):,} judgements acknowledged"
    return outcome


def _judge_until_killed(path: Path, number: int, seconds: float, outcome: Outcome) -> list[str]:
    """The notes that were acknowledged before the process was killed."""
    reading, writing = os.pipe()

    def judge() -> None:
        judgements = Collection(path).judgements
        for turn in range(100_000):
            note = f"{number}/{turn}"
            side = (turn % 97) / 100
            box = Box(side, 0, side + 0.01, 1)
            kept = judgements.judge(Judgement("a.jpg", box, "b.jpg", Box.whole(), "accepted", note))
            os.write(writing, f"{note}\n".encode())
            if turn % 5 == 4:
                judgements.withdraw(kept.id)

    ended = in_fork(judge, kill_after=seconds)
    os.close(writing)
    with os.fdopen(reading) as file:
        lines = file.read().split("\n")
    outcome.peak_mb = max(outcome.peak_mb, ended.peak_mb)
    return [line for line in lines if line]


def _check(path: Path, acknowledged: list[str], case: str, outcome: Outcome) -> None:
    with closing(sqlite3.connect(path)) as db:
        sound = db.execute("PRAGMA integrity_check").fetchone()[0]
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE name = 'judgements'")]
        notes = {row[0] for row in db.execute("SELECT note FROM judgements")} if tables else set()
    lost = [note for note in acknowledged if note not in notes]
    if sound != "ok" or lost:
        outcome.fail(case, LOST, f"integrity check: {sound}; lost: {lost[:5]}")
    else:
        outcome.survive("nothing lost")
