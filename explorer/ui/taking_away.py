"""Motifs, and what a search found, taken away from the page: a file is made, and handed to the browser that asked."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.motifs.current import chosen_motifs
from explorer.motifs.export import write_motifs_json
from explorer.motifs.layer import ShownMotif
from explorer.motifs.take_away import Wanted, take_away
from explorer.plates.origin import origin_of
from explorer.scratch import scratch_folder
from explorer.ui import incoming, views
from explorer.workspace import Workspace

KINDS = {
    "pdf": "pdf", "html": "html", "zip": "zip", "csv": "csv", "json": "json", "annotations": "jsonld",
    "graphml": "graphml",
}  # fmt: skip
"""What motifs can be taken away as, and how the file's name ends."""
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
    address = incoming.text(fields.get("address"), _LONGEST_ADDRESS)
    of = f"{chosen[0].name} {chosen[0].id}" if motif else "motifs"
    return handed_over(
        f"{workspace.name} {of}", KINDS[kind], lambda path: _written(workspace, chosen, path, kind, address),
        f"make it with: explorer motifs {workspace.name} --motif {motif} --{kind} FILE",
    )  # fmt: skip


def handed_over(words: str, ending: str, write: Callable[[Path], list[str]], otherwise: str) -> views.Props:
    """A file as the page's script saves it: its ``name``, made of ``words`` as any system takes it, its ``data`` in
    base64, and the ``notes`` that ``write`` gave back. Raises :class:`ExplorerError` for one that is too large, with
    what to do ``otherwise``."""
    with scratch_folder() as folder:
        name = re.sub(r"[^\w-]+", "-", words).strip("-")[:80]
        path = folder / f"{name}.{ending}"
        notes = write(path)
        if path.stat().st_size > _MOST:
            size = path.stat().st_size / 1e6
            raise ExplorerError(f"The file has {size:,.0f} MB, too much for the page; {otherwise}")
        return {"name": path.name, "data": base64.b64encode(path.read_bytes()).decode("ascii"), "notes": notes}


def _written(workspace: Workspace, motifs: list[ShownMotif], path: Path, kind: str, address: str) -> list[str]:
    """Write the file; what is missing in it, in sentences."""
    if kind == "json":
        write_motifs_json(motifs, workspace.picture_sizes(), origin_of(workspace), path)
        return []
    _, *notes = take_away(workspace, motifs, Wanted(**{kind: path}, base_url=address))
    return notes
