"""Works that are alike as wholes: the search of a collection whose vectors were computed elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from explorer.encoder.absent import absent_encoder
from explorer.geometry import Box
from explorer.index.exact import ExactIndex
from explorer.search.own_works import own_rows
from explorer.search.query import Query, VisualPart, WordsPart, part_box
from explorer.workspace import Workspace


@dataclass(frozen=True)
class SimilarWork:
    """A whole work: ``row`` is its row in the tables, ``cosine`` that of its vector with the query's, -1 to 1. It says
    how alike the model finds the two, and nothing of a copy."""

    row: int
    cosine: float

    @property
    def box(self) -> Box:
        """The whole picture."""
        return Box.whole()


def find_similar_works(workspace: Workspace, query: Query, own: bool = False) -> list[SimilarWork]:
    """All works by the cosine of their vectors with that of the query's work, best first; the work itself only with
    ``own``.

    Raises :class:`explorer.encoder.absent.ModelAbsent` for a query that is not a single whole work of the collection.
    """
    part = _whole_work(workspace, query)
    rows = own_rows(workspace, part)
    if not rows:
        absent_encoder(workspace.config).refuse("Pictures that are not in the collection")
    first = workspace.tables.first_region
    vector = workspace.tables.region_joint[first[min(rows)]]
    cosines = ExactIndex(workspace.tables.region_joint).scores(vector[None])[0][first[:-1]]
    found = [SimilarWork(row, float(cosine)) for row, cosine in enumerate(cosines) if own or row not in rows]
    return sorted(found, key=lambda work: -work.cosine)


def _whole_work(workspace: Workspace, query: Query) -> VisualPart:
    """The query's only part. Raises where it has others, or is a detail or words."""
    refuse = absent_encoder(workspace.config).refuse
    part = query.parts[0]
    if isinstance(part, WordsPart):
        refuse("Words")
    if len(query.parts) > 1:
        refuse("Several parts at once")
    if part_box(part) != Box.whole():
        refuse("Details")
    return part
