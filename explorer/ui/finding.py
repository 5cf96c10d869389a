"""Finding the motifs of a collection while the page is used, see :mod:`explorer.ui.background`.

What a run has compared is kept, so one that was stopped goes on where it was. It is the collection's, not a visitor's.
"""

from __future__ import annotations

from explorer.motifs.discovery import discover
from explorer.progress import Progress
from explorer.ui.background import Background, Run
from explorer.ui.queueing import FairQueue
from explorer.workspace import Workspace


class Finding:
    """The runs of one app, by the names of their collections. Safe to use from several threads."""

    def __init__(self, queue: FairQueue) -> None:
        busy = "Motifs of another collection are being found; try again when that is done."
        self._runs = Background(queue, "motifs were being found", busy)

    def run(self, workspace: Workspace) -> Run:
        """The run of a collection that goes on, or that ended last; one that never began where there is none."""
        return self._runs.run(workspace.name)

    def going(self) -> str | None:
        """The name of the collection whose motifs are being found; None where none are."""
        return self._runs.going()

    def start(self, workspace: Workspace) -> Run:
        """Begin to find the motifs of a collection; one that goes on is left alone. Raises :class:`ExplorerError` while
        another collection is being looked through."""

        def find(progress: Progress) -> None:
            discover(workspace, progress)

        return self._runs.start(workspace.name, find)

    def stop(self, workspace: Workspace) -> Run:
        """Stop the run of a collection, soon; what it has compared is kept."""
        return self._runs.stop(workspace.name)
