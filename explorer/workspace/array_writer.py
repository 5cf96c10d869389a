"""A ``.npy`` file written row by row, when how many rows there will be is not known before the end."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.lib import format as npy


class ArrayWriter:
    """Appends blocks of rows to a new ``.npy`` file (format version 1.0), one block in memory at a time.

    The header is written by :meth:`close`: until then its place holds zeros, so that a file whose writing was stopped
    is refused by ``np.load`` instead of being read as a shorter array.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._rows = 0
        self._dtype, self._row_shape = np.dtype(np.float16), (1,)  # of an array to which nothing was appended
        self._header_length = 0

    def append(self, rows: np.ndarray) -> None:
        """Append ``rows (n, ...)``; all blocks of a file have one dtype and one shape of a row."""
        if not self._header_length:
            self._dtype, self._row_shape = rows.dtype, rows.shape[1:]
            self._header_length = len(self._header())
            self._file.write(b"\0" * self._header_length)
        self._file.write(np.ascontiguousarray(rows).data)
        self._rows += len(rows)

    def close(self) -> None:
        """Write the header, with the number of rows that came."""
        self._file.seek(0)
        self._file.write(self._header())
        self._file.close()

    def _header(self) -> bytes:
        """The header for the rows so far. NumPy leaves room in it for the first axis to grow, so its length is the same
        for any number of rows."""
        shape = (self._rows, *self._row_shape)
        buffer = io.BytesIO()
        record = {"descr": npy.dtype_to_descr(self._dtype), "fortran_order": False, "shape": shape}
        npy.write_array_header_1_0(buffer, record)
        return buffer.getvalue()
