"""Copies of details as a workshop makes them: rescaled, reversed, turned, in other colours, in grey, in ink, blurred.

They are made of a collection's own pictures and set into others of it, so that the truth about them is known. Match
probabilities are fitted on them (:mod:`explorer.calibration.examples`), and a model's layer for matching is chosen by
them (:mod:`explorer.calibration.blocks`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from explorer.geometry import Box

MEDIA = ("paint", "colour", "grey", "sepia", "ink", "blur")
"""The media of a copy: as it is, recoloured, without colour, in brown tones, as lines on paper, out of focus."""
_MIRRORED = 0.4  # share of the copies that are reversed
_SCALES = (0.6, 1.6)
_MOST_TURN = 12.0
_FEATHER = 0.06  # of a copy's shorter side: how softly it passes into the picture round it
_FEWEST_PIXELS = 24


@dataclass(frozen=True)
class Alteration:
    """What is done to a detail: mirrored first where ``mirror``, then ``scale`` times as large relative to its picture,
    then turned by ``turn`` degrees counter-clockwise; ``medium`` is one of :data:`MEDIA`; ``seed`` fixes the rest."""

    scale: float
    mirror: bool
    turn: float
    medium: str
    seed: int


def cropped(picture: Image.Image, box: Box) -> Image.Image:
    """The pixels of a picture inside a box, two along each side at least."""
    x0, y0, x1, y1 = box.to_pixels(*picture.size)
    return picture.crop((x0, y0, max(x1, x0 + 2), max(y1, y0 + 2)))


def random_alteration(rng: np.random.Generator) -> Alteration:
    """One alteration; media are equally frequent, half of the copies are not turned."""
    low, high = np.log(_SCALES)
    turn = float(rng.uniform(-_MOST_TURN, _MOST_TURN)) if rng.random() < 0.5 else 0.0
    return Alteration(
        float(np.exp(rng.uniform(low, high))), bool(rng.random() < _MIRRORED), turn,
        str(rng.choice(MEDIA)), int(rng.integers(2**31)),
    )  # fmt: skip


def redrawn(detail: Image.Image, alteration: Alteration) -> Image.Image:
    """A detail (RGB) in the alteration's medium, reversed if the alteration is; neither scaled nor turned."""
    rng = np.random.default_rng(alteration.seed)
    if alteration.mirror:
        detail = detail.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if alteration.medium == "blur":
        return detail.filter(ImageFilter.GaussianBlur(max(detail.size) * rng.uniform(0.008, 0.02)))
    tones = np.asarray(detail, np.float32) / 255
    grey = tones @ np.array([0.299, 0.587, 0.114], np.float32)
    if alteration.medium == "colour":
        mixed = np.clip(np.eye(3) + rng.normal(0, 0.18, (3, 3)), 0, None).astype(np.float32)
        tones = (tones @ (mixed / mixed.sum(axis=0))) ** rng.uniform(0.75, 1.35) * rng.uniform(0.85, 1.1)
    elif alteration.medium == "grey":
        tones = np.repeat(grey[..., None], 3, axis=2)
    elif alteration.medium == "sepia":
        tones = grey[..., None] * np.array([1.0, 0.84, 0.62], np.float32) + np.array([0.06, 0.03, 0.0], np.float32)
    elif alteration.medium == "ink":
        tones = _lines(detail)[..., None] * np.array([0.93, 0.89, 0.8], np.float32)
    return Image.fromarray((np.clip(tones, 0, 1) * 255).astype(np.uint8))


def _lines(detail: Image.Image) -> np.ndarray:
    """A detail as lines, ``(H, W) float32``, 0 is ink and 1 paper: a difference of Gaussians, softly thresholded
    (Winnemöller, Kyprianidis and Olsen, "XDoG", Computers & Graphics 2012)."""
    grey = detail.convert("L")
    radius = max(0.8, max(detail.size) / 220)
    fine, coarse = (np.asarray(grey.filter(ImageFilter.GaussianBlur(r)), np.float32) for r in (radius, 1.6 * radius))
    lines: np.ndarray = np.clip(1.0 + np.tanh((fine - coarse - 1.0) / 4.0), 0.12, 1.0)
    return lines


def room_for(box: Box, source: tuple[int, int], host: tuple[int, int], alteration: Alteration) -> tuple[int, int]:
    """Width and height in pixels that a detail gets on a picture of ``host`` pixels: its share of its own picture's
    side times the scale, but at most 0.7 of either side of the host."""
    unit = math.sqrt(host[0] * host[1]) / math.sqrt(source[0] * source[1]) * alteration.scale
    width, height = box.width * source[0] * unit, box.height * source[1] * unit
    fit = min(1.0, 0.7 * host[0] / width, 0.7 * host[1] / height)
    return max(_FEWEST_PIXELS, round(width * fit)), max(_FEWEST_PIXELS, round(height * fit))


def set_into(host: Image.Image, copy: Image.Image, at: tuple[int, int], size: tuple[int, int], turn: float) -> Box:
    """Paste a copy into ``host``, in place, brought to ``size`` and turned about its middle, with soft edges; returns
    where it lies. ``at`` is its upper left corner in pixels, before it is turned."""
    piece = copy.resize(size, Image.Resampling.LANCZOS)
    feather = max(1.0, _FEATHER * min(size))
    mask = Image.new("L", size, 0)
    inner = (round(feather), round(feather), max(size[0] - round(feather), 2), max(size[1] - round(feather), 2))
    mask.paste(255, inner)
    mask = mask.filter(ImageFilter.GaussianBlur(feather / 2))
    if turn:
        piece = piece.rotate(turn, Image.Resampling.BICUBIC, expand=True)
        mask = mask.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    left, top = at[0] - (piece.width - size[0]) // 2, at[1] - (piece.height - size[1]) // 2
    host.paste(piece, (left, top), mask)
    return Box.from_pixels((at[0], at[1], at[0] + size[0], at[1] + size[1]), *host.size).clipped()
