"""Damage that came by itself is found, named, and mended by encoding the works concerned and no others."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from generated import SMALL, folder_of

from explorer.collection.files import backup_files
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.indexing.checking import check_collection, repair_collection
from explorer.search import search
from explorer.search.query import Query, RegionPart
from explorer.workspace import Workspace

WORKS = 8


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Pictures, and a cache to copy. Not to be changed."""
    folder = folder_of(tmp_path_factory.mktemp("pictures"), WORKS)
    cache = tmp_path_factory.mktemp("cache") / "cache"
    index_folder(folder, "c", cache, SMALL)
    return folder, cache


@pytest.fixture
def folder(made: tuple[Path, Path], cache: Path) -> Path:
    """The pictures; their collection is in this test's own cache."""
    shutil.copytree(made[1], cache)
    return made[0]


def tables(cache: Path) -> Path:
    (found,) = cache.glob("c/*/tables-*")
    return found


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at : at + 64] = bytes(byte ^ 0xFF for byte in content[at : at + 64])
    path.write_bytes(content)


def arrays(cache: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in tables(cache).glob("*.npy")}


def test_what_was_just_indexed_is_sound(folder: Path, cache: Path) -> None:
    report = check_collection("c", cache)
    assert report.sound
    assert report.sentences() == []


def test_decayed_cells_are_named_and_only_their_works_encoded_again(folder: Path, cache: Path, index) -> None:
    before = arrays(cache)
    flip(tables(cache) / "cells.npy", len(before["cells.npy"]) - 100)
    report = check_collection("c", cache)
    assert not report.sound
    (damage,) = next(iter(report.tables.values())).damage
    assert damage.file == "cells.npy"
    assert f"work-00{WORKS - 1}.jpg" in damage.works
    assert len(damage.works) < WORKS
    again = index(folder)
    assert again.encoded == len(damage.works)
    assert check_collection("c", cache).sound
    after = arrays(cache)
    np.testing.assert_array_equal(  # the batches are others, so the last digit may be
        np.frombuffer(after["cells.npy"], np.float16, offset=128).astype(np.float32).round(1),
        np.frombuffer(before["cells.npy"], np.float16, offset=128).astype(np.float32).round(1),
    )
    assert index(folder).encoded == 0


@pytest.mark.parametrize(("file", "damage"), [
    ("coarse_cells.npy", "flipped"), ("reference_cells.npy", "flipped"), ("reference_cells.npy", "missing"),
    ("regions.index", "flipped"), ("regions.index", "missing"),
])  # fmt: skip
def test_what_follows_from_sound_files_is_made_again_without_encoding(
    folder: Path, cache: Path, index, file: str, damage: str
) -> None:
    config = replace(SMALL, engine="hnsw")  # the engine that has a file
    assert index(folder, config=config).encoded == 0
    content = (tables(cache) / file).read_bytes()
    if damage == "flipped":
        flip(tables(cache) / file, len(content) // 2)
    else:
        (tables(cache) / file).unlink()
    assert not check_collection("c", cache).sound
    assert index(folder, config=config).encoded == 0
    assert check_collection("c", cache).sound
    if file.endswith(".npy"):
        assert (tables(cache) / file).read_bytes() == content


def test_damage_is_not_carried_over_when_works_are_added(folder: Path, cache: Path, index, tmp_path: Path) -> None:
    grown = Path(shutil.copytree(folder, tmp_path / "grown"))
    index(grown)
    vectors = np.array(Workspace.open("c", cache).tables.features(0).vectors)
    flip(tables(cache) / "region_vectors.npy", 200)
    folder_of(grown, 1, first=70)
    assert index(grown).encoded > 1
    np.testing.assert_allclose(Workspace.open("c", cache).tables.features(0).vectors, vectors, atol=2e-3)


def test_tables_without_checksums_open_and_get_them(folder: Path, cache: Path, index) -> None:
    for path in tables(cache).glob("*checksums.json"):
        path.unlink()
    before = arrays(cache)
    report = check_collection("c", cache)
    assert report.sound
    assert "not recorded" in report.sentences()[0]
    assert index(folder).encoded == 0
    assert check_collection("c", cache).sentences() == []
    assert arrays(cache) == before


def test_leftovers_of_killed_runs_are_removed(folder: Path, cache: Path, index) -> None:
    features = tables(cache).parent
    for left in ("tables-0009.part/cells.npy", "parts/abc.npz.1-1.part", "parts/abc.part"):
        (features / left).parent.mkdir(exist_ok=True)
        (features / left).write_bytes(b"half")
    index(folder)
    assert not list(cache.rglob("*.part"))


def test_repairing_does_all_that_can_be_done(folder: Path, cache: Path) -> None:
    flip(tables(cache) / "region_joint.npy", 5000)
    picture = next(cache.rglob("thumbnails/*/*.jpg"))
    picture.write_bytes(picture.read_bytes()[:-100])
    report = check_collection("c", cache)
    assert report.pictures == [picture]
    assert json.dumps(report.record())
    assert repair_collection("c", cache).sound
    workspace = Workspace.open("c", cache)
    assert all(workspace.thumbnail(work).is_file() for work in workspace.tables.works)


@pytest.mark.parametrize("kind", ["full", "read-only"])
def test_on_a_disk_that_takes_nothing_searches_go_on(
    made: tuple[Path, Path], tmp_path: Path, small_disk, kind: str
) -> None:  # fmt: skip
    disk = small_disk("12m")
    shutil.copytree(made[1], disk / "cache")
    if kind == "full":
        small_disk.fill(disk)
    else:
        small_disk.make_read_only(disk)
    query = Query((RegionPart("work-000.jpg", Box(0.2, 0.2, 0.6, 0.7)),))
    workspace = Workspace.open("c", disk / "cache")
    found = [(match.work, match.score) for match in search(workspace, query)]
    assert found == [(match.work, match.score) for match in search(Workspace.open("c", made[1]), query)]
    assert workspace.thumbnail("work-000.jpg").is_file()
    assert workspace.collection.find("work 000")
    workspace.cached("a map", lambda: np.arange(9.0))
    assert workspace.cached("a map", lambda: np.zeros(0)).tolist() == list(range(9))
    for attempt in (
        lambda: workspace.view("work-000.jpg"),
        lambda: index_folder(folder_of(tmp_path / "others", 2), "c", disk / "cache", SMALL),
        lambda: workspace.collection.remember("x", "y" * 100_000),
    ):
        with pytest.raises(ExplorerError, match="full" if kind == "full" else "read-only"):
            attempt()


def test_an_open_collection_tells_its_damage(folder: Path, cache: Path) -> None:
    workspace = Workspace.open("c", cache)
    assert workspace.damage() == []
    blocks: list[int] = []
    assert workspace.check(lambda: blocks.append(1)).damage == ()
    assert len(blocks) > len(list(tables(cache).glob("*.npy")))
    flip(tables(cache) / "cells.npy", 5000)
    workspace.check()
    (sentence,) = workspace.damage()
    assert "cells.npy is damaged" in sentence
    index_folder(folder, "c", cache, SMALL)
    workspace.check()
    assert workspace.damage() == [], "its tables were replaced meanwhile"


def test_an_open_collection_is_looked_after(folder: Path, cache: Path) -> None:
    from explorer.workspace import start_upkeep

    flip(tables(cache) / "cells.npy", 5000)
    workspace = Workspace.open("c", cache)
    thread = start_upkeep(workspace)
    while workspace.condition is None and thread.is_alive():
        thread.join(0.01)
    assert workspace.damage()
    assert len(backup_files(workspace.collection.path)) == 1
