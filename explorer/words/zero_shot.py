"""Zero-shot classification: labels to class vectors, class vectors to probabilities, and when to give no label.

Method: Radford et al., "Learning transferable visual models from natural language supervision" (CLIP), ICML 2021,
section 3.1: each label is put into several sentences whose vectors are averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from explorer.features.grid import unit_rows

TEMPLATES = ("{}", "a painting of {}", "a picture of {}", "a drawing of {}", "an old painting showing {}")
MARGIN = 1.2
"""A label is given only when its probability is at least this many times what an even guess would have."""


def class_vectors(labels: Sequence[str], encode: Callable[[list[str]], np.ndarray]) -> np.ndarray:
    """One vector per label, the mean over the prompt templates: ``(L, P) float32``, unit rows.

    ``encode`` takes texts and gives ``(N, P)`` unit rows.
    """
    sentences = [template.format(label) for label in labels for template in TEMPLATES]
    return unit_rows(encode(sentences).reshape(len(labels), len(TEMPLATES), -1).mean(axis=1))


def probabilities(cosines: np.ndarray, logit_scale: float) -> np.ndarray:
    """Softmax over labels: ``(N, L)`` cosines to ``(N, L) float32`` rows that sum to 1.

    >>> probabilities(np.array([[0.2, 0.2]]), 100.0)
    array([[0.5, 0.5]], dtype=float32)
    """
    logits = np.asarray(cosines, dtype=np.float64) * logit_scale
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)


def choose(scores: np.ndarray) -> list[int | None]:
    """The best label of each row of probabilities ``(N, L)``, or None where that is below the :data:`MARGIN`.

    >>> choose(np.array([[0.9, 0.1], [0.51, 0.49]]))
    [0, None]
    """
    least = min(MARGIN / scores.shape[1], 1.0) if scores.shape[1] else 1.0
    return [int(row.argmax()) if row.max() >= least else None for row in scores]
