"""The ground truth of the revisited benchmarks out of the pickle that it ships as, **read without running it**.

A pickle is a program for a small stack machine. Here the standard library's disassembler, which runs nothing, lists its
instructions, and only those that build plain values are followed: None, truth values, numbers, text, bytes, lists,
tuples, dictionaries, and numpy's arrays and scalars of whole and floating numbers, which are decoded from their bytes
by this module. No class is ever looked up and nothing is called, so no file can do anything but be refused.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer.errors import ExplorerError

MOST_BYTES = 50_000_000
"""The largest ground truth has 1 MB."""
ALLOWED = frozenset({
    "numpy ndarray", "numpy dtype", "_codecs encode", "__builtin__ bytes",
    "numpy.core.multiarray _reconstruct", "numpy.core.multiarray scalar", "numpy.core.numeric _frombuffer",
    "numpy._core.multiarray _reconstruct", "numpy._core.multiarray scalar", "numpy._core.numeric _frombuffer",
})  # fmt: skip
"""The only names that a file may mention; each stands for a step of this module, not for numpy's function."""
_NUMBERS = frozenset({"i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8", "b1"})
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_MAKES = {"EMPTY_LIST": list, "EMPTY_DICT": dict, "EMPTY_TUPLE": tuple}
_VALUES = frozenset({
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING",
    "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES",
    "BINBYTES8", "BYTEARRAY8",
})  # fmt: skip
_IGNORED = frozenset({"PROTO", "FRAME"})


class _Refused(Exception):
    """What the file asks for is not allowed, or makes no sense."""


@dataclass
class _Name:
    text: str


@dataclass
class _Kind:
    """Numpy's dtype: ``code`` such as "i8", ``order`` "<", ">" or "|"."""

    code: str
    order: str = "<"


@dataclass
class _Array:
    """Numpy's array, filled by its state."""

    values: Any = None


_MARK = object()


def read_pickle(path: Path) -> Any:
    """The plain value that a pickle holds; arrays become lists. Raises :class:`ExplorerError` for any other file."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ExplorerError(f"{path.name} is too large for a ground truth.")
        content = path.read_bytes()
    except OSError as error:
        raise ExplorerError(f"{path} cannot be read ({error.strerror}).") from error
    try:
        return _plain(_Machine().run(content), 0)
    except _Refused as error:
        raise ExplorerError(f"{path.name} is not read: {error}.") from error
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError, MemoryError) as error:
        raise ExplorerError(f"{path.name} is no pickle that holds a ground truth.") from error


class _Machine:
    """The stack machine, as far as it builds plain values."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._steps: dict[str, Callable[[Any], None]] = {
            "MARK": lambda _: self._stack.append(_MARK), "LIST": lambda _: self._stack.append(self._since_mark()),
            "TUPLE": lambda _: self._stack.append(tuple(self._since_mark())), "TUPLE1": lambda _: self._tuple(1),
            "TUPLE2": lambda _: self._tuple(2), "TUPLE3": lambda _: self._tuple(3), "DICT": lambda _: self._dict(),
            "APPEND": lambda _: self._append([self._stack.pop()]),
            "APPENDS": lambda _: self._append(self._since_mark()),
            "SETITEM": lambda _: self._set([self._stack.pop(-2), self._stack.pop()]),
            "SETITEMS": lambda _: self._set(self._since_mark()), "REDUCE": lambda _: self._reduce(),
            "BUILD": lambda _: self._build(), "GLOBAL": self._named,
            "STACK_GLOBAL": lambda _: self._named(f"{self._stack.pop(-2)} {self._stack.pop()}"),
        }  # fmt: skip

    def run(self, content: bytes) -> Any:
        """The value that the instructions leave."""
        argument: Any
        for instruction, argument, _ in pickletools.genops(content):
            name = instruction.name
            if name == "STOP":
                (value,) = self._stack
                return value
            if name in _VALUES:
                self._stack.append(argument)
            elif name in _CONSTANTS:
                self._stack.append(_CONSTANTS[name])
            elif name in _MAKES:
                self._stack.append(_MAKES[name]())
            elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
                self._memo[argument] = self._stack[-1]
            elif name == "MEMOIZE":
                self._memo[len(self._memo)] = self._stack[-1]
            elif name in ("GET", "BINGET", "LONG_BINGET"):
                self._stack.append(self._memo[argument])
            elif name in self._steps:
                self._steps[name](argument)
            elif name not in _IGNORED:
                raise _Refused(f"it has the instruction {name}, and a ground truth needs none of that kind")
        raise _Refused("it ends too early")

    def _since_mark(self) -> list[Any]:
        at = max(number for number, value in enumerate(self._stack) if value is _MARK)
        values = self._stack[at + 1 :]
        del self._stack[at:]
        return values

    def _tuple(self, size: int) -> None:
        values = tuple(self._stack[-size:])
        del self._stack[-size:]
        self._stack.append(values)

    def _append(self, values: list[Any]) -> None:
        self._of(list).extend(values)

    def _set(self, values: list[Any]) -> None:
        self._of(dict).update(_pairs(values))

    def _dict(self) -> None:
        self._stack.append(_pairs(self._since_mark()))

    def _of(self, kind: type) -> Any:
        """The value on top, which must be of a kind."""
        if type(self._stack[-1]) is not kind:
            raise _Refused("its instructions make no sense")
        return self._stack[-1]

    def _named(self, name: str) -> None:
        if name not in ALLOWED:
            raise _Refused(f"it asks for {name.replace(' ', '.')[:80]!r}, and only plain values and arrays are read")
        self._stack.append(_Name(name))

    def _reduce(self) -> None:
        given, called = self._stack.pop(), self._stack.pop()
        if not isinstance(called, _Name) or not isinstance(given, tuple):
            raise _Refused("its instructions make no sense")
        what = called.text.split(" ")[1]
        if what == "_reconstruct":
            self._stack.append(_Array())
        elif what == "dtype":
            self._stack.append(_Kind(_text(given[0])))
        elif what == "scalar":
            self._stack.append(_decoded(given[0], given[1])[0].item())
        elif what == "_frombuffer":
            content, kind, shape, order = given
            self._stack.append(_Array(_shaped(kind, content, shape, _text(order))))
        elif what == "bytes" and not given:
            self._stack.append(b"")
        elif what == "encode" and given[1:] in ((), ("latin1",)):
            self._stack.append(str(given[0]).encode("latin1"))
        else:
            raise _Refused("its instructions make no sense")

    def _build(self) -> None:
        state, built = self._stack.pop(), self._stack[-1]
        if isinstance(built, _Kind):
            built.order = _text(state[1])
        elif isinstance(built, _Array):
            _, shape, kind, columns_first, content = state
            built.values = _shaped(kind, content, shape, "F" if columns_first else "C")
        else:
            raise _Refused("its instructions make no sense")


def _pairs(values: list[Any]) -> dict[Any, Any]:
    return dict(zip(values[::2], values[1::2], strict=True))


def _text(value: Any) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else str(value)


def _decoded(kind: Any, content: Any) -> np.ndarray:
    """Numbers from their bytes; Python 2 wrote them as text, a letter a byte."""
    if not isinstance(kind, _Kind) or kind.code not in _NUMBERS or kind.order not in ("<", ">", "|", "="):
        raise _Refused("it has an array of something other than numbers")
    content = content.encode("latin1") if isinstance(content, str) else content
    return np.frombuffer(content, np.dtype(f"{kind.order}{kind.code}"))


def _shaped(kind: Any, content: Any, shape: Any, order: str) -> list[Any]:
    """An array as lists of lists."""
    values = _decoded(kind, content).reshape(tuple(map(int, shape)), order="F" if order == "F" else "C")
    return list(values.tolist())


def _plain(value: Any, depth: int) -> Any:
    """The value with arrays as lists; what is none of the plain kinds is refused, and so is nesting without end."""
    if depth > 8:
        raise _Refused("it is nested too deeply")
    if isinstance(value, _Array):
        return value.values
    if isinstance(value, list | tuple):
        return [_plain(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {str(key): _plain(each, depth + 1) for key, each in value.items()}
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return value
    raise _Refused("its instructions make no sense")
