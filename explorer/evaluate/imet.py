"""Fine-grained attributes, several to a picture: told without training, with a linear classifier, and found by text.

The layout is that of iMet Collection 2019 (FGVC6): ``train.csv`` with ``id`` and ``attribute_ids`` (numbers with blanks
between), ``labels.csv`` with ``attribute_id`` and ``attribute_name`` ("culture::french", "tag::flowers"), and pictures
named by their id. The measure is the mean F2 over pictures. *Instances*: the names of a picture's attributes, as one
text, look for that picture (recall@k), as in Conde and Turgutlu, "CLIP-Art", CVPR 2021 workshops.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.collection.spreadsheet import read_spreadsheet
from explorer.errors import ExplorerError
from explorer.evaluate.captions import KS
from explorer.evaluate.metrics import f_beta
from explorer.evaluate.names import PictureNames
from explorer.evaluate.outcome import Item, Outcome, Place, listed
from explorer.progress import Progress, silent
from explorer.words.prompts import usual_templates
from explorer.words.zero_shot import class_vectors
from explorer.workspace import Workspace

STAGE = "Telling attributes"
LEAST, MOST_ATTRIBUTES, FOLDS, SEED = 5, 2000, 5, 0
ZERO, PROBE, TEXT = "zero-shot", "linear probe", "text to picture"
F2 = "mean F2"
_THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)


@dataclass(frozen=True)
class Attributes:
    """By picture the names of its attributes."""

    pictures: dict[str, tuple[str, ...]]


def find_tables(folder: Path) -> tuple[Path, Path]:
    """``train.csv`` and ``labels.csv`` below a folder. Raises :class:`ExplorerError` where one is missing."""
    found = []
    for name in ("train.csv", "labels.csv"):
        paths = sorted(folder.rglob(name))
        if not paths:
            raise ExplorerError(f"There is no {name} in {folder}; iMet Collection 2019 has one.")
        found.append(paths[0])
    return found[0], found[1]


def read_attributes(train: Path, labels: Path) -> Attributes:
    """Both tables put together. Raises :class:`ExplorerError`, naming the row, for what is not as it should be."""
    names = {
        row["attribute_id"].strip(): row["attribute_name"].rpartition("::")[2].replace("-", " ").strip()
        for row in _rows(labels, ("attribute_id", "attribute_name"))
    }
    pictures: dict[str, tuple[str, ...]] = {}
    for number, row in enumerate(_rows(train, ("id", "attribute_ids")), start=1):
        numbers = row["attribute_ids"].split()
        unknown = [each for each in numbers if each not in names]
        if not row["id"].strip() or unknown:
            raise ExplorerError(f"{train.name}: row {number:,} names no picture, or an attribute that {labels.name} "
                                f"does not have ({', '.join(unknown[:3])}).")  # fmt: skip
        pictures[row["id"].strip()] = tuple(dict.fromkeys(names[each] for each in numbers))
    return Attributes(pictures)


def _rows(path: Path, columns: tuple[str, str]) -> tuple[dict[str, str], ...]:
    headings, rows = read_spreadsheet(path)
    if not set(columns) <= set(headings) or not rows:
        raise ExplorerError(f"{path.name} needs rows, with the columns {' and '.join(columns)}.")
    return rows


def evaluate(workspace: Workspace, attributes: Attributes, progress: Progress = silent) -> Outcome:
    """All three measures on the pictures that are in the collection. Raises :class:`ExplorerError` where fewer than two
    attributes have pictures enough."""
    names = PictureNames(workspace.tables.works[row] for row in workspace.present_rows())
    found = {work: having for picture, having in attributes.pictures.items() if (work := names.find(picture))}
    missing = [picture for picture in attributes.pictures if not names.find(picture)]
    counts = Counter(name for having in found.values() for name in having)
    usable = [name for name, count in counts.most_common() if LEAST <= count < len(found)][:MOST_ATTRIBUTES]
    works = [work for work, having in found.items() if set(having) & set(usable)]
    if len(usable) < 2:
        raise ExplorerError(f"Fewer than two attributes are of {LEAST} pictures or more in {workspace.name!r}.")
    at = {name: number for number, name in enumerate(usable)}
    true = np.zeros((len(works), len(usable)), dtype=bool)
    for row, work in enumerate(works):
        true[row, [at[name] for name in found[work] if name in at]] = True
    wholes = workspace.tables.whole()[[workspace.row(work) for work in works]]
    zero, probe = _zero_shot(workspace, usable, wholes, true), _probe(wholes, true, progress)
    ranks = _text_ranks(workspace, [", ".join(found[work]) for work in works], wholes)
    items = tuple(
        Item(work, {ZERO: {F2: _f2(zero[row], true[row])}, PROBE: {F2: _f2(probe[row], true[row])},
                    TEXT: {f"recall@{k}": float(ranks[row] <= k) for k in KS}}, Place(work))
        for row, work in enumerate(works)
    )  # fmt: skip
    each = max(1, round(float(true.sum(axis=1).mean())))
    remarks = [f"{len(usable):,} attributes of {LEAST} pictures or more; {len(counts) - len(usable):,} left out. "
               f"Zero-shot gives every picture the {each} that fit best, as many as there are on average.",
               *listed(missing, "pictures are not in the collection")]  # fmt: skip
    return Outcome("imet", workspace.config.model, items, len(works), remarks=tuple(remarks))


def _zero_shot(workspace: Workspace, usable: list[str], wholes: np.ndarray, true: np.ndarray) -> np.ndarray:
    vectors = class_vectors(usable, usual_templates(), workspace.encoder.words)
    each = max(1, round(float(true.sum(axis=1).mean())))
    cosines = wholes @ vectors.T
    cosines -= cosines.mean(axis=0)  # some words are near to any picture
    first = np.argsort(-cosines, axis=1)[:, :each]
    given = np.zeros_like(true)
    np.put_along_axis(given, first, True, axis=1)
    return given


def _probe(wholes: np.ndarray, true: np.ndarray, progress: Progress) -> np.ndarray:
    """What one logistic regression an attribute gives, cross-validated; the threshold that gives the best mean F2 on
    the training part is applied to the other."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import KFold
    from sklearn.multiclass import OneVsRestClassifier

    given = np.zeros_like(true)
    parts = list(KFold(min(FOLDS, len(true)), shuffle=True, random_state=SEED).split(wholes))
    progress(STAGE, 0, len(parts))
    for done, (training, held) in enumerate(parts, start=1):
        known = np.flatnonzero(true[training].any(axis=0) & ~true[training].all(axis=0))
        of_known = true[training][:, known]
        model = OneVsRestClassifier(LogisticRegression(C=100.0, max_iter=300)).fit(wholes[training], of_known)
        of_training = model.predict_proba(wholes[training])
        means = [
            np.mean([_f2(row > t, right) for row, right in zip(of_training, of_known, strict=True)
                     if right.any()]) for t in _THRESHOLDS
        ]  # fmt: skip
        threshold = _THRESHOLDS[int(np.argmax(means))]
        part = np.zeros((len(held), true.shape[1]), dtype=bool)
        part[:, known] = model.predict_proba(wholes[held]) > threshold
        given[held] = part
        progress(STAGE, done, len(parts))
    return given


def _text_ranks(workspace: Workspace, texts: list[str], wholes: np.ndarray) -> np.ndarray:
    """For each text the rank of its own picture; of equal cosines the others come first."""
    cosines = workspace.encoder.words(texts) @ wholes.T
    return np.asarray((cosines >= cosines.diagonal()[:, None]).sum(axis=1))


def _f2(given: np.ndarray, true: np.ndarray) -> float:
    return f_beta(np.flatnonzero(given).tolist(), np.flatnonzero(true).tolist())
