"""Training targets on the device: captions of every picture, published CLIP vectors, and label texts.

:class:`TrainingData` is what every stage gets: the frozen network, the pictures, their targets and their split.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import torch

from explorer.adapt.data.pictures import Pictures
from explorer.adapt.data.text_embeddings import TextEmbeddings
from explorer.encoder.lite import Lite

SAMPLING_WEIGHTS = {"name": 1.0, "caption": 3.0, "title": 0.6}
"""By kind of text: captions tell most and are few, titles tell little."""
MOST_CAPTIONS = 8
HELD_OUT_MODULUS, HELD_OUT_REMAINDER = 20, 3  # one name in twenty


@dataclass(frozen=True)
class Targets:
    """All tensors on one device; N pictures, M texts, T and I published vectors of texts and of images.

    ``sentences (M, 384)``: sentence vectors. ``caption_rows (N, 8)``: the texts of each picture as rows of
    ``sentences``, of which the first ``caption_counts (N,)`` are real, all of the kind ``kinds[i]``. ``clip_rows
    (N,)``: the picture's row of ``clip_images (I, 256)``, or -1. ``clip_text_inputs (T, 384)``: mean sentence vectors
    of the texts of ``clip_texts (T, 256)``, of which those in ``clip_text_held_out (T,) bool`` are for validation
    only. ``clip_caption_rows (I, 8)``, ``clip_caption_counts (I,)``: the captions of ``clip_images``.
    ``label_sentences (L, 384)``: of the classifier's labels.
    """

    sentences: torch.Tensor
    caption_rows: torch.Tensor
    caption_counts: torch.Tensor
    kinds: list[str]
    clip_rows: torch.Tensor
    clip_text_inputs: torch.Tensor
    clip_texts: torch.Tensor
    clip_caption_rows: torch.Tensor
    clip_caption_counts: torch.Tensor
    clip_images: torch.Tensor
    label_sentences: torch.Tensor
    clip_text_held_out: torch.Tensor

    def sample_captions(self, pictures: torch.Tensor, gen: torch.Generator) -> torch.Tensor:
        """The sentence vector of a random caption of each picture (with at least one), ``(B, 384)``."""
        return self.sentences[self.sample_caption_rows(pictures, gen)]

    def sample_caption_rows(self, pictures: torch.Tensor, gen: torch.Generator) -> torch.Tensor:
        """The row in ``sentences`` of a random caption of each picture, ``(B,)``."""
        return _sample(self.caption_rows[pictures], self.caption_counts[pictures], gen)

    def sample_clip_captions(self, images: torch.Tensor, gen: torch.Generator) -> torch.Tensor:
        """The same for rows of ``clip_images``."""
        return self.sentences[_sample(self.clip_caption_rows[images], self.clip_caption_counts[images], gen)]

    def sampling_weights(self, pictures: torch.Tensor) -> torch.Tensor:
        """How often each of the pictures is drawn relative to the others, ``(B,)``."""
        return torch.tensor([SAMPLING_WEIGHTS.get(self.kinds[row], 0.0) for row in pictures.tolist()],
                            device=pictures.device)  # fmt: skip


def _sample(rows: torch.Tensor, counts: torch.Tensor, gen: torch.Generator) -> torch.Tensor:
    column = (torch.rand(len(rows), generator=gen, device=gen.device) * counts).long()
    return rows.gather(1, column[:, None]).squeeze(1)


def build_targets(pictures: Pictures, texts: TextEmbeddings, device: str) -> Targets:
    """The targets of the pictures, in their order; a published image vector belongs to a picture by its key."""
    entries = [texts.captions.get(key, {"texts": [], "kind": ""}) for key in pictures.keys]
    caption_rows, caption_counts = _caption_table(texts, [entry["texts"] for entry in entries], device)
    row_of = {key: row for row, key in enumerate(texts.clip_pictures) if key}
    clip_caption_rows, clip_caption_counts = _caption_table(texts, texts.clip_captions, device)
    labels = texts.mean_vectors([[f"a {label}", f"a photo of a {label}"] for label in texts.labels])
    return Targets(
        sentences=texts.vectors.to(device).float(),
        caption_rows=caption_rows,
        caption_counts=caption_counts,
        kinds=[entry["kind"] for entry in entries],
        clip_rows=torch.tensor([row_of.get(key, -1) for key in pictures.keys], device=device),
        clip_text_inputs=texts.mean_vectors(texts.clip_texts).to(device),
        clip_texts=texts.clip_text_vectors.to(device),
        clip_caption_rows=clip_caption_rows,
        clip_caption_counts=clip_caption_counts,
        clip_images=texts.clip_image_vectors.to(device),
        label_sentences=labels.to(device),
        clip_text_held_out=torch.tensor([_is_held_out(group[0]) for group in texts.clip_texts], device=device),
    )


def _is_held_out(text: str) -> bool:
    """By the hash of the name, whatever prompt it is in."""
    name = text.removeprefix("a photo of ").removeprefix("a ").rstrip(" .")
    return zlib.crc32(name.encode()) % HELD_OUT_MODULUS == HELD_OUT_REMAINDER


def _caption_table(texts: TextEmbeddings, groups: list[list[str]], device: str) -> tuple[torch.Tensor, torch.Tensor]:
    table = torch.zeros(len(groups), MOST_CAPTIONS, dtype=torch.int64)
    for row, captions in enumerate(groups):
        for column, text in enumerate(captions[:MOST_CAPTIONS]):
            table[row, column] = texts.rows[text]
    counts = torch.tensor([min(len(captions), MOST_CAPTIONS) for captions in groups])
    return table.to(device), counts.to(device)


@dataclass(frozen=True)
class TrainingData:
    """The frozen network, its classifier ``(weight (L, 1280), bias (L,))``, the pictures and their targets, and the
    rows of the pictures of the training and validation splits."""

    net: Lite
    classifier: tuple[torch.Tensor, torch.Tensor]
    pictures: Pictures
    targets: Targets
    train: torch.Tensor
    validation: torch.Tensor

    @property
    def captioned(self) -> torch.Tensor:
        """Rows of the training pictures with a caption."""
        return self.train[self.targets.caption_counts[self.train] > 0]

    def label_probabilities(self, features: torch.Tensor) -> torch.Tensor:
        """The classifier's, ``(B, L)``, rows of sum 1, for pooled last maps ``(B, 1280)``."""
        return (features.float() @ self.classifier[0].T + self.classifier[1]).softmax(1)
