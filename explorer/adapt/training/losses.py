"""The losses that several stages share: contrast of pictures with texts, and agreement with a classifier."""

from __future__ import annotations

import torch
import torch.nn.functional as F

SAME_TEXT = 0.8  # texts of a greater cosine count as the same and are no negatives of each other
MOST_SCALE = 60.0


def contrastive_loss(pictures: torch.Tensor, texts: torch.Tensor, log_scale: torch.Tensor) -> torch.Tensor:
    """CLIP's symmetric cross entropy over the batch; rows ``i`` of both ``(N, D)``, unit rows, are a pair.

    Radford et al., "Learning transferable visual models from natural language supervision" (ICML 2021); nearly equal
    texts are left out of the negatives. ``log_scale``: logarithm of the logit scale.
    """
    logits = pictures @ texts.T * log_scale.exp().clamp(max=MOST_SCALE)
    same = texts.detach() @ texts.detach().T > SAME_TEXT
    same &= ~torch.eye(len(texts), dtype=torch.bool, device=texts.device)
    logits = logits.masked_fill(same, -1e4)
    pair = torch.arange(len(texts), device=texts.device)
    return 0.5 * (F.cross_entropy(logits, pair) + F.cross_entropy(logits.T, pair))


def label_loss(
    pictures: torch.Tensor, labels: torch.Tensor, probabilities: torch.Tensor, log_scale: torch.Tensor
) -> torch.Tensor:
    """Divergence (KL) of the zero-shot label distribution of ``pictures (N, D)`` from a teacher's ``(N, L)``.

    ``labels (L, D)``: text vectors of the labels; all rows of unit length.
    """
    logits = pictures @ labels.T * log_scale.exp().clamp(max=MOST_SCALE)
    return F.kl_div(logits.log_softmax(1), probabilities, reduction="batchmean")


def cosine_loss(vectors: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """One minus the mean cosine of unit rows ``(N, D)`` with their targets."""
    return (1 - (vectors * targets).sum(1)).mean()
