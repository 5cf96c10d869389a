"""Verified pairs of places, remembered from one run to the next: an interrupted discovery goes on, and works that are
added cost only their own pairs.

A file of JSON lines beside the tables, one line a comparison, named after the match model, by which a comparison's
probability is. How rare a cell is changes a little when works are added; what was compared before keeps its value.
Works go by the hashes of their files. What cannot be read is compared again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from explorer.files import write_atomically
from explorer.geometry import Box
from explorer.motifs.candidates import PairOfPlaces
from explorer.motifs.pairs import Found, PairVerifier, VerifiedPair
from explorer.verification import Transform
from explorer.workspace import Workspace

VERSION = 1
"""Raised by hand whenever a comparison gives another result."""
_WRITTEN_EVERY = 200  # comparisons held before they are written

log = logging.getLogger(__name__)


class RememberingVerifier:
    """A :class:`PairVerifier` that compares nothing twice. Safe to use from several threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._verifier = PairVerifier(workspace)
        self._contents = workspace.tables.contents
        model = json.dumps([VERSION, asdict(workspace.calibration.model), workspace.tables.reduction.dims])
        self._path = (
            workspace.tables.folder.parent / f"motif-pairs-{hashlib.sha256(model.encode()).hexdigest()[:8]}.jsonl"
        )
        self._known = _read(self._path)
        self._new: dict[str, Any] = {}
        self._used: set[str] = set()
        self._lock = threading.Lock()
        self.works: set[tuple[int, int]] = set()
        """Pairs of works, by row, that were compared, now or earlier."""

    def verified(self, pair: PairOfPlaces) -> VerifiedPair | None:
        """As :meth:`PairVerifier.verified`."""
        found = self._recalled("verified", pair, pair.boxes, lambda: _pair_record(self._verifier.verified(pair)))
        if found is None:
            return None
        boxes, transform, probability = found
        return VerifiedPair(pair.rows, (Box(*boxes[0]), Box(*boxes[1])), Transform(*transform), probability)

    def compared(self, row: int, box: Box, pair: PairOfPlaces) -> Found | None:
        """As :meth:`PairVerifier.compared`."""
        compare = self._verifier.compared
        found = self._recalled("compared", pair, (box, *pair.boxes), lambda: _found_record(compare(row, box, pair)))
        if found is None:
            return None
        sides, transform, probability, share = found
        return Found(pair.rows[1], Box(*sides), Transform(*transform), probability, share)

    def save(self) -> None:
        """Write what was compared since the last time. A disk that takes nothing costs only the memory of it."""
        with self._lock:
            self._write()

    def forget_unused(self) -> None:
        """Keep only what this run needed: that of removed works would stay for ever."""
        with self._lock:
            lines = (json.dumps([key, self._known[key]]) for key in sorted(self._used))
            try:
                write_atomically(self._path, "".join(f"{line}\n" for line in lines))
            except OSError as error:
                log.warning("%s was not written: %s", self._path, error)
            self._new = {}

    def _recalled(self, kind: str, pair: PairOfPlaces, boxes: Sequence[Box], compare: Callable[[], Any]) -> Any:
        first, second = pair.rows
        sides = [round(side, 4) for box in boxes for side in box.as_tuple()]
        asked = json.dumps([kind, self._contents[first], self._contents[second], sides, pair.mirrored])
        key = hashlib.sha256(asked.encode()).hexdigest()[:32]
        with self._lock:
            self.works.add((min(first, second), max(first, second)))
            self._used.add(key)
            if key in self._known:
                return self._known[key]
        result = compare()
        with self._lock:
            self._known[key] = self._new[key] = result
            if len(self._new) >= _WRITTEN_EVERY:
                self._write()
        return result

    def _write(self) -> None:
        text = "".join(f"{json.dumps([key, result])}\n" for key, result in self._new.items())
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            log.warning("%s was not written: %s", self._path, error)
        self._new = {}


def _pair_record(pair: VerifiedPair | None) -> Any:
    if pair is None:
        return None
    return [[list(box.as_tuple()) for box in pair.boxes], _transform(pair.transform), pair.probability]


def _found_record(found: Found | None) -> Any:
    if found is None:
        return None
    return [list(found.box.as_tuple()), _transform(found.transform), found.probability, found.share]


def _transform(transform: Transform) -> list[Any]:
    return [transform.scale, transform.turn, transform.mirror]


def _read(path: Path) -> dict[str, Any]:
    """What was remembered; a line that was cut off, or is none of ours, is left out."""
    known: dict[str, Any] = {}
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return known
    for line in lines:
        try:
            key, result = json.loads(line)
        except ValueError:
            continue
        if isinstance(key, str) and (result is None or isinstance(result, list)):
            known[key] = result
    return known
