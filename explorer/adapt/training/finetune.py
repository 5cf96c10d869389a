"""The stage ``tune``: the network's upper blocks fine-tuned in the joint space; what matches details stays frozen.

On crops in other media and colours, and on mosaics of four pictures, each quarter of which is contrasted with its own
caption, so that a cell describes what is in it. The average of all steps' weights is kept, and may be interpolated with
the initial ones (:func:`~explorer.adapt.models.upper_blocks.interpolate_weights`).
"""

from __future__ import annotations

import logging

import torch
import torch.nn.functional as F

from explorer.adapt.data.crops import augmented, mosaics, random_crops, squeezed
from explorer.adapt.data.targets import TrainingData
from explorer.adapt.models.heads import Heads
from explorer.adapt.models.upper_blocks import UpperBlocks, pool_cells
from explorer.adapt.precision import autocast, channels_last, to_channels_last
from explorer.adapt.training.losses import contrastive_loss, label_loss
from explorer.adapt.training.run import StagePlan, TrainingRun, WeightAverage
from explorer.adapt.training.validation import validation_metrics

log = logging.getLogger(__name__)
SEED = 12
LOG_EVERY = 200  # steps
MOSAIC_AUGMENTED = 0.4  # share of the quarters
CLIP_WEIGHT = 8.0  # of the cosine with published image vectors, per picture that has one


def finetune(
    upper: UpperBlocks, heads: Heads, data: TrainingData, plan: StagePlan
) -> tuple[WeightAverage, dict[str, float]]:
    """Train by the plan; ``upper`` ends with the averaged weights. Returns these and their validation metrics."""
    to_channels_last(data.net.eval())
    to_channels_last(upper)
    heads.eval()
    blocks = [p for name, p in upper.named_parameters() if name.startswith(("blocks", "head"))]
    optimizer = torch.optim.AdamW(
        [{"params": blocks, "lr": 2e-4}, {"params": upper.picture.parameters(), "lr": 3e-4},
         {"params": [upper.sharpness], "lr": 1e-3, "weight_decay": 0.0}], weight_decay=0.05,
    )  # fmt: skip
    batches = _Batches(heads, data, plan)
    average = WeightAverage(upper)
    run = TrainingRun(plan, upper, [optimizer], average)
    for step in run.steps():
        loss = batches.loss(upper)
        run.minimise(loss)
        if step % LOG_EVERY == LOG_EVERY - 1:
            log.info("tune %d: loss %.3f, %.0f s", step, loss.item(), run.elapsed)
    upper.load_state_dict(average.values)
    return average, validate_upper_blocks(upper, heads, data, plan.side)


class _Batches:
    """Random batches and their loss."""

    def __init__(self, heads: Heads, data: TrainingData, plan: StagePlan) -> None:
        self.heads, self.data, self.plan = heads, data, plan
        self.gen = torch.Generator(data.pictures.pixels.device).manual_seed(SEED)
        self.captioned = data.captioned
        self.sampling_weights = data.targets.sampling_weights(self.captioned)
        with torch.no_grad():
            self.labels = heads.text(data.targets.label_sentences)

    def loss(self, upper: UpperBlocks) -> torch.Tensor:
        """Of a random batch: captions, labels, quarters of mosaics, and published vectors."""
        batch, targets = self.plan.batch, self.data.targets
        rows = self.captioned[torch.multinomial(self.sampling_weights, batch, replacement=True, generator=self.gen)]
        with torch.no_grad():
            middle, mosaic_middle, probabilities = self._frozen_maps(rows)
            texts = self.heads.text(targets.sample_captions(rows, self.gen))
        with autocast(self.gen.device):
            cells, mosaic_cells = upper(middle), upper(mosaic_middle)
        vectors = pool_cells(cells)
        loss = contrastive_loss(vectors, texts, upper.sharpness)
        loss = loss + 0.5 * label_loss(vectors, self.labels, probabilities, upper.sharpness)
        quarters = F.adaptive_avg_pool2d(mosaic_cells.float(), 2).permute(0, 2, 3, 1).flatten(0, 2)
        quarters = F.normalize(quarters, dim=-1)
        loss = loss + 0.5 * contrastive_loss(quarters, texts[: len(quarters)], upper.sharpness)
        clip_rows = targets.clip_rows[rows]
        known = clip_rows >= 0
        if bool(known.any()):
            goals = targets.clip_images[clip_rows[known]]
            loss = loss + CLIP_WEIGHT * ((1 - (vectors[known] * goals).sum(1)).sum() / batch)
        return loss

    def _frozen_maps(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Maps for details of augmented crops and of mosaics of the pictures, and the labels of the clean crops."""
        pictures, net, side = self.data.pictures, self.data.net, self.plan.side
        clean = random_crops(pictures, rows, side, self.gen)
        images = augmented(clean, self.gen)
        quarters = random_crops(pictures, rows[: len(rows) // 4 * 4], side, self.gen, least=0.5)
        mosaic = mosaics(augmented(quarters, self.gen, MOSAIC_AUGMENTED))
        with autocast(self.gen.device):
            probabilities = self.data.label_probabilities(net(channels_last(clean))[1].float().mean((2, 3)))
            return net.middle(channels_last(images)), net.middle(channels_last(mosaic)), probabilities


@torch.no_grad()
def validate_upper_blocks(upper: UpperBlocks, heads: Heads, data: TrainingData, side: int) -> dict[str, float]:
    """:func:`~explorer.adapt.training.validation.validation_metrics` on whole pictures squeezed into squares of
    ``side`` pixels."""
    pictures, rows = data.pictures, data.validation
    vectors = torch.zeros(len(pictures.keys), heads.picture.out_features, device=rows.device)
    for chunk in rows.split(256):
        with autocast(rows.device):
            vectors[chunk] = pool_cells(upper(data.net.middle(channels_last(squeezed(pictures, chunk, side)))))
    return validation_metrics(vectors, heads.text, data.targets, rows)
