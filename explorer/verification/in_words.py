"""Transforms and match probabilities in the words of the art historian."""

from __future__ import annotations

import math

from explorer.verification.transforms import Transform

UPRIGHT = 1.5
"""Degrees of turn that nobody sees."""
SAME_SCALE = 0.03
"""Difference of a scale from 1 that nobody sees."""


def transform(found: Transform | None, scale: float | None = None) -> str:
    """How a detail became its match; ``scale`` replaces that of the photographs where the works' own sizes are known.

    >>> transform(Transform(0.8, 4.0, True))
    'reversed, 0.8 times as large, turned 4° to the left'
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


def percent(probability: float) -> str:
    """A probability as a percentage that is never nothing and never certainty.

    >>> percent(0.934), percent(0.9999), percent(0.0)
    ('93%', '99%', '1%')
    """
    return f"{min(max(math.floor(100 * probability), 1), 99)}%"
