"""Which block and facet of a model match details best, chosen by copies made of the collection's own details.

A CLIP encodes different things at different depths, and no single depth is best for every model and every kind of
picture. Before a collection is encoded with a model whose own config names no layer for matching, altered copies of
details are set into other works (:mod:`explorer.calibration.layer_copies`), and every candidate layer is tried on
finding them, with the same reduction and the same dense matching that searches use. One pass of the model per picture
serves all candidates.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from explorer.calibration.choice import Choice, Score, choice_fact, chosen
from explorer.calibration.layer_copies import LayerCopy, plant_copies
from explorer.features.grid import FeatureMap
from explorer.features.pca import Reduction, fit_reduction
from explorer.geometry import Box, intersection_over_union
from explorer.matching.dense import MatchOptions, peaks, query_grid
from explorer.matching.score_maps import IMPOSSIBLE
from explorer.progress import Progress, silent
from explorer.workspace import gradient_histograms_of

if TYPE_CHECKING:
    from PIL.Image import Image

    from explorer.config import Config
    from explorer.encoder import Encoder

__all__ = ["FEWEST_WORKS", "HIT", "STAGE", "WORKS", "Choice", "Score", "choice_fact", "choose", "chosen"]

FEWEST_WORKS = 8
"""Works below which no layer is chosen: there is too little to choose by."""
WORKS = 16
"""Works that copies are made from and set into: with a ViT-B/16 on two cores, many more would take over a minute."""
HIT = 0.3
"""IoU of a place with that of the copy above which the copy counts as found."""
STAGE = "Choosing the block that matches details"
_SAMPLE = 4096  # cells in all that a candidate's reduction is fitted on
_RIVALS = 5  # other works in which a copy might be found in error


@dataclass(frozen=True)
class _Description:
    """A picture by every candidate layer: their ``maps``, and its gradient ``histograms`` where they count."""

    maps: list[FeatureMap]
    histograms: np.ndarray | None


def choose(encoder: Encoder, config: Config, pictures: Sequence[Image], progress: Progress = silent) -> Choice | None:
    """The candidate layers of a model, tried on copies of details of ``pictures`` (RGB, upright), the best first.

    Seeded: the same pictures give the same choice. None where no copies can be made.
    """
    layers = [layer for layer in encoder.candidates if config.match_facet in ("", layer.facet)]
    rng = np.random.default_rng(0)
    hosts, copies = plant_copies(pictures, [encoder.grid_shape(*picture.size) for picture in pictures], rng)
    if not copies:
        return None
    done = _counted(progress, 2 * len(pictures) + len(layers))

    def described(picture: Image) -> _Description:
        prepared = encoder.prepare(picture, *picture.size)
        maps = encoder.match_maps([prepared], layers)[0]
        done()
        return _Description(maps, gradient_histograms_of(prepared, maps[0].shape, config))

    trial = _Trial(config, copies, len(layers), rng)
    for number, picture in enumerate(pictures):
        trial.add_original(number, described(picture))
    trial.fit()
    for host in hosts:
        trial.add_host(described(host))
    scores = []
    for number, layer in enumerate(layers):
        ranks = trial.ranks(number)
        scores.append(Score(layer, int((ranks == 1).sum()), round(float((1 / ranks).mean()), 4)))
        done()
    return Choice(tuple(sorted(scores, key=lambda score: (-score.found, -score.rank))), len(copies), encoder.blocks)


def _counted(progress: Progress, total: int) -> Callable[[], None]:
    """A function that reports one step more of ``total`` with every call."""
    steps = iter(range(1, total + 1))
    return lambda: progress(STAGE, next(steps), total)


class _Trial:
    """The details of the originals and the grids of the hosts by every candidate layer, numbered in their order.

    Of the originals only the details are kept, and a sample of cells for fitting the reductions.
    """

    def __init__(self, config: Config, copies: Sequence[LayerCopy], layers: int, rng: np.random.Generator) -> None:
        self.config, self.copies, self.rng = config, copies, rng
        self.samples: list[list[np.ndarray]] = [[] for _ in range(layers)]
        self.histogram_samples: list[np.ndarray] = []
        self.details: dict[int, _Description] = {}  # by the copy's number
        self.reductions: list[Reduction] = []
        self.hosts: list[list[np.ndarray]] = [[] for _ in range(layers)]

    def add_original(self, number: int, described: _Description) -> None:
        """Keep the details of an original that were copied, and some of its cells for the reductions."""
        maps, histograms = described.maps, described.histograms
        for copy_number, copy in enumerate(self.copies):
            if copy.detail.source == number:
                cells = (copy.detail.rows, copy.detail.columns)
                kept = None if histograms is None else histograms[cells]
                detail = [FeatureMap(whole.vectors[cells].copy()) for whole in maps]
                self.details[copy_number] = _Description(detail, kept)
        chosen_cells = np.sort(self.rng.permutation(math.prod(maps[0].shape))[: _SAMPLE // WORKS])
        for sample, whole in zip(self.samples, maps, strict=True):
            sample.append(whole.vectors.reshape(-1, whole.vectors.shape[2])[chosen_cells])
        if histograms is not None:
            self.histogram_samples.append(histograms.reshape(-1, histograms.shape[2])[chosen_cells])

    def fit(self) -> None:
        """The reduction of each candidate, as indexing would fit it."""
        histograms = np.concatenate(self.histogram_samples) if self.histogram_samples else None
        whitening, hog_weight = self.config.whitening or 0.0, self.config.hog_weight or 0.0
        self.reductions = [
            fit_reduction(np.concatenate(sample), self.config.cell_dims, whitening, histograms, hog_weight)
            for sample in self.samples
        ]

    def add_host(self, described: _Description) -> None:
        """Keep the grids of a picture into which copies were set, as they would be stored."""
        for kept, reduction, whole in zip(self.hosts, self.reductions, described.maps, strict=True):
            kept.append(reduction.apply(whole, described.histograms).vectors.astype(np.float16))

    def ranks(self, layer: int) -> np.ndarray:
        """For every copy the rank, from 1, of the place where it lies, by one candidate layer."""
        return np.array([self._rank(layer, number) for number in range(len(self.copies))])

    def _rank(self, layer: int, copy_number: int) -> int:
        """Against the best other place in the same host, and in some hosts that are not the work it was taken from."""
        copy, described = self.copies[copy_number], self.details[copy_number]
        detail = self.reductions[layer].apply(described.maps[layer], described.histograms)
        count = len(self.hosts[layer])
        following = [(copy.host + step) % count for step in range(1, count)]
        rivals = [number for number in following if number != copy.detail.source][:_RIVALS]
        works = [self.hosts[layer][number] for number in (copy.host, *rivals)]
        found = peaks(query_grid(detail, Box.whole()), works, MatchOptions())
        here = intersection_over_union(np.array([copy.box.as_tuple()]), found.boxes[0])[0] > HIT
        right = found.scores[0][here].max(initial=IMPOSSIBLE)
        wrong = [found.scores[0][~here].max(initial=IMPOSSIBLE), *found.scores[1:].max(axis=1)]
        return 1 + sum(bool(score >= right) for score in wrong)
