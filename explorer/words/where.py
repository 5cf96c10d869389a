"""Where in a picture words are found: a heatmap over its cells, and the boxes that fit best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer.collection import Work
from explorer.collection.pictures import picture_size
from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap
from explorer.words.known import refuse_unknown
from explorer.words.rectangles import STANDS_OUT, WordBox, smoothed, standing_out
from explorer.workspace import Workspace

NEUTRAL = (
    "a painting", "a picture", "a landscape", "a background", "sky", "ground", "a wall", "a drawing", "a scene",
    "an artwork", "grass and trees", "people",
)  # fmt: skip
"""Texts that fit any picture: what these fit as well is no answer to other words."""
NOTHING = "Nothing stands out for these words in this picture."


@dataclass(frozen=True)
class WordMap:
    """How well words fit each part of a picture."""

    heat: np.ndarray
    """``(rows, columns) float32``: how much better the words fit a cell than neutral texts do, a difference of
    cosines, of a picture divided into equal cells."""
    places: tuple[WordBox, ...]
    """The boxes that fit best, best first; none overlaps another. Empty where nothing stands out."""
    sentence: str = ""
    """Why there are no places, or why those that there are deserve no trust; else empty."""

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
    there are no words that the model knows, no such work, or its picture cannot be read.
    """
    return word_map(workspace, workspace.original(workspace.collection.work(work_id)), text)


def word_map(workspace: Workspace, picture: Path, text: str) -> WordMap:
    """The same of any picture file."""
    if not text.strip():
        raise ExplorerError("Type what to look for in the picture, such as: a windmill.")
    refuse_unknown(text, workspace.encoder)
    picture_size(picture)  # which refuses what is no picture, or is not there
    joint = workspace.joint(picture)
    return located(joint, beyond_neutral(text, workspace.encoder.words))


def beyond_neutral(text: str, encode: Callable[[list[str]], np.ndarray]) -> np.ndarray:
    """A text's vector less the mean of those of neutral texts, ``(P,)``; ``encode`` takes texts and gives unit rows."""
    vectors = encode([text.strip(), *NEUTRAL])
    return np.asarray(vectors[0] - vectors[1:].mean(axis=0))


def located(joint: FeatureMap, wanted: np.ndarray, stands_out: float = STANDS_OUT) -> WordMap:
    """Where cells in the joint space fit a direction ``wanted (P,)``: a text's vector less that of neutral texts."""
    heat = smoothed((joint.vectors @ wanted).astype(np.float32))
    places = standing_out(heat, stands_out)
    return WordMap(heat, places, "" if places else NOTHING)
