"""Every file of a collection damaged, one at a time: what was there is found as before, or what is damaged is said.

The app compares the tables with their checksums in the background once they are open, and its page says what is
damaged. So a first answer may differ where that check names the file.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.hostile.forks import Ended, in_fork
from benchmarks.hostile.outcome import CRASH, LEFT, LOST, SILENT, UNSAID, Measured, Outcome
from benchmarks.hostile.sentences import fault_of
from benchmarks.hostile.small_collection import (
    NAME,
    RUNTIME,
    answers,
    difference,
    fresh,
    indexed,
    judged,
    on_disk,
    painted,
    people_made,
)
from explorer.collection.files import DATABASE
from explorer.errors import ExplorerError
from explorer.workspace import Workspace


def _flipped(content: bytes) -> bytes:
    """Some bytes in the middle turned over."""
    start, length = len(content) // 2, min(64, max(1, len(content) // 8))
    run = bytes(byte ^ 0x55 for byte in content[start : start + length])
    return content[:start] + run + content[start + length :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut in half": lambda content: content[: len(content) // 2],
    "flipped": _flipped,
    "emptied": lambda content: b"",
}
"""What happens to a file; it may also be deleted."""
_NAMES = re.compile("damaged|index|database")
"""A sentence about damage has one of these words: what is damaged, or what makes it anew."""


def damage_files(works: int, every_way: bool) -> Outcome:
    """Damage each file of a collection of so many works in all ways, or, in turn, in one of them each."""
    with Measured(Outcome("files damaged")) as outcome, tempfile.TemporaryDirectory() as passing:
        scratch = Path(passing)
        folder, original = painted(scratch / "pictures", works), scratch / "original"
        in_fork(lambda: [indexed(folder, original), judged(original)])
        for path in list((original / NAME).rglob("*-wal")) + list((original / NAME).rglob("*-shm")):
            path.unlink()  # empty: the last connection has closed the database
        undisturbed = in_fork(lambda: observed(fresh(original, scratch / "cache"), folder)).result
        state = in_fork(lambda: on_disk(scratch / "cache" / NAME)).result
        every = (*DAMAGES, "deleted")
        files = sorted(path.relative_to(original / NAME) for path in (original / NAME).rglob("*") if path.is_file())
        for number, file in enumerate(file for file in files if file.suffix != ".lock"):
            for way in every if every_way else (every[number % len(every)],):
                cache = fresh(original, scratch / "cache")
                made = people_made(original / NAME)
                damage(cache / NAME / file, way)
                ended = in_fork(lambda cache=cache: observed(cache, folder))
                outcome.peak_mb = max(outcome.peak_mb, ended.peak_mb)
                left = in_fork(lambda cache=cache: on_disk(cache / NAME)).result or {}
                problem = _problem(file, undisturbed, ended, made, difference(state, left))
                case = f"{re.sub('[0-9a-f]{6,}', '~', str(file))}, {way}"
                if problem:
                    outcome.fail(case, *problem)
                else:
                    outcome.survive("said" if "sentence" in json.dumps(ended.result) else "as before")
    return outcome


def damage(path: Path, way: str) -> None:
    """Damage one file."""
    if way == "deleted":
        path.unlink()
    else:
        path.write_bytes(DAMAGES[way](path.read_bytes()))


# -- in the forked process ---------------------------------------------------------------------------------------------


def observed(cache: Path, folder: Path) -> dict[str, Any]:
    """What a user sees of the collection: opened and searched, its thumbnails, ``explorer check``, indexed again,
    searched again, and what people made."""
    record = {"answers": _said(lambda: answers(cache)), "thumbnails": _said(lambda: _thumbnails(cache))}
    record["background"] = _said(lambda: Workspace.open(NAME, cache, RUNTIME).check().sentences())
    record["check"] = _said(lambda: _checked(cache))
    record["indexed"] = _said(lambda: indexed(folder, cache))
    record["answers again"] = _said(lambda: answers(cache))
    record["thumbnails again"] = _said(lambda: _thumbnails(cache))
    record["judgements"] = _said(lambda: people_made(cache / NAME))
    return record


def _said(look: Callable[[], Any]) -> Any:
    """What a look gives, or the sentence that it raises, or its crash."""
    try:
        return look()
    except ExplorerError as error:
        return {"sentence": str(error)}
    except Exception as error:
        return {"crash": f"{type(error).__name__}: {error}"}


def _thumbnails(cache: Path) -> dict[str, str]:
    workspace = Workspace.open(NAME, cache, RUNTIME)
    return {work: workspace.thumbnail(work).read_bytes().hex() for work in sorted(workspace.tables.works)}


def _checked(cache: Path) -> dict[str, str]:
    """What ``explorer check`` says; nothing where there is no such command."""
    from explorer.cli import main

    written = io.StringIO()
    try:
        with contextlib.redirect_stdout(written), contextlib.redirect_stderr(written):
            main(["check", NAME, "--cache", str(cache), "--json"])
    except SystemExit:
        return {"said": ""}
    return {"said": written.getvalue()}


# -- judged ------------------------------------------------------------------------------------------------------------


def _problem(
    file: Path, wanted: dict[str, Any], ended: Ended, made: list[list[Any]], differs: str
) -> tuple[str, str] | None:  # fmt: skip
    """The way in which damage was not survived, and how; None where it was."""
    got = ended.result
    if ended.signal or not isinstance(got, dict) or "crash" in got:
        return CRASH, f"signal {ended.signal}: {got} {ended.said[-300:]}"
    is_database, problems = file.name == DATABASE, []
    for step, value in got.items():
        if isinstance(value, dict) and "crash" in value and not (step == "judgements" and is_database):
            problems.append((CRASH, f"{step}: {value['crash']}"))
    for step in ("answers", "thumbnails", "answers again", "thumbnails again", "indexed"):
        if step == "answers" and file.name in str(got["background"]):
            continue
        problems += _step(step, file, wanted[step], got[step], str(got["check"]))
    if got["judgements"] != made and not (is_database and "database" in str(got).lower()):
        problems.append((LOST, f"judgements are gone, and nobody said so: {got['answers']}"))
    if "left over" in differs:
        problems.append((LEFT, differs))
    return problems[0] if problems else None


def _step(step: str, file: Path, wanted: Any, got: Any, checked: str) -> list[tuple[str, str]]:
    if got == wanted:
        return []
    if isinstance(got, dict) and "sentence" in got:
        fault = fault_of(got["sentence"])
        if not fault and not _NAMES.search(got["sentence"]):
            fault = "it does not say what is damaged"
        return [(UNSAID, f"{step}: {fault}: {got['sentence']}")] if fault else []
    named = "; explorer check names it" if file.name in checked else ""
    return [(SILENT, f"{step}: {_short(wanted, got)}{named}")]


def _short(wanted: Any, got: Any) -> str:
    if isinstance(wanted, dict) and isinstance(got, dict):
        return "differs in " + ", ".join(sorted(str(key) for key in wanted if got.get(key) != wanted[key]))[:200]
    return f"{got} for {wanted}"[:200]
