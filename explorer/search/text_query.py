"""Queries in words: every work's regions are compared with the text's vector in the joint space of the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from explorer.errors import ExplorerError
from explorer.geometry import Box, non_maximum_suppression
from explorer.index.exact import ExactIndex
from explorer.matching.dense import SAME_PLACE
from explorer.search.query import Match
from explorer.verification import robust_z_scores
from explorer.words.rectangles import heat_of_regions, standing_out
from explorer.words.where import beyond_neutral
from explorer.workspace import Workspace

GRID = 24
"""Cells of the longer side of a map made of stored regions."""
REGIONS_STAND_OUT = 0.6
"""What :data:`explorer.words.rectangles.STANDS_OUT` is there: regions blur what they have."""

_TEXTS_AT_A_TIME = 16  # their scores with the regions of 100,000 works take a gigabyte


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
    refuse_blank(text)
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


def localised(workspace: Workspace, text: str, matches: Sequence[Match]) -> list[Match]:
    """Matches of a text, the best one of each work with its box drawn round what stands out there, as far as the
    stored regions tell: their overlaps are finer than they are. Order and scores stay."""
    tables, shown, wanted = workspace.tables, list[Match](), beyond_neutral(text, workspace.encoder.words)
    seen: set[str] = set()
    for match in matches:
        row = tables.rows[match.work]
        first, end = tables.first_region[row] + 1, tables.first_region[row + 1]  # all but the whole work
        box = None
        if match.work not in seen and end > first:
            scores = np.asarray(tables.region_joint[first:end], dtype=np.float32) @ wanted
            rows, columns = tables.shapes[row]
            shape = tuple(max(1, round(GRID * int(side) / int(max(rows, columns)))) for side in (rows, columns))
            heat = heat_of_regions(tables.region_boxes[first:end], scores, (shape[0], shape[1]))
            box = next((place.box for place in standing_out(heat, REGIONS_STAND_OUT, most=1)), None)
        seen.add(match.work)
        shown.append(match if box is None else replace(match, box=box))
    return shown


def refuse_blank(text: str) -> None:
    """Raises :class:`ExplorerError` where there are no words."""
    if not text.strip():
        raise ExplorerError("Type what you are looking for, such as: a windmill on a hill.")


def text_scores(workspace: Workspace, vectors: np.ndarray) -> np.ndarray:
    """Of every text, by its vector ``(T, P)``, the score of its best place in every work, as :func:`find_words` scores:
    ``(T, N) float32``."""
    tables, index = workspace.tables, ExactIndex(workspace.tables.region_joint)
    first = np.asarray(tables.first_region[:-1])
    found = np.empty((len(vectors), len(first)), np.float32)
    for at in range(0, len(vectors), _TEXTS_AT_A_TIME):
        cosines = index.scores(vectors[at : at + _TEXTS_AT_A_TIME])
        best = np.maximum.reduceat(cosines, first, axis=1)
        found[at : at + _TEXTS_AT_A_TIME] = (best + cosines[:, first]) / 2
    return found


def word_z_scores(places: list[WordPlace]) -> dict[int, float]:
    """By row, how far a work's cosine stands above those of all works, as a robust z-score; one place per work."""
    cosines = np.array([place.cosine for place in places])
    z_scores = robust_z_scores(cosines, among=cosines)
    return {place.row: float(z_score) for place, z_score in zip(places, z_scores, strict=True)}
