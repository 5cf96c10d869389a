"""Labels whose vectors were computed elsewhere: lines belong to rows, names that repeat are an ensemble."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from generated import folder_of, write_csv

from explorer.errors import ExplorerError
from explorer.indexing import index_vectors, read_given_vectors
from explorer.words import GivenClasses, label_works_by_vectors, read_class_vectors
from explorer.words.zero_shot import probabilities
from explorer.workspace import Workspace


def written(folder: Path, vectors: np.ndarray, names: str | bytes) -> tuple[Path, Path]:
    np.save(folder / "texts.npy", vectors)
    (folder / "names.txt").write_bytes(names if isinstance(names, bytes) else names.encode())
    return folder / "texts.npy", folder / "names.txt"


def test_rows_of_one_name_are_averaged_in_the_order_of_first_mention(tmp_path: Path) -> None:
    vectors = np.array([[3.0, 0, 0], [0, 1, 0], [0, 0, 2], [0, 5, 0]])
    classes = read_class_vectors(
        *written(tmp_path, vectors, "\ufeffship\r\nmill\tdescribed at length\r\nship\r\nmill\r\n")
    )
    assert classes.labels == ("ship", "mill")
    np.testing.assert_allclose(classes.vectors, [[0.5**0.5, 0, 0.5**0.5], [0, 1, 0]], atol=1e-6)


@pytest.mark.parametrize(("names", "said"), [
    ("ship\nmill", "3 vectors and names.txt has 2 lines"),
    ("ship\nmill\ncart\nsea", "4 lines"),
    ("ship\n\ncart", "Line 2"),
    ("ship\nship\nship", "single name"),
    (b"ship\n\xff\xfe\ncart", "UTF-8"),
    ("", "0 lines"),
    ("ship\nmill\n" + "x" * 301, "Line 3"),
])  # fmt: skip
def test_names_that_will_not_do_are_a_sentence(tmp_path: Path, names: str | bytes, said: str) -> None:
    with pytest.raises(ExplorerError, match=said):
        read_class_vectors(*written(tmp_path, np.eye(3), names))


def test_vectors_that_cancel_and_files_that_are_missing_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="cancel"):
        read_class_vectors(*written(tmp_path, np.array([[1.0, 0], [-1, 0], [0, 1]]), "a\na\nb"))
    with pytest.raises(ExplorerError, match="cannot be opened"):
        read_class_vectors(tmp_path / "texts.npy", tmp_path / "nowhere.txt")


def test_works_get_the_probabilities_that_their_vectors_give(tmp_path: Path, cache: Path) -> None:
    files = [f"work-{number:03d}.jpg" for number in range(3)]
    metadata = write_csv(tmp_path / "works.csv", [{"file": file} for file in files])
    np.save(tmp_path / "works.npy", np.eye(3))
    given = read_given_vectors(tmp_path / "works.npy", metadata, "a model")
    index_vectors(folder_of(tmp_path / "pictures", 3), "c", cache, given)
    workspace = Workspace.open("c", cache)
    vectors = np.array([[0, 1, 0], [1, 0, 0]], np.float32)
    table = label_works_by_vectors(workspace, GivenClasses(("mill", "ship"), vectors))
    np.testing.assert_allclose(table.scores, probabilities(np.eye(3) @ vectors.T, 100.0), atol=1e-6)
    assert dict(zip(table.works, table.best, strict=True)) == {files[0]: 1, files[1]: 0, files[2]: None}
    with pytest.raises(ExplorerError, match="2 numbers and those of the works in 'c' have 3"):
        label_works_by_vectors(workspace, GivenClasses(("mill", "ship"), np.eye(2, dtype=np.float32)))
