"""Nearest neighbours, linear probes, captions and attributes: on vectors made to order, against scikit-learn, and on
the collection that other protocols are tried on."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from generated import write_csv
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from explorer.errors import ExplorerError
from explorer.evaluate import captions, imet, probes
from explorer.evaluate.command import Measure, evaluate_collection
from explorer.evaluate.truth import ClassTruth
from explorer.workspace import Workspace


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def clusters(apart: float, each: int = 30, classes: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows round the centres of classes, and their classes."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(classes, 16))
    true = np.repeat(np.arange(classes), each)
    return unit(apart * centres[true] + rng.normal(size=(len(true), 16))), true


# -- classifiers -------------------------------------------------------------------------------------------------------


def test_neighbours_vote_as_scikit_learns_do() -> None:
    features, true = clusters(0.6)
    asked, _ = clusters(0.6, seed=1)
    theirs = KNeighborsClassifier(
        probes.NEIGHBOURS, metric="cosine", weights=lambda distances: np.exp(-distances / probes.TEMPERATURE)
    ).fit(features, true)
    ours = probes.nearest(features, true, asked, 4)
    assert ours == pytest.approx(theirs.predict_proba(asked), abs=1e-4)


def test_the_probe_is_the_best_of_its_strengths() -> None:
    features, true = clusters(0.5)
    asked, of_asked = clusters(0.5, each=100, seed=0)
    given = probes.linear(features, true, asked, 5)
    assert given.shape == (400, 5)
    assert given[:, 4].max() == 0  # a class that was not trained on
    assert given.sum(axis=1) == pytest.approx(1)
    right = (given.argmax(axis=1) == of_asked).mean()
    alone = [
        LogisticRegression(C=strength, max_iter=300).fit(features, true).score(asked, of_asked)
        for strength in probes.STRENGTHS
    ]
    assert min(alone) <= right <= max(alone)


@pytest.mark.parametrize("classify", [probes.nearest, probes.linear])
def test_classes_apart_are_told_and_classes_that_are_none_are_not(classify) -> None:
    features, true = clusters(6.0)
    assert (probes.cross_validated(features, true, classify).argmax(axis=1) == true).all()
    rng = np.random.default_rng(4)
    noise = unit(rng.normal(size=(120, 16)))
    assert (probes.cross_validated(noise, true, classify).argmax(axis=1) == true).mean() < 0.45


def test_equal_pictures_are_never_on_both_sides() -> None:
    rng = np.random.default_rng(5)
    once = unit(rng.normal(size=(40, 16)))
    twice, true = np.repeat(once, 2, axis=0), np.repeat(rng.integers(0, 2, 40), 2)
    seen = []

    def remembering(features: np.ndarray, _: np.ndarray, asked: np.ndarray, classes: int) -> np.ndarray:
        seen.append(bool({row.tobytes() for row in features} & {row.tobytes() for row in asked}))
        return np.zeros((len(asked), classes))

    probes.cross_validated(twice, true, remembering)
    assert seen == [False] * 5


def test_a_class_of_one_picture_cannot_be_measured() -> None:
    with pytest.raises(ExplorerError, match="only one picture"):
        probes.cross_validated(unit(np.eye(4)), np.array([0, 0, 0, 1]), probes.nearest)


def test_what_is_reported_of_a_probe() -> None:
    features, true = clusters(1.0)
    names = tuple(f"{number}.jpg" for number in range(len(true)))
    truth = ClassTruth(("a", "b", "c", "d"), names, true, "order", ("1 work",), (("x.jpg", "It is none."),), features)
    workspace = SimpleNamespace(config=SimpleNamespace(model="made"))
    outcome = probes.evaluate(workspace, truth, "knn")
    assert outcome.means["knn"]["accuracy"] == np.mean([item.scores["knn"]["accuracy"] for item in outcome.items])
    assert outcome.means["the commonest class"]["accuracy"] == 0.25
    assert sum(row.count for row in outcome.reliability) == 120
    assert "x.jpg" in " ".join(outcome.remarks)


@pytest.mark.parametrize("protocol", ["knn", "linear-probe"])
def test_classes_by_a_column(sorted_works: Workspace, protocol: str) -> None:
    report = evaluate_collection(sorted_works, Measure(protocol, column="kind", least=2), lambda *_: None)
    assert report.record["queries"] == 9
    assert 0 <= report.record["means"][protocol]["accuracy"] <= 1
    assert report.record["means"]["the commonest class"]["accuracy"] == pytest.approx(4 / 9, abs=1e-6)


# -- captions ----------------------------------------------------------------------------------------------------------


def test_captions_are_read_from_rows_and_from_one_cell(tmp_path: Path) -> None:
    rows = [{"image": "a.jpg", "caption": "a  mill"}, {"image": "a.jpg", "caption": "mills | a hill"},
            {"image": "b.jpg", "caption": " "}, {"image": "b.jpg", "caption": "a ship"}]  # fmt: skip
    read = captions.read_captions(write_csv(tmp_path / "captions.csv", rows, lineterminator="\r\n"))
    assert read == {"a.jpg": ["a mill", "mills", "a hill"], "b.jpg": ["a ship"]}
    with pytest.raises(ExplorerError, match="column of files and one of captions"):
        captions.read_captions(write_csv(tmp_path / "c.csv", [{"file": "a.jpg", "title": "x"}]))
    with pytest.raises(ExplorerError, match="2 to 50,000 captions; it has 1"):
        captions.read_captions(write_csv(tmp_path / "c.csv", [{"file": "a.jpg", "caption": "x"}]))


def test_ranks_of_the_best_right_answer_as_they_are_counted_by_sorting() -> None:
    rng = np.random.default_rng(6)
    scores, true = rng.normal(size=(30, 12)), rng.random((30, 12)) < 0.2
    true[:, 0] |= ~true.any(axis=1)
    counted = [min(np.flatnonzero(np.isin(np.argsort(-row), np.flatnonzero(right))) + 1)
               for row, right in zip(scores, true, strict=True)]  # fmt: skip
    assert captions._best_ranks(scores, true).tolist() == counted


def test_captions_both_ways(sorted_works: Workspace) -> None:
    texts = {f"{number}.jpg": [f"a painting of {number} ships", "a mill"] for number in range(4)}
    outcome = captions.evaluate(sorted_works, {**texts, "gone.jpg": ["a boat"], "4.jpg": ["qwxzk"]})
    assert outcome.works == 5
    ways = outcome.means
    assert list(ways) == [captions.TO_PICTURE, captions.TO_CAPTION]
    for way in ways.values():
        assert 0 <= way["recall@1"] <= way["recall@5"] <= way["recall@10"] == 1
    said = " ".join(outcome.remarks)
    assert "gone.jpg" in said
    assert "qwxzk" in said
    wholes = sorted_works.tables.whole()[[sorted_works.row(f"{number}.jpg") for number in range(5)]]
    best = (sorted_works.encoder.words(["a painting of 0 ships"]) @ wholes.T)[0].argmax()
    first = next(item for item in outcome.items if item.label == "a painting of 0 ships")
    assert first.scores[captions.TO_PICTURE]["recall@1"] == float(best == 0)


# -- attributes --------------------------------------------------------------------------------------------------------


@pytest.fixture
def museum(tmp_path: Path) -> Path:
    """iMet's tables for the ten works; one picture is missing."""
    named = {"0": "tag::mills", "1": "tag::ships", "7": "culture::dutch"}
    labels = [{"attribute_id": number, "attribute_name": name} for number, name in named.items()]
    numbers = ["0 7", "0", "0 1", "0", "1 7", "1", "1 0", "1", "1 7", "0 1"]
    train = [{"id": str(at), "attribute_ids": of} for at, of in enumerate(numbers)]
    write_csv(tmp_path / "labels.csv", labels, lineterminator="\r\n")
    write_csv(tmp_path / "train.csv", [*train, {"id": "lost", "attribute_ids": "0"}], lineterminator="\r\n")
    return tmp_path


def test_attributes_end_to_end(sorted_works: Workspace, museum: Path) -> None:
    report = evaluate_collection(sorted_works, Measure("imet", annotations=museum), lambda *_: None)
    means = report.outcome.means
    assert set(means) == {imet.ZERO, imet.PROBE, imet.TEXT}
    assert 0 < means[imet.ZERO][imet.F2] <= 1
    assert 0 < means[imet.PROBE][imet.F2] <= 1
    assert means[imet.TEXT]["recall@10"] == 1
    said = " ".join(report.lines)
    assert "lost" in said
    assert "2 attributes of 5 pictures or more; 1 left out" in said


def test_attributes_that_are_not_known(museum: Path) -> None:
    write_csv(museum / "train.csv", [{"id": "0", "attribute_ids": "0 5"}])
    with pytest.raises(ExplorerError, match=r"row 1 names no picture, or an attribute that labels.csv does not have"):
        imet.read_attributes(*imet.find_tables(museum))
    (museum / "labels.csv").unlink()
    with pytest.raises(ExplorerError, match=r"no labels\.csv"):
        imet.find_tables(museum)


def test_the_probe_of_attributes_learns_what_can_be_learnt() -> None:
    features, true = clusters(4.0)
    several = np.stack([true == 0, true <= 1, true >= 2, true == 3], axis=1)
    given = imet._probe(features, several, lambda *_: None)
    scores = [imet._f2(row, right) for row, right in zip(given, several, strict=True)]
    assert np.mean(scores) > 0.97
