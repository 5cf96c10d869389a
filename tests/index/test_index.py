"""The contract of a vector index, held by every engine; the exact one is the oracle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.errors import ExplorerError
from explorer.features.grid import unit_rows
from explorer.index import build_index, open_index, parse_address

ENGINES = ["exact", "hnsw", "hnsw?M=16&ef_construction=120&ef=400"]
every_engine = pytest.mark.parametrize("address", ENGINES)


def clustered(seed: int, count: int, dims: int = 32, clusters: int = 60, spread: float = 0.35) -> np.ndarray:
    """Vectors as regions of paintings lie: in tight groups, many near-copies of one another."""
    rng = np.random.default_rng(seed)
    centres = unit_rows(np.random.default_rng(99).normal(size=(clusters, dims)))
    return unit_rows(centres[rng.integers(clusters, size=count)] + spread * rng.normal(size=(count, dims)) / dims**0.5)


@every_engine
def test_the_nearest_come_first_with_their_cosines(address: str) -> None:
    vectors, queries = clustered(1, 500), clustered(2, 20)
    rows, scores = build_index(address, vectors).search(queries, 10)
    assert rows.shape == scores.shape == (20, 10)
    assert rows.dtype == np.int64
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, np.einsum("qd,qkd->qk", queries, vectors[rows]), atol=1e-5)
    assert (np.diff(scores, axis=1) <= 1e-6).all()
    assert all(len(set(row)) == 10 for row in rows.tolist())


@every_engine
def test_agreement_with_numpy(address: str) -> None:
    vectors, queries = clustered(3, 4000), clustered(4, 100)
    rows, _ = build_index(address, vectors).search(queries, 10)
    truth = np.argsort(-(queries @ vectors.T), axis=1, kind="stable")[:, :10]
    recall = np.mean([np.isin(mine, right).mean() for mine, right in zip(rows, truth, strict=True)])
    assert recall == 1 if address == "exact" else recall >= 0.97


@every_engine
def test_half_precision_vectors_from_a_file(address: str, tmp_path: Path) -> None:
    vectors = clustered(5, 300).astype(np.float16)
    np.save(tmp_path / "v.npy", vectors)
    mapped = np.load(tmp_path / "v.npy", mmap_mode="r")
    rows, scores = build_index(address, mapped).search(vectors[:5].astype(np.float32), 1)
    assert rows[:, 0].tolist() == [0, 1, 2, 3, 4]
    np.testing.assert_allclose(scores[:, 0], 1, atol=2e-3)


@every_engine
@pytest.mark.parametrize("count", [1, 7, 8, 1000])
def test_a_count_larger_than_the_size_gives_what_there_is(address: str, count: int) -> None:
    vectors = clustered(6, 7)
    rows, scores = build_index(address, vectors).search(vectors[:2], count)
    assert rows.shape == scores.shape == (2, min(count, 7))
    assert rows[:, 0].tolist() == [0, 1]


@every_engine
def test_a_count_above_the_search_width_is_served(address: str) -> None:
    vectors = clustered(7, 1200)
    rows, _ = build_index(address, vectors).search(vectors[:1], 1000)
    assert rows.shape == (1, 1000)


@every_engine
def test_one_vector(address: str) -> None:
    rows, scores = build_index(address, clustered(8, 1)).search(clustered(8, 1), 5)
    assert rows.tolist() == [[0]]
    assert scores[0, 0] == pytest.approx(1, abs=1e-5)


@every_engine
def test_no_vectors(address: str) -> None:
    rows, scores = build_index(address, np.zeros((0, 32), np.float32)).search(clustered(9, 3), 5)
    assert rows.shape == scores.shape == (3, 0)


@every_engine
def test_no_queries(address: str) -> None:
    rows, scores = build_index(address, clustered(10, 20)).search(np.zeros((0, 32), np.float32), 5)
    assert rows.shape == scores.shape == (0, 5)


@every_engine
def test_vectors_that_are_alike_all_come(address: str) -> None:
    """Ties: blank margins of many prints give one and the same vector."""
    vectors = np.repeat(clustered(11, 3), 10, axis=0)
    rows, scores = build_index(address, vectors).search(vectors[10:11], 10)
    assert set(rows[0].tolist()) == set(range(10, 20))
    np.testing.assert_allclose(scores, 1, atol=1e-5)


def test_of_ties_the_exact_engine_names_the_lower_row_first() -> None:
    vectors = np.repeat(clustered(12, 1), 6, axis=0)
    assert build_index("exact", vectors).search(vectors[:1], 6)[0].tolist() == [[0, 1, 2, 3, 4, 5]]


@every_engine
def test_zero_vectors_do_no_harm(address: str) -> None:
    vectors = clustered(13, 50)
    vectors[::5] = 0
    rows, scores = build_index(address, vectors).search(vectors[1:2], 50)
    assert rows[0, 0] == 1
    assert np.isfinite(scores).all()


@every_engine
def test_saved_and_opened_it_answers_the_same(address: str, tmp_path: Path) -> None:
    vectors, queries = clustered(14, 600), clustered(15, 10)
    built = build_index(address, vectors)
    built.save(tmp_path / "index")
    opened = open_index(address, vectors, tmp_path / "index")
    for mine, theirs in zip(opened.search(queries, 10), built.search(queries, 10), strict=True):
        np.testing.assert_array_equal(mine, theirs)


@every_engine
def test_queries_of_another_dimension_are_refused(address: str) -> None:
    index = build_index(address, clustered(16, 30))
    with pytest.raises(ValueError):
        index.search(np.ones((1, 31), np.float32), 3)


@pytest.mark.parametrize("content", [None, b"", b"not an index", b"\xff" * 4000])
def test_a_damaged_graph_is_a_clear_error(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "index").write_bytes(content)
    with pytest.raises(ExplorerError, match="index the collection again"):
        open_index("hnsw", clustered(17, 30), tmp_path / "index")


@pytest.mark.parametrize("shape", [(29, 32), (31, 32)])
def test_a_graph_of_other_vectors_is_refused(tmp_path: Path, shape: tuple[int, int]) -> None:
    build_index("hnsw", clustered(18, 30)).save(tmp_path / "index")
    with pytest.raises(ExplorerError, match="does not belong"):
        open_index("hnsw", clustered(18, *shape), tmp_path / "index")


def test_one_thread_builds_the_same_graph_twice(tmp_path: Path) -> None:
    for name in ("a", "b"):
        build_index("hnsw", clustered(19, 300), threads=1).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("address", [
    "", "milvus", "HNSW", "hnsw?M", "hnsw?M=", "hnsw?M=many", "hnsw?M=1.5", "hnsw?M=0", "hnsw?M=-1", "hnsw?M=1",
    "hnsw?M=9999999", "hnsw?ef=0", "hnsw?ef_construction=0", "hnsw?trees=3", "exact?M=3", "hnsw?M=16&&", "sqlite:///x",
])  # fmt: skip
def test_addresses_without_sense_are_refused(address: str) -> None:
    with pytest.raises(ExplorerError):
        parse_address(address)


def test_addresses_with_sense() -> None:
    assert parse_address("exact") == ("exact", {})
    assert parse_address("hnsw") == ("hnsw", {})
    assert parse_address("hnsw?M=2&ef=1") == ("hnsw", {"M": 2, "ef": 1})
