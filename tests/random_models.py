"""Random models in transformers' format: CLIPs and a SigLIP of the shapes of published ones, with few and narrow blocks
unless asked for more, and a vocabulary of 600 tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

VOCABULARY = 600
TRUE = {
    "ViT-B/32": {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "num_hidden_layers": 12},
    "ViT-B/16": {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "num_hidden_layers": 12},
    "ViT-L/14": {"hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16, "num_hidden_layers": 24},
}
"""The published vision towers."""
SHAPES = {"ViT-B/32": (32, 512), "ViT-B/16": (16, 512), "ViT-L/14": (14, 768)}
"""Side of a patch, and dimensions of the joint space."""
_SMALL = {"hidden_size": 96, "intermediate_size": 192, "num_attention_heads": 4, "num_hidden_layers": 3}


def save_clip(folder: Path, name: str, vision: dict[str, Any] | None = None, **text: Any) -> Path:
    """A random ``CLIPModel`` with the patches, picture size and joint space of a published one. ``vision`` has other
    settings of its vision tower, ``text`` of both towers."""
    from transformers import CLIPConfig, CLIPModel

    patch, joint = SHAPES[name]
    ends = {"bos_token_id": VOCABULARY - 2, "eos_token_id": VOCABULARY - 1, "pad_token_id": VOCABULARY - 1}
    towers = {
        "vision_config": {**_SMALL, "patch_size": patch, "image_size": 224, **text, **(vision or {})},
        "text_config": {**_SMALL, "vocab_size": VOCABULARY, **ends, **text},
    }
    return _save(folder, CLIPModel(CLIPConfig(**_seeded(towers), projection_dim=joint)), 77)


def save_siglip(folder: Path, **changes: Any) -> Path:
    """A random ``SiglipModel`` with the patches and the picture size of the published base model."""
    from transformers import SiglipConfig, SiglipModel

    vision = {**_SMALL, "patch_size": 16, "image_size": 224, **changes}
    text = {**_SMALL, "vocab_size": VOCABULARY, "max_position_embeddings": 64, "projection_size": 96}
    model = SiglipModel(SiglipConfig(**_seeded({"vision_config": vision, "text_config": text})))
    return _save(folder, model, 64, siglip=True)


def _seeded(towers: dict[str, Any]) -> dict[str, Any]:
    import torch

    torch.manual_seed(3)
    return towers


def _save(folder: Path, model: Any, longest: int, siglip: bool = False) -> Path:
    from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    from explorer.adapt.models.tokenizer import learn_tokenizer

    model.save_pretrained(folder)
    learn_tokenizer(["a painting of a windmill"], VOCABULARY, longest).save_pretrained(folder)
    (SiglipImageProcessorPil if siglip else CLIPImageProcessorPil)().save_pretrained(folder)
    return folder
