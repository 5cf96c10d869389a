"""Every text of the prepared folder as a row of sentence vectors, and which texts belong to which picture."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from explorer.adapt.sentences import SentenceTeacher
from explorer.adapt.space import Space
from explorer.adapt.store import read_json
from explorer.adapt.texts import name_texts

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Said:
    """``rows`` of texts in ``vectors (M, 384) float16``; ``said`` per picture key; ``truths`` as prepared, with their
    ``text_truth (T, 256)`` and ``image_truth (I, 256)`` in the joint space."""

    rows: dict[str, int]
    vectors: torch.Tensor
    corpus: list[str]
    said: dict[str, dict]
    labels: list[str]
    truths: dict[str, list]
    text_truth: torch.Tensor
    image_truth: torch.Tensor
    space: Space

    def of(self, texts: list[str]) -> torch.Tensor:
        """Sentence vectors ``(N, 384) float32``."""
        return self.vectors[[self.rows[text] for text in texts]].float()


def read_said(prepared: Path, run: Path, device: str, keys: list[str], limit: int = 0) -> Said:
    """Computes sentence vectors of what is said of the pictures ``keys`` and of all other texts, once, and keeps them
    in the run's folder; ``limit`` takes so many texts and true vectors only."""
    corpus, said, truths = (read_json(prepared, name) for name in ("texts", "said", "truths"))
    labels = read_json(prepared, "labels")
    said = {key: said[key] for key in keys if key in said}
    true = {name: value.float() for name, value in load_file(prepared / "truths.safetensors").items()}
    if limit:
        corpus, labels = corpus[:: max(1, len(corpus) // limit)], labels[:20]
        truths = {name: many[:limit] for name, many in truths.items()}
        true = {"images": true["images"][:limit], "texts": true["texts"][:limit]}
    texts = list(corpus)
    texts += [text for entry in said.values() for text in entry["texts"]]
    texts += [text for many in [*truths["said"], *truths["shown"]] for text in many]
    texts += [text for label in labels for text in name_texts(label)]
    rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    kept = run / f"sentences-{len(rows)}.safetensors"
    if not kept.is_file():
        run.mkdir(parents=True, exist_ok=True)
        found = SentenceTeacher(prepared / "minilm", device).vectors(list(rows))
        save_file({"vectors": found}, kept)
        log.info("%d sentence vectors", len(rows))
    short = [row for row, many in enumerate(truths["said"]) if len(many) < 4]  # names and captions, not descriptions
    space = Space.fitted(true["images"], true["texts"][short])
    return Said(rows, load_file(kept)["vectors"], corpus, said, labels, truths, space.texts(true["texts"]),
                space.pictures(true["images"]), space)  # fmt: skip


def means(said: Said, groups: list[list[str]]) -> torch.Tensor:
    """Mean sentence vector of each group of texts, ``(N, 384)``; a head that is nearly linear bears means."""
    flat = said.of([text for group in groups for text in group])
    lengths = np.array([len(group) for group in groups])
    owner = torch.from_numpy(np.repeat(np.arange(len(groups)), lengths))
    total = torch.zeros(len(groups), flat.shape[1]).index_add_(0, owner, flat)
    return total / torch.from_numpy(lengths).view(-1, 1).clamp_min(1)
