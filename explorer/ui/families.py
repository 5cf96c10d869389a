"""Families by which results stand together: versions of one composition, by the motifs that they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from explorer.errors import ExplorerError
from explorer.motifs.current import known_motifs
from explorer.motifs.works_drawing import WorksGraphs
from explorer.ui import incoming
from explorer.ui.searching import AppContext

MOST_WORKS = 2000
"""Works that are asked for at a time."""


def family_function(app: AppContext) -> Callable[[Any], dict[str, int]]:
    """A fresh function for one component's script: of ``{"collection", "works"}`` the works that are versions of
    another work, and the number of their group. There are none where nobody looked for motifs."""
    graphs = WorksGraphs()

    def families(sent: Any) -> dict[str, int]:
        fields = incoming.record(sent)
        listed = fields.get("works")
        try:
            workspace = app.named(fields.get("collection")).workspace
            groups = graphs.groups(workspace, known_motifs(workspace))
        except ExplorerError:
            return {}
        works = map(incoming.text, listed[:MOST_WORKS] if isinstance(listed, list) else [])
        return {work: groups[work] for work in works if work in groups}

    return families
