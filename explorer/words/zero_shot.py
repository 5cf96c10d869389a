"""Zero-shot classification: labels to class vectors, class vectors to probabilities.

Method: Radford et al., "Learning transferable visual models from natural language supervision" (CLIP), ICML 2021,
section 3.1: each label is put into several sentences whose vectors are averaged.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from explorer.features.grid import unit_rows
from explorer.words.prompts import sentences

MOST_KEPT = 4096
"""Class vectors that are kept in memory, a few megabytes."""

Encode = Callable[[list[str]], np.ndarray]


def class_vectors(labels: Sequence[str], templates: Sequence[str], encode: Encode) -> np.ndarray:
    """One vector per label, the mean of the unit vectors of its prompts: ``(L, P) float32``, unit rows.

    ``encode`` takes texts and gives ``(N, P)`` unit rows.
    """
    prompts = [sentence for label in labels for sentence in sentences(label, templates)]
    return unit_rows(encode(prompts).reshape(len(labels), len(templates), -1).mean(axis=1))


class ClassVectors:
    """Class vectors by model, templates and label: those asked for lately are kept, since encoding texts is most of the
    work of labelling. Safe to use from several threads."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, model: str, labels: Sequence[str], templates: Sequence[str], encode: Encode) -> np.ndarray:
        """As :func:`class_vectors`; ``model`` is the hash of the model that ``encode`` belongs to, and only what is not
        kept is encoded."""
        keys = [(model, tuple(templates), label) for label in labels]
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        if missing:
            made = class_vectors([label for _, _, label in missing], templates, encode)
            found.update(zip(missing, made, strict=True))
        with self._lock:
            for key in keys:
                self._kept[key] = found[key]
                self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return np.stack([found[key] for key in keys])


def probabilities(cosines: np.ndarray, logit_scale: float) -> np.ndarray:
    """Softmax over labels: ``(N, L)`` cosines to ``(N, L) float32`` rows that sum to 1.

    >>> probabilities(np.array([[0.2, 0.2]]), 100.0)
    array([[0.5, 0.5]], dtype=float32)
    """
    logits = np.asarray(cosines, dtype=np.float64) * logit_scale
    weights = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)


def margins(scores: np.ndarray) -> np.ndarray:
    """How far the best label of each row of probabilities ``(N, L)``, two labels or more, is above the second:
    ``(N,) float32``.

    >>> margins(np.array([[0.75, 0.25], [0.5, 0.5]]))
    array([0.5, 0. ], dtype=float32)
    """
    second, first = np.moveaxis(np.partition(scores, -2, axis=1)[:, -2:], 1, 0)
    return np.asarray(first - second, dtype=np.float32)
