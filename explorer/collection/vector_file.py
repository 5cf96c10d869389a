"""A NumPy file of vectors that were computed elsewhere, checked before anything of it is used. Never unpickled."""

from __future__ import annotations

import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from explorer.errors import ExplorerError

MOST_DIMENSIONS = 16_384
MOST_ROWS = 10_000_000
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
_NO_HEADER = (ValueError, SyntaxError, TypeError, OverflowError, RecursionError, MemoryError, tokenize.TokenError)
"""What reading a damaged or hostile header raises."""
_BLOCK = 8192  # rows that are checked at a time


@dataclass(frozen=True)
class _Header:
    shape: tuple[int, ...]
    fortran_order: bool
    dtype: np.dtype
    offset: int
    """Bytes before the first number."""


def read_vectors(path: Path) -> np.ndarray:
    """The vectors of a ``.npy`` file, each scaled to unit length: ``(N, D) float32``.

    Raises :class:`ExplorerError` for a file that cannot be read, that is no ``.npy`` file, that is cut short or longer
    than it says, that is no table of floating-point numbers (arrays of objects are never unpickled), that has numbers
    which are none (NaN, infinity), and for a row of nothing but zeros.
    """
    header = _read_header(path)
    rows, dimensions = header.shape
    try:
        stored = np.memmap(
            path, header.dtype, "r", header.offset, header.shape, order="F" if header.fortran_order else "C"
        )
        vectors = np.empty((rows, dimensions), np.float32)
        for start in range(0, rows, _BLOCK):
            vectors[start : start + _BLOCK] = _unit(stored[start : start + _BLOCK], path.name, start)
    except OSError as error:
        raise ExplorerError(f"{path} cannot be read ({error.strerror}).") from error
    except MemoryError as error:
        raise ExplorerError(f"{path.name} has more vectors than fit into memory.") from error
    return vectors


def _read_header(path: Path) -> _Header:
    """What a file says of its array, once that agrees with the file's length."""
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy's remark on headers of very old versions
            shape, fortran_order, dtype = _HEADERS[npy.read_magic(file)](file)
            header = _Header(shape, fortran_order, dtype, file.tell())
            length = file.seek(0, 2)
    except OSError as error:
        raise ExplorerError(f"The vectors {path} cannot be opened ({error.strerror}).") from error
    except (*_NO_HEADER, LookupError) as error:
        raise ExplorerError(
            f"{path.name} is no NumPy file of one array; write the vectors with numpy.save(FILE, array)."
        ) from error
    _check(header, path.name)
    expected = header.offset + header.shape[0] * header.shape[1] * header.dtype.itemsize
    if length != expected:
        short = "cut short" if length < expected else "longer than it says"
        raise ExplorerError(f"{path.name} is {short}: {length:,} bytes instead of {expected:,}; copy it anew.")
    return header


def _check(header: _Header, name: str) -> None:
    """Raises :class:`ExplorerError` unless the array is a table of floating-point numbers of a sensible size."""
    shape, dtype = header.shape, header.dtype
    if dtype.hasobject:
        raise ExplorerError(f"{name} holds Python objects, which are not read; save the vectors as float32 numbers.")
    if dtype.kind != "f" or dtype.itemsize > 8:
        raise ExplorerError(f"{name} holds numbers of type {dtype.name[:40]}; save the vectors as float16 or float32.")
    if len(shape) != 2:
        raise ExplorerError(f"{name} has {len(shape)} axes; it must have two: a row for each work, a vector a row.")
    rows, dimensions = shape
    if not (1 <= rows <= MOST_ROWS and 2 <= dimensions <= MOST_DIMENSIONS):
        raise ExplorerError(
            f"{name} has {rows:,} rows of {dimensions:,} numbers; up to {MOST_ROWS:,} rows of 2 to "
            f"{MOST_DIMENSIONS:,} numbers can be used."
        )


def _unit(block: np.ndarray, name: str, first: int) -> np.ndarray:
    """Rows ``(n, D)`` scaled to unit length; ``first`` is the number of the first of them in the file."""
    values = np.asarray(block, np.float64)
    odd = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(odd):
        raise ExplorerError(f"Row {first + odd[0] + 1:,} of {name} has numbers that are none (NaN or infinity).")
    largest = np.abs(values).max(axis=1, keepdims=True)
    empty = np.flatnonzero(largest == 0)
    if len(empty):
        raise ExplorerError(f"Row {first + empty[0] + 1:,} of {name} is all zeros, which is no vector.")
    values = values / largest  # first, so that squares neither overflow nor vanish
    unit: np.ndarray = values / np.linalg.norm(values, axis=1, keepdims=True)
    return unit
