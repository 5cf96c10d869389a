"""The stage ``distil``: a plain CLIP vision tower learns the fine-tuned network's maps and picture vectors.

The teacher sees clean crops; the student sees them augmented and pasted into each other, and the targets are moved
along (:mod:`explorer.adapt.data.augment`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from explorer.adapt.data.augment import change_appearance, cutmix, transform_geometry
from explorer.adapt.data.crops import random_crops
from explorer.adapt.data.pictures import Pictures
from explorer.adapt.data.targets import TrainingData
from explorer.adapt.models.clip_student import ClipShape, VisionOutput, build_clip, normalise_pixels, vision_forward
from explorer.adapt.models.upper_blocks import UpperBlocks
from explorer.adapt.precision import autocast, channels_last, muon_optimizer
from explorer.adapt.training.losses import cosine_loss, label_loss
from explorer.adapt.training.run import StagePlan, TrainingRun, WeightAverage

log = logging.getLogger(__name__)
SEED, PATCH_SEED = 14, 3
LOG_EVERY = 200  # steps
MIDDLE_CHANNELS = 120
COMPARED_CELLS = 1536  # cells of a batch that are compared with one another
TEMPERATURE = 0.1
TEACHER_SCALE, STUDENT_LOG_SCALE = 25.0, 3.22  # logit scales of the label distributions


class Student(nn.Module):
    """The CLIP, and a linear readout of the teacher's map for details that is not exported."""

    def __init__(self, shape: ClipShape, patches: torch.Tensor) -> None:
        super().__init__()
        self.model, self.shape = build_clip(shape, patches), shape
        self.readout = nn.Linear(shape.width, MIDDLE_CHANNELS)


def sample_patches(pictures: Pictures, rows: torch.Tensor, size: int, count: int = 12_000) -> torch.Tensor:
    """Random patches of the pictures ``rows``, normalised, ``(count, 3, size, size)``, on the processor."""
    gen = torch.Generator().manual_seed(PATCH_SEED)
    sources = rows.cpu()[torch.randint(len(rows), (count,), generator=gen)]
    corners = torch.randint(pictures.pixels.shape[-1] - size, (count, 2), generator=gen)
    chosen = zip(sources.tolist(), corners.tolist(), strict=True)
    patches = [pictures.pixels[row, :, y : y + size, x : x + size] for row, (y, x) in chosen]
    return normalise_pixels(torch.stack(patches).cpu().float() / 255)


def distil(
    student: Student, upper: UpperBlocks, labels: torch.Tensor, data: TrainingData, plan: StagePlan
) -> WeightAverage:
    """Train by the plan; ``student`` ends with the averaged weights, which are returned.

    ``labels (L, 256)``: text vectors among which student and teacher should rank a picture's labels alike.
    """
    optimizers = _optimizers(student)
    average = WeightAverage(student)
    run = TrainingRun(plan, student, optimizers, average)
    upper.eval()
    student.train()
    batches = _Batches(upper, data, student.shape.image_size, plan.batch)
    for step in run.steps():
        batch = batches.draw(step)
        with autocast(batch.images.device):
            output = vision_forward(student.model, batch.images, student.shape.match_layer)
        loss, whole, joint = _loss(student, output, batch, labels, batches.gen)
        run.minimise(loss)
        if step % LOG_EVERY == 0:
            figures = loss.item(), whole.item(), joint.item()
            log.info("distil %d: loss %.3f, whole %.3f, joint %.3f, %.0f s", step, *figures, run.elapsed)
    student.load_state_dict(average.values)
    return average


def _optimizers(student: Student) -> list[torch.optim.Optimizer]:
    """AdamW for what is no matrix of a block, Muon for the blocks' matrices; the text tower gets no gradients."""
    student.requires_grad_(False)
    vision = {n: p for n, p in student.named_parameters() if not n.startswith(("model.text", "model.logit"))}
    for parameter in vision.values():
        parameter.requires_grad_(True)
    matrices = {n: p for n, p in vision.items() if "encoder.layers" in n and p.ndim == 2}
    others = [p for n, p in vision.items() if n not in matrices]
    adam = torch.optim.AdamW(others, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.02)
    return [adam, muon_optimizer(list(matrices.values()), 0.05, rate=1e-3)]


@dataclass(frozen=True)
class _Batch:
    """Augmented ``images (N, 3, H, W)`` and their targets: ``middle (N, 120, h, w)``, unit columns, ``cells
    (N, 256, h / 2, w / 2)``."""

    images: torch.Tensor
    middle: torch.Tensor
    cells: torch.Tensor


class _Batches:
    """Random batches, with the teacher's targets; the map for details is centred on its running mean."""

    def __init__(self, upper: UpperBlocks, data: TrainingData, side: int, count: int) -> None:
        self.net, self.upper, self.data, self.side, self.count = data.net.eval(), upper, data, side, count
        device = data.pictures.pixels.device
        self.gen = torch.Generator(device).manual_seed(SEED)
        self.middle_mean = torch.zeros(1, MIDDLE_CHANNELS, 1, 1, device=device)

    @torch.no_grad()
    def draw(self, step: int) -> _Batch:
        """Random crops of training pictures, augmented together with the teacher's targets."""
        train, gen = self.data.train, self.gen
        rows = train[torch.randint(len(train), (self.count,), generator=gen, device=gen.device)]
        clean = random_crops(self.data.pictures, rows, self.side, gen, least=0.15)
        middle, cells = self._teach(clean, step)
        images, (middle, cells) = transform_geometry(clean, (middle, cells), gen)
        images = change_appearance(images, gen)
        half = self.count // 2  # the first half keeps whole pictures, for the picture vector
        pasted = cutmix(images[half:], middle[half:], cells[half:], gen)[:3]
        return _Batch(*(torch.cat([values[:half], mixed])
                        for values, mixed in zip((images, middle, cells), pasted, strict=True)))  # fmt: skip

    def _teach(self, clean: torch.Tensor, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Of clean crops, centred unit cells of the map for details, and cells in the joint space."""
        with autocast(self.gen.device):
            middle = self.net.middle(channels_last(clean))
            cells = self.upper(middle)
        middle, cells = middle.float(), cells.float()
        rate = 0.5 if step < 5 else 0.02
        self.middle_mean = self.middle_mean.lerp(middle.mean((0, 2, 3), keepdim=True), rate)
        return F.normalize(middle - self.middle_mean, dim=1), cells


def _loss(
    student: Student, output: VisionOutput, batch: _Batch, labels: torch.Tensor, gen: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The loss, and the mean cosines of picture vectors and of cells with their targets."""
    goal = F.normalize(batch.cells.mean((2, 3)), dim=-1)
    probabilities = (goal @ labels.T * TEACHER_SCALE).softmax(1)
    loss = dense_loss(student.readout(output.match), output.match, batch.middle, gen)
    side = student.shape.side
    joint = output.joint.transpose(1, 2).unflatten(2, (side, side))
    cell_cosine = F.cosine_similarity(F.adaptive_avg_pool2d(joint, batch.cells.shape[-1]), batch.cells, dim=1)
    loss = loss + 2 * (1 - cell_cosine).mean()
    whole = F.normalize(output.whole, dim=-1)
    loss = loss + 2 * cosine_loss(whole, goal)
    log_scale = torch.tensor(STUDENT_LOG_SCALE, device=labels.device)
    loss = loss + 0.5 * label_loss(whole, labels, probabilities, log_scale)
    return loss, (whole * goal).sum(1).mean(), cell_cosine.mean()


def dense_loss(read: torch.Tensor, match: torch.Tensor, middle: torch.Tensor, gen: torch.Generator) -> torch.Tensor:
    """Cells like the teacher's: the readout ``(N, P, 120)`` towards the teacher's cells ``(N, 120, h, w)``, and the
    similarities of cells ``match (N, P, D)`` of the batch to one another distributed as the teacher's."""
    targets = F.normalize(middle.flatten(2).transpose(1, 2), dim=-1).flatten(0, 1)
    loss = (1 - F.cosine_similarity(read.float().flatten(0, 1), targets, dim=-1)).mean()
    chosen = torch.randint(len(targets), (min(COMPARED_CELLS, len(targets)),), generator=gen, device=gen.device)
    target, cells = targets[chosen], match.float().flatten(0, 1)[chosen]
    cells = F.normalize(cells - cells.mean(0), dim=-1)
    different = ~torch.eye(len(chosen), dtype=torch.bool, device=gen.device)
    probabilities = (target @ target.T / TEMPERATURE)[different].view(len(chosen), -1).softmax(1)
    logits = (cells @ cells.T / TEMPERATURE)[different].view(len(chosen), -1)
    return loss + F.kl_div(logits.log_softmax(1), probabilities, reduction="batchmean")
