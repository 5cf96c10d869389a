"""The projection heads into the joint space: from the frozen network's pooled features, and from sentence vectors.

The picture head is linear, so a picture's vector is the mean of its cells' vectors. Fitted by the stage ``heads``
(:mod:`explorer.adapt.training.fit_heads`); the text head then teaches the text tower.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from explorer.adapt.models.joint_space import DIMS
from explorer.adapt.models.sentence_encoder import WIDTH
from explorer.encoder.lite import LAST

NOISE = 0.01  # standard deviation added to every number of a sentence vector in training
DROPOUT = 0.3


class TextHead(nn.Module):
    """Sentence vectors ``(N, 384)`` to the joint space ``(N, 256)``, unit rows: linear, with a small MLP beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(WIDTH, DIMS)
        self.wide, self.narrow = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, DIMS)
        nn.init.zeros_(self.narrow.weight)
        nn.init.zeros_(self.narrow.bias)

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        if self.training:
            vectors = vectors + NOISE * torch.randn_like(vectors)
        hidden = F.dropout(F.gelu(self.wide(vectors * WIDTH**0.5)), DROPOUT, self.training)
        return F.normalize(self.linear(vectors) + self.narrow(hidden), dim=-1)


class Heads(nn.Module):
    """Both heads, and the logarithm of the logit scale of the contrastive loss (``sharpness`` in stored weights)."""

    def __init__(self) -> None:
        super().__init__()
        self.picture, self.text = nn.Linear(LAST, DIMS), TextHead()
        self.sharpness = nn.Parameter(torch.tensor(np.log(20.0), dtype=torch.float32))

    def embed_pictures(self, features: torch.Tensor) -> torch.Tensor:
        """Pooled last maps ``(N, 1280)`` to unit rows ``(N, 256)``."""
        return F.normalize(self.picture(features.float()), dim=-1)
