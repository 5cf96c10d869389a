"""Figures in the words of the art historian: similarities, evidence, sizes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from explorer.geometry import Box
from explorer.verification.in_words import times
from explorer.verification.physical_size import NEARLY_SAME_SIZE, SAME_SIZE, SizeComparison

if TYPE_CHECKING:
    from explorer.search.query import Evidence

LITTLE_TO_GO_BY = (
    "There is little to recognise in this detail: smooth ground looks like any other. Even a true copy could not be "
    "told from chance. Choose a detail with more in it."
)

WHOLE_ONLY = (
    "Only whole works can be searched for here, not their details: the vectors were computed elsewhere. Press "
    "“Works like this one”."
)

SIMILARITY_TO_WORDS = (
    "Similarity is how near the words and a place are to each other for the model, at most 1. It puts the places of "
    "one search in order; it is not a probability."
)
FITS = (
    "Fits says, from 0 to 1, how well a place answers to all of the words together, and to none that are not wanted. "
    "It puts the places of one search in order; it is not a probability."
)
WORDS_REORDER = (
    "The words change the order of the places, not their percentages: a higher percentage may stand after a lower one."
)


LIKENESS = (
    "Similarity, at most 1, is how alike two works are as wholes: in what they show and in how it is laid out, copies "
    "first. It is no probability of a copy: press “Whole picture” for that."
)


def similarity(model: str) -> str:
    """What the figures beside works that are alike as wholes are, and are not."""
    return (
        f"Similarity is how near the vectors of two whole works are (the cosine, at most 1), computed elsewhere with "
        f"{model}. It says how alike that model finds what they show and how it is shown. It is no probability of a "
        f"copy."
    )


def percentile(share: float | None) -> str:
    """How the evidence compares with that of unrelated pairs of the same collection, of which it beats a ``share``;
    empty where none were tried.

    >>> percentile(1.0), percentile(0.9981), percentile(None)
    ('stronger than every unrelated pair tried', 'stronger than 99.8% of unrelated pairs', '')
    """
    if share is None:
        return ""
    if share >= 1:
        return "stronger than every unrelated pair tried"
    shown = math.floor(1000 * share + 1e-6) / 10
    return f"stronger than {shown:g}% of unrelated pairs" if shown > 0 else "no stronger than unrelated pairs"


def joined(details: int, examples: int, unwanted: int, words: bool) -> str:
    """How the parts of a query are made into one percentage; empty where there is nothing to join.

    >>> joined(2, 0, 0, True)
    'together: the geometric mean of the 2 details that must be there; words change the order only'
    >>> joined(0, 3, 0, False)
    'together: that at least one of the 3 examples is there'
    """
    alone = f"that at least one of the {examples} examples is there" if not details and examples > 1 else ""
    rules = [
        f"the geometric mean of the {details} details that must be there" if details > 1 else alone,
        "raised where an example is found" if examples and details else "",
        "lowered where what is not wanted is found" if unwanted else "",
    ]
    joined_by = ", ".join(rule for rule in rules if rule)
    sentences = [f"together: {joined_by}" if joined_by else "", "words change the order only" if words else ""]
    return "; ".join(sentence for sentence in sentences if sentence)


def agreement(evidence: Evidence) -> str:
    """How many points match.

    >>> from explorer.search.query import Evidence
    >>> agreement(Evidence(0.9, 0.9, 0.8, 0.4, 6.0, 14, 9, None, ()))
    '14 matching points, 9 of them key points'
    """
    if not evidence.inliers:
        return "no matching points"
    points = "1 matching point" if evidence.inliers == 1 else f"{evidence.inliers} matching points"
    keys = "none of them key points" if not evidence.key_points else f"{evidence.key_points} of them key points"
    return f"{points}, {keys}"


def equal(titles: Sequence[str], count: int) -> str:
    """That ``count`` other works have the same picture; ``titles`` are those of the first of them.

    >>> equal(["The mill"], 1), equal(["The mill", "Winter"], 300)
    ('The same picture as The mill', 'The same picture as The mill, and 299 more')
    """
    more = f", and {count - 1:,} more" if count > 1 else ""
    return f"The same picture as {titles[0]}{more}"


def no_scale(stated: bool) -> str:
    """Why nothing is measured on a picture. ``stated``: the catalogue has a size, but of other proportions."""
    return "The catalogue's size does not fit this picture." if stated else "The catalogue does not state its size."


def size(extent: tuple[float, float]) -> str:
    """Width and height in centimetres, as catalogues put it: height first.

    >>> size((12.34, 5.0))
    '5 × 12.3 cm'
    """
    width, height = extent
    return f"{_centimetres(height)} × {_centimetres(width)} cm"


def sizes(found: SizeComparison) -> str:
    """How large a match is beside its detail, how far off that may be, and whether it fits one cartoon traced for both.

    >>> sizes(SizeComparison((5, 5), (5.1, 5.1), 1.02, 0.02, True, False))
    '2% larger, give or take 2%: fits one size, as a cartoon traced for both would give'
    >>> sizes(SizeComparison((5, 5), (8, 8), 1.6, 0.1, False, False))
    '1.6 times as large, give or take 10% (by the outlines): does not fit one size, as a traced cartoon would give'
    """
    by = "" if found.by_transform else " (by the outlines)"
    tolerance = math.ceil(100 * found.tolerance - 1e-6)
    words = f"{_ratio(found.ratio)}, give or take {tolerance}%{by}: {_one_size(found)}"
    return f"{words}; the catalogue's measurements do not fit the photographs" if found.unreliable else words


def _ratio(ratio: float) -> str:
    apart, share = abs(ratio - 1), round(100 * abs(ratio - 1))
    if share == 0:
        return "the same size"
    return (
        f"{share}% {'larger' if ratio > 1 else 'smaller'}"
        if apart <= NEARLY_SAME_SIZE
        else f"{times(ratio)} times as large"
    )


def _one_size(found: SizeComparison) -> str:
    """Whether one cartoon can have been traced for both."""
    apart = abs(found.ratio - 1)
    if apart + found.tolerance <= SAME_SIZE:
        return "fits one size, as a cartoon traced for both would give"
    if apart - found.tolerance <= SAME_SIZE:
        return "may be one size, as a cartoon traced for both would give"
    if apart <= NEARLY_SAME_SIZE:
        return "one size, as a traced cartoon would give, only if the catalogue's measurements are as far off"
    return "does not fit one size, as a traced cartoon would give"


def _centimetres(length: float) -> str:
    return f"{length:.1f}".removesuffix(".0") if length >= 0.95 else f"{length:.2g}"


MOST_OF_IT = 0.5
"""Part of a picture from which on a detail has no place in it."""


def part_of_picture(box: Box) -> str:
    """Where a detail is in its picture.

    >>> part_of_picture(Box(0.0, 0.0, 0.2, 0.2)), part_of_picture(Box(0.4, 0.7, 0.6, 1.0))
    ('upper left', 'bottom')
    >>> part_of_picture(Box(0.4, 0.4, 0.5, 0.5)), part_of_picture(Box(0.1, 0.1, 0.9, 0.9))
    ('middle', 'most of it')
    """
    if box.width * box.height >= MOST_OF_IT:
        return "most of it"
    across, down = (min(max(int(3 * side), 0), 2) for side in box.centre)
    names = (("upper left", "top", "upper right"), ("left", "middle", "right"), ("lower left", "bottom", "lower right"))
    return names[down][across]
