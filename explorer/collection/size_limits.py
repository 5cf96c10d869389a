"""How large a picture of a kind may be: what decoding it takes is known from its header, and has a bound.

Pillow and the libraries under it decode whole pictures. How many bytes that takes for each pixel depends on the kind of
file; ``benchmarks/picture_memory.py`` measures it, for every kind, at the largest size that is accepted.
"""

from __future__ import annotations

from PIL import Image

MOST_PIXELS = 150_000_000
"""Files of more pixels are refused, whatever their kind."""
MOST_BYTES = 432_000_000
"""What decoding one picture may take; with what is made of it, the program stays below 600 MB."""
MOST_OF_TWO = MOST_BYTES // 8 // 1_000_000 * 1_000_000
"""Pixels of a picture in colour that is in memory twice, its high bytes and its low bytes."""

_OF_MODE = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
"""Bytes that Pillow keeps of a pixel, by its mode; all others have four."""
_OF_FORMAT = {"WEBP": 16, "HEIF": 7, "PSD": 6}
"""Bytes of a pixel with what the library of a format keeps beside the result."""
_OF_BAND = {"JPEG2000": 5, "AVIF": 3}
"""Bytes that it keeps of each of a pixel's bands, beside the result. Files of more than 8 bits, which the header of
Pillow's does not tell, take one more (JPEG 2000) or two; they stay below 600 MB all the same."""
_BITS, _ORIENTATION, _SAMPLES, _ROWS, _PLANES, _TILED = 258, 274, 277, 278, 284, 324
"""Tags of TIFF."""
_COEFFICIENT = 2  # bytes


def most_pixels(image: Image.Image) -> int:
    """How many pixels a picture of the kind of this one, whose header has been read, may have."""
    return min(MOST_PIXELS, int(MOST_BYTES / bytes_per_pixel(image) / 1e6) * 1_000_000)


def bytes_per_pixel(image: Image.Image) -> float:
    """Bytes that decoding takes for every pixel, from the header."""
    kept = float(_OF_MODE.get(image.mode, 4))
    if image.format == "JPEG":
        return kept / 16 + _jpeg_coefficients(image)  # large ones are decoded at a quarter of their size or less
    if image.format == "MPO":
        return kept + _jpeg_coefficients(image)
    if image.format == "TIFF":
        return _of_tiff(image, kept)
    if image.format in _OF_BAND:
        return kept + _OF_BAND[image.format] * len(image.getbands())
    return max(kept, _OF_FORMAT.get(image.format or "", 0))


def bytes_of_whole_jpeg(image: Image.Image) -> float:
    """Bytes that decoding a JPEG takes for every pixel where it is decoded in full size."""
    return _OF_MODE.get(image.mode, 4) + _jpeg_coefficients(image)


def _jpeg_coefficients(image: Image.Image) -> float:
    """Of a JPEG that comes in several scans, as progressive ones do, all coefficients are kept until the last."""
    layers: list[tuple[int, int, int, int]] = getattr(image, "layer", [])  # number, sampling across and down, table
    if not layers or not _in_several_scans(image, len(layers)):
        return 0.0
    most = max(across for _, across, _, _ in layers) * max(down for _, _, down, _ in layers)
    return _COEFFICIENT * sum(across * down for _, across, down, _ in layers) / most


def _in_several_scans(image: Image.Image, components: int) -> bool:
    """Whether it is progressive, or its first scan, before whose data the file now stands, lacks a component."""
    file = getattr(image, "fp", None)
    if image.info.get("progressive") or file is None:
        return True
    place, length = file.tell(), 6 + 2 * components
    file.seek(max(0, place - length - 2))
    complete = file.read(4) == b"\xff\xda" + length.to_bytes(2, "big")
    file.seek(place)
    return not complete


def _of_tiff(image: Image.Image, kept: float) -> float:
    """A TIFF that is stored turned is there twice while Pillow turns it; of a compressed one, a strip is as well."""
    tags = getattr(image, "tag_v2", {})
    kept *= 2 if tags.get(_ORIENTATION, 1) != 1 else 1
    pieces = getattr(image, "tile", [])
    if _TILED in tags or not pieces or pieces[0][0] != "libtiff":
        return kept
    samples = 1 if tags.get(_PLANES, 1) == 2 else tags.get(_SAMPLES, 1)
    share = min(1.0, tags.get(_ROWS, image.height) / image.height)
    return kept + share * samples * max(tags.get(_BITS, (8,))) / 8
