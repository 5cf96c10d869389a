"""Details with nothing to recognise, or without copies: which probability does a search give its best match?

    python benchmarks/nothing.py --data FOLDER [--only smooth,random,whole] [--demo FOLDER] [--cache DIR]
                                 [--subset 1] [--json FILE] [--sheet DIR]

FOLDER holds ``brueghel/`` and ``old-masters/`` with ``images/``; the demo collection (``assets/demo``) is searched for
its own smooth grounds. Everything is drawn from fixed seeds:

* *smooth*: of every work, among 60 random squares of 22 % of the side of a square of the picture's area, the one with
  the least mean absolute Laplacian whose tones deviate by more than 2.5; of those, the 200 smoothest.
* *random*: 300 random details of ``old-masters``, 10 to 40 % of that side.
* *whole*: 100 whole works of ``old-masters``.

Pairs that are true copies of one another, checked by eye, are listed in ``known_copies.json`` and do not count.
``--subset 4`` takes every fourth query. ``--sheet`` writes the strongest matches as pictures, to be looked at.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

sys.path[0] = str(Path(__file__).parents[1])
sys.path.append(str(Path(__file__).parent))  # last: click.py here is not the library of that name

from ways import indexed

from explorer.config import Config
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search import search
from explorer.search.click import square
from explorer.search.query import Match, Query, RegionPart, SearchOptions
from explorer.workspace import Workspace

SMOOTH, RANDOM, WHOLE = 200, 300, 100
SIDE, SQUARES, LEAST_DEVIATION = 0.22, 60, 2.5
AIMS = {"0.5 or more": "0.02", "0.9 or more": "0"}
KNOWN = Path(__file__).parent / "known_copies.json"


@dataclass(frozen=True)
class SampledQuery:
    """A detail and the collection that it is searched for in."""

    workspace: Workspace
    part: RegionPart


@dataclass(frozen=True)
class Answer:
    query: SampledQuery
    best: Match | None
    """The strongest match that is not known to be a copy."""
    refused: str = ""

    @property
    def probability(self) -> float:
        return self.best.evidence.probability if self.best and self.best.evidence else 0.0


def smooth(workspaces: list[tuple[Workspace, str]]) -> list[SampledQuery]:
    """The smoothest grounds of all works whose id begins with a prefix."""
    found: list[tuple[float, SampledQuery]] = []
    rng = np.random.default_rng(0)
    for workspace, prefix in workspaces:
        for work in workspace.collection.works():
            if not work.id.startswith(prefix):
                continue
            with Image.open(workspace.original(work)) as opened:
                tones = np.asarray(opened.convert("L"), np.float32)
            best = min(_squares(tones, rng), key=lambda pair: pair[0], default=None)
            if best:
                found.append((best[0], SampledQuery(workspace, RegionPart(work.id, best[1]))))
    return [query for _, query in sorted(found, key=lambda pair: pair[0])[:SMOOTH]]


def _squares(tones: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[float, Box]]:
    height, width = tones.shape
    for _ in range(SQUARES):
        box = square((width, height), rng.uniform(), rng.uniform(), SIDE)
        x0, y0, x1, y1 = box.to_pixels(width, height)
        inside = tones[y0:y1, x0:x1]
        if inside.std() > LEAST_DEVIATION:
            yield float(np.abs(cv2.Laplacian(inside, cv2.CV_32F)).mean()), box


def random_details(workspace: Workspace, prefix: str) -> list[SampledQuery]:
    rng = np.random.default_rng(5)
    works = sorted(
        (work for work in workspace.collection.works() if work.id.startswith(prefix)), key=lambda work: work.id
    )
    queries = []
    for _ in range(RANDOM):
        work = works[rng.integers(len(works))]
        side = math.exp(rng.uniform(math.log(0.1), math.log(0.4)))
        box = square((work.width, work.height), rng.uniform(), rng.uniform(), side)
        queries.append(SampledQuery(workspace, RegionPart(work.id, box)))
    return queries


def whole_works(workspace: Workspace, prefix: str) -> list[SampledQuery]:
    works = sorted(work.id for work in workspace.collection.works() if work.id.startswith(prefix))
    chosen = np.random.default_rng(7).permutation(len(works))[:WHOLE]
    return [SampledQuery(workspace, RegionPart(works[number], Box.whole())) for number in chosen]


def answers(queries: list[SampledQuery], known: set[frozenset[str]]) -> list[Answer]:
    found = []
    for number, query in enumerate(queries, start=1):
        try:
            matches = search(query.workspace, Query((query.part,)), SearchOptions(top=5))
            matches = [match for match in matches if frozenset((query.part.work, match.work)) not in known]
            found.append(Answer(query, matches[0] if matches else None))
        except ExplorerError as error:  # of one colour: refused, which is as good as nothing found
            found.append(Answer(query, None, str(error)))
        if sys.stderr.isatty():
            print(f"\r{number} of {len(queries)}   ", end="", file=sys.stderr)
    return found


def rows(found: list[Answer]) -> list[tuple[str, str, str]]:
    values = np.array([answer.probability for answer in found])
    table = [(f"best match {least} or more", f"{(values >= limit).mean():.3f}", AIMS[f"{least} or more"])
             for least, limit in (("0.5", 0.5), ("0.9", 0.9))]  # fmt: skip
    table.append(("median; nine in ten below; highest",
                  f"{np.median(values):.2f}; {np.quantile(values, 0.9):.2f}; {values.max():.2f}", ""))  # fmt: skip
    table.append(("refused in a sentence", str(sum(bool(answer.refused) for answer in found)), f"of {len(found)}"))
    return table


def sheet(found: list[Answer], path: Path, count: int = 12) -> None:
    """The strongest matches, query and match side by side."""
    wide, high = 460, 250
    matched = [(answer, answer.best) for answer in found if answer.best]
    strongest = sorted(matched, key=lambda pair: -pair[0].probability)[:count]
    page = Image.new("RGB", (3 * wide, math.ceil(len(strongest) / 3) * high), "white")
    draw = ImageDraw.Draw(page)
    for number, (answer, match) in enumerate(strongest):
        left, top = number % 3 * wide, number // 3 * high
        part, folder = answer.query.part, answer.query.workspace.folder
        names = f"{part.work[-30:]} | {match.work[-30:]}"
        draw.text((left + 4, top + 3), f"{answer.probability:.2f} {names}", "black")
        for x, (work, box) in ((4, (part.work, part.box)), (230, (match.work, match.box))):
            with Image.open(folder / work) as opened:
                crop = opened.convert("RGB").crop(box.widened(0.25).clipped().to_pixels(*opened.size))
            factor = 215 / max(crop.size)
            page.paste(crop.resize([max(1, round(side * factor)) for side in crop.size]), (left + x, top + 18))
    page.save(path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--demo", type=Path, default=Path(__file__).parents[1] / "assets" / "demo")
    parser.add_argument("--model", default="mini")
    parser.add_argument("--only", default="smooth,random,whole")
    parser.add_argument("--cache", type=Path, help="keep the indexes here, for the next run")
    parser.add_argument("--subset", type=int, default=1, metavar="N", help="take every N-th query")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--sheet", type=Path, metavar="DIR")
    options = parser.parse_args()
    known = {frozenset(pair) for pair in json.loads(KNOWN.read_text("utf-8"))} if KNOWN.exists() else set()
    with tempfile.TemporaryDirectory() as scratch:
        folder, config = options.cache or Path(scratch), Config(model=options.model)
        images = [options.data / name / "images" for name in ("brueghel", "old-masters")]
        workshop = indexed(folder, "workshop", images, config)
        sets = {
            "smooth": lambda: smooth([(workshop, "1/"), *_demo(folder, options.demo, config)]),
            "random": lambda: random_details(workshop, "1/"), "whole": lambda: whole_works(workshop, "1/"),
        }  # fmt: skip
        tables = {}
        for name in options.only.split(","):
            found = answers(sets[name]()[:: options.subset], known)
            tables[name] = rows(found)
            print(f"\n{name}, {len(found)} queries")
            for what, value, note in tables[name]:
                print(f"  {what:40}{value:>18}  {'aim ' * what.startswith('best')}{note}", flush=True)
            if options.sheet:
                options.sheet.mkdir(parents=True, exist_ok=True)
                sheet(found, options.sheet / f"{name}.png")
    if options.json:
        options.json.write_text(json.dumps(tables, indent=1), "utf-8")
    return 0


def _demo(folder: Path, demo: Path, config: Config) -> list[tuple[Workspace, str]]:
    if not (demo / "images").is_dir():
        print(f"{demo} is not painted yet (python app.py paints it): its smooth grounds are left out")
        return []
    return [(indexed(folder, "demo-grounds", [demo / "images"], config), "0/")]


if __name__ == "__main__":
    raise SystemExit(main())
