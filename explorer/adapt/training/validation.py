"""Validation metrics, by which weights are kept and chosen: on pictures and texts that no training step saw."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from explorer.adapt.data.targets import Targets

TextModel = Callable[[torch.Tensor], torch.Tensor]
"""Sentence vectors ``(N, 384)`` to unit vectors in the joint space ``(N, 256)``."""
CAPTION_RANK = 10


@torch.no_grad()
def validation_metrics(
    pictures: torch.Tensor, text: TextModel, targets: Targets, rows: torch.Tensor
) -> dict[str, float]:
    """Metrics on the pictures ``rows`` from the unit vectors of all ``pictures (N, 256)``, each from 0 to 1.

    ``names``: top-1 accuracy among the names of all pictures; ``captions``: recall at ten of the picture of a caption;
    ``cosine`` with published image vectors; ``texts``: cosine with held-out published text vectors; and their ``mean``.
    """
    kinds = np.array(targets.kinds)
    of_kind = {kind: rows[torch.from_numpy(kinds[rows.cpu().numpy()] == kind).to(rows.device)]
               for kind in ("name", "caption")}  # fmt: skip
    named = torch.from_numpy(np.flatnonzero(kinds == "name")).to(rows.device)
    metrics = {"names": _name_accuracy(pictures, text, targets, of_kind["name"], named)}
    if len(of_kind["caption"]):
        metrics["captions"] = _caption_recall(pictures[of_kind["caption"]], text, targets, of_kind["caption"])
    known = rows[targets.clip_rows[rows] >= 0]
    if len(known):
        metrics["cosine"] = _mean_cosine(pictures[known], targets.clip_images[targets.clip_rows[known]])
    held_out = targets.clip_text_held_out
    if bool(held_out.any()):
        metrics["texts"] = _mean_cosine(text(targets.clip_text_inputs[held_out]), targets.clip_texts[held_out])
    metrics["mean"] = float(np.mean(list(metrics.values())))
    return {name: round(value, 4) for name, value in metrics.items()}


def _name_accuracy(
    pictures: torch.Tensor, text: TextModel, targets: Targets, rows: torch.Tensor, named: torch.Tensor
) -> float:
    """``named``: rows of all pictures with a name, whose names are the candidates."""
    if not len(rows):
        return 0.0
    first = targets.caption_rows[:, 0]
    names = first[named].unique()
    top = names[(pictures[rows] @ text(targets.sentences[names]).T).argmax(1)]
    return float((top == first[rows]).float().mean())


def _caption_recall(pictures: torch.Tensor, text: TextModel, targets: Targets, rows: torch.Tensor) -> float:
    cosines = text(targets.sentences[targets.caption_rows[rows, 0]]) @ pictures.T
    better = (cosines > cosines.diagonal()[:, None]).sum(1)
    return float((better < CAPTION_RANK).float().mean())


def _mean_cosine(vectors: torch.Tensor, targets: torch.Tensor) -> float:
    return float((vectors * targets).sum(1).mean())
