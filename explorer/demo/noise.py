"""Random streams seeded by name, and procedural noise: every random number of the demo comes from here.

Seeding by *names* (work, layer, motif), never by the order of painting: taking a motif out of a picture, or painting on
more processes, changes nothing else.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np
from PIL import Image
from scipy import fft

TILE = 512
DIRECTIONS = 16


def random_stream(*names: object) -> np.random.Generator:
    """The random stream that belongs to these names, the same on every machine and in every process.

    >>> float(random_stream("mill", 3).random()) == float(random_stream("mill", 3).random())
    True
    """
    return np.random.default_rng([zlib.crc32(str(name).encode()) for name in names])


def clouds(
    shape: tuple[int, int], rng: np.random.Generator, cell: float, octaves: int = 5, stretch: float = 1.0
) -> np.ndarray:
    """Fractal noise ``(height, width) float32`` of mean 0 and spread about 1; ``stretch`` widens it sideways.

    Built by enlarging small random grids, which costs a few milliseconds where gradient noise would cost a second.
    """
    height, width = shape
    total = np.zeros(shape, np.float32)
    weight, norm = 1.0, 0.0
    for octave in range(octaves):
        rows = max(2, int(height / cell) + 3)
        columns = max(2, int(width / (cell * stretch)) + 3)
        grid = Image.fromarray(rng.standard_normal((rows, columns)).astype(np.float32))
        box = (0.5, 0.5, 0.5 + min(width / (cell * stretch), columns - 1), 0.5 + min(height / cell, rows - 1))
        total += weight * np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC, box=box))
        norm += weight * weight
        weight *= 0.55
        cell = cell / 2
        if cell < 1.5 and octave:
            break
    return total / np.float32(norm**0.5 * 0.72)


def ridge(width: int, rng: np.random.Generator, cell: float, octaves: int = 4) -> np.ndarray:
    """Fractal noise along a line, ``(width,) float32``, for horizons and shores."""
    return clouds((4, width), rng, cell, octaves)[1]


def smoothstep(values: np.ndarray, low: float | np.ndarray, high: float | np.ndarray) -> np.ndarray:
    """0 below ``low``, 1 above ``high``, cubic between: a soft edge."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


@lru_cache(maxsize=4)
def bristles(length: float, breadth: float) -> np.ndarray:
    """Brush marks ``(16, 512, 512) float32`` of mean 0 and spread 1, a tile for each direction of the brush.

    White noise blurred along a direction looks like the marks of a loaded brush. Tiles wrap around, so a picture of
    any size takes its marks by plain indexing.
    """
    spectrum = fft.rfft2(random_stream("bristles").standard_normal((TILE, TILE)).astype(np.float32))
    fy = fft.fftfreq(TILE)[:, None]
    fx = fft.rfftfreq(TILE)[None, :]
    tiles = []
    for direction in range(DIRECTIONS):
        angle = np.pi * direction / DIRECTIONS
        along = fx * np.cos(angle) - fy * np.sin(angle)
        across = fx * np.sin(angle) + fy * np.cos(angle)
        blur = np.exp(-2 * np.pi**2 * ((along * length) ** 2 + (across * breadth) ** 2))
        tile = fft.irfft2(spectrum * blur.astype(np.float32), s=(TILE, TILE))
        tiles.append(tile / tile.std())
    return np.stack(tiles).astype(np.float32)


def direction_of(degrees: float) -> int:
    """The index into :func:`bristles` of strokes that rise by ``degrees`` (counter-clockwise).

    >>> direction_of(0), direction_of(90), direction_of(-90), direction_of(180)
    (0, 8, 8, 0)
    """
    return round(degrees * DIRECTIONS / 180) % DIRECTIONS
