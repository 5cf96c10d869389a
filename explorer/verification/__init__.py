"""Geometric verification: do the cells and key points of two details agree on one similarity transform?

``keypoints`` and ``cells`` find pairs of corresponding points, ``transforms`` fits similarities to them, ``cues`` and
``evidence`` verify a hypothesis, and ``match_model`` turns its cues into the probability that it is a copy.
"""

from explorer.verification.cues import compare_around
from explorer.verification.evidence import VerificationResult, key_point_hypothesis, mean_cosine, score_match
from explorer.verification.hypothesis import Detail, Hypothesis
from explorer.verification.keypoints import KeyPoints, find_key_points
from explorer.verification.match_model import MatchModel, cue_vector
from explorer.verification.transforms import Transform
from explorer.verification.z_scores import robust_z_scores

__all__ = [
    "Detail",
    "Hypothesis",
    "KeyPoints",
    "MatchModel",
    "Transform",
    "VerificationResult",
    "compare_around",
    "cue_vector",
    "find_key_points",
    "key_point_hypothesis",
    "mean_cosine",
    "robust_z_scores",
    "score_match",
]  # fmt: skip
