"""Which block and facet of a model match details best, chosen by copies made of the collection's own details.

A CLIP says different things at different depths, and no one depth is best for every model and every kind of picture.
Before a collection is encoded with a model whose own config names no layer for matching, altered copies of details are
set into other works (:mod:`explorer.calibration.copies`), and every candidate is tried on finding them, under the same
reduction and by the same dense matching that searches use. One pass of the model per picture serves all candidates.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.calibration.copies import random_alteration, redrawn, room_for, set_into
from explorer.encoder import Layer
from explorer.features.grid import FeatureMap
from explorer.features.pca import Reduction, fit_reduction
from explorer.geometry import Box, intersection_over_union
from explorer.matching.dense import MatchOptions, peaks, query_grid
from explorer.matching.score_maps import IMPOSSIBLE
from explorer.progress import Progress, silent
from explorer.workspace import gradient_histograms_of

if TYPE_CHECKING:
    from PIL.Image import Image

    from explorer.collection import Collection
    from explorer.config import Config
    from explorer.encoder import Encoder

FEWEST_WORKS = 8
"""Works below which nothing is chosen: there is too little to choose by."""
WORKS = 16
"""Works that copies are made from and set into: with a ViT-B/16 on two cores, many more would take over a minute."""
PER_HOST = 3
"""Copies that are set into one work."""
HIT = 0.3
"""IoU with where the copy was set from which it counts as found."""
STAGE = "Choosing the block that matches details"
_SIDES = (0.12, 0.4)  # of a square of the picture's area
_FEWEST_CELLS = 3
_TRIES, _PLACES = 3, 12
_SAMPLE = 4096  # cells in all that a candidate's reduction is fitted on
_RIVALS = 5  # other works in which a copy might be found in error


@dataclass(frozen=True)
class Score:
    """How one layer did: how many copies it ``found``, and the mean reciprocal ``rank`` of the right place."""

    layer: Layer
    found: int
    rank: float


@dataclass(frozen=True)
class Choice:
    """The layers that were tried, the best first, on how many ``copies``; ``blocks`` is how many the model has."""

    scores: tuple[Score, ...]
    copies: int
    blocks: int

    @property
    def layer(self) -> Layer:
        """The best one."""
        return self.scores[0].layer

    def words(self) -> str:
        """What was chosen, to go on from "Details are matched by".

        >>> Choice((Score(Layer(-4, "value"), 41, 0.9), Score(Layer(-3, "token"), 38, 0.8)), 48, 12).words()
        'the values of block 9 of 12, which found 41 of 48 copies; the next best found 38'
        """
        number = self.blocks + self.layer.block + 1
        next_best = f"; the next best found {self.scores[1].found}" if len(self.scores) > 1 else ""
        return (
            f"the {self.layer.facet}s of block {number} of {self.blocks}, which found {self.scores[0].found} of "
            f"{self.copies} copies{next_best}"
        )

    def record(self) -> dict[str, Any]:
        """The layer that was chosen and how it did, for a program to read."""
        return {**asdict(self.layer), "found": self.scores[0].found, "copies": self.copies}

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | None) -> Choice | None:
        """What :meth:`to_json` wrote, or None where that is missing or something else."""
        try:
            record: Any = json.loads(text or "")
            scores = tuple(Score(Layer(**one["layer"]), one["found"], one["rank"]) for one in record["scores"])
            return cls(scores, record["copies"], record["blocks"]) if scores else None
        except (ValueError, KeyError, TypeError):
            return None


def choice_fact(config: Config, model_hash: str) -> str:
    """The name of the collection's fact that holds the choice for a model and a config that names no block: whatever
    else changes the vectors may change the choice."""
    return f"matching {config.fingerprint(model_hash)}"


def chosen(collection: Collection, config: Config, model_hash: str) -> Choice | None:
    """The choice that a config's block and facet came from; None where they were named, asked for, or the usual."""
    for facet in ("", config.match_facet):
        asked = replace(config, match_layer=0, match_facet=facet)
        choice = Choice.from_json(collection.fact(choice_fact(asked, model_hash)))
        if choice and choice.layer == Layer(config.match_layer, config.match_facet):
            return choice
    return None


@dataclass(frozen=True)
class _Copy:
    """A copy of the cells ``rows``, ``columns`` of the work number ``source``, at ``box`` in the work ``host``."""

    source: int
    rows: slice
    columns: slice
    host: int
    box: Box


def choose(encoder: Encoder, config: Config, pictures: Sequence[Image], progress: Progress = silent) -> Choice | None:
    """The candidates of a model, tried on copies of details of ``pictures`` (RGB, upright), the best first.

    Seeded: the same pictures give the same choice. None where no copies can be made.
    """
    layers = [one for one in encoder.candidates if config.match_facet in ("", one.facet)]
    rng = np.random.default_rng(0)
    grids = [encoder.grid_shape(*picture.size) for picture in pictures]
    hosts, copies = _planted(pictures, grids, rng)
    if not copies:
        return None
    total, done = 2 * len(pictures) + len(layers), 0

    def told(maps: list[FeatureMap]) -> list[FeatureMap]:
        nonlocal done
        done += 1
        progress(STAGE, done, total)
        return maps

    def described(picture: Image) -> tuple[list[FeatureMap], np.ndarray | None]:
        prepared = encoder.prepare(picture, *picture.size)
        maps = told(encoder.match_maps([prepared], layers)[0])
        return maps, gradient_histograms_of(prepared, maps[0].shape, config)

    trial = _Trial(config, copies, len(layers), rng)
    for number, picture in enumerate(pictures):
        trial.see_original(number, *described(picture))
    trial.fit()
    for host in hosts:
        trial.see_host(*described(host))
    scores = []
    for number, layer in enumerate(layers):
        ranks = trial.ranks(number)
        scores.append(Score(layer, int((ranks == 1).sum()), round(float((1 / ranks).mean()), 4)))
        told([])
    return Choice(tuple(sorted(scores, key=lambda one: (-one.found, -one.rank))), len(copies), encoder.blocks)


class _Trial:
    """What every candidate makes of the originals' details and of the hosts; of whole originals nothing is kept."""

    def __init__(self, config: Config, copies: Sequence[_Copy], layers: int, rng: np.random.Generator) -> None:
        self.config, self.copies, self.rng = config, copies, rng
        self.samples: list[list[np.ndarray]] = [[] for _ in range(layers)]
        self.drawn: list[np.ndarray] = []
        self.details: dict[int, tuple[list[np.ndarray], np.ndarray | None]] = {}
        self.reductions: list[Reduction] = []
        self.hosts: list[list[np.ndarray]] = [[] for _ in range(layers)]

    def see_original(self, number: int, maps: list[FeatureMap], histograms: np.ndarray | None) -> None:
        """Keep the cells of an original that are asked for, and some of them for the reduction."""
        for copy, one in enumerate(self.copies):
            if one.source == number:
                where = (one.rows, one.columns)
                seen = None if histograms is None else histograms[where]
                self.details[copy] = ([whole.vectors[where].copy() for whole in maps], seen)
        cells = np.sort(self.rng.permutation(math.prod(maps[0].shape))[: _SAMPLE // WORKS])
        for sample, whole in zip(self.samples, maps, strict=True):
            sample.append(whole.vectors.reshape(-1, whole.vectors.shape[2])[cells])
        if histograms is not None:
            self.drawn.append(histograms.reshape(-1, histograms.shape[2])[cells])

    def fit(self) -> None:
        """The reduction of each candidate, as indexing would fit it."""
        drawn, config = np.concatenate(self.drawn) if self.drawn else None, self.config
        self.reductions = [
            fit_reduction(np.concatenate(sample), config.cell_dims, config.whitening, drawn, config.hog_weight)
            for sample in self.samples
        ]

    def see_host(self, maps: list[FeatureMap], histograms: np.ndarray | None) -> None:
        for kept, reduction, whole in zip(self.hosts, self.reductions, maps, strict=True):
            kept.append(reduction.apply(whole, histograms).vectors.astype(np.float16))

    def ranks(self, layer: int) -> np.ndarray:
        """For every copy the rank, from 1, of the place where it lies, by the candidate number ``layer``."""
        return np.array([self._rank(layer, copy, one) for copy, one in enumerate(self.copies)])

    def _rank(self, layer: int, copy: int, one: _Copy) -> int:
        """Against the best other place in the same host, and in some hosts that are not the work it was taken from."""
        maps, histograms = self.details[copy]
        detail = self.reductions[layer].apply(FeatureMap(maps[layer]), histograms)
        count = len(self.hosts[layer])
        others = [(one.host + step) % count for step in range(1, count)]
        rivals = [number for number in others if number != one.source][:_RIVALS]
        works = [self.hosts[layer][number] for number in (one.host, *rivals)]
        found = peaks(query_grid(detail, Box.whole()), works, MatchOptions())
        here = intersection_over_union(np.array([one.box.as_tuple()]), found.boxes[0])[0] > HIT
        right = found.scores[0][here].max(initial=IMPOSSIBLE)
        wrong = [found.scores[0][~here].max(initial=IMPOSSIBLE), *found.scores[1:].max(axis=1)]
        return 1 + sum(score >= right for score in wrong)


def _planted(
    pictures: Sequence[Image], grids: Sequence[tuple[int, int]], rng: np.random.Generator
) -> tuple[list[Image], list[_Copy]]:
    """Every picture with copies of the others' details set into it, where they do not cover one another."""
    hosts, copies = [picture.copy() for picture in pictures], []
    for number, host in enumerate(hosts):
        taken: list[Box] = []
        for source, rows, columns in _details(pictures, grids, number, rng):
            across, down = grids[source][1], grids[source][0]
            box = Box(columns.start / across, rows.start / down, columns.stop / across, rows.stop / down)
            alteration = random_alteration(rng)
            piece = redrawn(_crop(pictures[source], box), alteration)
            size = room_for(box, pictures[source].size, host.size, alteration)
            at = _free_place(host.size, size, taken, rng)
            if at is not None:
                taken.append(set_into(host, piece, at, size, alteration.turn))
                copies.append(_Copy(source, rows, columns, number, taken[-1]))
    return hosts, copies


def _details(
    pictures: Sequence[Image], grids: Sequence[tuple[int, int]], host: int, rng: np.random.Generator
) -> Iterator[tuple[int, slice, slice]]:
    """Places of whole cells in other works than the host, those of a few tries with most to see in them."""
    for _ in range(PER_HOST):
        source = int(rng.choice([number for number in range(len(pictures)) if number != host]))
        tried = [_some_cells(*grids[source], rng) for _ in range(_TRIES)]
        grey = np.asarray(pictures[source].convert("L").resize(grids[source][::-1]), np.float32)
        yield source, *max(tried, key=lambda where: float(grey[where].std()))


def _some_cells(rows: int, columns: int, rng: np.random.Generator) -> tuple[slice, slice]:
    """A rectangle of a random size and proportion, anywhere in a grid."""
    side = math.sqrt(rows * columns) * math.exp(rng.uniform(*np.log(_SIDES)))
    stretch = math.exp(rng.uniform(-0.4, 0.4))
    high = min(max(round(side / stretch), _FEWEST_CELLS), rows)
    wide = min(max(round(side * stretch), _FEWEST_CELLS), columns)
    top, left = int(rng.integers(0, rows - high + 1)), int(rng.integers(0, columns - wide + 1))
    return slice(top, top + high), slice(left, left + wide)


def _free_place(
    host: tuple[int, int], size: tuple[int, int], taken: Sequence[Box], rng: np.random.Generator
) -> tuple[int, int] | None:
    """The upper left corner, in pixels, of a place that covers none of those taken; None if there is hardly any."""
    for _ in range(_PLACES):
        left, top = (int(rng.integers(0, max(1, side - part))) for side, part in zip(host, size, strict=True))
        box = Box.from_pixels((left, top, left + size[0], top + size[1]), *host).clipped()
        if not any(box.x0 < b.x1 and b.x0 < box.x1 and box.y0 < b.y1 and b.y0 < box.y1 for b in taken):
            return left, top
    return None


def _crop(picture: Image, box: Box) -> Image:
    x0, y0, x1, y1 = box.to_pixels(*picture.size)
    return picture.crop((x0, y0, max(x1, x0 + 2), max(y1, y0 + 2)))
