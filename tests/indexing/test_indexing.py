"""Filling a workspace: what is encoded and what not, what a kill or damage leaves, what a failure may not harm."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import unicodedata
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from generated import SMALL, folder_of, png_that_claims, save, work, write_csv

from explorer.collection.pictures import picture_size
from explorer.collection.work_files import FileChanges
from explorer.config import Config, RuntimeOptions
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.search import search
from explorer.search.query import Query, RegionPart
from explorer.search.serialisation import match_records
from explorer.workspace import Workspace

CHECKOUT = Path(__file__).parents[2]
GRAPH = replace(SMALL, engine="hnsw")
"""With an index file, which so few works would not have."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six works; this test's own, to change at will."""
    return folder_of(tmp_path / "pictures", 6)


def state(cache: Path) -> dict[str, str]:
    """Every file of a cache and the hash of its content; of databases what their tables say; locks, and what a search
    works out once and keeps, left aside."""
    found = {
        str(path.relative_to(cache)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(cache.rglob("*"))
        if path.is_file() and ".sqlite" not in path.name and path.suffix != ".lock"
    }
    for path in cache.glob("*/collection.sqlite"):
        with closing(sqlite3.connect(path)) as db:
            for table in ("works", "skipped", "facts", "works_text"):
                found[f"{path.parent.name} {table}"] = repr(sorted(db.execute(f"SELECT * FROM {table}")))
    return found


def answers(workspace: Workspace, count: int = 3, first: int = 0) -> list[list[tuple[str, tuple[float, ...], float]]]:
    """What a few searches find: works, places, scores."""
    box = Box(0.2, 0.2, 0.6, 0.7)
    return [
        [(m.work, m.box.as_tuple(), round(m.score, 3)) for m in search(workspace, Query((RegionPart(name, box),)))]
        for name in workspace.tables.works[first : first + count]
    ]


def assert_works(cache: Path, name: str = "c") -> None:
    """The collection opens, searches, and says the same of itself everywhere."""
    workspace = Workspace.open(name, cache)
    assert set(workspace.tables.works) == {known.id for known in workspace.collection.works()}
    assert workspace.manifest.works == len(workspace.tables.works)
    assert all(answers(workspace, 2, first=1))


# -- what is encoded ---------------------------------------------------------------------------------------------------


def test_a_first_run_encodes_everything(folder: Path, cache: Path, index) -> None:
    report = index(folder)
    workspace = Workspace.open("c", cache)
    assert (report.works, report.encoded, report.skipped) == (6, 6, [])
    assert report.regions == len(workspace.tables.region_vectors) == workspace.manifest.regions > 6 * 50
    assert workspace.tables.works == tuple(f"work-{n:03d}.jpg" for n in range(6))
    np.testing.assert_allclose(np.linalg.norm(workspace.tables.region_vectors[:].astype(float), axis=1), 1, atol=5e-3)
    np.testing.assert_allclose(np.linalg.norm(workspace.tables.whole(), axis=1), 1, atol=5e-3)
    assert_works(cache)


def test_a_second_run_does_nothing(folder: Path, cache: Path, index) -> None:
    index(folder)
    before = state(cache)
    report = index(folder)
    assert (report.works, report.encoded) == (6, 0)
    assert report.sync.files == FileChanges(added=0, changed=0, moved=0, back=0, removed=0)
    assert state(cache) == before


def test_only_new_pictures_are_encoded(folder: Path, cache: Path, index) -> None:
    index(folder)
    before = Workspace.open("c", cache)
    vectors = {name: before.tables.features(row).vectors.copy() for name, row in before.tables.rows.items()}
    folder_of(folder / "new room", 2, first=50)
    report = index(folder)
    assert (report.works, report.encoded, report.sync.files.added) == (8, 2, 2)
    after = Workspace.open("c", cache)
    for name, expected in vectors.items():
        np.testing.assert_array_equal(after.tables.features(after.row(name)).vectors, expected)
    assert_works(cache)


def test_a_collection_grown_many_times_over_is_like_one_indexed_at_once(tmp_path: Path, index, cache: Path) -> None:
    folder = folder_of(tmp_path / "pictures", 2)
    index(folder)
    folder_of(folder, 12, first=2)
    report = index(folder)
    assert report.works == 14
    index(folder, name="at once")
    grown, once = Workspace.open("c", cache), Workspace.open("at once", cache)
    np.testing.assert_allclose(grown.tables.region_vectors[:], once.tables.region_vectors[:], atol=2e-3)
    assert index(folder).encoded == 0


def test_changed_and_removed_files_are_noticed(folder: Path, cache: Path, index) -> None:
    index(folder)
    save(work(77, 300, 300), folder / "work-001.jpg")
    (folder / "work-002.jpg").unlink()
    report = index(folder)
    assert (report.works, report.encoded) == (5, 1)
    assert (report.sync.files.added, report.sync.files.changed, report.sync.files.removed) == (0, 1, 1)
    workspace = Workspace.open("c", cache)
    assert "work-002.jpg" not in workspace.tables.rows
    assert workspace.tables.shapes[workspace.row("work-001.jpg")].tolist() == [14, 14], "the new one is square"
    assert_works(cache)


def test_a_renamed_or_moved_picture_is_not_encoded_again(folder: Path, cache: Path, index) -> None:
    index(folder)
    (folder / "room").mkdir()
    (folder / "work-003.jpg").rename(folder / "room" / "The mill.jpg")
    report = index(folder)
    assert (report.works, report.encoded, report.sync.files.moved) == (6, 0, 1)
    moved = Workspace.open("c", cache).collection.work("work-003.jpg")
    assert (moved.id, moved.file) == ("work-003.jpg", "room/The mill.jpg")
    assert_works(cache)


def test_a_touched_file_is_looked_at_and_not_encoded(folder: Path, index) -> None:
    index(folder)
    os.utime(folder / "work-000.jpg", (1, 1))
    report = index(folder)
    assert (report.encoded, report.sync.files.changed) == (0, 0)


def test_copies_of_one_file_are_works_of_their_own_encoded_once(folder: Path, cache: Path, index) -> None:
    shutil.copy(folder / "work-000.jpg", folder / "copy.jpg")
    report = index(folder)
    assert (report.works, report.encoded) == (7, 6)
    tables = Workspace.open("c", cache).tables
    np.testing.assert_array_equal(tables.cells(tables.rows["copy.jpg"]), tables.cells(tables.rows["work-000.jpg"]))


def test_subfolders_links_and_names_of_every_kind(tmp_path: Path, cache: Path, index) -> None:
    folder = folder_of(tmp_path / "pictures", 1)
    names = ["Adam & Eve (copy) #2.jpg", "Brûlé.jpg", unicodedata.normalize("NFD", "Höllensturz.jpg"), "画/画.png"]
    for number, name in enumerate(names):
        save(work(number + 1, 200, 160), folder / name)
    outside = folder_of(tmp_path / "elsewhere", 1, first=9)
    (folder / "linked").symlink_to(outside)
    (folder / "linked.jpg").symlink_to(outside / "work-009.jpg")
    (folder / "circle").symlink_to(folder)
    report = index(folder)
    workspace = Workspace.open("c", cache)
    assert set(workspace.tables.works) == {"work-000.jpg", *names, "linked/work-009.jpg", "linked.jpg"}
    assert (report.works, report.encoded, report.skipped) == (7, 6, [])
    for name in workspace.tables.works:
        assert workspace.thumbnail(name).is_file()
        assert workspace.original(workspace.collection.work(name)).is_file()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has file names that are no text")
def test_a_name_that_is_no_text_is_skipped_with_its_reason(folder: Path, cache: Path, index) -> None:
    shutil.copy(folder / "work-000.jpg", os.fsdecode(os.fsencode(folder) + b"/caf\xe9.jpg"))
    report = index(folder)
    assert report.works == 6
    ((skipped),) = report.skipped
    assert "rename it" in skipped.reason
    assert json.dumps([skipped.file, skipped.reason]).encode("utf-8")


def test_indexing_the_folder_that_holds_the_cache_does_not_index_thumbnails(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, 3)
    for _ in range(2):
        report = index_folder(folder, "c", folder / "index_cache", SMALL)
        assert report.works == 3


def test_single_odd_pictures(tmp_path: Path, cache: Path, index) -> None:
    """One blank picture, and then pictures of extreme shapes beside it."""
    from PIL import Image

    folder = tmp_path / "pictures"
    save(Image.new("RGB", (100, 100), "white"), folder / "blank.png")
    assert index(folder).works == 1
    workspace = Workspace.open("c", cache)
    assert np.isfinite(workspace.tables.region_vectors[:].astype(float)).all()
    with pytest.raises(ExplorerError, match="nothing to recognise"):
        search(workspace, Query((RegionPart("blank.png", Box.whole()),)))
    save(work(1, 3000, 40), folder / "frieze.png")
    save(work(2, 40, 3000), folder / "scroll.png")
    save(work(3, 16, 16), folder / "tiny.png")
    report = index(folder)
    assert (report.works, report.skipped) == (4, [])
    assert_works(cache)


# -- what cannot be read -----------------------------------------------------------------------------------------------


def spoil(folder: Path) -> dict[str, str]:
    """Unreadable files of several kinds, and a word of the reason that is due to each."""
    whole = (folder / "work-000.jpg").read_bytes()
    (folder / "letter.jpg").write_text("This is a letter, not a painting.")
    (folder / "nothing.png").write_bytes(b"")
    (folder / "cut short.jpg").write_bytes(whole[: len(whole) // 2])
    png_that_claims(folder / "huge.png", 20_000, 10_000)
    save(work(1, 20, 20).resize((8, 8)), folder / "speck.png")
    (folder / "gone.jpg").symlink_to(folder / "nowhere.jpg")
    return {"letter.jpg": "not a picture", "nothing.png": "not a picture", "cut short.jpg": "damaged",
            "huge.png": "million pixels", "speck.png": "too small", "gone.jpg": "No such file"}  # fmt: skip


def test_unreadable_files_are_listed_with_the_reason_and_not_counted(folder: Path, cache: Path, index) -> None:
    reasons = spoil(folder)
    report = index(folder)
    assert (report.works, report.encoded) == (6, 6)
    assert {skipped.file for skipped in report.skipped} == set(reasons)
    for skipped in report.skipped:
        assert reasons[skipped.file] in skipped.reason
        assert "\n" not in skipped.reason
    assert_works(cache)


def test_unreadable_files_are_tried_again_only_when_they_change(folder: Path, index, monkeypatch) -> None:
    reasons = spoil(folder)
    first = index(folder)
    looked_at: list[str] = []
    monkeypatch.setattr(
        "explorer.indexing.sync.picture_size", lambda path: (looked_at.append(path.name), picture_size(path))[1]
    )
    second = index(folder)
    assert second.skipped == first.skipped
    assert second.encoded == 0
    assert looked_at == []
    save(work(40), folder / "letter.jpg")
    save(work(41), folder / "cut short.jpg")
    third = index(folder)
    assert set(looked_at) == {"letter.jpg", "cut short.jpg"}
    assert (third.works, third.encoded) == (8, 2)
    assert {skipped.file for skipped in third.skipped} == set(reasons) - {"letter.jpg", "cut short.jpg"}


def test_a_work_whose_file_breaks_leaves_and_comes_back(folder: Path, cache: Path, index) -> None:
    index(folder)
    path = folder / "work-004.jpg"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    report = index(folder)
    assert (report.works, report.encoded, [skipped.file for skipped in report.skipped]) == (5, 0, ["work-004.jpg"])
    assert_works(cache)
    path.write_bytes(whole)
    report = index(folder)
    assert (report.works, report.encoded, report.skipped) == (6, 1, [])
    assert_works(cache)


# -- the catalogue -----------------------------------------------------------------------------------------------------


def test_a_catalogue_can_come_later_and_stays(folder: Path, cache: Path, index, tmp_path: Path) -> None:
    index(folder)
    rows = [{"file": "work-000.jpg", "title": "The Mill"}, {"file": "x.jpg", "title": "?"}]
    csv = write_csv(tmp_path / "c.csv", rows)
    report = index(folder, metadata=csv)
    assert (report.encoded, report.sync.unmatched_rows) == (0, 1)
    assert Workspace.open("c", cache).collection.work("work-000.jpg").title == "The Mill"
    folder_of(folder, 1, first=30)
    index(folder)
    collection = Workspace.open("c", cache).collection
    assert collection.work("work-000.jpg").title == "The Mill"
    assert [found.id for found in collection.find("mill")] == ["work-000.jpg"]


# -- choices -----------------------------------------------------------------------------------------------------------


def test_another_resolution_is_encoded_anew(folder: Path, cache: Path, index, tmp_path: Path) -> None:
    csv = write_csv(tmp_path / "c.csv", [{"file": "work-000.jpg", "title": "The Mill"}])
    index(folder, metadata=csv)
    report = index(folder, config=Config(model="mini", resolution=160))
    assert report.encoded == 6
    workspace = Workspace.open("c", cache)
    assert workspace.tables.shapes.max() == 10
    assert workspace.collection.work("work-000.jpg").title == "The Mill"
    assert index(folder).encoded == 0, "the first encoding is still there"


def test_another_engine_needs_no_encoding(folder: Path, cache: Path, index) -> None:
    """A graph, and exact search, which has no file; left out, the engine is the one that suits so few works."""
    index(folder, config=GRAPH)
    approximate = answers(Workspace.open("c", cache))
    assert [path.name for path in cache.rglob("regions.index")] == ["regions.index"]
    for config in (replace(SMALL, engine="exact"), SMALL):
        report = index(folder, config=config)
        assert report.encoded == 0
        workspace = Workspace.open("c", cache)
        assert workspace.config.engine == config.engine
        assert (workspace.manifest.index_hash, list(cache.rglob("regions.index"))) == ("", [])
        assert answers(workspace) == approximate
        assert index(folder, config=config).encoded == 0
        assert Workspace.open("c", cache).manifest == workspace.manifest, "there was nothing to do"


def test_batch_and_threads_change_no_result(folder: Path, cache: Path) -> None:
    save(work(9, 320, 228), folder / "other shape.jpg")
    index_folder(folder, "eight", cache, SMALL, runtime=RuntimeOptions(threads=2, batch=8))
    index_folder(folder, "one", cache, SMALL, runtime=RuntimeOptions(threads=1, batch=1))
    batched, single = Workspace.open("eight", cache), Workspace.open("one", cache)
    np.testing.assert_array_equal(batched.tables.shapes, single.tables.shapes)
    np.testing.assert_allclose(batched.tables.region_vectors[:], single.tables.region_vectors[:], atol=2e-3)
    np.testing.assert_allclose(batched.tables.region_joint[:], single.tables.region_joint[:], atol=2e-3)


def test_a_pictures_grid_does_not_depend_on_its_neighbours(tmp_path: Path, cache: Path, index) -> None:
    """999 by 339 is 7 rows by its own size and 8 by that of the reduced copy: a size at the edge of rounding."""
    folder = tmp_path / "pictures"
    save(work(1, 999, 339), folder / "edge.png")
    config = Config(model="mini", resolution=448)
    index(folder, name="alone", config=config)
    save(work(2, 1000, 355), folder / "a neighbour.png")
    index(folder, name="together", config=config)
    alone, together = Workspace.open("alone", cache), Workspace.open("together", cache)
    assert alone.tables.shapes[0].tolist() == together.tables.shapes[together.row("edge.png")].tolist()


def test_progress_is_reported_in_order(folder: Path, cache: Path) -> None:
    reported: list[tuple[str, int, int]] = []
    index_folder(folder, "c", cache, SMALL, progress=lambda *step: reported.append(step))
    stages = list(dict.fromkeys(stage for stage, _, _ in reported))
    assert stages == ["Looking at files", "Encoding pictures", "Building the index"]
    for stage in stages:
        done = [step[1] for step in reported if step[0] == stage]
        assert done == sorted(done)
        assert done[-1] == next(step[2] for step in reversed(reported) if step[0] == stage)


# -- failing harms nothing ---------------------------------------------------------------------------------------------


def failing(folder: Path, tmp_path: Path) -> dict[str, dict[str, object]]:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.csv").write_text("title,artist\nA mill,Jan\n")
    (tmp_path / "headings only.csv").write_text("file,title\n")
    (tmp_path / "of another museum.csv").write_text("file,title\nnot-here.jpg,x\n")
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "a.jpg").write_text("not a picture")
    return {
        "missing folder": {"folder": tmp_path / "absent"},
        "empty folder": {"folder": tmp_path / "empty"},
        "a file for a folder": {"folder": folder / "work-000.jpg"},
        "nothing but letters": {"folder": letters},
        "another collection's folder": {"folder": folder_of(tmp_path / "other", 1, first=90)},
        "no file column": {"metadata": tmp_path / "bad.csv"},
        "no rows": {"metadata": tmp_path / "headings only.csv"},
        "a catalogue of other pictures": {"metadata": tmp_path / "of another museum.csv"},
        "missing catalogue": {"metadata": tmp_path / "absent.csv"},
        "missing model folder": {"config": Config(model=str(tmp_path / "absent"))},
        "no model in the folder": {"config": Config(model=str(tmp_path / "empty"))},
        "no such engine": {"config": Config(model="mini", resolution=224, engine="milvus")},
        "engine without sense": {"config": Config(model="mini", resolution=224, engine="hnsw?M=0")},
        "engine setting unknown": {"config": Config(model="mini", resolution=224, engine="hnsw?trees=9")},
        "no such layer": {"config": Config(model="mini", resolution=224, match_layer=-99)},
        "no such device": {"runtime": RuntimeOptions(device="abacus")},
        "a device that is not there": {"runtime": RuntimeOptions(device="cuda:77")},
    }  # fmt: skip


def test_no_failing_run_harms_what_is_there(folder: Path, cache: Path, index, tmp_path: Path) -> None:
    csv = write_csv(tmp_path / "c.csv", [{"file": "work-000.jpg", "title": "The Mill"}])
    index(folder, metadata=csv)
    before, found = state(cache), answers(Workspace.open("c", cache))
    for what, choices in failing(folder, tmp_path).items():
        arguments = {"folder": folder, "config": SMALL, **choices}
        for name in ("c", "new"):
            with pytest.raises(ExplorerError) as caught:
                index_folder(arguments.pop("folder"), name, cache, arguments.pop("config"), **arguments)
            arguments = {"folder": folder, "config": SMALL, **choices}
            assert "\n" not in str(caught.value), what
            if what == "another collection's folder":
                break  # under a new name it is a good folder
            assert not (cache / "new").exists(), f"{what} leaves an empty collection behind"
        assert state(cache) == before, what
    assert answers(Workspace.open("c", cache)) == found
    assert index(folder).encoded == 0


@pytest.mark.parametrize("choice", [
    lambda: Config(resolution=0), lambda: Config(resolution=-224), lambda: Config(resolution=1_000_000),
    lambda: RuntimeOptions(batch=-3), lambda: RuntimeOptions(threads=-1),
])  # fmt: skip
def test_numbers_without_sense_are_refused(choice) -> None:
    with pytest.raises(ExplorerError):
        choice()


@pytest.mark.parametrize("name", [
    "a/b", "../c", "..", ".", "", " ", "a\\b", "/abs", "c:", "a\nb", "a\0b", "x" * 65, "-c", "c.",
])  # fmt: skip
def test_a_name_that_is_no_folder_name_is_refused(folder: Path, cache: Path, name: str) -> None:
    with pytest.raises(ExplorerError, match="cannot name a collection"):
        index_folder(folder, name, cache, SMALL)
    assert not cache.exists()


def test_when_every_picture_has_become_unreadable_the_collection_stays(folder: Path, cache: Path, index) -> None:
    """A network disk that has gone away, or a tool that wrote zeros over everything."""
    index(folder)
    before = state(cache)
    contents = {path: path.read_bytes() for path in folder.iterdir()}
    for path in contents:
        path.write_bytes(b"\0" * 100)
    with pytest.raises(ExplorerError):
        index(folder)
    assert state(cache) == before
    for path, content in contents.items():  # whole headers this time, and nothing behind them
        path.write_bytes(content[:1500])
    with pytest.raises(ExplorerError, match="None of the pictures"):
        index(folder)
    assert_works(cache)
    for path, content in contents.items():
        path.write_bytes(content)
    assert index(folder).encoded == 0
    assert_works(cache)


def test_searches_go_on_though_files_were_removed_and_the_next_run_was_stopped(
    folder: Path, cache: Path, index, monkeypatch
) -> None:
    """The database is ahead of the tables then, as it is all through a long run."""
    index(folder)
    (folder / "work-005.jpg").unlink()
    folder_of(folder, 1, first=70)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("explorer.indexing.build.write_tables", stop)
    with pytest.raises(KeyboardInterrupt):
        index(folder)
    monkeypatch.undo()
    workspace = Workspace.open("c", cache)
    found = {work for matches in answers(workspace) for work, _, _ in matches}
    assert found == {f"work-00{n}.jpg" for n in range(5)}
    assert match_records(workspace, search(workspace, Query((RegionPart("work-000.jpg", Box.whole()),))))
    assert index(folder).encoded == 0, "the new one was encoded before the stop"
    assert_works(cache)


def test_two_runs_at_once_the_second_says_so(folder: Path, cache: Path, index) -> None:
    import filelock

    index(folder)
    with filelock.FileLock(cache / "c" / "indexing.lock"), pytest.raises(ExplorerError, match="another process"):
        index(folder)
    assert index(folder).encoded == 0


def test_a_moved_folder_is_the_same_collection(folder: Path, cache: Path, index, tmp_path: Path) -> None:
    index(folder)
    moved = folder.rename(tmp_path / "moved")
    report = index(moved)
    assert (report.works, report.encoded) == (6, 0)
    workspace = Workspace.open("c", cache)
    assert workspace.original(workspace.collection.work("work-000.jpg")).is_file()


def test_searches_go_on_without_the_originals(folder: Path, cache: Path, index) -> None:
    """A disk that is not plugged in: what was computed is enough to search, and what is missing is said."""
    index(folder)
    before = answers(Workspace.open("c", cache))
    shutil.rmtree(folder)
    workspace = Workspace.open("c", cache)
    assert answers(workspace) == before
    assert workspace.thumbnail("work-000.jpg").is_file()
    with pytest.raises(ExplorerError, match="no file"):
        workspace.view("work-000.jpg")
    with pytest.raises(ExplorerError, match="no folder"):
        index(folder)
    assert answers(Workspace.open("c", cache)) == before


def test_an_open_collection_goes_on_while_it_is_indexed_again(folder: Path, cache: Path, index) -> None:
    """The app has it open; its tables are replaced under it."""
    index(folder)
    open_before = Workspace.open("c", cache)
    folder_of(folder, 3, first=60)
    index(folder)
    assert all(answers(open_before))
    assert open_before.cached("a map", lambda: np.ones((6, 2))).shape == (6, 2)


# -- interrupted -------------------------------------------------------------------------------------------------------

KILLED_RUN = """
import sys, time
from pathlib import Path
from explorer.config import Config
from explorer.indexing.encode import WorkEncoder
from explorer.config import RuntimeOptions
from explorer.indexing import index_folder
store = WorkEncoder._store
WorkEncoder._store = lambda *given: (store(*given), time.sleep(0.15))  # slow enough to be caught in the middle
config, runtime = Config(model="mini", resolution=224), RuntimeOptions(1, 4)
index_folder(Path(sys.argv[1]), "c", Path(sys.argv[2]), config, runtime=runtime)
"""


def kill_while_encoding(folder: Path, cache: Path, parts: int) -> None:
    run = subprocess.Popen([sys.executable, "-c", KILLED_RUN, str(folder), str(cache)], cwd=CHECKOUT)
    deadline = time.monotonic() + 120
    while len(list(cache.glob("c/*/parts/*.npz"))) < parts + 1 and time.monotonic() < deadline:  # and the reduction
        assert run.poll() is None, "it came to its end before it was killed"
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    run.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_run_goes_on_where_it_was(tmp_path: Path, cache: Path, index) -> None:
    folder = folder_of(tmp_path / "pictures", 20, size=(240, 180))
    index(folder, name="never killed")
    kill_while_encoding(folder, cache, parts=5)
    with pytest.raises(ExplorerError, match="not indexed to its end"):
        Workspace.open("c", cache)
    report = index(folder)
    assert report.works == 20
    assert 1 <= report.encoded <= 15
    resumed, whole = Workspace.open("c", cache), Workspace.open("never killed", cache)
    assert resumed.tables.works == whole.tables.works
    np.testing.assert_allclose(resumed.tables.region_vectors[:], whole.tables.region_vectors[:], atol=2e-3)
    np.testing.assert_allclose(resumed.tables.region_joint[:], whole.tables.region_joint[:], atol=2e-3)
    for mine, theirs in zip(answers(resumed), answers(whole), strict=True):
        assert [work for work, _, _ in mine[:5]] == [work for work, _, _ in theirs[:5]]
        assert [score for _, _, score in mine] == pytest.approx([score for _, _, score in theirs], abs=5e-3)
    assert not list(cache.rglob("*.part"))
    assert not list(cache.glob("c/*/parts/*"))

    # and while pictures are added: the collection stays as it was until the new state is whole
    folder_of(folder, 10, first=20, size=(240, 180))
    kill_while_encoding(folder, cache, parts=2)
    assert len(Workspace.open("c", cache).tables.works) == 20
    assert all(answers(Workspace.open("c", cache)))
    assert 1 <= index(folder).encoded <= 8
    assert_works(cache)


# -- damaged -----------------------------------------------------------------------------------------------------------


def features_folder(cache: Path) -> Path:
    (found,) = (path.parent for path in cache.glob("c/*/manifest.json"))
    return found


@pytest.mark.parametrize("damage", ["missing", "empty", "half", "text"])
@pytest.mark.parametrize("pattern", [
    "manifest.json", "tables-*/works.json", "tables-*/cells.npy", "tables-*/region_vectors.npy",
    "tables-*/reduction.npz", "tables-*/regions.index",
])  # fmt: skip
def test_damage_is_a_sentence_or_a_miss_and_indexing_again_mends_it(
    indexed: tuple[Path, Path, list], tmp_path: Path, cache: Path, index, pattern: str, damage: str
) -> None:
    folder, original, found = indexed
    shutil.copytree(original, cache)
    (path,) = features_folder(cache).glob(pattern)
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "half": content[: len(content) // 2], "text": b"hello"}[damage])
    try:
        assert answers(Workspace.open("c", cache)) == found  # a miss: made again as it was needed
    except ExplorerError as error:
        assert "index" in str(error)
        assert "\n" not in str(error)
    else:
        assert pattern.endswith("index")
    index(folder, config=GRAPH)
    assert answers(Workspace.open("c", cache)) == found
    assert index(folder, config=GRAPH).encoded == 0


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list]:
    """Pictures, a cache to copy, and what searches find in it. Not to be changed."""
    folder = folder_of(tmp_path_factory.mktemp("pictures"), 3, size=(160, 120))
    cache = tmp_path_factory.mktemp("cache") / "cache"
    index_folder(folder, "c", cache, GRAPH)
    return folder, cache, answers(Workspace.open("c", cache))


@pytest.mark.parametrize("change", [
    {"config": None}, {"config": {"model": "mini", "nonsense": 1}}, {"works": None, "surprise": 1}, {"tables": "../.."},
    {"tables": "tables-9999"}, {"index_hash": "0"},
])  # fmt: skip
def test_a_manifest_that_says_something_odd(
    indexed: tuple[Path, Path, list], cache: Path, index, change: dict[str, object]
) -> None:
    folder, original, found = indexed
    shutil.copytree(original, cache)
    path = features_folder(cache) / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **change}), "utf-8")
    try:
        assert answers(Workspace.open("c", cache)) == found
    except ExplorerError as error:
        assert "index" in str(error)
    index(folder, config=GRAPH)
    assert answers(Workspace.open("c", cache)) == found


def test_damaged_parts_of_a_killed_run_are_encoded_again(indexed: tuple[Path, Path, list], cache: Path, index) -> None:
    folder, original, found = indexed
    shutil.copytree(original, cache)
    features = features_folder(cache)
    parts = features / "parts"
    (features / "manifest.json").unlink()
    parts.mkdir(exist_ok=True)
    contents = json.loads(next(features.glob("tables-*/works.json")).read_text("utf-8"))
    (parts / f"{contents[0][1]}.npz").write_bytes(b"PK\x03\x04 cut short")
    (parts / f"{contents[1][1]}.part").write_bytes(b"half written")
    report = index(folder, config=GRAPH)
    assert report.works == 3
    assert answers(Workspace.open("c", cache)) == found


def test_an_index_of_other_vectors_is_not_believed(indexed: tuple[Path, Path, list], cache: Path) -> None:
    """A whole and valid file, but not ours: hnswlib itself would load it without a word."""
    from explorer.index import build_index

    _, original, found = indexed
    shutil.copytree(original, cache)
    vectors = np.random.default_rng(0).normal(size=(50, 7)).astype(np.float32)
    build_index("hnsw", vectors).save(next(features_folder(cache).glob("tables-*/regions.index")))
    assert answers(Workspace.open("c", cache)) == found


def test_a_damaged_database_is_kept_and_said(indexed: tuple[Path, Path, list], cache: Path, index) -> None:
    """It holds what people made: better to stop than to begin a new one over it."""
    folder, original, _ = indexed
    shutil.copytree(original, cache)
    path = cache / "c" / "collection.sqlite"
    path.write_bytes(b"\0\1\2" * 5000)
    for attempt in (lambda: Workspace.open("c", cache), lambda: index(folder)):
        with pytest.raises(ExplorerError, match="database"):
            attempt()
        assert path.read_bytes() == b"\0\1\2" * 5000


def test_a_collection_that_is_not_there(cache: Path, demo_cache: Path) -> None:
    with pytest.raises(ExplorerError, match="no collection 'c'"):
        Workspace.open("c", cache)
    with pytest.raises(ExplorerError, match="there: demo"):
        Workspace.open("c", demo_cache)
