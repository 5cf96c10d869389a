"""kill -9 at random moments of indexing: the next run must bring what an undisturbed one brings."""

from __future__ import annotations

import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.hostile.forks import count_events, die_at, in_fork
from benchmarks.hostile.outcome import CRASH, LEFT, UNEQUAL, Measured, Outcome
from benchmarks.hostile.small_collection import NAME, answers, difference, fresh, indexed, judged, on_disk, painted


@dataclass(frozen=True)
class Situation:
    """What is there when a run begins that will be killed, and what it comes to undisturbed."""

    name: str
    folder: Path
    before: Path
    """The cache as it is when the run begins; it may not exist."""
    seconds: float
    """How long an undisturbed run takes."""
    events: int
    """How many things it does with files."""
    state: dict[str, Any]
    answers: dict[str, Any]


def situation(name: str, scratch: Path, works: int, more: int = 0) -> Situation:
    """A first run over some works, or, with ``more``, a run after works were added to those that are indexed."""
    folder, before, after = scratch / f"{name}-pictures", scratch / f"{name}-before", scratch / f"{name}-after"
    painted(folder, works)
    if more:
        in_fork(lambda: [indexed(folder, before), judged(before)])
        painted(folder, more, first=works)
    start = time.perf_counter()
    fresh(before, after)
    in_fork(lambda: indexed(folder, after))
    seconds = time.perf_counter() - start
    events = in_fork(lambda: count_events(lambda: indexed(folder, fresh(before, after)))).result
    found = in_fork(lambda: answers(after)).result
    state = in_fork(lambda: on_disk(after / NAME)).result
    return Situation(name, folder, before, seconds, events, state, found)


def kill_indexing(seed: int, count: int, calibrated: int) -> Outcome:
    """``count`` kills of runs over few works, and some of a run over as many as are calibrated.

    Every second one comes at a random time, the others just before a random change of a file.
    """
    rng = random.Random(seed)
    with Measured(Outcome("indexing killed")) as outcome, tempfile.TemporaryDirectory() as passing:
        scratch = Path(passing)
        plans = [situation("first run", scratch, 6), situation("works added", scratch, 5, 2)]
        kinds = [plans[number % 2] for number in range(count)]
        if calibrated:
            kinds += [situation("calibrated", scratch, 20)] * calibrated
        for number, plan in enumerate(kinds):
            by_time = number // 2 % 2 == 0
            moment = rng.uniform(0, plan.seconds) if by_time else rng.randint(1, plan.events)
            _kill_once(plan, by_time, moment, scratch / "cache", outcome)
    return outcome


def _kill_once(plan: Situation, by_time: bool, moment: float, cache: Path, outcome: Outcome) -> None:
    fresh(plan.before, cache)

    def run() -> Any:
        if not by_time:
            die_at(int(moment))
        return indexed(plan.folder, cache)

    ended = in_fork(run, kill_after=moment if by_time else None)
    at = f"{moment:.2f} s of {plan.seconds:.2f}" if by_time else f"change {moment} of {plan.events} of a file"
    case = f"{plan.name}, killed at {at}"
    again = in_fork(lambda: indexed(plan.folder, cache))
    outcome.peak_mb = max(outcome.peak_mb, ended.peak_mb, again.peak_mb)
    if not isinstance(again.result, dict) or "crash" in again.result:
        outcome.fail(case, CRASH, f"the next run: {again.result} {again.said[-300:]}")
        return
    differs = difference(plan.state, in_fork(lambda: on_disk(cache / NAME)).result or {})
    if differs:
        outcome.fail(case, LEFT if differs.startswith("left over") else UNEQUAL, differs)
    elif in_fork(lambda: answers(cache)).result != plan.answers:
        outcome.fail(case, UNEQUAL, "searches find something else")
    else:
        outcome.survive("went on" if ended.signal else "had come to its end")
