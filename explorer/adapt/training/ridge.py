"""The heads' starting point: a linear probe of the frozen network by ridge regression, in closed form."""

from __future__ import annotations

import logging

import torch
import torch.nn.functional as F
from torch import nn

from explorer.adapt.data.targets import Targets, TrainingData
from explorer.adapt.models.heads import Heads
from explorer.adapt.training.validation import validation_metrics

log = logging.getLogger(__name__)
PENALTIES = (0.1, 0.3, 1.0, 3.0, 10.0)  # tried for the picture head, by the validation mean
TEXT_PENALTY = 0.1
MOST_VIEWS = 4
KIND_WEIGHTS = {"name": 1.0, "caption": 1.0, "title": 0.3}
CLIP_VECTOR_WEIGHT = 3.0


def ridge(x: torch.Tensor, y: torch.Tensor, weight: torch.Tensor, penalty: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Matrix ``(D_out, D_in)`` and bias of the penalised least squares from ``x (N, D_in)`` to ``y (N, D_out)``.

    ``weight (N,)``: of the rows; ``penalty`` is relative to the mean variance of ``x``.
    """
    weight = weight.double().view(-1, 1) / weight.double().mean()
    x_mean, y_mean = (x.double() * weight).mean(0), (y.double() * weight).mean(0)
    centred = x.double() - x_mean
    gram = (centred * weight).T @ centred / len(x)
    variance = gram.diagonal().mean()
    gram += penalty * variance * torch.eye(len(gram), dtype=gram.dtype, device=gram.device)
    matrix = torch.linalg.solve(gram, (centred * weight).T @ (y.double() - y_mean) / len(x))
    return matrix.T.float(), (y_mean - x_mean @ matrix).float()


@torch.no_grad()
def initialise_by_ridge(heads: Heads, features: torch.Tensor, data: TrainingData) -> None:
    """Fit the text head to published text vectors, then the picture head to its targets with the best penalty.

    ``features (V, N, 1280)``: pooled last maps of V views of every picture, the first of the whole.
    """
    targets, train = data.targets, data.train
    in_training = 1.0 - targets.clip_text_held_out.float()
    _set_linear(heads.text.linear, ridge(targets.clip_text_inputs, targets.clip_texts, in_training, TEXT_PENALTY))
    heads.eval()
    goals, weights = _picture_targets(heads, targets, train)
    views = min(MOST_VIEWS, len(features))
    x = features[:views, train].flatten(0, 1).float()
    best = -1.0
    for penalty in PENALTIES:
        previous = heads.picture.weight.clone(), heads.picture.bias.clone()
        _set_linear(heads.picture, ridge(x, goals.repeat(views, 1), weights.repeat(views), penalty))
        metrics = validate_heads(heads, features[0], data)
        log.info("ridge, penalty %g: %s", penalty, metrics)
        if metrics["mean"] > best:
            best = metrics["mean"]
        else:
            _set_linear(heads.picture, previous)


def _picture_targets(heads: Heads, targets: Targets, train: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Per training picture its published vector, or else the mean of its captions' vectors ``(N, 256)``; its weight."""
    total = torch.zeros(len(targets.caption_rows), heads.picture.out_features, device=targets.sentences.device)
    for column in range(targets.caption_rows.shape[1]):
        vectors = heads.text(targets.sentences[targets.caption_rows[:, column]])
        total = total + vectors * (column < targets.caption_counts)[:, None]
    of_captions = F.normalize(total, dim=-1)
    known = targets.clip_rows >= 0
    goals = torch.where(known[:, None], targets.clip_images[targets.clip_rows.clamp_min(0)], of_captions)
    by_kind = torch.tensor([KIND_WEIGHTS.get(targets.kinds[row], 0.0) for row in train.tolist()], device=train.device)
    clip_weight = torch.tensor(CLIP_VECTOR_WEIGHT, device=train.device)
    return goals[train], torch.where(known[train], clip_weight, by_kind)


def _set_linear(linear: nn.Linear, values: tuple[torch.Tensor, torch.Tensor]) -> None:
    linear.weight.copy_(values[0])
    linear.bias.copy_(values[1])


@torch.no_grad()
def validate_heads(heads: Heads, features: torch.Tensor, data: TrainingData) -> dict[str, float]:
    """:func:`~explorer.adapt.training.validation.validation_metrics` of the heads on pooled maps ``(N, 1280)``."""
    heads.eval()
    return validation_metrics(heads.embed_pictures(features), heads.text, data.targets, data.validation)
