"""Small made-up pictures, vectors and random numbers for the tests of training."""

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from explorer.adapt.data.pictures import SIDE, Pictures


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def unit(rows: int, columns: int = 256, seed: int = 0) -> torch.Tensor:
    return F.normalize(torch.randn(rows, columns, generator=generator(seed)), dim=-1)


def blocks(count: int, side: int = SIDE) -> Pictures:
    """Pictures of large coloured blocks."""
    coarse = torch.randint(0, 255, (count, 3, 4, 4), generator=generator(), dtype=torch.uint8)
    return Pictures([f"train-art/{row}.png" for row in range(count)], coarse.repeat_interleave(side // 4, 2)
                    .repeat_interleave(side // 4, 3), torch.ones(count))  # fmt: skip


def picture(number: int, width: int, height: int) -> Image.Image:
    rng = np.random.default_rng(number)
    small = Image.fromarray(rng.integers(0, 255, (6, 6, 3)).astype(np.uint8))
    return small.resize((width, height), Image.Resampling.NEAREST)
