"""Does a click select the thing? Every planted instance is clicked, and the proposals are compared with its true box.

    python benchmarks/click.py [--data FOLDER] [--only demo,planted,brueghel] [--every N] [--points 5] [--json FILE]

Instances are those of the demo collection's own truth, of ``FOLDER/planted`` (``images/`` and ``annotations.json`` in
ArtMiner's format), and of ``FOLDER/brueghel`` among ``FOLDER/old-masters``, for the seconds in a larger collection.
Each is clicked in its middle and at four points half way to its edges. Reported are: how often the first proposal, and
how often any of them, overlaps the true box by 0.4 (IoU) or more; the same for the square of middle size, which does
not depend on what recurs; the mAP of searches with the first proposal over that with the
true box (IoU > 0.3, own work skipped); and seconds, beside those of a search with a box.

Thresholds were chosen on every second motif (the first, the third and so on, by name); figures of the others stand
beside. ``--every 4`` clicks every fourth instance only, for a quick look.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: the web server has a library called click, as this file

from explorer.config import Config
from explorer.demo import paint_demo
from explorer.evaluate.metrics import average_precision
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.search import search
from explorer.search.click import MIDDLE, Proposal, click_box, first_search, proposals
from explorer.search.query import Query, RegionPart, SearchOptions
from explorer.workspace import Workspace

RIGHT = 0.4
AIMS = {"first": "0.60", "any": "0.85", "mAP, of that with the true box": "0.85"}
POINTS = ((0.5, 0.5), (0.25, 0.5), (0.75, 0.5), (0.5, 0.25), (0.5, 0.75))
"""Where an instance is clicked, as fractions of its box."""


@dataclass(frozen=True)
class Click:
    """One click, measured: overlaps (IoU) with the true box, average precisions, and seconds."""

    motif: str
    chosen_on: bool
    middle: float
    first: float
    any: float
    support: float
    precision: float
    precision_of_truth: float
    seconds_first_search: float
    seconds_proposals: float
    seconds_box: float


@dataclass(frozen=True)
class Instance:
    """One occurrence of a motif: its work, its box, and the other occurrences' boxes by work, in pixels."""

    motif: str
    work: str
    box: tuple[float, float, float, float]
    truth: dict[str, list[tuple[float, ...]]]


def read_instances(annotations: Path, prefix: str) -> list[Instance]:
    """Annotations in ArtMiner's format; ``prefix`` goes before the names of works."""
    instances = []
    for motif, entries in json.loads(annotations.read_text("utf-8")).items():
        for entry in entries:
            truth: dict[str, list[tuple[float, ...]]] = {}
            for work, box in entry["gt"]:
                truth.setdefault(prefix + work, []).append(tuple(box))
            instances.append(Instance(motif, prefix + entry["query"][0], tuple(entry["query"][1]), truth))
    return instances


class Bench:
    """A collection and the instances in it."""

    def __init__(self, workspace: Workspace, instances: list[Instance], every: int, points: int) -> None:
        self.workspace, self.sizes = workspace, workspace.collection.picture_sizes()
        self.motifs = sorted({instance.motif for instance in instances})
        self.instances, self.points = instances[::every], POINTS[:points]

    def clicks(self) -> Iterator[Click]:
        for instance in self.instances:
            box = Box.from_pixels(instance.box, *self.sizes[instance.work]).clipped()
            truth, seconds = self._precision(instance, box)
            for place in self.points:
                yield self._click(instance, box, place, (truth, seconds))

    def _click(self, instance: Instance, box: Box, place: tuple[float, float], by_truth: tuple[float, float]) -> Click:
        x, y = box.x0 + place[0] * box.width, box.y0 + place[1] * box.height
        started = time.perf_counter()
        first = first_search(self.workspace, RegionPart(instance.work, box), (x, y))
        searched = time.perf_counter()
        found: list[Proposal] = proposals(self.workspace, first, x, y)
        proposed = time.perf_counter()
        overlaps = [proposal.box.iou(box) for proposal in found]
        precision, _ = self._precision(instance, found[0].box)
        middle = click_box(self.workspace, instance.work, x, y, MIDDLE).iou(box)
        chosen_on = self.motifs.index(instance.motif) % 2 == 0
        return Click(
            instance.motif, chosen_on, middle, overlaps[0], max(overlaps), found[0].support,
            precision, by_truth[0], searched - started, proposed - searched, by_truth[1],
        )  # fmt: skip

    def _precision(self, instance: Instance, box: Box) -> tuple[float, float]:
        """Average precision of a search with a box, and its seconds."""
        started = time.perf_counter()
        query = Query((RegionPart(instance.work, box),))
        found = search(self.workspace, query, SearchOptions(top=len(self.workspace.tables.works)))
        seconds = time.perf_counter() - started
        places = [(match.work, match.box.to_pixels(*self.sizes[match.work])) for match in found]
        return average_precision(places, instance.truth, instance.work), seconds


def figures(clicks: Sequence[Click]) -> dict[str, float]:
    def mean(values: Sequence[float]) -> float:
        return float(np.nanmean(values)) if len(values) else float("nan")

    truth = mean([click.precision_of_truth for click in clicks])
    return {
        "clicks": float(len(clicks)),
        "the middle square": mean([click.middle >= RIGHT for click in clicks]),
        "first": mean([click.first >= RIGHT for click in clicks]),
        "any": mean([click.any >= RIGHT for click in clicks]),
        "mean IoU of the first": mean([click.first for click in clicks]),
        "mAP with the true box": truth,
        "mAP, of that with the true box": mean([click.precision for click in clicks]) / truth,
        "seconds, first search": float(np.median([click.seconds_first_search for click in clicks])),
        "seconds, proposals": float(np.median([click.seconds_proposals for click in clicks])),
        "seconds, a box": float(np.median([click.seconds_box for click in clicks])),
    }


def printed(name: str, clicks: Sequence[Click]) -> None:
    columns = {
        "all": figures(clicks),
        "chosen on": figures([click for click in clicks if click.chosen_on]),
        "not": figures([click for click in clicks if not click.chosen_on]),
    }
    print(f"\n| {name} | {' | '.join(columns)} | aim |\n|---|{'---:|' * (len(columns) + 1)}")
    for row in columns["all"]:
        values = " | ".join(f"{column[row]:.3f}".removesuffix(".000") for column in columns.values())
        print(f"| {row} | {values} | {AIMS.get(row, '')} |", flush=True)


def collections(options: argparse.Namespace, scratch: Path) -> Iterator[tuple[str, Workspace, list[Instance]]]:
    """The demo, and what is at hand of the others: name, collection, instances."""

    def indexed(name: str, folder: Path, annotations: Path, prefix: str = "") -> tuple[str, Workspace, list[Instance]]:
        index_folder(folder, name, scratch / "cache", Config(model="mini"))
        return name, Workspace.open(name, scratch / "cache"), read_instances(annotations, prefix)

    if "demo" in options.only:
        folder = scratch / "demo"
        if not folder.exists():
            paint_demo(folder, 72)
        yield indexed("demo", folder / "images", folder / "annotations.json")
    if options.data is None and set(options.only) != {"demo"}:
        print("Only the demo: --data names no folder.", file=sys.stderr)
        return
    if "planted" in options.only:
        folder = options.data / "planted"
        yield indexed("planted", folder / "images", folder / "annotations.json")
    if "brueghel" in options.only:
        together = scratch / "brueghel"
        together.mkdir(exist_ok=True)
        for number, name in enumerate(("brueghel", "old-masters")):
            if not (together / str(number)).exists():
                (together / str(number)).symlink_to((options.data / name / "images").resolve())
        yield indexed("brueghel", together, options.data / "brueghel" / "annotations.json", "0/")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="FOLDER")
    parser.add_argument("--only", type=lambda text: text.split(","), default=["demo", "planted"], metavar="NAMES")
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--points", type=int, default=len(POINTS), choices=range(1, len(POINTS) + 1))
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="keep what is painted and indexed here")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    records = {}
    with tempfile.TemporaryDirectory() as passing:
        for name, workspace, instances in collections(options, options.scratch or Path(passing)):
            clicks = list(Bench(workspace, instances, options.every, options.points).clicks())
            printed(name, clicks)
            records[name] = {"figures": figures(clicks), "clicks": [asdict(click) for click in clicks]}
    if options.json:
        options.json.write_text(json.dumps(records, indent=1), "utf-8")


if __name__ == "__main__":
    main()
