"""The teachers' weights in the prepared folder, so that training needs no packages: part of the stage ``prepare``."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoModel

from explorer.adapt.models.sentence_encoder import packaged_folder
from explorer.encoder.lite import from_package

QUANTISED_FROM = 100_000  # numbers of a matrix: smaller ones stay in half precision


def write_teachers(out: Path) -> None:
    """MiniLM with a scale per row of 8-bit weights; EfficientNet-Lite2 and its classifier in half precision."""
    source = packaged_folder()
    stored: dict[str, torch.Tensor] = {}
    for name, weight in AutoModel.from_pretrained(source, dtype=torch.float32).state_dict().items():
        if weight.ndim == 2 and weight.numel() > QUANTISED_FROM:
            scale = weight.abs().amax(1, keepdim=True).clamp_min(1e-8) / 127
            stored[name], stored[f"{name}.scale"] = (weight / scale).round().to(torch.int8), scale.half()
        elif weight.is_floating_point():
            stored[name] = weight.half()
    (out / "minilm").mkdir(exist_ok=True)
    save_file(stored, out / "minilm" / "weights.safetensors")
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        (out / "minilm" / name).write_bytes((source / name).read_bytes())
    net, weight, bias = from_package()
    tensors = {f"net.{name}": value for name, value in net.state_dict().items()} | {"weight": weight, "bias": bias}
    save_file({name: value.half().contiguous() for name, value in tensors.items()}, out / "lite.safetensors")
