"""Do two details agree in space? Pairs of cells and of key points, a transform, and what they are worth.

The only place of OpenCV. ``keypoints`` and ``cells`` find pairs of places, ``transforms`` fits them, ``evidence``
weighs what was found into one chance.
"""

from explorer.verification.evidence import (
    Detail,
    Hypothesis,
    VerificationResult,
    key_point_hypothesis,
    mean_cosine,
    robust_z_scores,
    score_match,
)
from explorer.verification.keypoints import KeyPoints, compare_key_points, find_key_points
from explorer.verification.match_model import MatchModel, cue_vector
from explorer.verification.transforms import Transform

__all__ = [
    "Detail",
    "Hypothesis",
    "KeyPoints",
    "MatchModel",
    "Transform",
    "VerificationResult",
    "compare_key_points",
    "cue_vector",
    "find_key_points",
    "key_point_hypothesis",
    "mean_cosine",
    "robust_z_scores",
    "score_match",
]  # fmt: skip
