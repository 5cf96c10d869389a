"""A tiny CLIP of hand-set weights, used where no trained model is at hand, so that everything can run.

Its eyes are a cosine transform of each patch (the low frequencies of brightness, a little colour), which finds
details that recur in the same medium. Its words are untrained and mean nothing, and :data:`NOTE` says so.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import CLIPConfig, CLIPModel, PreTrainedTokenizerFast

NOTE = (
    "This is a stopgap model with hand-set weights: it compares brightness and colour patch by patch and does not "
    "understand words. Serious work wants a full CLIP (index with --model openai/clip-vit-base-patch16)."
)
_PATCH, _WIDTH, _JOINT, _SEED = 16, 64, 64, 1568
_START, _END = "<|startoftext|>", "<|endoftext|>"


def stopgap_clip() -> tuple[CLIPModel, Any]:
    """The model and its tokenizer, the same on every call and every machine."""
    tokenizer = _tokenizer()
    tower = {"hidden_size": _WIDTH, "intermediate_size": _WIDTH, "num_hidden_layers": 1, "num_attention_heads": 1}
    words = {
        **tower, "vocab_size": len(tokenizer), "max_position_embeddings": 77, "projection_dim": _JOINT,
        "bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }  # fmt: skip
    eyes = {**tower, "patch_size": _PATCH, "image_size": 224, "projection_dim": _JOINT}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        model = CLIPModel(CLIPConfig(text_config=words, vision_config=eyes, projection_dim=_JOINT))
    with torch.no_grad():
        _set_eyes(model)
    return model, tokenizer


def _set_eyes(model: CLIPModel) -> None:
    vision = model.vision_model
    block = vision.encoder.layers[0]
    for parameter in [*block.self_attn.parameters(), *block.mlp.parameters(), vision.embeddings.class_embedding]:
        parameter.zero_()
    block.self_attn.v_proj.weight.copy_(torch.eye(_WIDTH))
    block.self_attn.out_proj.weight.copy_(0.05 * torch.eye(_WIDTH))
    vision.embeddings.position_embedding.weight.zero_()
    vision.embeddings.patch_embedding.weight.copy_(torch.from_numpy(_cosine_filters()))
    model.visual_projection.weight.copy_(torch.eye(_JOINT, _WIDTH))


def _cosine_filters() -> np.ndarray:
    """``(64, 3, 16, 16) float32``: 48 low frequencies of brightness, 8 of each of two colour differences."""
    steps = (np.arange(_PATCH) + 0.5) * np.pi / _PATCH
    pairs = sorted(((u, v) for u in range(12) for v in range(12)), key=lambda uv: (uv[0] ** 2 + uv[1] ** 2, uv))
    waves = [np.outer(np.cos(v * steps), np.cos(u * steps)) * (0.3 if u + v == 0 else 1.0) for u, v in pairs]
    brightness, warm, green = np.array([[0.299, 0.587, 0.114], [0.5, 0.0, -0.5], [-0.25, 0.5, -0.25]])
    filters = [(brightness, wave) for wave in waves[:48]] + [(c, w) for c in (warm, green) for w in waves[:8]]
    return np.array([colour[:, None, None] * wave for colour, wave in filters], dtype=np.float32)


def _tokenizer() -> PreTrainedTokenizerFast:
    alphabet = [_START, _END, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE(vocab={token: number for number, token in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{_START} $A {_END}", special_tokens=[(_START, 0), (_END, 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=_START, eos_token=_END, pad_token=_END, unk_token=_END
    )
