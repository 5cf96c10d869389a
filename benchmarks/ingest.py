"""What museums hand over: how much of it is read right, refused with a sentence, or read wrongly.

    python benchmarks/ingest.py [--json FILE] [--wrong]

The inputs and the right values are those of the tests, which make their files themselves: dates and sizes in words,
headings of five languages, names of files, encodings, and pictures. ``--wrong`` names what was read wrongly. That a
picture is right means: every tone within 3 levels of the reference, in the copy for the screen too.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path[0] = str(ROOT)
sys.path.append(str(ROOT / "tests"))

from tiff_files import write_tiff

from explorer.collection.catalogue import read_catalogue
from explorer.collection.dates import years
from explorer.collection.dimensions import size_cm
from explorer.collection.encodings import WESTERN
from explorer.collection.joining import join
from explorer.collection.pictures import open_picture
from explorer.errors import ExplorerError

TONES = 3
REFUSED = object()


def of_tests(name: str) -> ModuleType:
    """A module of tests, for its tables."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tests" / "collection" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def dates() -> Iterator[tuple[str, Any, Any]]:
    """Text, what was read, the right value."""
    table = of_tests("test_dates")
    for text, right in [*table.DATES.items(), *((text, None) for text in table.NO_DATES)]:
        read = years(text)
        yield text, REFUSED if read is None and right is not None else read, right


def sizes() -> Iterator[tuple[str, Any, Any]]:
    table = of_tests("test_dimensions")
    for text, right in [*table.SIZES.items(), *((text, None) for text in table.NO_SIZES)]:
        read = size_cm(text)
        near = read is not None and right is not None and np.allclose(read, right, atol=0.011)
        yield text, right if near else REFUSED if read is None and right is not None else read, right


def headings() -> Iterator[tuple[str, Any, Any]]:
    fields = ("file", "title", "artist", "date", "genre", "medium", "holder", "inventory", "height_cm", "width_cm")
    with tempfile.TemporaryDirectory() as folder:
        for name, line in of_tests("test_catalogue").EXPORTS.items():
            path = Path(folder) / "catalogue.csv"
            path.write_text(line + "\n" + "x;" * 9 + "x\n", encoding="utf-8")
            known = read_catalogue(path).known
            for field, heading in zip(fields, line.split(";"), strict=True):
                yield f"{name}: {heading}", known.get(field, REFUSED), heading


def names() -> Iterator[tuple[str, Any, Any]]:
    for cell, work in of_tests("test_joining").FOUND:
        joined = join([cell], [work, "others/other.jpg", "zz.png"])
        yield cell, next(iter(joined.rows), REFUSED), work


def encodings() -> Iterator[tuple[str, Any, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        for title in of_tests("test_spreadsheet").SAMPLES:
            for encoding in (*WESTERN, "utf-8", "utf-8-sig", "utf-16"):
                path = Path(folder) / "catalogue.csv"
                try:
                    path.write_bytes(f'file,title\na.jpg,"{title}"\n'.encode(encoding))
                except UnicodeEncodeError:
                    continue
                yield f"{encoding}: {title}", read_catalogue(path).rows[0]["title"], title


def pictures() -> Iterator[tuple[str, Any, Any]]:
    ramp = np.tile(np.linspace(0, 1, 96), (96, 1))
    with tempfile.TemporaryDirectory() as folder:
        for bits in (10, 12, 14, 16):
            deep = (ramp * (2**bits - 1)).round().astype(np.uint16)
            for kind, page in (("grey", deep), ("colour", np.repeat(deep[..., None], 3, axis=2))):
                for planes in (False, True)[: 1 + (kind == "colour")]:
                    for big_endian in (False, True):
                        path = write_tiff(Path(folder) / "a.tif", page, planes=planes, big_endian=big_endian)
                        name = f"{bits} bits, {kind}, {'planes' if planes else 'pixels'}, big-endian {big_endian}"
                        yield name, _judged(path, ramp), True
                        if planes:
                            write_tiff(path, page, planes=True, big_endian=big_endian, deflated=True)
                            yield f"{name}, deflated", _judged(path, ramp), True
        for most, white in ((1.0, 1.0), (200.0, 255.0), (255.0, 255.0), (65535.0, 65535.0)):
            path = write_tiff(Path(folder) / "a.tif", (ramp * most).astype(np.float32))
            yield f"floats to {most:g}", _judged(path, ramp * most / white), True


def _judged(path: Path, right: np.ndarray) -> Any:
    """True where the picture is within three levels of ``right`` (0 to 1), at full size and smaller."""
    try:
        whole, small = (np.asarray(open_picture(path, long_side=side).image)[..., 1] for side in (None, 48))
    except ExplorerError:
        return REFUSED
    halves = right.reshape(48, 2, 48, 2).mean(axis=(1, 3))
    near = np.abs(whole - 255 * right).max() <= TONES and np.abs(small - 255 * halves)[:, 2:-2].max() <= TONES
    return bool(near)


def endings() -> Iterator[tuple[str, Any, Any]]:
    """JPEG files that lack their end mark, or were cut: right is the whole picture, or a refusal."""
    tests = of_tests("test_museum_pictures")
    noise = np.random.default_rng(3).integers(0, 255, (60, 80, 3), dtype=np.uint8)
    picture = Image.fromarray(noise).resize((403, 301), Image.Resampling.BICUBIC)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.jpg"
        for kind, how in tests.JPEGS.items():
            picture.save(path, quality=90, **how)
            whole, right = path.read_bytes(), np.asarray(open_picture(path).image).astype(int)
            for lost in (0, 1, 2, *range(3, 40, 3), *(int(share * len(whole)) for share in (0.05, 0.3, 0.6, 0.9))):
                path.write_bytes(whole[: len(whole) - lost])
                try:
                    read = np.abs(np.asarray(open_picture(path).image) - right).max() <= TONES
                except ExplorerError:
                    read = REFUSED
                yield f"{kind}, {lost} bytes cut", read, True


KINDS = {"dates": dates, "sizes": sizes, "headings": headings, "names of files": names, "encodings": encodings,
         "deep pictures": pictures, "JPEGs cut at their end": endings}  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    record: dict[str, dict[str, int]] = {}
    print("| inputs | tried | right | refused or left empty | wrong |\n|---|---:|---:|---:|---:|")
    for kind, inputs in KINDS.items():
        counts: Counter[str] = Counter()
        for name, read, right in inputs():
            outcome = "refused" if read is REFUSED else "right" if read == right else "wrong"
            counts[outcome] += 1
            if options.wrong and outcome == "wrong":
                print(f"  wrong: {name!r} gave {read!r}", file=sys.stderr)
        record[kind] = dict(counts)
        print(f"| {kind} | {counts.total()} | {counts['right']} | {counts['refused']} | {counts['wrong']} |")
    if options.json:
        options.json.write_text(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
