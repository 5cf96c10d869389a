"""A collection is renamed, removed and brought back: links lead on, and nothing that people made is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from explorer.collection import Collection
from explorer.errors import ExplorerError
from explorer.workspace import Workspace, collection_names
from explorer.workspace.layout import indexing_lock
from explorer.workspace.managing import (
    REMOVED,
    bring_back,
    current_name,
    former_names,
    remove_collection,
    removed_collections,
    rename_collection,
)

KEPT = Path(__file__).parents[1] / "fixtures" / "version-0" / "cache"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache with the collection "kept": three works and three judgements."""
    return Path(shutil.copytree(KEPT, tmp_path / "cache"))


def judged(name: str, cache: Path) -> int:
    return len(Collection(cache / name / "collection.sqlite").judgements.all())


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file but the database, which is another after it was read, and the lock."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "collection.sqlite" not in path.name and path.name != "indexing.lock"
    }


def test_a_renamed_collection_is_opened_by_every_name_that_it_had(cache: Path) -> None:
    before = files_of(cache / "kept")
    rename_collection("kept", "prints", cache)
    rename_collection("prints", "Works on paper", cache)
    assert collection_names(cache) == ["Works on paper"]
    assert former_names("Works on paper", cache) == ["kept", "prints"]
    for name in ("kept", "prints", "Works on paper"):
        assert Workspace.open(name, cache).name == "Works on paper"
    assert judged("Works on paper", cache) == 3
    kept = files_of(cache / "Works on paper")
    assert {path: kept[path] for path in before} == before
    with pytest.raises(ExplorerError, match="There is no collection 'drawings'"):
        Workspace.open("drawings", cache)


def test_a_collection_may_have_its_earlier_name_again(cache: Path) -> None:
    rename_collection("kept", "prints", cache)
    rename_collection("prints", "kept", cache)
    assert former_names("kept", cache) == ["prints"]
    assert current_name("prints", cache) == "kept"


@pytest.mark.parametrize(("new", "words"), [
    ("other", "There is a collection 'other' already"), ("old", "'other' was called 'old' before"),
    ("../away", "cannot name a collection"), ("", "cannot name a collection"), ("held", "There is a folder 'held'"),
    ("kept", "already"),
])  # fmt: skip
def test_a_name_that_will_not_do_changes_nothing(cache: Path, new: str, words: str) -> None:
    shutil.copytree(KEPT / "kept", cache / "old")
    rename_collection("old", "other", cache)
    (cache / "held").mkdir()
    (cache / "held" / "letter.txt").write_text("Dear colleague")
    with pytest.raises(ExplorerError, match=words):
        rename_collection("kept", new, cache)
    assert collection_names(cache) == ["kept", "other"]
    assert former_names("kept", cache) == []
    assert (cache / "held" / "letter.txt").is_file()


def test_a_folder_that_an_open_app_made_anew_is_not_in_the_way(cache: Path) -> None:
    rename_collection("kept", "prints", cache)
    (cache / "kept" / "pictures" / "views").mkdir(parents=True)
    rename_collection("prints", "kept", cache)
    assert judged("kept", cache) == 3


def test_a_removed_collection_comes_back_as_it_was(cache: Path) -> None:
    before = files_of(cache / "kept")
    removed = remove_collection("kept", cache)
    assert collection_names(cache) == []
    assert not (cache / "kept").exists()
    assert [each.id for each in removed_collections(cache)] == [removed.id]
    with pytest.raises(ExplorerError, match="There is no collection 'kept'"):
        Workspace.open("kept", cache)
    assert bring_back("kept", cache) == "kept"
    assert files_of(cache / "kept") == before
    assert judged("kept", cache) == 3
    assert removed_collections(cache) == []


def test_of_two_that_were_removed_each_comes_back(cache: Path) -> None:
    first = remove_collection("kept", cache)
    shutil.copytree(KEPT / "kept", cache / "kept")
    second = remove_collection("kept", cache)
    assert [each.id for each in removed_collections(cache)] == [second.id, first.id]
    bring_back(first.id, cache)
    with pytest.raises(ExplorerError, match="choose another name"):
        bring_back(second.id, cache)
    assert bring_back(second.id, cache, "kept 2") == "kept 2"
    assert (judged("kept", cache), judged("kept 2", cache)) == (3, 3)


@pytest.mark.parametrize("wanted", ["", "nobody", "../cache/kept", "20200101T000000000000Z kept"])
def test_what_was_not_removed_does_not_come_back(cache: Path, wanted: str) -> None:
    (cache / REMOVED / "letters").mkdir(parents=True)
    with pytest.raises(ExplorerError, match="There is no removed collection"):
        bring_back(wanted, cache)


def test_what_is_being_indexed_is_neither_renamed_nor_removed(cache: Path) -> None:
    with indexing_lock(cache / "kept"):
        for change in (lambda: rename_collection("kept", "prints", cache), lambda: remove_collection("kept", cache)):
            with pytest.raises(ExplorerError, match="is being indexed"):
                change()
    assert collection_names(cache) == ["kept"]
    assert former_names("kept", cache) == []
