"""The pure parts of maps: settings, grids, axes, honesty, ranks, placing, placement, groups, names, colours."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from explorer.collection import Work
from explorer.errors import ExplorerError
from explorer.features.grid import unit_rows
from explorer.maps import grid
from explorer.maps.clusters import NOTHING, dense_places
from explorer.maps.colours import HIGHEST, MOST_VALUES, NONE, OTHER, classes, ramp
from explorer.maps.faithful import continuity, faithfulness, trustworthiness
from explorer.maps.grid import grid_cells, grid_shape, on_grid
from explorer.maps.heat import placement
from explorer.maps.naming import best_words, terms_of
from explorer.maps.neighbours import exact_others
from explorer.maps.placing import between
from explorer.maps.plane import along, crossed, numeric_columns, same_scale
from explorer.maps.regions import even_shares
from explorer.maps.settings import MapSettings
from explorer.maps.typical import ranks

RNG = np.random.default_rng


# -- settings ----------------------------------------------------------------------------------------------------------


def test_settings_come_back_from_a_link_and_have_a_key_each() -> None:
    usual = MapSettings()
    assert usual.to_json() == {}
    others = [
        MapSettings("regions"), MapSettings(layout="grid", aspect=1.5), MapSettings(neighbours=30, min_dist=0.5),
        MapSettings(metric="correlation"), MapSettings(layout="columns", columns=("year", "height_cm")),
    ]  # fmt: skip
    for settings in (usual, *others):
        stated = settings.to_json()
        assert MapSettings.from_json(json.loads(json.dumps(stated))) == settings
        as_text = {name: "|".join(value) if isinstance(value, list) else str(value) for name, value in stated.items()}
        assert MapSettings.from_json(as_text) == settings
    assert len({settings.key for settings in (usual, *others)}) == len(others) + 1
    assert MapSettings(layout="grid", aspect=2.0).projected == usual


@pytest.mark.parametrize(
    "record",
    [
        {"layout": "spiral"}, {"kind": "people"}, {"neighbours": 1}, {"neighbours": "many"}, {"neighbours": 2.5},
        {"neighbours": True}, {"min_dist": "nan"}, {"min_dist": 2}, {"aspect": 100}, {"aspect": "inf"}, {"x": "y"},
        {"layout": "columns"}, {"layout": "own", "columns": "x"}, {"columns": [1, 2]}, {"metric": ["cosine"]},
        {"layout": "columns", "columns": ["x" * 300, "y"]}, {"neighbours": None}, {"neighbours": "9" * 400},
    ],
)  # fmt: skip
def test_settings_that_are_none_are_refused(record: dict[str, object]) -> None:
    with pytest.raises(ExplorerError):
        MapSettings.from_json(record)


# -- grid --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 16, 50, 52, 1052, 5000])
@pytest.mark.parametrize("aspect", [0.5, 1.0, 1.414])
def test_every_point_has_a_cell_of_its_own(count: int, aspect: float) -> None:
    columns, rows = grid_shape(count, aspect)
    cells = grid_cells(RNG(1).random((count, 2)) ** 3, aspect)
    assert len({tuple(cell) for cell in cells.tolist()}) == count
    assert (cells >= 0).all()
    assert (cells < (columns, rows)).all()
    assert columns * rows - count < max(columns, rows, 2)  # it fills the plane
    if count > 40:
        assert columns / rows == pytest.approx(aspect, rel=0.15)


def test_points_in_one_place_have_cells_too() -> None:
    cells = grid_cells(np.full((700, 2), 0.3))
    assert len({tuple(cell) for cell in cells.tolist()}) == 700


def test_points_that_lie_on_a_grid_stay_where_they_are() -> None:
    row, column = np.divmod(np.arange(144), 12)
    order = RNG(2).permutation(144)
    cells = grid_cells(np.stack([column, row], axis=1)[order] / 12)
    np.testing.assert_array_equal(cells, np.stack([column, row], axis=1)[order])


def test_the_sum_of_squared_ways_is_the_least() -> None:
    xy = RNG(3).random((40, 2))
    columns, rows = grid_shape(40)
    wanted = (xy - xy.min(axis=0)) / np.ptp(xy, axis=0) * (columns - 1, rows - 1)
    row, column = np.divmod(np.arange(columns * rows), columns)
    cost = ((wanted[:, None] - np.stack([column, row], axis=1)) ** 2).sum(axis=2)
    least = cost[linear_sum_assignment(cost)].sum()
    assert ((wanted - grid_cells(xy)) ** 2).sum() == pytest.approx(least)


def test_halving_keeps_about_as_many_neighbours_as_one_assignment(monkeypatch: pytest.MonkeyPatch) -> None:
    xy = RNG(4).random((1500, 2)).astype(np.float32) ** 2
    near = exact_neighbours(xy, 8)
    kept = []
    for most in (2000, 0):
        monkeypatch.setattr(grid, "OPTIMAL_UP_TO", most)
        kept.append(faithfulness(on_grid(xy), near).mean)
    assert kept[0] > 0.4
    assert kept[1] > 0.95 * kept[0]


def exact_neighbours(xy: np.ndarray, count: int) -> np.ndarray:
    apart = np.linalg.norm(xy[:, None] - xy[None], axis=2) + 9 * np.eye(len(xy), dtype=np.float32)
    return np.asarray(apart.argsort(axis=1)[:, :count], dtype=np.int32)


# -- axes --------------------------------------------------------------------------------------------------------------


def test_numbers_lie_where_their_axis_says() -> None:
    values = np.array([1560.0, 1600.0, 1625.0])
    places, axis = along(values, "year")
    np.testing.assert_allclose(axis.start + places * (axis.end - axis.start), values, rtol=1e-6)
    assert (np.diff(places) > 0).all()
    xy, (across, down) = crossed(values, np.array([3.0, 1.0, 2.0]), ("year", "height"))
    assert xy[:, 1].argmin() == 0  # the highest is at the top
    np.testing.assert_allclose(down.start + xy[:, 1] * (down.end - down.start), (3, 1, 2), rtol=1e-5)
    assert across == axis
    assert along(np.array([5.0]), "x")[0].tolist() == [0.5]


def test_own_coordinates_keep_their_proportions() -> None:
    x, y = np.array([0.0, 10.0, 10.0]), np.array([0.0, 0.0, 2.0])
    xy, axes = same_scale(x, y, ("x", "y"))
    wide, high = np.ptp(xy, axis=0)
    assert high / wide == pytest.approx(0.2, rel=1e-4)
    np.testing.assert_allclose(axes[1].start + xy[:, 1] * (axes[1].end - axes[1].start), y, atol=1e-5)
    flat, _ = same_scale(x, np.zeros(3), ("x", "y"))
    assert (flat[:, 1] == 0.5).all()


def test_columns_of_numbers_are_told_from_others() -> None:
    works = [
        Work(
            "a.jpg", "", 1, 1, "A", artist="Jan", year=1600, year_to=1610, height_cm=20.0, extra={"note": "3", "n": "1"}
        ),
        Work("b.jpg", "", 1, 1, "B", artist="Pieter", year=1565, height_cm=30.0, extra={"note": "x", "n": "2,5"}),
        Work("c.jpg", "", 1, 1, "C", extra={"note": "y", "n": ""}),
    ]
    assert numeric_columns(works, ["artist", "date", "height_cm", "note", "n"]) == ["year", "height_cm", "n"]


# -- honesty -----------------------------------------------------------------------------------------------------------


def test_trustworthiness_is_that_of_scikit_learn() -> None:
    from sklearn.manifold import trustworthiness as reference

    vectors = unit_rows(RNG(5).normal(size=(300, 10)).astype(np.float32))
    xy = vectors[:, :2].astype(np.float64)
    assert trustworthiness(vectors, xy, 15) == pytest.approx(
        reference(vectors, xy, n_neighbors=15, metric="cosine"), abs=1e-6
    )
    back = reference(xy, vectors, n_neighbors=15)  # of unit rows the Euclidean order is that of cosines
    assert continuity(vectors, xy, 15) == pytest.approx(back, abs=1e-6)


def test_a_map_that_keeps_all_is_wholly_faithful_and_one_at_random_is_not() -> None:
    xy = RNG(6).random((200, 2)).astype(np.float32)
    near = exact_neighbours(xy, 30)
    assert faithfulness(xy, near).mean == 1.0
    assert faithfulness(xy * (2, 1), near, aspect=0.5).mean == 1.0
    shuffled = faithfulness(RNG(7).permutation(xy), near)
    assert 0.02 < shuffled.mean < 0.2  # 15 of 199 by chance
    assert shuffled.kept.shape == (200,)


def test_neighbours_that_are_not_on_the_map_do_not_count() -> None:
    xy = RNG(8).random((60, 2)).astype(np.float32)
    near = exact_neighbours(xy, 30)
    gone = np.where(RNG(9).random(near.shape) < 0.3, -1, near)
    here = faithfulness(xy, gone)
    assert here.mean > 0.5
    assert faithfulness(xy, np.full((60, 30), -1)).mean == 0.0
    for count in (0, 1):
        assert faithfulness(xy[:count], near[:count, :0]).mean == 1.0
    assert np.isfinite(faithfulness(np.full((40, 2), 0.5, np.float32), near[:40] % 40).kept).all()


# -- ranks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 300, 800])
def test_the_first_of_every_level_lie_apart(count: int) -> None:
    xy = RNG(10).random((count, 2)) ** 2
    found = ranks(xy, RNG(11).random(count), aspect=1.5)
    assert sorted(found.rank.tolist()) == list(range(count))
    order = np.argsort(found.rank)
    for side, end in zip(found.sides, found.counts, strict=True):
        first = xy[order[:end]] * (1.5, 1)
        apart = np.abs(first[:, None] - first[None]).max(axis=2) + 9 * np.eye(end)
        assert apart.min(initial=9) >= side * (1 - 1e-6)


def test_every_part_of_the_map_has_its_most_typical_point_early() -> None:
    left, right = RNG(12).normal((0.2, 0.5), 0.03, (50, 2)), RNG(13).normal((0.8, 0.5), 0.03, (5, 2))
    typical = np.zeros(55)
    typical[[7, 52]] = 1
    assert set(np.argsort(ranks(np.concatenate([left, right]), typical).rank)[:2].tolist()) == {7, 52}


# -- placing -----------------------------------------------------------------------------------------------------------


def test_what_is_left_out_is_placed_near_where_it_was() -> None:
    xy = RNG(14).random((400, 2)).astype(np.float32)
    vectors = unit_rows(np.concatenate([np.cos(xy), np.sin(xy)], axis=1))
    rows, cosines = exact_others(vectors, 10)
    errors = [np.linalg.norm(between(xy[near], best) - own) for near, best, own in zip(rows, cosines, xy, strict=True)]
    assert np.median(errors) < 0.05
    chance = np.linalg.norm(xy - RNG(15).permutation(xy), axis=1)
    assert np.mean(errors) < 0.2 * chance.mean()


def test_a_few_strangers_do_not_move_it() -> None:
    places = np.concatenate([RNG(16).normal((0.2, 0.2), 0.01, (7, 2)), RNG(17).normal((0.9, 0.9), 0.01, (3, 2))])
    assert np.linalg.norm(between(places, np.full(10, 0.8)) - 0.2) < 0.05


# -- where details sit -------------------------------------------------------------------------------------------------


def test_placement_is_the_share_of_boxes_over_each_point() -> None:
    rng = RNG(18)
    corners = np.sort(rng.random((60, 2, 2)), axis=1)
    boxes = np.concatenate([corners[:, 0], corners[:, 1]], axis=1)
    found = placement(boxes, side=6)
    fine = (np.arange(600) + 0.5) / 600
    inside = [((fine >= y0) & (fine < y1))[:, None] & ((fine >= x0) & (fine < x1))[None] for x0, y0, x1, y1 in boxes]
    oracle = np.mean(inside, axis=0).reshape(6, 100, 6, 100).mean(axis=(1, 3))
    np.testing.assert_allclose(found.share, oracle, atol=2e-3)
    assert found.count == 60
    assert np.all(placement(boxes, boxes, side=6).against == 1)
    assert placement(boxes[:0]).share.sum() == 0


# -- groups and their names --------------------------------------------------------------------------------------------


def test_dense_places_are_groups_and_the_largest_comes_first() -> None:
    sizes = (100, 90, 80)
    xy = np.concatenate(
        [RNG(19).normal(middle, 0.02, (size, 2)) for middle, size in zip((0.2, 0.5, 0.9), sizes, strict=True)]
    )
    level = dense_places(xy)[0]
    truth = np.repeat([0, 1, 2], sizes)
    assert (level != NOTHING).mean() > 0.7
    groups = [truth[level == number] for number in range(level.max() + 1)]
    assert all(len(set(group.tolist())) == 1 for group in groups)  # none is of two places
    assert {group[0] for group in groups} == {0, 1, 2}
    assert [len(group) for group in groups] == sorted(map(len, groups), reverse=True)


@pytest.mark.parametrize("count", [0, 1, 5, 16, 50])
def test_few_points_and_points_in_one_place_have_no_groups_or_some(count: int) -> None:
    for xy in (np.full((count, 2), 0.5), RNG(20).random((count, 2))):
        assert dense_places(xy.astype(np.float32)).shape == (3, count)


def test_a_group_is_called_by_the_words_that_suit_it_more_than_the_rest() -> None:
    words = ("ship", "boat", "face", "picture")
    vectors = unit_rows(np.array([[1, 0, 0, 0.2], [0.98, 0.1, 0, 0.2], [0, 1, 0, 0.2], [0, 0, 1, 1]], np.float32))
    points = unit_rows(np.repeat([[1, 0, 0, 0.3], [0, 1, 0, 0.3]], 10, axis=0) + 0.05 * RNG(21).normal(size=(20, 4)))
    found = best_words(words, vectors, points @ vectors.T, [np.arange(10), np.arange(10, 20)])
    assert found[0] == ("ship",)  # a boat is nearly the same, and a picture everything
    assert found[1] == ("face",)


def test_a_group_is_called_by_what_the_catalogue_says_of_it_more_often() -> None:
    def work(number: int, genre: str, artist: str) -> Work:
        return Work(f"{number}.jpg", "", 1, 1, "A", genre=genre, artist=artist)

    ships = [work(number, "marine", "Jan; Pieter") for number in range(6)]
    others = [work(number, "portrait", "Jan") for number in range(6, 20)]
    assert set(terms_of([ships, others], [*ships, *others])[0]) == {"marine", "Pieter"}  # Jan is said of all
    assert terms_of([[None], []], [*ships, None]) == [(), ()]


# -- colours -----------------------------------------------------------------------------------------------------------


def test_several_values_of_a_point_are_all_told() -> None:
    found = classes("artist", [["Jan", "Rubens"], ["Jan"], [], ["Rubens", "Jan", "Jan"]])
    assert found.labels == ("Jan", "Rubens")
    assert found.counts == (3, 2)
    assert found.codes.tolist() == [[0, 1], [0, NONE], [NONE, NONE], [0, 1]]


def test_values_beyond_the_commonest_are_other() -> None:
    found = classes("artist", [["common"], ["common"], *([f"artist {number:03}"] for number in range(MOST_VALUES + 5))])
    assert len(found.labels) == MOST_VALUES + 1
    assert (found.labels[0], found.labels[-1], found.counts[-1]) == ("common", OTHER, 6)


def test_a_ramp_goes_from_end_to_end() -> None:
    found = ramp("year", np.array([1500.0, 1600.0, np.nan, 1550.0]))
    assert found.codes[:, 0].tolist() == [0, HIGHEST, NONE, HIGHEST // 2]
    assert found.ends == (1500.0, 1600.0)
    assert ramp("year", np.full(3, np.nan)).codes[:, 0].tolist() == [NONE] * 3
    assert ramp("year", np.full(3, 7.0)).codes[:, 0].tolist() == [0] * 3


def test_shares_are_even() -> None:
    for counts, most in (([10, 2, 10], 12), ([3, 3], 100), ([], 5), ([5, 5, 5], 7), ([1, 100, 50], 60)):
        shares = even_shares(counts, most)
        assert sum(shares) <= most
        assert all(share <= count for share, count in zip(shares, counts, strict=True))
        cut = [share for share, count in zip(shares, counts, strict=True) if share < count]
        assert not cut or max(shares) - min(cut) <= 1
