"""The fine-tuned end of the network: the blocks above the map for details, with the picture head.

What is below matches details and stays frozen. Fine-tuned by :mod:`explorer.adapt.training.finetune`; the exported
model takes weights on the line between frozen and fine-tuned.
"""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import nn

from explorer.adapt.models.heads import Heads
from explorer.encoder.lite import MIDDLE, Lite


class UpperBlocks(nn.Module):
    """Copies of the network's upper blocks, its last convolution, the picture head and the log logit scale."""

    def __init__(self, net: Lite, heads: Heads) -> None:
        super().__init__()
        self.blocks, self.head = copy.deepcopy(net.blocks[MIDDLE + 1 :]), copy.deepcopy(net.head)
        self.picture, self.sharpness = copy.deepcopy(heads.picture), copy.deepcopy(heads.sharpness)

    def forward(self, middle: torch.Tensor) -> torch.Tensor:
        """From the map for details ``(N, 120, H/16, W/16)`` to cells in the joint space ``(N, 256, H/32, W/32)``, not
        normalised."""
        x = middle
        for block in self.blocks:
            x = block(x)
        weight = self.picture.weight[:, :, None, None]
        return F.conv2d(self.head(x), weight, self.picture.bias)


def pool_cells(cells: torch.Tensor) -> torch.Tensor:
    """Cells ``(N, 256, h, w)`` to unit vectors of whole pictures ``(N, 256)``."""
    return F.normalize(cells.float().mean((2, 3)), dim=-1)


def interpolate_weights(
    start: dict[str, torch.Tensor], end: dict[str, torch.Tensor], share: float
) -> dict[str, torch.Tensor]:
    """Weights on the line from ``start`` (0) to ``end`` (1).

    Wortsman et al., "Robust fine-tuning of zero-shot models" (CVPR 2022).
    """
    return {name: torch.lerp(value.float(), end[name].float(), share) for name, value in start.items()}
