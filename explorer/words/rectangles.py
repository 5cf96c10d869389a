"""From a map of how well each cell of a picture fits to the rectangles that stand out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.geometry import Box

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


def standing_out(heat: np.ndarray, stands_out: float = STANDS_OUT, most: int = MOST_PLACES) -> tuple[WordBox, ...]:
    """The places, ``most`` of them, that stand out in a map ``(rows, columns)``, best first; none in a flat one.

    A place is the rectangle of cells in which the most stands out: the sum of the heat above a threshold is greatest,
    cells below it counting against it (Lampert, Blaschko and Hofmann, "Beyond sliding windows: object localization by
    efficient subwindow search", CVPR 2008). So it takes the size and the shape of the thing. The next places are the
    best ones beside those before.

    >>> heat = np.zeros((8, 8))
    >>> heat[2:4, 1:6] = 1.0
    >>> standing_out(heat)
    (WordBox(box=Box(x0=0.125, y0=0.25, x1=0.75, y1=0.5), score=1.0),)
    """
    rows, columns = heat.shape
    middle, high = float(np.median(heat)), float(heat.max())
    above = heat.astype(np.float64) - (middle + stands_out * (high - middle))
    all_of_it = float(np.clip(above, 0, None).sum())
    places: list[WordBox] = []
    while all_of_it > 0 and len(places) < most:
        (top, left, bottom, right), total = _best_rectangle(above)
        share = total / all_of_it
        if share <= 0 or (places and share < LEAST_SHARE * places[0].score):
            break
        places.append(WordBox(Box(left / columns, top / rows, right / columns, bottom / rows), round(share, 6)))
        taken = slice(max(top - 1, 0), bottom + 1), slice(max(left - 1, 0), right + 1)  # and its rim
        above[taken] = -all_of_it * above.size  # so that no other place has any of it
    return tuple(places)


def smoothed(heat: np.ndarray) -> np.ndarray:
    """Each cell with its neighbours, by a binomial filter with a standard deviation of one cell."""
    for _ in range(_SMOOTHINGS):
        padded = np.pad(heat, 1, mode="edge")
        across = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4
        heat = (across[:-2] + 2 * across[1:-1] + across[2:]) / 4
    return heat


def heat_of_regions(boxes: np.ndarray, scores: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A map of ``shape`` (rows, columns) from overlapping regions of several sizes, ``boxes (R, 4)`` with ``scores
    (R,)``: a cell has the mean over the regions of the smallest size in which its middle lies.

    >>> boxes = np.array([[0, 0, 1, 1], [0, 0, 0.5, 1], [0.25, 0, 0.75, 1], [0.5, 0, 1, 1]])
    >>> heat_of_regions(boxes, np.array([9.0, 0.0, 1.0, 2.0]), (1, 4))
    array([[0. , 0.5, 1.5, 2. ]])
    """
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    small = areas <= 1.01 * areas.min()
    boxes, scores = boxes[small], scores[small]
    across, down = ((np.arange(count) + 0.5) / count for count in (shape[1], shape[0]))
    columns = ((boxes[:, 0, None] <= across) & (across < boxes[:, 2, None])).astype(np.float64)
    rows = ((boxes[:, 1, None] <= down) & (down < boxes[:, 3, None])).astype(np.float64)
    return np.asarray((rows.T * scores) @ columns / np.maximum(rows.T @ columns, 1))


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
