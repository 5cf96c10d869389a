"""Classic key points: a witness that owes nothing to any network.

SIFT (Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 2004) as OpenCV computes it, compared as
rootSIFT (Arandjelović and Zisserman, "Three things everyone should know to improve object retrieval", CVPR 2012).
Descriptors are computed once per picture; the reversed picture's follow from them by a change of order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.geometry import Box

LONG_SIDE = 1000
"""Pixels on the long side of the pictures in which key points are sought."""
MOST = 4000
"""Key points kept of a picture, those of the strongest contrast: with 800, small details lose theirs."""
RATIO = 0.8
"""A descriptor's nearest must be this much nearer than the second nearest (Lowe, section 7.1)."""


@dataclass(frozen=True)
class KeyPoints:
    """``places (K, 2) float32``, x and y as fractions of the picture; ``descriptors (K, 128)``, rootSIFT of length
    about 255, stored as ``uint8``."""

    places: np.ndarray
    descriptors: np.ndarray

    def __len__(self) -> int:
        return len(self.places)

    @classmethod
    def none(cls) -> KeyPoints:
        return cls(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8))

    def inside(self, box: Box) -> KeyPoints:
        """Those that lie in a box."""
        x, y = self.places.T
        held = (x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1)
        return KeyPoints(self.places[held], self.descriptors[held])

    def reversed(self) -> KeyPoints:
        """What the same places look like in a mirror; the places stay where they are."""
        bins = self.descriptors.reshape(-1, 4, 4, 8)
        turned = bins[:, ::-1, :, (-np.arange(8)) % 8]
        return KeyPoints(self.places, turned.reshape(-1, 128))


def find_key_points(picture: np.ndarray, most: int = MOST) -> KeyPoints:
    """Key points of a picture ``(H, W, 3)`` or ``(H, W) uint8``; a picture without any texture has none."""
    import cv2  # with the first use: opening a collection stays light

    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if picture.ndim == 3 else picture
    found, descriptors = cv2.SIFT_create(nfeatures=most).detectAndCompute(grey, None)
    if descriptors is None or not len(found):
        return KeyPoints.none()
    found, descriptors = found[:most], descriptors[:most]  # ties in contrast may bring one or two more
    size = np.array([grey.shape[1], grey.shape[0]], np.float32)
    places = np.array([point.pt for point in found], np.float32) / size
    shares = descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6)
    return KeyPoints(places, np.round(255 * np.sqrt(shares)).astype(np.uint8))


def matching_key_points(query: KeyPoints, work: KeyPoints, ratio: float = RATIO) -> np.ndarray:
    """Pairs of key points ``(M, 2) int64``, rows of the query's and of the work's, one per place of either."""
    if not len(query) or len(work) < 2:
        return np.zeros((0, 2), np.int64)
    asked, there = (points.descriptors.astype(np.float32, copy=False) for points in (query, work))
    cosines = asked @ there.T / 255**2
    nearest = cosines.argmax(axis=1)
    rows = np.arange(len(query))
    first = cosines[rows, nearest]
    cosines[rows, nearest] = -1
    second = cosines.max(axis=1)
    nearness, rival = (np.sqrt(np.clip(2 - 2 * c, 0, None)) for c in (first, second))
    good = nearness < ratio * rival
    rows, nearest, nearness = rows[good], nearest[good], nearness[good]
    order = np.argsort(nearness, kind="stable")  # several of the query's may want the same: the nearest gets it
    _, kept = np.unique(nearest[order], return_index=True)
    kept = order[np.sort(kept)]
    return np.stack([rows[kept], nearest[kept]], axis=1)
