"""Which protocols have their data at hand, and one table of what they found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from explorer.collection.files import picture_files
from explorer.errors import ExplorerError
from explorer.evaluate.annotations import read_annotations
from explorer.evaluate.data_folder import pictures_of, truth_folder
from explorer.evaluate.object_boxes import COLUMNS
from explorer.evaluate.outcome import Outcome
from explorer.evaluate.pairs import LTLL_LABELS
from explorer.workspace import Workspace

MOST_QUICK = 300
"""Pictures that ``--quick`` indexes of a folder, and of class folders encodes, at most."""
_CLASS_PROTOCOLS = ("knn", "linear-probe", "zero-shot")


@dataclass(frozen=True)
class Task:
    """One protocol on one folder, or on the collection ``name``."""

    protocol: str
    place: str
    pictures: Path
    given: dict[str, Any] = field(default_factory=dict)
    """What :class:`explorer.evaluate.command.Measure` takes."""
    name: str = ""
    borrowed: bool = False
    """Whether another collection's model encodes the pictures, which then are not indexed."""


def at_hand(root: Path | None, names: Sequence[str], cache: Path, quick: bool) -> tuple[list[Task], list[str]]:
    """What can be run: of every folder in ``root`` (or of ``root`` itself) by what lies in it, and of every collection
    by what lies among its pictures; with sentences on what is left out. Class folders come last."""
    tasks, left = list[Task](), list[str]()
    if root is not None and not root.is_dir():
        raise ExplorerError(f"There is no folder {root}; --data names the folder that holds benchmarks.")
    folders = [] if root is None else [folder for folder in (root, *sorted(root.iterdir())) if folder.is_dir()]
    for folder in folders:
        found = list(tasks_of(folder, deep=folder != root))
        if quick and any(not task.borrowed for task in found) and (count := _count(folder)) > MOST_QUICK:
            left.append(f"{folder.name}: {count:,} pictures, more than {MOST_QUICK} that --quick indexes.")
            found = [task for task in found if task.borrowed]
        tasks += found
    for name in names:
        folder = truth_folder(Workspace.open(name, cache))
        own = [task for task in tasks_of(folder) if not task.borrowed]
        tasks += [Task(task.protocol, name, folder, task.given, name) for task in own]
    return sorted(tasks, key=lambda task: task.borrowed), left


def tasks_of(folder: Path, deep: bool = True) -> Iterator[Task]:
    """The protocols whose data lie in a folder, known by the names of files and by their shape."""
    place, pictures = folder.name, pictures_of(folder)

    def task(protocol: str, borrowed: bool = False, **given: Any) -> Task:
        return Task(protocol, place, pictures, given, borrowed=borrowed)

    search = folder.rglob if deep else folder.glob
    truths = sorted({path.parent for path in search("*_query.txt")}, key=lambda path: (len(list(path.iterdir())), path))
    for truth in truths[:1]:  # of several the smallest: made for the pictures that are there
        paris = any(path.name.startswith(("defense", "eiffel", "louvre")) for path in truth.glob("*_query.txt"))
        yield task("paris6k" if paris else "oxford5k", annotations=truth)
    for path in sorted(path for path in search("gnd_*") if path.suffix in (".pkl", ".json"))[:1]:
        yield task("rparis6k" if "paris" in path.name else "roxford5k", annotations=path)
    for path in sorted(search("pairs.csv"))[:1]:
        yield task("pairs", annotations=path)
    for path in sorted(search("captions.csv"))[:1]:
        yield task("captions", annotations=path)
    for path in sorted(search(LTLL_LABELS))[:1]:
        yield task("ltll", annotations=path)
    for path in sorted(search("labels.csv"))[:1]:
        if list(search("train.csv")):
            yield task("imet", annotations=path.parent)
    if _is_artminer(folder / "annotations.json"):
        yield task("artminer", annotations=folder / "annotations.json")
    if _is_boxes(folder / "annotations.csv"):
        yield task("objects", annotations=folder / "annotations.csv")
    if _are_classes(folder):
        for protocol in _CLASS_PROTOCOLS:
            yield task(protocol, borrowed=True, data=folder)


def _is_artminer(path: Path) -> bool:
    try:
        return path.is_file() and bool(read_annotations(path))
    except ExplorerError:
        return False


def _is_boxes(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return set(COLUMNS) <= {cell.strip() for cell in file.readline().split(",")}
    except OSError:
        return False


def _are_classes(folder: Path) -> bool:
    """Whether a folder has nothing but two folders or more, each with pictures and without folders."""
    entries = [path for path in folder.iterdir() if not path.name.startswith(".")]
    inner = [path for path in entries if path.is_dir()]
    loose = [path for path in entries if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".json", ".csv", ".pkl")]
    if len(inner) < 2 or loose:
        return False
    return all(_has_pictures(path) for path in inner)


def _has_pictures(folder: Path) -> bool:
    files = [path for path in folder.iterdir() if not path.name.startswith(".")]
    return bool(files) and all(path.suffix.lower() in (".jpg", ".jpeg", ".png", ".tif", ".webp") for path in files)


def _count(folder: Path) -> int:
    try:
        return len(picture_files(folder))
    except ExplorerError:
        return 0


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """One table in Markdown: a row for each protocol, place, model and way, percent."""
    heads = ("protocol", "data", "model", "queries", "works", "way", "percent", "published")
    rows = [f"| {' | '.join(heads)} |", "|---|---|---|---:|---:|---|---|---|"]
    for outcome in outcomes:
        published = "; ".join(f"{row.method} {row.figure:.1f}" for row in outcome.published)
        about = [outcome.protocol, outcome.place, outcome.model, f"{len(outcome.items):,}", f"{outcome.works:,}"]
        for number, (way, scores) in enumerate(outcome.means.items()):
            figures = ", ".join(f"{measure} {100 * value:.1f}" for measure, value in scores.items())
            cells = [*(about if number == 0 else [""] * 5), way, figures, published if number == 0 else ""]
            rows.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return rows
