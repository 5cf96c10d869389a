"""What is said with the matches of words: of those that the model does not know, and those that do not stand out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.query import Query, RegionPart, WordsPart
from explorer.search.standing import EXAMPLES_STAND, LEAST_STANDING, examples, notes, standing, where_in_work
from explorer.search.text_query import find_words, text_scores
from explorer.words import label_works
from explorer.words.prompts import prompt_lines
from explorer.workspace import Workspace


def test_scores_of_many_texts_are_those_of_searches(demo_workspace: Workspace) -> None:
    texts = [f"a {word}" for word in ("windmill", "boat", "church", "cow")] * 5
    scores = text_scores(demo_workspace, demo_workspace.encoder.words(texts))
    for text, row in zip(texts[:4], scores[:4], strict=True):
        found = {place.row: place.cosine for place in find_words(demo_workspace, text, 1)}
        np.testing.assert_allclose(row, [found[number] for number in range(len(row))], atol=1e-5)
    np.testing.assert_allclose(scores[:4], scores[16:], atol=1e-5)


def test_standing_is_the_share_of_everyday_words_with_worse_places(demo_workspace: Workspace) -> None:
    def first(text: str) -> float:
        return float(np.mean([place.cosine for place in find_words(demo_workspace, text, 1)[:5]]))

    others = [first(word) for word in prompt_lines("neutral")]
    expected = np.mean(np.array(others) < first("a windmill on a hill"))
    assert standing(demo_workspace, "a windmill on a hill") == pytest.approx(expected, abs=0.005)
    kept = list(Path(demo_workspace.tables.folder).glob("neutral_scores_*.npy"))
    assert [np.load(path).shape for path in kept] == [(len(others),)]


def test_words_that_do_not_stand_out_are_shown_with_a_warning(demo_workspace: Workspace) -> None:
    shares = {
        word: standing(demo_workspace, word) for word in ("a penguin", "a computer", "a windmill", "a sailing boat")
    }
    assert (
        min(shares["a windmill"], shares["a sailing boat"])
        > LEAST_STANDING
        > max(shares["a penguin"], shares["a computer"])
    )
    (said,) = notes(demo_workspace, Query((WordsPart("a penguin"),)))
    assert "a penguin" in said and "of 100 everyday words" in said
    assert notes(demo_workspace, Query((WordsPart("a windmill"),))) == []
    assert notes(demo_workspace, Query((WordsPart("a windmill"), WordsPart("a penguin", -1.0)))) == []


def test_words_that_are_not_known_are_named(demo_workspace: Workspace) -> None:
    work = demo_workspace.collection.works()[0].id
    query = Query((RegionPart(work, Box(0.1, 0.1, 0.5, 0.5)), WordsPart("a windmill of blorf")))
    (said,) = notes(demo_workspace, query)
    assert "“blorf”" in said


def test_no_work_gets_a_label_that_the_model_does_not_know(demo_workspace: Workspace) -> None:
    table = label_works(demo_workspace, ["a windmill", "xqzvb", "a sailing boat"]).with_threshold(0)
    assert table.unknown == ("xqzvb",) and "xqzvb" in table.note()
    assert table.counts[1] == 0 and sum(table.counts) == len(table.works) and table.counts[-1] == 0
    assert table.to_json()["unknown"] == ["xqzvb"]
    with pytest.raises(ExplorerError, match="does not know"):
        label_works(demo_workspace, ["xqzvb", "blorfwug"])


def test_examples_are_what_stands_out_in_the_collection(demo_workspace: Workspace) -> None:
    offered = [*prompt_lines("examples"), *prompt_lines("more_examples")]
    shares = {text: standing(demo_workspace, text) for text in offered}
    found = examples(demo_workspace)
    assert found == [text for text in offered if shares[text] >= EXAMPLES_STAND][:5]
    assert found[0] == "a windmill on a hill" and min(shares.values()) < EXAMPLES_STAND
    assert examples(demo_workspace, 2) == found[:2]


def test_where_words_are_in_a_picture_comes_with_the_same_warning(demo_workspace: Workspace) -> None:
    work = demo_workspace.collection.works()[0].id
    found = where_in_work(demo_workspace, work, "a penguin")
    assert found.places and "a penguin" in found.sentence and "everyday words" in found.sentence
    assert where_in_work(demo_workspace, work, "a windmill").sentence == ""
