"""What is to be said of how a picture was read is kept with the collection, and follows the picture."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from generated import SMALL, folder_of
from tiff_files import write_tiff

from explorer.cli import main
from explorer.collection import Collection
from explorer.collection.database import MIGRATIONS
from explorer.collection.remarks import REMARKS, Remarked, remarks_in
from explorer.indexing import index_folder
from explorer.indexing.checking import check_collection
from explorer.ui.collection import panel
from explorer.ui.entry import catalogue_entry
from explorer.workspace import Workspace

PAGED = "page 2 of 2 is shown, the largest"
CUT = "the mark at its end is missing; what it shows is complete"


@pytest.fixture(scope="module")
def above(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder ``pictures`` with a TIFF of two pages and a JPEG without its end mark, of three, and its ``cache``."""
    above = tmp_path_factory.mktemp("remarks")
    folder = folder_of(above / "pictures", 2, size=(160, 120))
    cut = folder / "work-001.jpg"
    cut.write_bytes(cut.read_bytes()[:-2])
    tones = np.random.default_rng(1).integers(0, 255, (100, 120, 3), dtype=np.uint8)
    write_tiff(folder / "paged.tif", tones[:50, :60], tones)
    report = index_folder(folder, "c", above / "cache", SMALL)
    assert report.remarks == [Remarked("paged.tif", PAGED), Remarked("work-001.jpg", CUT)]
    return above


def test_remarks_stay_when_nothing_is_read_again_and_follow_a_renamed_file(above: Path) -> None:
    (above / "pictures" / "paged.tif").rename(above / "pictures" / "label.tif")
    report = index_folder(above / "pictures", "c", above / "cache", SMALL)
    assert report.encoded == 0
    assert report.remarks == [Remarked("label.tif", PAGED), Remarked("work-001.jpg", CUT)]
    (above / "pictures" / "label.tif").rename(above / "pictures" / "paged.tif")
    index_folder(above / "pictures", "c", above / "cache", SMALL)
    assert [each.file for each in check_collection("c", above / "cache").remarks] == ["paged.tif", "work-001.jpg"]


def test_they_are_shown_with_the_work_and_in_the_panel(above: Path) -> None:
    workspace = Workspace.open("c", above / "cache")
    work = workspace.collection.work("paged.tif")
    entry = {
        line["term"]: line["text"] for line in catalogue_entry(work, workspace.collection.remarks.of(work.content))
    }
    assert entry["How it was read"] == PAGED
    assert workspace.collection.remarks.of(workspace.collection.work("work-000.jpg").content) == ()
    shown = panel(workspace)
    assert shown["remarked"] == [{"file": "paged.tif", "remark": PAGED}, {"file": "work-001.jpg", "remark": CUT}]
    assert shown["remarked_count"] == 2


@pytest.mark.parametrize("command", [
    lambda above: ["check", "c"],
    lambda above: ["index", str(above / "pictures"), "--name", "c", "--model", "mini", "--resolution", "224"],
])  # fmt: skip
def test_the_commands_say_how_many_and_which(
    above: Path, capsys: pytest.CaptureFixture[str], command: Callable[[Path], list[str]]
) -> None:
    assert main([*command(above), "--cache", str(above / "cache")]) == 0
    said = capsys.readouterr().out
    assert "2 pictures have a remark on how they were read:\n  paged.tif: page 2 of 2" in said
    assert main([*command(above), "--cache", str(above / "cache"), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["remarks"][1] == {"file": "work-001.jpg", "remark": CUT}


def test_a_picture_that_is_read_again_has_the_remarks_of_that_time(tmp_path: Path) -> None:
    collection = Collection(tmp_path / "collection.sqlite")
    collection.remarks.keep("hash", ("one", "two"))
    collection.remarks.keep("other", ("three",))
    collection.remarks.keep("hash", ("“four”",))
    assert (collection.remarks.of("hash"), collection.remarks.of("other")) == (("“four”",), ("three",))
    collection.remarks.keep("hash", ())
    assert collection.remarks.of("hash") == ()


def test_a_database_without_remarks_is_read_as_it_is_and_gets_a_place_for_them_when_opened(tmp_path: Path) -> None:
    path = tmp_path / "collection.sqlite"
    steps = [step for step in MIGRATIONS if step is not REMARKS]
    with closing(sqlite3.connect(path)) as db, db:
        for statement in (statement for step in steps for statement in step):
            db.execute(statement)
        db.execute("INSERT INTO works VALUES (1, 'a.jpg', 'hash', 40, 30, 1, 1, '{}', 'a.jpg', 1)")
        db.execute(f"PRAGMA user_version = {len(steps)}")
    before = path.read_bytes()
    assert remarks_in(path) == []
    assert path.read_bytes() == before
    collection = Collection(path)
    assert collection.remarks.by_work() == []
    collection.remarks.keep("hash", (PAGED,))
    assert remarks_in(path) == [Remarked("a.jpg", PAGED)]
