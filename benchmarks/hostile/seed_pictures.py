"""Small valid picture files of every format that the program takes, in memory, for mutations to start from."""

from __future__ import annotations

import base64
import io
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin, features

sys.path[:0] = [folder for folder in (str(Path(__file__).parents[2] / "tests"),) if folder not in sys.path]

from generated import HEIC, HEIC_TURNED, work

SIZE = (72, 52)


class SeedPicture(NamedTuple):
    """A valid file: what it is called, the ending that goes with it, and its bytes."""

    name: str
    ending: str
    content: bytes


@cache
def seed_pictures() -> tuple[SeedPicture, ...]:
    """All of them, in an order that never changes."""
    return tuple(SeedPicture(*made) for made in (*_jpegs(), *_pngs(), *_tiffs(), *_others()))


def _file(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@cache
def _picture() -> Image.Image:
    return work(5, 96, 72).resize(SIZE)


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def _jpegs() -> Iterator[tuple[str, str, bytes]]:
    image, profile = _picture(), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    yield "JPEG", "jpg", _file(image, "JPEG", quality=80)
    yield "JPEG progressive", "jpg", _file(image, "JPEG", quality=80, progressive=True)
    yield "JPEG turned", "jpeg", _file(image, "JPEG", quality=80, exif=_exif(6))
    yield "JPEG with a profile", "jpg", _file(image, "JPEG", quality=80, icc_profile=profile)
    yield "JPEG restarts", "jpg", _file(image, "JPEG", quality=80, restart_marker_blocks=2)
    yield "JPEG grey", "jpg", _file(image.convert("L"), "JPEG", quality=80)
    yield "JPEG CMYK", "jpg", _file(image.convert("CMYK"), "JPEG", quality=80)


def _pngs() -> Iterator[tuple[str, str, bytes]]:
    image, words = _picture(), PngImagePlugin.PngInfo()
    words.add_text("Title", "a mill " * 20, zip=True)
    deep = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    yield "PNG", "png", _file(image, "PNG")
    yield "PNG with words", "png", _file(image, "PNG", pnginfo=words, exif=_exif(8), dpi=(300, 300))
    yield "PNG transparent", "png", _file(image.convert("RGBA"), "PNG")
    yield "PNG palette", "png", _file(image.quantize(16), "PNG", transparency=3)
    yield "PNG 16 bits", "png", _file(deep, "PNG")
    yield "PNG black and white", "png", _file(image.convert("1"), "PNG")
    yield "PNG animated", "png", _file(image, "PNG", save_all=True, append_images=[image.rotate(90)])


def _tiffs() -> Iterator[tuple[str, str, bytes]]:
    image = _picture()
    grey = np.asarray(image.convert("L"))
    yield "TIFF", "tif", _file(image, "TIFF")
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        yield f"TIFF {compression}", "tif", _file(image, "TIFF", compression=compression)
    yield "TIFF group4", "tiff", _file(image.convert("1"), "TIFF", compression="group4")
    yield "TIFF 16 bits", "tif", _file(Image.fromarray(grey.astype(np.uint16) * 257), "TIFF")
    yield "TIFF float", "tif", _file(Image.fromarray(grey.astype(np.float32) / 255), "TIFF")
    yield "TIFF CMYK", "tif", _file(image.convert("CMYK"), "TIFF", compression="tiff_lzw")
    yield "TIFF turned", "tif", _file(image, "TIFF", exif=_exif(6))
    yield "TIFF pages", "tif", _file(image, "TIFF", save_all=True, append_images=[image.rotate(90)])


def _others() -> Iterator[tuple[str, str, bytes]]:
    image = _picture()
    yield "WebP", "webp", _file(image, "WEBP", quality=80, exif=_exif(3))
    yield "WebP lossless", "webp", _file(image.convert("RGBA"), "WEBP", lossless=True)
    yield "WebP animated", "webp", _file(image, "WEBP", save_all=True, append_images=[image.rotate(90)])
    yield "GIF", "jpg", _file(image.quantize(64), "GIF")
    yield "GIF animated", "jpg", _file(image.quantize(64), "GIF", save_all=True, append_images=[image.rotate(180)])
    yield "BMP", "png", _file(image, "BMP")
    if features.check("jpg_2000"):
        yield "JPEG 2000", "jpg", _file(image, "JPEG2000", no_jp2=False)
        yield "JPEG 2000 tiles", "jpg", _file(image, "JPEG2000", no_jp2=True, tile_size=(32, 32))
    yield "HEIC", "heic", base64.b85decode(HEIC)
    yield "HEIC turned", "heic", base64.b85decode(HEIC_TURNED)
