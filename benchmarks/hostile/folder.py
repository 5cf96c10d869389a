"""A folder of hostile pictures and good ones, with a hostile catalogue, through a whole run of indexing."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks.hostile.forks import in_fork
from benchmarks.hostile.mutations import hostile_picture
from benchmarks.hostile.outcome import CRASH, LOST, UNSAID, Measured, Outcome
from benchmarks.hostile.sentences import fault_of
from benchmarks.hostile.small_collection import CONFIG, NAME, RUNTIME, painted
from explorer.indexing import index_folder
from explorer.workspace import Workspace

_GOOD = 5


def index_hostile(seed: int, count: int) -> Outcome:
    """Index ``count`` hostile pictures among good ones: each file is a work or is listed with a sentence."""
    with Measured(Outcome("hostile pictures indexed")) as outcome, tempfile.TemporaryDirectory() as passing:
        folder, cache = painted(Path(passing) / "pictures", _GOOD), Path(passing) / "cache"
        words = {f"work-{number:03d}.jpg": "a good picture" for number in range(_GOOD)}
        for number in range(count):
            case = hostile_picture(seed, number)
            name = f"{number:04d}.{case.ending}"
            (folder / name).write_bytes(case.content)
            words[name] = f"{number}: {case.words}"
        ended = in_fork(lambda: _indexed(folder, cache), limit=600)
        outcome.peak_mb = ended.peak_mb
        if not isinstance(ended.result, dict) or "crash" in ended.result:
            outcome.fail("the whole run", CRASH, f"signal {ended.signal}: {ended.result} {ended.said[-500:]}")
            return outcome
        for name, case_words in words.items():
            _judge(name, case_words, ended.result, outcome)
    return outcome


def _indexed(folder: Path, cache: Path) -> dict[str, Any]:
    report = index_folder(folder, NAME, cache, CONFIG, metadata=folder / "metadata.csv", runtime=RUNTIME)
    works = Workspace.open(NAME, cache, RUNTIME).tables.works
    return {"works": list(works), "skipped": {file.file: file.reason for file in report.skipped}}


def _judge(name: str, words: str, result: dict[str, Any], outcome: Outcome) -> None:
    reason = result["skipped"].get(name)
    if name in result["works"]:
        outcome.survive("a work")
    elif reason is None:
        outcome.fail(words, LOST, "neither a work nor listed")
    elif fault_of(reason):
        outcome.fail(words, UNSAID, f"{fault_of(reason)}: {reason}")
    else:
        outcome.survive("skipped")
