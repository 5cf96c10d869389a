"""Zero-shot classification: averaged prompts, kept class vectors, probabilities, margins."""

from __future__ import annotations

import numpy as np

from explorer.words.zero_shot import ClassVectors, class_vectors, margins, probabilities

TEMPLATES = ("{}", "a painting of {}", "{} by Brueghel")


class Speaker:
    """An encoder that knows each text by a direction of its own, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: list[str]) -> np.ndarray:
        self.asked += texts
        rng = [np.random.default_rng(list(text.encode())) for text in texts]
        vectors = np.array([one.normal(size=8) for one in rng], dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_class_is_the_mean_of_its_prompts() -> None:
    sentences: list[str] = []

    def encode(texts: list[str]) -> np.ndarray:
        sentences.extend(texts)
        return np.eye(len(texts), dtype=np.float32)

    vectors = class_vectors(["ship", "{odd} 100%"], TEMPLATES, encode)
    assert sentences == [t.replace("{}", label) for label in ("ship", "{odd} 100%") for t in TEMPLATES]
    share = 1 / np.sqrt(len(TEMPLATES))
    np.testing.assert_allclose(vectors, np.kron(np.eye(2), np.full(len(TEMPLATES), share)), atol=1e-6)


def test_what_is_kept_is_not_encoded_again_and_is_the_same() -> None:
    vectors, encode = ClassVectors(), Speaker()
    first = vectors.get("m", ["ship", "mill", "ship"], TEMPLATES, encode)
    assert len(encode.asked) == 2 * len(TEMPLATES)
    again = vectors.get("m", ["mill", "tree"], TEMPLATES, encode)
    assert encode.asked[2 * len(TEMPLATES) :] == ["tree", "a painting of tree", "tree by Brueghel"]
    np.testing.assert_array_equal(again[0], first[1])
    np.testing.assert_array_equal(first[0], first[2])
    np.testing.assert_allclose(first, class_vectors(["ship", "mill", "ship"], TEMPLATES, Speaker()), atol=1e-6)


def test_another_model_and_other_ways_of_asking_are_encoded() -> None:
    vectors, encode = ClassVectors(), Speaker()
    for model, templates in (("m", ("{}",)), ("n", ("{}",)), ("m", ("old {}",))):
        vectors.get(model, ["ship"], templates, encode)
    assert encode.asked == ["ship", "ship", "old ship"]


def test_a_bounded_number_is_kept_the_latest() -> None:
    vectors, encode = ClassVectors(most=2), Speaker()
    for label in ("a", "b", "a", "c"):
        vectors.get("m", [label], ("{}",), encode)
    vectors.get("m", ["a", "c"], ("{}",), encode)
    assert encode.asked == ["a", "b", "c"]
    vectors.get("m", ["b"], ("{}",), encode)
    assert encode.asked[-1] == "b"


def test_probabilities_are_the_softmax() -> None:
    cosines = np.array([[0.1, 0.3, -0.2], [0.0, 0.0, 0.0]])
    weights = np.exp(10.0 * cosines)
    np.testing.assert_allclose(probabilities(cosines, 10.0), weights / weights.sum(axis=1, keepdims=True), atol=1e-6)


def test_probabilities_do_not_overflow() -> None:
    scores = probabilities(np.array([[1.0, -1.0, 0.999]]), 1e6)
    np.testing.assert_allclose(scores, [[1, 0, 0]], atol=1e-6)


def test_a_margin_is_between_the_two_best() -> None:
    np.testing.assert_allclose(margins(np.array([[0.1, 0.6, 0.3], [0.5, 0.0, 0.5]])), [0.3, 0.0], atol=1e-6)
    assert margins(np.zeros((0, 3))).shape == (0,)
