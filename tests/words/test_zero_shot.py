"""Zero-shot classification: averaged sentences, probabilities, and when no label is given."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.words.zero_shot import TEMPLATES, choose, class_vectors, probabilities


def test_a_class_is_the_mean_of_its_sentences() -> None:
    """An encoder that knows each sentence by a direction of its own."""
    sentences: list[str] = []

    def encode(texts: list[str]) -> np.ndarray:
        sentences.extend(texts)
        return np.eye(len(texts), dtype=np.float32)

    vectors = class_vectors(["ship", "{odd} 100%"], encode)
    assert sentences == [t.replace("{}", label) for label in ("ship", "{odd} 100%") for t in TEMPLATES]
    share = 1 / np.sqrt(len(TEMPLATES))
    expected = np.kron(np.eye(2), np.full(len(TEMPLATES), share))
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


def test_probabilities_are_the_softmax() -> None:
    cosines = np.array([[0.1, 0.3, -0.2], [0.0, 0.0, 0.0]])
    weights = np.exp(10.0 * cosines)
    np.testing.assert_allclose(probabilities(cosines, 10.0), weights / weights.sum(axis=1, keepdims=True), atol=1e-6)


def test_probabilities_do_not_overflow() -> None:
    scores = probabilities(np.array([[1.0, -1.0, 0.999]]), 1e6)
    np.testing.assert_allclose(scores, [[1, 0, 0]], atol=1e-6)


@pytest.mark.parametrize(("row", "chosen"), [
    ([0.34, 0.33, 0.33], None), ([0.45, 0.30, 0.25], 0), ([0.1, 0.1, 0.8], 2), ([0.59, 0.41], None), ([0.39, 0.61], 1),
])  # fmt: skip
def test_a_label_must_stand_out(row: list[float], chosen: int | None) -> None:
    assert choose(np.array([row])) == [chosen]


def test_choosing_for_no_works_is_nothing() -> None:
    assert choose(np.zeros((0, 3))) == []
