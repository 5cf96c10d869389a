"""Labels for the works of a collection: every work, as a whole picture, scored against labels in plain words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from explorer.errors import ExplorerError
from explorer.words.abstention import Abstention, even_fit, fit
from explorer.words.given_vectors import GivenClasses
from explorer.words.known import understood
from explorer.words.prompts import NO_LABEL, prompt_lines, usual_templates, words_of
from explorer.words.zero_shot import ClassVectors, class_vectors, margins, probabilities
from explorer.workspace import Workspace

BACKGROUND = "a painting"
"""The class that a single label is scored against."""
NONE_FITS = "(none fits)"
"""Where a table needs a name for the works without a label."""
MEAN_SHARE = 0.75
"""How much of the mean vector of pictures of art is taken off a work's before it is compared with labels: what all
pictures have in common makes some labels fit all of them."""
_VECTORS = ClassVectors()
_MOST_NAMED = 5


@dataclass(frozen=True)
class LabelTable:
    """Every work's probability for every label, and its best label, where one fits."""

    labels: tuple[str, ...]
    works: tuple[str, ...]
    """Ids, in the order of the rows of ``scores``."""
    scores: np.ndarray
    """``(N, L) float32``, probabilities; rows sum to 1 unless there is a single label."""
    margins: np.ndarray
    """``(N,) float32``: how far the best label's probability is above the second's."""
    fits: np.ndarray
    """``(N,) float32``, 0 to 1: how far the best label stands above neutral words, see :mod:`.abstention`."""
    abstention: Abstention = field(default_factory=Abstention)
    unknown: tuple[str, ...] = ()
    """Labels of which the model knows no word: no work is given one."""

    @cached_property
    def top(self) -> np.ndarray:
        """``(N,)``: the number of each work's best label, whether or not it fits."""
        return self.scores.argmax(axis=1) if len(self.works) else np.zeros(0, dtype=np.int64)

    @cached_property
    def best(self) -> tuple[int | None, ...]:
        """The number of each work's best label; None where no label fits."""
        out = self.abstention.stands_out(self.fits)
        return tuple(int(number) if stands else None for number, stands in zip(self.top, out, strict=True))

    @property
    def names(self) -> tuple[str, ...]:
        """The label of each work; empty where no label fits."""
        return tuple("" if number is None else self.labels[number] for number in self.best)

    @property
    def counts(self) -> tuple[int, ...]:
        """How many works each label is given to; last, how many have none."""
        return tuple(self.best.count(number) for number in (*range(len(self.labels)), None))

    def note(self) -> str:
        """A sentence on the labels that the model does not know; empty where it knows all."""
        if not self.unknown:
            return ""
        named = ", ".join(f"“{label}”" for label in self.unknown[:_MOST_NAMED])
        more = f" and {len(self.unknown) - _MOST_NAMED:,} more" if len(self.unknown) > _MOST_NAMED else ""
        return f"The model does not know {named}{more}: no work is put there."

    def with_threshold(self, threshold: float) -> LabelTable:
        """The same scores with another threshold. Raises :class:`ExplorerError` for one outside 0 to 1."""
        return replace(self, abstention=Abstention(threshold))

    def to_json(self) -> dict[str, Any]:
        """The table as the REST API and ``explorer label --json`` give it.

        >>> ones = np.array([1.0])
        >>> table = LabelTable(("ship",), ("a.jpg",), np.array([[0.75]]), ones / 2, ones, Abstention(0.5))
        >>> table.to_json()["works"].pop()
        {'file': 'a.jpg', 'label': 'ship', 'margin': 0.5, 'fit': 1.0, 'scores': {'ship': 0.75}}
        """
        rows = zip(self.works, self.best, self.scores, self.margins, self.fits, strict=True)
        works = [
            {
                "file": work,
                "label": None if best is None else self.labels[best],
                "margin": round(float(margin), 6),
                "fit": round(float(fitting), 6),
                "scores": {label: round(float(score), 6) for label, score in zip(self.labels, scores, strict=True)},
            }
            for work, best, scores, margin, fitting in rows
        ]
        counts = dict(zip(self.labels, self.counts, strict=False))
        summary = {"labels": list(self.labels), "threshold": self.abstention.threshold, "counts": counts}
        if self.unknown:
            summary["unknown"] = list(self.unknown)
        return {**summary, "without": self.counts[-1], "works": works}


def label_works(
    workspace: Workspace, prompts: Sequence[str], templates: Sequence[str] | None = None,
    abstention: Abstention | None = None,
) -> LabelTable:  # fmt: skip
    """Score each work of a collection, as a whole picture, against labels in plain words.

    ``templates`` (see :func:`explorer.words.prompts.check_templates`) are the ways of asking, those of
    ``assets/prompts`` by default. A single label is scored against "a painting". No work is given a label of which the
    model knows no word. Raises :class:`ExplorerError` when there is no label, or none that it knows.
    """
    rows = workspace.present_rows()
    works = tuple(workspace.tables.works[row] for row in rows)
    table = label_pictures(workspace, works, workspace.tables.whole()[rows], prompts, templates)
    return table if abstention is None else replace(table, abstention=abstention)


def label_pictures(
    workspace: Workspace, names: Sequence[str], wholes: np.ndarray, prompts: Sequence[str],
    templates: Sequence[str] | None = None,
) -> LabelTable:  # fmt: skip
    """The same for whole pictures ``(N, P)`` that need not be works, encoded by the collection's model; each has a
    name."""
    labels = list(prompts)
    if not labels:
        raise ExplorerError(NO_LABEL)
    asked = usual_templates() if templates is None else tuple(templates)
    classes = labels if len(labels) > 1 else [*labels, BACKGROUND]
    unknown = [
        number for number, label in enumerate(labels) if not understood(words_of(label), workspace.encoder).is_known
    ]
    if len(unknown) == len(labels):
        raise ExplorerError(understood(words_of(labels[0]), workspace.encoder).sentence())
    vectors, neutral = _vectors(workspace, classes, asked), neutral_vectors(workspace, asked)
    mean = workspace.encoder.picture_mean
    compared = wholes if mean is None else wholes - MEAN_SHARE * mean
    cosines = compared @ vectors.T
    cosines[:, unknown] = -1.0
    fits = fit(cosines[:, : len(labels)], compared @ neutral.T, workspace.manifest.logit_scale)
    table = _table(workspace, labels, names, cosines, fits)
    return replace(table, unknown=tuple(labels[number] for number in unknown))


def label_works_by_vectors(
    workspace: Workspace, classes: GivenClasses, abstention: Abstention | None = None
) -> LabelTable:
    """The same with the labels' own vectors, which must be in the space of the works' vectors. There are no vectors of
    neutral words to compare with: the fit is 0 where the probabilities are nearly even, else 1.

    Raises :class:`ExplorerError` where the vectors have another number of dimensions than the works'.
    """
    given, here = classes.vectors.shape[1], workspace.tables.region_joint.shape[1]
    if given != here:
        raise ExplorerError(
            f"The vectors of the names have {given:,} numbers and those of the works in {workspace.name!r} have "
            f"{here:,}; both must come from one model ({workspace.config.model})."
        )
    rows = workspace.present_rows()
    cosines = workspace.tables.whole()[rows] @ classes.vectors.T
    fits = even_fit(probabilities(cosines, workspace.manifest.logit_scale))
    works = [workspace.tables.works[row] for row in rows]
    table = _table(workspace, classes.labels, works, cosines, fits)
    return table if abstention is None else replace(table, abstention=abstention)


def _table(
    workspace: Workspace, labels: Sequence[str], names: Sequence[str], cosines: np.ndarray, fits: np.ndarray
) -> LabelTable:
    """Every picture's probability for each class, of which those beyond the labels are only compared with."""
    scores = probabilities(cosines, workspace.manifest.logit_scale)
    return LabelTable(tuple(labels), tuple(names), scores[:, : len(labels)], margins(scores), fits)


def neutral_vectors(workspace: Workspace, templates: Sequence[str]) -> np.ndarray:
    """The class vectors of the neutral words, ``(M, P) float32``, unit rows; asked in the usual ways they are kept with
    the collection's tables."""
    words = prompt_lines("neutral")
    if tuple(templates) != usual_templates():
        return _vectors(workspace, words, templates)
    asked = "\n".join([*templates, "", *words])
    name = f"neutral_words_{hashlib.sha256(asked.encode()).hexdigest()[:12]}"
    return workspace.cached(name, lambda: class_vectors(words, templates, workspace.encoder.words))


def _vectors(workspace: Workspace, labels: Sequence[str], templates: Sequence[str]) -> np.ndarray:
    def encode(texts: list[str]) -> np.ndarray:
        return workspace.encoder.words(texts)  # the model loads only where there is something to encode

    return _VECTORS.get(workspace.manifest.model_hash, labels, templates, encode)
