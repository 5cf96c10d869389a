"""What differs between two versions: painted twice, the second time with a known change."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from generated import detail, ground, planted, save
from PIL import Image, ImageEnhance

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.registration.cells_under_map import laid_over
from explorer.registration.difference import Difference, Differences, differences
from explorer.registration.judged import on_second, outlines
from explorer.workspace import Workspace

SIZE = (640, 480)
SIDE = 130
SPOTS = ((60, 60), (400, 50), (80, 300), (430, 300))
SAME = np.eye(3)


def scene(*spots: int, moved: tuple[int, int] | None = None) -> Image.Image:
    """A ground with a detail of its own at each of these spots; ``moved`` takes the detail of one to another."""
    image = ground(5, *SIZE)
    for spot in spots:
        image = planted(image, detail(spot), SPOTS[spot], SIDE)
    return planted(image, detail(moved[0]), SPOTS[moved[1]], SIDE) if moved else image


def box(spot: int) -> Box:
    x, y = SPOTS[spot]
    return Box(x / SIZE[0], y / SIZE[1], (x + SIDE) / SIZE[0], (y + SIDE) / SIZE[1])


def another_hand(image: Image.Image) -> Image.Image:
    """The same, greyer and lighter, with grain of its own."""
    pixels = np.asarray(ImageEnhance.Color(image).enhance(0.4), np.float32) * 0.9 + 20
    grain = np.random.default_rng(3).normal(0, 7, pixels.shape)
    return Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))


@pytest.fixture
def told_of(demo_workspace: Workspace, tmp_path: Path):
    """What is told of two pictures under a map."""

    def tell(first: Image.Image, second: Image.Image, matrix: np.ndarray = SAME) -> Differences:
        paths = save(first, tmp_path / "a.png"), save(second, tmp_path / "b.png")
        return differences(demo_workspace, *paths, matrix)

    return tell


@pytest.fixture
def told(told_of):
    """The differences alone."""

    def tell(first: Image.Image, second: Image.Image, matrix: np.ndarray = SAME) -> list[Difference]:
        return list(told_of(first, second, matrix).found)

    return tell


def test_the_same_picture_has_none(told):
    assert told(scene(0, 1, 2), scene(0, 1, 2)) == []


def test_another_hand_makes_none(told):
    assert told(scene(0, 1, 2, 3), another_hand(scene(0, 1, 2, 3))) == []


def test_what_is_left_out_is_in_the_first_only_and_the_other_way_round(told):
    whole, without = scene(0, 1, 2), another_hand(scene(0, 2))
    for pictures, kind in (((whole, without), "first"), ((without, whole), "second")):
        (found,) = told(*pictures)
        assert found.kind == kind
        assert found.first.iou(box(1)) > 0.5 and found.second.iou(box(1)) > 0.5


def test_several_are_told_apart(told):
    found = told(scene(0, 1, 2, 3), scene(0, 3))
    true = {("first", 1), ("first", 2)}
    assert {(each.kind, spot) for each in found for spot in range(4) if each.first.iou(box(spot)) > 0.5} == true
    assert len(found) == 2
    assert sorted(found, key=lambda each: -each.strength) == found


def test_what_stands_elsewhere_has_moved(told):
    (found,) = told(scene(0, 2, 1), scene(0, 2, moved=(1, 3)))
    assert found.kind == "moved"
    assert found.first.iou(box(1)) > 0.5 and found.second.iou(box(3)) > 0.5


def test_a_reversed_and_larger_version_differs_where_it_does(told):
    second = scene(0, 2).transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((1280, 960), Image.Resampling.LANCZOS)
    (found,) = told(scene(0, 1, 2), second, np.array([[-1.0, 0, 1], [0, 1, 0], [0, 0, 1]]))
    assert found.kind == "first" and found.first.iou(box(1)) > 0.5
    there = box(1)
    assert found.second.iou(Box(1 - there.x1, there.y0, 1 - there.x0, there.y1)) > 0.5


def test_beyond_the_edge_of_the_other_nothing_differs(told):
    """The second is the first's left half: the detail at the right is not missing from it."""
    second = scene(0, 1, 2).crop((0, 0, 320, 480))
    assert told(scene(0, 1, 2), second, np.diag([2.0, 1.0, 1.0])) == []


def area_of(lines) -> float:
    """The area inside closed lines, holes taken away (the shoelace formula; the lines of holes run the other way)."""
    points = [np.array(line) for line in lines]
    return abs(sum(float(np.sum(p[:, 0] * np.roll(p[:, 1], -1) - p[:, 1] * np.roll(p[:, 0], -1))) / 2 for p in points))


def test_it_is_said_how_much_was_compared(told_of):
    all_of_it = told_of(scene(0, 1, 2), another_hand(scene(0, 2)))
    assert all_of_it.compared > 0.95
    half = told_of(scene(0, 1, 2), scene(0, 1, 2).crop((0, 0, 320, 480)), np.diag([2.0, 1.0, 1.0]))
    assert half.compared == pytest.approx(0.5, abs=0.06)
    here, there = half.not_compared
    assert area_of(here) == pytest.approx(1 - half.compared, abs=0.01) and area_of(there) < 0.1
    xs = [x for line in here for x, _ in line]
    assert min(xs) > 0.4 and max(xs) == 1


def test_where_the_two_do_not_agree_nothing_is_judged(told_of):
    """The right third of the second is another picture: not a list of differences, and not nothing, but not judged."""
    second = scene(0, 1, 2, 3)
    other = ground(9, *SIZE)
    for number in range(6):
        other = planted(other, detail(200 + number), (430 + number % 2 * 105, number // 2 * 160), 105)
    second.paste(other.crop((430, 0, 640, 480)), (430, 0))
    told = told_of(scene(0, 1, 2, 3), second)
    reported = sum(each.first.area for each in told.found)
    assert told.compared < 1 - 0.33 + reported + 0.05


def test_too_little_in_common_is_refused(told_of):
    """A tenth of the first is all that the second shows."""
    second = scene(0, 1, 2).crop((0, 0, 64, 480)).resize((256, 1920))
    with pytest.raises(ExplorerError, match=r"Too little of the two .* compare them: 1?\d %"):
        told_of(scene(0, 1, 2), second, np.diag([10.0, 1.0, 1.0]))


def test_two_things_that_touch_are_two_differences(told):
    """One is in the first only, the other, beside it, in the second only: neither hides the other."""
    first, second = scene(0, 3), scene(0, 3)
    left, right = (230, 150), (350, 170)
    first, second = planted(first, detail(7), left, SIDE), planted(second, detail(8), right, SIDE)
    found = told(first, second)
    assert sorted(each.kind for each in found) == ["first", "second"]
    for each, (x, y) in zip(sorted(found, key=lambda each: each.kind), (left, right), strict=True):
        assert each.first.iou(Box(x / 640, y / 480, (x + SIDE) / 640, (y + SIDE) / 480)) > 0.3


def test_outlines_have_holes_and_are_carried_to_the_second():
    cells = np.ones((4, 6), bool)
    cells[1:3, 2:4] = False
    lines = outlines(cells)
    assert len(lines) == 2 and area_of(lines) == pytest.approx(1 - 4 / 24, abs=1e-4)
    assert outlines(np.zeros((3, 3), bool)) == []
    shifted = on_second(cells, np.array([[1.0, 0, 0.5], [0, 1, 0], [0, 0, 1]]))  # half a picture to the right
    assert not shifted[:, :3].any() and shifted[:, 3:].tolist() == cells[:, :3].tolist()


def test_unrelated_pictures_are_refused(told):
    first, second = ground(1, *SIZE), ground(2, *SIZE)
    for number in range(12):
        corner = (number % 4 * 160, number // 4 * 160)
        first, second = (
            planted(image, detail(seed + number), corner, 160) for image, seed in ((first, 100), (second, 200))
        )
    with pytest.raises(ExplorerError, match="agree too little"):
        told(first, second)


def test_cells_are_laid_where_the_map_takes_them():
    second = np.arange(12, dtype=np.float32).reshape(3, 4, 1)
    laid, outside = laid_over(np.zeros((3, 4, 1)), second, np.array([[1.0, 0, 0.25], [0, 1, 0], [0, 0, 1]]), 0)
    assert laid[:, :3, 0].tolist() == second[:, 1:, 0].tolist()
    assert outside.tolist() == [[False, False, False, True]] * 3
    mirrored, _ = laid_over(np.zeros((3, 4, 1)), second, np.array([[-1.0, 0, 1], [0, 1, 0], [0, 0, 1]]), 1)
    assert mirrored[..., 0].tolist() == (-second[:, ::-1, 0]).tolist()
