"""Are differences of versions found, and nothing else? ``python benchmarks/difference.py [--works N] [--seed SEED]``.

Works of the demo are painted twice, the second time changed and seen a little otherwise
(:mod:`difference_pairs`), registered, and compared; ``--cache`` and ``--name`` say in which indexed collection, the
demo if left out: what is common is common there. A change counts as found where a difference is within it (its middle
in the change's box widened by a tenth, IoU above 0.2) on the picture that has it; a difference that lies on no change
is false. ``unsaid`` are changes that were missed although the page says that their place was compared, ``compared`` is
the mean share of the pictures of which it says so.
``--json FILE`` keeps the record.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path[0] = str(ROOT)
sys.path.append(str(ROOT / "benchmarks"))

from difference_pairs import CASES, Change, Pair, painted_pairs

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.paths import DEFAULT_CACHE
from explorer.registration.compare import register
from explorer.registration.difference import Difference, Differences, differences
from explorer.workspace import Workspace

STEPS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Where in a change's box it is looked whether it was compared, as shares of its sides."""


@dataclass(frozen=True)
class Row:
    """One kind of pair: ``refused`` could not be registered, or agreed too little; of the rest, the ``changes``, those
    ``found``, those found and called what they are, those missed where it is said that the two were compared
    (``unsaid``), the differences ``reported`` and those that are ``false``; the sum of the shares ``compared``."""

    case: str
    pairs: int = 0
    refused: int = 0
    changes: int = 0
    found: int = 0
    named: int = 0
    unsaid: int = 0
    reported: int = 0
    false: int = 0
    compared: float = 0.0

    def plus(self, other: Row) -> Row:
        ours, theirs = asdict(self), asdict(other)
        return Row(**{name: ours[name] + theirs[name] if name != "case" else self.case for name in ours})


def lies_on(place: Box, change: Box | None) -> bool:
    if change is None:
        return False
    around, (x, y) = change.widened(0.1), place.centre
    return around.x0 < x < around.x1 and around.y0 < y < around.y1 and place.iou(change) > 0.2


def finds(found: Difference, change: Change) -> bool:
    """Whether a difference is (a part of) a change, on the picture or pictures on which it says that something is."""
    return (found.kind != "second" and lies_on(found.first, change.first)) or (
        found.kind != "first" and lies_on(found.second, change.second)
    )


def on(found: Difference, change: Change) -> bool:
    """Whether a difference is about the place of a change, whatever it calls it."""
    return any(
        lies_on(place, box) for place in (found.first, found.second) for box in (change.first, change.second) if box
    )


def was_compared(told: Differences, change: Change) -> bool:
    """Whether it is said that most of a change's place was compared, on the picture that has it."""
    side, box = (0, change.first) if change.first else (1, change.second or Box.whole())
    lines = [np.array(line, np.float32) for line in told.not_compared[side]]
    places = [(box.x0 + x * box.width, box.y0 + y * box.height) for x in STEPS for y in STEPS]
    left_out = [sum(cv2.pointPolygonTest(line, place, False) >= 0 for line in lines) % 2 for place in places]
    return float(np.mean(left_out)) < 0.5


def measured(pair: Pair, told: Differences) -> Row:
    found = told.found
    hits = [[each for each in found if on(each, change)] for change in pair.changes]
    named = [any(each.kind == change.kind and finds(each, change) for each in found) for change in pair.changes]
    false = [each for each in found if not any(on(each, change) for change in pair.changes)]
    unsaid = sum(not hit and was_compared(told, change) for hit, change in zip(hits, pair.changes, strict=True))
    counts = len(pair.changes), sum(map(bool, hits)), sum(named), unsaid, len(found), len(false)
    return Row(pair.case, 1, 0, *counts, told.compared)


def compare(workspace: Workspace, pair: Pair, folder: Path) -> Row:
    paths = folder / f"{pair.name}-a.png", folder / f"{pair.name}-b.png"
    for path, picture in zip(paths, (pair.first, pair.second), strict=True):
        Image.fromarray(picture).save(path, compress_level=1)
    try:
        found = differences(workspace, *paths, register(workspace, *paths).matrix)
    except ExplorerError:
        return Row(pair.case, 1, 1)
    return measured(pair, found)


def table(rows: Iterable[Row]) -> str:
    lines = [
        "| pairs | number | refused | compared | changes | found | and named rightly | unsaid | reported | false |",
        "|---|" + "---|" * 9,
    ]
    for row in rows:
        compared = f"{row.compared / max(row.pairs - row.refused, 1):.0%}"
        numbers = [row.pairs, row.refused, compared, row.changes, row.found, row.named, row.unsaid, row.reported]
        numbers.append(row.false)
        lines.append(f"| {row.case} | " + " | ".join(map(str, numbers)) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=14)
    parser.add_argument("--seed", type=int, default=78)
    parser.add_argument("--name", default="demo")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    workspace = Workspace.open(asked.name, asked.cache)
    rows = {case: Row(case) for case in CASES}
    with tempfile.TemporaryDirectory() as folder:
        for pair in painted_pairs(asked.works, asked.seed):
            row = compare(workspace, pair, Path(folder))
            rows[pair.case] = rows[pair.case].plus(row)
            print(pair.name, row, file=sys.stderr, flush=True)
    total = Row("all")
    for row in rows.values():
        total = total.plus(row)
    print(table([*rows.values(), total]))
    rate = np.array([total.found, total.reported - total.false]) / np.maximum([total.changes, total.reported], 1)
    print(f"\nrecall {rate[0]:.2f}, precision {rate[1]:.2f}, of the pairs that were not refused")
    if asked.json:
        record = {"seed": asked.seed, "works": asked.works, "rows": [asdict(row) for row in [*rows.values(), total]]}
        asked.json.write_text(json.dumps(record, indent=1), "utf-8")


if __name__ == "__main__":
    main()
