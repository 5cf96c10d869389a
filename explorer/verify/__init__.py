"""Do two details agree in space? Pairs of cells and of key points, a transform, and what they are worth.

The only place of OpenCV. ``keypoints`` and ``cells`` find pairs of places, ``transforms`` fits them, ``evidence``
weighs what was found into one chance.
"""

from explorer.verify.evidence import (
    Detail,
    Place,
    Testimony,
    chance,
    hear,
    likeness,
    seen_elsewhere,
    standings,
)
from explorer.verify.keypoints import KeyPoints, compare_key_points, find_key_points
from explorer.verify.transforms import Transform

__all__ = [
    "Detail", "KeyPoints", "Place", "Testimony", "Transform", "chance", "compare_key_points", "find_key_points",
    "hear", "likeness", "seen_elsewhere", "standings",
]  # fmt: skip
