"""Bytes that change by themselves are noticed and placed, and what follows from sound ones is made again."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from explorer.features.pca import Reduction
from explorer.verification import KeyPoints
from explorer.workspace import kept_arrays
from explorer.workspace.checksums import BLOCK, damage_in, forget_added, record, record_added, recorded, sums_of
from explorer.workspace.condition import check_tables
from explorer.workspace.kept_arrays import KeptArrays
from explorer.workspace.tables import REDUCTION_FILE, TABLE_FILES, Tables, WorkFeatures, write_tables

SIDE, DIMS = (
    40,
    32,
)  # a grid of 40 by 40 cells of 32 halves: 100 KB a work, so that blocks and works do not fall together


def flip(path: Path, at: int) -> None:
    """Turn round 64 bytes."""
    content = bytearray(path.read_bytes())
    content[at : at + 64] = bytes(byte ^ 0xFF for byte in content[at : at + 64])
    path.write_bytes(content)


def features(seed: int) -> WorkFeatures:
    rng = np.random.default_rng(seed)
    return WorkFeatures(
        rng.normal(size=(SIDE, SIDE, DIMS)).astype(np.float16),
        np.sort(rng.random((9, 2, 2)), axis=1).reshape(9, 4).astype(np.float32),
        rng.normal(size=(9, DIMS)).astype(np.float16),
        rng.normal(size=(9, 7)).astype(np.float16),
        KeyPoints(rng.random((5, 2), dtype=np.float32), rng.integers(0, 255, (5, 128), dtype=np.uint8)),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "tables-0001"
    write_tables(target, [(f"w{n}.jpg", f"hash{n}") for n in range(6)], (features(n) for n in range(6)))
    Reduction(np.zeros(9, np.float32), np.ones((9, DIMS), np.float32)).save(target / REDUCTION_FILE)
    np.save(target / "reference_cells.npy", np.ones((4, DIMS), np.float16))
    record(target, TABLE_FILES)
    return target


def works_that_differ(folder: Path) -> set[str]:
    """The oracle: works whose cells are not those that were written."""
    tables = Tables(folder)
    return {
        work for row, work in enumerate(tables.works)
        if tables.cells(row).tobytes() != features(row).cells.tobytes()
    }  # fmt: skip


def test_sound_tables_are_sound(folder: Path) -> None:
    condition = check_tables(folder)
    assert (condition.recorded, condition.damage) == (True, ())


@pytest.mark.parametrize("work", range(6))
def test_damaged_cells_name_their_works_and_few_others(folder: Path, work: int) -> None:
    size = SIDE * SIDE * DIMS * 2
    for within in (0, size // 2, size - 64):
        flip(folder / "cells.npy", 128 + work * size + within)
        found = check_tables(folder)
        assert works_that_differ(folder) == {f"w{work}.jpg"}
        assert f"w{work}.jpg" in found.works
        assert len(found.works) <= 2
        assert [damage.file for damage in found.damage] == ["cells.npy"]
        (sentence,) = found.sentences()
        assert f"w{work}.jpg" in sentence
        assert "index the collection again" in sentence
        flip(folder / "cells.npy", 128 + work * size + within)


@pytest.mark.parametrize("file", TABLE_FILES)
def test_a_changed_bit_in_any_file_is_noticed(folder: Path, file: str) -> None:
    content = bytearray((folder / file).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / file).write_bytes(content)
    (damage,) = check_tables(folder).damage
    assert damage.file == file
    follows = file in ("coarse_cells.npy", "reference_cells.npy")
    assert (damage.works == () and not damage.all_works) is follows
    (folder / file).unlink()
    assert [damage.file for damage in check_tables(folder).damage] == [file], "nor may it be missing"


def test_tables_without_checksums_say_so(folder: Path) -> None:
    (folder / "checksums.json").unlink()
    condition = check_tables(folder)
    assert (condition.recorded, condition.damage) == (False, ())
    (folder / "checksums.json").write_text("{}")
    assert not check_tables(folder).recorded
    (folder / "cells.npy").write_bytes(b"hello")
    assert check_tables(folder).all_works, "what can be seen without them is said"


def test_files_that_are_added_have_checksums_of_their_own(folder: Path) -> None:
    (folder / "map.npy").write_bytes(b"m" * 100)
    record_added(folder, "map.npy")
    assert check_tables(folder).damage == ()
    flip(folder / "map.npy", 10)
    (damage,) = check_tables(folder).damage
    assert (damage.file, damage.works, damage.all_works) == ("map.npy", (), False)
    forget_added(folder, "map.npy")
    assert check_tables(folder).damage == ()
    assert "map.npy" not in recorded(folder)


@pytest.mark.parametrize("length", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])
def test_blocks_of_files_of_every_length(tmp_path: Path, length: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(np.random.default_rng(0).bytes(length))
    known = sums_of(path)
    assert damage_in(path, known) is None
    if length:
        content = bytearray(path.read_bytes())
        content[-1] ^= 0x10
        path.write_bytes(content)
        start = (length - 1) // BLOCK * BLOCK
        assert damage_in(path, known).parts == ((start, length),)
    path.write_bytes(bytes(length + 1))
    assert damage_in(path, known).parts == ()


def test_a_part_with_a_changed_bit_is_a_miss_or_unharmed(tmp_path: Path) -> None:
    path = tmp_path / "part.npz"
    original = features(3)
    original.save(path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 1009):
        changed = bytearray(whole)
        changed[at] ^= 0x04
        path.write_bytes(changed)
        loaded = WorkFeatures.load(path)
        if loaded is not None:  # the bit was one of the archive's that nobody reads, such as a date
            np.testing.assert_array_equal(loaded.cells, original.cells)
            np.testing.assert_array_equal(loaded.points.descriptors, original.points.descriptors)


# -- arrays that are computed once -------------------------------------------------------------------------------------


def test_an_array_is_computed_once_whatever_becomes_of_its_folder(tmp_path: Path) -> None:
    arrays, computed = KeptArrays(tmp_path / "gone"), []

    def compute() -> np.ndarray:
        computed.append(threading.get_ident())
        return np.arange(6.0)

    threads = [threading.Thread(target=arrays.get, args=("a", compute)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(arrays.get("a", compute), np.arange(6.0))
    assert len(computed) == 1
    with pytest.raises(ValueError, match="read-only"):
        arrays.get("a", compute)[0] = 1


@pytest.mark.parametrize("large", [1, 1 << 20])
def test_an_array_is_kept_for_the_next_time_and_not_believed_when_damaged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(kept_arrays, "LARGE", large)
    expected = np.arange(40.0)
    for array in (
        KeptArrays(folder).get("a", lambda: expected), KeptArrays(folder).get("a", lambda: np.zeros(0)),
    ):  # fmt: skip
        np.testing.assert_array_equal(array, expected)
        assert isinstance(array, np.memmap) is (large == 1)
    flip(folder / "a.npy", 200)
    assert [damage.file for damage in check_tables(folder).damage] == ["a.npy"]
    if large > 1:
        np.testing.assert_array_equal(KeptArrays(folder).get("a", lambda: expected), expected)
        assert check_tables(folder).damage == ()
