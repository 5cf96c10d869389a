"""Which file belongs to which work after files were renamed, moved, exchanged, copied, replaced or lost."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from explorer.collection import Collection, PictureFile
from explorer.collection.database import MIGRATIONS
from explorer.collection.identity import KnownWork, identified
from explorer.collection.joining import join_works
from explorer.errors import ExplorerError


def known(**contents: str) -> list[KnownWork]:
    """Works by their ids, here under the path that is their id; ``a_jpg`` stands for a.jpg."""
    named = {name.replace("_", "."): content for name, content in contents.items()}
    return [KnownWork(name, name, content, here=True) for name, content in named.items()]


def test_nothing_changed() -> None:
    assert identified(known(a_jpg="1", b_jpg="2"), {"a.jpg": "1", "b.jpg": "2"}) == {"a.jpg": "a.jpg", "b.jpg": "b.jpg"}


def test_a_file_is_found_again_by_its_content() -> None:
    assert identified(known(a_jpg="1"), {"scans/2026/KMSKA_1.tif": "1"}) == {"scans/2026/KMSKA_1.tif": "a.jpg"}


def test_files_that_were_numbered_anew_keep_what_was_said_of_each() -> None:
    works = known(**{f"{n:03d}_jpg": f"c{n}" for n in range(1, 6)})
    files = {"001.jpg": "new", **{f"{n + 1:03d}.jpg": f"c{n}" for n in range(1, 6)}}
    found = identified(works, files)
    assert found == {"001.jpg": "001.jpg~2", **{f"{n + 1:03d}.jpg": f"{n:03d}.jpg" for n in range(1, 6)}}


def test_two_files_that_exchanged_their_names() -> None:
    assert identified(known(a_jpg="1", b_jpg="2"), {"a.jpg": "2", "b.jpg": "1"}) == {"a.jpg": "b.jpg", "b.jpg": "a.jpg"}


def test_a_replaced_file_is_the_same_work() -> None:
    assert identified(known(a_jpg="1"), {"a.jpg": "9"}) == {"a.jpg": "a.jpg"}


def test_a_folder_whose_case_or_form_of_letters_changed_even_with_other_contents() -> None:
    work = KnownWork("Scans/Blu\u0308te.jpg", "Scans/Blu\u0308te.jpg", "1", here=True)
    assert identified([work], {"scans/Bl\u00fcte.JPG": "9"}) == {"scans/Bl\u00fcte.JPG": work.id}


def test_an_unreadable_file_is_a_works_only_by_its_path() -> None:
    works = known(a_jpg="", b_jpg="2")
    assert identified(works, {"x.jpg": "", "b.jpg": ""}) == {"x.jpg": "x.jpg", "b.jpg": "b.jpg"}


def test_a_copy_is_a_work_of_its_own() -> None:
    assert identified(known(a_jpg="1"), {"a.jpg": "1", "b.jpg": "1"}) == {"a.jpg": "a.jpg", "b.jpg": "b.jpg"}


def test_equal_files_in_folders_that_were_renamed_are_told_apart_by_their_paths() -> None:
    paths = [f"{folder}/{name}.jpg" for folder in ("A", "B", "C") for name in ("recto", "verso")]
    works = [KnownWork(path, path, "same", here=True) for path in paths]
    files = [f"scans/{path}" for path in paths]
    random.Random(1).shuffle(files)
    assert identified(works, dict.fromkeys(files, "same")) == {file: file.removeprefix("scans/") for file in files}


def test_three_hundred_equal_files_are_all_found_again() -> None:
    names = [f"{n:03d}.jpg" for n in range(300)]
    works = [KnownWork(name, name, "same", here=True) for name in names]
    assert identified(works, {f"moved/{name}": "same" for name in names}) == {f"moved/{name}": name for name in names}
    many = [KnownWork(f"{n:04d}.jpg", f"{n:04d}.jpg", "same", here=True) for n in range(600)]
    found = identified(many, {f"x/{work.id}": "same" for work in many})
    assert found == {f"x/{work.id}": work.id for work in many}, "so many that not every pair is compared"


def test_a_work_that_is_gone_comes_back_by_its_path_and_content_before_others_take_its_file() -> None:
    gone = KnownWork("old.jpg", "old.jpg", "1", here=False)
    assert identified([gone, *known(a_jpg="1")], {"a.jpg": "1", "old.jpg": "1"}) == {
        "a.jpg": "a.jpg", "old.jpg": "old.jpg",
    }  # fmt: skip
    assert identified([gone, *known(a_jpg="1")], {"b/a.jpg": "1"}) == {"b/a.jpg": "a.jpg"}, "the one that was here"


def test_a_forgotten_work_comes_back_by_its_content_and_never_by_its_name() -> None:
    forgotten = KnownWork("a.jpg", "a.jpg", "1", here=False, forgotten=True)
    assert identified([forgotten], {"a.jpg": "2"}) == {"a.jpg": "a.jpg~2"}
    assert identified([forgotten], {"z.jpg": "1"}) == {"z.jpg": "a.jpg"}


def test_every_file_gets_one_id_and_every_id_one_file_whatever_happens() -> None:
    rng = random.Random(15)
    for _ in range(300):
        paths = [f"{rng.choice('AB')}/{n}.jpg" for n in range(6)]
        works = [KnownWork(path, rng.choice(paths), str(rng.randrange(4)), rng.random() < 0.7, rng.random() < 0.1)
                 for path in rng.sample(paths, rng.randrange(6))]  # fmt: skip
        files = {rng.choice("AB") + path[1:]: rng.choice(["", "0", "1", "2", "7"]) for path in paths}
        found = identified(works, files)
        assert list(found) == list(files)
        assert len(set(found.values())) == len(found)
        exact = {work.file: work for work in works if files.get(work.file) == work.content}
        assert all(found[file] in {work.id for work in works} for file in exact)


# -- in the database ---------------------------------------------------------------------------------------------------


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection(tmp_path / "collection.sqlite")


def look(collection: Collection, *files: tuple[str, str]) -> None:
    """A look at a folder that has these files (path, content)."""
    present = [PictureFile(name, Path("/x") / name, len(content), hash(content) % 1000) for name, content in files]
    seen = collection.known_files()
    read = {file.id: (content, 40, 30) for file, (_, content) in zip(present, files, strict=True)
            if seen.get(file.id) != (file.bytes, file.mtime_ns)}  # fmt: skip
    collection.sync(present, read, None)
    collection.settle()


def test_a_vanished_folder_is_kept_and_comes_back_whole(collection: Collection) -> None:
    look(collection, ("a.jpg", "one"), ("disk/b.jpg", "two"), ("disk/c.jpg", "three"))
    look(collection, ("a.jpg", "one"))
    assert collection.ids() == {"a.jpg"}
    assert [work.file for work in collection.gone()] == ["disk/b.jpg", "disk/c.jpg"]
    with pytest.raises(ExplorerError, match="was not there when"):
        collection.work("disk/b.jpg")
    look(collection, ("a.jpg", "one"), ("disk/b.jpg", "two"), ("disk/c.jpg", "three"))
    assert collection.ids() == {"a.jpg", "disk/b.jpg", "disk/c.jpg"}
    assert collection.gone() == []


def test_the_entry_of_a_work_survives_its_absence(collection: Collection) -> None:
    look(collection, ("a.jpg", "one"), ("b.jpg", "two"))
    entry = '{"known": {"title": "The Mill"}, "extra": {}}'
    with closing(sqlite3.connect(collection.path)) as db, db:
        db.execute("UPDATE works SET catalogue = ? WHERE id = 'b.jpg'", (entry,))
    look(collection, ("a.jpg", "one"))
    look(collection, ("a.jpg", "one"), ("elsewhere/b2.jpg", "two"))
    work = collection.work("b.jpg")
    assert (work.title, work.file) == ("The Mill", "elsewhere/b2.jpg")
    assert collection.work("elsewhere/b2.jpg").id == "b.jpg", "by where it lies now, too"


def test_a_replaced_file_keeps_its_history(collection: Collection) -> None:
    look(collection, ("a.jpg", "one"))
    look(collection, ("a.jpg", "another picture"))
    look(collection, ("b.jpg", "another picture"))
    history = collection.file_history("a.jpg")
    assert [(change.kind, change.file, change.content) for change in history] == [
        ("replaced", "a.jpg", "one"), ("moved", "a.jpg", "another picture"),
    ]  # fmt: skip
    assert collection.file_history("b.jpg") == []


def test_forgotten_works_are_not_missed_and_their_id_is_given_to_no_other_picture(collection: Collection) -> None:
    look(collection, ("a.jpg", "one"), ("b.jpg", "two"))
    look(collection, ("a.jpg", "one"))
    assert [work.id for work in collection.forget_gone()] == ["b.jpg"]
    assert collection.gone() == [] == collection.forget_gone()
    look(collection, ("a.jpg", "one"), ("b.jpg", "something else"))
    assert collection.ids() == {"a.jpg", "b.jpg~2"}
    look(collection, ("a.jpg", "one"), ("b.jpg", "something else"), ("c.jpg", "two"))
    assert collection.work("c.jpg").id == "b.jpg"


def test_a_work_whose_file_cannot_be_read_any_more_is_left_out_and_not_gone(collection: Collection) -> None:
    look(collection, ("a.jpg", "one"), ("b.jpg", "two"))
    broken = PictureFile("b.jpg", Path("/x/b.jpg"), 99, 99)
    kept = PictureFile("a.jpg", Path("/x/a.jpg"), 3, hash("one") % 1000)
    collection.sync([kept, broken], {"b.jpg": "b.jpg is cut off."}, None)
    assert collection.ids() == {"a.jpg"}
    assert collection.gone() == []
    assert [file.file for file in collection.skipped()] == ["b.jpg"]
    look(collection, ("a.jpg", "one"), ("b.jpg", "two"))
    assert collection.ids() == {"a.jpg", "b.jpg"}
    assert collection.skipped() == []


def test_a_file_that_was_never_searched_is_not_missed(collection: Collection) -> None:
    collection.sync([PictureFile("a.jpg", Path("/x/a.jpg"), 1, 1)], {"a.jpg": ("one", 4, 3)}, None)
    look(collection, ("b.jpg", "two"))
    assert collection.gone() == []


def test_a_database_of_the_version_before_has_its_works_where_they_were(tmp_path: Path) -> None:
    path = tmp_path / "collection.sqlite"
    files = next(number for number, step in enumerate(MIGRATIONS) if any("TABLE gone" in text for text in step))
    with closing(sqlite3.connect(path)) as db, db:
        for step in MIGRATIONS[:files]:
            for statement in step:
                db.execute(statement)
        db.execute("INSERT INTO works (id, content, width, height, bytes, mtime_ns) VALUES ('A/b', 'c', 4, 3, 1, 1)")
        db.execute(f"PRAGMA user_version = {files}")
    collection = Collection(path)
    assert collection.work("A/b").file == "A/b"
    look(collection, ("z.jpg", "other"))
    assert [work.id for work in collection.gone()] == ["A/b"], "it had been indexed"


def test_a_catalogue_names_files_as_they_are_called_now_or_as_they_were_first() -> None:
    files = {"a.jpg": "new/KMSKA_1.jpg", "b.jpg": "b.jpg", "001.jpg": "002.jpg", "001.jpg~2": "001.jpg"}
    joined = join_works(["a.jpg", "b.jpg", "001.jpg", "002.jpg", "no.jpg"], files)
    assert joined.rows == {"a.jpg": 0, "b.jpg": 1, "001.jpg~2": 2, "001.jpg": 3}
    assert joined.missing == (4,)
