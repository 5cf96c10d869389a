"""Finding pictures in folders, and the database: what it remembers, finds and refuses."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
import unicodedata
from pathlib import Path

import pytest
from generated import work

from explorer.collection import Collection, Derivatives, PictureFile, picture_files, read_catalogue
from explorer.errors import ExplorerError
from explorer.geometry import Box

# -- files -------------------------------------------------------------------------------------------------------------


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


def names(folder: Path) -> list[str]:
    return [file.id for file in picture_files(folder)]


def test_pictures_in_all_subfolders_in_order(tmp_path: Path) -> None:
    touch(tmp_path, "b.JPG", "a.png", "deep/er/c.TIFF", "deep/d.webp", "e.jpeg")
    touch(tmp_path, "notes.txt", "catalogue.csv", "f.jpg.txt", "jpg")
    assert names(tmp_path) == ["a.png", "b.JPG", "deep/d.webp", "deep/er/c.TIFF", "e.jpeg"]


def test_hidden_files_and_folders_are_left_aside(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "._a.jpg", ".thumbnails/b.jpg", ".DS_Store")
    assert names(tmp_path) == ["a.jpg"]


def test_spaces_and_letters_of_every_kind(tmp_path: Path) -> None:
    wanted = ["Adam & Eve (copy) #2.jpg", "Brûlé.jpg", "new\nline.jpg", "画.png", "100%.jpg", "'quoted\".jpg",
              unicodedata.normalize("NFD", "Höllensturz.jpg")]  # fmt: skip
    touch(tmp_path, *wanted)
    assert sorted(names(tmp_path)) == sorted(wanted)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has file names that are no text")
def test_a_name_that_is_no_text_is_listed_and_not_a_crash(tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.jpg"))).write_bytes(b"x")
    (file,) = picture_files(tmp_path)
    assert file.id.encode("utf-8")  # can be printed and stored
    assert "caf" in file.id


def test_links_are_followed_and_named_by_their_own_path(tmp_path: Path) -> None:
    outside = touch(tmp_path / "outside", "a.jpg", "sub/b.jpg")
    folder = touch(tmp_path / "folder", "c.jpg")
    (folder / "linked").symlink_to(outside)
    (folder / "one.jpg").symlink_to(outside / "a.jpg")
    (folder / "same").symlink_to(folder / "linked" / "sub")
    assert names(folder) == ["c.jpg", "linked/a.jpg", "linked/sub/b.jpg", "one.jpg", "same/b.jpg"]


def test_links_that_lead_in_circles_end(tmp_path: Path) -> None:
    touch(tmp_path, "a/b/c.jpg")
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "self.jpg").symlink_to(tmp_path / "self.jpg")
    (tmp_path / "there.jpg").symlink_to(tmp_path / "nowhere.jpg")
    found = names(tmp_path)
    assert "a/b/c.jpg" in found
    assert {"self.jpg", "there.jpg"} <= set(found), "links that lead nowhere are listed, so that they are missed"
    assert len(found) == 3


def test_a_pipe_is_listed_with_the_reason_and_a_folder_is_none(tmp_path: Path) -> None:
    """Reading a pipe would wait for ever."""
    touch(tmp_path, "a.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "folder.jpg").mkdir()
    touch(tmp_path, "folder.jpg/b.jpg")
    found = {file.id: file.reason for file in picture_files(tmp_path)}
    assert list(found) == ["a.jpg", "folder.jpg/b.jpg", "pipe.jpg"]
    assert [name for name, reason in found.items() if reason] == ["pipe.jpg"]


def test_a_cache_of_ours_within_the_folder_is_not_part_of_it(tmp_path: Path) -> None:
    """``explorer index .`` puts index_cache/ with its thumbnails right there."""
    touch(tmp_path, "a.jpg", "index_cache/c/pictures/thumbnails/ab/abc.jpg", "index_cache/c/collection.sqlite")
    assert names(tmp_path) == ["a.jpg"]


def test_a_folder_that_cannot_be_opened_is_listed(tmp_path: Path, monkeypatch) -> None:
    """Its works are gone from the collection; whoever indexes must learn why."""
    touch(tmp_path, "a.jpg", "locked/b.jpg")
    real = os.scandir

    def refusing(path: Path):
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    assert names(tmp_path) == ["a.jpg", "locked"]
    with pytest.raises(ExplorerError, match="Permission denied"):
        picture_files(tmp_path / "locked")


def test_folders_that_will_not_do(tmp_path: Path) -> None:
    touch(tmp_path, "full/a.jpg", "empty/readme.txt")
    with pytest.raises(ExplorerError, match="no folder"):
        picture_files(tmp_path / "absent")
    with pytest.raises(ExplorerError, match="holds no pictures"):
        picture_files(tmp_path / "empty")
    with pytest.raises(ExplorerError, match="is a file"):
        picture_files(tmp_path / "full" / "a.jpg")


# -- the database ------------------------------------------------------------------------------------------------------


def files(*ids: str, bytes_: int = 1) -> list[PictureFile]:
    return [PictureFile(name, Path("/x") / name, bytes_, 5) for name in ids]


def good(*ids: str) -> dict[str, tuple[str, int, int] | str]:
    return {name: (f"hash of {name}", 400, 300) for name in ids}


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection(tmp_path / "collection.sqlite")


def entered(collection: Collection, tmp_path: Path, csv: str, *ids: str) -> Collection:
    (tmp_path / "c.csv").write_text(csv, "utf-8")
    collection.sync(files(*ids), good(*ids), read_catalogue(tmp_path / "c.csv"))
    return collection


def test_added_changed_and_removed_are_counted(collection: Collection) -> None:
    report = collection.sync(files("a.jpg", "b.jpg", "c.jpg"), good("a.jpg", "b.jpg", "c.jpg"), None)
    assert (report.works, report.files.added, report.files.changed, report.files.removed) == (3, 3, 0, 0)
    report = collection.sync(files("b.jpg", "c.jpg", "d.jpg"), {"b.jpg": ("new", 10, 20), **good("d.jpg")}, None)
    assert (report.works, report.files.added, report.files.changed, report.files.removed) == (3, 1, 1, 1)
    assert [work.id for work in collection.works()] == ["b.jpg", "c.jpg", "d.jpg"]
    assert (collection.work("b.jpg").content, collection.work("b.jpg").width) == ("new", 10)
    assert collection.work("c.jpg").content == "hash of c.jpg"


def test_a_file_moves_between_the_readable_and_the_unreadable(collection: Collection) -> None:
    collection.sync(files("a.jpg"), {"a.jpg": "a.jpg is not a picture."}, None)
    assert [(skipped.file, skipped.reason) for skipped in collection.skipped()] == [
        ("a.jpg", "a.jpg is not a picture.")
    ]
    assert collection.known_files() == {"a.jpg": (1, 5)}
    collection.sync(files("a.jpg", bytes_=2), good("a.jpg"), None)
    assert collection.skipped() == []
    assert collection.known_files() == {"a.jpg": (2, 5)}
    collection.skip("a.jpg", "a.jpg is damaged.")
    assert collection.works() == []
    assert [skipped.reason for skipped in collection.skipped()] == ["a.jpg is damaged."]
    collection.sync([], {}, None)
    assert collection.skipped() == []


def test_a_catalogue_is_typed_and_kept(collection: Collection, tmp_path: Path) -> None:
    csv = (
        "file;title;artist;date;genre;style;medium;collection;inventory number;height_cm;width_cm;url;Paper mark\n"
        'a.jpg;"The ""Mill""";Jan;ca. 1605–10;landscape;Flemish;oil;Prado;P 1;27,5;36 cm;https://x/y;shield\n'
    )
    entered(collection, tmp_path, csv, "a.jpg", "Some_other__file.jpg")
    mill = collection.work("a.jpg")
    assert (mill.title, mill.artist) == ('The "Mill"', "Jan")
    assert (mill.date, mill.year, mill.year_to) == ("ca. 1605–10", 1605, 1610)
    assert (mill.genre, mill.style, mill.medium, mill.holder, mill.inventory) == (
        "landscape", "Flemish", "oil", "Prado", "P 1",
    )  # fmt: skip
    assert (mill.height_cm, mill.width_cm, mill.url) == (27.5, 36.0, "https://x/y")
    assert mill.extra == {"Paper mark": "shield"}
    untitled = collection.work("Some_other__file.jpg")
    assert (untitled.title, untitled.artist, untitled.year, untitled.height_cm) == ("Some other file", "", None, None)
    assert mill.value("Paper mark") == "shield"
    assert (mill.value("year"), mill.value("height_cm"), mill.value("nonsense")) == ("1605", "27.5", "")
    assert collection.columns()[:2] == ["artist", "year"]
    assert collection.columns()[-1] == "Paper mark"


def test_years_from_and_to_beat_the_date_in_words(collection: Collection, tmp_path: Path) -> None:
    entered(collection, tmp_path, "file,date,date from,date to\na.jpg,17th century,1620,1630\n", "a.jpg")
    assert (collection.work("a.jpg").year, collection.work("a.jpg").year_to) == (1620, 1630)


def test_entries_stay_until_a_catalogue_has_another_row_for_the_work(collection: Collection, tmp_path: Path) -> None:
    entered(collection, tmp_path, "file,title\na.jpg,First\n", "a.jpg", "b.jpg")
    collection.sync(files("a.jpg", "b.jpg"), {}, None)
    assert collection.work("a.jpg").title == "First"
    collection.sync(files("a.jpg", "b.jpg", bytes_=2), good("a.jpg"), None)
    assert collection.work("a.jpg").title == "First", "a retouched file keeps its entry"
    entered(collection, tmp_path, "file,title\nb.jpg,Second\nc.jpg,none\n", "a.jpg", "b.jpg")
    assert [work.title for work in collection.works()] == ["First", "Second"], "it says nothing of the first"


def test_finding_by_words(collection: Collection, tmp_path: Path) -> None:
    csv = "file,title,artist,mark\na.jpg,The Mill at Malines,Jan Brueghel,\nb.jpg,Höllensturz,Pieter,crowned shield\n"
    entered(collection, tmp_path, csv, "a.jpg", "b.jpg", "harbour-07.jpg")

    def found(text: str) -> list[str]:
        return [work.id for work in collection.find(text)]

    assert found("mill") == ["a.jpg"]
    assert found("BRUEG mal") == ["a.jpg"], "case and unfinished words do not matter"
    assert found("hollen") == ["b.jpg"], "nor do accents"
    assert found("shield") == ["b.jpg"], "own columns are searched"
    assert found("harbour 07") == ["harbour-07.jpg"], "and file names"
    assert found("mill shield") == []
    assert found("") == found("  ") == ["a.jpg", "b.jpg", "harbour-07.jpg"]
    assert len(collection.find("", limit=2)) == 2


@pytest.mark.parametrize("text", [
    '"', "'", "*", "a*b", "NEAR(", "AND", "mill OR", "title:mill", "_", "(", "^", "-", "\0", "½", "é", "a" * 5000,
    "'; DROP TABLE works; --", "{}", "💣",
])  # fmt: skip
def test_nothing_typed_breaks_the_search(collection: Collection, tmp_path: Path, text: str) -> None:
    entered(collection, tmp_path, "file,title\na.jpg,Mill\n", "a.jpg")
    assert all(work.id == "a.jpg" for work in collection.find(text))
    assert [work.id for work in collection.find("mill")] == ["a.jpg"]


def test_the_words_of_a_removed_work_are_not_found(collection: Collection, tmp_path: Path) -> None:
    entered(collection, tmp_path, "file,title\na.jpg,Mill\nb.jpg,Mill\n", "a.jpg", "b.jpg")
    collection.skip("a.jpg", "damaged")
    assert [work.id for work in collection.find("mill")] == ["b.jpg"]
    collection.sync(files("c.jpg"), good("c.jpg"), None)
    assert collection.find("mill") == []


def test_two_copies_of_one_file_are_two_works(collection: Collection) -> None:
    collection.sync(files("a.jpg", "b/a.jpg"), {"a.jpg": ("same", 4, 3), "b/a.jpg": ("same", 4, 3)}, None)
    assert collection.with_content("same") == ["a.jpg", "b/a.jpg"]
    assert collection.with_content("other") == []


def test_a_work_that_is_not_there(collection: Collection) -> None:
    with pytest.raises(ExplorerError, match="no work 'x'"):
        collection.work("x")


def test_facts_are_remembered(collection: Collection, tmp_path: Path) -> None:
    assert collection.fact("folder") is None
    collection.remember("folder", "/a")
    collection.remember("folder", "/b")
    assert Collection(tmp_path / "collection.sqlite").fact("folder") == "/b"


def test_several_threads_at_once(collection: Collection) -> None:
    ids = [f"{n:03d}.jpg" for n in range(40)]
    collection.sync(files(*ids), good(*ids), None)
    failures: list[BaseException] = []

    def work_at_it(share: list[str]) -> None:
        try:
            for name in share:
                collection.skip(name, "damaged")
                collection.works()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work_at_it, args=(ids[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(collection.skipped()) == 40


# -- a database that is not right --------------------------------------------------------------------------------------


def test_what_is_no_database_is_one_sentence_and_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "collection.sqlite"
    path.write_bytes(b"Dear colleague, " * 100)
    with pytest.raises(ExplorerError, match=r"damaged .* has no backup"):
        Collection(path)
    assert path.read_bytes() == b"Dear colleague, " * 100


def test_damage_within_the_database_is_one_sentence(collection: Collection, tmp_path: Path) -> None:
    ids = [f"{n:04d}.jpg" for n in range(400)]
    collection.sync(files(*ids), good(*ids), None)
    path = tmp_path / "collection.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = bytearray(path.read_bytes())
    whole[8192:] = bytes([0x5A]) * (len(whole) - 8192)
    path.write_bytes(bytes(whole))
    with pytest.raises(ExplorerError, match="database"):
        Collection(path).works()


def test_a_database_of_a_newer_version_is_refused(collection: Collection, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "collection.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(ExplorerError, match="newer version"):
        Collection(tmp_path / "collection.sqlite")


# -- copies for the screen ---------------------------------------------------------------------------------------------


def test_renditions_are_made_once_and_small(tmp_path: Path) -> None:
    source = tmp_path / "a.png"
    work(1, 1300, 900).save(source)
    derivatives = Derivatives(tmp_path / "pictures")
    thumbnail = derivatives.thumbnail("abcd", source)
    from PIL import Image

    with Image.open(thumbnail) as image:
        assert (image.format, image.size) == ("JPEG", (512, round(512 * 900 / 1300)))
    with Image.open(derivatives.view("abcd", source)) as image:
        assert image.size == (1300, 900)
    written = thumbnail.stat().st_mtime_ns
    source.unlink()
    assert derivatives.thumbnail("abcd", source) == thumbnail, "kept, so the original is not needed again"
    assert thumbnail.stat().st_mtime_ns == written
    assert not list((tmp_path / "pictures").rglob("*.part"))


@pytest.mark.parametrize("box", [
    Box(0.4, 0.4, 0.6, 0.6), Box(0, 0, 0.1, 0.1), Box(0.95, 0.95, 1, 1), Box(0.5, 0.5, 0.5001, 0.5001), Box.whole(),
])  # fmt: skip
def test_a_detail_says_where_in_the_crop_the_place_lies(tmp_path: Path, box: Box) -> None:
    """The place is painted red: what the returned box marks in the crop must be red, and nothing else."""
    import numpy as np
    from PIL import Image

    image = Image.new("RGB", (1000, 800), (20, 90, 40))
    x0, y0, x1, y1 = box.to_pixels(1000, 800)
    image.paste((230, 20, 20), (x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)))
    image.save(tmp_path / "a.png")
    path, inside = Derivatives(tmp_path / "pictures").detail("abcd", tmp_path / "a.png", box)
    assert inside.clipped() == inside
    with Image.open(path) as opened:
        crop = np.asarray(opened.convert("RGB")).astype(int)
    assert max(crop.shape[:2]) <= 480
    if box.width > 0.01:
        red = crop[..., 0] > crop[..., 1] + 60
        rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
        high, wide = red.shape
        measured = (columns[0] / wide, rows[0] / high, (columns[-1] + 1) / wide, (rows[-1] + 1) / high)
        assert inside.as_tuple() == pytest.approx(measured, abs=0.03)


@pytest.mark.parametrize("damage", ["empty", "cut short", "changed"])
def test_a_damaged_copy_is_made_again(tmp_path: Path, damage: str) -> None:
    source = tmp_path / "a.png"
    work(1, 600, 400).save(source)
    derivatives = Derivatives(tmp_path / "pictures")
    box = Box(0.2, 0.2, 0.6, 0.6)
    makers = (
        lambda: derivatives.thumbnail("abcd", source), lambda: derivatives.view("abcd", source),
        lambda: derivatives.detail("abcd", source, box)[0],
    )  # fmt: skip
    for make in makers:
        path = make()
        whole = path.read_bytes()
        middle = len(whole) // 2
        changed = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        path.write_bytes({"empty": b"", "cut short": whole[:middle], "changed": changed}[damage])
        assert derivatives.damaged()[0] == [path]
        assert make().read_bytes() == whole
    assert derivatives.damaged() == ([], 3)


def test_a_copy_of_an_earlier_version_is_served_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "pictures" / "thumbnails" / "ab" / "abcd.jpg"
    path.parent.mkdir(parents=True)
    work(1, 60, 40).save(path, quality=86)
    before = path.read_bytes()
    assert Derivatives(tmp_path / "pictures").thumbnail("abcd", tmp_path / "gone.png").read_bytes() == before
