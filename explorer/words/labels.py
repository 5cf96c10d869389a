"""Labels for the works of a collection: what the user typed to labels, every work scored against them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer.errors import ExplorerError
from explorer.words.given_vectors import GivenClasses
from explorer.words.zero_shot import choose, class_vectors, probabilities
from explorer.workspace import Workspace

BACKGROUND = "a painting"
"""The class that a single label is scored against."""
_NO_LABEL = "Write at least one label, each on a line of its own (such as: a ship at sea)."


def parse_prompts(text: str, separator: str = "\n") -> list[str]:
    """Labels from text, one per line (or between ``separator``), blanks dropped, repeats dropped.

    Raises :class:`ExplorerError` when none is left.

    >>> parse_prompts(" ship; village ;; ship", ";")
    ['ship', 'village']
    """
    labels = list(dict.fromkeys(label.strip() for label in text.split(separator) if label.strip()))
    if not labels:
        raise ExplorerError(_NO_LABEL)
    return labels


@dataclass(frozen=True)
class LabelTable:
    """Every work's probability for every label, and its best label."""

    labels: tuple[str, ...]
    works: tuple[str, ...]
    """Ids, in the order of the rows of ``scores``."""
    scores: np.ndarray
    """``(N, L) float32``, probabilities; rows sum to 1 unless there is a single label."""
    best: tuple[int | None, ...]
    """The number of each work's best label; None where no label stands out."""

    def to_json(self) -> dict[str, Any]:
        """The table as the REST API and ``explorer label --json`` give it.

        >>> LabelTable(("ship",), ("a.jpg",), np.array([[0.75]]), (0,)).to_json()
        {'labels': ['ship'], 'works': [{'file': 'a.jpg', 'label': 'ship', 'scores': {'ship': 0.75}}]}
        """
        works = [
            {
                "file": work,
                "label": None if best is None else self.labels[best],
                "scores": {label: round(float(score), 6) for label, score in zip(self.labels, scores, strict=True)},
            }
            for work, scores, best in zip(self.works, self.scores, self.best, strict=True)
        ]
        return {"labels": list(self.labels), "works": works}


def label_works(workspace: Workspace, prompts: Sequence[str]) -> LabelTable:
    """Score each work of a collection, as a whole picture, against labels in plain words.

    A single label is scored against "a painting". Raises :class:`ExplorerError` when there is no label.
    """
    labels = list(prompts)
    if not labels:
        raise ExplorerError(_NO_LABEL)
    classes = labels if len(labels) > 1 else [*labels, BACKGROUND]
    return _table(workspace, labels, class_vectors(classes, workspace.encoder.words))


def label_works_by_vectors(workspace: Workspace, classes: GivenClasses) -> LabelTable:
    """The same with the labels' own vectors, which must be in the space of the works' vectors. There are no vectors of
    neutral texts to compare with: a label is withheld only where the probabilities are nearly even.

    Raises :class:`ExplorerError` where the vectors have another number of dimensions than the works'.
    """
    given, here = classes.vectors.shape[1], workspace.tables.region_joint.shape[1]
    if given != here:
        raise ExplorerError(
            f"The vectors of the names have {given:,} numbers and those of the works in {workspace.name!r} have "
            f"{here:,}; both must come from one model ({workspace.config.model})."
        )
    return _table(workspace, classes.labels, classes.vectors)


def _table(workspace: Workspace, labels: Sequence[str], vectors: np.ndarray) -> LabelTable:
    """Every work's probability for each class vector; classes beyond the labels are only compared with."""
    rows = workspace.present_rows()
    scores = probabilities(workspace.tables.whole()[rows] @ vectors.T, workspace.manifest.logit_scale)
    best = tuple(label if label is not None and label < len(labels) else None for label in choose(scores))
    works = tuple(workspace.tables.works[row] for row in rows)
    return LabelTable(tuple(labels), works, scores[:, : len(labels)], best)
