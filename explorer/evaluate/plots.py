"""Plots of a report as inline SVG: precision over recall, and how often what was said with a probability is right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from explorer.calibration.reliability import ReliabilityBin

SIDE, MARGIN, LEGEND = 300, 42, 130
DASHES = ("", "7 4", "2 3", "9 3 2 3")
"""Lines differ by dashes and not by colour: the page is printed, and read by people who see no colours."""


def precision_recall(curves: Mapping[str, Sequence[float]]) -> str:
    """Precision at recall 0, 0.05, ... 1, a line for each way."""
    drawn = []
    for number, (way, values) in enumerate(curves.items()):
        points = " ".join(f"{_x(at / (len(values) - 1)):.1f},{_y(value):.1f}" for at, value in enumerate(values))
        dash = f' stroke-dasharray="{DASHES[number % len(DASHES)]}"' if number % len(DASHES) else ""
        line = 14 * number - 10
        drawn.append(f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="1.6"{dash}/>')
        drawn.append(f'<line x1="{SIDE + 2}" x2="{SIDE + 26}" y1="{line + 20}" y2="{line + 20}" '
                     f'stroke="currentColor" stroke-width="1.6"{dash}/>')  # fmt: skip
        drawn.append(f'<text x="{SIDE + 32}" y="{line + 24}">{escape(way)}</text>')
    return _plot("Precision over recall, mean over queries", ("recall", "precision"), drawn, LEGEND)


def reliability_plot(bins: Sequence[ReliabilityBin]) -> str:
    """For each bin of probabilities the share that is right; a dot is the larger, the more there are."""
    total = sum(row.count for row in bins) or 1
    ends = f'x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"'
    drawn = [f'<line {ends} stroke="currentColor" stroke-dasharray="2 3"/>']
    for row in bins:
        if row.count:
            words = f"said {row.confidence:.2f}, right {row.right:.2f}, of {row.count:,}"
            drawn.append(f'<circle cx="{_x(row.confidence):.1f}" cy="{_y(row.right):.1f}" '
                         f'r="{2 + 9 * math.sqrt(row.count / total):.1f}" fill="currentColor" fill-opacity="0.55">'
                         f"<title>{words}</title></circle>")  # fmt: skip
    return _plot("How often what is said with a probability is right", ("probability", "share right"), drawn)


def _x(value: float) -> float:
    return MARGIN + value * (SIDE - MARGIN - 10)


def _y(value: float) -> float:
    return 10 + (1 - value) * (SIDE - MARGIN - 10)


def _plot(title: str, axes_named: tuple[str, str], drawn: Sequence[str], beside: int = 0) -> str:
    across, up = axes_named
    ticks = []
    for value in (0.0, 0.5, 1.0):
        ticks.append(f'<text x="{_x(value):.1f}" y="{_y(0) + 16}" text-anchor="middle">{value:g}</text>')
        ticks.append(f'<text x="{MARGIN - 6}" y="{_y(value) + 4:.1f}" text-anchor="end">{value:g}</text>')
    axes = f'<path d="M{_x(0)} {_y(1)}V{_y(0)}H{_x(1)}" fill="none" stroke="currentColor"/>'
    wide = SIDE + beside
    return (
        f'<svg viewBox="0 0 {wide} {SIDE}" width="{wide}" height="{SIDE}" role="img" aria-label="{escape(title)}" '
        f'font-size="11" fill="currentColor"><title>{escape(title)}</title>{axes}{"".join(ticks)}{"".join(drawn)}'
        f'<text x="{_x(0.5)}" y="{SIDE - 4}" text-anchor="middle">{escape(across)}</text>'
        f'<text x="12" y="{_y(0.5)}" transform="rotate(-90 12 {_y(0.5)})" text-anchor="middle">'
        f"{escape(up)}</text></svg>"
    )
