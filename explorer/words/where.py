"""Where in a picture words are found: a heatmap over its cells, and the boxes that fit best."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap
from explorer.geometry import Box
from explorer.workspace import Workspace

NEUTRAL = (
    "a painting", "a picture", "a landscape", "a background", "sky", "ground", "a wall", "a drawing", "a scene",
    "an artwork", "grass and trees", "people",
)  # fmt: skip
"""Texts that fit any picture: what these fit as well is no answer to other words."""
NOTHING = "Nothing stands out for these words in this picture."
MOST_PLACES = 5
STANDS_OUT = 0.45
"""How far a cell must lie between the picture's median and its best cell to speak for a place."""
LEAST_SIDE = 2
"""Cells of the shorter side of a place."""
LEAST_SHARE = 0.15
"""Of what stands out at the best place: further places at which less does are left out."""
_SMOOTHINGS = 2


@dataclass(frozen=True)
class WordBox:
    """A place that words fit, and its share, 0 to 1, of all that stands out in the picture."""

    box: Box
    score: float


@dataclass(frozen=True)
class WordMap:
    """How well words fit each part of a picture."""

    heat: np.ndarray
    """``(rows, columns) float32``: how much better the words fit a cell than neutral texts do, a difference of
    cosines, of a picture divided into equal cells."""
    places: tuple[WordBox, ...]
    """The boxes that fit best, best first; none overlaps another. Empty where nothing stands out."""
    sentence: str = ""
    """Why there are no places; empty where there are."""

    def levels(self) -> np.ndarray:
        """The heat as ``(rows, columns) uint8``, 0 where the words fit least to 255 where they fit best here."""
        low, high = float(self.heat.min()), float(self.heat.max())
        return np.asarray((self.heat - low) / ((high - low) or 1) * 255).round().astype(np.uint8)

    def record(self, work: Work, words: str) -> dict[str, Any]:
        """The map of a work as JSON, for the command line and the REST API: boxes in pixels of the original, ``heat`` a
        list of rows from the top, each a list of cells from the left."""
        size = work.width, work.height
        return {
            "file": work.id,
            "words": words,
            "sentence": self.sentence,
            "boxes": [
                {"box": list(place.box.to_pixels(*size)), "score": round(place.score, 6)} for place in self.places
            ],
            "heat": [[round(float(value), 5) for value in row] for row in self.heat],
        }


def words_in_work(workspace: Workspace, work_id: str, text: str) -> WordMap:
    """Where in a work of the collection a text is found.

    The original goes through the model unless it is one of the last few that did. Raises :class:`ExplorerError` where
    there are no words, no such work, or its picture cannot be read.
    """
    return word_map(workspace, workspace.original(workspace.collection.work(work_id)), text)


def word_map(workspace: Workspace, picture: Path, text: str) -> WordMap:
    """The same of any picture file."""
    if not text.strip():
        raise ExplorerError("Type what to look for in the picture, such as: a windmill.")
    joint = workspace.joint(picture)
    vectors = workspace.encoder.words([text.strip(), *NEUTRAL])
    return located(joint, vectors[0] - vectors[1:].mean(axis=0))


def located(joint: FeatureMap, wanted: np.ndarray, stands_out: float = STANDS_OUT) -> WordMap:
    """Where cells in the joint space fit a direction ``wanted (P,)``: a text's vector less that of neutral texts.

    A place is the rectangle of cells in which the most stands out: the sum of the heat above a threshold is greatest,
    cells below it counting against it (Lampert, Blaschko and Hofmann, "Beyond sliding windows: object localization by
    efficient subwindow search", CVPR 2008). So it takes the size and the shape of the thing. The next places are the
    best ones beside those before.
    """
    heat = _smoothed((joint.vectors @ wanted).astype(np.float32))
    middle, high = float(np.median(heat)), float(heat.max())
    above = heat.astype(np.float64) - (middle + stands_out * (high - middle))
    all_of_it = float(np.clip(above, 0, None).sum())
    places: list[WordBox] = []
    while all_of_it > 0 and len(places) < MOST_PLACES:
        (top, left, bottom, right), total = _best_rectangle(above)
        if total <= 0 or (places and total / all_of_it < LEAST_SHARE * places[0].score):
            break
        rows, columns = heat.shape
        box = Box(left / columns, top / rows, right / columns, bottom / rows)
        places.append(WordBox(box, total / all_of_it))
        taken = slice(max(top - 1, 0), bottom + 1), slice(max(left - 1, 0), right + 1)  # and its rim
        above[taken] = -all_of_it * above.size  # so that no other place has any of it
    return WordMap(heat, tuple(places), "" if places else NOTHING)


def _smoothed(heat: np.ndarray) -> np.ndarray:
    """Each cell with its neighbours, by a binomial filter of about one cell's standard deviation."""
    for _ in range(_SMOOTHINGS):
        padded = np.pad(heat, 1, mode="edge")
        across = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4
        heat = (across[:-2] + 2 * across[1:-1] + across[2:]) / 4
    return heat


def _best_rectangle(above: np.ndarray) -> tuple[tuple[int, int, int, int], float]:
    """The rectangle of cells whose sum is greatest: top, left, bottom, right (the last two not part of it), and the
    sum. For every pair of rows the best columns are found in one pass, as of the largest sum of a sequence."""
    rows, columns = above.shape
    sums = np.zeros((rows + 1, columns + 1))
    sums[1:, 1:] = above.cumsum(axis=0).cumsum(axis=1)
    first, last = np.triu_indices(rows + 1, min(LEAST_SIDE, rows))
    upto = sums[last] - sums[first]  # (pairs, columns + 1): from the left edge to each column, between two rows
    wide = min(LEAST_SIDE, columns)
    least = np.minimum.accumulate(upto[:, : columns + 1 - wide], axis=1)
    totals = upto[:, wide:] - least
    pair, right = np.unravel_index(int(totals.argmax()), totals.shape)
    left = int(upto[pair, : right + 1].argmin())
    return (int(first[pair]), left, int(last[pair]), int(right) + wide), float(totals[pair, right])
