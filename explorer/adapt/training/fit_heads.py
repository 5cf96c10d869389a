"""The stage ``heads``: both heads on the frozen network's features, a linear probe first, then contrastive learning."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import torch

from explorer.adapt.data.crops import augmented, random_crops, squeezed
from explorer.adapt.data.pictures import Pictures
from explorer.adapt.data.targets import TrainingData
from explorer.adapt.models.heads import Heads
from explorer.adapt.precision import autocast, channels_last
from explorer.adapt.training.losses import contrastive_loss, cosine_loss, label_loss
from explorer.adapt.training.ridge import validate_heads
from explorer.adapt.training.run import StagePlan, TrainingRun
from explorer.encoder.lite import LAST, Lite

log = logging.getLogger(__name__)
VIEWS = 8  # crops of every picture that features are kept of; the first is the whole
SEED = 11
VALIDATE_EVERY = 200  # steps
CLIP_PICTURES, CLIP_TEXTS, CLIP_CAPTIONS = 256, 1024, 512  # of a step, whatever the batch


@torch.no_grad()
def pooled_features(net: Lite, pictures: Pictures, side: int, views: int, gen: torch.Generator) -> torch.Tensor:
    """Average-pooled last maps of whole pictures and of augmented crops, ``(views, N, 1280) float16``."""
    features = torch.zeros(views, len(pictures.keys), LAST, dtype=torch.float16, device=pictures.pixels.device)
    for view in range(views):
        for rows in torch.arange(len(pictures.keys), device=features.device).split(256):
            images = squeezed(pictures, rows, side) if view == 0 else random_crops(pictures, rows, side, gen)
            images = augmented(images, gen) if view > 1 else images
            with autocast(features.device):
                features[view, rows] = net(channels_last(images))[1].mean((2, 3)).half()
    return features


def train_heads(heads: Heads, features: torch.Tensor, data: TrainingData, plan: StagePlan) -> dict[str, float]:
    """Contrastive learning of both heads on kept ``features (V, N, 1280)``; the weights of the best validation mean
    are kept. Returns the validation metrics before (names begin with ``ridge``) and after."""
    optimizer = torch.optim.AdamW(
        [{"params": heads.picture.parameters(), "lr": 3e-4}, {"params": heads.text.parameters(), "lr": 5e-4},
         {"params": [heads.sharpness], "lr": 1e-3, "weight_decay": 0.0}], weight_decay=0.05,
    )  # fmt: skip
    losses = _HeadLosses(heads, features, data)
    run = TrainingRun(plan, heads, [optimizer])
    first = best = validate_heads(heads, features[0], data)
    weights: dict[str, torch.Tensor] = {}
    log.info("heads by ridge: %s", first)
    for step in run.steps():
        heads.train()
        loss = losses.step(plan.batch)
        run.minimise(loss)
        if step % VALIDATE_EVERY == VALIDATE_EVERY - 1:
            metrics = validate_heads(heads, features[0], data)
            log.info("heads %d: loss %.3f %s", step, loss.item(), metrics)
            if metrics["mean"] > best["mean"] or not weights:
                best, weights = metrics, {name: value.clone() for name, value in heads.state_dict().items()}
    if weights:
        heads.load_state_dict(weights)
    heads.eval()
    return {f"ridge {name}": value for name, value in first.items()} | best


class _HeadLosses:
    """The loss of a step, on random pictures, published vectors and texts."""

    def __init__(self, heads: Heads, features: torch.Tensor, data: TrainingData) -> None:
        self.heads, self.features, self.data, self.targets = heads, features, data, data.targets
        self.gen = torch.Generator(features.device).manual_seed(SEED)
        targets = self.targets
        self.captioned = data.captioned
        self.sampling_weights = targets.sampling_weights(self.captioned)
        self.with_clip_vector = data.train[targets.clip_rows[data.train] >= 0]
        self.clip_texts = torch.nonzero(~targets.clip_text_held_out).squeeze(1)
        self.captioned_images = torch.nonzero(targets.clip_caption_counts).squeeze(1)

    def step(self, batch: int) -> torch.Tensor:
        """The loss of the next random batch."""
        # A left-to-right sum over the terms in this order: it is also the order in which random numbers are drawn.
        total = torch.zeros((), device=self.features.device)
        for term in self._terms(batch):
            total = total + term
        return total

    def _terms(self, batch: int) -> Iterator[torch.Tensor]:
        yield from self._caption_terms(batch)
        if len(self.with_clip_vector):
            yield 2 * self._clip_picture_loss()
        yield 4 * self._clip_text_loss()
        yield self._clip_caption_loss()

    def _caption_terms(self, batch: int) -> Iterator[torch.Tensor]:
        """Pictures with their captions, and with the labels that the frozen network's classifier gives them."""
        heads, targets = self.heads, self.targets
        rows = self.captioned[torch.multinomial(self.sampling_weights, batch, replacement=True, generator=self.gen)]
        pictures = heads.embed_pictures(self.features[self._sample(len(self.features), batch), rows])
        texts = heads.text(targets.sample_captions(rows, self.gen))
        yield contrastive_loss(pictures, texts, heads.sharpness)
        probabilities = self.data.label_probabilities(self.features[0, rows])
        yield 0.5 * label_loss(pictures, heads.text(targets.label_sentences), probabilities, heads.sharpness)

    def _clip_picture_loss(self) -> torch.Tensor:
        rows = self.with_clip_vector[self._sample(len(self.with_clip_vector), CLIP_PICTURES)]
        views = self._sample(len(self.features), CLIP_PICTURES)
        vectors = self.heads.embed_pictures(self.features[views, rows])
        return cosine_loss(vectors, self.targets.clip_images[self.targets.clip_rows[rows]])

    def _clip_text_loss(self) -> torch.Tensor:
        rows = self.clip_texts[self._sample(len(self.clip_texts), CLIP_TEXTS)]
        return cosine_loss(self.heads.text(self.targets.clip_text_inputs[rows]), self.targets.clip_texts[rows])

    def _clip_caption_loss(self) -> torch.Tensor:
        """Published image vectors with their captions, contrasted like pictures."""
        images = self.captioned_images[self._sample(len(self.captioned_images), CLIP_CAPTIONS)]
        texts = self.heads.text(self.targets.sample_clip_captions(images, self.gen))
        return contrastive_loss(self.targets.clip_images[images], texts, self.heads.sharpness)

    def _sample(self, high: int, count: int) -> torch.Tensor:
        return torch.randint(high, (count,), generator=self.gen, device=self.gen.device)
