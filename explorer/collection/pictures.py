"""Opening one picture file, whatever a museum's disk holds, as upright 8-bit RGB. (Pillow only here and in fronts.)"""

from __future__ import annotations

import hashlib
import io
import logging
import struct
import threading
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from PIL import Image, ImageCms, UnidentifiedImageError

from explorer.collection.deep_tiff import (
    combined,
    is_deep,
    show_largest_page,
    show_page,
    take_high_bytes,
    take_low_bytes,
    uses_few_bits,
)
from explorer.collection.jpeg_end import with_end
from explorer.collection.pages import file_and_page
from explorer.collection.reducing import bits_used, eight_bit, fitting, narrowed, shortened
from explorer.collection.size_limits import MOST_OF_TWO, MOST_PIXELS, bytes_per_pixel, most_pixels
from explorer.collection.tiff_planes import fill_from_planes
from explorer.collection.whole_files import refuse_incomplete
from explorer.errors import ExplorerError
from explorer.files import content_hash

_HEIF: tuple[str, ...] = ()
_HEIF_FORMATS: tuple[str, ...] = ()
try:
    import pi_heif

    pi_heif.register_heif_opener()
    _HEIF, _HEIF_FORMATS = (".heic", ".heif"), ("HEIF",)
except ImportError:  # the library has no wheel for every machine; the other formats do not need it
    pass

log = logging.getLogger(__name__)

EXTENSIONS = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".webp", ".gif", ".bmp", ".jp2", ".j2k", ".avif", ".psd",
    *_HEIF,
)  # fmt: skip
SMALLEST_SIDE = 16
"""Pixels; anything smaller shows nothing that could be searched for."""

_LARGE = 100_000_000
"""Bytes that decoding takes; from here on one picture of a process is decoded at a time."""
_ALONE = threading.Lock()
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "GIF", "BMP", "JPEG2000", "AVIF", "PSD", *_HEIF_FORMATS)
"""What a file may hold whatever its name; not PostScript, which Pillow would hand to another program."""
_STRETCHED = "its tones are stretched, for it uses {} of its 16 bits"
_EXIF_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
_SWAPS_SIDES = {5, 6, 7, 8}
_DAMAGED = (
    OSError, SyntaxError, ValueError, EOFError, MemoryError, RuntimeError, ArithmeticError, LookupError, TypeError,
    struct.error, zlib.error, Image.DecompressionBombError,
)  # fmt: skip
"""What Pillow's readers raise when a file does not hold what its header says."""


@dataclass(frozen=True)
class Picture:
    """An opened picture: ``image`` is 8-bit RGB and upright, perhaps reduced; ``width`` and ``height`` are the upright
    original's."""

    image: Image.Image
    width: int
    height: int
    remarks: tuple[str, ...] = ()
    """What should be said of how it was read, such as which page is shown."""


def open_picture(path: Path, long_side: int | None = None) -> Picture:
    """Decode a picture file.

    ``long_side`` (pixels) is how large a copy is wanted: large JPEGs are then decoded at a fraction of their size,
    and whatever comes out larger is reduced to it. Without it the picture comes in full size.

    EXIF orientation is applied, CMYK and profiled colours are brought to sRGB, 16-bit is scaled to 8 (stretched where
    it holds a scan of 10, 12 or 14 bits), transparency is composed onto white. Of an animation the first frame is
    taken, of a TIFF the largest page, or the one that ``path`` names (:mod:`explorer.collection.pages`). A JPEG that
    only lacks its end mark is read.

    Raises :class:`ExplorerError` with one sentence when the file is not a picture, is damaged, or is too large.
    """
    image, width, height, paged = _open_header(path)
    if width * height * bytes_per_pixel(image) <= _LARGE:
        return _decoded(path, image, long_side, Picture(image, width, height, (paged,) if paged else ()))
    with _ALONE:
        return _decoded(path, image, long_side, Picture(image, width, height, (paged,) if paged else ()))


def _decoded(path: Path, image: Image.Image, long_side: int | None, header: Picture) -> Picture:
    """The picture whose header was read, decoded."""
    remarks = list(header.remarks)
    try:
        refuse_incomplete(file_and_page(path)[0], image.format)
        if long_side and image.format == "JPEG":
            image.draft(None, fitting(image.size, long_side))
        orientation = _orientation(image)
        image = _loaded(path, image, remarks)
        profile = image.info.get("icc_profile")
        if bits := bits_used(image):
            remarks.append(_STRETCHED.format(bits))
        if long_side and max(image.size) > long_side:
            decoded, size = image.size, fitting(image.size, long_side)
            image = narrowed(image, size)
            image = shortened(image, size, decoded)
        else:
            image = eight_bit(image)
        image = _rgb(image, profile)
        if orientation in _TURNS:
            image = image.transpose(_TURNS[orientation])
    except _DAMAGED as error:
        raise ExplorerError(f"{path.name} is damaged and cannot be read to its end ({_reason(error)}).") from error
    return Picture(image, header.width, header.height, tuple(remarks))


def _loaded(path: Path, image: Image.Image, remarks: list[str]) -> Image.Image:
    """A picture with its pixels, of a deep TIFF of few tones too; adds to ``remarks``."""
    deep = is_deep(image)
    take_high_bytes(image)
    try:
        image.load()
    except OSError:
        ended = with_end(path, image)
        if ended is None:
            raise
        remarks.append("the mark at its end is missing; what it shows is complete")
        return ended
    if not (deep and uses_few_bits(image)):
        return image
    if image.width * image.height > MOST_OF_TWO:
        raise ExplorerError(_too_large(path, MOST_OF_TWO))
    low = _open_header(path)[0]
    if not take_low_bytes(low):
        remarks.append(_STRETCHED.format(fill_from_planes(path, image, getattr(low, "tag_v2", {}))))
        return image
    low.load()
    whole, bits = combined(image, low)
    remarks.append(_STRETCHED.format(bits))
    return whole


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height in pixels, upright, read from the file's header alone."""
    _, width, height, _ = _open_header(path)
    return width, height


def file_hash(path: Path) -> str:
    """The content hash that names a picture: the first 32 hex digits of its file's SHA-256; of a page other than the
    file's largest, a hash of that and the page."""
    file, page = file_and_page(path)
    content = content_hash(file)[:32]
    return hashlib.sha256(f"{content}#page={page}".encode()).hexdigest()[:32] if page else content


def _open_header(path: Path) -> tuple[Image.Image, int, int, str]:
    """A picture with its header read, not yet decoded, its upright width and height, and which page of several it is.

    Raises :class:`ExplorerError` when it is not a picture, or too large or too small.
    """
    try:
        file, page = file_and_page(path)
        if not S_ISREG(file.stat().st_mode) and not file.is_dir():  # reading a pipe would wait for ever
            raise ExplorerError(f"{path.name} is a pipe or a device, not a file.")
        with warnings.catch_warnings():  # Pillow warns of large pictures; the bound is MOST_PIXELS
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(file, formats=_FORMATS)
            paged = show_page(image, page) if page else show_largest_page(image)
    except FileNotFoundError:
        raise ExplorerError(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise ExplorerError(f"{path} is a folder, not a picture.") from None
    except UnidentifiedImageError:
        raise ExplorerError(f"{path.name} is not a picture that can be read.") from None
    except Image.DecompressionBombError:
        raise ExplorerError(_too_large(path, MOST_PIXELS)) from None
    except _DAMAGED as error:
        raise ExplorerError(f"{path.name} cannot be read ({_reason(error)}).") from error
    width, height = image.size
    if width * height > (most := _most_pixels(path, image)):
        raise ExplorerError(_too_large(path, most))
    if min(width, height) < SMALLEST_SIDE:
        raise ExplorerError(f"{path.name} is only {width} by {height} pixels, too small to search in.")
    if _orientation(image) in _SWAPS_SIDES:
        width, height = height, width
    return image, width, height, paged


def _orientation(image: Image.Image) -> int:
    """How the stored pixels lie, 1 to 8, from the header; 1 for TIFF, which Pillow turns itself."""
    if image.format == "TIFF":
        return 1
    try:
        value = Image.Image.getexif(image).get(_EXIF_ORIENTATION)  # a PNG's own method would decode it all first
    except _DAMAGED:  # the picture may be fine without it
        return 1
    return value if isinstance(value, int) and value in _TURNS else 1


def _most_pixels(path: Path, image: Image.Image) -> int:
    """How many pixels a picture of its kind may have. Raises :class:`ExplorerError` when the header is damaged."""
    try:
        return most_pixels(image)
    except _DAMAGED as error:
        raise ExplorerError(f"{path.name} cannot be read ({_reason(error)}).") from error


def _too_large(path: Path, most: int) -> str:
    limit = f"{most // 1_000_000} million pixels"
    limit += ", the most for a file of its kind" if most < MOST_PIXELS else ""
    return f"{path.name} has more than {limit}; make a smaller copy of it (8,000 pixels wide is plenty)."


def _rgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """An 8-bit picture as RGB: transparency composed onto white, else its colour ``profile`` applied."""
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        layer = image.convert("RGBA")
        image = Image.new("RGBA", layer.size, "white")
        image.alpha_composite(layer)
        return image.convert("RGB")
    if profile and image.mode in ("L", "RGB", "CMYK"):
        return _to_srgb(image, profile)
    return image if image.mode == "RGB" else image.convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert from a colour profile to sRGB; a profile that cannot be used is ignored."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return image.convert("RGB")
        screen = ImageCms.createProfile("sRGB")
        if image.mode == "L":
            return _grey_to_srgb(image, source, screen)
        converted = ImageCms.profileToProfile(image, source, screen, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError) as error:
        log.debug("colour profile ignored: %s", error)
        converted = None
    return converted or image.convert("RGB")


def _grey_to_srgb(
    image: Image.Image, source: ImageCms.ImageCmsProfile, screen: ImageCms.core.CmsProfile
) -> Image.Image:
    """A grey through its profile, every one of its 256 tones as exactly as the library can."""
    tones = Image.frombytes("L", (256, 1), bytes(range(256)))
    exact = ImageCms.Flags.NOOPTIMIZE
    table = ImageCms.profileToProfile(tones, source, screen, outputMode="RGB", flags=exact)
    if table is None:
        return image.convert("RGB")
    return Image.merge("RGB", [image.point(list(channel.tobytes())) for channel in table.split()])


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).strip().rstrip(".").splitlines()[0][:120]
