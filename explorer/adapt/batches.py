"""One training step's input: crops, what the teacher makes of them, and the views that the student gets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from explorer.adapt.augment import moved, pasted, seen_otherwise
from explorer.adapt.losses import Centres, Targets, label_targets
from explorer.adapt.pictures import Album, Crops, Work
from explorer.adapt.student import Window
from explorer.adapt.teacher import Teacher

UNCHANGED_SHARE = 0.6
CAPTIONED_SHARE = 0.4  # a part this large, or larger, shows what the work's title says
LARGEST_PICTURE = 52  # cells on the long side of the pictures that crops pretend to lie in


@dataclass(frozen=True)
class Batch:
    """``pixels (N, 3, H, W)`` in 0 to 1 of the changed views, their targets, and where the crops of the first
    and second views pretend to lie: in different places, or these would give away which cells belong together."""

    pixels: torch.Tensor
    targets: Targets
    windows: tuple[Window, Window]


class Batches:
    """Makes the batch of a step from the step's number alone, so that a resumed run sees what it would have seen."""

    def __init__(self, works: list[Work], captions: list[list[int]], teacher: Teacher, seed: int) -> None:
        """``captions``: per work, its rows in the table of captions."""
        self.works, self.captions, self.teacher, self.seed = works, captions, teacher, seed
        self.device = teacher.device
        self.album = Album(works, self.device)

    def crops(self, step: int, count: int, cells: tuple[int, int]) -> Crops:
        rng = np.random.default_rng([self.seed, step])
        rows = rng.permutation(max(count, len(self.works)))[:count] % len(self.works)
        return self.album.random_crops(rows, cells, rng)

    def centres(self, count: int = 256) -> Centres:
        """Means of the teacher's outputs over crops of the training pictures."""
        outputs = [self._taught(self.crops(2**30 + step, 32, (8, 8))) for step in range(max(1, count // 32))]
        dense = torch.cat([dense for dense, *_ in outputs])
        features = torch.cat([features for _, features, _ in outputs])
        prior = torch.cat([logits.softmax(1) for *_, logits in outputs]).mean(0)
        known = [work.clip for work in self.works if work.clip is not None]
        clip = torch.from_numpy(np.mean(known, axis=0)) if known else torch.zeros(512)
        return Centres(dense.mean(dim=(0, 2, 3)), features.mean(0), prior, clip.float().to(self.device))

    def batch(self, step: int, count: int, cells: tuple[int, int], centres: Centres) -> Batch:
        """Two changed views of ``count`` crops of ``cells`` (rows, columns)."""
        gen = torch.Generator(self.device).manual_seed(self.seed * 1_000_003 + step)
        rng = np.random.default_rng([self.seed, step, 1])
        crops = self.crops(step, count, cells)
        dense, features, logits = self._taught(crops)
        pixels, maps = moved(crops.pixels.repeat(2, 1, 1, 1), dense.repeat(2, 1, 1, 1), gen)
        changed = seen_otherwise(pixels, gen)
        changed[:count] = torch.where(self._unchanged(count, gen), pixels[:count], changed[:count])
        pixels, maps, own = pasted(changed, maps, gen)
        centred = maps.flatten(2).transpose(1, 2) - centres.cells
        targets = Targets(
            cells=F.normalize(centred, dim=-1),
            features=F.normalize(features - centres.features, dim=-1).repeat(2, 1),
            labels=label_targets(logits, centres.prior).repeat(2, 1),
            own=own,
            caption=torch.tensor(self._captions(crops, rng) + self._captions(crops, rng), device=self.device),
            clip=self._clip(crops, centres).repeat(2, 1),
        )
        return Batch(pixels, targets, (_window(cells, rng), _window(cells, rng)))

    def _taught(self, crops: Crops) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Cells of the crops as they are; features and labels of the larger copies, nearer what the teacher knows."""
        dense = self.teacher.run(crops.pixels, dense_only=True).dense
        judged = self.teacher.run(crops.sharp)
        return dense, judged.features, judged.logits

    @staticmethod
    def _unchanged(count: int, gen: torch.Generator) -> torch.Tensor:
        """Which of the first views keep their medium and colours: originals, to be found in their copies."""
        return torch.rand(count, 1, 1, 1, generator=gen, device=gen.device) < UNCHANGED_SHARE

    def _captions(self, crops: Crops, rng: np.random.Generator) -> list[int]:
        """Per crop a row of the captions, -1 where the crop is too small to show what they say."""
        said = [self.captions[work] if large else [] for work, large in self._large(crops)]
        return [int(rng.choice(rows)) if rows else -1 for rows in said]

    def _clip(self, crops: Crops, centres: Centres) -> torch.Tensor:
        vectors = torch.zeros(len(crops.works), len(centres.clip))
        for row, (work, large) in enumerate(self._large(crops)):
            known = self.works[work].clip
            if known is not None and large:
                vectors[row] = torch.from_numpy(known)
        vectors = vectors.to(self.device)
        centred = F.normalize(vectors - centres.clip, dim=1)
        return centred * (vectors.abs().sum(dim=1, keepdim=True) > 0)

    @staticmethod
    def _large(crops: Crops) -> list[tuple[int, bool]]:
        return list(zip(crops.works.tolist(), (crops.shares >= CAPTIONED_SHARE).tolist(), strict=True))


def _window(cells: tuple[int, int], rng: np.random.Generator) -> Window:
    """Half of the views are whole pictures, half lie somewhere in a larger one.

    Matching sees up to 64 cells a side; training at that size is dear, so only the positions are a large picture's.
    """
    rows, columns = cells
    if rng.random() < 0.5 or max(cells) >= LARGEST_PICTURE:
        return Window(rows, columns)
    grow = float(np.exp(rng.uniform(0, np.log(LARGEST_PICTURE / max(cells)))))
    tall, wide = round(rows * grow), round(columns * grow)
    return Window(tall, wide, int(rng.integers(tall - rows + 1)), int(rng.integers(wide - columns + 1)))
