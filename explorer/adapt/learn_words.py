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

from explorer.adapt.checkpoint import load_state, optimizer_tensors, restore_optimizer, save_state
from explorer.adapt.precision import mixed
from explorer.adapt.sentences import JointSpace, SentenceTeacher
from explorer.adapt.words import label_phrases, sentences

log = logging.getLogger(__name__)

BATCH = 256
LIKENESS_TEMPERATURE = 0.05
RATE = 1.5e-3
SAVE_EVERY = 250


@dataclass(frozen=True)
class WordSettings:
    """Where the run is kept, how many ``sentences`` to learn from, for how many ``steps``."""

    run: Path
    sentences: int = 90_000
    steps: int = 4000
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class Vocabulary:
    """Everything said in training, in the joint space: ``texts`` with ``vectors (N, D)`` unit rows, and, for the
    pictures, ``labels (1001, D)`` and ``captions (K, D)``."""

    texts: list[str]
    vectors: np.ndarray
    labels: np.ndarray
    captions: np.ndarray


@dataclass(frozen=True)
class Kept:
    """The vocabulary as it lies in a run's folder, with the map to the joint space, so that captions of pictures that
    come later can be added without moving what was learnt."""

    folder: Path

    def read(self) -> tuple[dict[str, np.ndarray], list[str], list[str]] | None:
        """Arrays, texts and captions, or nothing when there is no whole vocabulary yet."""
        files = [self.folder / name for name in ("words.safetensors", "sentences.txt", "captions.txt")]
        if not all(file.is_file() for file in files):
            return None
        arrays = {name: array.astype(np.float32) for name, array in load_file(files[0]).items()}
        texts, captions = (file.read_text("utf-8").split("\n") for file in files[1:])
        return arrays, texts, captions

    def write(self, arrays: dict[str, np.ndarray], texts: list[str], captions: list[str]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "sentences.txt").write_text("\n".join(texts), "utf-8")
        (self.folder / "captions.txt").write_text("\n".join(captions), "utf-8")
        fresh = self.folder / "words.new"
        save_file({name: array.astype(np.float16) for name, array in arrays.items()}, fresh)
        fresh.replace(self.folder / "words.safetensors")


def said_in_training(settings: WordSettings, labels: list[str], captions: list[str], dims: int) -> Vocabulary:
    """Sentence vectors of all texts, computed once and kept in the run's folder."""
    captions = [" ".join(caption.split()) for caption in captions]
    kept = Kept(settings.run)
    found = kept.read()
    if found is None:
        teacher = SentenceTeacher(device=settings.device)
        texts = sentences(labels, captions, teacher.vocabulary(), settings.sentences, settings.seed)
        texts = [" ".join(text.split()) for text in texts]
        vectors = teacher.vectors(texts)
        space = JointSpace.fitted(vectors, dims)
        arrays = {"vectors": space.of(vectors), "labels": space.of(_label_vectors(teacher, labels))}
        arrays |= {"captions": _caption_vectors(teacher, captions, space), "mean": space.mean, "basis": space.basis}
        kept.write(arrays, texts, captions)
    else:
        arrays, texts, known = found
        if known != captions:
            space = JointSpace(arrays["mean"], arrays["basis"])
            arrays["captions"] = _caption_vectors(SentenceTeacher(device=settings.device), captions, space)
            kept.write(arrays, texts, captions)
    return Vocabulary(texts, arrays["vectors"], arrays["labels"], arrays["captions"])


def _label_vectors(teacher: SentenceTeacher, labels: list[str]) -> np.ndarray:
    """Per label the mean of all that may be said of a picture that shows it."""
    phrases = label_phrases(labels)
    spoken = teacher.vectors([text for said in phrases for text in said])
    ends = np.cumsum([len(said) for said in phrases])
    return np.stack([part.mean(axis=0) for part in np.split(spoken, ends[:-1])])


def _caption_vectors(teacher: SentenceTeacher, captions: list[str], space: JointSpace) -> np.ndarray:
    return space.of(teacher.vectors(captions)) if captions else np.zeros((0, space.basis.shape[1]), np.float32)


def teach_words(model: CLIPModel, tokenizer: CLIPTokenizer, said: Vocabulary, settings: WordSettings) -> float:
    """Train the text tower to give every text its vector; returns the mean cosine on texts held out."""
    named = {name: p for name, p in model.named_parameters() if name.startswith("text_")}
    optimizer = torch.optim.AdamW(named.values(), lr=RATE, betas=(0.9, 0.98), weight_decay=0.02)
    tokens = tokenizer(said.texts, padding=True, truncation=True, max_length=tokenizer.model_max_length)
    ids = torch.tensor(tokens["input_ids"], device=model.device)
    lengths = torch.tensor(tokens["attention_mask"]).sum(1).numpy()
    vectors = torch.from_numpy(said.vectors).to(model.device)
    rows = np.arange(len(said.texts))
    held_out, kept = rows[rows % 50 == 7], rows[rows % 50 != 7]
    first, started = _resume(model, optimizer, settings.run / "words"), time.monotonic()
    model.train()
    for step in range(first, settings.steps):
        falling = (settings.steps - step) / (0.4 * settings.steps)
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / 200, falling)
        chosen = np.random.default_rng([settings.seed, step, 2]).choice(kept, BATCH)
        loss = _word_loss(_spoken(model, ids[chosen, : lengths[chosen].max()]), vectors[chosen])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(named.values(), 1.0)
        optimizer.step()
        if step % 100 == 0:
            log.info("words %d/%d: loss %.4f, %.0f s", step, settings.steps, loss.item(), time.monotonic() - started)
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == settings.steps:
            state = {f"model.{name}": p for name, p in named.items()} | optimizer_tensors(optimizer, "optimizer")
            save_state(settings.run / "words", state, {"step": step + 1})
    return _agreement(model, ids[held_out], vectors[held_out])


def restore_words(model: CLIPModel, run: Path) -> bool:
    """Load the text tower as far as it has been trained in ``run``; whether there is one."""
    found = load_state(run / "words")
    if found:
        model.load_state_dict({n[6:]: v for n, v in found[0].items() if n.startswith("model.")}, strict=False)
    return found is not None


def _resume(model: CLIPModel, optimizer: torch.optim.Optimizer, folder: Path) -> int:
    """The step to go on from, with the model and optimizer as they were then."""
    found = load_state(folder)
    if found is None:
        return 0
    restore_words(model, folder.parent)
    restore_optimizer(optimizer, found[0], "optimizer")
    log.info("continuing the words at step %d", found[1]["step"])
    return found[1]["step"]


def _word_loss(found: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Towards the vector itself, and towards its likenesses with the batch's other vectors."""
    unit = F.normalize(found, dim=-1)
    ranks = (truth @ truth.T / LIKENESS_TEMPERATURE).softmax(1)
    likeness = -(ranks * (unit @ truth.T / LIKENESS_TEMPERATURE).log_softmax(1)).sum(1).mean()
    return (1 - (unit * truth).sum(1)).mean() + 0.1 * likeness


def _spoken(model: CLIPModel, ids: torch.Tensor) -> torch.Tensor:
    """Text features of ``ids (N, L)``, ends padded with ends: attention looks back only, so padding changes nothing."""
    with mixed(model.device):
        return model.get_text_features(ids).pooler_output.float()


@torch.no_grad()
def _agreement(model: CLIPModel, ids: torch.Tensor, truth: torch.Tensor) -> float:
    model.eval()
    found = torch.cat([_spoken(model, part) for part in ids.split(BATCH)])
    return float(F.cosine_similarity(found, truth).mean())
