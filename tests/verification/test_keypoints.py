"""Key points: mirrored descriptors against OpenCV's own, pictures without any, each used once."""

from __future__ import annotations

import numpy as np
from generated import ground

from explorer.verification import KeyPoints, find_key_points
from explorer.verification.keypoints import MOST_COMPARED, RATIO, compare_key_points, matching_key_points


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


def test_near_and_all_key_points_are_compared_as_each_would_be_alone() -> None:
    """The oracle compares only the near ones, then all, plainly; the mirrored ones as well."""
    picture = ground(8, 640, 480)
    detail = find_key_points(np.asarray(picture.crop((80, 80, 520, 400))))
    work = find_key_points(np.asarray(picture))
    near = work.places[:, 0] < 0.5
    found = compare_key_points(detail, work, near)
    rows = np.flatnonzero(near)
    for mirrored, described in enumerate((detail, detail.with_mirrored_descriptors())):
        inside = matching_key_points(described, KeyPoints(work.places[near], work.descriptors[near]))
        inside[:, 1] = rows[inside[:, 1]]
        for pairs, alone in ((found.near[mirrored], inside), (found.everywhere[mirrored], plainly(described, work))):
            assert {tuple(pair) for pair in pairs.tolist()} == {tuple(pair) for pair in alone.tolist()}
    assert len(found.everywhere[0]) > len(found.near[0]) > 10


def plainly(query: KeyPoints, work: KeyPoints) -> np.ndarray:
    """Lowe's ratio test, pair by pair; of several that would have the same key point the nearest has it."""
    products = query.descriptors.astype(int) @ work.descriptors.astype(int).T
    kept: dict[int, tuple[float, int]] = {}
    for row, of_row in enumerate(products):
        second, nearest = np.argsort(of_row)[-2:]
        distance, further = 1 - of_row[nearest] / 255**2, 1 - of_row[second] / 255**2
        if distance < RATIO**2 * further and distance < kept.get(nearest, (np.inf, 0))[0]:
            kept[nearest] = (distance, row)
    return np.array([(row, nearest) for nearest, (_, row) in kept.items()]).reshape(-1, 2)


def test_of_very_many_key_points_an_even_share_is_compared() -> None:
    """A whole picture has thousands: what is compared lies all over it."""
    rng = np.random.default_rng(9)
    places = np.stack([np.linspace(0, 1, 4 * MOST_COMPARED), rng.random(4 * MOST_COMPARED)], axis=1)
    shares = rng.dirichlet(np.full(128, 0.3), len(places))
    points = KeyPoints(places.astype(np.float32), np.round(255 * np.sqrt(shares)).astype(np.uint8))
    pairs = compare_key_points(points, points, np.ones(len(points), bool)).everywhere[0]
    np.testing.assert_array_equal(pairs[:, 0], pairs[:, 1])
    assert MOST_COMPARED * 0.95 < len(pairs) <= MOST_COMPARED
    assert np.histogram(places[pairs[:, 0], 0], bins=10, range=(0, 1))[0].min() > MOST_COMPARED / 11


def test_nothing_near_leaves_what_is_found_everywhere() -> None:
    points = find_key_points(np.asarray(ground(5, 320, 240)))
    found = compare_key_points(points, points, np.zeros(len(points), bool))
    assert found.near[0].shape == (0, 2) and len(found.everywhere[0]) > 20
