"""What indexing would do is told before; how it was asked for is remembered; another catalogue encodes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from generated import SMALL, folder_of, write_csv

from explorer.collection import Collection
from explorer.errors import ExplorerError
from explorer.indexing import index_folder
from explorer.indexing.asked import asked_of, columns_before
from explorer.indexing.preview import preview_catalogue, preview_folder
from explorer.indexing.recatalogue import replace_catalogue
from explorer.progress import Cancelled
from explorer.workspace.managing import is_there, rename_collection

ROWS = [{"Scan": f"work-{number:03d}.jpg", "Title": f"View {number}", "Shelf": "" if number else "B 4"}
        for number in range(4)]  # fmt: skip


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Three pictures, one of them in a subfolder, a broken one, a letter, and what is hidden."""
    folder = folder_of(tmp_path / "pictures", 3, size=(160, 120))
    (folder / "more").mkdir()
    (folder / "work-002.jpg").rename(folder / "more" / "work-002.jpg")
    (folder / "broken.jpg").write_text("not a picture")
    (folder / "letter.txt").write_text("Dear colleague")
    (folder / ".hidden.txt").write_text("")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with a collection "prints" of two works that was given a catalogue whose column was named."""
    above = tmp_path_factory.mktemp("made")
    folder_of(above / "pictures", 2, size=(160, 120))
    table = write_csv(above / "list.csv", ROWS[:2])
    index_folder(above / "pictures", "prints", above / "cache", SMALL, metadata=table, columns={"Scan": "file"})
    return above


@pytest.fixture
def cache(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "cache", tmp_path / "cache"))


def test_the_folder_is_looked_at_and_nothing_is_made(pictures: Path, tmp_path: Path) -> None:
    found = preview_folder(pictures, "prints", tmp_path / "cache")
    assert (found.pictures, found.looked_at, found.new, found.changed, found.gone) == (4, 4, 4, 0, 0)
    assert [(each.file, "not a picture" in each.reason) for each in found.left_out] == [("broken.jpg", True)]
    assert found.others == [(".txt", 1)]
    assert not (tmp_path / "cache").exists()
    assert preview_folder(pictures, "prints", tmp_path / "cache", longest=-1).looked_at == 0


def test_what_is_new_changed_and_gone(made: Path, cache: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made / "pictures", tmp_path / "pictures"))
    folder_of(folder, 1, first=7, size=(160, 120))
    (folder / "work-000.jpg").unlink()
    (folder / "work-001.jpg").write_bytes((folder / "work-007.jpg").read_bytes())
    found = preview_folder(folder, "prints", cache)
    assert (found.pictures, found.new, found.changed, found.gone) == (2, 1, 1, 1)
    (folder / "work-007.jpg").rename(folder / "KMSKA 7.jpg")
    shutil.copy2(made / "pictures" / "work-000.jpg", folder / "windmill.jpg")
    found = preview_folder(folder, "prints", cache)
    assert (found.new, found.changed, found.moved, found.gone) == (1, 1, 1, 0)
    with pytest.raises(ExplorerError, match="none of the pictures of 'prints'"):
        preview_folder(folder_of(tmp_path / "others", 1, first=20, size=(160, 120)), "prints", cache)


def test_the_catalogue_is_held_against_the_pictures(tmp_path: Path) -> None:
    ids = ["more/work-002.jpg", "work-000.jpg", "work-009.jpg"]
    found = preview_catalogue(write_csv(tmp_path / "list.csv", ROWS), ids)
    assert (found.file_column, found.recognised, found.rows, found.matched) == ("Scan", False, 4, 2)
    assert (found.without_row, found.without_picture) == (["work-009.jpg"], ["work-001.jpg", "work-003.jpg"])
    assert [(each.heading, each.field, each.filled, each.example) for each in found.columns] == [
        ("Scan", "file", 4, "work-000.jpg"), ("Title", "title", 4, "View 0"), ("Shelf", "", 1, "B 4"),
    ]  # fmt: skip
    told = preview_catalogue(write_csv(tmp_path / "told.csv", [{"File": "a.jpg", "Scan": "work-000.jpg"}]), ids)
    assert (told.file_column, told.recognised, told.matched) == ("File", True, 0)
    other = preview_catalogue(tmp_path / "told.csv", ids, {"Scan": "file"})
    assert (other.file_column, other.matched, [each.field for each in other.columns]) == ("Scan", 1, ["", "file"])
    asked = preview_catalogue(write_csv(tmp_path / "asked.csv", [{"A": "1", "B": "2"}]), ids)
    assert (asked.file_column, asked.matched, asked.without_row) == ("", 0, ids)
    with pytest.raises(ExplorerError, match="has no column 'Signature'"):
        preview_catalogue(tmp_path / "asked.csv", ids, {"Signature": "file"})


def test_how_indexing_was_asked_for_is_remembered(made: Path, cache: Path) -> None:
    asked = asked_of("prints", cache)
    assert (asked.folder, asked.metadata) == (str(made / "pictures"), str(made / "list.csv"))
    assert (asked.columns, asked.config) == ({"Scan": "file"}, SMALL)
    assert [work.title for work in Collection(cache / "prints" / "collection.sqlite").works()] == ["View 0", "View 1"]
    index_folder(made / "pictures", "prints", cache, SMALL)
    assert asked_of("prints", cache).metadata == asked.metadata  # entries are still of it
    Collection(cache / "prints" / "collection.sqlite").remember("asked", "[torn")
    assert asked_of("prints", cache).folder == asked.folder  # as of an earlier version
    assert asked_of("prints", cache).config.resolution == SMALL.resolution


def test_another_catalogue_encodes_nothing(cache: Path, tmp_path: Path) -> None:
    tables = {path: path.stat().st_mtime_ns for path in cache.glob("prints/*/tables-*/*")}
    new = [
        {"file": "work-001.jpg", "title": "The mill", "medium": "etching"},
        {"file": "gone.jpg", "title": "", "medium": ""},
    ]
    found = replace_catalogue("prints", cache, write_csv(tmp_path / "new.csv", new))
    assert (found.matched, found.works, found.unmatched_rows) == (1, 2, 1)
    collection = Collection(cache / "prints" / "collection.sqlite")
    first, second = collection.works()
    assert (second.title, second.medium) == ("The mill", "etching")
    assert first.title == "View 0", "what it does not name keeps its entry"
    assert [work.id for work in collection.find("mill")] == ["work-001.jpg"]
    assert [work.id for work in collection.find("View")] == ["work-000.jpg"]
    assert {path: path.stat().st_mtime_ns for path in cache.glob("prints/*/tables-*/*")} == tables
    assert asked_of("prints", cache).metadata == str(tmp_path / "new.csv")


def test_a_catalogue_of_other_pictures_changes_nothing(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="none of them names a work"):
        replace_catalogue("prints", cache, write_csv(tmp_path / "new.csv", [{"file": "a.jpg", "title": "A"}]))
    titles = [work.title for work in Collection(cache / "prints" / "collection.sqlite").works()]
    assert titles == ["View 0", "View 1"]


def test_stopped_indexing_is_remembered_and_goes_on(tmp_path: Path) -> None:
    folder, cache = folder_of(tmp_path / "pictures", 2, size=(160, 120)), tmp_path / "cache"

    def stop_at(stage: str):
        def progress(now: str, done: int, total: int) -> None:
            if now == stage and done:
                raise Cancelled

        return progress

    with pytest.raises(Cancelled):
        index_folder(folder, "prints", cache, SMALL, progress=stop_at("Looking at files"))
    assert not (cache / "prints").exists()  # nothing was done, and nothing is left of it
    with pytest.raises(Cancelled):
        index_folder(folder, "prints", cache, SMALL, progress=stop_at("Building the index"))
    assert is_there("prints", cache)
    asked = asked_of("prints", cache)
    report = index_folder(Path(asked.folder), "prints", cache, asked.config)
    assert (report.works, report.encoded) == (2, 0)


def test_an_earlier_name_is_not_given_to_another_collection(made: Path, cache: Path) -> None:
    rename_collection("prints", "works on paper", cache)
    with pytest.raises(ExplorerError, match="'prints' is called 'works on paper' now"):
        index_folder(made / "pictures", "prints", cache, SMALL)


def test_chosen_columns_are_remembered_for_tables_that_have_them(cache: Path, tmp_path: Path) -> None:
    new = write_csv(tmp_path / "new.csv", [{"Scan": "work-001.jpg", "Title": "A", "Hand": "Jan"}])
    replace_catalogue("prints", cache, new, {"Scan": "file", "Title": "", "Hand": "medium"})
    second = Collection(cache / "prints" / "collection.sqlite").work("work-001.jpg")
    assert (second.title, second.medium, second.extra["Title"]) == ("work-001", "Jan", "A")
    assert columns_before("prints", cache, new) == {"Scan": "file", "Title": "", "Hand": "medium"}
    other = write_csv(tmp_path / "other.csv", [{"file": "work-001.jpg", "Title": "A"}])
    assert columns_before("prints", cache, other) == {"Title": ""}
    assert columns_before("none", cache, other) == {}
    replace_catalogue("prints", cache, other, keep_path=False)
    assert asked_of("prints", cache).columns["Hand"] == "medium"  # of the file that is kept


def test_a_file_column_that_an_earlier_version_kept_is_known(cache: Path) -> None:
    record = {"folder": "/x", "metadata": "/x/list.csv", "file_column": "Scan", "settings": {"model": "mini"}}
    Collection(cache / "prints" / "collection.sqlite").remember("asked", json.dumps(record))
    assert asked_of("prints", cache).columns == {"Scan": "file"}
