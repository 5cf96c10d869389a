"""Oxford and Paris Buildings: landmarks marked by boxes, each looked for among all pictures.

The ground truth is four files a query: ``NAME_query.txt`` (a picture and a box in its pixels), and the names of
pictures that are ``_good``, ``_ok`` and ``_junk``. Good and ok are right; junk is taken out of the ranking. The query's
own picture is in the collection, is one of the right ones, and counts, as in the authors' program.

Source: Philbin, Chum, Isard, Sivic and Zisserman, "Object retrieval with large vocabularies and fast spatial matching",
CVPR 2007; "Lost in quantization", CVPR 2008, for Paris.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.evaluate.annotations import Pixels, shown
from explorer.evaluate.metrics import oxford_average_precision, precision_at_recall
from explorer.evaluate.names import PictureNames
from explorer.evaluate.outcome import Item, Outcome, Place, Published, listed, mean_curve
from explorer.evaluate.rankings import ALIKE, BOXES, PLAIN, WHOLES, Rankings, refused
from explorer.geometry import Box
from explorer.progress import Progress, silent
from explorer.search.query import RegionPart
from explorer.workspace import Workspace

STAGE = "Searching for the landmarks"
QUERIES, PICTURES = 55, {"oxford5k": 5062, "paris6k": 6392}
"""Of the whole benchmarks: 5,063 and 6,412 files, of which 1 and 20 are known to be damaged; any near is taken."""
_PREFIX = "oxc1_"
_MOST_BYTES = 5_000_000
_GEM = "Radenovic, Tolias and Chum, PAMI 2019: fine-tuned ResNet-101, GeM, whitening"
_ARTMINER = "Shen, Efros and Aubry, CVPR 2019: ArtMiner, one-shot retrieval with its own discovery score"
PUBLISHED = {
    "oxford5k": (Published("R101-GeM", 88.2, _GEM), Published("ArtMiner", 85.7, _ARTMINER)),
    "paris6k": (Published("R101-GeM", 92.5, _GEM),),
}
MAP, OTHERS = "mAP", "mAP, own picture left out"


@dataclass(frozen=True)
class Landmark:
    """A query: names of pictures, without endings, and a box in pixels."""

    name: str
    picture: str
    box: Pixels
    good: tuple[str, ...]
    ok: tuple[str, ...]
    junk: tuple[str, ...]


def read_landmarks(folder: Path) -> tuple[Landmark, ...]:
    """All queries of a folder of ground truth, by name.

    Raises :class:`ExplorerError`, naming the file, when there are none, or one is not as it should be.
    """
    queries = sorted(folder.glob("*_query.txt")) if folder.is_dir() else []
    if not queries:
        raise ExplorerError(f"{folder} holds no ground truth: files such as all_souls_1_query.txt are expected there.")
    return tuple(_landmark(path) for path in queries)


def find_truth(folder: Path) -> Path:
    """The one folder below ``folder``, or itself, that holds ground truth. Raises :class:`ExplorerError` where there is
    none, or several."""
    found = sorted({path.parent for path in folder.rglob("*_query.txt")})
    if not found:
        raise ExplorerError(f"Nothing in {folder} is ground truth of Oxford or Paris (all_souls_1_query.txt and on); "
                            "name its folder with --annotations.")  # fmt: skip
    if len(found) > 1:
        raise ExplorerError(f"{folder} holds several ground truths ({', '.join(path.name for path in found[:4])}); "
                            "choose one with --annotations.")  # fmt: skip
    return found[0]


def _landmark(path: Path) -> Landmark:
    words = " ".join(_lines(path)).split()
    try:
        picture, (x0, y0, x1, y1) = words[0], map(float, words[1:])
    except (IndexError, ValueError):
        raise ExplorerError(
            f"{path.name} must name a picture and four numbers, not {shown(' '.join(words))}."
        ) from None
    if not (all(map(math.isfinite, (x0, y0, x1, y1))) and x1 > x0 and y1 > y0):
        raise ExplorerError(f"{path.name} has a box without an area.")
    name = path.name.removesuffix("_query.txt")
    good, ok, junk = (tuple(_lines(path.with_name(f"{name}_{kind}.txt"))) for kind in ("good", "ok", "junk"))
    if not good and not ok:
        raise ExplorerError(f"Nothing is to be found for {name}: its files _good and _ok are empty.")
    return Landmark(name, picture.removeprefix(_PREFIX), (x0, y0, x1, y1), good, ok, junk)


def _lines(path: Path) -> list[str]:
    """The lines of a file, whatever ends them, without blanks."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ExplorerError(f"{path.name} is too long for a list of pictures.")
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ExplorerError(f"There is no {path.name} beside the other files of its query.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ExplorerError(f"{path.name} cannot be read ({error}).") from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def evaluate(
    workspace: Workspace, landmarks: Sequence[Landmark], protocol: str = "oxford5k", progress: Progress = silent
) -> Outcome:
    """Search for every landmark, by its box and by its whole picture, and score what is found.

    A right picture that is not in the collection counts as missed; a query whose picture is not there is not asked, and
    that is said. Raises :class:`ExplorerError` where no query can be asked.
    """
    names = PictureNames(workspace.tables.works[row] for row in workspace.present_rows())
    sizes, rankings = workspace.picture_sizes(), Rankings(workspace, protocol)
    items, curves, missing, errors = list[Item](), dict[str, list[list[float]]](), dict[str, None](), dict[str, str]()
    progress(STAGE, 0, len(landmarks))
    for done, landmark in enumerate(landmarks, start=1):
        work = names.find(landmark.picture)
        true, lost = names.sorted_out([*landmark.good, *landmark.ok])
        missing.update(dict.fromkeys(lost))
        true += [f"\0{name}" for name in lost]  # no work's id: it cannot be found
        junk, _ = names.sorted_out(landmark.junk)
        if work is None:
            errors[landmark.name] = f"its picture {landmark.picture} is not in the collection."
        else:
            try:
                box = Box.from_pixels(landmark.box, *sizes[work]).clipped()
                items.append(_item(rankings, landmark.name, RegionPart(work, box), (true, junk), curves))
            except ExplorerError as error:
                errors[landmark.name] = str(error)
        progress(STAGE, done, len(landmarks))
    rankings.ended()
    if not items:
        raise ExplorerError(f"None of the queries can be asked of {workspace.name!r}: {next(iter(errors.values()))}")
    remarks = [*refused(errors), *listed(list(missing), "right pictures are not in the collection and count as missed")]
    return Outcome(protocol, workspace.config.model, tuple(items), len(sizes), published=PUBLISHED[protocol],
                   remarks=(*remarks, *doubts(protocol, len(items), len(sizes))),
                   curves={way: mean_curve(each) for way, each in curves.items()})  # fmt: skip


def _item(
    rankings: Rankings, name: str, part: RegionPart, truth: tuple[list[str], list[str]], curves: dict[str, list]
) -> Item:
    true, junk = truth
    scores, found = {}, tuple[Place, ...]()
    for way in (BOXES, WHOLES, ALIKE, PLAIN):
        asked = part if way == BOXES else RegionPart(part.work, Box.whole())
        works = rankings.ranked(way, asked, own=True)
        others = set(true) - {part.work}
        scores[way] = {MAP: oxford_average_precision(works, true, junk),
                       OTHERS: oxford_average_precision(works, others, {*junk, part.work})}  # fmt: skip
        curves.setdefault(way, []).append(precision_at_recall(works, true, junk))
        if way == BOXES:
            first = [work for work in works if work != part.work][:8]
            found = tuple(
                Place(work, right=True if work in true else None if work in junk else False) for work in first
            )
    return Item(name, scores, Place(part.work, part.box), found)


def doubts(protocol: str, queries: int, works: int) -> list[str]:
    """Why the figures do not compare with the published ones; nothing where the benchmark is the whole one."""
    usual = PICTURES[protocol]
    if queries == QUERIES and abs(works - usual) <= 25:
        return []
    return [f"Not comparable with published figures: the benchmark has {QUERIES} queries among some {usual:,} "
            f"pictures, here are {queries} among {works:,}."]  # fmt: skip
