"""Transforms and match probabilities in the words of the art historian. The only place that has the thresholds of
probabilities."""

from __future__ import annotations

import math

from explorer.verification.transforms import Transform

UPRIGHT = 1.5
"""Degrees of turn that nobody sees."""
SAME_SCALE = 0.03
"""Difference of a scale from 1 that nobody sees."""
CHANCES = ((0.9, "sure", "a copy, almost certainly"), (0.6, "likely", "likely"), (0.3, "possible", "possible"))
"""What a match is called: the least probability, a short name for the page's style sheet, the words."""
UNCONVINCING = ("weak", "unconvincing")


def transform(found: Transform | None, scale: float | None = None) -> str:
    """How a detail became its match; ``scale`` replaces that of the photographs where the works' own sizes are known.

    >>> transform(Transform(0.8, 4.0, True))
    'reversed, 0.8 times as large, turned 4° to the left'
    >>> transform(Transform(0.8, 4.0, True), 1.1)
    'reversed, 1.1 times as large in cm, turned 4° to the left'
    >>> transform(Transform(1.01, -0.4, False))
    'the same way round, the same size'
    >>> transform(None)
    'no common position found'
    """
    if found is None:
        return "no common position found"
    factor = found.scale if scale is None else scale
    turn = turned(found.turn)
    way = "reversed" if found.mirror else "" if turn else "the same way round"
    large = "the same size" if abs(factor - 1) <= SAME_SCALE else f"{times(factor)} times as large"
    large += " in cm" if scale is not None else ""
    return ", ".join(words for words in (way, large, turn) if words)


def turned(degrees: float) -> str:
    """A turn in words, empty where nobody sees it; counter-clockwise is to the left.

    >>> turned(-90.0), turned(179.8), turned(0.5)
    ('turned 90° to the right', 'upside down', '')
    """
    size = abs(degrees)
    if size < UPRIGHT:
        return ""
    if size > 180 - UPRIGHT:
        return "upside down"
    return f"turned {round(size)}° to the {'left' if degrees > 0 else 'right'}"


def times(factor: float) -> str:
    """A factor with as many figures as an eye can tell.

    >>> times(0.8), times(0.3333), times(12.4)
    ('0.8', '0.33', '12')
    """
    return f"{factor:.2g}" if factor < 100 else f"{factor:.0f}"


def probability_level(probability: float) -> tuple[str, str]:
    """What a match of this probability is called: a short name for the page's style sheet, and words.

    >>> probability_level(0.93), probability_level(0.1)
    (('sure', 'a copy, almost certainly'), ('weak', 'unconvincing'))
    """
    return next(((name, words) for least, name, words in CHANCES if probability >= least), UNCONVINCING)


def percent(probability: float) -> str:
    """A probability as a percentage that is never nothing and never certainty.

    >>> percent(0.934), percent(0.9999), percent(0.0)
    ('93%', '99%', '1%')
    """
    return f"{min(max(math.floor(100 * probability), 1), 99)}%"
