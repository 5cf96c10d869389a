"""Parts of originals from tiles: the pixels that the whole would give, whatever happened to the tiles."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from generated import ground
from PIL import Image

from explorer.collection import open_picture, tile_pyramid
from explorer.collection.tile_pyramid import TilePyramids, levels
from explorer.errors import ExplorerError

SIZE = (1700, 1100)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("original") / "a.png"
    ground(1, *SIZE).save(path)
    return path


@pytest.fixture
def pyramids(tmp_path: Path) -> TilePyramids:
    return TilePyramids(tmp_path / "tiles")


def expected(path: Path, region: tuple[int, int, int, int], size: tuple[int, int]) -> np.ndarray:
    left, top, width, height = region
    crop = open_picture(path).image.crop((left, top, left + width, top + height))
    return np.asarray(crop.resize(size, Image.Resampling.LANCZOS), np.float32)


@pytest.mark.parametrize(("region", "size"), [
    ((0, 0, 1700, 1100), (1700, 1100)), ((500, 500, 100, 60), (100, 60)), ((511, 511, 2, 2), (2, 2)),
    ((100, 200, 1000, 700), (500, 350)), ((0, 0, 1700, 1100), (170, 110)), ((1600, 1000, 100, 100), (300, 300)),
    ((300, 100, 640, 480), (640, 240)),
])  # fmt: skip
def test_a_part_is_what_the_whole_would_give(
    pyramids: TilePyramids, original: Path, region: tuple[int, int, int, int], size: tuple[int, int]
) -> None:
    found = pyramids.part("ab12", original, region, size)
    assert (found.size, found.mode) == (size, "RGB")
    assert np.abs(np.asarray(found, np.float32) - expected(original, region, size)).mean() < 3


def test_the_original_is_decoded_once(pyramids: TilePyramids, original: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []

    def counted(path: Path, long_side: int | None = None):
        opened.append(path)
        return open_picture(path, long_side)

    monkeypatch.setattr(tile_pyramid, "open_picture", counted)
    threads = [Thread(target=pyramids.part, args=("ab12", original, (n, 0, 90, 90), (90, 90))) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [original]


def test_a_damaged_or_missing_tile_is_made_again(pyramids: TilePyramids, original: Path) -> None:
    whole = (0, 0, *SIZE), SIZE
    before = np.asarray(pyramids.part("ab12", original, *whole))
    tile = next(pyramids.folder.rglob("1-2-1.jpg"))
    for damage in (lambda: tile.write_bytes(tile.read_bytes()[:200]), tile.unlink, lambda: tile.write_bytes(b"")):
        damage()
        assert np.array_equal(np.asarray(pyramids.part("ab12", original, *whole)), before)


def test_those_unused_for_longest_go_when_there_are_too_many(tmp_path: Path, original: Path) -> None:
    pyramids = TilePyramids(tmp_path / "tiles", most_bytes=1)
    asked = (0, 0, 50, 50), (50, 50)
    for content in ("aa01", "bb02"):
        pyramids.part(content, original, *asked)
    assert [place.name for place in pyramids.folder.glob("*/*")] == ["bb02"]
    one = sum(file.stat().st_size for file in pyramids.folder.rglob("*.*"))
    pyramids.most_bytes = round(2.5 * one)
    pyramids.part("cc03", original, *asked)
    os.utime(pyramids.folder / "cc" / "cc03" / "size.txt", (1, 1))
    pyramids.part("bb02", original, *asked)
    pyramids.part("dd04", original, *asked)
    assert sorted(place.name for place in pyramids.folder.glob("*/*")) == ["bb02", "dd04"]


def test_a_picture_of_too_many_pixels_is_kept_reduced(
    pyramids: TilePyramids, original: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tile_pyramid, "MOST_DECODED", 1_000_000)
    region, size = (200, 200, 800, 600), (400, 300)
    found = pyramids.part("ab12", original, region, size)
    assert np.abs(np.asarray(found, np.float32) - expected(original, region, size)).mean() < 4
    assert pyramids.part("ab12", original, region, (800, 600)).size == (800, 600)
    assert not list(pyramids.folder.rglob("1-2-0.jpg"))


def test_a_file_that_is_gone_is_a_sentence_and_leaves_nothing(pyramids: TilePyramids, tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="There is no file"):
        pyramids.part("ab12", tmp_path / "none.png", (0, 0, 9, 9), (9, 9))
    assert not pyramids.folder.exists() or not list(pyramids.folder.rglob("*.*"))


def test_levels_end_with_one_tile() -> None:
    assert levels((100, 80)) == [(1, (100, 80))]
    assert levels((1025, 3))[-1] == (4, (257, 1))
