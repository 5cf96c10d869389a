"""Augmentation: what happens to a detail between two works (turned, mirrored, warped, recoloured, drawn, worn).

In distillation the student sees the augmented crop and must give the features that the teacher gave to the clean one:
geometry is applied to the target map as well, so every cell keeps its own target. The other stages change the
appearance only. All functions are batched PyTorch on ``(N, 3, H, W)`` pixels in 0 to 1, take a generator, and change a
random share of the batch.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F

GREY = (0.299, 0.587, 0.114)
ROTATION = 0.12  # radians either way
STRETCH = 0.12  # change of scale along each side, in the logarithm
ZOOM = (-0.5, 0.1)  # logarithm of the share of the side that is shown: copies are larger or smaller than originals
PASTED = 0.5  # share of images that get a rectangle of another
WARP = 0.035  # smooth displacement, as a fraction of the crop's side


def transform_geometry(
    images: torch.Tensor, maps: tuple[torch.Tensor, ...], gen: torch.Generator
) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
    """Rotate, mirror, scale and warp images and their target maps ``(N, C, h, w)``, of any grids, alike."""
    n = len(images)
    angle = uniform(n, gen, -ROTATION, ROTATION) * _chosen(n, 0.6, gen)
    mirror = 1 - 2 * _chosen(n, 0.5, gen)
    scale = torch.exp(uniform(n, gen, *ZOOM) * _chosen(n, 0.6, gen))[:, None]
    scale = scale * torch.exp(uniform(2 * n, gen, -STRETCH, STRETCH)).reshape(n, 2)
    aspect = images.shape[-1] / images.shape[-2]
    room = (1 - scale).clamp_min(0) + 0.05
    shift = uniform(2 * n, gen, -1, 1).reshape(n, 2) * room
    # From a point of the result (-1 to 1) to one of the source; rotation needs square units.
    theta = torch.stack(
        [
            torch.stack([angle.cos() * mirror * scale[:, 0], -angle.sin() / aspect * mirror, shift[:, 0]], dim=1),
            torch.stack([angle.sin() * aspect, angle.cos() * scale[:, 1], shift[:, 1]], dim=1),
        ],
        dim=1,
    )
    bend = torch.randn(n, 2, 4, 4, **_on(gen)) * WARP * _chosen(n, 0.5, gen).view(n, 1, 1, 1)

    def resampled(values: torch.Tensor) -> torch.Tensor:
        grid = F.affine_grid(theta, [n, 1, *values.shape[-2:]], align_corners=False)
        bent = F.interpolate(bend, values.shape[-2:], mode="bicubic", align_corners=False).permute(0, 2, 3, 1)
        return F.grid_sample(values, grid + bent, mode="bilinear", padding_mode="reflection", align_corners=False)

    return resampled(images), tuple(resampled(values) for values in maps)


def change_appearance(images: torch.Tensor, gen: torch.Generator) -> torch.Tensor:
    """Another medium, other colours, another state: colour, grey, sepia, ink, blur, lost detail, grain."""
    n = len(images)
    images = _recoloured(images, gen)
    medium = torch.rand(n, **_on(gen))
    grey = luminance(images)
    images = torch.where(_per_image(medium < 0.16), grey.expand_as(images), images)
    images = torch.where(_per_image((medium >= 0.16) & (medium < 0.28)), _toned(grey, gen), images)
    inked = (medium >= 0.28) & (medium < 0.46)
    if inked.any():
        images = images.clone()
        images[inked] = _drawn(grey[inked], gen)
    images = _blurred(images, 0.3, gen)
    images = _coarsened(images, 0.2, gen)
    grain = uniform(n, gen, 0.0, 0.06) * _chosen(n, 0.5, gen)
    return (images + torch.randn(images.shape, **_on(gen)) * grain.view(n, 1, 1, 1)).clamp(0, 1)


def cutmix(
    images: torch.Tensor, maps: torch.Tensor, halves: torch.Tensor, gen: torch.Generator
) -> tuple[torch.Tensor, ...]:
    """Some images get a rectangle of another, of whole cells, with its targets: a detail matches on any background.

    After Yun et al., "CutMix" (ICCV 2019). ``halves`` are maps of half as many cells a side. Returns images, both maps
    and the share of each image that is not replaced, ``(N,)``.
    """
    n, (rows, columns) = len(images), halves.shape[-2:]
    source = torch.randperm(n, **_on(gen))
    inside = _spans(n, rows, gen)[:, :, None] & _spans(n, columns, gen)[:, None, :]
    inside &= _chosen(n, PASTED, gen).bool().view(n, 1, 1)
    kept = 1 - inside.float().mean(dim=(1, 2))

    def mixed(values: torch.Tensor) -> torch.Tensor:
        times = values.shape[-1] // columns
        chosen = inside[:, None].repeat_interleave(times, dim=2).repeat_interleave(times, dim=3)
        return torch.where(chosen, values[source], values)

    return mixed(images), mixed(maps), mixed(halves), kept


def _spans(n: int, cells: int, gen: torch.Generator) -> torch.Tensor:
    """A random run of a third to two thirds of the cells per picture, ``(N, cells) bool``."""
    length = (uniform(n, gen, 1 / 3, 2 / 3) * cells).round().clamp(min=1)
    start = (torch.rand(n, **_on(gen)) * (cells - length + 1)).floor()
    cell = torch.arange(cells, device=gen.device)
    return (cell >= start[:, None]) & (cell < (start + length)[:, None])


def luminance(images: torch.Tensor) -> torch.Tensor:
    """``(N, 3, H, W) -> (N, 1, H, W)``."""
    return (images * torch.tensor(GREY, device=images.device).view(1, 3, 1, 1)).sum(1, keepdim=True)


def _recoloured(images: torch.Tensor, gen: torch.Generator) -> torch.Tensor:
    n = len(images)
    changed = _chosen(n, 0.8, gen)
    mix = torch.eye(3, device=gen.device) + torch.randn(n, 3, 3, **_on(gen)) * 0.1 * changed.view(n, 1, 1)
    mix = mix / mix.sum(2, keepdim=True).clamp_min(0.3)
    images = torch.einsum("nij,njhw->nihw", mix, images)
    gain = torch.exp(torch.randn(n, 3, 1, 1, **_on(gen)) * 0.12 * changed.view(n, 1, 1, 1))
    contrast = torch.exp(uniform(n, gen, -0.45, 0.35)).view(n, 1, 1, 1)
    light = uniform(n, gen, -0.15, 0.15).view(n, 1, 1, 1)
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    images = ((images - mean) * contrast + mean + light) * gain
    gamma = torch.exp(uniform(n, gen, -0.35, 0.35)).view(n, 1, 1, 1)
    return images.clamp(1e-3, 1) ** gamma


def _toned(grey: torch.Tensor, gen: torch.Generator) -> torch.Tensor:
    """A single hue on tinted paper: sepia photographs, red chalk, bistre washes."""
    n = len(grey)
    paper = torch.tensor([0.96, 0.90, 0.78], device=gen.device) + torch.randn(n, 3, **_on(gen)) * 0.04
    ink = torch.tensor([0.25, 0.14, 0.07], device=gen.device) + torch.randn(n, 3, **_on(gen)) * 0.08
    return (ink.view(n, 3, 1, 1) * (1 - grey) + paper.view(n, 3, 1, 1) * grey).clamp(0, 1)


def _drawn(grey: torch.Tensor, gen: torch.Generator) -> torch.Tensor:
    """Lines along the edges of tone, on paper, with some of the tones left: ink, engraving, pencil."""
    n = len(grey)
    fine = _gaussian(grey, uniform(n, gen, 0.4, 1.0))
    coarse = _gaussian(grey, uniform(n, gen, 1.4, 3.0))
    strength = torch.exp(uniform(n, gen, 1.2, 3.0)).view(n, 1, 1, 1)
    lines = torch.sigmoid((fine - coarse) * strength * 4 + 2.0)  # dark side of every edge
    tone = uniform(n, gen, 0.0, 0.8).view(n, 1, 1, 1)
    washes = torch.where(torch.rand(n, 1, 1, 1, **_on(gen)) < 0.3, torch.sigmoid((coarse - 0.45) * 10), coarse)
    drawing = lines * (1 - tone + tone * washes)
    low, high = drawing.amin((1, 2, 3), keepdim=True), drawing.amax((1, 2, 3), keepdim=True)
    drawing = (drawing - low) / (high - low).clamp_min(1e-3)
    return torch.where(_per_image(torch.rand(n, **_on(gen)) < 0.5), _toned(drawing, gen), drawing.expand(-1, 3, -1, -1))


def _blurred(images: torch.Tensor, share: float, gen: torch.Generator) -> torch.Tensor:
    chosen = _chosen(len(images), share, gen).bool()
    if chosen.any():
        images = images.clone()
        images[chosen] = _gaussian(images[chosen], uniform(int(chosen.sum()), gen, 0.4, 1.8))
    return images


def _coarsened(images: torch.Tensor, share: float, gen: torch.Generator) -> torch.Tensor:
    """Some images lose their fine detail, as small reproductions do."""
    chosen = _chosen(len(images), share, gen).bool()
    factor = float(uniform(1, gen, 0.4, 0.75))
    if chosen.any():
        images = images.clone()
        small = F.interpolate(images[chosen], scale_factor=factor, mode="bilinear", antialias=True)
        images[chosen] = F.interpolate(small, images.shape[-2:], mode="bilinear")
    return images


def _gaussian(images: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
    """Blur each picture by its own ``sigma (N,)``, in pixels."""
    n, channels, height, width = images.shape
    reach = 5
    offsets = torch.arange(-reach, reach + 1, device=images.device)
    kernel = torch.exp(-0.5 * (offsets / sigma.view(n, 1)) ** 2)
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(channels, 0)
    flat = F.pad(images.reshape(1, n * channels, height, width), [reach] * 4, mode="reflect")
    flat = F.conv2d(flat, kernel.view(-1, 1, 1, 2 * reach + 1), groups=n * channels)
    return F.conv2d(flat, kernel.view(-1, 1, 2 * reach + 1, 1), groups=n * channels).view(images.shape)


def _on(gen: torch.Generator) -> dict[str, Any]:
    """Keywords of a random tensor drawn from the generator, on its device."""
    return {"generator": gen, "device": gen.device}


def uniform(n: int, gen: torch.Generator, low: float, high: float) -> torch.Tensor:
    """``(n,)`` random numbers between the bounds, on the generator's device."""
    return torch.rand(n, **_on(gen)) * (high - low) + low


def _chosen(n: int, share: float, gen: torch.Generator) -> torch.Tensor:
    """1 for a random share of the batch, else 0: ``(N,) float32``."""
    return (torch.rand(n, **_on(gen)) < share).float()


def _per_image(values: torch.Tensor) -> torch.Tensor:
    """``(N,)`` to ``(N, 1, 1, 1)``, to combine with images."""
    return values.view(-1, 1, 1, 1)
