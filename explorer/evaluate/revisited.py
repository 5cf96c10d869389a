"""Revisited Oxford and Paris: 70 queries each, whose pictures are not searched, at three difficulties.

The ground truth is one file, a pickle (read by :mod:`explorer.evaluate.pickled`, which runs nothing) or JSON of the
same shape: ``imlist`` and ``qimlist`` name the pictures and the queries, ``gnd`` has a box (``bbx``) for each query and
the numbers of the pictures that are ``easy``, ``hard`` and ``junk``. What counts as right: easy ones (Easy; hard ones
are junk), both (Medium), hard ones (Hard; easy ones are junk). A query with nothing right at a difficulty is left out
there.

Source: Radenovic, Iscen, Tolias, Avrithis and Chum, "Revisiting Oxford and Paris: large-scale image retrieval
benchmarking", CVPR 2018.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.evaluate.annotations import Pixels, shown
from explorer.evaluate.metrics import oxford_average_precision, precision_at_recall, revisited_precision_at
from explorer.evaluate.names import PictureNames
from explorer.evaluate.outcome import Item, Outcome, Place, Published, listed, mean_curve
from explorer.evaluate.pickled import read_pickle
from explorer.evaluate.rankings import ALIKE, BOXES, PLAIN, WHOLES, Rankings, refused
from explorer.geometry import Box
from explorer.progress import Progress, silent
from explorer.search.query import RegionPart
from explorer.workspace import Workspace

STAGE = "Searching for the landmarks"
QUERIES, PICTURES = 70, {"roxford5k": 4993, "rparis6k": 6322}
LEVELS = {"Easy": (("easy",), ("junk", "hard")), "Medium": (("easy", "hard"), ("junk",)),
          "Hard": (("hard",), ("junk", "easy"))}  # fmt: skip
"""By difficulty: what is right, and what is junk."""
_DINO = "Oquab et al., DINOv2, 2023: mAP, Hard, frozen features"
_CLIP = "CLIP ViT-L/14, global features, map@1000, Medium"
PUBLISHED = {
    "roxford5k": (Published("DINOv2 ViT-L/14", 54.0, _DINO), Published("CLIP ViT-L/14", 39.3, _CLIP)),
    "rparis6k": (),
}
_MOST_PICTURES = 2_000_000


@dataclass(frozen=True)
class RevisitedQuery:
    """A query's picture and box (pixels), and by kind the numbers of pictures."""

    picture: str
    box: Pixels
    kinds: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Revisited:
    """The whole ground truth."""

    pictures: tuple[str, ...]
    queries: tuple[RevisitedQuery, ...]


def find_truth(folder: Path) -> Path:
    """The one file ``gnd_*.pkl`` or ``gnd_*.json`` below ``folder``. Raises :class:`ExplorerError` where there is none,
    or several."""
    found = sorted(path for path in folder.rglob("gnd_*") if path.suffix in (".pkl", ".json"))
    if len(found) != 1:
        seen = f"{folder} holds {len(found)} files such as gnd_roxford5k.pkl"
        raise ExplorerError(f"{seen}; name the ground truth with --annotations.")
    return found[0]


def read_revisited(path: Path) -> Revisited:
    """The ground truth. Raises :class:`ExplorerError` when the file is not as it should be."""
    if path.suffix == ".pkl":
        content = read_pickle(path)
    else:
        try:
            content = json.loads(path.read_text("utf-8-sig"))
        except (OSError, ValueError, RecursionError) as error:
            raise ExplorerError(f"{path.name} cannot be read as JSON.") from error
    if not isinstance(content, dict) or not {"imlist", "qimlist", "gnd"} <= set(content):
        raise ExplorerError(f"{path.name} must hold imlist, qimlist and gnd.")
    pictures, asked = (_texts(content[name], path.name, name) for name in ("imlist", "qimlist"))
    entries = content["gnd"]
    if not asked or not isinstance(entries, list) or len(entries) != len(asked):
        raise ExplorerError(f"{path.name} needs an entry of gnd for each of its {len(asked):,} queries.")
    queries = tuple(
        _query(entry, name, len(pictures), f"{path.name}: {shown(name)}")
        for name, entry in zip(asked, entries, strict=True)
    )
    return Revisited(pictures, queries)


def _texts(value: Any, called: str, name: str) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MOST_PICTURES or not all(isinstance(text, str) for text in value):
        raise ExplorerError(f"{called}: {name} must be a list of names.")
    return tuple(value)


def _query(entry: Any, name: str, pictures: int, where: str) -> RevisitedQuery:
    if not isinstance(entry, dict) or not {"bbx", "easy", "hard", "junk"} <= set(entry):
        raise ExplorerError(f"{where} must have bbx, easy, hard and junk.")
    box = entry["bbx"]
    numbers = isinstance(box, list) and len(box) == 4 and all(
        isinstance(side, int | float) and math.isfinite(side) for side in box
    )  # fmt: skip
    if not numbers or not (box[2] > box[0] and box[3] > box[1]):
        raise ExplorerError(f"{where} needs a box of four numbers with an area.")
    kinds = {}
    for kind in ("easy", "hard", "junk"):
        given = entry[kind]
        if not isinstance(given, list) or not all(isinstance(at, int) and 0 <= at < pictures for at in given):
            raise ExplorerError(f"{where}: {kind} must be a list of numbers of pictures.")
        kinds[kind] = tuple(given)
    return RevisitedQuery(name, (box[0], box[1], box[2], box[3]), kinds)


def evaluate(
    workspace: Workspace, truth: Revisited, protocol: str = "roxford5k", progress: Progress = silent
) -> Outcome:
    """Search for every query among the benchmark's pictures, by its box and as a whole, at every difficulty.

    Queries' pictures must be in the collection, and are never found. Raises :class:`ExplorerError` where no query can
    be asked.
    """
    names = PictureNames(workspace.tables.works[row] for row in workspace.present_rows())
    works = [names.find(name) for name in truth.pictures]
    missing = [name for name, work in zip(truth.pictures, works, strict=True) if work is None]
    at = [work or f"\0{name}" for name, work in zip(truth.pictures, works, strict=True)]  # \0: it cannot be found
    among = frozenset(work for work in works if work)
    rankings, sizes = Rankings(workspace, protocol, among), workspace.picture_sizes()
    items, curves, errors = list[Item](), dict[str, list[list[float]]](), dict[str, str]()
    progress(STAGE, 0, len(truth.queries))
    for done, query in enumerate(truth.queries, start=1):
        work = names.find(query.picture)
        if work is None:
            errors[query.picture] = "the picture is not in the collection."
        else:
            try:
                part = RegionPart(work, Box.from_pixels(query.box, *sizes[work]).clipped())
                items.append(_item(rankings, query, part, at, curves))
            except ExplorerError as error:
                errors[query.picture] = str(error)
        progress(STAGE, done, len(truth.queries))
    rankings.ended()
    if not items:
        raise ExplorerError(f"None of the queries can be asked of {workspace.name!r}: {next(iter(errors.values()))}")
    remarks = [*refused(errors), *listed(missing, "pictures are not in the collection and count as missed")]
    if (len(items), len(among)) != (QUERIES, PICTURES[protocol]):
        remarks.append(f"Not comparable with published figures: the benchmark has {QUERIES} queries among "
                       f"{PICTURES[protocol]:,} pictures, here are {len(items)} among {len(among):,}.")  # fmt: skip
    return Outcome(protocol, workspace.config.model, tuple(items), len(among), published=PUBLISHED[protocol],
                   remarks=tuple(remarks), curves={way: mean_curve(each) for way, each in curves.items()})  # fmt: skip


def _item(
    rankings: Rankings, query: RevisitedQuery, part: RegionPart, at: Sequence[str], curves: dict[str, list]
) -> Item:
    scores: dict[str, dict[str, float]] = {}
    found: tuple[Place, ...] = ()
    sets = {kind: {at[number] for number in numbers} for kind, numbers in query.kinds.items()}
    for way in (BOXES, WHOLES, ALIKE, PLAIN):
        works = rankings.ranked(way, part if way == BOXES else RegionPart(part.work, Box.whole()))
        scores[way] = {}
        for level, (right, aside) in LEVELS.items():
            true, junk = (set().union(*(sets[kind] for kind in kinds)) for kinds in (right, aside))
            scores[way][f"{level} mAP"] = oxford_average_precision(works, true, junk)
            scores[way][f"{level} mP@10"] = revisited_precision_at(10, works, true, junk)
            if level == "Medium" and true:
                curves.setdefault(way, []).append(precision_at_recall(works, true, junk))
        if way == BOXES:
            true = sets["easy"] | sets["hard"]
            found = tuple(Place(work, right=None if work in sets["junk"] else work in true) for work in works[:8])
    return Item(query.picture, scores, Place(part.work, part.box), found)
