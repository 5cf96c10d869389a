"""What the Words tab offers holds on the demo, whose truth is known: examples find what they say, labels fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.demo_words import FIRST, LABELS, LEAST, PHRASES, ask, is_right, prompts, sort, truth_of
from explorer.workspace import Workspace


@pytest.fixture(scope="module")
def truth(demo_folder: Path, demo_workspace: Workspace) -> dict[str, set[str]]:
    return truth_of(demo_folder, len(demo_workspace.tables.works))


@pytest.mark.parametrize("phrase", prompts("examples"))
def test_an_example_finds_what_it_says(phrase: str, demo_workspace: Workspace, truth: dict[str, set[str]]) -> None:
    row = ask(demo_workspace, truth, phrase, PHRASES[phrase])
    there = sum(is_right(shown, PHRASES[phrase]) for shown in truth.values())
    assert row.right >= LEAST * min(FIRST, there), row


def test_labels_fit_the_works_that_get_them(demo_workspace: Workspace, truth: dict[str, set[str]]) -> None:
    row = sort(demo_workspace, truth, prompts("labels"))
    assert set(row.labels) <= set(LABELS)
    assert row.labelled > row.works / 2 and row.right >= LEAST * row.labelled
