"""Key points: mirrored descriptors against OpenCV's own, pictures without any, each used once."""

from __future__ import annotations

import numpy as np
from generated import ground

from explorer.verification import find_key_points
from explorer.verification.keypoints import matching_key_points


def test_key_points_of_the_mirror_image_follow_by_a_change_of_order() -> None:
    """The oracle is OpenCV's own work on the picture in a mirror."""
    picture = np.asarray(ground(5, 320, 240))
    straight, mirrored = find_key_points(picture), find_key_points(np.ascontiguousarray(picture[:, ::-1]))
    pairs = matching_key_points(straight.with_mirrored_descriptors(), mirrored)
    assert len(pairs) > 0.8 * len(straight) > 20
    moved = straight.places[pairs[:, 0]] * [-1, 1] + [1, 0]
    assert np.mean(np.abs(moved - mirrored.places[pairs[:, 1]]).max(axis=1) < 0.01) > 0.95


def test_a_picture_of_one_colour_has_no_key_points_and_matches_nothing() -> None:
    blank = find_key_points(np.full((90, 120, 3), 128, np.uint8))
    assert len(blank) == 0 and blank.descriptors.shape == (0, 128)
    some = find_key_points(np.asarray(ground(5, 320, 240)))
    assert matching_key_points(blank, some).shape == matching_key_points(some, blank).shape == (0, 2)


def test_every_key_point_is_used_once() -> None:
    first, second = (find_key_points(np.asarray(ground(seed, 320, 240))) for seed in (6, 7))
    pairs = matching_key_points(first, second, ratio=1.0)
    assert len(set(pairs[:, 0])) == len(set(pairs[:, 1])) == len(pairs)
