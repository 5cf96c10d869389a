"""The words' side of training: sentence vectors to aim at, and the text tower that learns to give them."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import load_file, save_file
from transformers import CLIPModel, CLIPTokenizer

from explorer.adapt.sentences import JointSpace, SentenceTeacher
from explorer.adapt.words import label_phrases, sentences

log = logging.getLogger(__name__)

BATCH = 256
LIKENESS_TEMPERATURE = 0.05
RATE = 1.5e-3


@dataclass(frozen=True)
class Vocabulary:
    """Everything said in training, in the joint space: ``texts`` with ``vectors (N, D)`` unit rows, and, for the
    pictures, ``labels (1001, D)`` and ``captions (K, D)``."""

    texts: list[str]
    vectors: np.ndarray
    labels: np.ndarray
    captions: np.ndarray


def said_in_training(
    folder: Path, labels: list[str], captions: list[str], dims: int, count: int, seed: int
) -> Vocabulary:
    """Sentence vectors of all texts, computed once and kept in ``folder``."""
    kept = folder / "words.safetensors"
    listed = folder / "sentences.txt"
    if kept.is_file() and listed.is_file():
        arrays = {name: array.astype(np.float32) for name, array in load_file(kept).items()}
        if len(arrays["captions"]) == len(captions) and len(arrays["labels"]) == len(labels):
            return Vocabulary(texts=listed.read_text("utf-8").split("\n"), **arrays)
    teacher = SentenceTeacher()
    texts = sentences(labels, captions, teacher.vocabulary(), count, seed)
    texts = [" ".join(text.split()) for text in texts]
    found = teacher.vectors(texts)
    space = JointSpace.fitted(found, dims)
    phrases = label_phrases(labels)
    spoken = teacher.vectors([text for said in phrases for text in said])
    ends = np.cumsum([len(said) for said in phrases])
    means = np.stack([part.mean(axis=0) for part in np.split(spoken, ends[:-1])])
    captioned = teacher.vectors(captions) if captions else np.zeros((0, found.shape[1]), np.float32)
    vocabulary = Vocabulary(texts, space.of(found), space.of(means), space.of(captioned))
    folder.mkdir(parents=True, exist_ok=True)
    listed.write_text("\n".join(texts), "utf-8")
    arrays = {"vectors": vocabulary.vectors, "labels": vocabulary.labels, "captions": vocabulary.captions}
    save_file({name: array.astype(np.float16) for name, array in arrays.items()}, kept)
    return vocabulary


def teach_words(model: CLIPModel, tokenizer: CLIPTokenizer, said: Vocabulary, steps: int, seed: int) -> float:
    """Train the text tower to give every text its vector; returns the mean cosine on texts held out."""
    parameters = [*model.text_model.parameters(), *model.text_projection.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=RATE, betas=(0.9, 0.98), weight_decay=0.02)
    tokens = tokenizer(said.texts, padding=True, truncation=True, max_length=tokenizer.model_max_length)
    ids = torch.tensor(tokens["input_ids"], device=model.device)
    lengths = torch.tensor(tokens["attention_mask"]).sum(1).numpy()
    vectors = torch.from_numpy(said.vectors).to(model.device)
    rows = np.arange(len(said.texts))
    held_out, kept = rows[rows % 50 == 7], rows[rows % 50 != 7]
    rng, started = np.random.default_rng([seed, 2]), time.monotonic()
    model.train()
    for step in range(steps):
        rate = RATE * min(1.0, (step + 1) / 200) * min(1.0, (steps - step) / (0.4 * steps))
        for group in optimizer.param_groups:
            group["lr"] = rate
        chosen = rng.choice(kept, BATCH)
        loss = _word_loss(_spoken(model, ids[chosen, : lengths[chosen].max()]), vectors[chosen])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        if step % 100 == 0:
            log.info("words %d/%d: loss %.4f, %.0f s", step, steps, loss.item(), time.monotonic() - started)
    return _agreement(model, ids[held_out], vectors[held_out])


def _word_loss(found: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Towards the vector itself, and towards its likenesses with the batch's other vectors."""
    unit = F.normalize(found, dim=-1)
    ranks = (truth @ truth.T / LIKENESS_TEMPERATURE).softmax(1)
    likeness = -(ranks * (unit @ truth.T / LIKENESS_TEMPERATURE).log_softmax(1)).sum(1).mean()
    return (1 - (unit * truth).sum(1)).mean() + 0.1 * likeness


def _spoken(model: CLIPModel, ids: torch.Tensor) -> torch.Tensor:
    """Text features of ``ids (N, L)``, ends padded with ends: attention looks back only, so padding changes nothing."""
    with torch.autocast(model.device.type, torch.bfloat16):
        return model.get_text_features(ids).pooler_output.float()


@torch.no_grad()
def _agreement(model: CLIPModel, ids: torch.Tensor, truth: torch.Tensor) -> float:
    model.eval()
    found = torch.cat([_spoken(model, part) for part in ids.split(BATCH)])
    return float(F.cosine_similarity(found, truth).mean())
