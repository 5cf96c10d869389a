"""A reader of the FlatBuffers layout: just enough for TensorFlow Lite files, without TensorFlow.

A table starts with a signed offset back to its vtable; the vtable lists, per field, where the field lies in the
table (0: absent, the default holds). Vectors and sub-tables are reached through unsigned relative offsets.
Source: the FlatBuffers internals document and TensorFlow Lite's ``schema.fbs``, from which the field numbers
in :mod:`explorer.adapt.models.mobilenet` are taken.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Table:
    """A FlatBuffers table: ``data`` is the whole file, ``start`` the table's byte offset in it."""

    data: bytes
    start: int

    @classmethod
    def root(cls, data: bytes) -> Table:
        """The table that a file begins with."""
        return cls(data, struct.unpack_from("<I", data, 0)[0])

    def _field(self, number: int) -> int:
        """Byte offset of a field, 0 when it is absent."""
        vtable = self.start - struct.unpack_from("<i", self.data, self.start)[0]
        length = struct.unpack_from("<H", self.data, vtable)[0]
        slot = 4 + 2 * number
        if slot >= length:
            return 0
        offset = struct.unpack_from("<H", self.data, vtable + slot)[0]
        return self.start + offset if offset else 0

    def number(self, field: int, code: str = "<i", default: int = 0) -> int:
        """A scalar field, read with a :mod:`struct` code."""
        offset = self._field(field)
        return struct.unpack_from(code, self.data, offset)[0] if offset else default

    def table(self, field: int) -> Table | None:
        """A sub-table; None when it is absent."""
        offset = self._field(field)
        return Table(self.data, offset + struct.unpack_from("<I", self.data, offset)[0]) if offset else None

    def _vector(self, field: int) -> tuple[int, int]:
        """Byte offset of a vector's first element, and its length."""
        offset = self._field(field)
        if not offset:
            return 0, 0
        start = offset + struct.unpack_from("<I", self.data, offset)[0]
        return start + 4, struct.unpack_from("<I", self.data, start)[0]

    def array(self, field: int, dtype: str) -> np.ndarray:
        """A vector of numbers, ``(N,)``, read-only."""
        start, count = self._vector(field)
        return np.frombuffer(self.data, dtype=dtype, count=count, offset=start)

    def text(self, field: int) -> str:
        """A string, empty when it is absent."""
        return self.array(field, "u1").tobytes().decode("utf-8")

    def tables(self, field: int) -> list[Table]:
        """A vector of tables."""
        start, count = self._vector(field)
        offsets = [start + 4 * i for i in range(count)]
        return [Table(self.data, offset + struct.unpack_from("<I", self.data, offset)[0]) for offset in offsets]
