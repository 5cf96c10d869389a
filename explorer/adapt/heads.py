"""The teacher's heads into the space of pictures and words, on features of a frozen network: ridge, then contrast.

The picture's head is linear, so the mean over cells is the whole picture's vector and every cell has its own. The text
head takes a sentence vector. Contrastive learning with soft positives: Radford et al., "Learning transferable visual
models from natural language supervision" (ICML 2021), texts that say nearly the same being left out of the negatives.
"""

from __future__ import annotations

import logging

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from explorer.adapt.course import Course, Plan
from explorer.adapt.crops import changed, crops, wholes
from explorer.adapt.judge import judged_vectors
from explorer.adapt.precision import mixed
from explorer.adapt.sentences import WIDTH
from explorer.adapt.space import DIMS
from explorer.adapt.store import Pictures
from explorer.adapt.targets import Material, Targets
from explorer.encoder.lite import LAST, Lite

log = logging.getLogger(__name__)
VIEWS = 8  # crops of every picture that features are kept of; the first is the whole
ALIKE = 0.8  # texts of a greater cosine count as saying the same
PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0)
NOISE = 0.01  # added to every number of a sentence vector in training


class TextHead(nn.Module):
    """Sentence vectors ``(N, 384)`` to the joint space ``(N, 256)``, unit rows."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(WIDTH, DIMS)
        self.wide, self.narrow = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, DIMS)
        nn.init.zeros_(self.narrow.weight)
        nn.init.zeros_(self.narrow.bias)

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        if self.training:
            vectors = vectors + NOISE * torch.randn_like(vectors)
        inner = F.dropout(F.gelu(self.wide(vectors * WIDTH**0.5)), 0.3, self.training)
        return F.normalize(self.linear(vectors) + self.narrow(inner), dim=-1)


class Heads(nn.Module):
    """Both heads, and the sharpness of the contrast."""

    def __init__(self) -> None:
        super().__init__()
        self.picture, self.text = nn.Linear(LAST, DIMS), TextHead()
        self.sharpness = nn.Parameter(torch.tensor(np.log(20.0), dtype=torch.float32))


@torch.no_grad()
def features(
    net: Lite, pictures: Pictures, side: int, views: int, gen: torch.Generator, batch: int = 256
) -> torch.Tensor:
    """Average-pooled last maps of the whole and of changed crops, ``(views, N, 1280) float16``."""
    out = torch.zeros(views, len(pictures.keys), LAST, dtype=torch.float16, device=pictures.pixels.device)
    for view in range(views):
        for rows in torch.arange(len(pictures.keys), device=out.device).split(batch):
            seen = wholes(pictures, rows, side) if view == 0 else crops(pictures, rows, side, gen)
            seen = changed(seen, gen) if view > 1 else seen
            with mixed(out.device):
                out[view, rows] = net(seen.contiguous(memory_format=torch.channels_last))[1].mean((2, 3)).half()
    return out


def ridge(x: torch.Tensor, y: torch.Tensor, weight: torch.Tensor, penalty: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Weights ``(D_out, D_in)`` and bias of the penalised least squares from ``x`` to ``y``, rows of given weights."""
    weight = weight.double().view(-1, 1) / weight.double().mean()
    middle, aim = (x.double() * weight).mean(0), (y.double() * weight).mean(0)
    centred = x.double() - middle
    gram = (centred * weight).T @ centred / len(x)
    spread = gram.diagonal().mean()
    gram += penalty * spread * torch.eye(len(gram), dtype=gram.dtype, device=gram.device)
    found = torch.linalg.solve(gram, (centred * weight).T @ (y.double() - aim) / len(x))
    return found.T.float(), (aim - middle @ found).float()


@torch.no_grad()
def start_by_ridge(
    heads: Heads, seen: torch.Tensor, truth: Targets, train: torch.Tensor, validation: torch.Tensor
) -> None:
    """Both heads as ridge regressions: texts on true pairs, pictures on true vectors and on their texts' vectors."""
    weight, bias = ridge(truth.text_groups, truth.text_truth, 1.0 - truth.text_held.float(), 0.1)
    heads.text.linear.weight.copy_(weight)
    heads.text.linear.bias.copy_(bias)
    heads.eval()
    spoken = F.normalize(sum(heads.text(truth.sentences[truth.rows[:, k]]) * (k < truth.counts)[:, None]
                             for k in range(truth.rows.shape[1])), dim=-1)  # fmt: skip
    known = truth.known >= 0
    aims = torch.where(known[:, None], truth.image_truth[truth.known.clamp_min(0)], spoken)
    kinds = np.array(truth.kinds)[train.cpu().numpy()]
    weights = torch.tensor(np.select([kinds == "name", kinds == "caption", kinds == "title"], [1.0, 1.0, 0.3], 0.0))
    weights = torch.where(known[train], torch.tensor(3.0, device=train.device), weights.float().to(train.device))
    views = min(4, len(seen))
    x = seen[:views, train].flatten(0, 1).float()
    best = -1.0
    for penalty in PENALTIES:
        weight, bias = ridge(x, aims[train].repeat(views, 1), weights.repeat(views), penalty)
        kept = heads.picture.weight.clone(), heads.picture.bias.clone()
        heads.picture.weight.copy_(weight)
        heads.picture.bias.copy_(bias)
        figures = judged(heads, seen[0], truth, validation)
        log.info("ridge, penalty %g: %s", penalty, figures)
        if figures["mean"] > best:
            best = figures["mean"]
        else:
            heads.picture.weight.copy_(kept[0])
            heads.picture.bias.copy_(kept[1])


def contrast(pictures: torch.Tensor, texts: torch.Tensor, sharpness: torch.Tensor) -> torch.Tensor:
    """Each picture should find its text among the batch's and each text its picture, ``(N, D)`` unit rows both."""
    logits = pictures @ texts.T * sharpness.exp().clamp(max=60)
    alike = (texts.detach() @ texts.detach().T > ALIKE) & ~torch.eye(len(texts), dtype=torch.bool, device=texts.device)
    logits = logits.masked_fill(alike, -1e4)
    aims = torch.arange(len(texts), device=texts.device)
    return 0.5 * (F.cross_entropy(logits, aims) + F.cross_entropy(logits.T, aims))


def named(pictures: torch.Tensor, labels: torch.Tensor, likely: torch.Tensor, sharpness: torch.Tensor) -> torch.Tensor:
    """The classifier's opinion ``likely (N, 1000)`` in words: the pictures should rank its labels' texts alike."""
    logits = pictures @ labels.T * sharpness.exp().clamp(max=60)
    return F.kl_div(logits.log_softmax(1), likely, reduction="batchmean")


def train_heads(heads: Heads, seen: torch.Tensor, material: Material, plan: Plan) -> dict[str, float]:
    """Contrastive learning of both heads on kept features ``seen``; the state of the best validation mean is kept."""
    device = seen.device
    gen = torch.Generator(device).manual_seed(11)
    truth, train = material.truth, material.spoken
    with_truth = material.train[truth.known[material.train] >= 0]
    often, learnt = truth.often(train), torch.nonzero(~truth.text_held).squeeze(1)
    spoken_for = torch.nonzero(truth.shown_counts).squeeze(1)
    optimizer = torch.optim.AdamW(
        [{"params": heads.picture.parameters(), "lr": 3e-4}, {"params": heads.text.parameters(), "lr": 5e-4},
         {"params": [heads.sharpness], "lr": 1e-3, "weight_decay": 0.0}], weight_decay=0.05,
    )  # fmt: skip
    course = Course(plan, heads, [optimizer])
    best, kept = judged(heads, seen[0], truth, material.validation), None
    log.info("heads by ridge: %s", best)
    first = best
    for step in course.steps():
        heads.train()
        rows = train[torch.multinomial(often, plan.batch, replacement=True, generator=gen)]
        view = torch.randint(len(seen), (plan.batch,), generator=gen, device=device)
        vectors = seen[view, rows].float()
        pictures = F.normalize(heads.picture(vectors), dim=-1)
        loss = contrast(pictures, heads.text(truth.some(rows, gen)), heads.sharpness)
        likely = material.likely(seen[0, rows])
        loss = loss + 0.5 * named(pictures, heads.text(truth.label_texts), likely, heads.sharpness)
        if len(with_truth):
            some = with_truth[torch.randint(len(with_truth), (256,), generator=gen, device=device)]
            view = torch.randint(len(seen), (256,), generator=gen, device=device)
            found = F.normalize(heads.picture(seen[view, some].float()), dim=-1)
            loss = loss + 2 * (1 - (found * truth.image_truth[truth.known[some]]).sum(1)).mean()
        pairs = learnt[torch.randint(len(learnt), (1024,), generator=gen, device=device)]
        loss = loss + 4 * (1 - (heads.text(truth.text_groups[pairs]) * truth.text_truth[pairs]).sum(1)).mean()
        shown = spoken_for[torch.randint(len(spoken_for), (512,), generator=gen, device=device)]
        loss = loss + contrast(truth.image_truth[shown], heads.text(truth.shown(shown, gen)), heads.sharpness)
        course.down(loss)
        if step % 200 == 199:
            figures = judged(heads, seen[0], truth, material.validation)
            log.info("heads %d: loss %.3f %s", step, loss.item(), figures)
            if figures["mean"] > best["mean"] or kept is None:
                best, kept = figures, {name: value.clone() for name, value in heads.state_dict().items()}
    if kept:
        heads.load_state_dict(kept)
    heads.eval()
    return {f"ridge {name}": value for name, value in first.items()} | best


@torch.no_grad()
def judged(heads: Heads, seen: torch.Tensor, truth: Targets, rows: torch.Tensor) -> dict[str, float]:
    """On validation pictures: names found among all their names, captions finding their picture within ten of them,
    cosine with true vectors, and the mean of the three."""
    heads.eval()
    pictures = F.normalize(heads.picture(seen.float()), dim=-1)
    return judged_vectors(pictures, heads.text, truth, rows)
