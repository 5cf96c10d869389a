"""What is computed goes to disk and comes back the same; what is damaged is said, or is a miss."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.features.pca import Reduction
from explorer.features.pyramid import coarser
from explorer.verification import KeyPoints
from explorer.workspace.array_writer import ArrayWriter
from explorer.workspace.tables import REDUCTION_FILE, Tables, WorkFeatures, write_tables

FILES = (
    "works.json", "cells.npy", "coarse_cells.npy", "shapes.npy", "region_counts.npy", "region_boxes.npy",
    "region_vectors.npy", "region_joint.npy", "key_places.npy", "key_descriptors.npy", "key_counts.npy",
)  # fmt: skip


def features(seed: int) -> WorkFeatures:
    rng = np.random.default_rng(seed)
    rows, columns, regions = (int(v) for v in rng.integers(2, 9, 3))
    return WorkFeatures(
        rng.normal(size=(rows, columns, 5)).astype(np.float16),
        np.sort(rng.random((regions, 2, 2)), axis=1).reshape(regions, 4).astype(np.float32),
        rng.normal(size=(regions, 5)).astype(np.float16),
        rng.normal(size=(regions, 7)).astype(np.float16),
        KeyPoints(rng.random((3 * seed, 2), dtype=np.float32), rng.integers(0, 255, (3 * seed, 128), dtype=np.uint8)),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "tables-0001"
    write_tables(target, [(f"w{n}.jpg", f"hash{n}") for n in range(6)], (features(n) for n in range(6)))
    Reduction(np.zeros(9, np.float32), np.ones((9, 5), np.float32)).save(target / REDUCTION_FILE)
    return target


def assert_same(first: WorkFeatures, second: WorkFeatures) -> None:
    for name in ("cells", "boxes", "vectors", "joint"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
        assert getattr(first, name).dtype == getattr(second, name).dtype
    for name in ("places", "descriptors"):
        np.testing.assert_array_equal(getattr(first.points, name), getattr(second.points, name))
        assert getattr(first.points, name).dtype == getattr(second.points, name).dtype


def test_every_work_comes_back_as_it_was(folder: Path) -> None:
    tables = Tables(folder)
    assert tables.works == tuple(f"w{n}.jpg" for n in range(6))
    assert tables.contents == tuple(f"hash{n}" for n in range(6))
    for number in range(6):
        original = features(number)
        assert_same(tables.features(number), original)
        np.testing.assert_array_equal(tables.grid(number).vectors, original.cells.astype(np.float32))
        np.testing.assert_array_equal(tables.whole()[number], original.joint[0].astype(np.float32))
        for stored, coarse in zip(tables.coarse(number), coarser(original.cells), strict=True):
            np.testing.assert_array_equal(stored, coarse.astype(np.float16))
        mine = np.flatnonzero(tables.region_work == number)
        np.testing.assert_array_equal(tables.region_vectors[mine], original.vectors)
        assert tables.region_box(int(mine[-1])).as_tuple() == pytest.approx(original.boxes[-1].tolist())
    assert tables.reduction.dims == 5


def test_the_written_files_are_plain_numpy_files(folder: Path) -> None:
    """Written piecewise; they are byte for byte what ``np.save`` writes of the whole."""
    joined = np.concatenate([features(n).joint for n in range(6)])
    np.save(folder.parent / "at once.npy", joined)
    assert (folder / "region_joint.npy").read_bytes() == (folder.parent / "at once.npy").read_bytes()
    np.testing.assert_array_equal(np.load(folder / "region_joint.npy", allow_pickle=False), joined)
    assert np.load(folder / "region_joint.npy", mmap_mode="r").dtype == np.float16


def test_an_array_whose_writing_was_stopped_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cells.npy"
    writer = ArrayWriter(path)
    for _ in range(3):
        writer.append(np.ones((500, 8), np.float16))
    with pytest.raises(ValueError, match="pickled"):  # what np.load says of bytes without the format's mark
        np.load(path, allow_pickle=False)
    writer.close()
    assert np.load(path, allow_pickle=False).shape == (1500, 8)


def test_an_array_to_which_nothing_was_appended_is_empty(tmp_path: Path) -> None:
    ArrayWriter(tmp_path / "cells.npy").close()
    assert np.load(tmp_path / "cells.npy", allow_pickle=False).shape == (0, 1)


def test_a_part_comes_back_as_it_was(tmp_path: Path) -> None:
    features(3).save(tmp_path / "part.npz")
    assert_same(WorkFeatures.load(tmp_path / "part.npz"), features(3))
    assert [path.name for path in tmp_path.iterdir()] == ["part.npz"]


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 and then nothing"])
def test_a_damaged_part_is_a_miss(tmp_path: Path, content: bytes) -> None:
    assert WorkFeatures.load(tmp_path / "part.npz") is None
    (tmp_path / "part.npz").write_bytes(content)
    assert WorkFeatures.load(tmp_path / "part.npz") is None


def test_a_part_cut_short_anywhere_is_a_miss(tmp_path: Path) -> None:
    path = tmp_path / "part.npz"
    features(4).save(path)
    whole = path.read_bytes()
    for length in range(0, len(whole) - 1, 41):
        path.write_bytes(whole[:length])
        assert WorkFeatures.load(path) is None


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["missing", "empty", "half", "text", "of another set"])
def test_damaged_tables_are_one_clear_error(folder: Path, name: str, damage: str) -> None:
    path = folder / name
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "of another set":
        other = folder.with_name("other")
        write_tables(other, [("x.jpg", "x"), ("y.jpg", "y")], [features(11), features(12)])
        path.write_bytes((other / name).read_bytes())
    else:
        path.write_bytes({"empty": b"", "half": whole[: len(whole) // 2], "text": b"hello, world"}[damage])
    with pytest.raises(ExplorerError, match=r"damaged.*index the collection again"):
        Tables(folder)


@pytest.mark.parametrize("listing", [None, {}, 3, ["w0.jpg"], [["w0.jpg"]], [[1, 2, 3]], [None] * 6])
def test_a_listing_that_is_json_but_no_listing_is_the_same_error(folder: Path, listing: object) -> None:
    (folder / "works.json").write_text(json.dumps(listing), "utf-8")
    with pytest.raises(ExplorerError, match="damaged"):
        Tables(folder)


def test_a_missing_reduction_is_said_when_it_is_needed(folder: Path) -> None:
    (folder / REDUCTION_FILE).unlink()
    with pytest.raises(ExplorerError, match="damaged"):
        _ = Tables(folder).reduction
