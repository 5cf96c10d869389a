"""The plain small CLIP: its shape, a start that learns fast, the forward pass of training, and its folder on disk.

It is a Hugging Face ``CLIPModel``. Training only calls its parts in its own order, to have the inner tokens.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


PLACES = 32
"""Leading dimensions of the residual stream that begin as waves of row and column; the patch begins in the others."""
SHARPNESS = 1.15
"""Of the first attention: how far a head prefers its own neighbour to the others, at the start of training."""


@dataclass(frozen=True)
class Shape:
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


@dataclass(frozen=True)
class Seen:
    """What the vision tower makes of N pictures: ``match (N, h * w, width)`` the values of the block for matching,
    ``joint (N, h * w, joint)`` tokens in the space of words, ``whole (N, joint)`` the picture in that space."""

    match: torch.Tensor
    joint: torch.Tensor
    whole: torch.Tensor


def build(shape: Shape, patches: torch.Tensor | None = None) -> CLIPModel:
    """A new model; ``patches (M, 3, 16, 16)``, normalised pixels of training pictures, start the patch embedding."""
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
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=shape.joint))
    model.config.match_layer, model.config.match_facet = shape.match_layer, "value"
    model.config.tiled = True
    with torch.no_grad():
        _start_positions(model)
        for number, block in enumerate(model.vision_model.encoder.layers):
            _start_as_convolution(block, first=number * shape.heads)
        if patches is not None:
            _start_patches(model, patches)
    return model


def _frequencies(count: int) -> torch.Tensor:
    """Radians per cell, evenly from waves longer than the grid to waves of two cells: their sum peaks in one cell."""
    return torch.pi * (torch.arange(count) + 0.5) / count


def _start_positions(model: CLIPModel) -> None:
    """Sines and cosines of row and column in the leading dimensions, zeros beside them."""
    embeddings = model.vision_model.embeddings
    side = embeddings.image_size // embeddings.patch_size
    angles = torch.arange(side)[:, None] * _frequencies(PLACES // 4)
    waves = 2**0.5 * torch.stack([angles.cos(), angles.sin()], dim=-1).flatten(1)  # (side, PLACES / 2)
    rows, columns = waves[:, None].expand(-1, side, -1), waves[None].expand(side, -1, -1)
    weight = embeddings.position_embedding.weight
    weight.zero_()
    weight[1:, :PLACES] = torch.cat([rows, columns], dim=-1).reshape(side * side, -1)


def _start_as_convolution(block: torch.nn.Module, first: int) -> None:
    """Every head first looks at one of the eight neighbouring cells, so that blocks begin as 3 x 3 convolutions.

    Heads take the neighbours in turn, from number ``first`` on, so that few heads to a block leave none out.

    A wave's shift by a cell is a rotation of its sine and cosine, which a query can apply: query and key then agree
    most where the key lies one step away. Why: a transformer has to learn from many pictures that what is near
    belongs together, and there are few. Convolutions by attention: Cordonnier, Loukas and Jaggi (ICLR 2020); begun
    so: d'Ascoli et al., "ConViT" (ICML 2021).
    """
    attention = block.self_attn
    size = attention.head_dim
    steps = [(down, across) for down in (-1, 0, 1) for across in (-1, 0, 1) if (down, across) != (0, 0)]
    for weight in (attention.q_proj.weight, attention.k_proj.weight):
        weight.normal_(std=0.02)
    used = min(size, PLACES)
    for head in range(attention.num_heads):
        rows = slice(head * size, head * size + used)
        turn = torch.block_diag(*(_rotation(angle) for angle in _step_angles(*steps[(first + head) % len(steps)])))
        attention.q_proj.weight[rows, :PLACES] += SHARPNESS * turn[:used]
        attention.k_proj.weight[rows, :PLACES] += SHARPNESS * torch.eye(PLACES)[:used]
    for weight in (attention.out_proj.weight, block.mlp.fc2.weight):
        weight[:PLACES] = 0  # places stay legible through the blocks until training decides otherwise


def _step_angles(down: int, across: int) -> torch.Tensor:
    """How far each wave turns on a step of ``down`` rows and ``across`` columns."""
    waves = _frequencies(PLACES // 4)
    return torch.cat([down * waves, across * waves])


def _rotation(angle: torch.Tensor) -> torch.Tensor:
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([torch.stack([cos, -sin]), torch.stack([sin, cos])])


def _start_patches(model: CLIPModel, patches: torch.Tensor) -> None:
    """The patch embedding starts as the principal components of real patches: nearly all of a patch gets through."""
    kernel = model.vision_model.embeddings.patch_embedding.weight
    rows = patches.flatten(1).double()
    variances, directions = torch.linalg.eigh(torch.cov(rows.T))
    free = kernel.shape[0] - PLACES
    order = torch.arange(len(variances) - 1, len(variances) - 1 - free, -1)
    # Fine texture carries little variance but tells details apart: flatten the spectrum half way.
    gain = variances[order].clamp_min(1e-6) ** -0.25
    components = (directions[:, order] * gain).T
    projected = (rows - rows.mean(0)) @ components.T
    kernel.zero_()
    kernel[PLACES:] = (components / projected.std()).reshape(free, *kernel.shape[1:]).float()


def normalised(pixels: torch.Tensor) -> torch.Tensor:
    """Pixels in 0 to 1 as CLIP takes them, ``(N, 3, H, W)``."""
    mean, std = (torch.tensor(v, device=pixels.device).view(1, 3, 1, 1) for v in (CLIP_MEAN, CLIP_STD))
    return (pixels - mean) / std


def see(model: CLIPModel, pixels: torch.Tensor, match_layer: int) -> Seen:
    """The vision tower on ``pixels (N, 3, H, W)`` in 0 to 1, H and W whole numbers of patches."""
    vision = model.vision_model
    embeddings = vision.embeddings
    grid = embeddings.patch_embedding(normalised(pixels))
    rows, columns = grid.shape[-2:]
    tokens = grid.flatten(2).transpose(1, 2)
    start = embeddings.class_embedding + embeddings.position_embedding.weight[0]
    places = _positions(embeddings, rows, columns)
    hidden = torch.cat([start.expand(len(tokens), 1, -1).to(tokens.dtype), tokens + places.to(tokens.dtype)], dim=1)
    hidden = vision.pre_layrnorm(hidden)
    blocks = vision.encoder.layers
    for number, block in enumerate(blocks):
        if number in {len(blocks) + match_layer, len(blocks) - 1}:
            values = block.self_attn.v_proj(block.layer_norm1(hidden[:, 1:]))
            if number == len(blocks) + match_layer:
                match = values
            if number == len(blocks) - 1:
                own = block.self_attn.out_proj(values)
        hidden = block(hidden, None)
    whole = model.visual_projection(vision.post_layernorm(hidden[:, 0]))
    joint = model.visual_projection(vision.post_layernorm(own))
    return Seen(match.float(), joint.float(), whole.float())


def _positions(embeddings: torch.nn.Module, rows: int, columns: int) -> torch.Tensor:
    """Position embeddings ``(rows * columns, width)``, as ``interpolate_pos_encoding`` gives them."""
    weight = embeddings.position_embedding.weight[1:]
    side = int(len(weight) ** 0.5)
    table = weight.T.reshape(1, -1, side, side)
    down = ((torch.arange(rows, device=weight.device) + 0.5) / rows) * 2 - 1
    across = ((torch.arange(columns, device=weight.device) + 0.5) / columns) * 2 - 1
    where = torch.stack(torch.meshgrid(across, down, indexing="xy"), dim=-1)[None]
    found = F.grid_sample(table, where, mode="bicubic", padding_mode="border", align_corners=False)
    return found[0].flatten(1).T


def save_folder(model: CLIPModel, tokenizer: CLIPTokenizer, folder: Path) -> None:
    """Write what ``CLIPModel``, ``AutoTokenizer`` and ``CLIPImageProcessor`` load, weights in half precision."""
    half = CLIPModel(model.config)
    half.load_state_dict(model.state_dict())
    half.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    side = model.config.vision_config.image_size
    processor = {
        "image_processor_type": "CLIPImageProcessor", "do_resize": True, "size": {"shortest_edge": side},
        "do_center_crop": True, "crop_size": {"height": side, "width": side}, "resample": 3, "do_rescale": True,
        "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": CLIP_MEAN, "image_std": CLIP_STD,
        "do_convert_rgb": True,
    }  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(processor, indent=2) + "\n", "utf-8")
