"""A step of a visit made into the query that is searched: its main detail, further details, words."""

from __future__ import annotations

from pathlib import Path

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.parsing import MOST_PARTS
from explorer.search.query import Part, PicturePart, Query, RegionPart, WordsPart
from explorer.ui.session import FurtherDetail, Kind, Role, Step

WEIGHTS: dict[Role, float] = {"also": 1.0, "like": 0.5, "unlike": -0.5}
MOST_FURTHER = MOST_PARTS - 2
"""Further details of one search, besides the main one and words."""


def query_of(step: Step, uploads: Path) -> Query:
    """The query that a step is; visitors' pictures lie in ``uploads``.

    >>> step = Step("work", "a.jpg", Box(0, 0, 1, 0.5), words="in winter")
    >>> step = step.adding(FurtherDetail("unlike", "work", "b.jpg", Box.whole()))
    >>> [part.weight for part in query_of(step, Path()).parts]
    [1.0, -0.5, 1.0]
    """
    parts: list[Part] = [_part(step.kind, step.key, step.box, 1.0, uploads)]
    parts += [_part(detail.kind, detail.key, detail.box, WEIGHTS[detail.role], uploads) for detail in step.further]
    if step.words:
        parts.append(WordsPart(step.words))
    return Query(tuple(parts), layout=step.layout and step.together)


def with_further(step: Step, role: Role, place: Step) -> Step:
    """A step with the detail of ``place`` as a further one. Raises :class:`ExplorerError` when there are as many as a
    search can take."""
    if len(step.further) >= MOST_FURTHER:
        raise ExplorerError(f"A search takes {MOST_FURTHER} further details at most; remove one of them first.")
    return step.adding(FurtherDetail(role, place.kind, place.key, place.box or Box.whole()))


def _part(kind: Kind, key: str, box: Box | None, weight: float, uploads: Path) -> RegionPart | PicturePart:
    return RegionPart(key, box or Box.whole(), weight) if kind == "work" else PicturePart(uploads / key, box, weight)
