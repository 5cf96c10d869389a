"""What is survived? kill -9, hostile pictures, catalogues and calls, many clients, damaged files: tried and counted.

    python benchmarks/hardening.py [--quick] [--only NAME,...] [--seed 0] [--keep FOLDER] [--json FILE]

All on this computer, on collections painted for the purpose, within bounds of memory and time, and seeded: the same
seed tries the same pictures, catalogues and calls (but not the same moments of a kill: the clock has a part in those).

A thing is survived when it comes to what it would have come to undisturbed, or to a sentence for the user. Each part
says in its module (``benchmarks/hostile/``) what it judges. "Wrong without a word" are answers that differ from the
true ones with no sentence. Peak memory is that of the largest process of a part. Exit status 1 when anything was not
survived.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: click.py here is not the library of that name
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
SIZES = {
    "pictures": (10_000, 1000, 200), "catalogues": (500, 60, 22), "judging": (50, 10, 5), "folder": (250, 30, 10),
    "indexing": (50, 4, 2), "files": (5, 3, 2), "calls": (1000, 120, 40), "load": (50, 5, 0),
}  # fmt: skip
"""How much each part tries: in full, with ``--quick``, and in the test suite; of files, how many works there are."""
_LIGHT = ("pictures", "catalogues", "judging")
"""Parts that need no model; they come first, so that the memory of its library is not counted as theirs."""
_SEARCHES, _CALIBRATED = 3, 6
_MOST_SHOWN = 12


@dataclass(frozen=True)
class Run:
    """How much is tried: a column of :data:`SIZES`; and with which seed."""

    size: int
    seed: int
    keep: Path | None = None

    def parts(self) -> dict[str, Callable[[], Any]]:
        """Each part by its name; it gives an outcome, or None where it cannot be tried."""
        from benchmarks.hostile import cataloguing, judging, reading

        count = {name: sizes[self.size] for name, sizes in SIZES.items()}
        seed = self.seed
        return {
            "pictures": lambda: reading.read_hostile(seed, count["pictures"], self.keep, with_bombs=self.size < 2),
            "catalogues": lambda: cataloguing.read_tables(seed, count["catalogues"]),
            "judging": lambda: judging.kill_judging(seed, count["judging"]),
            **self._heavy(count),
        }

    def _heavy(self, count: dict[str, int]) -> dict[str, Callable[[], Any]]:
        """The parts that need the model."""

        def folder() -> Any:
            from benchmarks.hostile.folder import index_hostile

            return index_hostile(self.seed, count["folder"])

        def indexing() -> Any:
            from benchmarks.hostile.kills import kill_indexing

            return kill_indexing(self.seed, count["indexing"], 0 if self.size else _CALIBRATED)

        def files() -> Any:
            from benchmarks.hostile.damage import damage_files

            return damage_files(count["files"], every_way=self.size == 0)

        def calls() -> Any:
            from benchmarks.hostile.calling import call_api

            return call_api(self.seed, count["calls"], works=4 if self.size else 8)  # from five, the map takes long

        def load() -> Any:
            from benchmarks.hostile.crowd import crowd

            return crowd(count["load"], _SEARCHES) if count["load"] else None

        return {"folder": folder, "indexing": indexing, "files": files, "calls": calls, "load": load}


def tried(name: str, part: Callable[[], Any]) -> Any:
    """The outcome of a part, run in a copy of this process; a part that dies has failed."""
    from benchmarks.hostile.forks import in_fork
    from benchmarks.hostile.outcome import CRASH, Outcome

    def record() -> dict[str, Any] | None:
        outcome = part()
        return outcome and outcome.to_json()

    ended = in_fork(record, limit=3600)
    if ended.result is None and not ended.signal:
        return None
    if not ended.result or "crash" in ended.result:
        outcome = Outcome(name)
        outcome.fail("the whole part", CRASH, f"signal {ended.signal}: {ended.result} {ended.said[-300:]}")
        return outcome
    outcome = Outcome.from_json(ended.result)
    outcome.peak_mb = max(outcome.peak_mb, ended.peak_mb)
    return outcome


def printed(outcomes: list[Any]) -> None:
    """The table, and under it what was not survived."""
    from benchmarks.hostile.outcome import CRASH, SILENT

    print("\n| what | tried | survived | crashes | wrong without a word | peak memory, MB | seconds | how they ended |")
    print("|---|---:|---:|---:|---:|---:|---:|---|")
    for one in outcomes:
        ends = [f"{how} {count:,}" for how, count in one.counts.most_common()] + [one.note] * bool(one.note)
        numbers = (one.tried, one.survived, one.of(CRASH), one.of(SILENT), round(one.peak_mb), round(one.seconds))
        print(f"| {one.part} | {' | '.join(f'{number:,}' for number in numbers)} | {', '.join(ends)} |")
    for one in outcomes:
        for failure in one.failures[:_MOST_SHOWN]:
            print(f"\n{one.part}: {failure.kind}: {failure.case}\n    {failure.happened}")
        if len(one.failures) > _MOST_SHOWN:
            print(f"\n{one.part}: and {len(one.failures) - _MOST_SHOWN} more")


def warmed() -> None:
    """Import what the copies of this process need, and run none of it: threads would not survive a fork."""
    import explorer.calibration
    import explorer.encoder.clip
    import explorer.indexing
    import explorer.search  # noqa: F401


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small part of everything, in half a minute")
    parser.add_argument("--least", action="store_true", help="still less: what the test suite runs")
    parser.add_argument("--only", type=lambda text: text.split(","), metavar="NAME,...", help=", ".join(SIZES))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write pictures that were not survived here")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    names = options.only or list(SIZES)
    if unknown := set(names) - set(SIZES):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(SIZES)}")
    parts = Run(2 if options.least else 1 if options.quick else 0, options.seed, options.keep).parts()
    outcomes = []
    for name in names:
        if name not in _LIGHT:
            warmed()
        outcome = tried(name, parts[name])
        if outcome is None:
            print(f"{name}: left out", file=sys.stderr)
            continue
        outcomes.append(outcome)
        print(f"{outcome.part}: {outcome.survived} of {outcome.tried}, {outcome.seconds:g} s", file=sys.stderr)
    printed(outcomes)
    if options.json:
        options.json.write_text(json.dumps([outcome.to_json() for outcome in outcomes], indent=1), "utf-8")
    return 1 if any(outcome.failures for outcome in outcomes) else 0


if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in _ONE_THREAD.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **_ONE_THREAD})
    sys.exit(main())
