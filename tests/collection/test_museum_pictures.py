"""Picture files as museums hand them over: deep, in planes, of several pages, cut, profiled, and what is no picture."""

from __future__ import annotations

import contextlib
import os
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tiff_files import write_tiff

from explorer.collection import pictures
from explorer.collection.derivatives import Derivatives
from explorer.collection.files import picture_files
from explorer.collection.pictures import file_hash, open_picture, picture_size
from explorer.collection.tiff_planes import fill_from_planes
from explorer.errors import ExplorerError
from explorer.geometry import Box

SIDE = 96


def shades(most: int) -> np.ndarray:
    """A grey from 0 to ``most``, left to right."""
    return np.tile(np.linspace(0, most, SIDE).round(), (SIDE, 1))


def opened(path: Path, **how: int) -> np.ndarray:
    return np.asarray(open_picture(path, **how).image).astype(int)


def flag(depth: int) -> np.ndarray:
    """Red above, yellow below."""
    picture = np.zeros((SIDE, SIDE, 3), np.uint16)
    picture[..., 0] = depth
    picture[SIDE // 2 :, :, 1] = depth
    return picture


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("planes", [False, True])
@pytest.mark.parametrize("long_side", [None, 48])
def test_16_bits_in_planes_or_not(tmp_path: Path, planes: bool, big_endian: bool, long_side: int | None):
    path = write_tiff(tmp_path / "a.tif", flag(65535), planes=planes, big_endian=big_endian)
    shown = opened(path, **({"long_side": long_side} if long_side else {}))
    assert np.abs(shown[2, 2] - (255, 0, 0)).max() <= 3
    assert np.abs(shown[-3, 2] - (255, 255, 0)).max() <= 3


@pytest.mark.parametrize("bits", [10, 12, 14])
@pytest.mark.parametrize("kind", ["grey", "colour", "planes"])
def test_a_scan_of_fewer_bits_has_usable_tones_and_that_is_said(tmp_path: Path, bits: int, kind: str):
    most = 2**bits - 1
    grey = shades(most).astype(np.uint16)
    page = grey if kind == "grey" else np.repeat(grey[..., None], 3, axis=2)
    picture = open_picture(write_tiff(tmp_path / "a.tif", page, planes=kind == "planes"))
    right = np.linspace(0, 255, SIDE)
    assert np.abs(np.asarray(picture.image)[5, :, 1] - right).max() <= 3
    assert [f"uses {bits} of its 16 bits" in remark for remark in picture.remarks] == [True]


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("long_side", [None, 48])
def test_compressed_planes_of_fewer_bits(tmp_path: Path, big_endian: bool, orientation: int, long_side: int | None):
    """Red, green and blue differ, and the picture is not square: no plane may be taken for another, or lie."""
    page = np.stack([shades(4095), shades(4095)[:, ::-1], np.full((SIDE, SIDE), 2000.0)], axis=2)[:60].astype(np.uint16)
    how = {"big_endian": big_endian, "orientation": orientation}
    path = write_tiff(tmp_path / "a.tif", page, planes=True, deflated=True, **how)
    picture = open_picture(path, **({"long_side": long_side} if long_side else {}))
    plain = open_picture(write_tiff(tmp_path / "b.tif", page, **how), **({"long_side": long_side} if long_side else {}))
    assert picture.remarks == plain.remarks == ("its tones are stretched, for it uses 12 of its 16 bits",)
    assert np.abs(np.asarray(picture.image).astype(int) - np.asarray(plain.image)).max() <= 1
    if orientation == 1 and not long_side:
        assert np.abs(np.asarray(picture.image)[5] - page[5] * (255 / 4095)).max() <= 3


def test_planes_that_claim_more_than_there_is_are_not_copied(tmp_path: Path):
    page = np.repeat(shades(4095)[..., None], 3, axis=2).astype(np.uint16)
    path = write_tiff(tmp_path / "a.tif", page, planes=True, deflated=True)
    tags = {273: (8, 8, 8), 279: (2**31 - 1,) * 3}
    with pytest.raises(ValueError, match="save it without compression"):
        fill_from_planes(path, Image.new("RGB", (SIDE, SIDE)), tags)


def test_a_dark_picture_of_all_bits_stays_dark(tmp_path: Path):
    picture = open_picture(write_tiff(tmp_path / "a.tif", shades(20_000).astype(np.uint16)))
    assert np.asarray(picture.image).max() == pytest.approx(20_000 / 257, abs=2)
    assert not picture.remarks


@pytest.mark.parametrize("most", [1.0, 200.0, 255.0, 65535.0])
def test_floats(tmp_path: Path, most: float):
    white = next(white for white in (1.0, 255.0, 65535.0) if most <= white)
    shown = opened(write_tiff(tmp_path / "a.tif", shades(1000).astype(np.float32) * (most / 1000)))
    assert np.abs(shown[5, :, 0] - np.linspace(0, 255 * most / white, SIDE)).max() <= 3


def test_the_largest_page_is_shown_and_that_is_said(tmp_path: Path):
    pages = [np.full((side, side, 3), tone, np.uint8) for side, tone in ((20, 10), (90, 120), (80, 240))]
    path = write_tiff(tmp_path / "a.tif", *pages, small=0)
    assert picture_size(path) == (90, 90)
    picture = open_picture(path)
    assert picture.image.size == (90, 90)
    assert np.asarray(picture.image)[5, 5, 0] == 120
    assert picture.remarks == ("page 2 of 3 is shown, the largest",)


def test_one_page_and_its_smaller_copies_need_no_word(tmp_path: Path):
    pages = [np.full((side, side, 3), 120, np.uint8) for side in (96, 48, 24)]
    assert open_picture(write_tiff(tmp_path / "a.tif", *pages)).remarks == ()


JPEGS = {
    "usual": {}, "progressive": {"progressive": True}, "without subsampling": {"progressive": True, "subsampling": 0},
    "begun anew": {"restart_marker_rows": 1},
    "progressive, begun anew": {"restart_marker_blocks": 7, "progressive": True},
}  # fmt: skip


@pytest.fixture(params=JPEGS)
def photograph(tmp_path: Path, request: pytest.FixtureRequest) -> bytes:
    noise = np.random.default_rng(3).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    picture = Image.fromarray(noise).resize((403, 301), Image.Resampling.BICUBIC)
    picture.save(tmp_path / "whole.jpg", quality=90, **JPEGS[request.param])
    return (tmp_path / "whole.jpg").read_bytes()


@pytest.mark.parametrize("lost", [1, 2])
@pytest.mark.parametrize("long_side", [None, 100])
def test_a_jpeg_without_its_end_mark_is_read(tmp_path: Path, photograph: bytes, lost: int, long_side: int | None):
    path = tmp_path / "a.jpg"
    path.write_bytes(photograph[:-lost])
    how = {"long_side": long_side} if long_side else {}
    assert np.array_equal(opened(path, **how), opened(tmp_path / "whole.jpg", **how))
    assert "end is missing" in open_picture(path, **how).remarks[0]


@pytest.mark.parametrize("share", [0.99, 0.9, 0.5])
@pytest.mark.parametrize("long_side", [None, 100])
def test_a_jpeg_that_was_cut_is_refused(tmp_path: Path, photograph: bytes, share: float, long_side: int | None):
    path = tmp_path / "a.jpg"
    path.write_bytes(photograph[: int(share * len(photograph))])
    with pytest.raises(ExplorerError, match="damaged"):
        open_picture(path, **({"long_side": long_side} if long_side else {}))


def test_a_jpeg_that_was_cut_anywhere_is_refused_or_looks_the_same(tmp_path: Path, photograph: bytes):
    """Also where a scan ends, or where the decoder begins anew: there nothing runs out in the middle."""
    right = opened(tmp_path / "whole.jpg")
    marks = [found.start() for found in re.finditer(rb"\xff[\xc4\xda\xd0-\xd7]", photograph)][3::9]
    cuts = {*range(len(photograph) - 12, len(photograph) - 2), *marks, *(mark + 2 for mark in marks)}
    refused = 0
    for cut in cuts:
        (tmp_path / "a.jpg").write_bytes(photograph[:cut])
        try:
            assert np.abs(opened(tmp_path / "a.jpg") - right).max() <= 3, cut
        except ExplorerError:
            refused += 1
    assert refused >= len(cuts) - 3


def test_a_progressive_jpeg_that_lacks_its_last_scan_is_refused(tmp_path: Path):
    """What is left ends in order, but lacks fine detail."""
    picture = Image.fromarray(np.random.default_rng(3).integers(0, 255, (200, 200), dtype=np.uint8))
    picture.save(tmp_path / "a.jpg", progressive=True)
    whole = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(whole[: whole.rindex(b"\xff\xc4")])
    with pytest.raises(ExplorerError, match="damaged"):
        open_picture(tmp_path / "a.jpg")


def test_a_scan_of_few_bits_is_refused_where_it_would_take_too_much_memory(tmp_path: Path, monkeypatch):
    """Its high and its low bytes are read one after the other, and are in memory together."""
    grey = shades(4095).astype(np.uint16)
    path = write_tiff(tmp_path / "a.tif", np.repeat(grey[..., None], 3, axis=2))
    monkeypatch.setattr(pictures, "MOST_OF_TWO", SIDE * SIDE)
    assert open_picture(path).remarks
    monkeypatch.setattr(pictures, "MOST_OF_TWO", SIDE * SIDE - 1)
    with pytest.raises(ExplorerError, match=r"a\.tif has more than"):
        open_picture(path)


def test_a_grey_profile_is_used_alike_everywhere(tmp_path: Path):
    """A grey whose tones are linear light: mid grey is much lighter on the screen."""
    path = tmp_path / "a.tif"
    Image.fromarray(shades(255).astype(np.uint8)).save(path, icc_profile=_grey_profile(1.0))
    shown = opened(path)[5, :, 0]
    value = shades(255)[0] / 255
    right = 255 * np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055)
    assert np.abs(shown - right).max() <= 3
    copies = Derivatives(tmp_path / "copies")
    content = file_hash(path)
    detail, _ = copies.detail(content, path, Box(0, 0, 1, 1), margin=0.0)
    for copy in (copies.thumbnail(content, path), copies.view(content, path), detail):
        assert np.abs(np.asarray(Image.open(copy).convert("RGB")).astype(int)[5, :, 0] - shown).max() <= 3


def _grey_profile(gamma: float) -> bytes:
    """An ICC profile of version 2 for a grey device with a curve of one exponent."""
    import struct

    def fixed(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    white = b"XYZ \0\0\0\0" + fixed(0.9642) + fixed(1.0) + fixed(0.8249)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    words = b"linear grey\0"
    name = b"desc\0\0\0\0" + struct.pack(">I", len(words)) + words + b"\0" * 78
    name += b"\0" * (-len(name) % 4)
    rights = b"text\0\0\0\0" + b"none\0\0\0\0"
    parts = [(b"desc", name), (b"cprt", rights), (b"wtpt", white), (b"kTRC", curve)]
    at, table, body = 128 + 4 + 12 * len(parts), struct.pack(">I", len(parts)), b""
    for tag, part in parts:
        table += tag + struct.pack(">II", at + len(body), len(part))
        body += part
    head = struct.pack(">I4sI4s4s4s", at + len(body), b"none", 0x02100000, b"mntr", b"GRAY", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + fixed(0.9642) + fixed(1.0) + fixed(0.8249)
    return head.ljust(128, b"\0") + table + body


@pytest.mark.parametrize("ending", ["jpe", "jfif", "gif", "bmp", "jp2", "avif"])
def test_other_endings_are_read(tmp_path: Path, ending: str):
    kind = {"jpe": "JPEG", "jfif": "JPEG", "jp2": "JPEG2000"}.get(ending, ending.upper())
    Image.new("RGB", (40, 30), (200, 30, 60)).save(tmp_path / f"a.{ending}", kind)
    (file,) = picture_files(tmp_path)
    assert np.abs(opened(file.path)[5, 5] - (200, 30, 60)).max() <= 12


@pytest.mark.parametrize("name", ["a.pdf", "a.svg", "a.NEF", "a.jxl"])
def test_what_is_not_read_is_listed_with_the_reason(tmp_path: Path, name: str):
    Image.new("RGB", (40, 30)).save(tmp_path / "b.jpg")
    (tmp_path / name).write_text("something")
    listed, picture = picture_files(tmp_path)
    assert listed.id == name
    assert name in listed.reason and "save" in listed.reason
    assert not picture.reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_is_listed_and_not_waited_for(tmp_path: Path):
    Image.new("RGB", (40, 30)).save(tmp_path / "b.jpg")
    os.mkfifo(tmp_path / "a.jpg")
    assert "pipe" in picture_files(tmp_path)[0].reason
    with pytest.raises(ExplorerError, match="pipe"):
        open_picture(tmp_path / "a.jpg")


@pytest.mark.parametrize(("large", "together"), [(10**9, 2), (0, 1)])
def test_of_large_pictures_one_is_decoded_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int, together: int
):
    """However many threads ask: two would take twice the memory."""
    Image.new("RGB", (SIDE, SIDE)).save(tmp_path / "a.png")
    monkeypatch.setattr(pictures, "_LARGE", large)
    loaded, met = pictures._loaded, threading.Barrier(2, timeout=1)
    found: list[int] = []

    def load(*arguments: Any) -> Image.Image:
        with contextlib.suppress(threading.BrokenBarrierError):
            met.wait()
            found.append(2)
        return loaded(*arguments)

    monkeypatch.setattr(pictures, "_loaded", load)
    threads = [threading.Thread(target=open_picture, args=(tmp_path / "a.png",)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(found, default=1) == together
