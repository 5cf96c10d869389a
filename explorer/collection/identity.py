"""Which file belongs to which work: a work keeps its id when its file is renamed, moved or replaced.

A work's id is the path under which its file was first seen. Afterwards the file is found again by its path and content
together, then by its content wherever it lies, then by its path with another content: so files that were numbered
anew, or that exchanged their names, keep what people said of them, and a retouched file does too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

_MOST_PAIRS = 250_000
"""Pairs of works and files of one content that are compared; of more, both are taken in the order of their names."""


@dataclass(frozen=True)
class KnownWork:
    """A work as the database has it."""

    id: str
    file: str
    """Where its file was last."""
    content: str
    here: bool
    """Whether its file was there when the folder was last looked at."""
    forgotten: bool = False
    """Whether somebody said that it is not coming back; then only its very content brings it back."""


def identified(works: Sequence[KnownWork], files: Mapping[str, str]) -> dict[str, str]:
    """The id for each of some ``files`` (path -> content hash, empty where it cannot be read): that of the work whose
    file it is, else a new one.

    A file that cannot be read is a work's only by its path. Works that get none are without a file.

    >>> mill = KnownWork("mill.jpg", "mill.jpg", "c1", here=True)
    >>> identified([mill], {"scans/windmill.jpg": "c1", "mill.jpg": "c2"})
    {'scans/windmill.jpg': 'mill.jpg', 'mill.jpg': 'mill.jpg~2'}
    """
    open_works = {work.id: work for work in sorted(works, key=lambda work: (not work.here, work.forgotten, work.id))}
    open_files = dict(files)
    found: dict[str, str] = {}

    def give(pairs: Iterable[tuple[str, str]]) -> None:
        for work, file in pairs:
            if work in open_works and file in open_files:
                found[file] = work
                del open_works[work], open_files[file]

    give([(work.id, work.file) for work in open_works.values() if files.get(work.file) == work.content])
    give(_of_one_content(list(open_works.values()), open_files))
    for name in (_as_it_is, _folded):
        give(_of_one_path([work for work in open_works.values() if not work.forgotten], open_files, name))
    taken = {work.id for work in works}
    for file in open_files:
        found[file] = _new_id(file, taken, files)
        taken.add(found[file])
    return {file: found[file] for file in files}


def _of_one_content(works: Sequence[KnownWork], files: Mapping[str, str]) -> list[tuple[str, str]]:
    """Works and files of the same content, those first whose paths are most alike."""
    paths: dict[str, list[str]] = {}
    for file, content in files.items():
        if content:
            paths.setdefault(content, []).append(file)
    groups: dict[str, list[KnownWork]] = {}
    for work in works:
        if work.content in paths:
            groups.setdefault(work.content, []).append(work)
    pairs: list[tuple[str, str]] = []
    for content, group in groups.items():
        if len(group) * len(paths[content]) > _MOST_PAIRS:
            ordered = sorted(group, key=lambda work: (not work.here, _by_name(work.file)))
            pairs += zip([work.id for work in ordered], sorted(paths[content], key=_by_name), strict=False)
            continue
        every = [(work, file) for work in group for file in paths[content]]
        every.sort(key=lambda pair: (-_alike(pair[0].file, pair[1]), not pair[0].here, pair[0].id, pair[1]))
        pairs += [(work.id, file) for work, file in every]
    return pairs


def _of_one_path(
    works: Sequence[KnownWork], files: Mapping[str, str], name: Callable[[str], str]
) -> list[tuple[str, str]]:
    """Works and files whose paths have the same ``name``, where only one file has it."""
    named: dict[str, list[str]] = {}
    for file in files:
        named.setdefault(name(file), []).append(file)
    return [(work.id, found[0]) for work in works if len(found := named.get(name(work.file), [])) == 1]


def _alike(one: str, other: str) -> float:
    """How alike two paths are: parts that they share from the end, and, less, from the beginning."""
    first, second = PurePosixPath(_folded(one)).parts, PurePosixPath(_folded(other)).parts
    return _shared(first[::-1], second[::-1]) + 0.01 * _shared(first, second)


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for mine, its in zip(one, other, strict=False):
        if mine != its:
            break
        count += 1
    return count


def _as_it_is(path: str) -> str:
    return path


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _by_name(path: str) -> tuple[str, str]:
    return PurePosixPath(path).name, path


def _new_id(file: str, taken: set[str], files: Mapping[str, str]) -> str:
    """The file's path; with a number behind it where another work was first seen under that path."""
    number, name = 1, file
    while name in taken or (number > 1 and name in files):
        number += 1
        name = f"{file}~{number}"
    return name
