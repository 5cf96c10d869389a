"""Arrays computed from the tables, once: held in memory, and kept beside the tables where the disk takes them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from explorer.files import replacing, why_not_written
from explorer.workspace.checksums import damage_in, record_added, recorded

LARGE = 64 * 1024 * 1024
"""Bytes of a file from which on an array is read through a memory map, page by page as it is used."""

log = logging.getLogger(__name__)


class KeptArrays:
    """The arrays of one folder of tables, by name. Safe to use from several threads: each is computed by one of them
    while the others wait. What cannot be kept (the tables were replaced while they were open, the disk is full) stays
    in memory and is not computed again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, np.ndarray] = {}
        self._computing: dict[str, threading.Lock] = {}

    def get(self, name: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
        """The array ``name``, read from ``<name>.npy``, or computed where that is missing or damaged. Read-only."""
        with self._computing.setdefault(name, threading.Lock()):
            if name not in self._held:
                stored = self._stored(name)
                array = self._kept(name, compute()) if stored is None else stored
                array.setflags(write=False)
                self._held[name] = array
            return self._held[name]

    def _stored(self, name: str) -> np.ndarray | None:
        path = self._folder / f"{name}.npy"
        try:
            if path.stat().st_size >= LARGE:  # reading all of it here would delay a search; a check does
                return np.load(path, mmap_mode="r", allow_pickle=False)
            known = (recorded(self._folder) or {}).get(path.name)
            if known is not None and damage_in(path, known) is not None:
                log.warning("%s is damaged and is made again", path)
                return None
            return np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None

    def _kept(self, name: str, array: np.ndarray) -> np.ndarray:
        """An array that was computed, written beside the tables if it can be; a large one is then left to the disk."""
        path = self._folder / f"{name}.npy"
        try:
            with replacing(path) as file:
                np.save(file, array)
            record_added(self._folder, path.name)
        except OSError as error:
            replaced = not self._folder.is_dir()
            why = "the tables were replaced while they were open" if replaced else why_not_written(error)
            log.warning("%s is held in memory only: %s", name, why)
            return array
        stored = self._stored(name) if array.nbytes >= LARGE else None
        return array if stored is None else stored
