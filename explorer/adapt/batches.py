"""One training step's input: crops, what the teacher makes of them, and the views that the student gets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from explorer.adapt.augment import moved, pasted, seen_otherwise
from explorer.adapt.losses import Centres, Targets, label_targets
from explorer.adapt.pictures import Work
from explorer.adapt.sheets import CELL, SQUARE, Sheets
from explorer.adapt.student import Window
from explorer.adapt.teacher import Teacher

UNCHANGED_SHARE = 0.5
ELSEWHERE = 1000.0  # cells: how far apart different crops pretend to lie
STRETCHED_SHARE = 0.2
STRETCH = 2.2  # how far positions may be spread when the model is to know interpolated ones


@dataclass(frozen=True)
class Size:
    """Of a step's crops: how many, their ``cells`` (rows, columns), and whether they are whole pictures, squeezed."""

    count: int
    cells: tuple[int, int]
    whole: bool = False


@dataclass(frozen=True)
class Batch:
    """``pixels (N, 3, H, W)`` in 0 to 1 of the changed views, their targets, and where the crops of the first
    and second views pretend to lie: in different places, or these would give away which cells belong together."""

    pixels: torch.Tensor
    targets: Targets
    windows: tuple[Window, Window]

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of cells of every view."""
        return self.pixels.shape[-2] // CELL, self.pixels.shape[-1] // CELL


class Batches:
    """Makes the batch of a step from the step's number alone, so that a resumed run sees what it would have seen."""

    def __init__(
        self, works: list[Work], captions: list[list[int]], sheets: Sheets, teacher: Teacher, seed: int, held_out: bool,
    ) -> None:  # fmt: skip
        """``captions``: per work, its rows in the table of captions. ``held_out``: take the validation works."""
        self.works, self.captions, self.sheets, self.teacher, self.seed = works, captions, sheets, teacher, seed
        self.device = teacher.device
        wanted = np.array([work.held_out is held_out for work in works])
        self.mine = wanted if wanted.any() else ~wanted

    def centres(self, count: int = 400) -> Centres:
        """Means of the teacher's outputs over the training pictures, squeezed."""
        chosen = np.flatnonzero(self.sheets.square & self.mine[self.sheets.works])[:count]
        crops = [self.sheets.crop(sheet, 0, 0, (SQUARE, SQUARE)) for sheet in chosen]
        dense = torch.from_numpy(np.mean([crop[1] for crop in crops], axis=(0, 1, 2), dtype=np.float32))
        meaning = torch.from_numpy(np.mean([crop[2] for crop in crops], axis=(1, 2), dtype=np.float32))
        logits = self.teacher.logits(self._features(meaning))
        known = [work.clip for work in self.works if work.clip is not None]
        clip = torch.from_numpy(np.mean(known, axis=0)) if known else torch.zeros(512)
        parts = dense, meaning.mean(0), logits.softmax(1).mean(0), clip.float()
        return Centres(*(part.to(self.device) for part in parts))

    def batch(self, step: int, size: Size, centres: Centres) -> Batch:
        """Two changed views of every crop."""
        gen = torch.Generator(self.device).manual_seed(self.seed * 1_000_003 + step)
        rng = np.random.default_rng([self.seed, step, 1])
        works, pixels, maps, halves = self._crops(rng, size)
        count = len(works)
        channels = maps.shape[1]
        pixels, maps, halved = (part.repeat(2, 1, 1, 1) for part in (pixels, _placed(maps), halves))
        pixels, (maps, halved) = moved(pixels, (maps, halved), gen)
        changed = seen_otherwise(pixels, gen)
        changed[:count] = torch.where(self._unchanged(count, gen), pixels[:count], changed[:count])
        pixels, maps, halved, own = pasted(changed, maps, halved, gen)
        cells = maps.flatten(2).transpose(1, 2)
        pooled = halves.mean(dim=(2, 3))
        logits = self.teacher.logits(self._features(pooled))
        targets = Targets(
            cells=F.normalize(cells[..., :channels] - centres.cells, dim=-1),
            places=cells[..., channels:],
            meaning=F.normalize(halved.flatten(2).transpose(1, 2) - centres.meaning, dim=-1),
            features=F.normalize(pooled - centres.meaning, dim=-1).repeat(2, 1),
            labels=label_targets(logits, centres.prior).repeat(2, 1),
            own=own,
            caption=torch.tensor(self._captions(works, size.whole, rng) * 2, device=self.device),
            clip=self._clip(works, size.whole, centres).repeat(2, 1),
        )
        return Batch(pixels, targets, self._windows(size, rng))

    def _crops(self, rng: np.random.Generator, size: Size) -> tuple[np.ndarray, *tuple[torch.Tensor, ...]]:
        """Works ``(n,)``, pixels, dense and meaning maps of random crops, channels second."""
        rows, columns = size.cells
        fits = (self.sheets.shapes >= size.cells).all(axis=1) & (self.sheets.square == size.whole)
        sheets = rng.permutation(np.flatnonzero(fits & self.mine[self.sheets.works]))
        sheets = np.resize(sheets, size.count)
        crops = []
        for sheet in sheets:
            tall, wide = self.sheets.shapes[sheet]
            top, left = (2 * rng.integers(slack // 2 + 1) for slack in (tall - rows, wide - columns))
            crops.append(self.sheets.crop(sheet, top, left, size.cells))
        stacked = (torch.from_numpy(np.stack(part)).to(self.device) for part in zip(*crops, strict=True))
        pixels, dense, meaning = (part.permute(0, 3, 1, 2).float() for part in stacked)
        return self.sheets.works[sheets], pixels / 255, dense, meaning

    def _features(self, meaning: torch.Tensor) -> torch.Tensor:
        """The classifier's input ``(N, 1280)`` from reduced means ``(N, D)``."""
        mean, basis = (torch.from_numpy(part).to(meaning.device) for part in vars(self.sheets.reduced).values())
        return (meaning @ basis.T + mean).clamp_min(0)

    @staticmethod
    def _unchanged(count: int, gen: torch.Generator) -> torch.Tensor:
        """Which of the first views keep their medium and colours: originals, to be found in their copies."""
        return torch.rand(count, 1, 1, 1, generator=gen, device=gen.device) < UNCHANGED_SHARE

    def _captions(self, works: np.ndarray, whole: bool, rng: np.random.Generator) -> list[int]:
        """Per crop a row of the captions, -1 where the crop does not show all that they say."""
        said = [self.captions[work] if whole else [] for work in works]
        return [int(rng.choice(rows)) if rows else -1 for rows in said]

    def _clip(self, works: np.ndarray, whole: bool, centres: Centres) -> torch.Tensor:
        vectors = torch.zeros(len(works), len(centres.clip))
        for row, work in enumerate(works):
            if whole and self.works[work].clip is not None:
                vectors[row] = torch.from_numpy(self.works[work].clip)
        vectors = vectors.to(self.device)
        return F.normalize(vectors - centres.clip, dim=1) * (vectors.abs().sum(dim=1, keepdim=True) > 0)

    @staticmethod
    def _windows(size: Size, rng: np.random.Generator) -> tuple[Window, Window]:
        """Where the views lie: as a rule anywhere in the grid that positions were made for, at its own spacing."""
        rows, columns = size.cells
        if rng.random() < STRETCHED_SHARE and not size.whole:
            grow = float(np.exp(rng.uniform(0, np.log(STRETCH))))
            tall, wide = (round(max(side, SQUARE) * grow) for side in size.cells)
        else:
            tall, wide = max(rows, SQUARE), max(columns, SQUARE)
        places = [(int(rng.integers(tall - rows + 1)), int(rng.integers(wide - columns + 1))) for _ in range(2)]
        return Window(tall, wide, *places[0]), Window(tall, wide, *places[1])


def _placed(maps: torch.Tensor) -> torch.Tensor:
    """Maps with two more channels: every cell's column and row, far from every other crop's."""
    n, _, rows, columns = maps.shape
    across = torch.arange(columns, device=maps.device).view(1, 1, 1, columns).expand(n, 1, rows, columns)
    down = torch.arange(rows, device=maps.device).view(1, 1, rows, 1).expand(n, 1, rows, columns)
    apart = ELSEWHERE * torch.arange(n, device=maps.device).view(n, 1, 1, 1)
    return torch.cat([maps, across + apart, down.float()], dim=1)
