"""The command: data indexed first, models side by side, the report, and everything that has data at hand."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from evaluate.landmarks import paint, write_ltll, write_oxford
from generated import SMALL, save, work, write_csv
from random_models import save_clip

from explorer.cli import main
from explorer.evaluate.data_folder import collection_of, pictures_of
from explorer.evaluate.difference import differences, paired_interval
from explorer.evaluate.outcome import Item, Outcome
from explorer.evaluate.plots import precision_recall, reliability_plot

QUICK = ["--resolution", "224", "--threads", "1"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Benchmarks in folders: ``oxford``, with a name that is hostile, and ``classes``. Do not change it."""
    root = tmp_path_factory.mktemp("data")
    oxford = root / "oxford"
    paint(oxford / "images")
    write_oxford(oxford / "gt")
    (oxford / "gt" / "tower_1_good.txt").write_text("tower_000001\r\n<script>alert(1)\r\n")
    write_ltll(oxford)
    write_csv(oxford / "pairs.csv", [{"a": "hall_000002", "b": "hall_000002_again"}])
    for label in ("a_mill", "ships"):
        for number in range(5):
            save(work(len(label) * 10 + number, 120, 90), root / "classes" / label / f"{number}.jpg")
    (root / "classes" / "ships" / "broken.jpg").write_bytes(b"not a picture")
    return root


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small random CLIP. Do not change it."""
    return str(save_clip(tmp_path_factory.mktemp("models") / "other", "ViT-B/32"))


@pytest.fixture(scope="module")
def evaluations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that this module's tests share."""
    return tmp_path_factory.mktemp("evaluations")


def test_data_is_indexed_first_and_two_models_are_compared(
    data: Path, model: str, evaluations: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["evaluate", "oxford5k", "--data", str(data / "oxford"), "--model", "mini", "--model", model, "--json",
             *QUICK, "--cache", str(evaluations), "--out", str(tmp_path / "r.html")]  # fmt: skip
    assert main(asked) == 0
    record = json.loads(capsys.readouterr().out)
    first, second = record["evaluations"]
    assert (first["model"], second["model"]) == ("mini", model)
    assert first["queries"] == second["queries"] == 2
    (compared,) = record["compared"]
    row = next(row for row in compared["differences"] if (row["way"], row["measure"]) == ("plain cosine", "mAP"))
    apart = second["means"]["plain cosine"]["mAP"] - first["means"]["plain cosine"]["mAP"]
    assert row["difference"] == pytest.approx(apart, abs=1e-5)
    assert row["low"] <= row["difference"] <= row["high"]
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "Content-Security-Policy" in page
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)
    for words in ("<svg", "R101-GeM", "88.2", "Found best", "counts neither way", "paired bootstrap"):
        assert words in page
    assert {path.name for path in tmp_path.iterdir()} == {"r.html"}


def test_the_same_data_is_not_indexed_again_under_another_name(
    data: Path, evaluations: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = pictures_of(data / "oxford")
    assert pictures == data / "oxford" / "images"
    assert pictures_of(data / "classes") == data / "classes"
    name = collection_of(pictures, SMALL)
    assert name == collection_of(data / "oxford" / ".." / "oxford" / "images", SMALL)
    assert name != collection_of(data / "classes", SMALL)
    asked = ["evaluate", "pairs", "--data", str(data / "oxford"), "--model", "mini", *QUICK]
    assert main([*asked, "--cache", str(evaluations)]) == 0
    said = capsys.readouterr().out
    assert "recall@1" in said
    assert sorted(path.name for path in evaluations.iterdir() if "mini" in path.name) == [name]
    assert main(["evaluate", "ltll", name, name, "--cache", str(evaluations)]) == 0
    assert "+0.0 [+0.0, +0.0], 2 pairs  (may be chance)" in capsys.readouterr().out


def test_everything_that_has_data_at_hand(data: Path, evaluations: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["evaluate", "all", "--quick", "--data", str(data), "--model", "mini", *QUICK,
             "--cache", str(evaluations)]  # fmt: skip
    assert main(asked) == 0
    said = capsys.readouterr().out
    rows = [line.split(" | ")[0].removeprefix("| ") for line in said.splitlines() if line.startswith("| ")]
    assert [name for name in rows if name.strip()][1:] == [
        "oxford5k",
        "pairs",
        "ltll",
        "knn",
        "linear-probe",
        "zero-shot",
    ]
    assert "broken.jpg" in said
    assert "Failed" not in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["oxford5k"], "Name a collection, or a benchmark's folder with --data"),
        (["oxford5k", "c", "--model", "mini"], "--model is for --data"),
        (["oxford5k", "--data", "/nowhere/at/all"], "There is no folder"),
        (["knn", "c", "--out", "/nowhere/at/all/r.html"], "There is no folder .* to write the report into"),
        (["all", "--model", "mini"], "Name a collection, or"),
    ],
)  # fmt: skip
def test_calls_that_say_too_little_or_too_much(
    cache: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["evaluate", *arguments, "--cache", str(cache)]) == 1
    assert re.search(words, capsys.readouterr().err)


def test_nothing_at_hand(tmp_path: Path, cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(work(1, 120, 90), tmp_path / "data" / "one" / "a.jpg")
    assert main(["evaluate", "all", "--data", str(tmp_path / "data"), "--cache", str(cache)]) == 1
    assert "Nothing to evaluate has its data at hand" in capsys.readouterr().err
    shutil.rmtree(tmp_path / "data")


# -- differences -------------------------------------------------------------------------------------------------------


def test_intervals_hold_what_they_should() -> None:
    """Of samples of a known difference 95 % of the intervals hold it, give or take."""
    held = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        first = rng.normal(size=40)
        second = first + 0.3 + rng.normal(scale=0.5, size=40)
        mean, low, high = paired_interval(first.tolist(), second.tolist())
        assert low < mean < high
        held += low <= 0.3 <= high
    assert 51 <= held <= 60


def test_the_interval_is_that_of_the_normal_law_where_there_are_many() -> None:
    rng = np.random.default_rng(1)
    apart = rng.normal(0.1, 1.0, size=2000)
    mean, low, high = paired_interval([0.0] * 2000, apart.tolist())
    error = apart.std() / np.sqrt(2000)
    assert (low, high) == pytest.approx((mean - 1.96 * error, mean + 1.96 * error), abs=0.1 * error)


def test_only_what_both_have_is_compared() -> None:
    def outcome(**values: float) -> Outcome:
        items = tuple(Item(label, {"way": {"mAP": value}}) for label, value in values.items())
        return Outcome("pairs", "m", items, 3)

    (found,) = differences(outcome(a=0.5, b=0.25, x=1.0), outcome(b=0.5, a=0.75, y=0.0, n=float("nan")))
    assert (found.items, found.mean, found.low, found.high) == (2, 0.25, 0.25, 0.25)
    assert found.is_certain
    assert differences(outcome(a=1.0), outcome(b=1.0)) == []


def test_plots_are_drawn_to_scale_and_escape_names() -> None:
    drawn = precision_recall({"<b>": [1.0, 0.5, 0.0]})
    points = re.search(r'points="([^"]+)"', drawn)[1]
    (x0, y0), (x1, y1), (x2, y2) = (map(float, point.split(",")) for point in points.split())
    assert x1 - x0 == pytest.approx(x2 - x1)
    assert y1 - y0 == pytest.approx(y2 - y1)
    assert y0 < y1 < y2
    assert "<b>" not in drawn
    assert reliability_plot(()).count("<circle") == 0
