"""Hostile catalogues: what museums' spreadsheets hold by accident, and what somebody may put there on purpose.

Every case starts from one small table. Where what became of it can still be read, or where it can be seen that it
cannot, the catalogue must give the true titles or be refused (``judged``); elsewhere it must be a catalogue or a
sentence.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from typing import NamedTuple

FILES = ("a.jpg", "b.jpg", "sub/c.jpg", "d.jpg", "é.jpg", "f.jpg")
TITLES = (
    "The Mill", "Höllenbrueghel – “Élan”", "A cart; oxen, a dog", "Le «Marché»", "A ship\nin a storm", 'The "Hunt"',
)  # fmt: skip
TRUTH = dict(zip(FILES, TITLES, strict=True))
Rows = list[list[str]]


class HostileTable(NamedTuple):
    """A catalogue's bytes, what was done to it, and whether the titles that come of it can be judged."""

    words: str
    content: bytes
    judged: bool


def hostile_table(seed: int, number: int) -> HostileTable:
    """The catalogue of a ``number``, always the same for a ``seed``."""
    rng = random.Random(f"{seed}/{number}")
    kind = _KINDS[number % len(_KINDS)]
    content, judged, words = kind(rng)
    return HostileTable(f"{kind.__name__.strip('_').replace('_', ' ')}: {words}", content, judged)


def _rows() -> Rows:
    return [["file", "title", "artist"], *([file, title, "Jan"] for file, title in TRUTH.items())]


def _text(rows: Rows, separator: str = ",", newline: str = "\r\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, lineterminator=newline, quoting=quoting).writerows(rows)
    return buffer.getvalue()


Made = tuple[bytes, bool, str]


def _encoded(rng: random.Random) -> Made:
    """Single-byte encodings of other scripts look like the Western one, and are not judged."""
    judged = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
    name = rng.choice((*judged, "utf-7", "cp437", "mac_roman", "gb18030", "iso8859-15"))
    return _text(_rows()).encode(name, "replace"), name in judged, name


def _bytes_damaged(rng: random.Random) -> Made:
    """UTF-8 in which some bytes above 127 were lost or changed: it is not the Western code page for that."""
    content = bytearray(_text(_rows()).encode())
    high = [at for at, byte in enumerate(content) if byte > 127]
    at = rng.choice(high)
    if rng.random() < 0.5:
        del content[at]
    else:
        content[at] = rng.choice((0xFF, 0xC0, 0xFE))
    return bytes(content), True, f"byte {at}"


def _laid_out(rng: random.Random) -> Made:
    separator, newline = rng.choice((",", ";", "\t")), rng.choice(("\n", "\r\n", "\r"))
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)) if newline != "\r" else csv.QUOTE_ALL
    rows = _rows()
    rows[0][2] = rng.choice(("artist", "Artist; or workshop", "Size, in cm", "a\tb", 'the "hand"'))
    return _text(rows, separator, newline, quoting).encode(), True, repr((separator, newline, quoting, rows[0][2]))


def _quote_unclosed(rng: random.Random) -> Made:
    """A cell begins with a quotation mark that nothing closes: what follows must not vanish in it."""
    lines = ["file,title,artist", *(f'{file},"{title}",Jan' for file, title in (("a.jpg", "The Mill"), ("d.jpg", "B")))]
    lines += ["f.jpg,A hunt,Jan", "b.jpg,C,Jan"] * rng.randint(0, 2)
    at = rng.randrange(1, len(lines))
    cells = lines[at].split(",")
    cells[1] = '"' + cells[1].strip('"')
    lines[at] = ",".join(cells)
    return "\n".join(lines).encode(), False, f"line {at + 1}"


def _headings(rng: random.Random) -> Made:
    heading = rng.choice(("", "title", "Title", "file", " ", "\ufeff", "x" * 5000, "=1+1", "artist", "a\nb",
                          "\u202efile",
                          "__class__", "row", "extra"))  # fmt: skip
    rows = [[*row, "more"] for row in _rows()]
    rows[0][-1] = heading
    return _text(rows).encode(), True, repr(heading[:20])


def _zeros(rng: random.Random) -> Made:
    content = bytearray(_text(_rows()).encode())
    for _ in range(rng.choice((1, 1, 50))):
        content.insert(rng.randrange(len(content)), 0)
    return bytes(content), True, "bytes of zero"


def _characters(rng: random.Random) -> Made:
    odd = rng.choice(("\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\ufeff", "\u202e", "\x1b[31m", "\U0001f410",
                      "a\u0301" * 500,
                      "=HYPERLINK(\"http://x\",\"y\")", "+1", "@SUM(1)", "{{7*7}}", "<script>alert(1)</script>",
                      "'; DROP TABLE works; --"))  # fmt: skip
    rows = _rows()
    rows[1][2] = odd
    return _text(rows).encode(), True, repr(odd[:20])


def _paths(rng: random.Random) -> Made:
    """Rows that name no picture of the folder, or name it by a strange way: none may be taken for another's."""
    named = rng.choice(("/etc/passwd", "../../a.txt", "C:\\pictures\\x.jpg", "", ".", "..", "/",
                        "file:///etc/passwd", "\\\\x",
                        "~/z.jpg", "a.jpg/", "x" * 100_000, "%2e%2e/y.jpg", "con", "a.jpg\x1f", "*.jpg"))  # fmt: skip
    rows = _rows()
    return _text([*rows, [named, "not of this folder", "nobody"]]).encode(), named != "a.jpg/", repr(named[:30])


def _large(rng: random.Random) -> Made:
    rows, words = _rows(), rng.choice(("columns", "rows", "cells", "cell", "quotes", "line", "separators"))
    head, body = _text(rows[:1]).strip(), _text(rows[1:])
    big = {
        "columns": lambda: head + "," + ",".join(f"c{n}" for n in range(100_000)) + "\n" + body,
        "rows": lambda: head + "\n" + body + "x.jpg,y,z\n" * 200_000,
        "cells": lambda: head + "\n" + body + "x.jpg" + ",y" * 200_000 + "\n",
        "cell": lambda: head + "\n" + body + "x.jpg," + "y" * 300_000 + "\n",
        "quotes": lambda: head + ',"' + '"",""' * 20_000 + '"\n' + body,
        "line": lambda: "file title " * 500_000,
        "separators": lambda: head + "," * 1_000_000 + "\n" + body,
    }
    return big[words]().encode(), words in ("columns", "rows", "cells"), words


def _other_files(rng: random.Random) -> Made:
    words, content = rng.choice((
        ("xlsx", b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml"), ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 40),
        ("pdf", b"%PDF-1.7\nfile,title\na.jpg,x\n"), ("html", b"<table><tr><td>file</td><td>title</td></tr></table>"),
        ("json", b'[{"file": "a.jpg", "title": "x"}]'), ("empty", b""), ("blank", b" \n\n \n"), ("sqlite",
        b"SQLite format 3\0"),
        ("one word", b"file"), ("a heading", b"file,title\n"), ("sep", b"sep=;\r\nfile;title\r\na.jpg;The Mill\r\n"),
        ("noise", random.Random(1).randbytes(3000)), ("separators", b",,,;;;\t\t\n" * 50),
    ))  # fmt: skip
    return content, False, words


def _mutated(rng: random.Random) -> Made:
    content = bytearray(_text(_rows()).encode())
    for _ in range(rng.choice((1, 3, 20))):
        at = rng.randrange(len(content))
        rng.choice((lambda at=at: content.__delitem__(slice(at, at + rng.randint(1, 9))),
                    lambda at=at: content.insert(at, rng.choice(b'",;\t\r\n=\\\x80\xff')),
                    lambda at=at: content.__setitem__(at, rng.randrange(1, 256))))()  # fmt: skip
    return bytes(content), False, "some bytes"


_KINDS: tuple[Callable[[random.Random], Made], ...] = (
    _encoded, _bytes_damaged, _laid_out, _quote_unclosed, _headings, _zeros, _characters, _paths, _large, _other_files,
    _mutated,
)  # fmt: skip
