"""Queries in words: every work's regions are compared with the text's vector in the joint space of the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.errors import ExplorerError
from explorer.geometry import Box, non_maximum_suppression
from explorer.index.exact import ExactIndex
from explorer.matching.dense import SAME_PLACE
from explorer.verification import robust_z_scores
from explorer.workspace import Workspace


@dataclass(frozen=True)
class WordPlace:
    """A region that answers to words: ``row`` is the work's row in the tables, ``cosine`` that of picture and text."""

    row: int
    box: Box
    cosine: float


def find_words(workspace: Workspace, text: str, per_work: int) -> list[WordPlace]:
    """The best ``per_work`` places of every work for a text, by descending cosine.

    A place's ``cosine`` is the mean of its region's and of the whole work's: the region's says where, the whole
    picture's whether. Raises :class:`ExplorerError` where there are no words.
    """
    if not text.strip():
        raise ExplorerError("Type what you are looking for, such as: a windmill on a hill.")
    tables = workspace.tables
    cosines = ExactIndex(tables.region_joint).scores(workspace.encoder.words([text.strip()]))[0]
    found = []
    for row in range(len(tables.works)):
        first, end = tables.first_region[row], tables.first_region[row + 1]
        scores = (cosines[first:end] + cosines[first]) / 2  # the first region is the whole work
        if per_work == 1:
            kept = [int(scores.argmax())]
        else:
            kept = non_maximum_suppression(tables.region_boxes[first:end], scores, SAME_PLACE, per_work).tolist()
        found += [WordPlace(row, tables.region_box(first + region), float(scores[region])) for region in kept]
    return sorted(found, key=lambda place: -place.cosine)


def word_z_scores(places: list[WordPlace]) -> dict[int, float]:
    """By row, how far a work's cosine stands above those of all works, as a robust z-score; one place per work."""
    cosines = np.array([place.cosine for place in places])
    z_scores = robust_z_scores(cosines, among=cosines)
    return {place.row: float(z_score) for place, z_score in zip(places, z_scores, strict=True)}
