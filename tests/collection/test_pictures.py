"""Opening what a museum's disk holds: every kind of file comes out upright, in its colours, or as one sentence."""

from __future__ import annotations

import base64
import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from generated import HEIC, HEIC_TURNED, ground, png_that_claims, save, work
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from explorer.collection import pictures, reducing, size_limits
from explorer.collection.pictures import file_hash, open_picture, picture_size
from explorer.collection.size_limits import bytes_per_pixel
from explorer.errors import ExplorerError

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow remarks on the damage that we do

ORIENTATION = 0x0112
SPOILED = {3: Image.Transpose.ROTATE_180, 2: Image.Transpose.FLIP_LEFT_RIGHT, 4: Image.Transpose.FLIP_TOP_BOTTOM,
           5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
           8: Image.Transpose.ROTATE_270}  # fmt: skip
"""What a camera held in a given orientation stores of an upright picture."""


def four_colours(width: int = 96, height: int = 64) -> Image.Image:
    """Red top left, green top right, blue bottom left, yellow bottom right: no turn or mirror looks like another."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 160, 60), (width // 2, 0, width, height // 2))
    image.paste((30, 50, 180), (0, height // 2, width // 2, height))
    image.paste((220, 210, 60), (width // 2, height // 2, width, height))
    return image


def pixels(image: Image.Image) -> np.ndarray:
    assert image.mode == "RGB"
    return np.asarray(image).astype(int)


def assert_looks_like(image: Image.Image, expected: Image.Image, tolerance: int = 12) -> None:
    assert image.size == expected.size
    assert np.abs(pixels(image) - pixels(expected)).mean() < tolerance


def assert_refused(path: Path, *words: str) -> None:
    """One sentence that names the file, from both ways of opening or at least from the one that decodes."""
    with pytest.raises(ExplorerError) as caught:
        open_picture(path)
    text = str(caught.value)
    assert path.name in text
    assert "\n" not in text
    assert text.endswith(".")
    assert all(word in text for word in words)


# -- orientation -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp"])
def test_pictures_come_upright(tmp_path: Path, ending: str, orientation: int) -> None:
    upright = four_colours()
    stored = upright.transpose(SPOILED[orientation]) if orientation in SPOILED else upright
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    path = save(stored, tmp_path / f"a.{ending}", exif=exif.tobytes())
    for long_side in (None, 48):
        picture = open_picture(path, long_side)
        assert (picture.width, picture.height) == (96, 64)
        assert_looks_like(picture.image, upright.resize(picture.image.size))
    assert picture.image.size == (48, 32)
    assert picture_size(path) == (96, 64)


def exif_entry(kind: int, count: int, value: bytes) -> bytes:
    """EXIF with nothing but an orientation, of any type and value."""
    entry = struct.pack("<HHI", ORIENTATION, kind, count) + value.ljust(4, b"\0")
    return b"Exif\0\0II*\0\x08\0\0\0\x01\0" + entry + b"\0" * 4


@pytest.mark.parametrize("exif", [
    exif_entry(3, 1, b"\0"), exif_entry(3, 1, b"\x09"), exif_entry(3, 1, b"\xff\xff"), exif_entry(2, 2, b"6\0"),
    exif_entry(5, 1, b"\x1a"), exif_entry(12, 1, b"\x1a"), exif_entry(99, 1, b"\x06"),
    b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\1" * 40, b"Exif\0\0junk",
], ids=range(11))  # fmt: skip
def test_an_orientation_that_means_nothing_is_ignored(tmp_path: Path, exif: bytes) -> None:
    path = save(four_colours(), tmp_path / "a.jpg", exif=exif, quality=95)
    assert_looks_like(open_picture(path).image, four_colours())
    assert picture_size(path) == (96, 64)


# -- kinds of pixels ---------------------------------------------------------------------------------------------------


def test_cmyk_jpeg(tmp_path: Path) -> None:
    path = save(four_colours().convert("CMYK"), tmp_path / "a.jpg", quality=95)
    assert_looks_like(open_picture(path).image, four_colours())
    assert_looks_like(open_picture(path, 48).image, four_colours(48, 32))


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_sixteen_bit_greys_keep_their_range(tmp_path: Path, ending: str) -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (64, 1))
    path = save(Image.fromarray(ramp), tmp_path / f"a.{ending}")
    grey = pixels(open_picture(path).image)
    np.testing.assert_allclose(grey[0, :, 0], np.arange(256), atol=1)
    assert (grey[..., 0] == grey[..., 1]).all()
    dark = save(Image.fromarray(ramp // 3), tmp_path / f"dark.{ending}")
    np.testing.assert_allclose(pixels(open_picture(dark).image)[0, :, 0], np.arange(256) / 3, atol=1)


def test_sixteen_bit_colour_tiff_and_png(tmp_path: Path) -> None:
    """Pillow cannot write them, so the files are put together here: one strip, and zlib by hand."""
    wanted = np.asarray(four_colours()).astype(">u2") * 257
    raw = b"".join(b"\0" + row.tobytes() for row in wanted)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 96, 64, 16, 2, 0, 0, 0)
    png = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + png)
    assert_looks_like(open_picture(tmp_path / "a.png").image, four_colours(), 2)

    tags = [(256, 3, 1, 96 << 16), (257, 3, 1, 64 << 16), (258, 3, 3, 134), (259, 3, 1, 1 << 16), (262, 3, 1, 2 << 16),
            (273, 4, 1, 140), (277, 3, 1, 3 << 16), (278, 3, 1, 64 << 16), (279, 4, 1, 96 * 64 * 6)]  # fmt: skip
    tiff = b"MM\0*" + struct.pack(">I", 8) + struct.pack(">H", len(tags))
    tiff += b"".join(struct.pack(">HHII", *tag) for tag in tags) + struct.pack(">I", 0)
    tiff = tiff.ljust(134, b"\0") + struct.pack(">HHH", 16, 16, 16) + wanted.tobytes()
    (tmp_path / "a.tif").write_bytes(tiff)
    assert_looks_like(open_picture(tmp_path / "a.tif").image, four_colours(), 2)


def test_float_tiff(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 1, 256).astype(np.float32), (64, 1))
    ramp[0, 0] = np.nan
    grey = pixels(open_picture(save(Image.fromarray(ramp), tmp_path / "a.tif")).image)
    np.testing.assert_allclose(grey[1, :, 0], np.arange(256), atol=1)


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    image = four_colours().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 48, 32))
    expected = four_colours()
    expected.paste("white", (0, 0, 48, 32))
    for ending in ("png", "tif", "webp"):
        path = save(image, tmp_path / f"a.{ending}", **({"lossless": True} if ending == "webp" else {}))
        assert_looks_like(open_picture(path).image, expected, 3)
    assert_looks_like(open_picture(tmp_path / "a.png", 48).image, expected.resize((48, 32)), 8)


def test_half_transparency_is_half_white(tmp_path: Path) -> None:
    path = save(Image.new("RGBA", (32, 32), (0, 0, 0, 128)), tmp_path / "a.png")
    assert abs(pixels(open_picture(path).image).mean() - 127) < 2


def test_grey_with_transparency(tmp_path: Path) -> None:
    image = Image.new("LA", (32, 32), (40, 255))
    image.paste((0, 0), (0, 0, 16, 32))
    grey = pixels(open_picture(save(image, tmp_path / "a.png")).image)
    assert (grey[:, :16] == 255).all()
    assert (grey[:, 16:] == 40).all()


def test_a_palette_with_a_transparent_colour(tmp_path: Path) -> None:
    image = four_colours().quantize(4)
    corner = image.getpixel((0, 0))
    path = save(image, tmp_path / "a.png", transparency=corner)
    expected = four_colours()
    expected.paste("white", (0, 0, 48, 32))
    assert_looks_like(open_picture(path).image, expected, 6)


@pytest.mark.parametrize("mode", ["1", "P"])
def test_reducing_a_scan_of_few_colours_blends_them(tmp_path: Path, mode: str) -> None:
    """An engraving scanned to black and white: fine hatching must become grey, not vanish or flicker."""
    hatching = np.zeros((512, 512), np.uint8)
    hatching[::4] = 255
    path = save(Image.fromarray(hatching).convert(mode), tmp_path / "a.png")
    grey = pixels(open_picture(path, 64).image)
    np.testing.assert_allclose(grey, 64, atol=12)


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGB", "CMYK", "LAB", "RGBA", "LA", "I;16", "I", "F"])
def test_every_mode_of_tiff_becomes_rgb(tmp_path: Path, mode: str) -> None:
    image = four_colours()
    if mode == "LAB":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        image = ImageCms.profileToProfile(image, *profiles, outputMode="LAB")
    elif mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    path = save(image, tmp_path / "a.tif")
    for long_side in (None, 48):
        opened = open_picture(path, long_side).image
        assert opened.mode == "RGB"
        light = np.asarray(opened.convert("L")).astype(int)
        assert light[-4, -4] > light[4, 4] + 40, "yellow is lighter than red"


def test_the_first_frame_of_an_animation(tmp_path: Path) -> None:
    frames = [four_colours(), ImageOps.invert(four_colours())]
    for ending, options in (("webp", {"lossless": True}), ("tif", {}), ("png", {})):
        path = save(frames[0], tmp_path / f"a.{ending}", save_all=True, append_images=frames[1:], **options)
        assert_looks_like(open_picture(path).image, frames[0], 3)
    path = save(frames[0], tmp_path / "really-a-gif.jpg", format="GIF", save_all=True, append_images=frames[1:])
    assert_looks_like(open_picture(path).image, frames[0])


@pytest.mark.skipif(".heic" not in pictures.EXTENSIONS, reason="no HEIC library on this machine")
@pytest.mark.parametrize("content", [HEIC, HEIC_TURNED], ids=["upright", "turned"])
def test_heic(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(base64.b85decode(content))
    assert_looks_like(open_picture(path).image, four_colours())
    assert picture_size(path) == (96, 64)
    path.write_bytes(path.read_bytes()[:400])
    assert_refused(path)


def test_a_profile_of_other_colours_is_applied(tmp_path: Path) -> None:
    """A made-up profile that swaps red and blue: the file stores swapped colours and must come out right."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red, blue = srgb.index(b"rXYZ"), srgb.index(b"bXYZ")
    swapped = bytearray(srgb)
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"
    description = bytes(swapped).replace(b"s\0R\0G\0B", b"s\0w\0a\0p").replace(b"sRGB", b"swap")
    stored = Image.merge("RGB", four_colours().split()[::-1])
    path = save(stored, tmp_path / "a.png", icc_profile=description)
    assert_looks_like(open_picture(path).image, four_colours(), 6)


@pytest.mark.parametrize("profile", [b"junk", b"\0" * 128, b"\xff" * 4000])
def test_a_broken_profile_does_not_lose_the_picture(tmp_path: Path, profile: bytes) -> None:
    for image, ending in ((four_colours(), "jpg"), (four_colours().convert("CMYK"), "jpg"), (four_colours(), "png")):
        path = save(image, tmp_path / f"{image.mode}.{ending}", icc_profile=profile)
        assert_looks_like(open_picture(path).image, four_colours())


# -- files that are not whole ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ending", "options"), [
    ("jpg", {}), ("jpg", {"progressive": True}), ("jpg", {"exif": exif_entry(3, 1, b"\1")}), ("png", {}),
], ids=["JPEG", "progressive", "with EXIF", "PNG"])  # fmt: skip
def test_a_copy_that_was_stopped_and_filled_with_zeros_is_refused(tmp_path: Path, ending: str, options: dict) -> None:
    """Pillow shows the rest in black or grey without a word."""
    path = save(ground(4, 320, 240), tmp_path / f"a.{ending}", **options)
    content = path.read_bytes()
    for kept in (len(content) // 2, len(content) - 40):
        path.write_bytes(content[:kept] + bytes(len(content) - kept))
        assert_refused(path, "damaged")


def test_a_byte_of_a_png_that_flipped_is_refused(tmp_path: Path) -> None:
    path = save(four_colours(), tmp_path / "a.png")
    content = bytearray(path.read_bytes())
    content[content.index(b"IDAT") + 20] ^= 1
    path.write_bytes(content)
    assert_refused(path, "damaged")


def test_what_is_whole_in_an_unusual_way_is_opened(tmp_path: Path) -> None:
    """Zeros or another file behind the end, as cameras write them; two pictures in one file."""
    path = save(four_colours(), tmp_path / "a.jpg", quality=95)
    content = path.read_bytes()
    for changed in (content + bytes(4096), content + content, content + b"\xff\xda" * 200 + b"\xff\xd9"):
        path.write_bytes(changed)
        assert_looks_like(open_picture(path).image, four_colours())
    two = save(four_colours(), tmp_path / "b.jpg", format="MPO", save_all=True, append_images=[ground(2, 96, 64)])
    assert_looks_like(open_picture(two).image, four_colours())


def test_a_jpeg_of_a_thousand_scans_is_refused(tmp_path: Path) -> None:
    """Some 50 kB that would be decoded for minutes if they were of a large picture."""
    path = save(Image.new("L", (64, 64), 128), tmp_path / "a.jpg", progressive=True)
    content = path.read_bytes()
    scan = content[content.rfind(b"\xff\xc4") : -2]
    path.write_bytes(content[:-2] + scan * 20 + content[-2:])
    assert open_picture(path).image.size == (64, 64)
    path.write_bytes(content[:-2] + scan * 1000 + content[-2:])
    assert_refused(path, "more than 100 scans")


# -- sizes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["jpg", "png"])
def test_a_reduced_copy_has_the_size_asked_for_and_reports_the_originals(tmp_path: Path, ending: str) -> None:
    original = ground(3, 1501, 997)
    picture = open_picture(save(original, tmp_path / f"a.{ending}"), 200)
    assert (picture.width, picture.height) == (1501, 997)
    assert max(picture.image.size) == 200
    assert abs(picture.image.height - 200 * 997 / 1501) <= 1
    assert_looks_like(picture.image, original.resize(picture.image.size, Image.Resampling.LANCZOS), 6)


def test_a_small_picture_is_not_enlarged(tmp_path: Path) -> None:
    assert open_picture(save(four_colours(), tmp_path / "a.png"), 4000).image.size == (96, 64)


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (15, 15)])
def test_a_picture_of_hardly_any_pixels_is_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    assert_refused(save(Image.new("RGB", size), tmp_path / "a.png"), "too small")


def test_a_picture_that_claims_200_megapixels_is_refused_unread(tmp_path: Path) -> None:
    assert_refused(png_that_claims(tmp_path / "a.png", 20_000, 10_000), "million pixels")
    assert_refused(png_that_claims(tmp_path / "b.png", 15_001, 10_000), "million pixels")
    assert_refused(png_that_claims(tmp_path / "c.png", 2**31 - 1, 2**31 - 1))
    with pytest.raises(ExplorerError, match="million pixels"):
        picture_size(tmp_path / "a.png")


def converted_as_a_whole(image: Image.Image, size: tuple[int, int]) -> np.ndarray:
    """What a picture should look like in a smaller size: 8 bits first, then reduced, each of the whole at once."""
    if image.mode in ("I;16", "I", "F"):
        values = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0, neginf=0)
        white = 65535 if image.mode == "I;16" else max(values.max(), 1)
        image = Image.fromarray((values / white * 255).clip(0, 255).astype(np.uint8))
    elif image.mode in ("P", "1"):
        image = image.convert({"P": "RGBA" if "transparency" in image.info else "RGB", "1": "L"}[image.mode])
    image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if image.mode in ("RGBA", "LA"):
        ground = Image.new("RGBA", size, "white")
        ground.alpha_composite(image.convert("RGBA"))
        image = ground
    return pixels(image.convert("RGB"))


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGB", "CMYK", "RGBA", "LA", "I;16", "I", "F"])
def test_reducing_strip_by_strip_gives_the_pixels_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setattr(reducing, "_STRIP", 9000)  # many strips
    image, light = work(3, 701, 517), np.asarray(work(3, 701, 517).convert("L"))
    if mode in ("I;16", "I", "F"):
        factor, kind = {"I;16": (201, np.uint16), "I": (100_003, np.int32), "F": (1 / 300, np.float32)}[mode]
        deep = (light * float(factor)).astype(kind)
        if mode == "F":
            deep[5, 5:7] = np.nan, np.inf
        image = Image.fromarray(deep)
    else:
        image = image.convert(mode)
        if mode in ("RGBA", "LA"):
            image.putalpha(work(9, *image.size).convert("L"))
    path = save(image, tmp_path / "a.tif")
    with Image.open(path) as stored:
        stored.load()
        for long_side in (48, 100, 233, 500):
            found = open_picture(path, long_side).image
            whole = converted_as_a_whole(stored, found.size)
            assert np.abs(pixels(found) - whole).max() <= 1, long_side


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_large_deep_grey_takes_little_more_memory_than_its_pixels(tmp_path: Path) -> None:
    """25 million pixels of 2 bytes; as float64, which they were converted through before, each copy has 200 MB."""
    path = save(Image.new("I;16", (5000, 5000), 30_000), tmp_path / "a.png", compress_level=1)
    script = """
import re, sys
from pathlib import Path
from explorer.collection.pictures import open_picture
picture = open_picture(Path(sys.argv[1]), 500).image
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024, *picture.getpixel((3, 3)))
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script, path], cwd=root, capture_output=True, text=True, check=True)
    peak, *colour = map(int, done.stdout.split())
    assert colour == [116] * 3
    assert peak < 250


# -- how large a file of a kind may be ---------------------------------------------------------------------------------


def in_header(path: Path) -> float:
    with Image.open(path) as image:
        return bytes_per_pixel(image)


def test_what_decoding_takes_is_known_from_the_header(tmp_path: Path) -> None:
    """Progressive JPEGs keep 2 bytes of every coefficient; the other figures are what the benchmark measured."""
    rgb, cmyk = work(1, 64, 48), work(1, 64, 48).convert("CMYK")
    progressive = {"progressive": True, "quality": 90}
    assert in_header(save(rgb, tmp_path / "a.jpg")) == 0.25
    assert in_header(save(rgb, tmp_path / "b.jpg", subsampling=2, **progressive)) == 0.25 + 2 * 1.5
    assert in_header(save(rgb, tmp_path / "c.jpg", subsampling=0, **progressive)) == 0.25 + 2 * 3
    assert in_header(save(cmyk, tmp_path / "d.jpg", subsampling=0, **progressive)) == 0.25 + 2 * 4
    assert in_header(save(rgb.convert("L"), tmp_path / "e.jpg", **progressive)) == 0.0625 + 2
    in_one = (tmp_path / "a.jpg").read_bytes()
    start = in_one.index(b"\xff\xda\0\x0c\x03")
    (tmp_path / "f.jpg").write_bytes(in_one[:start] + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + in_one[start + 14 :])
    assert in_header(tmp_path / "f.jpg") == 0.25 + 2 * 1.5, "not progressive, but a scan for each colour"
    assert in_header(save(rgb, tmp_path / "a.png")) == 4
    assert in_header(save(Image.new("I;16", (64, 48)), tmp_path / "b.png")) == 2
    assert in_header(save(rgb, tmp_path / "a.tif")) == 4
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    assert in_header(save(rgb, tmp_path / "b.tif", exif=exif.tobytes())) == 8, "turned in memory"
    one_strip = save(rgb, tmp_path / "c.tif", compression="tiff_lzw", tiffinfo={278: 48}, strip_size=10**6)
    assert in_header(one_strip) == 4 + 3
    assert in_header(save(rgb, tmp_path / "a.webp")) == 16
    assert in_header(save(rgb, tmp_path / "a.jp2")) == 4 + 5 * 3
    assert in_header(save(rgb.convert("L"), tmp_path / "b.jp2")) == 1 + 5
    assert in_header(save(rgb.convert("RGBA"), tmp_path / "c.jp2")) == 4 + 5 * 4
    assert in_header(save(rgb, tmp_path / "a.avif")) == 4 + 3 * 3
    clear = rgb.copy()
    clear.putalpha(100)
    assert in_header(save(clear, tmp_path / "b.avif")) == 4 + 3 * 4


def test_a_file_that_would_take_too_much_memory_is_refused_by_the_limit_of_its_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_refused(png_that_claims(tmp_path / "a.png", 13_000, 10_000), "more than 108 million pixels", "of its kind")
    assert picture_size(png_that_claims(tmp_path / "b.png", 10_799, 10_000)) == (10_799, 10_000)
    path = save(work(1, 1500, 1000), tmp_path / "c.webp")
    monkeypatch.setattr(size_limits, "MOST_BYTES", 16_500_000)
    assert_refused(path, "more than 1 million pixels", "of its kind")
    assert picture_size(save(work(1, 1500, 1000), tmp_path / "d.png")) == (1500, 1000)


def test_a_long_strip_keeps_both_sides(tmp_path: Path) -> None:
    picture = open_picture(save(ground(4, 4000, 18), tmp_path / "frieze.png"), 640)
    assert picture.image.width == 640
    assert picture.image.height >= 1


# -- files that are not what they seem ---------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [
    b"", b"x", b"This is a letter, not a painting.\n" * 20, b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0\x08\0\0\0",
    b"RIFF\x10\0\0\0WEBPVP8 ", b"%PDF-1.7\n", b"\0" * 5000, b"<html>Not found</html>", b"GIF89a", b"BM",
], ids=range(12))  # fmt: skip
def test_a_file_that_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.jpg"
    path.write_bytes(content)
    assert_refused(path)
    with pytest.raises(ExplorerError, match=r"letter\.jpg"):
        picture_size(path)


def test_postscript_named_jpg_is_never_run(tmp_path: Path) -> None:
    """Pillow would hand it to Ghostscript."""
    path = tmp_path / "a.jpg"
    path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 200 200\n%%EndComments\n showpage\n%%EOF\n")
    assert_refused(path, "not a picture")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="no file"):
        open_picture(tmp_path / "absent.jpg")
    (tmp_path / "folder.jpg").mkdir()
    with pytest.raises(ExplorerError, match="folder"):
        open_picture(tmp_path / "folder.jpg")


@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_truncated_picture_is_refused_not_half_shown(tmp_path: Path, ending: str, share: float) -> None:
    path = save(work(1, 400, 300), tmp_path / f"a.{ending}")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert_refused(path)


@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp"])
def test_no_damage_whatever_raises_anything_else(tmp_path: Path, ending: str) -> None:
    """Bytes altered at random: the result is a picture of the promised size, or one sentence."""
    rng = np.random.default_rng(len(ending))
    info = PngImagePlugin.PngInfo()
    info.add_text("Title", "A windmill", zip=True)
    options = {"pnginfo": info} if ending == "png" else {}
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    buffer = io.BytesIO()
    formats = {"jpg": "JPEG", "png": "PNG", "tif": "TIFF", "webp": "WEBP"}
    work(2, 96, 80).save(buffer, formats[ending], exif=exif.tobytes(), **options)
    whole = buffer.getvalue()
    path = tmp_path / f"a.{ending}"
    refused = 0
    for trial in range(150):
        spoiled = bytearray(whole)
        reach = len(whole) if trial % 2 else min(len(whole), 400)  # headers deserve half of it
        for place in rng.integers(0, reach, int(rng.integers(1, 12))):
            spoiled[place] = int(rng.integers(256))
        path.write_bytes(bytes(spoiled))
        try:
            picture = open_picture(path, 64)
        except ExplorerError as error:
            refused += 1
            assert "\n" not in str(error)
        else:
            assert picture.image.mode == "RGB"
            assert max(picture.image.size) <= 64
    assert refused > 0


def test_the_content_hash_is_of_the_bytes(tmp_path: Path) -> None:
    first, second = save(work(1), tmp_path / "a.png"), save(work(1), tmp_path / "b.png")
    assert file_hash(first) == file_hash(second)
    second.write_bytes(second.read_bytes() + b" ")
    assert file_hash(first) != file_hash(second)


def test_endings_name_what_can_be_read() -> None:
    assert {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp"} <= set(pictures.EXTENSIONS)
