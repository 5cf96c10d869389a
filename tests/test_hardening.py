"""A small part of ``benchmarks/hardening.py``: all that it tries must be survived, and it must see what is not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.hostile.cataloguing import attempt as attempt_table
from benchmarks.hostile.forks import in_fork
from benchmarks.hostile.outcome import CRASH, SILENT, Outcome
from benchmarks.hostile.reading import attempt, case
from benchmarks.hostile.sentences import fault_of
from benchmarks.hostile.watched import try_all

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is neither fork nor SIGKILL")
PARTS = ("pictures", "catalogues", "judging", "folder", "indexing", "files", "calls")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    """What the command found, by the part's name; two of it at once, for two cores."""
    folder = tmp_path_factory.mktemp("hardening")
    halves = (PARTS[:5], PARTS[5:])
    runs = [
        subprocess.Popen(
            [sys.executable, "benchmarks/hardening.py", "--least", "--only", ",".join(half), "--json",
             str(folder / f"{number}.json")], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for number, half in enumerate(halves)
    ]  # fmt: skip
    for run in runs:
        run.wait()
    records = [record for number in range(2) for record in json.loads((folder / f"{number}.json").read_text("utf-8"))]
    return dict(zip(PARTS, records, strict=True))


@pytest.mark.parametrize("part", PARTS)
def test_all_that_is_tried_is_survived(outcomes: dict[str, dict], part: str) -> None:
    assert outcomes[part]["failures"] == []
    assert outcomes[part]["survived"] == outcomes[part]["tried"] > 0


def test_many_are_read_and_many_are_refused(outcomes: dict[str, dict]) -> None:
    """Otherwise nothing was tried: not that all is refused, and not that nothing is damaged."""
    for part in ("pictures", "catalogues", "folder"):
        assert min(outcomes[part]["counts"].values()) >= 3, part
        assert len(outcomes[part]["counts"]) == 2, part


# -- the measure itself ------------------------------------------------------------------------------------------------


def test_another_picture_than_the_true_one_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the check for whole files taken out, PNGs whose end is zeros are shown black."""
    monkeypatch.setattr("explorer.collection.pictures.refuse_incomplete", lambda path, kind: None)
    zeroed = [number for number in range(2000) if case(0, number).words.startswith("PNG") and "zeroed" in
              case(0, number).words]  # fmt: skip
    assert SILENT in {attempt(0, number, tmp_path).kind for number in zeroed}


def test_wrong_titles_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With damaged UTF-8 read as another encoding."""
    monkeypatch.setattr(
        "explorer.collection.spreadsheet.decoded", lambda path: path.read_bytes().decode("cp1252", "replace")
    )
    assert SILENT in {attempt_table(0, number, tmp_path).kind for number in range(1, 111, 11)}


def test_processes_that_die_and_hang_are_seen() -> None:
    killed = in_fork(lambda: __import__("time").sleep(60), kill_after=0.1)
    assert (killed.result, killed.signal) == (None, 9)
    assert "ZeroDivisionError" in in_fork(lambda: 1 / 0).result["crash"]
    assert in_fork(lambda: [1, "two"]).result == [1, "two"]
    outcome = Outcome("none")
    try_all("benchmarks.hostile.absent", 0, range(2), outcome, str)
    assert [failure.kind for failure in outcome.failures] == [CRASH, CRASH]
    assert (outcome.tried, outcome.survived) == (2, 0)


@pytest.mark.parametrize(("words", "fault"), [
    ("The picture did not arrive; drop it again.", ""), ("null", "not a sentence"), ("a b c\nd", "more than one line"),
    ("There is no file /srv/secret/a.jpg.", "a folder of the computer's"),
    ("Something is <object at 0x7f00>.", "the program's own words"), ("so " * 300, "too long"),
])  # fmt: skip
def test_what_is_no_sentence_is_seen(words: str, fault: str) -> None:
    assert fault_of(words, Path("/srv/secret")) == fault
