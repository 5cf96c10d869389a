"""Features of works whose files are gone: kept beside the tables, so that nothing is encoded again when they are back.

They belong to one reduction; under another one they are removed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from explorer.features.pca import Reduction
from explorer.workspace.tables import REDUCTION_FILE, Tables, WorkFeatures

FOLDER = "gone"
"""Beside the tables."""


class GoneFeatures:
    """One ``.npz`` file for each content, see :class:`WorkFeatures`."""

    def __init__(self, features: Path) -> None:
        self._folder = features / FOLDER

    def usable_with(self, reduction: Reduction | None) -> bool:
        """Whether cells that are kept here were made by this reduction."""
        own = Reduction.load(self._folder / REDUCTION_FILE)
        return own is not None and reduction is not None and np.array_equal(own.matrix, reduction.matrix)

    def load(self, content: str) -> WorkFeatures | None:
        """What is kept of a picture; None where there is nothing, or it is damaged."""
        return WorkFeatures.load(self._path(content))

    def keep(self, tables: Tables, rows: Mapping[str, int], contents: Iterable[str]) -> None:
        """Keep the features of these contents, which the ``tables`` have in ``rows``; others that are here stay."""
        wanted = [content for content in dict.fromkeys(contents) if content in rows]
        if not wanted:
            return
        if not self.usable_with(tables.reduction):
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
            tables.reduction.save(self._folder / REDUCTION_FILE)
        for content in wanted:
            tables.features(rows[content]).save(self._path(content))

    def remove_others(self, contents: Iterable[str]) -> None:
        """Remove what is kept of any picture but these."""
        kept = {self._path(content).name for content in contents} | {REDUCTION_FILE}
        for path in self._folder.glob("*.npz"):
            if path.name not in kept:
                path.unlink(missing_ok=True)
        if not any(path.name != REDUCTION_FILE for path in self._folder.glob("*.npz")):
            shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, content: str) -> Path:
        return self._folder / f"{content}.npz"
