"""The stage ``tower``: the text tower learns the vectors that the text head gives to every text of the corpus.

Where a published CLIP vector is known, it is the target instead; and captions and names are contrasted with the views
of their pictures.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from transformers import CLIPTextModelWithProjection

from explorer.adapt.data.targets import TrainingData
from explorer.adapt.data.text_embeddings import TextEmbeddings
from explorer.adapt.models.heads import Heads
from explorer.adapt.models.text_tower import TextTokens, embed_tokens
from explorer.adapt.training.losses import contrastive_loss
from explorer.adapt.training.run import StagePlan, TrainingRun, WeightAverage

log = logging.getLogger(__name__)
SEED, SPLIT_SEED = 13, 5
LOG_EVERY = 200  # steps
RANKING_TEMPERATURE = 0.05
VALIDATION_SHARE = 50  # one text in fifty
CONTRASTED = 512  # pictures of a step
CLIP_EVERY, CLIP_SHARE = 4, 4  # at every fourth step a quarter of the batch are texts with published vectors
SINGLE_TEXTS = 2  # a published vector of at most so many texts is that of the text itself


@dataclass(frozen=True)
class TowerData:
    """The texts, the training data, the trained heads, and ``views (V, N, 256)``, unit rows of V crops of every
    picture."""

    texts: TextEmbeddings
    data: TrainingData
    heads: Heads
    views: torch.Tensor


def train_text_tower(
    tower: CLIPTextModelWithProjection, tokens: TextTokens, source: TowerData, plan: StagePlan
) -> dict[str, float]:
    """Train by the plan; ``tower`` ends with the averaged weights. Returns the mean cosine on validation texts."""
    batches = _Batches(tokens, source, plan.batch)
    tower.train()
    matrices = [p for p in tower.parameters() if p.ndim > 1]
    vectors = [p for p in tower.parameters() if p.ndim < 2]
    groups = [{"params": matrices, "weight_decay": 0.05}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1.5e-3, betas=(0.9, 0.98))
    average = WeightAverage(tower)
    run = TrainingRun(plan, tower, [optimizer], average)
    for step in run.steps():
        loss, cosine = batches.loss(tower, step)
        run.minimise(loss)
        if step % LOG_EVERY == 0:
            log.info("tower %d: loss %.4f, cosine %.3f, %.0f s", step, loss.item(), cosine.item(), run.elapsed)
    tower.load_state_dict(average.values)
    tower.eval()
    return {"words cosine": round(batches.validation_cosine(tower), 4)}


class _Batches:
    """Random batches of texts and pictures, and their loss."""

    def __init__(self, tokens: TextTokens, source: TowerData, batch: int) -> None:
        self.source, self.batch, device = source, batch, source.views.device
        texts, targets = source.texts, source.data.targets
        self.gen = torch.Generator(device).manual_seed(SEED)
        ids, self.lengths = tokens(list(texts.rows))
        self.ids = ids.to(device)
        with torch.no_grad():
            source.heads.eval()
            self.goals = torch.cat([source.heads.text(chunk) for chunk in targets.sentences.split(8192)])
        exact = [(texts.rows[group[0]], row) for row, group in enumerate(texts.clip_texts)
                 if len(group) <= SINGLE_TEXTS]  # fmt: skip
        self.with_clip_vector, clip_rows = (torch.tensor(rows, device=device) for rows in zip(*exact, strict=True))
        self.goals[self.with_clip_vector] = texts.clip_text_vectors.to(device)[clip_rows]
        order = torch.from_numpy(np.random.default_rng(SPLIT_SEED).permutation(len(texts.rows))).to(device)
        self.validation, self.train = order.tensor_split([len(order) // VALIDATION_SHARE])
        self.captioned = source.data.captioned

    def loss(self, tower: CLIPTextModelWithProjection, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The loss, and the mean cosine of the texts with their targets."""
        texts = self.train[self._sample(len(self.train), self.batch)]
        if step % CLIP_EVERY == 0:  # they are few and exact: shown more often than their number
            count = self.batch // CLIP_SHARE
            texts[:count] = self.with_clip_vector[self._sample(len(self.with_clip_vector), count)]
        vectors, goals = self._embed(tower, texts), self.goals[texts]
        cosines = (vectors * goals).sum(1)
        loss = 2 * (1 - cosines).mean() + 0.1 * ranking_loss(vectors, goals)
        return loss + 0.1 * self._picture_loss(tower), cosines.mean()

    def _picture_loss(self, tower: CLIPTextModelWithProjection) -> torch.Tensor:
        """Captions contrasted with a view of their pictures."""
        source = self.source
        pictures = self.captioned[self._sample(len(self.captioned), CONTRASTED)]
        texts = source.data.targets.sample_caption_rows(pictures, self.gen)
        views = source.views[self._sample(len(source.views), CONTRASTED), pictures]
        return contrastive_loss(views, self._embed(tower, texts), source.heads.sharpness.detach())

    def _embed(self, tower: CLIPTextModelWithProjection, texts: torch.Tensor) -> torch.Tensor:
        return embed_tokens(tower, self.ids[texts, : int(self.lengths[texts.cpu()].max())])

    @torch.no_grad()
    def validation_cosine(self, tower: CLIPTextModelWithProjection) -> float:
        cosines = [F.cosine_similarity(embed_tokens(tower, self.ids[texts]), self.goals[texts])
                   for texts in self.validation.split(self.batch)]  # fmt: skip
        return float(torch.cat(cosines).mean())

    def _sample(self, high: int, count: int) -> torch.Tensor:
        return torch.randint(high, (count,), generator=self.gen, device=self.gen.device)


def ranking_loss(vectors: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Cross entropy of each vector's similarities to all targets ``(N, D)`` with its own target's similarities."""
    probabilities = (targets @ targets.T / RANKING_TEMPERATURE).softmax(1)
    return -(probabilities * (vectors @ targets.T / RANKING_TEMPERATURE).log_softmax(1)).sum(1).mean()
