"""The table of works and labels: best labels, counts, JSON, CSV, and counts against a column of the catalogue."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from explorer.words import LabelTable
from explorer.words.abstention import Abstention
from explorer.words.confusion import MOST_VALUES, confusion
from explorer.words.keeping import write_labels
from explorer.words.zero_shot import margins


def table(scores: list[list[float]], fits: list[float], threshold: float = 0.5, labels=("a ship", "a mill")):
    values = np.array(scores, dtype=np.float32)
    works = tuple(f"{number}" for number in range(len(scores)))
    return LabelTable(labels, works, values, margins(values), np.array(fits, dtype=np.float32), Abstention(threshold))


def test_a_table_as_json_has_a_label_only_where_one_fits() -> None:
    record = {
        "labels": ["a ship", "a mill"],
        "threshold": 0.5,
        "counts": {"a ship": 0, "a mill": 1},
        "without": 1,
        "works": [
            {
                "file": "0",
                "label": "a mill",
                "margin": 0.5,
                "fit": 0.75,
                "scores": {"a ship": 0.25, "a mill": 0.75},
            },
            {"file": "1", "label": None, "margin": 0.5, "fit": 0.25, "scores": {"a ship": 0.75, "a mill": 0.25}},
        ],
    }
    made = table([[0.25, 0.75], [0.75, 0.25]], [0.75, 0.25])
    assert json.loads(json.dumps(made.to_json())) == record
    assert list(made.to_json()) == list(record)


def test_another_threshold_changes_who_has_a_label_and_nothing_else() -> None:
    made = table([[0.25, 0.75], [0.75, 0.25], [0.6, 0.4]], [0.75, 0.25, 0.5])
    assert (made.best, made.names, made.counts) == ((1, None, 0), ("a mill", "", "a ship"), (1, 1, 1))
    all_of_them = made.with_threshold(0)
    assert (all_of_them.best, all_of_them.counts) == ((1, 0, 0), (2, 1, 0))
    assert all_of_them.scores is made.scores


def test_a_table_of_no_works() -> None:
    made = LabelTable(("a",), (), np.zeros((0, 1)), np.zeros(0), np.zeros(0))
    assert (made.best, made.counts, made.to_json()["works"]) == ((), (0, 0), [])


def test_a_table_for_a_spreadsheet_holds_no_formulas(tmp_path: Path) -> None:
    made = table([[0.25, 0.75], [0.75, 0.25]], [0.75, 0.25], labels=("=cmd()", "a mill"))
    write_labels(made, tmp_path / "t.csv", ("genre", {"0": "@sum", "1": "marine"}))
    with (tmp_path / "t.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["file", "label", "genre", "margin", "fit", "'=cmd()", "a mill"],
        ["0", "a mill", "'@sum", "0.5", "0.75", "0.25", "0.75"],
        ["1", "", "marine", "0.5", "0.25", "0.75", "0.25"],
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


# -- against a column --------------------------------------------------------------------------------------------------


def test_counts_against_a_column_are_those_of_the_pairs() -> None:
    rng = np.random.default_rng(3)
    scores, fits = rng.dirichlet(np.ones(3), size=200), rng.random(200)
    made = table(scores.tolist(), fits.tolist(), labels=("a", "b", "c"))
    kinds = rng.choice(["sea", "town", "['sea', 'town']", ""], 200, p=[0.5, 0.2, 0.2, 0.1])
    found = confusion(made, "genre", dict(zip(made.works, kinds.tolist(), strict=True)))
    assert found.values[0] == "sea" and found.values[-1] == "not stated"
    assert set(found.values[:-1]) == {"sea", "town", "['sea', 'town']"}, "a cell is one value"
    for row, label in enumerate(found.labels):
        for column, value in enumerate(found.values):
            stated = "" if value == "not stated" else value
            pairs = zip(made.names, kinds.tolist(), strict=True)
            assert found.counts[row, column] == sum(pair == (label, stated) for pair in pairs)
    assert found.counts.sum() == 200


def test_values_beyond_the_commonest_are_counted_together() -> None:
    count = MOST_VALUES + 5
    made = table([[1.0, 0.0]] * (count + 1), [1.0] * (count + 1))
    values = {work: f"hand {number % count:02}" for number, work in enumerate(made.works)}
    found = confusion(made, "hand", values)
    assert found.values[0] == "hand 00" and found.values[-1] == "other"
    assert found.counts[0].tolist() == [2, *[1] * (MOST_VALUES - 1), 5]
    assert found.to_json()["rows"][-1] == {"label": None, "counts": [0] * (MOST_VALUES + 1)}


def test_counts_as_lines_for_a_terminal() -> None:
    made = table([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]], [1, 1, 0])
    found = confusion(made, "genre", {"0": "marine", "1": "town", "2": "town"})
    assert found.lines() == ["a ship: 2 (town 1, marine 1)", "a mill: 0", "(none fits): 1 (town 1)"]


@pytest.mark.parametrize("fits", [[0.0, 0.0], [1.0, 1.0]])
def test_a_table_where_none_or_all_have_a_label(fits: list[float]) -> None:
    found = confusion(table([[0.9, 0.1], [0.1, 0.9]], fits), "genre", {})
    assert found.values == ("not stated",)
    assert found.counts[:, 0].tolist() == ([1, 1, 0] if fits[0] else [0, 0, 2])
