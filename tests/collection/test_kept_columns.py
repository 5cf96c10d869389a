"""Columns that people added: they are never lost, never overwritten, and can be removed and brought back."""

from __future__ import annotations

import csv
import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from generated import folder_of, write_csv

from explorer.collection import Catalogue, Collection, PictureFile
from explorer.collection.catalogue_export import write_catalogue
from explorer.collection.database import MIGRATIONS, SCHEMA_VERSION
from explorer.collection.kept_columns import LONGEST_NAME, MOST_KEPT, KeptColumn
from explorer.errors import ExplorerError
from explorer.workspace import Workspace

WORKS = ("a.jpg", "b.jpg", "c.jpg")
SUBJECTS = {"a.jpg": "a mill", "b.jpg": "", "c.jpg": "a ship"}


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    """Three works, with a genre and a note."""
    made = Collection(tmp_path / "collection.sqlite")
    files = [PictureFile(work, Path(work), 1, 1) for work in WORKS]
    made.sync(files, {work: (f"hash {work}", 4, 3) for work in WORKS}, catalogue("note"))
    return made


def catalogue(*extra: str) -> Catalogue:
    rows = tuple({"file": work, "kind": "sea", **dict.fromkeys(extra, f"of {work}")} for work in WORKS)
    return Catalogue(rows, {"file": "file", "genre": "kind"}, extra)


def read_again(collection: Collection, *extra: str, works: tuple[str, ...] = WORKS) -> None:
    """The folder and a spreadsheet with these other headings, read as indexing does."""
    known = collection.known_files()
    read = {work: (f"hash {work}", 4, 3) for work in works if work not in known}
    collection.sync([PictureFile(work, Path(work), 1, 1) for work in works], read, catalogue(*extra))


def kept(collection: Collection, column: str) -> dict[str, str]:
    return {work.id: work.value(column) for work in collection.works()}


# -- kept, and there ---------------------------------------------------------------------------------------------------


def test_a_kept_column_is_a_column_of_the_catalogue(collection: Collection) -> None:
    column = collection.kept.keep("  Subject by\tlabels ", SUBJECTS, {"labels": ["a mill"]}, "Els")
    assert (column.name, column.works, column.who, column.about) == (
        "Subject by labels", 2, "Els", {"labels": ["a mill"]},
    )  # fmt: skip
    assert column.when.endswith("Z")
    assert collection.kept.all() == [column]
    assert collection.columns() == ["genre", "note", "Subject by labels"]
    assert kept(collection, "Subject by labels") == SUBJECTS
    assert collection.work("c.jpg").value("Subject by labels") == "a ship"
    assert [work.id for work in collection.find("ship")] == ["c.jpg"]
    assert collection.find("ship")[0].kept == {"Subject by labels": "a ship"}


def test_it_is_there_after_everything_is_read_again(collection: Collection) -> None:
    collection.kept.keep("subject", SUBJECTS)
    read_again(collection, "note", "other")
    read_again(collection)
    again = Collection(collection.path)
    assert kept(again, "subject") == SUBJECTS
    assert [work.id for work in again.find("ship")] == ["c.jpg"]


def test_a_work_that_comes_back_has_its_value_again(collection: Collection) -> None:
    collection.kept.keep("subject", SUBJECTS)
    read_again(collection, works=("a.jpg", "b.jpg"))
    assert collection.kept.all()[0].works == 1
    assert collection.find("ship") == []
    read_again(collection)
    assert kept(collection, "subject") == SUBJECTS
    assert [work.id for work in collection.find("ship")] == ["c.jpg"]


def test_a_column_without_works_left_is_kept_and_not_listed_in_the_catalogue(collection: Collection) -> None:
    collection.kept.keep("subject", SUBJECTS)
    read_again(collection, works=("b.jpg",))
    assert "subject" not in collection.columns()
    assert [(column.name, column.works) for column in collection.kept.all()] == [("subject", 0)]


def test_it_outlives_indexing_again(tmp_path: Path, cache: Path, index) -> None:
    folder = folder_of(tmp_path / "pictures", 3, size=(160, 120))
    table = write_csv(tmp_path / "c.csv", [{"file": f"work-00{n}.jpg", "title": f"T{n}"} for n in range(3)])
    index(folder, metadata=table)
    values = {f"work-00{n}.jpg": f"v{n}" for n in range(3)}
    Workspace.open("c", cache).collection.kept.keep("mine", values)
    os.utime(folder / "work-001.jpg", (1, 1))
    folder_of(folder, 1, first=3, size=(160, 120))
    write_csv(table, [{"file": f"work-00{n}.jpg", "title": f"U{n}", "Mine": "x"} for n in range(4)])
    index(folder, metadata=table)
    collection = Workspace.open("c", cache).collection
    assert kept(collection, "mine (kept)") == {**values, "work-003.jpg": ""}
    assert set(kept(collection, "Mine").values()) == {"x"}


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["note", " NOTE ", "Note_", "genre", "Genre", "year", "year_from", "Title", "file"])
def test_a_name_of_the_catalogue_is_refused(collection: Collection, name: str) -> None:
    with pytest.raises(ExplorerError, match=r"has a column .* already"):
        collection.kept.keep(name, SUBJECTS)
    assert collection.kept.all() == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "Give the column a name"), (" \n ", "Give the column a name"), ("x" * (LONGEST_NAME + 1), "60 characters"),
        ("a\x07b", "can be seen"), ("a\u202eb", "can be seen"),
    ],
)  # fmt: skip
def test_a_name_that_will_not_do_is_refused(collection: Collection, name: str, sentence: str) -> None:
    for refuse in (lambda: collection.kept.keep(name, SUBJECTS), lambda: collection.kept.check_name(name)):
        with pytest.raises(ExplorerError, match=sentence):
            refuse()
    assert collection.kept.all() == []


def test_two_kept_columns_of_one_name_are_refused(collection: Collection) -> None:
    collection.kept.keep("My subject", SUBJECTS)
    with pytest.raises(ExplorerError, match="kept already"):
        collection.kept.keep("my_subject", {"a.jpg": "other"})
    assert kept(collection, "My subject") == SUBJECTS


def test_labels_of_no_work_are_not_kept(collection: Collection) -> None:
    with pytest.raises(ExplorerError, match="nothing to keep"):
        collection.kept.keep("subject", {"a.jpg": "", "b.jpg": ""})
    assert collection.kept.check_name("subject") == "subject"


def test_there_are_not_too_many(collection: Collection) -> None:
    for number in range(MOST_KEPT):
        collection.kept.keep(f"column {number}", {"a.jpg": "x"})
    with pytest.raises(ExplorerError, match="remove one first"):
        collection.kept.keep("another", SUBJECTS)
    collection.kept.remove("column 7")
    assert collection.kept.keep("another", SUBJECTS).name == "another"


def test_a_spreadsheet_that_gets_the_name_later_takes_nothing(collection: Collection) -> None:
    collection.kept.keep("subject", SUBJECTS)
    read_again(collection, "Subject")
    assert collection.columns() == ["genre", "Subject", "subject (kept)"]
    assert kept(collection, "subject (kept)") == SUBJECTS
    assert kept(collection, "Subject") == {work: f"of {work}" for work in WORKS}
    read_again(collection, "Subject", "subject (kept)")
    assert kept(collection, "subject (kept 2)") == SUBJECTS
    read_again(collection, "note")
    assert kept(collection, "subject") == SUBJECTS, "its own name again"


# -- removed and brought back ------------------------------------------------------------------------------------------


def test_what_is_removed_is_gone_and_comes_back_as_it_was(collection: Collection) -> None:
    column = collection.kept.keep("subject", SUBJECTS, {"threshold": 0.9})
    assert collection.kept.remove("subject") == column
    assert (collection.kept.all(), collection.columns(), collection.find("ship")) == ([], ["genre", "note"], [])
    assert collection.work("c.jpg").kept == {}
    read_again(collection, "note")
    assert collection.kept.restore("subject") == column
    assert kept(collection, "subject") == SUBJECTS
    assert [work.id for work in collection.find("ship")] == ["c.jpg"]


def test_of_two_that_were_removed_the_last_comes_back(collection: Collection) -> None:
    for value in ("first", "second"):
        collection.kept.keep("subject", {"a.jpg": value})
        collection.kept.remove("subject")
    assert collection.kept.restore("subject").works == 1
    assert collection.work("a.jpg").value("subject") == "second"
    with pytest.raises(ExplorerError, match="by now"):
        collection.kept.restore("subject")


def test_one_that_comes_back_makes_way_for_the_spreadsheet(collection: Collection) -> None:
    collection.kept.keep("subject", SUBJECTS)
    collection.kept.remove("subject")
    read_again(collection, "subject")
    assert collection.kept.restore("subject").name == "subject (kept)"
    assert kept(collection, "subject") == {work: f"of {work}" for work in WORKS}


def test_what_is_not_there_is_refused_in_a_sentence(collection: Collection) -> None:
    for refuse in (collection.kept.remove, collection.kept.restore):
        for name in ("absent", "note", "'; DROP TABLE works"):
            with pytest.raises(ExplorerError, match="No column"):
                refuse(name)


# -- other databases, and the export -----------------------------------------------------------------------------------


def test_a_database_of_before_is_backed_up_and_gets_kept_columns(tmp_path: Path) -> None:
    path = tmp_path / "collection.sqlite"
    with sqlite3.connect(path) as db:
        for step in MIGRATIONS[:2]:
            for statement in step:
                db.execute(statement)
        db.execute("INSERT INTO works (id, content, width, height, bytes, mtime_ns) VALUES ('a.jpg', 'h', 4, 3, 1, 5)")
        db.execute("PRAGMA user_version = 2")
    collection = Collection(path)
    assert collection.kept.keep("subject", {"a.jpg": "a mill"}).works == 1
    [backup] = (tmp_path / "backups").glob("*-schema-2.sqlite")
    with sqlite3.connect(backup) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 2 < SCHEMA_VERSION
        assert db.execute("SELECT id FROM works").fetchall() == [("a.jpg",)]


def test_the_collection_of_the_first_version_can_keep_one(tmp_path: Path) -> None:
    earlier = shutil.copytree(Path(__file__).parents[1] / "fixtures" / "version-0", tmp_path / "version-0")
    collection = Workspace.open("kept", earlier / "cache").collection
    judged = collection.judgements.all()
    collection.kept.keep("subject", {"work-0.png": "a windmill"})
    again = Workspace.open("kept", earlier / "cache").collection
    assert [work.id for work in again.find("windmill")] == ["work-0.png"]
    assert again.judgements.all() == judged != []


def test_the_catalogue_is_exported_with_what_was_kept(collection: Collection, tmp_path: Path) -> None:
    collection.kept.keep("subject", {**SUBJECTS, "b.jpg": "=HYPERLINK(1)"})
    write_catalogue(collection, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["subject"] for row in rows] == ["a mill", "'=HYPERLINK(1)", "a ship"]
    assert list(rows[0]) == ["file", "title", "genre", "note", "subject"]


def test_a_column_as_json() -> None:
    record = {"name": "s", "works": 2, "when": "2026-01-01T00:00:00Z", "who": "", "about": {}}
    assert KeptColumn(1, "s", 2, "2026-01-01T00:00:00Z").to_json() == record
