"""A plain CLIP vision tower that learns the teacher's maps: details, cells in the joint space, whole pictures.

The teacher sees clean crops; the student sees them turned, warped, recoloured, drawn and pasted into each other, and
the targets move along (:mod:`explorer.adapt.augment`).
"""

from __future__ import annotations

import logging

import torch
import torch.nn.functional as F
from torch import nn

from explorer.adapt.augment import moved, pasted, seen_otherwise
from explorer.adapt.course import Average, Course, Plan
from explorer.adapt.crops import crops
from explorer.adapt.heads import named
from explorer.adapt.precision import mixed, muon
from explorer.adapt.store import Pictures
from explorer.adapt.student import Shape, build, normalised, see
from explorer.adapt.targets import Material
from explorer.adapt.tune import Upper

log = logging.getLogger(__name__)
MIDDLE_CHANNELS = 120
CELLS = 1536  # cells of a batch that are compared with one another
TEMPERATURE = 0.1


class Student(nn.Module):
    """The CLIP, and a linear readout of the teacher's map for details that is thrown away."""

    def __init__(self, shape: Shape, patches: torch.Tensor) -> None:
        super().__init__()
        self.model, self.shape = build(shape, patches), shape
        self.readout = nn.Linear(shape.width, MIDDLE_CHANNELS)


def sample_patches(pictures: Pictures, rows: torch.Tensor, size: int, count: int = 12_000) -> torch.Tensor:
    """Random patches as the model takes them, ``(count, 3, size, size)``, on the processor."""
    gen = torch.Generator().manual_seed(3)
    owner = rows.cpu()[torch.randint(len(rows), (count,), generator=gen)]
    places = torch.randint(pictures.pixels.shape[-1] - size, (count, 2), generator=gen)
    chosen = zip(owner.tolist(), places.tolist(), strict=True)
    cut = [pictures.pixels[one, :, y : y + size, x : x + size] for one, (y, x) in chosen]
    return normalised(torch.stack(cut).cpu().float() / 255)


def distil(student: Student, upper: Upper, labels: torch.Tensor, material: Material, plan: Plan) -> Average:
    """``labels (L, 256)``: text vectors among which student and teacher should rank pictures alike."""
    net, pictures, train, batch = material.net, material.pictures, material.train, plan.batch
    device = pictures.pixels.device
    gen = torch.Generator(device).manual_seed(14)
    vision = [(n, p) for n, p in student.named_parameters() if not n.startswith(("model.text", "model.logit"))]
    matrices = [p for n, p in vision if "encoder.layers" in n and p.ndim == 2]
    chosen = {id(p) for p in matrices}
    others = [p for _, p in vision if id(p) not in chosen]
    rest = torch.optim.AdamW(others, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.02)
    for _, parameter in student.named_parameters():
        parameter.requires_grad_(False)
    for _, parameter in vision:
        parameter.requires_grad_(True)
    block = muon(matrices, 0.05, rate=1e-3)
    average = Average(student)
    course = Course(plan, student, [rest, block], average)
    net.eval()
    upper.eval()
    student.train()
    middle_mean = torch.zeros(1, MIDDLE_CHANNELS, 1, 1, device=device)
    for step in course.steps():
        rows = train[torch.randint(len(train), (batch,), generator=gen, device=device)]
        with torch.no_grad():
            clean = crops(pictures, rows, student.shape.image_size, gen, least=0.15)
            with mixed(device):
                middle = net.middle(clean.contiguous(memory_format=torch.channels_last))
                cells = upper(middle)
            middle, cells = middle.float(), cells.float()
            middle_mean = middle_mean.lerp(middle.mean((0, 2, 3), keepdim=True), 0.5 if step < 5 else 0.02)
            middle = F.normalize(middle - middle_mean, dim=1)
            seen, (middle, cells) = moved(clean, (middle, cells), gen)
            seen = seen_otherwise(seen, gen)
            half = batch // 2  # the first half stays one picture each, as whole pictures are
            cut = pasted(seen[half:], middle[half:], cells[half:], gen)
            both = zip((seen, middle, cells), cut[:3], strict=True)
            seen, middle, cells = (torch.cat([whole[:half], mixed_up]) for whole, mixed_up in both)
            aim = F.normalize(cells.mean((2, 3)), dim=-1)
            likely = (aim @ labels.T * 25).softmax(1)
        with mixed(device):
            found = see(student.model, seen, student.shape.match_layer)
        loss = details(student.readout(found.match), found.match, middle, gen)
        side = student.shape.side
        joint = F.adaptive_avg_pool2d(found.joint.transpose(1, 2).unflatten(2, (side, side)), cells.shape[-1])
        loss = loss + 2 * (1 - F.cosine_similarity(joint, cells, dim=1)).mean()
        unit = F.normalize(found.whole, dim=-1)
        loss = loss + 2 * (1 - (unit * aim).sum(1)).mean()
        loss = loss + 0.5 * named(unit, labels, likely, torch.tensor(3.22, device=device))
        course.down(loss)
        average.update()
        if step % 200 == 0:
            alike = (unit * aim).sum(1).mean().item(), F.cosine_similarity(joint, cells, dim=1).mean().item()
            log.info("distil %d: loss %.3f, whole %.3f, joint %.3f, %.0f s", step, loss.item(), *alike, course.spent)
    student.load_state_dict(average.values)
    return average


def details(read: torch.Tensor, match: torch.Tensor, middle: torch.Tensor, gen: torch.Generator) -> torch.Tensor:
    """Readout ``(N, P, 120)`` towards the teacher's cells ``(N, 120, h, w)``, and ``match (N, P, D)``: a cell should
    find others alike as the teacher does."""
    aims = F.normalize(middle.flatten(2).transpose(1, 2), dim=-1).flatten(0, 1)
    loss = (1 - F.cosine_similarity(read.float().flatten(0, 1), aims, dim=-1)).mean()
    some = torch.randint(len(aims), (min(CELLS, len(aims)),), generator=gen, device=gen.device)
    aim, found = aims[some], match.float().flatten(0, 1)[some]
    found = F.normalize(found - found.mean(0), dim=-1)
    apart = ~torch.eye(len(some), dtype=torch.bool, device=gen.device)
    ranks = (aim @ aim.T / TEMPERATURE)[apart].view(len(some), -1).softmax(1)
    logits = (found @ found.T / TEMPERATURE)[apart].view(len(some), -1)
    return loss + F.kl_div(logits.log_softmax(1), ranks, reduction="batchmean")
