"""Both cues of a hypothesis: a copy is located with its transform, and unrelated cells hardly agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from generated import detail, ground

from explorer.features.grid import FeatureMap, resample, unit_rows
from explorer.geometry import Box
from explorer.verification import (
    Detail,
    Hypothesis,
    KeyPoints,
    find_key_points,
    key_point_hypothesis,
    mean_cosine,
    score_match,
)
from explorer.verification.cells import mutual_cells


def features(seed: int, rows: int, columns: int) -> np.ndarray:
    """A map that changes smoothly enough to be sampled between cells."""
    coarse = np.random.default_rng(seed).normal(size=(rows, columns, 48)).astype(np.float32)
    return unit_rows(resample(FeatureMap(coarse), Box.whole(), rows, columns).vectors)


def pasted(mirror: bool) -> tuple[Detail, Hypothesis]:
    """A detail of 8 by 6 cells that lies in a work of 30 by 24 at twice the size, perhaps in a mirror."""
    cells, work = features(1, 6, 8), features(2, 24, 30)
    work[8:20, 10:26] = np.repeat(np.repeat(cells[:, ::-1] if mirror else cells, 2, axis=0), 2, axis=1)
    every = np.ones(cells.shape[0] * cells.shape[1])
    detail_ = Detail(FeatureMap(cells), Box(0.25, 0.25, 0.75, 0.75), (160, 120), KeyPoints.none(), every)
    box = Box(10 / 30, 8 / 24, 26 / 30, 20 / 24)
    return detail_, Hypothesis(FeatureMap(work), (300, 240), KeyPoints.none(), box, mirror)


@pytest.mark.parametrize("mirror", [False, True])
def test_cells_locate_a_copy_and_its_transform(mirror: bool) -> None:
    query, hypothesis = pasted(mirror)
    result = score_match(query, hypothesis)
    assert result.cells > 0.8 * len(query.distinctive) and result.points == 0
    assert result.transform.mirror is result.mirrored is mirror
    assert result.transform.scale == pytest.approx(2.0, rel=0.1)
    assert result.transform.turn == pytest.approx(0, abs=5)
    np.testing.assert_allclose(result.box.as_tuple(), hypothesis.box.as_tuple(), atol=0.05)
    x, y, there_x, there_y = result.pairs.T
    across = 1 - (x - 0.25) / 0.5 if mirror else (x - 0.25) / 0.5
    np.testing.assert_allclose(there_x, hypothesis.box.x0 + across * hypothesis.box.width, atol=0.06)
    np.testing.assert_allclose(there_y, hypothesis.box.y0 + (y - 0.25) / 0.5 * hypothesis.box.height, atol=0.06)


def test_cells_of_another_work_hardly_agree() -> None:
    query, hypothesis = pasted(False)
    unrelated = Hypothesis(FeatureMap(features(9, 24, 30)), hypothesis.size, hypothesis.points, hypothesis.box, False)
    assert score_match(query, unrelated).cells < 0.4 * len(query.distinctive)


def test_mutual_cells_use_every_cell_once() -> None:
    query, hypothesis = pasted(True)
    inside, on_work, numbers = mutual_cells(query.cells, hypothesis.grid, hypothesis.box, True)
    assert (
        len({tuple(point) for point in inside.round(6)})
        == len({tuple(point) for point in on_work.round(6)})
        == len(numbers)
    )
    rows, columns = query.cells.shape
    row, column = (inside * (columns, rows)).astype(int).T[::-1]
    np.testing.assert_array_equal(row * columns + column, numbers)


@pytest.mark.parametrize("mirror", [False, True])
def test_key_points_alone_locate_a_copy(mirror: bool) -> None:
    canvas, motif = ground(11, 400, 300).copy(), detail(3).resize((120, 120))
    single = canvas.copy()
    single.paste(motif, (20, 30))
    there = motif.transpose(0) if mirror else motif
    second = ground(12, 400, 300).copy()
    second.paste(there.resize((150, 150)), (200, 100))
    box, truth = Box(20 / 400, 30 / 300, 140 / 400, 150 / 300), Box(200 / 400, 100 / 300, 350 / 400, 250 / 300)
    empty = FeatureMap(np.zeros((6, 8, 4), np.float32))
    query = Detail(empty, box, (400, 300), find_key_points(np.asarray(single)).inside(box), np.ones(48))
    roughly = Box(0.45, 0.3, 0.85, 0.8)
    result = score_match(query, Hypothesis(empty, (400, 300), find_key_points(np.asarray(second)), roughly, mirror))
    assert result.points >= 5 and result.mirrored is mirror
    assert result.transform.scale == pytest.approx(1.25, rel=0.1)
    np.testing.assert_allclose(result.box.as_tuple(), truth.as_tuple(), atol=0.04)


def test_key_points_suggest_a_hypothesis_elsewhere() -> None:
    canvas, motif = ground(11, 400, 300).copy(), detail(3).resize((120, 120))
    canvas.paste(motif, (20, 30))
    second = ground(12, 400, 300).copy()
    second.paste(motif, (250, 150))
    box, truth = Box(20 / 400, 30 / 300, 140 / 400, 150 / 300), Box(250 / 400, 150 / 300, 370 / 400, 270 / 300)
    empty = FeatureMap(np.zeros((6, 8, 4), np.float32))
    query = Detail(empty, box, (400, 300), find_key_points(np.asarray(canvas)).inside(box), np.ones(48))
    far = Hypothesis(empty, (400, 300), find_key_points(np.asarray(second)), Box(0.0, 0.0, 0.3, 0.4), False)
    assert score_match(query, far).points == 0
    np.testing.assert_allclose(key_point_hypothesis(query, far).box.as_tuple(), truth.as_tuple(), atol=0.04)
    assert key_point_hypothesis(query, replace(far, box=truth)) is None
    assert key_point_hypothesis(replace(query, points=KeyPoints.none()), far) is None


def test_mean_cosine_is_that_of_the_hypothesis() -> None:
    query, hypothesis = pasted(True)
    assert mean_cosine(query, hypothesis) == pytest.approx(1.0, abs=1e-3)
    assert mean_cosine(query, replace(hypothesis, mirrored=False)) < 0.5
