"""Labels held against known classes: figures counted by hand, and what columns and folders from outside may hold."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.evaluate.metrics import class_scores
from explorer.evaluate.truth import ClassTruth, by_column, by_folders
from explorer.evaluate.zero_shot import BARE, Sorting, ZeroShot, evaluate
from explorer.words.labels import label_works
from explorer.words.prompts import usual_templates
from explorer.workspace import Workspace

LABELS = ("dog", "cat", "cow")


def test_class_scores_counted_by_hand() -> None:
    # dog: 3 pictures, given to 2, both right; cat: 2 pictures, given to 3, one right; nothing is put in cow
    dog, cat, cow = class_scores([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 3, 1], 4)[:3]
    assert (dog.count, dog.precision, dog.recall, dog.f1) == (3, 1.0, pytest.approx(2 / 3), pytest.approx(0.8))
    assert (cat.count, cat.precision, cat.recall, cat.f1) == (2, pytest.approx(1 / 3), 0.5, pytest.approx(0.4))
    assert (cow.count, cow.recall, cow.f1) == (1, 0.0, 0.0)
    assert math.isnan(cow.precision)


@pytest.fixture
def sorting() -> Sorting:
    """Five pictures: dog, dog, cat, cat, cow; the first four rightly labelled but the second, cow as cat."""
    return Sorting(
        ("{}",), LABELS, np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 1]), np.array([0.95, 0.55, 0.95, 0.55, 0.95]),
        np.array([True, False, True, True, False]), 0.5,
    )  # fmt: skip


def test_figures_counted_by_hand(sorting: Sorting) -> None:
    assert sorting.top1 == pytest.approx(3 / 5)
    # dog: precision 1, recall 1/2; cat: precision 2/4, recall 1; cow: 0
    assert sorting.macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)
    # 3 at 0.95, 2 right; 2 at 0.55, 1 right
    assert sorting.calibration_error == pytest.approx(3 / 5 * (0.95 - 2 / 3) + 2 / 5 * (0.55 - 1 / 2))
    assert (sorting.without, sorting.labelled_right) == (pytest.approx(2 / 5), 1.0)
    record = sorting.to_json()
    assert record["abstention"] == {"threshold": 0.5, "without": 0.4, "labelled": 3, "right_of_labelled": 1.0}
    assert record["classes"][2] == {"class": "cow", "n": 1, "precision": None, "recall": 0.0, "f1": 0.0}
    assert [row["count"] for row in record["reliability"]] == [0, 0, 0, 0, 0, 2, 0, 0, 0, 3]
    assert record["reliability"][0]["right"] is None


def test_a_table_for_people_says_what_was_left_out(sorting: Sorting) -> None:
    truth = ClassTruth(
        LABELS, tuple("abcde"), sorting.true, "the column 'genre'", ("3 works",), (("x.jpg", "Broken."),)
    )
    text = "\n".join(ZeroShot(truth, sorting, sorting, ("cow",)).lines())
    for words in ("5 pictures in 3 classes", "the commonest class alone 0.400", "Left out: 3 works.",
                  "'x.jpg': Broken.", "no word of 'cow'", "dog", "0.5 to 0.6"):  # fmt: skip
        assert words in text


# -- a column ----------------------------------------------------------------------------------------------------------


def test_a_column_s_values_are_the_classes(sorted_works: Workspace) -> None:
    truth = by_column(sorted_works, "kind", least=3)
    assert truth.classes == ("a mill", "a ship")
    assert dict(zip(truth.names, truth.true.tolist(), strict=True)) == {f"{at}.jpg": int(at > 3) for at in range(7)}
    assert [sentence.split(" ", 1)[0] for sentence in truth.left_out] == ["2", "1"]
    assert by_column(sorted_works, "kind", least=1).classes == ("a mill", "a ship", "a mill, a ship")
    with pytest.raises(ExplorerError, match="has no column 'genre'"):
        by_column(sorted_works, "genre")
    with pytest.raises(ExplorerError, match="0 values that 5 works or more have"):
        by_column(sorted_works, "kind")
    with pytest.raises(ExplorerError, match="at least 1"):
        by_column(sorted_works, "kind", least=0)


def test_works_are_labelled_as_users_see_them(sorted_works: Workspace) -> None:
    truth = by_column(sorted_works, "kind", least=3)
    found = evaluate(sorted_works, truth)
    for way, templates in ((found.ensemble, usual_templates()), (found.bare, BARE)):
        table = label_works(sorted_works, truth.classes, templates)
        shown = dict(zip(table.works, table.names, strict=True))
        best = {name: table.labels[top] for name, top in zip(table.works, table.top, strict=True)}
        assert way.templates == templates
        kinds = [truth.classes[number] for number in truth.true]
        right = [best[name] == kind for name, kind in zip(truth.names, kinds, strict=True)]
        assert way.top1 == pytest.approx(sum(right) / 7)
        assert way.without == pytest.approx(sum(not shown[name] for name in truth.names) / 7)
    assert found.to_json()["commonest"] == pytest.approx(4 / 7, abs=1e-6)


# -- folders -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path: Path, sorted_works: Workspace) -> Path:
    """Pictures of works in two class folders, one two levels deep, one broken; one beside the folders."""
    folder = tmp_path / "classes"
    for name, at in (("a_ship/0.jpg", 0), ("a_ship/old/1.jpg", 1), ("mill/2.jpg", 2), ("mill/3.jpg", 3), ("4.jpg", 4)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((sorted_works.folder / f"{at}.jpg").read_bytes())
    (folder / "mill" / "broken.jpg").write_bytes(b"no picture")
    (folder / "mill" / "notes.txt").write_text("no picture either")
    (folder / "empty").mkdir()
    return folder


def test_pictures_in_folders_are_encoded_as_works_are(folders: Path, sorted_works: Workspace) -> None:
    truth = by_folders(sorted_works, folders)
    assert truth.classes == ("a ship", "mill")
    assert truth.names == ("a_ship/0.jpg", "a_ship/old/1.jpg", "mill/2.jpg", "mill/3.jpg")
    assert truth.true.tolist() == [0, 0, 1, 1]
    assert [file for file, _ in truth.skipped] == ["mill/broken.jpg"]
    assert "'4.jpg'" in truth.left_out[0]
    assert truth.wholes is not None
    rows = [sorted_works.row(f"{at}.jpg") for at in range(4)]
    np.testing.assert_allclose(truth.wholes, sorted_works.tables.whole()[rows], atol=2e-3)
    found = evaluate(sorted_works, truth, BARE)
    assert found.ensemble.to_json() == found.bare.to_json()
    assert found.to_json()["pictures"] == 4
    assert found.to_json()["skipped"][0]["file"] == "mill/broken.jpg"


def test_of_many_pictures_some_of_each_class_are_drawn(folders: Path, sorted_works: Workspace) -> None:
    (folders / "mill" / "broken.jpg").unlink()
    truth = by_folders(sorted_works, folders, most=3)
    assert truth.true.tolist() == [0, 1]
    assert "2 of 4 pictures" in truth.left_out[-1]


def test_folders_that_are_no_classes_are_refused_in_a_sentence(folders: Path, sorted_works: Workspace) -> None:
    for folder, words in ((folders / "absent", "no folder"), (folders / "mill", "two folders"),
                          (folders / "empty", "holds no pictures")):  # fmt: skip
        with pytest.raises(ExplorerError, match=words):
            by_folders(sorted_works, folder)
    with pytest.raises(ExplorerError, match="are the most"):
        by_folders(sorted_works, folders, most=1)
    (folders / "a ship").mkdir()
    (folders / "a ship" / "5.jpg").write_bytes(b"")
    with pytest.raises(ExplorerError, match="the same label, 'a ship'"):
        by_folders(sorted_works, folders)
