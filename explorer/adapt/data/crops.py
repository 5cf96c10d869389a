"""Batches of random crops, whole pictures and mosaics, cut from the stored squares on the training device."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from explorer.adapt.data.augment import change_appearance, uniform
from explorer.adapt.data.pictures import Pictures

WHOLE_SHARE = 0.3


def random_crops(
    pictures: Pictures, rows: torch.Tensor, side: int, gen: torch.Generator, least: float = 0.3
) -> torch.Tensor:
    """A random crop of each picture, ``(N, 3, side, side)`` in 0 to 1, half of them mirrored.

    ``least`` is the smallest share of the area that a crop shows. A share :data:`WHOLE_SHARE` of the crops is the
    whole picture squeezed into the square, as the app presents whole pictures.
    """
    n = len(rows)
    area = uniform(n, gen, least, 1.0)
    shape = torch.exp(uniform(n, gen, -0.25, 0.25)) / pictures.aspect[rows]  # of the crop in the stored square
    width, height = (area * shape).sqrt().clamp(max=1), (area / shape).sqrt().clamp(max=1)
    is_whole = uniform(n, gen, 0, 1) < WHOLE_SHARE
    width = torch.where(is_whole, torch.ones_like(width), width)
    height = torch.where(is_whole, torch.ones_like(height), height)
    x, y = (1 - width) * uniform(n, gen, -1, 1), (1 - height) * uniform(n, gen, -1, 1)
    mirror = torch.where(uniform(n, gen, 0, 1) < 0.5, -1.0, 1.0)
    zero = torch.zeros_like(width)
    theta = torch.stack([torch.stack([width * mirror, zero, x], 1), torch.stack([zero, height, y], 1)], 1)
    return _sample(pictures, rows, theta, side)


def squeezed(pictures: Pictures, rows: torch.Tensor, side: int) -> torch.Tensor:
    """Whole pictures squeezed into squares, ``(N, 3, side, side)`` in 0 to 1."""
    theta = torch.eye(2, 3, device=rows.device).expand(len(rows), 2, 3)
    return _sample(pictures, rows, theta, side)


def augmented(images: torch.Tensor, gen: torch.Generator, share: float = 0.7) -> torch.Tensor:
    """A random share of the images in another medium, other colours, another state; the others unchanged."""
    chosen = uniform(len(images), gen, 0, 1) < share
    return torch.where(chosen.view(-1, 1, 1, 1), change_appearance(images, gen), images)


def mosaics(images: torch.Tensor) -> torch.Tensor:
    """Four images to a square: ``(4 N, 3, S, S) -> (N, 3, S, S)``, read row by row; each fills a quarter."""
    small = F.avg_pool2d(images, 2)
    quarters = small.view(-1, 2, 2, *small.shape[1:])
    return quarters.permute(0, 3, 1, 4, 2, 5).reshape(len(quarters), small.shape[1], *images.shape[-2:])


def _sample(pictures: Pictures, rows: torch.Tensor, theta: torch.Tensor, side: int) -> torch.Tensor:
    """Pictures under affine maps ``theta (N, 2, 3)`` from the crop to the stored square, both from -1 to 1."""
    source = pictures.pixels[rows].float() / 255
    if side <= source.shape[-1] // 2:
        source = F.avg_pool2d(source, 2)
    grid = F.affine_grid(theta, [len(rows), 3, side, side], align_corners=False)
    return F.grid_sample(source, grid, mode="bicubic", padding_mode="border", align_corners=False).clamp(0, 1)
