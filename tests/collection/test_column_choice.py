"""What somebody says of a catalogue's columns holds, before what their headings tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from generated import write_csv

from explorer.collection import Collection, PictureFile
from explorer.collection.catalogue import read_catalogue
from explorer.collection.column_choice import choices_of
from explorer.errors import ExplorerError

ROW = {"file": "a.jpg", "Title": "Dr", "Name": "The mill", "Hand": "Jan", "Blatt (mm)": "230", "note": "x"}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "c.csv", [ROW])


def entry(tmp_path: Path, table: Path, columns: dict[str, str]):
    collection = Collection(tmp_path / "c.sqlite")
    file = PictureFile("a.jpg", tmp_path / "a.jpg", 1, 1)
    collection.sync([file], {"a.jpg": ("hash", 230, 230)}, read_catalogue(table, columns))
    return collection.work("a.jpg")


def test_a_chosen_column_comes_before_a_recognised_one_which_is_kept(tmp_path: Path, table: Path) -> None:
    work = entry(tmp_path, table, {"Name": "title", "note": "medium"})
    assert (work.title, work.medium, work.artist) == ("The mill", "x", "Jan")
    assert dict(work.extra) == {"Title": "Dr", "Blatt (mm)": "230"}


def test_a_column_kept_as_it_is_leaves_its_field_to_another(tmp_path: Path, table: Path) -> None:
    work = entry(tmp_path, table, {"Title": "", "Hand": ""})
    assert (work.title, work.artist) == ("The mill", "")
    assert work.extra["Title"] == "Dr" and work.extra["Hand"] == "Jan"


def test_the_unit_in_the_heading_of_a_chosen_measure_counts(tmp_path: Path, table: Path) -> None:
    assert entry(tmp_path, table, {"Blatt (mm)": "height_cm"}).height_cm == pytest.approx(23.0)


def test_another_column_may_have_the_files(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "c.csv", [{"file": "drawer 7", "title": "a.jpg", "name": "The mill"}])
    found = read_catalogue(table, {"title": "file"})
    assert (found.known["file"], found.known["title"], found.extra) == ("title", "name", ("file",))


@pytest.mark.parametrize(("columns", "words"), [
    ({"Titel": "title"}, "c.csv has no column 'Titel'; its columns are: file, Title"),
    ({"Name": "colour"}, "cannot be 'colour'; say one of: file, title"),
    ({"Name": "title", "Title": "title"}, "'Name' and 'Title' are both to be “title”"),
    ({"file": ""}, "needs a column named 'file'"),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(table: Path, columns: dict[str, str], words: str) -> None:
    with pytest.raises(ExplorerError, match=words):
        read_catalogue(table, columns)


@pytest.mark.parametrize(("texts", "words"), [
    (["Name"], "write HEADING=FIELD"), (["=title"], "write HEADING=FIELD"), (["Name=painted by"], "cannot be"),
    (["Name=title", "Name=artist"], "named twice"),
])  # fmt: skip
def test_what_is_written_wrongly_is_refused(texts: list[str], words: str) -> None:
    with pytest.raises(ExplorerError, match=words):
        choices_of(texts)
