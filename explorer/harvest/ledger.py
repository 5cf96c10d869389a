"""Which pictures came, under which names: a line of JSON for each, added when it is whole.

A picture keeps its name for good, whatever becomes of its manifest, since judgements and motifs refer to it by that.
A line is written before its file is in place, and has the file's size: a run that is killed in between fetches that
picture again, and nothing counts as fetched that is not.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from explorer.harvest.walk import Wish
from explorer.plates.details_zip import plain_name


@dataclass(frozen=True)
class Fetched:
    """A picture that came."""

    key: str
    """See :class:`explorer.harvest.walk.Wish`."""
    file: str
    """Below the folder of pictures, with forward slashes."""
    source: str
    """What was asked for: another service or another size is another picture."""
    bytes: int


class Ledger:
    """The pictures of one folder."""

    def __init__(self, path: Path, pictures: Path) -> None:
        self.path, self.pictures = path, pictures
        self._by_key: dict[str, Fetched] = {}
        self._by_source: dict[str, Fetched] = {}
        self._names: set[str] = set()
        self._torn = False
        try:
            text = path.read_bytes().decode("utf-8", errors="replace")
        except FileNotFoundError:
            return
        self._torn = bool(text) and not text.endswith("\n")
        for line in text.splitlines():
            try:
                record = json.loads(line)
                self._take(Fetched(**{name: record[name] for name in ("key", "file", "source", "bytes")}))
            except (ValueError, KeyError, TypeError):
                continue  # the line that a killed run left half-written

    def known(self, key: str) -> Fetched | None:
        """What came of a picture last, whether or not the file is still there."""
        return self._by_key.get(key)

    def is_here(self, fetched: Fetched) -> bool:
        """Whether the file is there, whole."""
        try:
            return (self.pictures / fetched.file).stat().st_size == fetched.bytes
        except OSError:
            return False

    def same_picture(self, source: str) -> Fetched | None:
        """The same picture, that came for another canvas."""
        found = self._by_source.get(source)
        return found if found and self.is_here(found) else None

    def name_for(self, wish: Wish, ending: str) -> str:
        """The name that a picture has, or is to have."""
        if known := self.known(wish.key):
            return known.file
        digest = hashlib.sha256(wish.address.encode()).hexdigest()[:6]
        folder = f"{plain_name(wish.manifest.label, 'manifest')}-{digest}"
        stem = f"{wish.canvas.number:04d}-{plain_name(wish.canvas.label or wish.manifest.label, 'picture')}"
        name, times = f"{folder}/{stem}{ending}", 2
        while name.casefold() in self._names:
            name, times = f"{folder}/{stem}-{times}{ending}", times + 1
        return name

    def add(self, fetched: Fetched) -> None:
        """Note a picture that is whole and about to be put in its place."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(("\n" if self._torn else "") + json.dumps(asdict(fetched)) + "\n")
        self._torn = False
        self._take(fetched)

    def _take(self, fetched: Fetched) -> None:
        self._by_key[fetched.key] = fetched
        self._by_source[fetched.source] = fetched
        self._names.add(fetched.file.casefold())
