"""Numbered cases tried one after another in a process of their own, which may die or hang: then another goes on."""

from __future__ import annotations

import json
import queue
import resource
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

from benchmarks.hostile.outcome import CRASH, SLOW, Outcome, peak_mb

ROOT = Path(__file__).parents[2]
MOST_MEMORY = 4_000_000_000
"""Bytes of address space of such a process: several times what a picture of the largest size needs."""
MOST_SECONDS = 30.0
"""For one case; the largest pictures that are accepted take about five."""
_START_SECONDS = 60.0  # more for the first: the imports


class Verdict(NamedTuple):
    """What became of a case: a way of failing (:mod:`~benchmarks.hostile.outcome`) or an empty text, and how."""

    kind: str
    how: str


def try_all(module: str, seed: int, numbers: range, outcome: Outcome, words_of: Callable[[int], str]) -> None:
    """Let ``python -m module SEED FIRST STOP``, see :func:`serve`, try the cases of some ``numbers``.

    A process that dies, or hangs, at a case is a failure of that case, and another goes on behind it.
    """
    at = numbers.start
    while at < numbers.stop:
        command = [sys.executable, "-m", module, str(seed), str(at), str(numbers.stop)]
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True, cwd=ROOT)
            lines: queue.SimpleQueue[str] = queue.SimpleQueue()
            threading.Thread(target=_pass_on, args=(process.stdout, lines), daemon=True).start()
            at, late = _counted(lines, at, outcome, words_of)
            if late:
                process.kill()
            ended = process.wait()
            if late or ended:
                said.seek(0)
                kind, how = (SLOW, f"more than {MOST_SECONDS:g} s") if late else (CRASH, f"ended with {ended}")
                outcome.fail(f"{at}: {words_of(at)}", kind, f"{how} {said.read()[-300:]}")
                at += 1


def _pass_on(stdout: IO[str], lines: queue.SimpleQueue[str]) -> None:
    for line in stdout:
        lines.put(line)
    lines.put("")


def _counted(
    lines: queue.SimpleQueue[str], at: int, outcome: Outcome, words_of: Callable[[int], str]
) -> tuple[int, bool]:
    """Take answers until there are no more; the number of the case that was not answered, and whether it is late."""
    patience = MOST_SECONDS + _START_SECONDS
    while True:
        try:
            line = lines.get(timeout=patience)
        except queue.Empty:
            return at, True
        if not line:
            return at, False
        number, kind, how, peak = json.loads(line)
        if kind:
            outcome.fail(f"{number}: {words_of(number)}", kind, how)
        else:
            outcome.survive(how)
        outcome.peak_mb = max(outcome.peak_mb, peak)
        at, patience = number + 1, MOST_SECONDS


def serve(attempt: Callable[[int, int, Path], Verdict]) -> None:
    """In the process: ``attempt`` each case, given the seed, its number and a folder, and write how it went."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    warnings.simplefilter("ignore")
    seed, first, stop = map(int, sys.argv[1:])
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(first, stop):
            verdict = attempt(seed, number, Path(scratch))
            print(json.dumps([number, *verdict, peak_mb()]), flush=True)
