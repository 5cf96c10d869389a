"""The plain small CLIP that distillation trains: its sizes, the forward pass of training, and its folder on disk.

It is a Hugging Face ``CLIPModel``; training calls its modules itself, in the same order, to get the inner tokens.
Initialised by :mod:`explorer.adapt.models.clip_init`, trained by :mod:`explorer.adapt.training.distil`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

from explorer.adapt.models.clip_init import initialise_attention, initialise_patches, initialise_positions
from explorer.adapt.models.text_tower import TextShape

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class ClipShape:
    """Sizes of the two towers. The default is six million parameters: what two hours of two processor cores can teach.
    With a GPU, 256 wide and 8 deep still fits into 24 MB in half precision."""

    width: int = 192
    layers: int = 6
    heads: int = 6
    patch: int = 16
    image_size: int = 224
    text_width: int = 192
    text_layers: int = 4
    text_heads: int = 3
    text_length: int = 48
    vocabulary: int = 8192
    joint: int = 256
    match_layer: int = -2
    """The block, counted from the end, whose values are trained to match details."""

    @property
    def side(self) -> int:
        """Cells on a side of the grid that positions are learnt for."""
        return self.image_size // self.patch


def student_shape() -> ClipShape:
    """The sizes that the stage ``distil`` trains; its text tower is that of the small model."""
    text = TextShape()
    return ClipShape(
        width=256, layers=7, heads=8, text_width=text.width, text_layers=text.layers, text_heads=text.heads,
        text_length=text.length, vocabulary=text.vocabulary, joint=256,
    )  # fmt: skip


@dataclass(frozen=True)
class VisionOutput:
    """What the vision tower gives for N pictures: ``match (N, h * w, width)``, the values of the block for matching;
    ``joint (N, h * w, joint)``, tokens in the joint space; ``whole (N, joint)``, the picture in that space. None is
    normalised."""

    match: torch.Tensor
    joint: torch.Tensor
    whole: torch.Tensor


def build_clip(shape: ClipShape, patches: torch.Tensor | None = None) -> CLIPModel:
    """A new model; ``patches (M, 3, 16, 16)``, normalised pixels of pictures, initialise the patch embedding."""
    model = CLIPModel(_config(shape))
    model.config.match_layer, model.config.match_facet = shape.match_layer, "value"
    with torch.no_grad():
        initialise_positions(model)
        for number, block in enumerate(model.vision_model.encoder.layers):
            initialise_attention(block, first=number * shape.heads)
        if patches is not None:
            initialise_patches(model, patches)
    return model


def _config(shape: ClipShape) -> CLIPConfig:
    vision = {
        "hidden_size": shape.width, "intermediate_size": 4 * shape.width, "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads, "patch_size": shape.patch, "image_size": shape.image_size,
        "hidden_act": "gelu",
    }  # fmt: skip
    text = {
        "hidden_size": shape.text_width, "intermediate_size": 4 * shape.text_width,
        "num_hidden_layers": shape.text_layers, "num_attention_heads": shape.text_heads,
        "max_position_embeddings": shape.text_length, "vocab_size": shape.vocabulary, "hidden_act": "gelu",
        "bos_token_id": shape.vocabulary - 2, "eos_token_id": shape.vocabulary - 1,
        "pad_token_id": shape.vocabulary - 1,
    }  # fmt: skip
    return CLIPConfig(text_config=text, vision_config=vision, projection_dim=shape.joint)


def normalise_pixels(pixels: torch.Tensor) -> torch.Tensor:
    """Pixels in 0 to 1 as CLIP takes them, ``(N, 3, H, W)``."""
    mean, std = (torch.tensor(v, device=pixels.device).view(1, 3, 1, 1) for v in (CLIP_MEAN, CLIP_STD))
    return (pixels - mean) / std


def vision_forward(model: CLIPModel, pixels: torch.Tensor, match_layer: int) -> VisionOutput:
    """The vision tower on ``pixels (N, 3, H, W)`` in 0 to 1, H and W whole numbers of patches."""
    vision = model.vision_model
    hidden = _embed(vision, pixels)
    blocks = vision.encoder.layers
    last = len(blocks) - 1
    values = {}
    for number, block in enumerate(blocks):
        if number in {len(blocks) + match_layer, last}:
            values[number] = block.self_attn.v_proj(block.layer_norm1(hidden[:, 1:]))
            if number == last:  # the value path of the last block alone keeps tokens local (MaskCLIP)
                local = block.self_attn.out_proj(values[number])
        hidden = block(hidden, None)
    whole = model.visual_projection(vision.post_layernorm(hidden[:, 0]))
    joint = model.visual_projection(vision.post_layernorm(local))
    return VisionOutput(values[len(blocks) + match_layer].float(), joint.float(), whole.float())


def _embed(vision: Any, pixels: torch.Tensor) -> torch.Tensor:
    """The class token and the patch tokens with their positions, ``(N, 1 + h * w, width)``."""
    embeddings = vision.embeddings
    grid = embeddings.patch_embedding(normalise_pixels(pixels))
    rows, columns = grid.shape[-2:]
    tokens = grid.flatten(2).transpose(1, 2)
    start = embeddings.class_embedding + embeddings.position_embedding.weight[0]
    positions = _positions(embeddings, rows, columns)
    hidden = torch.cat([start.expand(len(tokens), 1, -1).to(tokens.dtype), tokens + positions.to(tokens.dtype)], dim=1)
    return vision.pre_layrnorm(hidden)


def _positions(embeddings: Any, rows: int, columns: int) -> torch.Tensor:
    """Position embeddings ``(rows * columns, width)``, as ``interpolate_pos_encoding`` gives them."""
    weight = embeddings.position_embedding.weight[1:]
    side = int(len(weight) ** 0.5)
    table = weight.T.reshape(1, -1, side, side)
    down = ((torch.arange(rows, device=weight.device) + 0.5) / rows) * 2 - 1
    across = ((torch.arange(columns, device=weight.device) + 0.5) / columns) * 2 - 1
    where = torch.stack(torch.meshgrid(across, down, indexing="xy"), dim=-1)[None]
    sampled = F.grid_sample(table, where, mode="bicubic", padding_mode="border", align_corners=False)
    return sampled[0].flatten(1).T


def save_folder(model: CLIPModel, tokenizer: CLIPTokenizer, folder: Path) -> None:
    """Write what ``CLIPModel``, ``AutoTokenizer`` and ``CLIPImageProcessor`` load, weights in half precision."""
    half = CLIPModel(model.config)
    half.load_state_dict(model.state_dict())
    half.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    side = model.vision_model.config.image_size
    processor = {
        "image_processor_type": "CLIPImageProcessor", "do_resize": True, "size": {"shortest_edge": side},
        "do_center_crop": True, "crop_size": {"height": side, "width": side}, "resample": 3, "do_rescale": True,
        "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": CLIP_MEAN, "image_std": CLIP_STD,
        "do_convert_rgb": True,
    }  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(processor, indent=2) + "\n", "utf-8")
