"""Calibration: altered copies, the fit and its trimming, and what indexing keeps of it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from generated import MINI, SMALL, detail, folder_of
from PIL import Image

from explorer.calibration import calibrate, calibrated, carried_over
from explorer.calibration.copies import MEDIA, Alteration, random_alteration, redrawn, room_for, set_into
from explorer.calibration.fit import PRIOR, Examples, cross_validated, fitted, trimmed, weights_of
from explorer.calibration.reliability import expected_calibration_error, reliability
from explorer.geometry import Box
from explorer.indexing import index_folder
from explorer.search import little_to_go_by, search
from explorer.search.query import Query, RegionPart, SearchOptions
from explorer.verification.calibration_result import UNCALIBRATED
from explorer.workspace import CALIBRATION_FILE, Workspace

# -- copies ------------------------------------------------------------------------------------------------------------


def test_a_mirrored_copy_in_its_own_medium_is_the_mirrored_detail() -> None:
    what = detail(3)
    same = redrawn(what, Alteration(1.0, False, 0.0, "paint", 1))
    np.testing.assert_array_equal(np.asarray(same), np.asarray(what))
    turned = redrawn(what, Alteration(1.0, True, 0.0, "paint", 1))
    np.testing.assert_array_equal(np.asarray(turned), np.asarray(what)[:, ::-1])


@pytest.mark.parametrize("medium", MEDIA)
def test_every_medium_keeps_the_drawing_and_the_size(medium: str) -> None:
    what = detail(3)
    copy = redrawn(what, Alteration(1.0, False, 0.0, medium, 5))
    assert copy.size == what.size and copy.mode == "RGB"
    if medium in ("grey", "ink"):
        spread = np.ptp(np.asarray(copy, int) / np.asarray(copy, int).max(axis=(0, 1)), axis=2)
        assert spread.max() < 0.05, "one hue"
    edges, drawn = (_edges(image) for image in (what, copy))
    assert np.corrcoef(edges.ravel(), drawn.ravel())[0, 1] > 0.3


def _edges(image: Image.Image) -> np.ndarray:
    down, across = np.gradient(np.asarray(image.convert("L").resize((40, 40)), float))
    return np.hypot(down, across)


def test_alterations_are_drawn_from_their_seed_and_cover_all_media() -> None:
    drawn = [random_alteration(np.random.default_rng(number)) for number in range(200)]
    assert drawn[7] == random_alteration(np.random.default_rng(7))
    assert {alteration.medium for alteration in drawn} == set(MEDIA)
    assert 0.3 < np.mean([alteration.mirror for alteration in drawn]) < 0.5
    assert all(0.6 <= alteration.scale <= 1.6 and abs(alteration.turn) <= 12 for alteration in drawn)


def test_a_copy_lies_where_it_says() -> None:
    host = Image.new("RGB", (300, 200), "white")
    size = room_for(Box(0.1, 0.1, 0.4, 0.5), (300, 200), host.size, Alteration(0.5, False, 0.0, "paint", 0))
    assert size == (45, 40)
    box = set_into(host, Image.new("RGB", (90, 80), "black"), (100, 50), size, 0.0)
    dark = np.argwhere(np.asarray(host.convert("L")) < 128)
    (top, left), (bottom, right) = dark.min(axis=0), dark.max(axis=0)
    np.testing.assert_allclose(box.to_pixels(*host.size), (left, top, right, bottom), atol=5)


# -- the fit -----------------------------------------------------------------------------------------------------------


def drawn_examples(copies: int = 150, others: int = 1500, seed: int = 0) -> Examples:
    """Cues of copies and of unrelated places, overlapping a little, 20 of the latter a query."""
    rng = np.random.default_rng(seed)
    right = np.abs(np.column_stack([rng.normal(0.4, 0.1, copies), rng.normal(0.3, 0.1, copies),
                                    rng.exponential(1.5, copies)]))  # fmt: skip
    wrong = np.abs(np.column_stack([rng.normal(0.4, 0.1, others), rng.normal(0.1, 0.05, others),
                                    rng.exponential(0.1, others)]))  # fmt: skip
    query = np.concatenate([np.arange(copies), np.arange(others) // 20 % copies])
    return Examples(np.concatenate([right, wrong]), np.arange(copies + others) < copies, query)


def test_probabilities_of_held_out_queries_are_what_they_say() -> None:
    examples = drawn_examples()
    held_out = cross_validated(examples)
    table = reliability(held_out.tolist(), examples.copy.tolist(), weights=weights_of(examples).tolist())
    assert expected_calibration_error(table) < 0.03
    weights = weights_of(examples)
    assert weights[examples.copy].sum() / weights.sum() == pytest.approx(PRIOR)


def test_more_evidence_never_makes_a_copy_less_likely() -> None:
    misleading = drawn_examples()
    cues = misleading.cues.copy()
    cues[misleading.copy, 0] -= 0.3  # copies whose mean cosine is lower than that of unrelated places
    assert min(fitted(replace(misleading, cues=cues)).weights) >= 0


def test_true_repeats_among_the_pairs_taken_to_be_unrelated_change_nothing() -> None:
    """A collection a third of which are copies: a third of the queries have two copies among their twenty places."""
    clean, extra = drawn_examples(), drawn_examples(copies=100, others=1, seed=9).rows(np.arange(100))
    spoilt = Examples(
        np.concatenate([clean.cues, extra.cues]), np.concatenate([clean.copy, np.zeros(100, bool)]),
        np.concatenate([clean.query, np.arange(100) // 2]),
    )  # fmt: skip
    kept = trimmed(spoilt)
    assert kept[spoilt.copy].all() and not kept[-100:].all() and kept[: len(clean)][~clean.copy].mean() > 0.995
    strong, weak = np.array([[0.4, 0.35, 2.0]]), np.array([[0.4, 0.1, 0.0]])
    after, naive = fitted(spoilt.rows(kept)), fitted(spoilt)
    assert after.probability(strong)[0] > 0.95 > naive.probability(strong)[0]
    assert after.probability(weak)[0] == pytest.approx(fitted(clean).probability(weak)[0], abs=0.03)


# -- a collection's own ------------------------------------------------------------------------------------------------


def test_indexing_calibrates_and_matches_say_how_they_stand_against_unrelated_pairs(demo_workspace: Workspace) -> None:
    calibration = demo_workspace.calibration
    assert calibrated(demo_workspace) and calibration.copies >= 12 and calibration.pairs > 5 * calibration.copies
    assert calibration.auc > 0.8 and calibration.works == len(demo_workspace.tables.works)
    assert min(calibration.model.weights) >= 0
    work = demo_workspace.collection.works()[0]
    for match in search(demo_workspace, Query((RegionPart(work.id, Box(0.3, 0.3, 0.7, 0.7)),)), SearchOptions(top=50)):
        assert match.evidence.percentile == calibration.percentile(match.evidence.probability)


@pytest.fixture(scope="module")
def own_demo(demo_folder: Path, demo_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The pictures of the demo, and a cache in which they are indexed and calibrated as "demo", to be changed."""
    place = tmp_path_factory.mktemp("own-demo")
    shutil.copytree(demo_folder / "images", place / "images")
    shutil.copytree(demo_cache, place / "cache")
    index_folder(place / "images", "demo", place / "cache", MINI)
    return place / "images", place / "cache"


def test_a_calibration_repeats_and_is_made_again_only_when_needed(
    own_demo: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = own_demo
    opened = Workspace.open("demo", cache)
    file = opened.tables.folder / CALIBRATION_FILE
    first = json.loads(file.read_text())
    assert first["works"] == 24
    made: list[str] = []

    def counted(workspace: Workspace, progress: object) -> object:
        made.append(workspace.name)
        return calibrate(workspace)

    monkeypatch.setattr("explorer.indexing.run.calibrate", counted)
    index_folder(folder, "demo", cache, MINI)
    assert not made, "nothing changed"
    folder_of(folder, 1, first=50, size=(480, 360))
    index_folder(folder, "demo", cache, MINI)
    assert not made, "one work more changes little: it is carried over"
    now = Workspace.open("demo", cache)
    assert json.loads((now.tables.folder / CALIBRATION_FILE).read_text()) == first
    (now.tables.folder / CALIBRATION_FILE).write_text("{")
    assert Workspace.open("demo", cache).calibration is UNCALIBRATED, "what cannot be read is not believed"
    index_folder(folder, "demo", cache, MINI)
    assert made == ["demo"], "and is made again"
    again = calibrate(Workspace.open("demo", cache))
    assert again.to_json() == json.loads((now.tables.folder / CALIBRATION_FILE).read_text()), "drawn from one seed"


def test_a_collection_that_grew_much_is_not_carried_over(own_demo: tuple[Path, Path]) -> None:
    opened = Workspace.open("demo", own_demo[1])
    file = opened.tables.folder / CALIBRATION_FILE
    record = json.loads(file.read_text())
    file.write_text(json.dumps({**record, "works": 10}))
    assert not carried_over(opened, file)
    file.write_text(json.dumps(record))
    assert carried_over(opened, file)


def test_a_small_collection_is_not_calibrated(tmp_path: Path) -> None:
    index_folder(folder_of(tmp_path / "few", 3), "few", tmp_path / "cache", SMALL)
    few = Workspace.open("few", tmp_path / "cache")
    assert not calibrated(few) and few.calibration is UNCALIBRATED
    assert calibrate(few) is None


def test_smooth_ground_has_little_to_go_by_and_a_thing_has_enough(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "works", 3, size=(480, 360))
    picture = Image.linear_gradient("L").resize((480, 360)).convert("RGB")
    picture.paste(detail(5), (300, 200))
    picture.save(folder / "mostly-sky.png")
    index_folder(folder, "c", tmp_path / "cache", SMALL)
    opened = Workspace.open("c", tmp_path / "cache")
    assert little_to_go_by(opened, RegionPart("mostly-sky.png", Box(0.05, 0.05, 0.4, 0.4)))
    assert not little_to_go_by(opened, RegionPart("mostly-sky.png", Box(0.6, 0.52, 0.9, 0.92)))
