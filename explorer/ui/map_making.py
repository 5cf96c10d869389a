"""The maps of the running app: laid out in the background, held while they are looked at, served as bytes."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from explorer.errors import ExplorerError
from explorer.maps.atlas import Atlas, atlas
from explorer.maps.drawn import DrawnMap, draw
from explorer.maps.layouts import COMPARING
from explorer.maps.plane import number_of
from explorer.maps.settings import MapSettings
from explorer.progress import Progress
from explorer.ui.background import Background, Run
from explorer.ui.queueing import FairQueue
from explorer.workspace import Workspace

HELD = 6
"""Maps that are held in memory, of all collections together; any other is drawn anew from what is kept on the disk."""
LAYING = "Laying out the map"
WAITS = "Another map is being laid out; this one is next"


@dataclass(frozen=True)
class HeldMap:
    """A map that can be looked at."""

    workspace: Workspace
    drawn: DrawnMap
    pictures: Atlas
    key: Hashable = field(repr=False)

    @cached_property
    def token(self) -> str:
        """What names it in the address of its bytes."""
        return hashlib.sha256(repr(self.key).encode()).hexdigest()[:24]

    @cached_property
    def block(self) -> bytes:
        """Its bytes, compressed."""
        return gzip.compress(self.drawn.packed(), 6)


class Maps:
    """The maps of one app. Safe to use from several threads."""

    def __init__(self, queue: FairQueue) -> None:
        self._runs = Background(queue, "a map was being laid out", WAITS)
        self._held: OrderedDict[Hashable, HeldMap] = OrderedDict()
        self._lock = threading.Lock()

    def held(self, workspace: Workspace, settings: MapSettings) -> HeldMap | None:
        """The map of the present state of a collection, where it is laid out."""
        key = _key(workspace, settings)
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def of(self, workspace: Workspace, settings: MapSettings) -> HeldMap:
        """The same. Raises :class:`ExplorerError` where it is not laid out (any more)."""
        found = self.held(workspace, settings)
        if found is None:
            raise ExplorerError("The collection or its map has changed meanwhile; open the map again.")
        return found

    def by_token(self, collection: str, token: str) -> HeldMap | None:
        """A map by the name that its address has."""
        with self._lock:
            held = list(self._held.values())
        return next((each for each in held if each.workspace.name == collection and each.token == token), None)

    def ask(self, workspace: Workspace, settings: MapSettings) -> HeldMap | Run:
        """The map, or how far the run is that lays it out, which is begun where there is none. Raises
        :class:`ExplorerError` with the sentence that ended a run, once."""
        found = self.held(workspace, settings)
        if found is not None:
            return found
        name = f"{workspace.name}\n{settings.key}"
        run = self._runs.run(name)
        if run.error or run.stopped:
            self._runs.forget(name)
            raise ExplorerError(run.error or "The map was not laid out: it was cancelled.")

        def lay(progress: Progress) -> None:
            progress(LAYING, 0, 0)
            self._hold(workspace, settings, progress)

        try:
            return self._runs.start(name, lay)
        except ExplorerError:
            return Run(stage=WAITS, running=True)

    def stop(self, workspace: Workspace, settings: MapSettings) -> None:
        """Give up laying out a map; what is done of it is kept."""
        self._runs.stop(f"{workspace.name}\n{settings.key}")

    def _hold(self, workspace: Workspace, settings: MapSettings, progress: Progress) -> HeldMap:
        key = _key(workspace, settings)
        drawn = draw(workspace, settings, apart=True, progress=progress)
        made = HeldMap(workspace, drawn, atlas(workspace, progress=progress), key)
        _ = made.block
        with self._lock:
            self._held[key] = made
            while len(self._held) > HELD:
                self._held.popitem(last=False)
        return made


def _key(workspace: Workspace, settings: MapSettings) -> Hashable:
    """What a map depends on: the tables, the works that are there, and of numbers in the catalogue these."""
    digest = hashlib.sha256(np.asarray(workspace.present_rows(), np.int64).tobytes())
    names: tuple[str, ...] = {"time": ("year",), "columns": settings.columns, "own": settings.columns}.get(
        settings.layout, ()
    )
    if names:
        known = [[number_of(work, name) for name in names] for work in workspace.collection.works()]
        digest.update(repr(known).encode())
    return str(workspace.tables.folder), settings, digest.hexdigest()


def progress_of(run: Run) -> dict[str, Any]:
    """How far a run is, as the page shows it."""
    stage = run.stage or LAYING
    return {"running": True, "stage": stage, "done": run.done, "of": run.of, "alike": stage == COMPARING}
