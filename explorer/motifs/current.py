"""The motifs of a collection as they are now: found where nobody has looked for them yet, with what people made of
them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from explorer.errors import ExplorerError
from explorer.motifs.discovery import discover, discovered
from explorer.motifs.layer import ShownMotif, shown_motifs
from explorer.progress import Progress, silent
from explorer.workspace import Workspace


def current_motifs(
    workspace: Workspace, progress: Progress = silent, again: bool = False, hidden: bool = False
) -> list[ShownMotif]:
    """All motifs that are shown, strongest first. They are discovered where that was not done yet, or is asked for
    ``again``; ``hidden`` gives those too that people hid.

    Raises :class:`ExplorerError` for a collection without details.
    """
    found = None if again else discovered(workspace)
    if found is None:
        found = discover(workspace, progress)
    return sorted(shown_motifs(found.motifs, workspace.collection.motifs.all(), hidden), key=_strength)


def known_motifs(workspace: Workspace) -> list[ShownMotif]:
    """The same without looking for any. Raises :class:`ExplorerError` where nobody has looked and nobody made one."""
    found, kept = discovered(workspace), workspace.collection.motifs.all()
    if found is None and not kept:
        raise ExplorerError(f"Nobody has looked for motifs here yet; run: explorer motifs {workspace.name}")
    return sorted(shown_motifs(found.motifs if found else (), kept), key=_strength)


def chosen_motifs(
    motifs: Sequence[ShownMotif], motif: str | None, merged: Mapping[str, str] = MappingProxyType({})
) -> list[ShownMotif]:
    """The motif with an id, or all of them without one. For the id of a motif that was ``merged``, see
    :meth:`explorer.collection.motif_store.MotifStore.merged`, it is the one that that is in now.

    Raises :class:`ExplorerError` where there is none of that id, or none at all.
    """
    chosen = [shown for shown in motifs if motif in (None, shown.id)]
    if not chosen and motif is not None and motif in merged:
        chosen = [shown for shown in motifs if shown.id == merged[motif]]
    if not chosen and motif is not None:
        raise ExplorerError(f"There is no motif {motif[:60]!r}; explorer motifs NAME lists their ids.")
    if not chosen:
        raise ExplorerError("There are no motifs here, so there is nothing to write.")
    return chosen


def _strength(motif: ShownMotif) -> tuple[float, int, float]:
    """As :func:`explorer.motifs.records.by_strength` orders; a motif that a person put together is sure, and one of
    which nothing is left comes last."""
    by_hand = 1.0 if len(motif.instances) > 1 else 0.0
    probability = by_hand if motif.probability is None else motif.probability
    return -round(probability, 1), -len(motif.works), -probability
