"""How much memory does it take to open the largest picture of each kind that is accepted?

    python benchmarks/picture_memory.py FOLDER [--long-side 1040] [--megapixels N] [--only png-grey16,...] [--json]
    python benchmarks/picture_memory.py FOLDER --index       # what indexing all that lies there takes

Writes pictures of a few grey levels, of many kinds, into FOLDER (a new one; files that are there are used again), each
as large as is accepted, or of N million pixels, and opens each in a process of its own. Prints the peak of that
process's resident memory and its processor time, or the sentence by which the picture is refused.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

sys.path[:1] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

import museum_kinds
import numpy as np
from PIL import Image

from explorer.collection.size_limits import MOST_PIXELS

Image.MAX_IMAGE_PIXELS = None
OPEN = """
import resource, sys, time
from pathlib import Path
from explorer.collection.pictures import open_picture
from explorer.errors import ExplorerError
start = time.process_time()
try:
    picture = open_picture(Path(sys.argv[1]), int(sys.argv[2]) or None)
    said = f"{picture.width} x {picture.height}"
except ExplorerError as error:
    said = str(error)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
print(round(peak), round(time.process_time() - start, 1), said, sep="|")
"""


INDEX = """
import resource, sys, tempfile, time
from pathlib import Path
from explorer.config import Config
from explorer.indexing import index_folder
start = time.process_time()
with tempfile.TemporaryDirectory() as cache:
    report = index_folder(Path(sys.argv[1]), "large", Path(cache), Config(model="mini"))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
print(round(peak), round(time.process_time() - start, 1), f"{report.works} works", *map(str, report.skipped), sep="|")
"""


def striped(mode: str, side: int) -> Image.Image:
    """A square picture of a few grey levels, in any of Pillow's modes."""
    if mode in ("I;16", "I", "F"):
        values = np.linspace(0, 65535, side).astype({"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode])
        return Image.fromarray(np.broadcast_to(values, (side, side)))
    row = Image.linear_gradient("L").resize((side, 1)).convert({"1": "L", "P": "L", "LA": "L"}.get(mode, "RGB"))
    return row.convert(mode).resize((side, side), Image.Resampling.NEAREST)


def saved(mode: str, form: str, **options: object) -> Callable[[Path, int], None]:
    """Writes a striped picture by Pillow."""
    return lambda path, side: striped(mode, side).save(path, form, **options)


def png_16_bit_colour(path: Path, side: int) -> None:
    """Pillow reads such files and does not write them."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(1)
    row = b"\0" + bytes([120, 7, 80, 3, 40, 1]) * side
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 16, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b""))


def tiff(bits: int, samples: int, *, tile: int = 0, rows: int = 0) -> Callable[[Path, int], None]:
    """Writes a deflated TIFF in tiles, or in strips of so many ``rows`` (0: one strip): the same bytes for each."""

    def write(path: Path, side: int) -> None:
        high = tile or rows or side
        count = math.ceil(side / high) * (math.ceil(side / tile) if tile else 1)
        piece = zlib.compress(bytes(range(0, 240, 8)) * (high * (tile or side) * samples * bits // 8 // 30 + 1), 1)
        per = [(322, 3, [tile]), (323, 3, [tile])] if tile else [(278, 4, [high])]
        places, lengths = (324, 325) if tile else (273, 279)
        start = 8 + len(piece)
        tags = [(256, 4, [side]), (257, 4, [side]), (258, 3, [bits] * samples), (259, 3, [8]),
                (262, 3, [2 if samples > 1 else 1]), (277, 3, [samples]), *per, (places, 4, [8] * count),
                (lengths, 4, [len(piece)] * count)]  # fmt: skip
        directory, more = b"", b""
        after = start + start % 2 + 2 + 12 * len(tags) + 4
        for tag, kind, values in sorted(tags):
            packed = struct.pack(f"<{len(values)}{'H' if kind == 3 else 'I'}", *values)
            if len(packed) > 4:
                packed, more = struct.pack("<I", after + len(more)), more + packed
            directory += struct.pack("<HHI", tag, kind, len(values)) + packed.ljust(4, b"\0")
        head = b"II*\0" + struct.pack("<I", start + start % 2) + piece + b"\0" * (start % 2)
        path.write_bytes(head + struct.pack("<H", len(tags)) + directory + b"\0" * 4 + more)

    return write


def many_pages(path: Path, side: int) -> None:
    page = striped("RGB", side)
    page.save(path, "TIFF", compression="tiff_deflate", save_all=True, append_images=[page.reduce(20)] * 3)


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif.tobytes()


def heic(path: Path, side: int) -> None:
    """Only where ``pillow_heif``, which writes them, is installed."""
    import pillow_heif

    pillow_heif.from_pillow(striped("RGB", side)).save(path, quality=40)


KINDS: dict[str, tuple[str, Callable[[Path, int], None]]] = {
    "png-line": ("png", saved("1", "PNG", compress_level=1)),
    "png-palette": ("png", saved("P", "PNG", compress_level=1)),
    "png-grey": ("png", saved("L", "PNG", compress_level=1)),
    "png-grey16": ("png", saved("I;16", "PNG", compress_level=1)),
    "png-grey-alpha": ("png", saved("LA", "PNG", compress_level=1)),
    "png-colour": ("png", saved("RGB", "PNG", compress_level=1)),
    "png-colour-alpha": ("png", saved("RGBA", "PNG", compress_level=1)),
    "png-colour16": ("png", png_16_bit_colour),
    "jpeg": ("jpg", saved("RGB", "JPEG")),
    "jpeg-cmyk": ("jpg", saved("CMYK", "JPEG")),
    "jpeg-turned": ("jpg", saved("RGB", "JPEG", exif=turned())),
    "jpeg-progressive-420": ("jpg", saved("RGB", "JPEG", progressive=True)),
    "jpeg-progressive-444": ("jpg", saved("RGB", "JPEG", progressive=True, subsampling=0)),
    "jpeg-progressive-cmyk": ("jpg", saved("CMYK", "JPEG", progressive=True, subsampling=0)),
    "tiff-grey16": ("tif", saved("I;16", "TIFF")),
    "tiff-whole32": ("tif", saved("I", "TIFF")),
    "tiff-float": ("tif", saved("F", "TIFF", compression="tiff_deflate")),
    "tiff-colour": ("tif", saved("RGB", "TIFF")),
    "tiff-colour-lzw": ("tif", saved("RGB", "TIFF", compression="tiff_lzw")),
    "tiff-colour-alpha": ("tif", saved("RGBA", "TIFF", compression="tiff_deflate")),
    "tiff-cmyk": ("tif", saved("CMYK", "TIFF")),
    "tiff-palette": ("tif", saved("P", "TIFF", compression="tiff_deflate")),
    "tiff-jpeg": ("tif", saved("RGB", "TIFF", compression="jpeg")),
    "tiff-turned": ("tif", saved("RGB", "TIFF", compression="tiff_deflate", exif=turned())),
    "tiff-pages": ("tif", many_pages),
    "tiff-tiled": ("tif", tiff(8, 3, tile=512)),
    "tiff-tiled16": ("tif", tiff(16, 3, tile=512)),
    "tiff-one-strip": ("tif", tiff(8, 3)),
    "tiff-one-strip16": ("tif", tiff(16, 3)),
    "tiff-one-strip-grey16": ("tif", tiff(16, 1)),
    "webp": ("webp", saved("RGB", "WEBP", method=0)),
    "webp-lossless-alpha": ("webp", saved("RGBA", "WEBP", lossless=True, method=0, quality=0)),
    "gif": ("gif", saved("P", "GIF")),
    "bmp": ("bmp", saved("RGB", "BMP")),
    "jpeg2000": ("jp2", saved("RGB", "JPEG2000")),
    "heic": ("heic", heic),
    **museum_kinds.KINDS,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--long-side", type=int, default=1040, help="0: in full")
    parser.add_argument("--megapixels", type=float, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--index", action="store_true")
    options = parser.parse_args()
    if options.index:
        print(run(INDEX, str(options.folder)).replace("|", "\n"))
        return
    options.folder.mkdir(parents=True, exist_ok=True)
    records = []
    for kind in options.only.split(",") if options.only else KINDS:
        records.append(measured(kind, options.folder, options.megapixels, options.long_side))
        if not options.json:
            print("| {kind} | {megapixels:.0f} | {mb} | {seconds} | {said} |".format(**records[-1]), flush=True)
    if options.json:
        json.dump(records, sys.stdout, indent=1)


def measured(kind: str, folder: Path, megapixels: float, long_side: int) -> dict[str, object]:
    """Million pixels, peak in MB, processor time in seconds and result of the largest picture that is accepted."""
    ending, _ = KINDS[kind]
    most = int(megapixels or MOST_PIXELS / 1e6)
    while True:
        side = math.isqrt(most * 1_000_000)
        path = folder / f"{kind}-{side}.{ending}"
        made = path.exists() or run(f"import picture_memory as m; m.KINDS[{kind!r}][1](m.Path({str(path)!r}), {side})")
        record: dict[str, object] = {"kind": kind, "megapixels": side * side / 1e6}
        if not made:
            path.unlink(missing_ok=True)
            return {**record, "mb": 0, "seconds": 0, "said": "cannot be written here"}
        mb, seconds, said = run(OPEN, str(path), str(long_side)).split("|", 2)
        refused = re.search(r"more than (\d+) million", said)
        if megapixels or not refused:
            return {**record, "mb": int(mb), "seconds": float(seconds), "said": said.strip()}
        most = int(refused[1])


def run(script: str, *arguments: str) -> str:
    """What a script writes in a process of its own; empty when it fails."""
    places = [str(Path(__file__).parents[1])]
    if script.startswith("import picture_memory"):  # other scripts here have names of libraries
        places.append(str(Path(__file__).parent))
    there = {"PYTHONPATH": os.pathsep.join(places), "PATH": ""}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=there, check=False)
    if done.returncode:
        print(done.stderr[-300:], file=sys.stderr)
        return "" if script is not OPEN else "0|0|failed"
    return done.stdout or " "


if __name__ == "__main__":
    main()
