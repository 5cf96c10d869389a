"""Class vectors from a file instead of a model: a row of text vectors for each line of a list of names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from explorer.collection.vector_file import read_vectors
from explorer.errors import ExplorerError
from explorer.features.grid import unit_rows

LONGEST_NAME = 300
_MOST_BYTES = 100_000_000


@dataclass(frozen=True)
class GivenClasses:
    """Labels and their vectors ``(L, P) float32``, unit rows, computed elsewhere."""

    labels: tuple[str, ...]
    vectors: np.ndarray


def read_class_vectors(vectors: Path, names: Path) -> GivenClasses:
    """Text vectors (a ``.npy`` file) and their names (a text file): row i is the vector of line i, whose name ends at
    the first tab. Rows of one name are averaged, as those of an ensemble of prompts are.

    Raises :class:`ExplorerError` for files that cannot be used, where their rows are not as many, and for fewer than
    two names.
    """
    lines, rows = _read_names(names), read_vectors(vectors)
    if len(lines) != len(rows):
        raise ExplorerError(
            f"{vectors.name} has {len(rows):,} vectors and {names.name} has {len(lines):,} lines; there must be a "
            f"line for every vector, in the same order."
        )
    labels = tuple(dict.fromkeys(lines))
    if len(labels) < 2:
        raise ExplorerError(f"{names.name} has a single name; works are sorted under at least two.")
    numbers = {label: number for number, label in enumerate(labels)}
    sums = np.zeros((len(labels), rows.shape[1]), np.float64)
    np.add.at(sums, [numbers[line] for line in lines], rows)
    if not (np.linalg.norm(sums, axis=1) > 1e-6).all():
        raise ExplorerError(f"{vectors.name} has vectors of one name that cancel one another.")
    return GivenClasses(labels, unit_rows(sums))


def _read_names(path: Path) -> list[str]:
    """The names of a text file, one a line. Raises :class:`ExplorerError` for one that is missing or too long."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ExplorerError(f"{path.name} is larger than {_MOST_BYTES // 1_000_000} MB; is it a list of names?")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ExplorerError(f"The names {path} cannot be opened ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ExplorerError(f"{path.name} is no text in UTF-8; save the names as one a line.") from error
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []
    names = [line.split("\t", 1)[0].strip() for line in lines]
    for number, name in enumerate(names, start=1):
        if not name or len(name) > LONGEST_NAME or "\0" in name:
            raise ExplorerError(f"Line {number:,} of {path.name} is no name of 1 to {LONGEST_NAME} characters.")
    return names
