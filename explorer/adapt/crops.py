"""Crops of square-squeezed pictures, cut and changed on the training device."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from explorer.adapt.augment import seen_otherwise
from explorer.adapt.store import Pictures


def crops(
    pictures: Pictures, rows: torch.Tensor, side: int, gen: torch.Generator, least: float = 0.3, squeezed: float = 0.3
) -> torch.Tensor:
    """A random crop of each picture, ``(N, 3, side, side)`` in 0 to 1, half of them mirrored.

    ``least`` is the smallest part of the area that a crop shows. A share ``squeezed`` of the crops is the whole
    picture pressed into the square, as the app presents whole pictures.
    """
    n = len(rows)
    area = _uniform(n, gen, least, 1.0)
    shape = torch.exp(_uniform(n, gen, -0.25, 0.25)) / pictures.aspect[rows]  # of the crop in the stored square
    wide, high = (area * shape).sqrt().clamp(max=1), (area / shape).sqrt().clamp(max=1)
    whole = _uniform(n, gen, 0, 1) < squeezed
    wide, high = torch.where(whole, torch.ones_like(wide), wide), torch.where(whole, torch.ones_like(high), high)
    x, y = (1 - wide) * _uniform(n, gen, -1, 1), (1 - high) * _uniform(n, gen, -1, 1)
    mirror = torch.where(_uniform(n, gen, 0, 1) < 0.5, -1.0, 1.0)
    zero = torch.zeros_like(wide)
    theta = torch.stack([torch.stack([wide * mirror, zero, x], 1), torch.stack([zero, high, y], 1)], 1)
    return _cut(pictures, rows, theta, side)


def wholes(pictures: Pictures, rows: torch.Tensor, side: int) -> torch.Tensor:
    """Pictures squeezed into squares, ``(N, 3, side, side)``."""
    theta = torch.eye(2, 3, device=rows.device).expand(len(rows), 2, 3)
    return _cut(pictures, rows, theta, side)


def changed(images: torch.Tensor, gen: torch.Generator, share: float = 0.7) -> torch.Tensor:
    """A share of the pictures seen in another medium, other colours, another state."""
    chosen = _uniform(len(images), gen, 0, 1) < share
    return torch.where(chosen.view(-1, 1, 1, 1), seen_otherwise(images, gen), images)


def mosaics(images: torch.Tensor) -> torch.Tensor:
    """Four pictures to a square: ``(4 N, 3, S, S) -> (N, 3, S, S)``, read row by row; each keeps a quarter."""
    small = F.avg_pool2d(images, 2)
    four = small.view(-1, 2, 2, *small.shape[1:])
    return four.permute(0, 3, 1, 4, 2, 5).reshape(len(four), small.shape[1], *images.shape[-2:])


def _cut(pictures: Pictures, rows: torch.Tensor, theta: torch.Tensor, side: int) -> torch.Tensor:
    source = pictures.pixels[rows].float() / 255
    if side <= source.shape[-1] // 2:
        source = F.avg_pool2d(source, 2)
    grid = F.affine_grid(theta, [len(rows), 3, side, side], align_corners=False)
    return F.grid_sample(source, grid, mode="bicubic", padding_mode="border", align_corners=False).clamp(0, 1)


def _uniform(n: int, gen: torch.Generator, low: float, high: float) -> torch.Tensor:
    return torch.rand(n, generator=gen, device=gen.device) * (high - low) + low
