"""Key points and their descriptors: correspondences that do not depend on a network.

SIFT (Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 2004) as OpenCV implements it, compared as
rootSIFT (Arandjelović and Zisserman, "Three things everyone should know to improve object retrieval", CVPR 2012).
Descriptors are computed once per picture; those of the mirrored picture follow by reordering their components.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from explorer.geometry import Box

LONG_SIDE = 1000
"""Pixels on the long side of the pictures in which key points are detected."""
MOST = 4000
"""Key points kept of a picture, those of the strongest contrast: with 800, small details lose theirs."""
RATIO = 0.8
"""Greatest ratio of the distance to the nearest descriptor to that of the second nearest (Lowe, section 7.1)."""


@dataclass(frozen=True)
class KeyPoints:
    """Key points of a picture: ``places (K, 2) float32``, x and y as fractions of it, and ``descriptors (K, 128)``,
    rootSIFT of length about 255, stored as ``uint8``."""

    places: np.ndarray
    descriptors: np.ndarray

    def __len__(self) -> int:
        return len(self.places)

    @classmethod
    def none(cls) -> KeyPoints:
        """No key points."""
        return cls(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8))

    def inside(self, box: Box) -> KeyPoints:
        """The key points inside a box (fractions)."""
        kept = self.are_inside(box)
        return KeyPoints(self.places[kept], self.descriptors[kept])

    def are_inside(self, box: Box) -> np.ndarray:
        """Which key points lie inside a box (fractions), ``(K,) bool``."""
        x, y = self.places.T
        inside: np.ndarray = (x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1)
        return inside

    def with_mirrored_descriptors(self) -> KeyPoints:
        """The same key points, each with the descriptor that it has on the mirrored picture; their places stay."""
        bins = self.descriptors.reshape(-1, 4, 4, 8)
        mirrored = bins[:, ::-1, :, (-np.arange(8)) % 8]
        return KeyPoints(self.places, mirrored.reshape(-1, 128))


def find_key_points(picture: np.ndarray, most: int = MOST) -> KeyPoints:
    """Key points of a picture, ``(H, W, 3)`` RGB or ``(H, W)`` grey, ``uint8``: the ``most`` of strongest contrast at
    most. A picture without any texture has none."""
    import cv2  # with the first use: opening a collection stays light

    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if picture.ndim == 3 else picture
    found, descriptors = cv2.SIFT.create(nfeatures=most).detectAndCompute(grey, None)
    if descriptors is None or not len(found):
        return KeyPoints.none()
    found, descriptors = found[:most], descriptors[:most]  # ties in contrast may bring one or two more
    size = np.array([grey.shape[1], grey.shape[0]], np.float32)
    places = np.array([point.pt for point in found], np.float32) / size
    shares = descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6)
    return KeyPoints(places, np.round(255 * np.sqrt(shares)).astype(np.uint8))


@dataclass(frozen=True)
class KeyPointComparison:
    """Inner products ``(2, Q, K) float32`` of the descriptors of a detail's key points, as they are and mirrored, with
    those of a work's."""

    query: KeyPoints
    work: KeyPoints
    products: np.ndarray

    def pairs(self, mirrored: bool, among: np.ndarray | None = None) -> np.ndarray:
        """Corresponding key points ``(M, 2) int64``, rows of the query's and of the work's, each in one pair at most.

        ``among (K,) bool``, if given, restricts the work's key points.
        """
        products = self.products[int(mirrored)]
        if among is None:
            return _ratio_test(products, RATIO)
        rows = np.flatnonzero(among)
        pairs = _ratio_test(products[:, rows], RATIO)
        return np.stack([pairs[:, 0], rows[pairs[:, 1]]], axis=1)


def compare_key_points(query: KeyPoints, work: KeyPoints) -> KeyPointComparison:
    """Compare a detail's key points, as they are and mirrored, with a work's, in one matrix product."""
    descriptors = np.concatenate([query.descriptors, query.with_mirrored_descriptors().descriptors]).astype(np.float32)
    products = descriptors @ work.descriptors.astype(np.float32).T
    return KeyPointComparison(query, work, products.reshape(2, len(query), len(work)))


def matching_key_points(query: KeyPoints, work: KeyPoints, ratio: float = RATIO) -> np.ndarray:
    """Corresponding key points ``(M, 2) int64``, rows of the query's and of the work's, each in one pair at most.

    ``ratio`` is that of the ratio test, 0 to 1 (no test).
    """
    return _ratio_test(query.descriptors.astype(np.float32) @ work.descriptors.astype(np.float32).T, ratio)


def _ratio_test(products: np.ndarray, ratio: float) -> np.ndarray:
    """Rows and columns ``(M, 2)`` of descriptors that are nearest, and much nearer than the second nearest.

    ``products (Q, K)`` are changed meanwhile and put back.
    """
    if products.shape[0] == 0 or products.shape[1] < 2:
        return np.zeros((0, 2), np.int64)
    nearest = products.argmax(axis=1)
    rows = np.arange(len(products))
    first = products[rows, nearest]
    products[rows, nearest] = -1
    second = products.max(axis=1)
    products[rows, nearest] = first
    distance, second_distance = (np.maximum(1 - product / 255**2, 0) for product in (first, second))  # squared, halved
    good = distance < ratio**2 * second_distance
    rows, nearest, distance = rows[good], nearest[good], distance[good]
    order = np.argsort(distance, kind="stable")  # a work's key point goes to the nearest of the query's
    _, kept = np.unique(nearest[order], return_index=True)
    kept = order[np.sort(kept)]
    return np.stack([rows[kept], nearest[kept]], axis=1)
