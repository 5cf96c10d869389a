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
MOST_COMPARED = 600
"""Key points of a detail that are compared: a whole picture has thousands, of which these tell as much."""
RATIO = 0.8
"""Greatest ratio of the distance to the nearest descriptor to that of the second nearest (Lowe, section 7.1)."""
_CACHED_PRODUCTS = 200_000  # inner products computed at a time


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
class KeyPointMatches:
    """Corresponding key points of a detail and of a work, twice: as they are, and with the detail's mirrored.

    Pairs ``(M, 2) int64`` are rows of the detail's and of the work's key points, each in one pair at most: ``near``
    those that are found when only a part of the work's key points is compared, ``everywhere`` when all are.
    """

    near: tuple[np.ndarray, np.ndarray]
    everywhere: tuple[np.ndarray, np.ndarray]


def compare_key_points(detail: KeyPoints, work: KeyPoints, near: np.ndarray) -> KeyPointMatches:
    """Compare a detail's key points, as they are and mirrored, with a work's; ``near (K,) bool`` is the part of the
    work whose key points are compared by themselves as well.

    Of more than :data:`MOST_COMPARED` key points of the detail, so many are compared, spread evenly over all.
    """
    compared = _spread(len(detail), MOST_COMPARED)
    straight = KeyPoints(detail.places[compared], detail.descriptors[compared])
    both = np.concatenate([straight.descriptors, straight.with_mirrored_descriptors().descriptors])
    order = np.argsort(~near, kind="stable")  # those near come first
    count = int(np.count_nonzero(near))
    inside, outside = _two_nearest(both, work.descriptors[order].astype(np.float32), count)

    def pairs(nearest: _Nearest) -> np.ndarray:
        rows, columns = _ratio_test(nearest, RATIO)
        return np.stack([compared[rows], order[columns]], axis=1)

    (near_straight, near_mirrored), (all_straight, all_mirrored) = (
        map(pairs, nearest.split(len(straight))) for nearest in (inside, _nearer(inside, outside, count))
    )
    return KeyPointMatches((near_straight, near_mirrored), (all_straight, all_mirrored))


def matching_key_points(query: KeyPoints, work: KeyPoints, ratio: float = RATIO) -> np.ndarray:
    """Corresponding key points ``(M, 2) int64``, rows of the query's and of the work's, each in one pair at most.

    ``ratio`` is that of the ratio test, 0 to 1 (no test).
    """
    nearest, _ = _two_nearest(query.descriptors, work.descriptors.astype(np.float32), len(work))
    return np.stack(_ratio_test(nearest, ratio), axis=1)


@dataclass(frozen=True)
class _Nearest:
    """Of each descriptor of a detail, ``(Q,)``: which of a work's is nearest, and the inner products with it and with
    the second nearest; an inner product of -1 stands for none."""

    column: np.ndarray
    product: np.ndarray
    second: np.ndarray

    @classmethod
    def none(cls, count: int) -> _Nearest:
        """Where nothing has been compared yet."""
        return cls(np.zeros(count, np.int64), np.full(count, -1, np.float32), np.full(count, -1, np.float32))

    def split(self, at: int) -> tuple[_Nearest, _Nearest]:
        """The first ``at`` descriptors, and the others."""
        sides = (self.column, self.product, self.second)
        return _Nearest(*(side[:at] for side in sides)), _Nearest(*(side[at:] for side in sides))


def _spread(count: int, most: int) -> np.ndarray:
    """Numbers below ``count``, ascending: ``most`` of them at most, at even distances."""
    return np.arange(count) if count <= most else np.arange(most) * count // most


def _two_nearest(descriptors: np.ndarray, on_work: np.ndarray, first: int) -> tuple[_Nearest, _Nearest]:
    """The two nearest of ``descriptors (Q, 128) uint8`` among the ``first`` of a work's, ``on_work (K, 128) float32``,
    and among the others, whose numbers then begin at 0."""
    parts = (slice(0, first), slice(first, len(on_work)))
    found = (_Nearest.none(len(descriptors)), _Nearest.none(len(descriptors)))
    block_rows = max(1, _CACHED_PRODUCTS // max(len(on_work), 1))  # products are read while they are in the cache
    for start in range(0, len(descriptors), block_rows):
        block = slice(start, start + block_rows)
        products = descriptors[block].astype(np.float32) @ on_work.T
        rows = np.arange(len(products))
        for part, nearest in zip(parts, found, strict=True):
            of_part = products[:, part]
            if of_part.shape[1]:
                columns = of_part.argmax(axis=1)
                nearest.column[block], nearest.product[block] = columns, of_part[rows, columns]
                of_part[rows, columns] = -1
                nearest.second[block] = of_part.max(axis=1)
    return found


def _nearer(first: _Nearest, rest: _Nearest, offset: int) -> _Nearest:
    """The two nearest of two parts of a work's descriptors; those of the ``rest`` are numbered from ``offset`` on."""
    in_first = first.product >= rest.product
    return _Nearest(
        np.where(in_first, first.column, rest.column + offset),
        np.where(in_first, first.product, rest.product),
        np.where(in_first, np.maximum(first.second, rest.product), np.maximum(rest.second, first.product)),
    )


def _ratio_test(nearest: _Nearest, ratio: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns ``(M,)`` of descriptors that are nearest, and much nearer than the second nearest."""
    # of unit vectors, half the squared distance is 1 minus the inner product
    distance, second = (np.maximum(1 - each / 255**2, 0) for each in (nearest.product, nearest.second))
    rows = np.flatnonzero((distance < ratio**2 * second) & (nearest.second >= 0))
    if not len(rows):
        return rows, rows
    order = rows[np.argsort(distance[rows], kind="stable")]  # a work's key point goes to the nearest of the query's
    columns, kept = np.unique(nearest.column[order], return_index=True)
    return order[kept], columns
