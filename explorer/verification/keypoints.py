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
        held = self.are_inside(box)
        return KeyPoints(self.places[held], self.descriptors[held])

    def are_inside(self, box: Box) -> np.ndarray:
        """Which lie in a box, ``(K,) bool``."""
        x, y = self.places.T
        return (x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1)

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


@dataclass(frozen=True)
class Compared:
    """Every key point of a detail against every one of a work, as it is and as it looks in a mirror: ``products
    (2, Q, K) float32`` of their descriptors."""

    query: KeyPoints
    work: KeyPoints
    products: np.ndarray

    def pairs(self, mirrored: bool, among: np.ndarray | None = None) -> np.ndarray:
        """Pairs of key points ``(M, 2) int64``, rows of the query's and of the work's, one per place of either; of the
        work's only those ``among (K,) bool``, if given."""
        products = self.products[int(mirrored)]
        if among is None:
            return _distinctive(products, RATIO)
        rows = np.flatnonzero(among)
        pairs = _distinctive(products[:, rows], RATIO)
        return np.stack([pairs[:, 0], rows[pairs[:, 1]]], axis=1)


def compare_key_points(query: KeyPoints, work: KeyPoints) -> Compared:
    """A detail's key points with a work's; one product for both ways round."""
    asked = np.concatenate([query.descriptors, query.reversed().descriptors]).astype(np.float32)
    products = asked @ work.descriptors.astype(np.float32).T
    return Compared(query, work, products.reshape(2, len(query), len(work)))


def matching_key_points(query: KeyPoints, work: KeyPoints, ratio: float = RATIO) -> np.ndarray:
    """Pairs of key points ``(M, 2) int64``, rows of the query's and of the work's, one per place of either."""
    return _distinctive(query.descriptors.astype(np.float32) @ work.descriptors.astype(np.float32).T, ratio)


def _distinctive(products: np.ndarray, ratio: float) -> np.ndarray:
    """Rows and columns ``(M, 2)`` whose descriptors are nearest, and much nearer than the second nearest."""
    if products.shape[0] == 0 or products.shape[1] < 2:
        return np.zeros((0, 2), np.int64)
    nearest = products.argmax(axis=1)
    rows = np.arange(len(products))
    first = products[rows, nearest]
    products[rows, nearest] = -1
    second = products.max(axis=1)
    products[rows, nearest] = first
    apart, rival = (np.maximum(1 - each / 255**2, 0) for each in (first, second))  # half the squared distances
    good = apart < ratio**2 * rival
    rows, nearest, apart = rows[good], nearest[good], apart[good]
    order = np.argsort(apart, kind="stable")  # several of the query's may want the same: the nearest gets it
    _, kept = np.unique(nearest[order], return_index=True)
    kept = order[np.sort(kept)]
    return np.stack([rows[kept], nearest[kept]], axis=1)
