"""The small text tower, a CLIP text transformer on byte-pair tokens, and its input.

Trained by :mod:`explorer.adapt.training.fit_text_tower`; both exported models contain it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from transformers import CLIPTextConfig, CLIPTextModelWithProjection

from explorer.adapt.models.joint_space import DIMS
from explorer.adapt.precision import autocast


@dataclass(frozen=True)
class TextShape:
    """Sizes of the text tower; ``length`` is the longest text in tokens."""

    width: int = 256
    layers: int = 4
    heads: int = 4
    length: int = 48
    vocabulary: int = 10_240


def build_text_tower(shape: TextShape) -> CLIPTextModelWithProjection:
    """A text tower with random weights."""
    return CLIPTextModelWithProjection(CLIPTextConfig(**text_config(shape)))


def text_config(shape: TextShape) -> dict[str, Any]:
    """The keywords of a ``CLIPTextConfig``."""
    end = shape.vocabulary - 1
    return {
        "hidden_size": shape.width, "intermediate_size": 4 * shape.width, "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads, "max_position_embeddings": shape.length, "vocab_size": shape.vocabulary,
        "hidden_act": "gelu", "projection_dim": DIMS, "bos_token_id": end - 1, "eos_token_id": end, "pad_token_id": end,
    }  # fmt: skip


class TextTokens:
    """Texts to token numbers, padded with end tokens: attention is causal, so padding changes nothing."""

    def __init__(self, folder: Path, shape: TextShape) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(shape.length)
        self.tokenizer.no_padding()
        self.end = shape.vocabulary - 1

    def __call__(self, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Token numbers ``(N, L) int32`` and lengths ``(N,)``."""
        sequences = [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]
        lengths = torch.tensor([len(ids) for ids in sequences])
        padded = torch.full((len(sequences), int(lengths.max())), self.end, dtype=torch.int32)
        for row, ids in enumerate(sequences):
            padded[row, : len(ids)] = torch.tensor(ids, dtype=torch.int32)
        return padded, lengths


def embed_tokens(tower: CLIPTextModelWithProjection, ids: torch.Tensor) -> torch.Tensor:
    """Unit vectors ``(N, 256)`` of token numbers ``(N, L)``."""
    with autocast(ids.device):
        embeds = tower(input_ids=ids.long()).text_embeds
    return F.normalize(embeds.float(), dim=-1)
