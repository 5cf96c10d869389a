"""``explorer rename``, ``remove``, ``bring-back`` and ``catalogue``."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from generated import write_csv

from explorer.cli import main
from explorer.collection import Collection

KEPT = Path(__file__).parents[1] / "fixtures" / "version-0" / "cache"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache with the collection "kept": three works and three judgements."""
    return Path(shutil.copytree(KEPT, tmp_path / "cache"))


@pytest.fixture
def run(cache: Path, capsys: pytest.CaptureFixture[str]):
    """Run a command; its exit status, and what it wrote."""

    def command(*arguments: object) -> tuple[int, str]:
        status = main([*map(str, arguments), "--cache", str(cache)])
        written = capsys.readouterr()
        return status, written.out + written.err

    return command


def test_other_commands_know_the_earlier_name(run) -> None:
    status, said = run("rename", "kept", "prints")
    assert status == 0
    assert "prints" in said
    status, said = run("judgements", "kept")
    assert status == 0
    assert "3 judgements" in said
    status, said = run("rename", "kept", "drawings")
    assert status == 1
    assert "There is no collection 'kept'" in said


def test_what_is_removed_is_listed_and_comes_back(run, cache: Path) -> None:
    status, said = run("remove", "kept")
    assert status == 0
    assert "explorer bring-back kept" in said
    assert run("remove", "kept")[0] == 1
    assert run("bring-back")[1].startswith("kept  (removed 20")
    status, said = run("bring-back", "kept", "--as", "again")
    assert (status, said) == (0, "again is back.\n")
    assert len(Collection(cache / "again" / "collection.sqlite").judgements.all()) == 3
    assert run("bring-back")[1] == "None.\n"


def test_another_catalogue(run, cache: Path, tmp_path: Path) -> None:
    table = write_csv(tmp_path / "new.csv", [{"Scan": "work-1.png", "Title": "The mill"}, {"Scan": "x", "Title": ""}])
    status, said = run("catalogue", "kept", table)
    assert status == 1
    assert "needs a column named 'file'" in said
    status, said = run("catalogue", "kept", table, "--file-column", "Scan")
    assert status == 0
    assert "1 of 3 works have an entry of new.csv." in said
    assert "1 rows name no work." in said
    assert Collection(cache / "kept" / "collection.sqlite").work("work-1.png").title == "The mill"


def test_columns_are_chosen_and_remembered(run, cache: Path, tmp_path: Path) -> None:
    table = write_csv(tmp_path / "new.csv", [{"Scan": "work-1.png", "Title": "The mill", "Hand": "Jan"}])
    status, said = run("catalogue", "kept", table, "--column", "Scan=file", "--column", "Hand=kept")
    assert status == 0
    work = Collection(cache / "kept" / "collection.sqlite").work("work-1.png")
    assert (work.title, work.artist, work.extra["Hand"]) == ("The mill", "", "Jan")
    status, said = run("catalogue", "kept", table)
    assert status == 0
    assert "chosen the last time (Scan: the file names; Hand: kept as it is)" in said
    assert Collection(cache / "kept" / "collection.sqlite").work("work-1.png").artist == ""
    status, said = run("catalogue", "kept", table, "--file-column", "Scan", "--column", "Painter=artist")
    assert status == 1
    assert "has no column 'Painter'; its columns are: Scan, Title, Hand." in said
