"""What is still found when the query is not as it was: turned, small, in perspective, grey, framed, on a wall?

    python benchmarks/robustness.py --cache DIR --name COLLECTION [--queries 12] [--seed 0] [--json FILE]

Works of an indexed collection are drawn (seeded); each is changed as a phone photograph or a poor reproduction would be
and searched for as a picture that is not in the collection. Recall@1: the work itself comes first. Localised: so it
does, and the place that is shown overlaps what the query shows of it by more than 0.5 (IoU). Equal pictures count as
the work.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

sys.path[0] = str(Path(__file__).parents[1])

from explorer.collection import open_picture
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search import search
from explorer.search.query import PicturePart, Query, SearchOptions
from explorer.workspace import Workspace

LONG_SIDE = 1000
Change = Callable[[Image.Image], tuple[Image.Image, Box]]
"""A changed copy, and the box of what it shows on the work."""


def as_it_is(picture: Image.Image) -> tuple[Image.Image, Box]:
    return picture, Box.whole()


def turned(degrees: float) -> Change:
    """Turned, the corners filled with grey."""

    def change(picture: Image.Image) -> tuple[Image.Image, Box]:
        return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=(128, 128, 128)), Box.whole()

    return change


def reduced(share: float) -> Change:
    """At a share of its size."""

    def change(picture: Image.Image) -> tuple[Image.Image, Box]:
        size = (max(16, round(picture.width * share)), max(16, round(picture.height * share)))
        return picture.resize(size, Image.Resampling.LANCZOS), Box.whole()

    return change


def squeezed(picture: Image.Image) -> tuple[Image.Image, Box]:
    """JPEG of quality 10."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=10)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB"), Box.whole()


def in_perspective(picture: Image.Image) -> tuple[Image.Image, Box]:
    """Seen from the left and below: its right side is a fifth shorter, its top an eighth narrower."""
    width, height = picture.size
    corners = [(0.06 * width, 0), (0.94 * width, 0.1 * height), (width, 0.9 * height), (0, height)]
    return _placed(picture, picture.size, corners, (128, 128, 128)), Box.whole()


def grey(picture: Image.Image) -> tuple[Image.Image, Box]:
    return picture.convert("L").convert("RGB"), Box.whole()


def framed(picture: Image.Image) -> tuple[Image.Image, Box]:
    """In a gilded frame, a tenth of the picture wide."""
    wide = max(8, round(0.1 * max(picture.size)))
    frame = Image.new("RGB", (picture.width + 2 * wide, picture.height + 2 * wide), (120, 84, 30))
    draw = ImageDraw.Draw(frame)
    for ring in range(0, wide, max(1, wide // 6)):
        shade = 60 + (ring * 131) % 140
        draw.rectangle(
            (ring, ring, frame.width - 1 - ring, frame.height - 1 - ring), outline=(shade + 40, shade, 20), width=3
        )
    frame.paste(picture, (wide, wide))
    return frame, Box.whole()


def on_a_wall(picture: Image.Image) -> tuple[Image.Image, Box]:
    """Framed, on a rough wall, askew, a little out of focus and darker: a phone photograph in a gallery."""
    framed_picture, shown = framed(picture)
    size = (round(1.5 * framed_picture.width), round(1.4 * framed_picture.height))
    rng = np.random.default_rng(1)
    wall = Image.fromarray((150 + 12 * rng.normal(size=(size[1], size[0], 3))).clip(0, 255).astype(np.uint8))
    x0, y0 = 0.17 * size[0], 0.15 * size[1]
    x1, y1 = x0 + framed_picture.width, y0 + framed_picture.height
    corners = [(x0 + 8, y0 + 20), (x1, y0), (x1 - 12, y1 - 6), (x0, y1)]
    photograph = _placed(framed_picture, size, corners, None, wall)
    return photograph.filter(ImageFilter.GaussianBlur(1.2)).point(lambda tone: round(0.8 * tone)), shown


def _placed(
    picture: Image.Image, size: tuple[int, int], corners: list[tuple[float, float]],
    ground: tuple[int, int, int] | None, onto: Image.Image | None = None,
) -> Image.Image:  # fmt: skip
    """A picture whose corners (from the top left, clockwise) are brought to places on a ground."""
    width, height = picture.size
    own = [(0, 0), (width, 0), (width, height), (0, height)]
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, own, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    coefficients = np.linalg.solve(np.array(rows, float), np.array(values, float)).tolist()
    moved = picture.transform(size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
    mask = Image.new("L", picture.size, 255).transform(size, Image.Transform.PERSPECTIVE, coefficients)
    result = onto.copy() if onto else Image.new("RGB", size, ground)
    result.paste(moved, (0, 0), mask)
    return result


CHANGES: dict[str, Change] = {
    "as it is": as_it_is, "turned 15°": turned(15), "turned 45°": turned(45), "at 50 % of its size": reduced(0.5),
    "at 25 %": reduced(0.25), "JPEG quality 10": squeezed, "in perspective": in_perspective, "in grey": grey,
    "framed": framed, "on a wall": on_a_wall,
}  # fmt: skip


def measured(workspace: Workspace, works: list[str], change: Change, scratch: Path) -> tuple[float, float]:
    """Recall@1 and the share that is localised."""
    first, placed = 0, 0
    tables = workspace.tables
    for work in works:
        picture = open_picture(workspace.original(workspace.collection.work(work)), long_side=LONG_SIDE).image
        changed, shown = change(picture)
        path = scratch / "query.png"
        changed.save(path)
        try:
            matches = search(workspace, Query((PicturePart(path),)), SearchOptions(top=1, own=True))
        except ExplorerError:
            continue  # nothing to recognise is nothing found
        row = workspace.row(work)
        equal = {tables.works[each] for each in tables.equal_rows.get(row, (row,))}
        if matches and matches[0].work in equal:
            first += 1
            placed += matches[0].box.iou(shown) > 0.5
    return first / len(works), placed / len(works)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--queries", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    workspace = Workspace.open(options.name, options.cache)
    present = [workspace.tables.works[row] for row in workspace.present_rows()]
    works = random.Random(options.seed).sample(present, min(options.queries, len(present)))
    print(f"{len(works)} of {len(present)} works as queries, {workspace.config.model}\n", flush=True)
    print("| query | recall@1 | localised |\n|---|---:|---:|", flush=True)
    record = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, change in CHANGES.items():
            recall, localised = measured(workspace, works, change, Path(scratch))
            record[name] = {"recall@1": recall, "localised": localised}
            print(f"| {name} | {recall:.2f} | {localised:.2f} |", flush=True)
    if options.json:
        options.json.write_text(json.dumps(record, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
