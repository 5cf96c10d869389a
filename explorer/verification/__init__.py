"""Do two details agree in space? Pairs of cells and of key points, a transform, and what they are worth.

The only place of OpenCV. ``keypoints`` and ``cells`` find pairs of places, ``transforms`` fits them, ``evidence``
weighs what was found into one chance.
"""

from explorer.verification.evidence import (
    Detail,
    Place,
    Testimony,
    hear,
    likeness,
    robust_z_scores,
    seen_elsewhere,
)
from explorer.verification.keypoints import KeyPoints, compare_key_points, find_key_points
from explorer.verification.match_model import MatchModel, cue_vector
from explorer.verification.transforms import Transform

__all__ = [
    "Detail",
    "KeyPoints",
    "MatchModel",
    "Place",
    "Testimony",
    "Transform",
    "compare_key_points",
    "cue_vector",
    "find_key_points",
    "hear",
    "likeness",
    "robust_z_scores",
    "seen_elsewhere",
]  # fmt: skip
