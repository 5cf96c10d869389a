"""Pictures that belong together: any table of pairs, and old and new photographs of one place.

*Pairs*: each picture of the first column is searched for as a whole, those of the second that stand beside it are
right: versions, copies, a painting and its print. *LTLL* (Large Time Lags Locations): each old photograph is searched
for among the new ones; right is a nearest neighbour of the same place.

Sources: Fernando, Tommasi and Tuytelaars, "Location recognition over large time lags", CVIU 2015; Shen, Efros and
Aubry, CVPR 2019, whose list of old and new photographs (``ltllLabel.json``) is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from explorer.collection.spreadsheet import read_spreadsheet
from explorer.errors import ExplorerError
from explorer.evaluate.metrics import hit_at, image_average_precision, precision_at_recall
from explorer.evaluate.names import PictureNames
from explorer.evaluate.outcome import Item, Outcome, Place, Published, listed, mean_curve
from explorer.evaluate.rankings import ALIKE, PLAIN, WHOLES, Rankings, refused
from explorer.geometry import Box
from explorer.progress import Progress, silent
from explorer.search.query import RegionPart
from explorer.workspace import Workspace

STAGE = "Searching for the pictures"
LTLL_LABELS = "ltllLabel.json"
MOST_PAIRS = 100_000
_PAPER = "Shen, Efros, Aubry, CVPR 2019, nearest neighbour on LTLL"
PUBLISHED_LTLL = (Published("ImageNet features", 80.9, _PAPER), Published("ArtMiner", 88.5, _PAPER))
ACCURACY = "accuracy"


def read_pairs(path: Path) -> dict[str, list[str]]:
    """By picture of the column ``a`` those of ``b``, in order. Raises :class:`ExplorerError` for any other table."""
    headings, rows = read_spreadsheet(path)
    columns = {heading.lower(): heading for heading in headings}
    if not {"a", "b"} <= set(columns):
        raise ExplorerError(f"{path.name} needs the columns a and b, each naming a picture.")
    pairs: dict[str, list[str]] = {}
    for number, row in enumerate(rows[: MOST_PAIRS + 1], start=1):
        first, second = row[columns["a"]].strip(), row[columns["b"]].strip()
        if not first or not second:
            raise ExplorerError(f"{path.name}: row {number:,} must name two pictures.")
        pairs.setdefault(first, []).append(second)
    if not pairs or len(rows) > MOST_PAIRS:
        raise ExplorerError(f"{path.name} must hold 1 to {MOST_PAIRS:,} pairs; it has {len(rows):,}.")
    return pairs


def evaluate_pairs(workspace: Workspace, pairs: Mapping[str, Sequence[str]], progress: Progress = silent) -> Outcome:
    """Search for every picture that has a partner, its own work left out. Raises :class:`ExplorerError` where none of
    them is in the collection."""
    names = _names(workspace)
    asked, missing, absent = dict[str, set[str]](), dict[str, None](), list[str]()
    for first, seconds in pairs.items():
        work = names.find(first)
        true, lost = names.sorted_out(seconds)
        missing.update(dict.fromkeys(lost))
        if work is None:
            absent.append(first)
        else:
            asked.setdefault(work, set()).update((*true, *(f"\0{name}" for name in lost)))
    asked = {work: true - {work} for work, true in asked.items() if true - {work}}
    items, curves, errors = _searched(workspace, Rankings(workspace, "pairs"), asked, _pair_scores, progress)
    remarks = [*listed(absent, "pictures of the column a are not in the collection and are not asked"),
               *listed(list(missing), "of the column b are not in the collection and count as missed"),
               *refused(errors)]  # fmt: skip
    return Outcome("pairs", workspace.config.model, tuple(items), len(workspace.present_rows()),
                   remarks=tuple(remarks), curves=curves)  # fmt: skip


def _pair_scores(works: Sequence[str], true: set[str]) -> dict[str, float]:
    return {**{f"recall@{k}": hit_at(k, works, true) for k in (1, 5, 10)}, "mAP": image_average_precision(works, true)}


# -- old and new photographs -------------------------------------------------------------------------------------------


def ltll_places(folder: Path, works: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Old and new photographs, each with its place: by ArtMiner's list, or by folders called old and new.

    Below ``folder`` lies ``ltllLabel.json``, or works have a folder ``old`` or ``new`` (or one that ends so) and one of
    the place in their path, in either order. Raises :class:`ExplorerError` where it is neither.
    """
    lists = sorted(folder.rglob(LTLL_LABELS)) if folder.is_dir() else [folder]
    if lists:
        return _listed_places(lists[0])
    old, new = dict[str, str](), dict[str, str]()
    for work in works:
        steps = PurePosixPath(work).parts[:-1]
        ages = [step.lower()[-3:] for step in steps]
        places = [step for step, age in zip(steps, ages, strict=True) if age not in ("old", "new")]
        kinds = {age for age in ages if age in ("old", "new")}
        if len(kinds) == 1 and places:
            (old if kinds == {"old"} else new)[work] = places[-1]
    if not old or not new:
        raise ExplorerError(f"{folder} holds neither {LTLL_LABELS} nor folders called old and new, with one of each "
                            "place in them.")  # fmt: skip
    return old, new


def _listed_places(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    try:
        content = json.loads(path.read_text("utf-8-sig"))
        places = {str(name): str(place) for name, place in content["annotation"].items()}
        return {name: places[name] for name in content["test"]}, {name: places[name] for name in content["searchImg"]}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ExplorerError(f"{path.name} is not a list of old and new photographs: it needs test, searchImg and "
                            "annotation.") from error  # fmt: skip


def evaluate_ltll(
    workspace: Workspace, places: tuple[Mapping[str, str], Mapping[str, str]], progress: Progress = silent
) -> Outcome:
    """Search for every old photograph among the new ones. Raises :class:`ExplorerError` where none is in the
    collection."""
    names = _names(workspace)
    old, absent = _placed(names, places[0])
    new, missing = _placed(names, places[1])
    if not new:
        raise ExplorerError(f"None of the new photographs is in the collection {workspace.name!r}.")
    of_place: dict[str, set[str]] = {}
    for work, place in new.items():
        of_place.setdefault(place, set()).add(work)
    asked = {work: of_place.get(place, {f"\0{place}"}) for work, place in old.items()}
    rankings = Rankings(workspace, "ltll", frozenset(new))
    items, curves, errors = _searched(workspace, rankings, asked, _nearest, progress)
    remarks = [*listed(absent, "old photographs are not in the collection and are not asked"),
               *listed(missing, "new photographs are not in the collection"), *refused(errors)]  # fmt: skip
    return Outcome("ltll", workspace.config.model, tuple(items), len(new), published=PUBLISHED_LTLL,
                   remarks=tuple(remarks), curves=curves)  # fmt: skip


def _nearest(works: Sequence[str], true: set[str]) -> dict[str, float]:
    return {ACCURACY: hit_at(1, works, true), "mAP": image_average_precision(works, true)}


def _placed(names: PictureNames, places: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    found = {work: place for name, place in places.items() if (work := names.find(name))}
    return found, [name for name in places if not names.find(name)]


def _names(workspace: Workspace) -> PictureNames:
    return PictureNames(workspace.tables.works[row] for row in workspace.present_rows())


def _searched(workspace: Workspace, rankings: Rankings, asked: Mapping[str, set[str]], score, progress: Progress):  # noqa: ANN001
    """Items, mean curves and errors of whole pictures that are searched for; raises where none can be."""
    items, curves, errors = list[Item](), dict[str, list[list[float]]](), dict[str, str]()
    progress(STAGE, 0, len(asked))
    for done, (work, true) in enumerate(asked.items(), start=1):
        try:
            scores, found = {}, tuple[Place, ...]()
            for way in (WHOLES, ALIKE, PLAIN):
                works = rankings.ranked(way, RegionPart(work, Box.whole()))
                scores[way] = score(works, true)
                curves.setdefault(way, []).append(precision_at_recall(works, true))
                found = found or tuple(Place(each, right=each in true) for each in works[:8])
            items.append(Item(work, scores, Place(work), found))
        except ExplorerError as error:
            errors[work] = str(error)
        progress(STAGE, done, len(asked))
    rankings.ended()
    if not items:
        raise ExplorerError(f"None of the pictures can be searched for in {workspace.name!r}.")
    return items, {way: mean_curve(each) for way, each in curves.items()}, errors
