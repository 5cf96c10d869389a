"""The contract of a vector index, held by every engine; the exact one is the oracle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import explorer.index as index_package
from explorer.errors import ExplorerError
from explorer.features.grid import unit_rows
from explorer.index import build_index, equal_vectors, open_index, parse_address
from explorer.index.exact import ExactIndex
from explorer.index.hnsw import HnswIndex

ENGINES = ["exact", "auto", "hnsw", "hnsw?M=16&ef_construction=120&ef=400"]
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
    assert recall >= 0.97 if address.startswith("hnsw") else recall == 1


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


@every_engine
def test_of_equal_vectors_the_lower_row_comes_first(address: str) -> None:
    vectors = np.repeat(clustered(12, 2), 6, axis=0)
    assert build_index(address, vectors).search(vectors[:1], 9)[0].tolist() == [[0, 1, 2, 3, 4, 5, 6, 7, 8]]


# -- many equal vectors ------------------------------------------------------------------------------------------------


def with_equals(seed: int, dtype: type) -> np.ndarray:
    """Vectors as a collection has them in which one picture stands for many works: some in up to hundreds of rows, in
    any order; now and then nothing else."""
    rng = np.random.default_rng(seed)
    dims = int(rng.choice([7, 32, 33, 128]))
    repeated = np.repeat(clustered(seed, int(rng.integers(1, 6)), dims), rng.integers(2, 400), axis=0)
    others = clustered(seed + 1000, int(rng.choice([0, 300, 1500])), dims)
    vectors = np.concatenate([repeated, others])
    return (rng.permutation(vectors) if rng.random() < 0.5 else vectors).astype(dtype)


def oracle(vectors: np.ndarray, query: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The nearest rows and their cosines; equal rows have equal cosines, and the lower one is first."""
    _, distinct, number = np.unique(vectors, axis=0, return_index=True, return_inverse=True)
    scores = (vectors[distinct].astype(np.float64) @ query.astype(np.float64))[number.ravel()]
    rows = np.lexsort((np.arange(len(vectors)), -scores))[:count]
    return rows, scores[rows]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_exact_search_is_right_to_the_row_among_equal_vectors(seed: int, dtype: type) -> None:
    vectors = with_equals(seed, dtype)
    queries = np.concatenate([clustered(seed + 5, 2, vectors.shape[1]), vectors[:1].astype(np.float32)])
    for count in (1, 50, 700):
        found, scores = build_index("exact", vectors).search(queries, count)
        for query, rows, row_scores in zip(queries, found, scores, strict=True):
            _, right = oracle(vectors, query, count)
            np.testing.assert_allclose(row_scores, right, atol=2e-6)
            np.testing.assert_allclose(row_scores, vectors[rows].astype(np.float64) @ query, atol=2e-6)
            assert len(set(rows.tolist())) == len(rows)
            assert_each_group_in_order(vectors, rows, row_scores)


def assert_each_group_in_order(vectors: np.ndarray, rows: np.ndarray, scores: np.ndarray) -> None:
    """Of every vector that ranks, all rows come, ascending and one after another; of the last one, the lowest."""
    _, number = np.unique(vectors, axis=0, return_inverse=True)
    number = number.ravel()
    for group in set(number[rows].tolist()):
        places = np.flatnonzero(number[rows] == group)
        everywhere = np.flatnonzero(number == group)
        np.testing.assert_array_equal(rows[places], everywhere[: len(places)])
        assert len(set(scores[places].tolist())) == 1
        assert len(places) == len(everywhere) or places[-1] == len(rows) - 1 or scores[places[0]] == scores[-1]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("address", ["hnsw", "hnsw?M=4&ef_construction=20&ef=50"])
def test_a_graph_answers_whatever_the_number_of_equal_vectors(address: str, seed: int) -> None:
    vectors = with_equals(seed, np.float16)
    queries = np.concatenate([clustered(seed + 5, 3, vectors.shape[1]), vectors[:2].astype(np.float32)])
    index = build_index(address, vectors, threads=1)
    for count in (10, 250, len(vectors)):
        found, scores = index.search(queries, count)
        assert found.shape == scores.shape == (5, min(count, len(vectors)))
        for query, rows, row_scores in zip(queries, found, scores, strict=True):
            assert_each_group_in_order(vectors, rows, row_scores)
            _, right = oracle(vectors, query, count)
            assert (row_scores >= right[-1] - 1e-3).mean() >= (0.95 if address == "hnsw" else 0.7)


def graph_of_every_row(vectors: np.ndarray, path: Path) -> None:
    """The graph that earlier versions saved: equal vectors each have a node of their own."""
    import hnswlib

    graph = hnswlib.Index(space="ip", dim=vectors.shape[1])
    graph.init_index(max_elements=len(vectors), M=12, ef_construction=60, random_seed=1568)
    graph.add_items(vectors.astype(np.float32), np.arange(len(vectors)), num_threads=1)
    graph.save_index(str(path))


@pytest.mark.parametrize("copies", [2, 1500])
@pytest.mark.parametrize("address", ["hnsw", "auto", "hnsw?M=12&ef_construction=60&ef=400"])
def test_a_graph_of_an_earlier_version_is_opened_and_finds_what_there_is(
    tmp_path: Path, address: str, copies: int
) -> None:
    vectors = np.concatenate([np.repeat(clustered(30, 1), copies, axis=0), clustered(31, 2000)]).astype(np.float16)
    graph_of_every_row(vectors, tmp_path / "index")
    queries = clustered(32, 10)
    found, scores = open_index(address, vectors, tmp_path / "index").search(queries, 1000)
    for query, rows, row_scores in zip(queries, found, scores, strict=True):
        _, right = oracle(vectors, query, 1000)
        assert len(set(rows.tolist())) == 1000
        assert (row_scores >= right[-1] - 1e-5).mean() >= 0.97


def test_rows_of_one_digest_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.repeat(clustered(33, 5), 3, axis=0)
    monkeypatch.setattr(equal_vectors, "_digests", lambda rows: np.arange(len(rows)) % 2)
    first = equal_vectors.first_equal_rows(vectors)
    np.testing.assert_array_equal(vectors[first], vectors)
    assert (first <= np.arange(15)).all()


# -- the choice of an engine -------------------------------------------------------------------------------------------


def test_a_small_collection_is_searched_exactly_and_needs_no_file(tmp_path: Path) -> None:
    index = build_index("auto", clustered(34, 300))
    index.save(tmp_path / "index")
    assert not (tmp_path / "index").exists()
    assert isinstance(index, ExactIndex)
    assert isinstance(open_index("auto", clustered(34, 300), tmp_path / "index"), ExactIndex)


def test_a_large_collection_gets_a_graph_which_is_opened_whatever_the_limit_is_by_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = clustered(35, 300)
    monkeypatch.setattr(index_package, "EXACT_UP_TO", 299)
    build_index("auto", vectors).save(tmp_path / "index")
    monkeypatch.undo()
    assert isinstance(open_index("auto", vectors, tmp_path / "index"), HnswIndex)
    assert isinstance(open_index("auto", vectors, tmp_path / "lost"), ExactIndex), "no waiting for a graph to be built"


def test_half_precision_is_compared_as_if_it_were_converted() -> None:
    """Every finite float16, negative, zero and subnormal ones too, in a block that is not full and over several."""
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)].reshape(-1, 32)
    queries = np.eye(32, dtype=np.float32)
    np.testing.assert_array_equal(ExactIndex(finite).scores(queries), finite.T.astype(np.float32))
    many = clustered(36, 140_001, 32).astype(np.float16)
    scores = ExactIndex(many).scores(queries[:2])
    np.testing.assert_array_equal(scores, many.T[:2].astype(np.float32))


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
    "auto?M=16", "hnsw?M=9999999", "hnsw?ef=0", "hnsw?ef_construction=0", "hnsw?trees=3", "exact?M=3", "hnsw?M=16&&", "sqlite:///x",
])  # fmt: skip
def test_addresses_without_sense_are_refused(address: str) -> None:
    with pytest.raises(ExplorerError):
        parse_address(address)


def test_addresses_with_sense() -> None:
    assert parse_address("exact") == ("exact", {})
    assert parse_address("auto") == ("auto", {})
    assert parse_address("hnsw") == ("hnsw", {})
    assert parse_address("hnsw?M=2&ef=1") == ("hnsw", {"M": 2, "ef": 1})
