"""Validation figures, by which weights are kept and chosen: on training-side pictures and texts that no step saw."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from explorer.adapt.targets import Targets

Text = Callable[[torch.Tensor], torch.Tensor]
"""Sentence vectors ``(N, 384)`` to unit vectors in the joint space."""


@torch.no_grad()
def judged_vectors(pictures: torch.Tensor, text: Text, truth: Targets, rows: torch.Tensor) -> dict[str, float]:
    """For unit vectors of all ``pictures (N, 256)``, judged on ``rows``: names found among all names, captions that
    find their picture within ten, cosine with true vectors of pictures and of texts, and the mean of all these."""
    kinds = np.array(truth.kinds)
    chosen = rows.cpu().numpy()
    every = torch.from_numpy(np.flatnonzero(kinds == "name")).to(rows.device)
    first = truth.rows[:, 0]
    names = first[every].unique() if len(every) else first[:1]
    one = rows[torch.from_numpy(kinds[chosen] == "name").to(rows.device)]
    top = names[(pictures[one] @ text(truth.sentences[names]).T).argmax(1)] if len(one) else first[one]
    figures = {"names": float((top == first[one]).float().mean()) if len(one) else 0.0}
    some = rows[torch.from_numpy(kinds[chosen] == "caption").to(rows.device)]
    if len(some):
        likeness = text(truth.sentences[first[some]]) @ pictures[some].T
        better = (likeness > likeness.diagonal()[:, None]).sum(1)
        figures["captions"] = float((better < 10).float().mean())
    known = rows[truth.known[rows] >= 0]
    if len(known):
        figures["cosine"] = float((pictures[known] * truth.image_truth[truth.known[known]]).sum(1).mean())
    if bool(truth.text_held.any()):
        said = text(truth.text_groups[truth.text_held])
        figures["texts"] = float((said * truth.text_truth[truth.text_held]).sum(1).mean())
    return {
        name: round(value, 4) for name, value in (figures | {"mean": float(np.mean(list(figures.values())))}).items()
    }
