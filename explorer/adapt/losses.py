"""What the student is asked: the teacher's cells, its likenesses between cells, and the words for a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import nn

from explorer.adapt.student import Seen, Shape

if TYPE_CHECKING:
    from explorer.adapt.batches import Batch

CELL_TEMPERATURE = 0.06  # at which likenesses between cells are compared: the best few matches count
CAPTION_TEMPERATURE = 0.07
PRIOR_POWER = 0.6  # how far labels that the teacher gives to any painting ("book jacket") are discounted
PLACE_TEMPERATURE = 0.1
NEAR = 0.6  # cells: how far from its true place a cell may be found
WEIGHTS = {
    "cells": 1.0, "likeness": 0.3, "places": 0.3, "meaning": 1.0, "labels": 0.4, "features": 0.5, "caption": 0.2,
    "clip": 0.5, "tokens": 0.1,
}  # fmt: skip


class Heads(nn.Module):
    """Linear readouts that exist in training only."""

    def __init__(self, shape: Shape, cells: int = 96, meaning: int = 256, clip: int = 512) -> None:
        super().__init__()
        self.cells = nn.Linear(shape.width, cells)
        self.meaning = nn.Linear(shape.joint, meaning)
        self.features = nn.Linear(shape.joint, meaning)
        self.clip = nn.Linear(shape.joint, clip)


@dataclass(frozen=True)
class Centres:
    """What every picture has in common, taken off before likeness is measured: means of the teacher's outputs over
    training pictures. ``cells (96,)``, ``meaning (D,)``, ``prior (1001,)`` mean probabilities, ``clip (512,)``."""

    cells: torch.Tensor
    meaning: torch.Tensor
    prior: torch.Tensor
    clip: torch.Tensor


@dataclass(frozen=True)
class Words:
    """Unit vectors in the joint space: ``labels (1001, D)`` of the teacher's classes, ``captions (K, D)``."""

    labels: torch.Tensor
    captions: torch.Tensor


@dataclass(frozen=True)
class Targets:
    """For N views of L cells: ``cells (N, L, 96)``, ``meaning (N, L / 4, D)`` and ``features (N, D)`` unit rows,
    ``places (N, L, 2)`` where each cell lies in its crop, in cells, ``labels (N, 1001)`` probabilities, ``own (N,)``
    how much of the view is its own picture, ``caption (N,)`` a row of the captions or -1, and ``clip (N, 512)`` unit
    rows, zero where there is none. The first half of the views shows the crops of the second."""

    cells: torch.Tensor
    places: torch.Tensor
    meaning: torch.Tensor
    features: torch.Tensor
    labels: torch.Tensor
    own: torch.Tensor
    caption: torch.Tensor
    clip: torch.Tensor


def label_targets(logits: torch.Tensor, prior: torch.Tensor) -> torch.Tensor:
    """The teacher's probabilities, less what it says of every painting, ``(N, 1001)``."""
    return (logits - PRIOR_POWER * torch.log(prior + 1e-4)).softmax(dim=1)


def all_losses(
    seen: Seen, batch: Batch, heads: Heads, words: Words, scale: torch.Tensor
) -> dict[str, torch.Tensor]:
    """The parts of the loss by name (see :data:`WEIGHTS`); ``scale`` is the model's ``logit_scale``, a logarithm."""
    targets, grid = batch.targets, batch.grid
    whole = F.normalize(seen.whole, dim=-1)
    sharpness = scale.clamp(max=4.0).exp()
    return {
        "cells": (1 - F.cosine_similarity(heads.cells(seen.match), targets.cells, dim=-1)).mean(),
        "likeness": likeness_loss(seen.match, targets.cells),
        "places": places_loss(seen.match, targets.places),
        "meaning": meaning_loss(heads.meaning(seen.joint), targets.meaning, grid),
        "labels": _weighted(soft_cross_entropy(sharpness * whole @ words.labels.T, targets.labels), targets.own),
        "features": _weighted(1 - F.cosine_similarity(heads.features(seen.whole), targets.features), targets.own),
        "caption": caption_loss(whole, targets, words),
        "clip": _clip_loss(heads.clip(seen.whole), targets),
        "tokens": _token_loss(seen.joint, targets, words),
    }


def total(parts: dict[str, torch.Tensor]) -> torch.Tensor:
    return sum(WEIGHTS[name] * value for name, value in parts.items())


def likeness_loss(match: torch.Tensor, cells: torch.Tensor) -> torch.Tensor:
    """Cells of one view should find, among the cells of the other view of the same crop, those that the teacher finds.

    The tokens ``match (2n, L, D)`` are compared by cosine, as search will compare them. The targets come from clean
    crops, so agreement across colour, ink and blur is what is learnt. Cells of other pictures are left out on purpose:
    to tell pictures apart it is enough that every token knows its whole picture, which is the opposite of finding a
    detail on another ground (measured: with them, deeper tokens matched planted details ever worse). After Abbasi
    Koohpayegani et al., "CompRess" (NeurIPS 2020) and Fang et al., "SEED" (ICLR 2021), with cells in place of pictures.
    """
    half = len(match) // 2
    unit = F.normalize(match, dim=-1)
    found = unit[:half] @ unit[half:].transpose(1, 2) / CELL_TEMPERATURE
    truth = cells[:half] @ cells[half:].transpose(1, 2) / CELL_TEMPERATURE
    return (_divergence(found, truth) + _divergence(found.transpose(1, 2), truth.transpose(1, 2))) / 2


def places_loss(match: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Cells of one view should find the cells of the other view that show the same place of the crop.

    After van den Oord et al., "InfoNCE" (2018), on cells, as in Pinheiro et al., "VADeR" (NeurIPS 2020); cells
    whose place the other view does not show are left out.
    """
    half = len(match) // 2
    unit = F.normalize(match, dim=-1)
    found = unit[:half] @ unit[half:].transpose(1, 2) / PLACE_TEMPERATURE
    truth = torch.exp(-torch.cdist(places[:half], places[half:]) ** 2 / (2 * NEAR**2))
    return (_to_places(found, truth) + _to_places(found.transpose(1, 2), truth.transpose(1, 2))) / 2


def _to_places(found: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    there = (truth.amax(dim=-1) > 0.3).float()
    wanted = truth / truth.sum(dim=-1, keepdim=True).clamp_min(1e-6)
    missed = -(wanted * found.log_softmax(dim=-1)).sum(dim=-1)
    return (missed * there).sum() / there.sum().clamp_min(1)


def meaning_loss(found: torch.Tensor, meaning: torch.Tensor, grid: tuple[int, int]) -> torch.Tensor:
    """The joint tokens ``(N, L, D)``, four at a time, should say what the teacher's last map says of their place."""
    n, _, dims = found.shape
    fours = F.avg_pool2d(found.transpose(1, 2).reshape(n, dims, *grid), 2).flatten(2).transpose(1, 2)
    return (1 - F.cosine_similarity(fours, meaning, dim=-1)).mean()


def _divergence(found: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """How far the rows' softmax is from the truth's, a mean over rows in nats; 0 when they agree."""
    wanted = truth.softmax(dim=-1)
    return (wanted * (truth.log_softmax(dim=-1) - found.log_softmax(dim=-1))).sum(dim=-1).mean()


def caption_loss(whole: torch.Tensor, targets: Targets, words: Words) -> torch.Tensor:
    """Views of most of a work should be nearest its captions; captions that mean the same are no mistake."""
    known = targets.caption >= 0
    if not known.any() or not len(words.captions):
        return whole.sum() * 0
    own = words.captions[targets.caption[known]]
    truth = (own @ words.captions.T / CAPTION_TEMPERATURE).softmax(dim=1)
    return soft_cross_entropy(whole[known] @ words.captions.T / CAPTION_TEMPERATURE, truth).mean()


def soft_cross_entropy(logits: torch.Tensor, probabilities: torch.Tensor) -> torch.Tensor:
    """``(N, K), (N, K) -> (N,)``."""
    return -(probabilities * logits.log_softmax(dim=1)).sum(dim=1)


def _token_loss(joint: torch.Tensor, targets: Targets, words: Words) -> torch.Tensor:
    """The mean of a picture's tokens in the joint space points to the words for the picture: heatmaps of words."""
    said = F.normalize(targets.labels @ words.labels, dim=-1)
    mean = F.normalize(joint, dim=-1).mean(dim=1)
    return _weighted(1 - F.cosine_similarity(mean, said), targets.own)


def _clip_loss(found: torch.Tensor, targets: Targets) -> torch.Tensor:
    known = targets.clip.abs().sum(dim=1) > 0
    if not known.any():
        return found.sum() * 0
    return (1 - F.cosine_similarity(found[known], targets.clip[known])).mean()


def _weighted(values: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    return (values * weights).sum() / weights.sum().clamp_min(1e-6)
