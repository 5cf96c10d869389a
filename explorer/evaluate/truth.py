"""Which class each picture belongs to: by a column of the catalogue, or by the folder that it lies in.

What cannot be used is left out and said, never guessed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.collection.files import picture_files
from explorer.errors import ExplorerError
from explorer.progress import Progress, silent
from explorer.words.confusion import column_values
from explorer.words.prompts import LONGEST_LABEL
from explorer.workspace import Workspace

LEAST = 5
"""Works that a value of a column must have."""
MOST_CLASSES = 500
MOST_PICTURES = 2000
"""Of class folders, as encoding takes most of the time; of more, as many of each class are drawn."""
STAGE = "Encoding the pictures"


@dataclass(frozen=True)
class ClassTruth:
    """Pictures whose class is known: ``names``, each with the number of its class and its vector."""

    classes: tuple[str, ...]
    names: tuple[str, ...]
    true: np.ndarray
    """``(N,) int64``: the number of each picture's class."""
    source: str
    """What the classes are, for a sentence."""
    left_out: tuple[str, ...] = ()
    """Sentences on classes and pictures that are not among them."""
    skipped: tuple[tuple[str, str], ...] = ()
    """Files that cannot be read, each with the reason."""
    wholes: np.ndarray | None = None
    """``(N, P)``: the pictures in the joint space; None where they are works of the collection."""


# -- a column --------------------------------------------------------------------------------------------------------


def by_column(workspace: Workspace, column: str, least: int = LEAST) -> ClassTruth:
    """The works of a collection by what a column of its catalogue says; a cell is one value, whatever is in it.

    Values that fewer than ``least`` works have are left out, and works without one. Raises :class:`ExplorerError` where
    there is no such column, or fewer than two values are left.
    """
    if least < 1:
        raise ExplorerError("The least number of works for each value must be at least 1.")
    values = column_values(workspace, column)
    works = [workspace.tables.works[row] for row in workspace.present_rows()]
    counts = Counter(value for work in works if (value := values.get(work, "")))
    usable = [value for value, count in counts.items() if count >= least and len(value) <= LONGEST_LABEL]
    classes = sorted(usable, key=lambda value: (-counts[value], value))[:MOST_CLASSES]
    at = {value: number for number, value in enumerate(classes)}
    shown = [(work, at[values[work]]) for work in works if values.get(work, "") in at]
    few = [value for value, count in counts.items() if count < least]
    rare = sum(counts[value] for value in few)
    others = len(counts) - len(few) - len(classes)
    empty = len(works) - sum(counts.values())
    left_out = [
        f"{_counted(rare, 'work')} with values that fewer than {least} works have ({len(few):,})" if few else "",
        f"{_counted(others, 'value')} beyond the {MOST_CLASSES} commonest, or too long for a label" if others else "",
        f"{_counted(empty, 'work')} of which the column says nothing" if empty else "",
    ]
    if len(classes) < 2:
        raise ExplorerError(
            f"The column {column!r} has {_counted(len(classes), 'value')} that {least} works or more have; two are "
            "needed to tell apart. Fewer works for each value are asked with --least."
        )
    source = f"the column {column!r}"
    return ClassTruth(
        tuple(classes), tuple(work for work, _ in shown), np.array([number for _, number in shown], np.int64), source,
        tuple(filter(None, left_out)),
    )  # fmt: skip


# -- folders of the collection ----------------------------------------------------------------------------------------


def by_paths(workspace: Workspace) -> ClassTruth:
    """The works of a collection by the first folder of their path: of a folder of class folders that was indexed.

    Raises :class:`ExplorerError` where there are fewer than two, or too many.
    """
    works = [workspace.tables.works[row] for row in workspace.present_rows()]
    inside = [work for work in works if "/" in work]
    labels = [" ".join(work.partition("/")[0].replace("_", " ").split()) for work in inside]
    classes = sorted(set(labels))
    if not 2 <= len(classes) <= MOST_CLASSES:
        raise ExplorerError(
            f"The works of {workspace.name!r} lie in folders of {len(classes):,} names; 2 to {MOST_CLASSES} folders, "
            "each named after what its pictures show, are needed. Or name a --column of the catalogue."
        )
    at = {label: number for number, label in enumerate(classes)}
    loose = len(works) - len(inside)
    left_out = (f"{_counted(loose, 'work')} in no folder",) if loose else ()
    return ClassTruth(tuple(classes), tuple(inside), np.array([at[label] for label in labels], np.int64),
                      "the folders they lie in", left_out)  # fmt: skip


# -- folders ---------------------------------------------------------------------------------------------------------


def by_folders(
    workspace: Workspace, folder: Path, most: int = MOST_PICTURES, progress: Progress = silent
) -> ClassTruth:
    """The pictures below the folders in a ``folder``, each folder a class by its name, encoded as whole pictures by the
    collection's model. Of more than ``most``, as many of each class as that allows are drawn (seeded).

    Files that cannot be read are skipped and listed. Raises :class:`ExplorerError` where there is no such folder, it
    has fewer than two folders with pictures, too many, or two that have one name as a label.
    """
    found, left_out = _class_folders(folder)
    if len(found) > min(MOST_CLASSES, max(most, 0)):
        raise ExplorerError(f"{folder} has {len(found):,} folders with pictures; {min(MOST_CLASSES, max(most, 0)):,} "
                            "are the most that can be told apart at a time.")  # fmt: skip
    chosen = _drawn(found, most)
    drawn, there = (sum(map(len, of.values())) for of in (chosen, found))
    if drawn < there:
        left_out.append(f"{there - drawn:,} of {there:,} pictures; as many of each class were drawn as make {most:,}")
    vectors, names, true, skipped, done = [], list[str](), list[int](), list[tuple[str, str]](), 0
    progress(STAGE, 0, drawn)
    for number, (label, files) in enumerate(chosen.items()):
        for name, path in files:
            try:
                vectors.append(workspace.whole(path))
            except ExplorerError as error:
                skipped.append((name, str(error)))
            else:
                names.append(name)
                true.append(number)
            done += 1
            progress(STAGE, done, drawn)
        if number not in true:
            left_out.append(f"the folder {label!r}, of which no picture can be read; its name is a label all the same")
    if len(set(true)) < 2:
        raise ExplorerError(f"Fewer than two folders in {folder} have a picture that can be read.")
    return ClassTruth(
        tuple(chosen), tuple(names), np.array(true, np.int64), f"the folders of {folder.name}", tuple(left_out),
        tuple(skipped), np.stack(vectors).astype(np.float32),
    )  # fmt: skip


def _class_folders(folder: Path) -> tuple[dict[str, list[tuple[str, Path]]], list[str]]:
    """The picture files of every folder in a folder, by its label, each with its name; and what is left out."""
    loose: list[str] = []
    if not folder.is_dir():
        raise ExplorerError(f"There is no folder {folder}; give one whose folders are classes with pictures.")
    found: dict[str, list[tuple[str, Path]]] = {}
    for file in picture_files(folder):
        first, _, rest = file.id.partition("/")
        if not rest:
            loose.append(first)
            continue
        label = " ".join(first.replace("_", " ").split())
        found.setdefault(label, []).append((file.id, file.path))
    for label, files in found.items():
        if len({name.partition("/")[0] for name, _ in files}) > 1:
            raise ExplorerError(f"Two folders in {folder} are the same label, {label!r}; rename one.")
    if len(found) < 2:
        raise ExplorerError(f"{folder} needs two folders with pictures or more, each named after what its pictures "
                            f"show; it has {len(found)}.")  # fmt: skip
    beside = [f"pictures that lie in no class folder: {len(loose):,}, such as {loose[0]!r}"] if loose else []
    return dict(sorted(found.items())), beside


def _drawn(found: Mapping[str, list[tuple[str, Path]]], most: int) -> dict[str, list[tuple[str, Path]]]:
    """As many files of each class, in order, as make ``most`` at most; all where there are no more."""
    each = _share([len(files) for files in found.values()], most)
    drawn = random.Random(0)
    return {label: sorted(drawn.sample(files, min(each, len(files)))) for label, files in found.items()}


def _share(counts: Sequence[int], most: int) -> int:
    """The largest number, 1 or more, of which no more than ``most`` come together where each class gives at most that.

    >>> _share([2, 10, 10], 12), _share([2, 3], 12)
    (5, 3)
    """
    each = max(counts)
    while each > 1 and sum(min(count, each) for count in counts) > most:
        each -= 1
    return each


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
