"""The planes of a compressed 16-bit TIFF in colour, one after the other, with all their bits.

Pillow gives the high bytes of such a file only, but all 16 bits of a grey: so each plane is copied, as it is, into a
TIFF of its own. Source: TIFF 6.0, sections 2, 8 and 15; the pieces of one plane come before those of the next.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from explorer.collection.deep_tiff import white_of
from explorer.scratch import scratch_folder

_SHORT, _LONG = 3, 4
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _COLOURS, _ORDER_OF_BITS, _ORIENTATION = 256, 257, 258, 259, 262, 266, 274
_CHANNELS, _ROWS, _PREDICTOR, _TILE_WIDTH, _TILE_HEIGHT, _FORMAT = 277, 278, 317, 322, 323, 339
_SHORTS = (_BITS, _COMPRESSION, _COLOURS, _ORDER_OF_BITS, _ORIENTATION, _CHANNELS, _PREDICTOR)
_KEPT = (_COMPRESSION, _ORDER_OF_BITS, _ORIENTATION, _ROWS, _PREDICTOR, _TILE_WIDTH, _TILE_HEIGHT)
_PIECES = ((324, 325), (273, 279))
"""Where the pieces lie and how long they are: of tiles, of strips."""
_STRIP = 1_000_000  # pixels


def fill_from_planes(path: Path, image: Image.Image, tags: Any) -> int:
    """Write the tones of a picture that uses few of its 16 bits, stretched to those, in the place of its high bytes;
    returns how many bits these are. ``image`` is loaded; ``tags`` are the file's as they were before, of Pillow's kind.

    Raises :class:`ValueError` where the file is none of those that can be read so, and what Pillow raises.
    """
    places, lengths = next((pair for pair in _PIECES if pair[0] in tags), _PIECES[1])
    pieces = list(zip(tags.get(places, ()), tags.get(lengths, ()), strict=True))
    channels = len(image.getbands())
    together = sum(length for _, length in pieces)  # no more than there is: it is copied
    odd = not pieces or len(pieces) % channels or together > path.stat().st_size
    if odd or set(tags.get(_FORMAT, (1,))) != {1}:
        raise ValueError("it uses few of its 16 bits, in planes of a rare kind: save it without compression")
    count = len(pieces) // channels
    with scratch_folder() as folder:
        files = [folder / f"{channel}.tif" for channel in range(3)]
        for channel, file in enumerate(files):
            _write_plane(path, tags, pieces[channel * count : (channel + 1) * count], file)
        white = white_of(max(int(values.max()) for file in files for _, values in _strips(file)))
        for channel, file in enumerate(files):
            for top, values in _strips(file):
                box = (0, top, image.width, top + len(values))
                bands = list(image.crop(box).split())
                bands[channel] = Image.fromarray(np.clip(values * (255.0 / white) + 0.5, 0, 255).astype(np.uint8))
                image.paste(Image.merge(image.mode, bands), box)
    return white.bit_length()


def _strips(file: Path) -> Iterator[tuple[int, np.ndarray]]:
    """The values of a plane, some rows at a time, each with its first row."""
    with Image.open(file, formats=("TIFF",)) as plane:
        plane.load()
        rows = max(1, _STRIP // plane.width)
        for top in range(0, plane.height, rows):
            yield top, np.asarray(plane.crop((0, top, plane.width, min(top + rows, plane.height))))


def _write_plane(path: Path, tags: Any, pieces: list[tuple[int, int]], file: Path) -> None:
    """One plane as a grey TIFF of 16 bits, its pieces as they are."""
    order = ">" if tags.prefix == b"MM" else "<"
    places = []
    with path.open("rb") as source, file.open("wb") as target:
        target.write(struct.pack(f"{order}2sHI", tags.prefix, 42, 0))
        for place, length in pieces:
            places.append(target.tell())
            source.seek(place)
            target.write(source.read(length))
        tiled = _TILE_WIDTH in tags
        fields = {_WIDTH: [tags[_WIDTH]], _HEIGHT: [tags[_HEIGHT]], _BITS: [16], _COLOURS: [1], _CHANNELS: [1]}
        fields |= {tag: [tags[tag]] for tag in _KEPT if tag in tags}
        fields |= dict(zip(_PIECES[0 if tiled else 1], (places, [length for _, length in pieces]), strict=True))
        target.write(b"\0" * (target.tell() % 2))
        start = target.tell()
        target.write(_directory(fields, start, order))
        target.seek(4)
        target.write(struct.pack(f"{order}I", start))


def _directory(fields: dict[int, list[int]], start: int, order: str) -> bytes:
    """A directory of tags that begins at ``start``, with the values that do not fit into it behind it."""
    after = start + 2 + 12 * len(fields) + 4
    directory, more = struct.pack(f"{order}H", len(fields)), b""
    for tag, values in sorted(fields.items()):
        kind = _SHORT if tag in _SHORTS else _LONG
        packed = struct.pack(f"{order}{len(values)}{'H' if kind == _SHORT else 'I'}", *values)
        if len(packed) > 4:
            packed, more = struct.pack(f"{order}I", after + len(more)), more + packed
        directory += struct.pack(f"{order}HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
    return directory + bytes(4) + more
