"""Where a visitor stands, made into what is asked: the main detail, what must be there with it, examples, words."""

from __future__ import annotations

from pathlib import Path

from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.search.query import PicturePart, Query, RegionPart, WordsPart
from explorer.ui.session import Kind, Other, Role, Step

WEIGHTS: dict[Role, float] = {"also": 1.0, "like": 0.5, "unlike": -0.5}
MOST_OTHERS = 6
"""Further details of one search: each is laid over many works, so each costs as long as the first."""


def asked(step: Step, uploads: Path) -> Query:
    """The query that a step is; visitors' pictures lie in ``uploads``.

    >>> step = Step("work", "a.jpg", Box(0, 0, 1, 0.5), words="in winter")
    >>> [part.weight for part in asked(step.adding(Other("unlike", "work", "b.jpg", Box.whole())), Path()).parts]
    [1.0, -0.5, 1.0]
    """
    parts = [_part(step.kind, step.key, step.box, 1.0, uploads)]
    parts += [_part(one.kind, one.key, one.box, WEIGHTS[one.role], uploads) for one in step.others]
    if step.words:
        parts.append(WordsPart(step.words))
    return Query(tuple(parts), layout=step.layout and step.together)


def with_another(step: Step, role: Role, place: Step) -> Step:
    """A step with the place that was pointed at as one detail more. Raises :class:`ExplorerError` when there are as
    many as a search can take."""
    if len(step.others) >= MOST_OTHERS:
        raise ExplorerError(f"A search takes {MOST_OTHERS} further details at most; remove one of them first.")
    return step.adding(Other(role, place.kind, place.key, place.box or Box.whole()))


def _part(kind: Kind, key: str, box: Box | None, weight: float, uploads: Path) -> RegionPart | PicturePart:
    return RegionPart(key, box or Box.whole(), weight) if kind == "work" else PicturePart(uploads / key, box, weight)
