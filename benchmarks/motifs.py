"""Does discovery find what recurs, and nothing else, without examining everything?

    python benchmarks/motifs.py [--data FOLDER] [--only demo,planted,small,all,scale] [--cache DIR] [--sheet DIR]
                                [--json FILE]

*demo* is the demo collection with its own truth; FOLDER holds the rest: ``planted/`` (ArtMiner's format), *small*:
``brueghel/`` with the first 300 ``old-masters/`` by name, *all*: with all of them, and *scale*: the time of it for 250,
500 and 1,000 of those works. Collections are indexed into ``--cache`` unless they are there.

An instance is one of the truth's where their boxes overlap by 0.3 (IoU) or more; the nearest counts. Two instances of
one motif are a right pair when both are copies of the same planted motif, and a wrong one when only one is a copy,
or they are copies of different ones; of pairs of which neither is, nothing is known. A planted motif is found when 0.6
of its instances are in one motif of which 0.8 are its instances. ``--sheet`` writes the strongest motifs as pictures:
what recurs among old masters has to be looked at.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image

sys.path[0] = str(Path(__file__).parents[1])  # not this folder: a library is called click, as a file here

from explorer.config import Config
from explorer.demo import paint_demo
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.motifs import Discovery, Motif, discover
from explorer.motifs.discovery import motifs_among
from explorer.motifs.pairs import PairVerifier
from explorer.workspace import Workspace

SAME, SHARE, PURITY = 0.3, 0.6, 0.8
NAMED = (
    ("Visit_to_the_Farmhouse__version_1", "Visit_to_the_Farmhouse__version_2"),
    ("The_Ark_of_Noah__England_", "The_Ark_of_Noah__Pau_Pyrenees-Atlantiques_"),
    ("Paradise_with_lions_and_leopards__version_1", "Paradise_with_lions_and_leopards__version_2"),
)
"""Pairs of versions of one composition in ``brueghel/``."""
STRONGEST = 30
SCALE = (250, 500, 1000)

Row = tuple[str, str, str]
"""What was measured, its value, the aim."""


@dataclass(frozen=True)
class Truth:
    """Where a planted motif is."""

    motif: str
    work: str
    box: Box


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as scratch:
        cache = options.cache or Path(scratch) / "cache"
        rows: list[Row] = []
        for name in options.only:
            measured = list(MEASURES[name](options, cache, Path(scratch)))
            rows += [(f"{name}: {what}", value, aim) for what, value, aim in measured]
            print("\n".join(f"| {name}: {what} | {value} | {aim} |" for what, value, aim in measured), flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


def demo(options: argparse.Namespace, cache: Path, scratch: Path) -> Iterator[Row]:
    """The demo collection of 72 works."""
    folder = scratch / "demo"
    paint_demo(folder, 72)
    workspace = _indexed("motifs-demo", folder / "images", cache)
    yield from _against_truth(workspace, folder / "annotations.json", options)


def planted(options: argparse.Namespace, cache: Path, scratch: Path) -> Iterator[Row]:
    """70 works with 15 motifs planted five times."""
    folder = options.data / "planted"
    yield from _against_truth(
        _indexed("motifs-planted", folder / "images", cache), folder / "annotations.json", options
    )


def small(options: argparse.Namespace, cache: Path, scratch: Path) -> Iterator[Row]:
    """The Brueghel family among 300 old masters."""
    folder = _gathered(options.data, scratch / "small", 300)
    yield from _versions(_indexed("motifs-small", folder, cache), options, "small")


def everything(options: argparse.Namespace, cache: Path, scratch: Path) -> Iterator[Row]:
    """The Brueghel family among all old masters."""
    folder = _gathered(options.data, scratch / "all", None)
    yield from _versions(_indexed("motifs-all", folder, cache), options, "all")


def scale(options: argparse.Namespace, cache: Path, scratch: Path) -> Iterator[Row]:
    """The time of it by the number of works; nothing is remembered from one to the next."""
    workspace = _indexed("motifs-all", _gathered(options.data, scratch / "scale", None), cache)
    rows = np.random.default_rng(3).permutation(workspace.present_rows())
    first = None
    for works in SCALE:
        started = time.process_time()
        motifs_among(workspace, np.sort(rows[:works]), PairVerifier(workspace))
        seconds = time.process_time() - started
        first = first or seconds / works
        yield f"{works} works: processor time", f"{seconds:.0f} s", ""
        yield f"{works} works: of a work, to that of {SCALE[0]}", f"{seconds / works / first:.2f}", "near 1"


MEASURES = {"demo": demo, "planted": planted, "small": small, "all": everything, "scale": scale}


# -- against truth -----------------------------------------------------------------------------------------------------


def _against_truth(workspace: Workspace, annotations: Path, options: argparse.Namespace) -> Iterator[Row]:
    discovery, seconds = _timed(workspace)
    found = discovery.motifs
    _write_sheet(workspace, found, options, workspace.name)
    truth = _read_truth(annotations, workspace)
    motifs = sorted({each.motif for each in truth})
    shares = {motif: _best_share(motif, truth, found) for motif in motifs}
    missed = ", ".join(f"{motif} {share:.2f}" for motif, share in shares.items() if share < SHARE)
    yield "motifs found", f"{sum(share >= SHARE for share in shares.values()) / len(motifs):.2f}", "0.9"
    yield "those missed, the best share of their instances", missed or "none", ""
    recall, precision = _pairs(truth, found)
    enough = [at for at, of in zip(recall, precision, strict=True) if of >= 0.9]
    reached = next((of for at, of in zip(recall, precision, strict=True) if at >= 0.5), None)
    yield "pairs: precision at recall 0.5", "not reached" if reached is None else f"{reached:.3f}", "0.9"
    yield "pairs: recall at precision 0.9", f"{max(enough, default=0):.3f}", "0.6"
    yield "pairs: all that were found, recall and precision", f"{recall[-1]:.3f}, {precision[-1]:.3f}", ""
    yield "seconds", f"{seconds:.0f}", ""


def _read_truth(annotations: Path, workspace: Workspace) -> list[Truth]:
    sizes, truth = workspace.picture_sizes(), []
    for motif, queries in json.loads(annotations.read_text()).items():
        for query in queries:
            work, box = query["query"]
            truth.append(Truth(motif, work, Box.from_pixels(tuple(box), *sizes[work])))
    return truth


def _nearest(work: str, box: Box, truth: Sequence[Truth]) -> Truth | None:
    """The instance that a place is."""
    near = [(each.box.iou(box), number) for number, each in enumerate(truth) if each.work == work]
    overlap, number = max(near, default=(0.0, 0))
    return truth[number] if overlap >= SAME else None


def _best_share(motif: str, truth: Sequence[Truth], found: Sequence[Motif]) -> float:
    """The greatest share of a planted motif's instances that lie in one, pure enough, motif."""
    of_motif = [each for each in truth if each.motif == motif]
    best = 0.0
    for each in found:
        nearest = [_nearest(instance.work, instance.box, truth) for instance in each.instances]
        of_it = [near for near in nearest if near and near.motif == motif]
        if len(of_it) >= PURITY * len(nearest):
            best = max(best, len({id(near) for near in of_it}) / len(of_motif))
    return best


def _pairs(truth: Sequence[Truth], found: Sequence[Motif]) -> tuple[np.ndarray, np.ndarray]:
    """Recall and precision of pairs of instances, from the surest on; a pair that several motifs have counts once."""
    total = sum(a.motif == b.motif and a.work != b.work for a, b in combinations(truth, 2))
    pairs: dict[tuple[object, ...], tuple[float, bool]] = {}
    for number, motif in enumerate(found):
        for first, second in combinations(motif.instances, 2):
            a, b = (_nearest(each.work, each.box, truth) for each in (first, second))
            if a is None and b is None:
                continue
            right = a is not None and b is not None and a.motif == b.motif
            name = tuple(sorted((id(a), id(b)))) if right else (number, first, second)
            score = min(first.score, second.score)
            pairs[name] = max(pairs.get(name, (0.0, right)), (score, right))
    by_score = sorted(pairs.values(), key=lambda pair: -pair[0])
    hits = np.cumsum([right for _, right in by_score] or [False])
    return hits / total, hits / np.arange(1, len(hits) + 1)


# -- the Brueghel family -----------------------------------------------------------------------------------------------


def _versions(workspace: Workspace, options: argparse.Namespace, name: str) -> Iterator[Row]:
    discovery, seconds = _timed(workspace)
    found, examined = discovery.motifs, discovery.examined
    _write_sheet(workspace, found, options, name)
    truth = _read_truth(options.data / "brueghel" / "annotations.json", workspace)
    most = max((_instances_in(motif, truth) for motif in found), default=0)
    yield "the annotated detail: of its 7 versions in one motif", str(most), "7"
    together = [_in_one(found, *pair) for pair in NAMED]
    yield "named pairs of versions that are in one motif", f"{sum(together)} of {len(NAMED)}", str(len(NAMED))
    works = len(workspace.present_rows())
    yield "pairs of works examined", f"{examined:,}, 1/{works * (works - 1) / 2 / examined:.0f}", "1/100"
    yield "motifs", str(len(found)), ""
    yield "seconds", f"{seconds:.0f}", "300"


def _instances_in(motif: Motif, truth: Sequence[Truth]) -> int:
    """How many of the annotated places, however much larger the motif is, lie in instances of one motif."""
    inside = 0
    for each in truth:
        for instance in motif.instances:
            if instance.work == each.work and instance.box.area < 0.5 and _share_inside(each.box, instance.box) > 0.7:
                inside += 1
                break
    return inside


def _share_inside(box: Box, other: Box) -> float:
    across = min(box.x1, other.x1) - max(box.x0, other.x0)
    down = min(box.y1, other.y1) - max(box.y0, other.y0)
    return max(across, 0) * max(down, 0) / box.area


def _in_one(found: Sequence[Motif], first: str, second: str) -> bool:
    """Whether two works share a motif."""
    return any({first, second} <= {Path(work).stem for work in motif.works} for motif in found)


# -- collections -------------------------------------------------------------------------------------------------------


def _indexed(name: str, folder: Path, cache: Path) -> Workspace:
    if not (cache / name).is_dir():
        index_folder(folder, name, cache, Config(model="mini"))
    return Workspace.open(name, cache)


def _gathered(data: Path, folder: Path, most: int | None) -> Path:
    """One folder of links to the Brueghel family and to the first ``most`` old masters by name."""
    folder.mkdir(parents=True)
    masters = sorted((data / "old-masters" / "images").iterdir())[:most]
    for path in [*sorted((data / "brueghel" / "images").iterdir()), *masters]:
        (folder / path.name).symlink_to(path.resolve())
    return folder


def _timed(workspace: Workspace) -> tuple[Discovery, float]:
    started = time.perf_counter()
    found = discover(workspace)
    return found, time.perf_counter() - started


def _write_sheet(workspace: Workspace, found: Sequence[Motif], options: argparse.Namespace, name: str) -> None:
    """The strongest motifs, a row each, as a picture to be looked at."""
    if not options.sheet:
        return
    options.sheet.mkdir(parents=True, exist_ok=True)
    side, across = 132, 10
    sheet = Image.new("RGB", (side * across, side * STRONGEST), "white")
    for row, motif in enumerate(found[:STRONGEST]):
        for column, instance in enumerate(motif.instances[:across]):
            path, _ = workspace.detail(instance.work, instance.box, margin=0.1)
            with Image.open(path) as opened:
                crop = opened.convert("RGB")
            crop.thumbnail((side - 4, side - 4))
            sheet.paste(crop, (column * side, row * side))
    sheet.save(options.sheet / f"{name}.png")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--only", type=lambda text: text.split(","), default=["demo"])
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if unknown := set(options.only) - set(MEASURES):
        parser.error(f"--only takes {', '.join(MEASURES)}, not {', '.join(sorted(unknown))}")
    if options.data is None and set(options.only) != {"demo"}:
        parser.error("all but the demo need --data FOLDER")
    return options


if __name__ == "__main__":
    main()
