"""The collections that one running app serves: opened by name when first asked for, a bounded number at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from explorer.errors import ExplorerError
from explorer.workspace import Workspace, collection_names, start_upkeep

if TYPE_CHECKING:
    from explorer.config import RuntimeOptions

MOST_OPEN = 4
"""Collections kept open at once, the default one among them: each may hold a model and an index in memory."""


class OpenCollections:
    """The workspaces of one cache folder, by the names of their collections. Safe to use from several threads.

    ``default``, the collection that the app was started with, stays open. Of the others the least recently used is
    dropped as soon as more than ``most`` are open in all. Dropping only removes the reference that is held here: a
    handler that still works with the workspace keeps it alive, and is given the same one if it asks again.
    """

    def __init__(self, default: Workspace, runtime: RuntimeOptions | None = None, most: int = MOST_OPEN) -> None:
        self.default = default
        self.cache = default.pictures.parent.parent
        self._runtime, self._most = runtime, most
        self._lock = threading.Lock()
        self._recent: OrderedDict[str, Workspace] = OrderedDict()
        self._alive: WeakValueDictionary[str, Workspace] = WeakValueDictionary()

    def names(self) -> list[str]:
        """Names of all collections that can be asked for."""
        return collection_names(self.cache)

    def open_names(self) -> list[str]:
        """Names of the collections that are kept open, the default first, then the least recently used first."""
        with self._lock:
            return [self.default.name, *self._recent]

    def get(self, name: str = "") -> Workspace:
        """The workspace of a collection; an empty name is that of the default.

        Raises :class:`ExplorerError` for a name that no collection of the cache folder has, and for a collection that
        was never indexed to its end.
        """
        if name in ("", self.default.name):
            return self.default
        with self._lock:  # opening reads small files only
            workspace = self._alive.get(name) or self._opened(name)
            self._recent[name] = workspace
            self._recent.move_to_end(name)
            while len(self._recent) > max(self._most - 1, 0):
                self._recent.popitem(last=False)
            return workspace

    def _opened(self, name: str) -> Workspace:
        names = self.names()
        if name not in names:
            raise ExplorerError(f"There is no collection {name!r} here, only: {', '.join(names)}.")
        workspace = Workspace.open(name, self.cache, self._runtime)
        self._alive[name] = workspace
        start_upkeep(workspace)
        return workspace
