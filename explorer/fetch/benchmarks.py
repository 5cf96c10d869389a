"""Benchmarks that are several files, fetched from their authors into one folder, in the layout that evaluations expect.

None of the authors publishes digests, as far as is known: what came first is written down beside each file, and a later
fetch must bring the same. Addresses are those that their authors and papers name; none was tried from here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import filelock

from explorer.errors import ExplorerError
from explorer.fetch.download import discard, download
from explorer.files import content_hash, write_atomically
from explorer.progress import Progress, silent

_OXFORD = "https://www.robots.ox.ac.uk/~vgg/data/oxbuildings"
_PARIS = "https://www.robots.ox.ac.uk/~vgg/data/parisbuildings"
_REVISITED = "http://cmp.felk.cvut.cz/revisitop/data/datasets"


@dataclass(frozen=True)
class Part:
    """One file: an archive that is unpacked into ``place``, a folder below the benchmark's, or a file of that name."""

    url: str
    place: str
    is_archive: bool = True

    @property
    def file(self) -> str:
        """Its name on the server."""
        return self.url.rpartition("/")[2]


@dataclass(frozen=True)
class Benchmark:
    """What it is made of, and the protocol that it is for."""

    protocol: str
    parts: tuple[Part, ...]
    size: str


_OXFORD_PICTURES = Part(f"{_OXFORD}/oxbuild_images-v1.tgz", "jpg")
_PARIS_PICTURES = (Part(f"{_PARIS}/paris_1-v1.tgz", "jpg-1"), Part(f"{_PARIS}/paris_2-v1.tgz", "jpg-2"))
BENCHMARKS = {
    "oxford": Benchmark("oxford5k", (_OXFORD_PICTURES, Part(f"{_OXFORD}/gt_files_170407.tgz", "gt")), "2 GB"),
    "paris": Benchmark("paris6k", (*_PARIS_PICTURES, Part(f"{_PARIS}/paris_120310.tgz", "gt")), "2.5 GB"),
    "roxford": Benchmark("roxford5k", (_OXFORD_PICTURES, Part(f"{_REVISITED}/roxford5k/gnd_roxford5k.pkl",
                                                              "gnd_roxford5k.pkl", False)), "2 GB"),
    "rparis": Benchmark("rparis6k", (*_PARIS_PICTURES, Part(f"{_REVISITED}/rparis6k/gnd_rparis6k.pkl",
                                                            "gnd_rparis6k.pkl", False)), "2.5 GB"),
    "ltll": Benchmark("ltll", (Part("https://users.cecs.anu.edu.au/~basura/beeldcanon/LTLL.zip", "pictures"),),
                      "some 500 pictures"),
}  # fmt: skip


def fetch_benchmark(
    name: str, folder: Path, base: str | None = None, progress: Progress = silent, pause: float = 2.0
) -> list[str]:
    """Fetch all parts of one of :data:`BENCHMARKS` that are not there yet; returns what to tell the user.

    ``base`` is another address below which all of them lie under their own names. What broke off is resumed. Raises
    :class:`ExplorerError` with one sentence for whatever goes wrong; parts that are whole stay.
    """
    from explorer.fetch import fetch_archive

    benchmark, said = BENCHMARKS[name], list[str]()
    folder = Path(os.path.abspath(folder))
    folder.mkdir(parents=True, exist_ok=True)
    for part in benchmark.parts:
        url = f"{base.rstrip('/')}/{part.file}" if base else part.url
        if part.is_archive:
            fetched = fetch_archive(url, folder / part.place, progress=progress, pause=pause)
            said += fetched.lines()
        else:
            said += _fetch_file(url, folder / part.place, lambda url, to: download(url, to, progress, pause))
    return [*said, f"Evaluate it with: explorer evaluate {benchmark.protocol} --data {folder}"]


def _fetch_file(url: str, target: Path, bring: Callable[[str, Path], Path]) -> list[str]:
    """One file that is no archive, whole or not at all, with the same watch over its digest."""
    record = target.with_name(f"{target.name}.sha256")
    with filelock.FileLock(target.with_name(f".{target.name}.lock"), timeout=0):
        expected = record.read_text("ascii").split()[0] if record.is_file() else None
        if target.is_file():
            return [f"{target} is there already; remove it to fetch it again."]
        part = bring(url, target)
        digest = content_hash(part)
        if expected and digest != expected:
            discard(target)
            raise ExplorerError(
                f"What {url} sends has SHA-256 {digest}, not {expected}, as the last time; delete {record} to accept "
                "it; it was not kept."
            )
        write_atomically(record, f"{digest}  {target.name}\n")
        part.replace(target)
        discard(target)
    known = "It is the digest that was expected." if expected else (
        f"Its authors publish no digest to compare with: this one is kept in {record}, and a later fetch is checked "
        "against it."
    )  # fmt: skip
    return [f"{target}: {target.stat().st_size:,} bytes.", f"SHA-256 {digest}", known]
