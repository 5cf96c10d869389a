"""The collections that one running app serves: opened by name when first asked for, a bounded number at a time, and
opened anew when they were indexed again."""

from __future__ import annotations

import logging
import shlex
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from explorer.calibration import FEWEST_WORKS
from explorer.errors import ExplorerError
from explorer.maps import work_map
from explorer.registration.compare import forget_registrations
from explorer.search import examples
from explorer.workspace import CALIBRATION_FILE, MANIFEST_FILE, Manifest, Workspace, collection_names, start_upkeep
from explorer.workspace.managing import bring_back, current_name, remove_collection, rename_collection

if TYPE_CHECKING:
    from explorer.config import RuntimeOptions

MOST_OPEN = 4
"""Collections kept open at once, the default one among them: each may hold a model and an index in memory."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _OnDisk:
    """What of a collection changes when it is indexed again; cheap to find out."""

    features: str
    """The folder of features that is current."""
    manifest: tuple[int, int]
    calibration: tuple[int, int]

    @classmethod
    def now(cls, workspace: Workspace) -> _OnDisk:
        """As it stands, for a collection that is open as ``workspace``."""
        features = workspace.collection.fact("features") or ""
        manifest = workspace.pictures.parent / features / MANIFEST_FILE
        return cls(features, _stamp(manifest), _stamp(workspace.tables.folder / CALIBRATION_FILE))


class OpenCollections:
    """The workspaces of one cache folder, by the names of their collections. Safe to use from several threads.

    ``default``, the collection that the app was started with, stays open. Of the others the least recently used is
    dropped as soon as more than ``most`` are open in all. Dropping only removes the reference that is held here: a
    handler that still works with the workspace keeps it alive, and is given the same one if it asks again. So it is
    with a collection that was indexed again: what is asked from then on is answered from its new tables, and what is
    being computed from the old ones comes to its end.
    """

    def __init__(self, default: Workspace, runtime: RuntimeOptions | None = None, most: int = MOST_OPEN) -> None:
        self._default: Workspace | None = default
        self._default_name = default.name
        self.cache = default.pictures.parent.parent
        self.runtime, self._most = runtime, most
        self._lock = threading.RLock()
        self._recent: OrderedDict[str, Workspace] = OrderedDict()
        self._alive: WeakValueDictionary[str, Workspace] = WeakValueDictionary()
        self._seen: dict[str, _OnDisk] = {}

    def names(self) -> list[str]:
        """Names of all collections that can be asked for."""
        return collection_names(self.cache)

    def open_names(self) -> list[str]:
        """Names of the collections that are kept open, the default first, then the least recently used first."""
        with self._lock:
            return [*([self._default.name] if self._default else []), *self._recent]

    def is_default(self, workspace: Workspace) -> bool:
        """Whether a workspace is of the collection that the app was started with."""
        return self.is_default_name(workspace.name)

    def is_default_name(self, name: str) -> bool:
        """Whether a name is that of the collection that the app was started with, while it is there."""
        return self._default is not None and name == self._default.name

    def first_name(self) -> str:
        """What a page is about whose address names no collection: an empty name, which is that of the default, or,
        where that was removed, another that is there."""
        if self._default is not None:
            return ""
        return next((name for name in self.names() if self._opens(name)), "")

    def _opens(self, name: str) -> bool:
        try:
            self.get(name)
        except ExplorerError:
            return False
        return True

    def get(self, name: str = "") -> Workspace:
        """The workspace of a collection as it was last indexed; an empty name is that of the default.

        Raises :class:`ExplorerError` for a name that no collection of the cache folder has or had, and for a collection
        that was never indexed to its end.
        """
        with self._lock:
            default = self._default
            if default is not None and name in ("", default.name):
                pass
            elif not name:
                raise ExplorerError(f"{self._default_name} was removed; choose another collection, or bring it back.")
            else:
                default = None
        if default is not None:
            return self._up_to_date(default)
        with self._lock:  # opening reads small files only
            workspace = self._alive.get(name)
            if workspace is None:
                name = current_name(name, self.cache)
                if self.is_default_name(name):
                    return self.get()
                workspace = self._alive.get(name) or self._opened(name)
            self._recent[name] = workspace
            self._recent.move_to_end(name)
            while len(self._recent) > max(self._most - 1, 0):
                self._recent.popitem(last=False)
        return self._up_to_date(workspace)

    def _opened(self, name: str) -> Workspace:
        names = self.names()
        if name not in names:
            raise ExplorerError(f"There is no collection {name!r} here, only: {', '.join(names)}.")
        workspace = Workspace.open(name, self.cache, self.runtime)
        self._seen.pop(name, None)
        self._alive[name] = workspace
        start_upkeep(workspace)
        return workspace

    # -- renamed, removed, brought back --------------------------------------------------------------------------------

    def rename(self, old: str, new: str) -> None:
        """Give a collection another name; what is asked by the old one is answered from the new. Raises
        :class:`ExplorerError` where it cannot have it."""
        with self._lock:
            held = self._default if self.is_default_name(old) else None
            rename_collection(old, new, self.cache)
            self._forget(old)
            if held is not None:
                self._default = Workspace.open(new, self.cache, self.runtime, held.loaded_encoder)
                self._default_name = new

    def remove(self, name: str) -> None:
        """Move a collection aside. Raises :class:`ExplorerError` for the only one that can be shown."""
        with self._lock:
            if not any(self._opens(other) for other in self.names() if other != name):
                raise ExplorerError(
                    f"{name!r} is the only collection that can be shown. Add another one first, or stop the app and "
                    f"type: explorer remove {shlex.quote(name)}"
                )
            remove_collection(name, self.cache)
            if self.is_default_name(name):
                self._default = None
            self._forget(name)

    def bring_back(self, wanted: str, name: str = "") -> str:
        """Bring a removed collection back; returns its name. Raises :class:`ExplorerError` where it is not there, or
        its name is taken."""
        with self._lock:
            name = bring_back(wanted, self.cache, name)
            if self._default is None and name == self._default_name and self._opens(name):
                self._default = self._recent.pop(name)
            return name

    def _forget(self, name: str) -> None:
        """Let go of a collection whose folder is no longer there; what is still computed from it comes to its end."""
        self._recent.pop(name, None)
        self._alive.pop(name, None)
        self._seen.pop(name, None)
        forget_registrations()

    # -- indexed again -----------------------------------------------------------------------------------------------

    def _up_to_date(self, workspace: Workspace) -> Workspace:
        """The workspace, or the one that takes its place because the collection was indexed again since."""
        try:
            found = _OnDisk.now(workspace)
        except ExplorerError as error:  # the database cannot be read: whoever needs it will be told
            log.warning("%s", error)
            return workspace
        name = workspace.name
        if self._seen.get(name) == found:
            return workspace
        with self._lock:
            held = self._default if self.is_default(workspace) else self._alive.get(name, workspace)
            if held is not None and held is not workspace:  # another thread was first
                return held
            try:
                return self._taken_over(workspace, found)
            except ExplorerError as error:
                log.warning("%s cannot be opened as it was indexed again: %s", name, error)
                self._seen[name] = found
                return workspace

    def _taken_over(self, old: Workspace, found: _OnDisk) -> Workspace:
        """The collection as it was indexed since ``old`` was opened; ``old`` where it was not, and while that run is
        not at its end: percentages come last."""
        features = old.pictures.parent / found.features
        manifest = Manifest.read(features)
        if manifest is None:
            return old
        tables = features / manifest.tables
        if tables == old.tables.folder:
            seen = self._seen.get(old.name)
            if manifest == old.manifest and (seen is None or seen.calibration == found.calibration):
                self._seen[old.name] = found
                return old
        elif _is_calibrated(manifest) and not (tables / CALIBRATION_FILE).is_file():
            return old
        seen = replace(found, calibration=_stamp(tables / CALIBRATION_FILE))
        same_model = manifest.model_hash == old.manifest.model_hash and manifest.config == old.config
        new = Workspace.open(old.name, self.cache, self.runtime, old.loaded_encoder if same_model else None)
        self._seen[old.name] = seen
        self._hold(new)
        return new

    def _hold(self, new: Workspace) -> None:
        """From now on this is the workspace of its collection."""
        log.info("%s was indexed again: %s", new.name, new.tables.folder.name)
        if self.is_default(new):
            self._default = new
        else:
            self._alive[new.name] = new
            if new.name in self._recent:
                self._recent[new.name] = new
        forget_registrations()  # they hold the workspaces that they were made with
        if new.loaded_encoder is None:  # nobody has searched in it yet
            start_upkeep(new)
        else:
            threading.Thread(target=warm, args=(new,), name="warming", daemon=True).start()


def warm(workspace: Workspace) -> None:
    """Load index and model and make the map in the background, so that nobody waits for them later; look after what
    is stored meanwhile."""
    start_upkeep(workspace)
    try:
        _ = workspace.index, workspace.encoder, examples(workspace)
        work_map(workspace, apart=True)
    except ExplorerError as error:
        log.warning("%s", error)


def _is_calibrated(manifest: Manifest) -> bool:
    """Whether indexing ends with a calibration: works whose vectors were given have nothing to calibrate."""
    return not manifest.config.vectors and manifest.works >= FEWEST_WORKS


def _stamp(path: Path) -> tuple[int, int]:
    """What tells one state of a small file, replaced as a whole, from the next; zeros where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size
