"""Initial weights of the plain CLIP's vision tower from which it learns fast: positions, attention and patches.

A transformer has to learn from many pictures that what is near belongs together, and there are few. So its blocks begin
as 3 x 3 convolutions, and its patch embedding as the principal components of real patches.
"""

from __future__ import annotations

from typing import Any

import torch

POSITION_DIMS = 32
"""Leading dimensions of the residual stream that begin as waves of row and column; the patch begins in the others."""
ATTENTION_GAIN = 1.15
"""Of the first attention: how far a head prefers its own neighbour cell to the others at the start of training."""


def _frequencies(count: int) -> torch.Tensor:
    """Radians per cell, evenly from waves longer than the grid to waves of two cells: their sum peaks at one cell."""
    return torch.pi * (torch.arange(count) + 0.5) / count


def initialise_positions(model: Any) -> None:
    """Sines and cosines of row and column in the leading dimensions of the position embeddings, zeros in the others.

    ``model`` is a Hugging Face ``CLIPModel``.
    """
    embeddings = model.vision_model.embeddings
    side = embeddings.image_size // embeddings.patch_size
    angles = torch.arange(side)[:, None] * _frequencies(POSITION_DIMS // 4)
    waves = 2**0.5 * torch.stack([angles.cos(), angles.sin()], dim=-1).flatten(1)  # (side, POSITION_DIMS / 2)
    rows, columns = waves[:, None].expand(-1, side, -1), waves[None].expand(side, -1, -1)
    weight = embeddings.position_embedding.weight
    weight.zero_()
    weight[1:, :POSITION_DIMS] = torch.cat([rows, columns], dim=-1).reshape(side * side, -1)


def initialise_attention(block: Any, first: int) -> None:
    """Every head of a ``CLIPEncoderLayer`` attends to one of the eight neighbour cells, as a 3 x 3 convolution would.

    Heads take the neighbours in turn, from number ``first`` on, so that few heads to a block leave none out.

    A wave's shift by a cell is a rotation of its sine and cosine, which a query can apply: query and key then agree
    most where the key lies one step away. Convolutions by attention: Cordonnier, Loukas and Jaggi (ICLR 2020);
    initialised so: d'Ascoli et al., "ConViT" (ICML 2021).
    """
    attention = block.self_attn
    size = attention.head_dim
    steps = [(down, across) for down in (-1, 0, 1) for across in (-1, 0, 1) if (down, across) != (0, 0)]
    for weight in (attention.q_proj.weight, attention.k_proj.weight):
        weight.normal_(std=0.02)
    used = min(size, POSITION_DIMS)
    for head in range(attention.num_heads):
        rows = slice(head * size, head * size + used)
        rotation = torch.block_diag(*(_rotation(angle) for angle in _step_angles(*steps[(first + head) % len(steps)])))
        attention.q_proj.weight[rows, :POSITION_DIMS] += ATTENTION_GAIN * rotation[:used]
        attention.k_proj.weight[rows, :POSITION_DIMS] += ATTENTION_GAIN * torch.eye(POSITION_DIMS)[:used]
    for weight in (attention.out_proj.weight, block.mlp.fc2.weight):
        weight[:POSITION_DIMS] = 0  # positions stay legible through the blocks until training decides otherwise


def _step_angles(down: int, across: int) -> torch.Tensor:
    """The rotation of each wave in radians on a step of ``down`` rows and ``across`` columns."""
    waves = _frequencies(POSITION_DIMS // 4)
    return torch.cat([down * waves, across * waves])


def _rotation(angle: torch.Tensor) -> torch.Tensor:
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([torch.stack([cos, -sin]), torch.stack([sin, cos])])


def initialise_patches(model: Any, patches: torch.Tensor) -> None:
    """The patch embedding of a ``CLIPModel`` as the principal components of ``patches (M, 3, P, P)``, normalised
    pixels: nearly all of a patch is kept."""
    kernel = model.vision_model.embeddings.patch_embedding.weight
    rows = patches.flatten(1).double()
    variances, directions = torch.linalg.eigh(torch.cov(rows.T))
    free = kernel.shape[0] - POSITION_DIMS
    order = torch.arange(len(variances) - 1, len(variances) - 1 - free, -1)
    # Fine texture carries little variance but tells details apart: flatten the spectrum half way.
    gain = variances[order].clamp_min(1e-6) ** -0.25
    components = (directions[:, order] * gain).T
    projected = (rows - rows.mean(0)) @ components.T
    kernel.zero_()
    kernel[POSITION_DIMS:] = (components / projected.std()).reshape(free, *kernel.shape[1:]).float()
