"""Principal directions: how the teachers' long vectors are brought to as many dimensions as the student has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np


@dataclass(frozen=True)
class Principal:
    """``mean (D,)`` and ``basis (D, d)`` of vectors, orthonormal columns, those of most variance first."""

    mean: np.ndarray
    basis: np.ndarray

    @classmethod
    def fitted(cls, vectors: np.ndarray, dims: int) -> Self:
        """Of ``vectors (N, D)``; ``dims`` directions, or as many as there are."""
        mean = vectors.mean(axis=0)
        _, directions = np.linalg.eigh(np.cov((vectors - mean).T.astype(np.float64)))
        return cls(mean.astype(np.float32), directions[:, ::-1][:, :dims].astype(np.float32).copy())

    def reduced(self, vectors: np.ndarray) -> np.ndarray:
        """``(..., D) -> (..., d) float32``."""
        return (np.asarray(vectors, np.float32) - self.mean) @ self.basis
