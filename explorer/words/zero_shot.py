"""Zero-shot labels for the works of a collection: whole pictures scored against class vectors of prompts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from explorer.errors import ExplorerError
from explorer.words import labels as zero_shot
from explorer.workspace import Workspace


@dataclass(frozen=True)
class LabelTable:
    """Every work's probability for every label: ``scores`` is ``(N, L)``; ``best`` is a label's number or None."""

    labels: tuple[str, ...]
    works: tuple[str, ...]
    scores: np.ndarray
    best: tuple[int | None, ...]


def label_works(workspace: Workspace, prompts: Sequence[str]) -> LabelTable:
    """Weigh each work against labels in plain words. A single label is weighed against "a painting"."""
    names = list(prompts)
    if not names:
        raise ExplorerError("Write at least one label, each on a line of its own (such as: a ship at sea).")
    weighed = names if len(names) > 1 else [*names, zero_shot.BACKGROUND]
    vectors = zero_shot.class_vectors(weighed, workspace.encoder.words)
    rows = workspace.present_rows()
    scores = zero_shot.probabilities(workspace.tables.whole()[rows] @ vectors.T, workspace.manifest.logit_scale)
    best = tuple(choice if choice is not None and choice < len(names) else None for choice in zero_shot.choose(scores))
    works = tuple(workspace.tables.works[row] for row in rows)
    return LabelTable(tuple(names), works, scores[:, : len(names)], best)
