"""Motifs taken away from the page: a file is made, and handed to the browser that asked for it."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.motifs.current import chosen_motifs
from explorer.motifs.export import origin_of, write_motifs_json
from explorer.motifs.layer import ShownMotif
from explorer.motifs.take_away import Wanted, take_away
from explorer.scratch import scratch_folder
from explorer.ui import incoming, views
from explorer.workspace import Workspace

KINDS = {
    "pdf": "pdf", "html": "html", "zip": "zip", "csv": "csv", "json": "json", "annotations": "jsonld",
    "graphml": "graphml",
}  # fmt: skip
"""What can be taken away, and how its file's name ends."""
_OF_ONE = ("pdf", "html", "zip")  # of all motifs together they would be hundreds of pages
_MOST = 60 * 1024 * 1024  # bytes that are handed over at once
_LONGEST_ADDRESS = 500


def taken_away(workspace: Workspace, motifs: Sequence[ShownMotif], sent: Any) -> views.Props:
    """The file that was asked for ``as`` one of :data:`KINDS`, of one ``motif`` or, without, of all that are not
    hidden: its ``name``, its ``data`` in base64, and ``notes`` of what is missing in it.

    ``address`` is that of the page, for annotations. Raises :class:`ExplorerError` for what cannot be made.
    """
    fields = incoming.record(sent)
    kind, motif = incoming.text(fields.get("as"), 20), incoming.text(fields.get("motif"), 60) or None
    if kind not in KINDS:
        raise ExplorerError(f"Motifs can be taken away as {', '.join(KINDS)}, not as {kind[:20]!r}.")
    if kind in _OF_ONE and motif is None:
        raise ExplorerError(f"A file of the kind {kind} is of one motif: open its dossier.")
    merged = workspace.collection.motifs.merged()
    chosen = chosen_motifs(motifs if motif else [shown for shown in motifs if not shown.dropped], motif, merged)
    with scratch_folder() as folder:
        path = folder / f"{_named(workspace, chosen if motif else [])}.{KINDS[kind]}"
        notes = _written(workspace, chosen, path, kind, incoming.text(fields.get("address"), _LONGEST_ADDRESS))
        if path.stat().st_size > _MOST:
            raise ExplorerError(
                f"The file has {path.stat().st_size / 1e6:,.0f} MB, too much for the page; "
                f"make it with: explorer motifs {workspace.name} --motif {motif} --{kind} FILE"
            )
        return {"name": path.name, "data": base64.b64encode(path.read_bytes()).decode("ascii"), "notes": notes}


def _written(workspace: Workspace, motifs: list[ShownMotif], path: Path, kind: str, address: str) -> list[str]:
    """Write the file; what is missing in it, in sentences."""
    if kind == "json":
        write_motifs_json(motifs, workspace.picture_sizes(), origin_of(workspace), path)
        return []
    _, *notes = take_away(workspace, motifs, Wanted(**{kind: path}, base_url=address))
    return notes


def _named(workspace: Workspace, of: Sequence[ShownMotif]) -> str:
    """A name for the file that any system takes: that of the collection, and of the one motif."""
    words = [workspace.name, *(f"{motif.name} {motif.id}" for motif in of)] if of else [workspace.name, "motifs"]
    return re.sub(r"[^\w-]+", "-", " ".join(words)).strip("-")[:80]
