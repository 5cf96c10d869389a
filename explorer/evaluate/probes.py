"""What frozen features tell of a class: nearest neighbours, and a linear classifier on top, cross-validated.

*k nearest neighbours*: 20, weighted by exp(cosine / 0.07) (Wu et al., CVPR 2018; Caron et al., "Emerging properties in
self-supervised vision transformers", ICCV 2021, appendix F). *Linear probe*: multinomial logistic regression by L-BFGS,
its regularisation chosen on the training part alone (Radford et al., ICML 2021, appendix A.3). Both are measured over 5
stratified folds, fewer where a class is smaller, drawn with a seed; pictures with equal vectors, which are the same
picture, are never on both sides.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from explorer.calibration.reliability import expected_calibration_error, reliability
from explorer.errors import ExplorerError
from explorer.evaluate.metrics import class_scores
from explorer.evaluate.outcome import Item, Outcome
from explorer.evaluate.truth import ClassTruth
from explorer.progress import Progress, silent
from explorer.workspace import Workspace

NEIGHBOURS, TEMPERATURE, FOLDS, SEED = 20, 0.07, 5, 0
STRENGTHS = (0.1, 1.0, 10.0, 100.0, 1000.0)
"""Inverse strengths of regularisation (C) that are tried: features are unit rows, so that large ones are needed."""
STAGE = "Telling classes apart"
Classifier = Callable[[np.ndarray, np.ndarray, np.ndarray, int], np.ndarray]
"""From training features and classes, features to classify and the number of classes to probabilities ``(N, C)``."""


def evaluate(workspace: Workspace, truth: ClassTruth, protocol: str, progress: Progress = silent) -> Outcome:
    """Cross-validate ``"knn"`` or ``"linear-probe"`` on whole pictures. Raises :class:`ExplorerError` where a class has
    too few pictures for two folds."""
    features = features_of(workspace, truth)
    classify = nearest if protocol == "knn" else linear
    probabilities = cross_validated(features, truth.true, classify, progress)
    top = probabilities.argmax(axis=1)
    right = top == truth.true
    items = tuple(
        Item(name, {protocol: {"accuracy": float(correct)}}) for name, correct in zip(truth.names, right, strict=True)
    )
    scores = class_scores(truth.true.tolist(), top.tolist(), len(truth.classes))
    bins = reliability(np.clip(probabilities.max(axis=1), 0, 1), right)
    commonest = float(np.bincount(truth.true).max() / len(truth.true))
    overall = {protocol: {"macro-F1": float(np.mean([score.f1 for score in scores])),
                          "ECE": expected_calibration_error(bins)},
               "the commonest class": {"accuracy": commonest}}  # fmt: skip
    left = [f"Left out: {sentence}." for sentence in truth.left_out]
    left += [f"Skipped {file!r}: {reason}" for file, reason in truth.skipped]
    source = f"{len(truth.classes):,} classes, by {truth.source}; whole pictures, {FOLDS} folds at most, seeded."
    return Outcome(protocol, workspace.config.model, items, len(items), overall, remarks=(source, *left),
                   reliability=bins)  # fmt: skip


def features_of(workspace: Workspace, truth: ClassTruth) -> np.ndarray:
    """Whole pictures ``(N, P) float32``, unit rows."""
    if truth.wholes is not None:
        return truth.wholes
    return workspace.tables.whole()[[workspace.row(name) for name in truth.names]]


def cross_validated(
    features: np.ndarray, true: np.ndarray, classify: Classifier, progress: Progress = silent
) -> np.ndarray:
    """Probabilities ``(N, C)`` of every picture, each by a classifier that never saw it."""
    from sklearn.model_selection import StratifiedGroupKFold

    _, groups = np.unique(features.round(5), axis=0, return_inverse=True)
    smallest = min(len(set(groups[true == number].tolist())) for number in np.unique(true))
    if smallest < 2:
        raise ExplorerError("A class has only one picture; two different ones are needed to measure on.")
    folds = StratifiedGroupKFold(min(FOLDS, smallest), shuffle=True, random_state=SEED)
    classes = int(true.max()) + 1
    probabilities = np.zeros((len(true), classes))
    parts = list(folds.split(features, true, groups))
    progress(STAGE, 0, len(parts))
    for done, (training, held) in enumerate(parts, start=1):
        probabilities[held] = classify(features[training], true[training], features[held], classes)
        progress(STAGE, done, len(parts))
    return probabilities


def nearest(features: np.ndarray, true: np.ndarray, asked: np.ndarray, classes: int) -> np.ndarray:
    """Votes of the nearest neighbours, as shares.

    >>> near = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> nearest(near, np.array([0, 1]), near, 2).argmax(axis=1)
    array([0, 1])
    """
    cosines = asked @ features.T
    k = min(NEIGHBOURS, features.shape[0])
    first = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
    weights = np.exp((np.take_along_axis(cosines, first, axis=1) - 1) / TEMPERATURE)
    votes = np.zeros((len(asked), classes))
    np.add.at(votes, (np.arange(len(asked))[:, None], true[first]), weights)
    return np.asarray(votes / votes.sum(axis=1, keepdims=True))


def linear(features: np.ndarray, true: np.ndarray, asked: np.ndarray, classes: int) -> np.ndarray:
    """Probabilities by logistic regression, whose strength is chosen among :data:`STRENGTHS` on the training part."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    held = [LogisticRegression(C=strength, max_iter=300) for strength in STRENGTHS]
    inner = min(3, int(np.bincount(true)[np.unique(true)].min()))
    best = len(STRENGTHS) // 2
    if inner > 1:
        right = np.zeros(len(STRENGTHS))
        for training, testing in StratifiedKFold(inner, shuffle=True, random_state=SEED).split(features, true):
            for number, model in enumerate(held):
                model.fit(features[training], true[training])
                right[number] += (model.predict(features[testing]) == true[testing]).sum()
        best = int(right.argmax())
    model = LogisticRegression(C=STRENGTHS[best], max_iter=300).fit(features, true)
    probabilities = np.zeros((len(asked), classes))
    probabilities[:, model.classes_] = model.predict_proba(asked)
    return probabilities
