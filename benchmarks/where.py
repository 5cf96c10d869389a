"""Do words point at the thing? ``python benchmarks/where.py --data FOLDER [--maps FILE.npz] [--json FILE]``.

On the boxes of ``objects-art`` that are below a quarter of their picture: several ways from the picture's cells to one
box, in two halves by the hash of the file's name; what is kept was chosen on the first. For each way: the share of
boxes in which the centre of the found one lies (a picture with three dogs has three boxes and gets one answer, so that
not all can be hit: the first row has the best possible share, where boxes of a picture do not overlap); the share of
pictures and names where it lies in any box of that name (the pointing game of Zhang et al., "Top-down neural attention
by excitation backprop", ECCV 2016); and the mean IoU with the best of those. ``--maps`` keeps the cells between runs:
encoding takes most of the time. With ``--demo SEED`` the same of a demo collection painted with that seed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path[0] = str(ROOT)
sys.path.append(str(ROOT / "benchmarks"))  # last: click.py there is not the library of that name

from words_rows import SMALL, annotated, ensemble

from explorer.config import Config
from explorer.demo import MOSTLY_HIDDEN, paint_demo
from explorer.encoder import Encoder, open_encoder
from explorer.features.grid import FeatureMap, unit_rows
from explorer.features.regions import pool, region_boxes
from explorer.geometry import intersection_over_union
from explorer.search.text_query import GRID, REGIONS_STAND_OUT
from explorer.words.rectangles import STANDS_OUT, heat_of_regions, standing_out
from explorer.words.where import NEUTRAL, located

WORKS = 24  # of a painted demo
PHRASES = {
    "tower": "a church tower", "windmill": "a windmill", "birds": "birds", "cart": "a covered wagon",
    "cottage": "a cottage", "tree": "a tree", "cow": "a cow", "boat": "a sailing boat", "flowers": "a bunch of flowers",
    "roemer": "a glass of wine", "bread": "a loaf of bread", "rider": "a man on a horse", "jug": "a jug",
    "dancers": "people dancing", "bare tree": "a bare tree", "house": "a house", "well": "a well",
    "butterfly": "a butterfly", "lemon": "a lemon", "bridge": "a stone bridge",
}  # fmt: skip
"""What is asked for each motif of the demo."""
SQUARE = 0.35  # side of the box round a best cell, of a square of the picture's area

Way = Callable[[FeatureMap, np.ndarray], np.ndarray]
"""From a picture's cells and a direction in the joint space to a box."""


@dataclass(frozen=True)
class Asked:
    """A name, and its boxes ``(N, 4)``, in one picture; ``half`` is 1 where the way was chosen, 2 elsewhere."""

    file: str
    name: str
    boxes: np.ndarray
    half: int


@dataclass(frozen=True)
class Row:
    way: str
    half: int
    boxes: float
    names: float
    iou: float
    asked: int


def questions(folder: Path) -> list[Asked]:
    """Every name of every picture of ``objects-art`` whose boxes of it are small."""
    found = []
    for file, boxes in sorted(annotated(folder).items()):
        half = 1 + int(hashlib.sha256(file.encode()).hexdigest(), 16) % 2
        found += _by_name(file, [(f"a {name}", box) for name, box in boxes], half)
    return found


def demo_questions(folder: Path) -> list[Asked]:
    """The same of the motifs of a painted demo, those that are mostly hidden left out."""
    by_file = defaultdict(list)
    for record in json.loads((folder / "transforms.json").read_text("utf-8")):
        if record["hidden"] <= MOSTLY_HIDDEN:
            by_file[record["file"]].append(record)
    found = []
    for file, records in sorted(by_file.items()):
        with Image.open(folder / "images" / file) as opened:
            sides = np.array(opened.size * 2)
        boxes = [(PHRASES[record["motif"]], np.array(record["box"]) / sides) for record in records]
        found += _by_name(file, boxes, 2)
    return found


def _by_name(file: str, boxes: list[tuple[str, np.ndarray]], half: int) -> list[Asked]:
    by_name = defaultdict(list)
    for name, box in boxes:
        if (box[2] - box[0]) * (box[3] - box[1]) < SMALL:
            by_name[name].append(box)
    return [Asked(file, name, np.array(few), half) for name, few in by_name.items()]


def maps_of(folder: Path, files: list[str], encoder: Encoder, kept: Path | None) -> dict[str, FeatureMap]:
    """The cells of the pictures in the joint space, as the app has them."""
    known: dict[str, np.ndarray] = {}
    if kept and kept.is_file():
        with np.load(kept) as stored:
            known = {file: stored[file] for file in stored.files}
    for file in files:
        if file in known:
            continue
        with Image.open(folder / file) as opened:
            picture = opened.convert("RGB")
        encoding = encoder.encode([encoder.prepare(picture, *picture.size)])[0]
        known[file] = encoding.joint.vectors.astype(np.float16)
    if kept:
        np.savez(kept, **known)
    return {file: FeatureMap(known[file].astype(np.float32)) for file in files}


def regions(scales: tuple[float, ...], overlap: float) -> Way:
    """The square of highest cosine."""

    def way(joint: FeatureMap, wanted: np.ndarray) -> np.ndarray:
        boxes = region_boxes(joint.shape[1], joint.shape[0], scales, overlap)[1:]
        return boxes[int((pool(joint, boxes) @ wanted).argmax())]

    return way


def best_cell(smoothed: bool, centred: bool = False) -> Way:
    """A square round the best cell."""

    def way(joint: FeatureMap, wanted: np.ndarray) -> np.ndarray:
        cells = unit_rows(joint.vectors - joint.vectors.mean(axis=(0, 1))) if centred else joint.vectors
        heat = located(FeatureMap(cells), wanted).heat if smoothed else cells @ wanted
        rows, columns = heat.shape
        row, column = np.unravel_index(int(heat.argmax()), heat.shape)
        half = SQUARE / 2 * np.array([np.sqrt(rows / columns), np.sqrt(columns / rows)])
        centre = np.array([(column + 0.5) / columns, (row + 0.5) / rows])
        return np.concatenate([centre - half, centre + half])

    return way


def from_regions(stands_out: float) -> Way:
    """The rectangle that stands out in a map made of the stored regions, as results of a search with words have it."""

    def way(joint: FeatureMap, wanted: np.ndarray) -> np.ndarray:
        rows, columns = joint.shape
        boxes = region_boxes(columns, rows, Config().scales, Config().overlap)[1:]
        shape = round(GRID * rows / max(rows, columns)), round(GRID * columns / max(rows, columns))
        places = standing_out(heat_of_regions(boxes, pool(joint, boxes) @ wanted, shape), stands_out)
        return np.array(places[0].box.as_tuple()) if places else np.array([0.0, 0.0, 1.0, 1.0])

    return way


def rectangle(stands_out: float = STANDS_OUT) -> Way:
    """The app's first place."""

    def way(joint: FeatureMap, wanted: np.ndarray) -> np.ndarray:
        places = located(joint, wanted, stands_out).places
        return np.array(places[0].box.as_tuple()) if places else np.array([0.0, 0.0, 1.0, 1.0])

    return way


def middle(joint: FeatureMap, wanted: np.ndarray) -> np.ndarray:
    return np.array([0.25, 0.25, 0.75, 0.75])


def ways() -> dict[str, tuple[Way, str]]:
    """Each way, and what is sought: ``alone`` the text, ``less`` neutral texts, an ``ensemble`` less neutral texts."""
    stored, fine = Config().scales, (0.5, 0.4, 0.3)
    return {
        "the picture's centre": (middle, "alone"),
        "stored regions": (regions(stored, 0.4), "alone"),
        "stored regions of 0.3 and more, less neutral texts": (regions((0.5, 0.3), 0.4), "less"),
        "a finer grid of regions": (regions(fine, 0.75), "alone"),
        "a finer grid of regions, less neutral texts": (regions(fine, 0.75), "less"),
        "the best cell": (best_cell(smoothed=False), "alone"),
        "the best cell, less neutral texts": (best_cell(smoothed=False), "less"),
        "the best cell, smoothed, less neutral texts": (best_cell(smoothed=True), "less"),
        "the same, the picture's mean taken off each cell": (best_cell(smoothed=True, centred=True), "less"),
        "the rectangle that stands out": (rectangle(), "alone"),
        "the same, less neutral texts, threshold 0.3": (rectangle(0.3), "less"),
        f"the same, threshold {STANDS_OUT} (kept)": (rectangle(), "less"),
        "the same, threshold 0.6": (rectangle(0.6), "less"),
        f"from stored regions, threshold {REGIONS_STAND_OUT} (kept for results)": (
            from_regions(REGIONS_STAND_OUT),
            "less",
        ),
        "from stored regions, threshold 0.45": (from_regions(0.45), "less"),
        f"threshold {STANDS_OUT}, an ensemble of prompts": (rectangle(), "ensemble"),
    }


def measure(asked: list[Asked], folder: Path, encoder: Encoder, kept: Path | None) -> Iterator[Row]:
    names = sorted({question.name for question in asked})
    neutral = encoder.words(list(NEUTRAL)).mean(axis=0)
    alone = encoder.words(names)
    prompts = ensemble(encoder, [name.removeprefix("a ") for name in names])
    sought = {"alone": alone, "less": alone - neutral, "ensemble": prompts - neutral}
    maps = maps_of(folder, sorted({question.file for question in asked}), encoder, kept)
    for half in sorted({question.half for question in asked}):
        of_half = [question for question in asked if question.half == half]
        count = sum(len(question.boxes) for question in of_half)
        yield Row("the best possible", half, len(of_half) / count, 1.0, 1.0, count)
        for title, (way, kind) in ways().items():
            found = [way(maps[q.file], sought[kind][names.index(q.name)]) for q in of_half]
            inside = [_inside(box, q.boxes) for box, q in zip(found, of_half, strict=True)]
            overlap = [intersection_over_union(box, q.boxes).max() for box, q in zip(found, of_half, strict=True)]
            in_boxes, in_names = np.concatenate(inside).mean(), np.mean([hit.any() for hit in inside])
            yield Row(title, half, float(in_boxes), float(in_names), float(np.mean(overlap)), count)


def _inside(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Whether the centre of a box lies in each of some boxes, ``(N,)``."""
    centre = (box[:2] + box[2:]) / 2
    return ((boxes[:, :2] <= centre) & (centre <= boxes[:, 2:])).all(axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--model", default="mini")
    parser.add_argument("--maps", type=Path, help="a file that keeps the pictures' cells, .npz")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--demo", type=int, metavar="SEED", help=f"a demo of {WORKS} works, painted for this")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.data / "objects-art" if args.demo is None else Path(scratch) / "demo"
        if args.demo is not None:
            paint_demo(folder, WORKS, args.demo)
        elif not folder.is_dir():
            print(f"skipped: there is no folder {folder}")
            return
        asked = questions(folder) if args.demo is None else demo_questions(folder)
        report(args, measure(asked, folder / "images", open_encoder(Config(model=args.model)), args.maps))


def report(args: argparse.Namespace, measured: Iterator[Row]) -> None:
    rows = []
    print(f"{'way':54}{'half':>5}{'boxes':>8}{'names':>8}{'IoU':>8}")
    for row in measured:
        rows.append(row)
        print(f"{row.way:54}{row.half:5}{row.boxes:8.3f}{row.names:8.3f}{row.iou:8.3f}  {row.asked} boxes", flush=True)
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), "utf-8")


if __name__ == "__main__":
    main()
