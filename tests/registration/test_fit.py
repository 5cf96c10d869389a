"""Registration of whole pictures: synthetic truth with outliers, too few pairs, points set by hand, generated works."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from generated import detail, ground, planted, save, work
from PIL import Image

from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap, unit_rows
from explorer.geometry import Box
from explorer.registration import compare
from explorer.registration.fit import PointPairs, fit_registration, inverted, registration_by_hand
from explorer.registration.homography import moved
from explorer.registration.match import moved_sides
from explorer.registration.mutual import mutual_points
from explorer.workspace import Workspace

SIZES = ((1200.0, 800.0), (500.0, 900.0))


def similarity(scale: float, turn: float, mirror: bool) -> np.ndarray:
    """Of units (thousandths of the long side) about the middle of the first picture."""
    c, s = scale * np.cos(np.radians(turn)), scale * np.sin(np.radians(turn))
    flip = np.diag([-1.0 if mirror else 1.0, 1.0, 1.0])
    there = np.array([[1, 0, 280], [0, 1, 500], [0, 0, 1.0]])
    back = np.array([[1, 0, -500], [0, 1, -333], [0, 0, 1.0]])
    return there @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]]) @ flip @ back


def in_fractions(units: np.ndarray) -> np.ndarray:
    first, second = (np.diag([*(np.array(size) * 1000 / max(size)), 1.0]) for size in SIZES)
    matrix = np.linalg.inv(second) @ units @ first
    return matrix / matrix[2, 2]


def pairs(truth: np.ndarray, agreeing: int, random: int, noise: float = 0.0015) -> PointPairs:
    rng = np.random.default_rng(5)
    first = rng.random((agreeing + random, 2))
    second = moved(truth, first) + rng.normal(0, noise, first.shape)
    second[agreeing:] = rng.random((random, 2))
    return PointPairs(first, second, SIZES)


CORNERS = np.array([[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]])


@pytest.mark.parametrize("mirror", [False, True])
def test_a_similarity_is_found_among_twice_as_many_chance_pairs(mirror):
    truth = in_fractions(similarity(0.8, 20, mirror))
    found = fit_registration(pairs(truth, 40, 80), 12, mirror)
    assert (found.kind, found.mirror) == ("similarity", mirror)
    assert np.abs(moved(found.matrix, CORNERS) - moved(truth, CORNERS)).max() < 0.01
    assert 36 <= found.inliers <= 44 and found.spread > 0.5 and found.residual < 0.004 and found.log_false_alarms < -30
    assert found.transform.scale == pytest.approx(0.8 * 900 / 1200, rel=0.02), "in pixels of the originals"
    assert found.transform.turn == pytest.approx(20, abs=1)
    assert fit_registration(pairs(truth, 40, 80), 12, not mirror) is None or (
        fit_registration(pairs(truth, 40, 80), 12, not mirror).log_false_alarms > -5
    )


def test_richer_models_are_taken_only_where_the_pairs_ask_for_them():
    sheared = similarity(0.8, 0, False) @ np.array([[1.25, 0.1, 0], [0, 1, 0], [0, 0, 1]])
    tilted = similarity(0.7, 5, True) @ np.array([[1, 0, 0], [0, 1, 0], [1.5e-4, 1e-4, 1]])
    for truth, kind, mirror in ((sheared, "affine", False), (tilted, "homography", True)):
        found = fit_registration(pairs(in_fractions(truth), 60, 30, 0.001), 12, mirror)
        assert (found.kind, found.mirror) == (kind, mirror)
        assert np.abs(moved(found.matrix, CORNERS) - moved(in_fractions(truth), CORNERS)).max() < 0.02


def test_the_same_pairs_give_the_same():
    given = pairs(in_fractions(similarity(1.1, -8, False)), 20, 60)
    first, second = (fit_registration(given, 12, False) for _ in range(2))
    assert np.array_equal(first.matrix, second.matrix) and first.log_false_alarms == second.log_false_alarms


def test_what_is_no_registration():
    nothing = np.zeros((0, 2))
    assert fit_registration(PointPairs(nothing, nothing, SIZES), 12, False) is None
    two = pairs(in_fractions(similarity(1, 0, False)), 2, 0)
    assert fit_registration(two, 12, False) is None
    by_chance = fit_registration(pairs(np.eye(3), 0, 200), 12, False)
    assert by_chance is None or by_chance.log_false_alarms > -3
    first = np.random.default_rng(1).random((80, 2))
    collapsed = fit_registration(PointPairs(first, np.full((80, 2), 0.5) + 1e-3 * first, SIZES), 40, False)
    assert collapsed is None, "a map that shrinks the picture to a point is not plausible"
    repeated = np.repeat(first[:3], 30, axis=0)
    assert fit_registration(PointPairs(repeated, repeated, SIZES), 12, False) is None, "repeated pairs count once"


def test_swapping_the_pictures_turns_the_registration_round():
    found = fit_registration(pairs(in_fractions(similarity(0.8, 20, True)), 40, 40), 12, True)
    back = inverted(found, *SIZES)
    assert np.allclose(moved(back.matrix, moved(found.matrix, CORNERS)), CORNERS)
    assert back.transform.scale == pytest.approx(1 / found.transform.scale)
    assert (back.mirror, back.inliers, back.pairs) == (True, found.inliers, found.pairs)


@pytest.mark.parametrize(("count", "kind"), [(2, "similarity"), (3, "affine"), (4, "homography"), (7, "homography")])
def test_points_set_by_hand(count, kind):
    truth = in_fractions(similarity(0.9, 12, True))
    first = np.array([[0.1, 0.2], [0.8, 0.3], [0.4, 0.9], [0.9, 0.8], [0.2, 0.6], [0.5, 0.5], [0.7, 0.1]])[:count]
    found = registration_by_hand(PointPairs(first, moved(truth, first), SIZES), mirror=True)
    assert (found.kind, found.mirror, found.inliers, found.pairs) == (kind, True, count, count)
    assert np.abs(moved(found.matrix, CORNERS) - moved(truth, CORNERS)).max() < 1e-4


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([[0.1, 0.1]], [[0.2, 0.2]]),
        ([[0.1, 0.1], [0.1, 0.1]], [[0.2, 0.2], [0.8, 0.8]]),
        ([[0.1, 0.1], [0.5, 0.5], [0.9, 0.9]], [[0.1, 0.1], [0.5, 0.5], [0.9, 0.9]]),
        ([[0.1, 0.1], [0.5, 0.5], [0.9, 0.9], [0.1, 0.9]], [[0.1, 0.1], [0.5, 0.5], [0.9, 0.9], [0.1, 0.9]]),
        ([[0, 0], [1, 0], [1, 1], [0, 1]], [[0, 0], [1, 1], [1, 0], [0, 1]]),
    ],
)
def test_points_that_determine_nothing_are_refused_in_a_sentence(first, second):
    with pytest.raises(ExplorerError, match=r"^\w.*\.$"):
        registration_by_hand(PointPairs(np.array(first), np.array(second), SIZES), False)


def test_mutual_nearest_cells_are_found_whatever_the_frame():
    rng = np.random.default_rng(2)
    scene = unit_rows(rng.normal(size=(12, 16, 32)))
    part = FeatureMap(scene[3:11, 4:14])
    on_scene, on_part = mutual_points(FeatureMap(scene), part)
    expected = (on_scene * (16, 12) - (4, 3)) / (10, 8)
    assert (np.abs(expected - on_part).max(axis=1) < 0.1).mean() > 0.95
    assert len(mutual_points(FeatureMap(scene[:1, :1]), part)[0]) <= 2


# -- on pictures -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Workspace:
    """A picture, its reversed and turned copy, one that shares a detail with it, one of another scene, an empty one."""
    from generated import SMALL

    from explorer.indexing import index_folder

    folder, cache = tmp_path_factory.mktemp("works"), tmp_path_factory.mktemp("cache")
    first = planted(work(1), detail(7), (60, 200), 110)
    copy = first.transpose(Image.Transpose.FLIP_LEFT_RIGHT).rotate(4, Image.Resampling.BICUBIC)
    save(first, folder / "a.png")
    save(copy.resize((800, 600), Image.Resampling.LANCZOS), folder / "b.png")
    save(planted(ground(3), detail(7), (250, 90), 150), folder / "c.png")
    save(work(9, 300, 420), folder / "d.png")
    save(Image.new("RGB", (400, 300), (120, 90, 60)), folder / "e.png")
    index_folder(folder, "c", cache, SMALL)
    return Workspace.open("c", cache)


def test_a_reversed_and_turned_copy_is_registered_and_swapping_moves_nothing(pictures):
    found = compare.register(pictures, "a.png", "b.png")
    assert found.mirror and found.inliers > 20
    assert found.transform.scale == pytest.approx(800 / 480, rel=0.02)
    assert abs(found.transform.turn) == pytest.approx(4, abs=0.5)
    assert moved(found.matrix, np.array([[0.5, 0.5]]))[0] == pytest.approx([0.5, 0.5], abs=0.01)
    back = compare.register(pictures, "b.png", "a.png")
    assert np.allclose(moved(back.matrix, moved(found.matrix, CORNERS)), CORNERS)


def test_a_found_detail_is_enough_to_register(pictures):
    detail_at = Box.from_pixels((60, 200, 170, 310), 480, 360)
    found_at = Box.from_pixels((240, 95, 385, 235), 480, 360)
    found = compare.register(pictures, "a.png", "c.png", (detail_at, found_at))
    assert moved_sides(found.matrix, detail_at) == pytest.approx([250 / 480, 90 / 360, 400 / 480, 240 / 360], abs=0.03)
    assert found.transform.scale == pytest.approx(150 / 110, rel=0.05)


def test_works_that_share_nothing_get_a_sentence(pictures):
    for unrelated in ("d.png", "e.png"):
        with pytest.raises(ExplorerError, match="set points by hand"):
            compare.register(pictures, "a.png", unrelated)
    with pytest.raises(ExplorerError, match="same work"):
        compare.register(pictures, "a.png", "a.png")
    with pytest.raises(ExplorerError, match="no work"):
        compare.register(pictures, "a.png", "../x.png")


def test_results_are_kept(pictures, monkeypatch):
    kept = compare.register(pictures, "a.png", "b.png")
    monkeypatch.setattr(compare, "_attempts", lambda *args: pytest.fail("registered again"))
    assert compare.register(pictures, "a.png", "b.png") is kept


def test_points_by_hand_on_works(pictures):
    found = compare.register_by_hand(pictures, "a.png", "d.png", np.array([[0, 0, 0, 0], [1, 0, 1, 0]]), False)
    assert found.transform.scale == pytest.approx(300 / 480)
    assert Path(pictures.original(pictures.collection.work("a.png"))).exists()
