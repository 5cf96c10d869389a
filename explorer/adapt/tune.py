"""The network's upper blocks, fine-tuned in the space of pictures and words; what matches details stays as it was.

Crops in other media and colours, and mosaics of four pictures whose quarters must each say their own: what a cell says
is then about what is there. The mean of all steps' weights is kept, and half way back to the start may be taken:
Wortsman et al., "Robust fine-tuning of zero-shot models" (CVPR 2022).
"""

from __future__ import annotations

import copy
import logging

import torch
import torch.nn.functional as F
from torch import nn

from explorer.adapt.course import Average, Course, Plan
from explorer.adapt.crops import changed, crops, mosaics, wholes
from explorer.adapt.heads import Heads, contrast, named
from explorer.adapt.judge import judged_vectors
from explorer.adapt.precision import mixed
from explorer.adapt.targets import Material
from explorer.encoder.lite import MIDDLE, Lite

log = logging.getLogger(__name__)


class Upper(nn.Module):
    """What is trained: the blocks above the map for details, the head, and the sharpness."""

    def __init__(self, net: Lite, heads: Heads) -> None:
        super().__init__()
        self.blocks, self.head = copy.deepcopy(net.blocks[MIDDLE + 1 :]), copy.deepcopy(net.head)
        self.picture, self.sharpness = copy.deepcopy(heads.picture), copy.deepcopy(heads.sharpness)

    def forward(self, middle: torch.Tensor) -> torch.Tensor:
        """From the map for details to cells in the joint space, ``(N, 256, H/32, W/32)``, of any length."""
        x = middle
        for block in self.blocks:
            x = block(x)
        weight = self.picture.weight[:, :, None, None]
        return F.conv2d(self.head(x), weight, self.picture.bias)


def whole(cells: torch.Tensor) -> torch.Tensor:
    """Cells ``(N, 256, h, w)`` to unit vectors of whole pictures ``(N, 256)``."""
    return F.normalize(cells.float().mean((2, 3)), dim=-1)


def tune(upper: Upper, heads: Heads, material: Material, plan: Plan) -> tuple[Average, dict[str, float]]:
    """Train by the plan; returns the mean weights and their validation figures."""
    pictures, truth, side, batch = material.pictures, material.truth, plan.side, plan.batch
    device = pictures.pixels.device
    gen = torch.Generator(device).manual_seed(12)
    net = material.net.eval().to(memory_format=torch.channels_last)
    upper.to(memory_format=torch.channels_last)
    heads.eval()
    spoken = material.spoken
    often = truth.often(spoken)
    with torch.no_grad():
        labels = heads.text(truth.label_texts)
    blocks = [p for name, p in upper.named_parameters() if name.startswith(("blocks", "head"))]
    optimizer = torch.optim.AdamW(
        [{"params": blocks, "lr": 2e-4}, {"params": upper.picture.parameters(), "lr": 3e-4},
         {"params": [upper.sharpness], "lr": 1e-3, "weight_decay": 0.0}], weight_decay=0.05,
    )  # fmt: skip
    average = Average(upper)
    course = Course(plan, upper, [optimizer], average)
    for step in course.steps():
        rows = spoken[torch.multinomial(often, batch, replacement=True, generator=gen)]
        with torch.no_grad():
            clean = crops(pictures, rows, side, gen)
            other = changed(clean, gen)
            quarters = mosaics(changed(crops(pictures, rows[: batch // 4 * 4], side, gen, least=0.5), gen, 0.4))
            with mixed(device):
                likely = material.likely(net(_last(clean))[1].float().mean((2, 3)))
                middle, four = net.middle(_last(other)), net.middle(_last(quarters))
            texts = heads.text(truth.some(rows, gen))
        with mixed(device):
            cells, quartered = upper(middle), upper(four)
        found = whole(cells)
        loss = contrast(found, texts, upper.sharpness)
        loss = loss + 0.5 * named(found, labels, likely, upper.sharpness)
        parts_of = F.adaptive_avg_pool2d(quartered.float(), 2).permute(0, 2, 3, 1).flatten(0, 2)
        loss = loss + 0.5 * contrast(F.normalize(parts_of, dim=-1), texts[: len(parts_of)], upper.sharpness)
        known = truth.known[rows]
        if bool((known >= 0).any()):
            aims = truth.image_truth[known[known >= 0]]
            loss = loss + 2 * (1 - (found[known >= 0] * aims).sum(1)).sum() / batch * 4
        course.down(loss)
        average.update()
        if step % 200 == 199:
            log.info("tune %d: loss %.3f, %.0f s", step, loss.item(), course.spent)
    upper.load_state_dict({name: value for name, value in average.values.items()})
    return average, judged_upper(upper, heads, material, side)


@torch.no_grad()
def judged_upper(upper: Upper, heads: Heads, material: Material, side: int) -> dict[str, float]:
    """Validation figures of upper blocks, whole pictures pressed into squares of ``side`` pixels."""
    pictures, rows = material.pictures, material.validation
    vectors = torch.zeros(len(pictures.keys), heads.picture.out_features, device=rows.device)
    for some in rows.split(256):
        with mixed(rows.device):
            vectors[some] = whole(upper(material.net.middle(_last(wholes(pictures, some, side)))))
    return judged_vectors(vectors, heads.text, material.truth, rows)


def _last(images: torch.Tensor) -> torch.Tensor:
    return images.contiguous(memory_format=torch.channels_last)


def between(start: dict[str, torch.Tensor], end: dict[str, torch.Tensor], share: float) -> dict[str, torch.Tensor]:
    """Weights on the line from ``start`` (0) to ``end`` (1)."""
    return {name: torch.lerp(value.float(), end[name].float(), share) for name, value in start.items()}
