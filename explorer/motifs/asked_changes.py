"""Changes of motifs as a browser, or a program, asks for them: JSON made into the one change that it means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from explorer.collection import Collection
from explorer.collection.kept_motifs import KeptInstance, KeptMotif, Place, at_place
from explorer.collection.motif_changes import MotifChanges
from explorer.errors import ExplorerError
from explorer.geometry import Box
from explorer.motifs.layer import ShownMotif, to_keep

Side = Annotated[float, Field(strict=True, ge=-1, le=2)]
Sides = Annotated[list[Side], Field(min_length=4, max_length=4)]
Name = Annotated[str, Field(strict=True, min_length=1, max_length=1000)]
Text = Annotated[str, Field(strict=True, max_length=100_000)]


class _Spot(BaseModel):
    """A place, in fractions of the picture."""

    file: Name
    place: Sides


class _Asked(BaseModel):
    kind: Name
    motif: Name
    text: Text = ""
    """A name, a note or a relation."""
    was: Text | None = None
    """The text in place of which it is written, as whoever wrote it last saw it."""
    at: _Spot | None = None
    """The instance that it is about."""
    to: Sides | None = None
    """Another box for it."""
    other: Name | None = None
    """Another motif."""
    several: Annotated[list[_Spot], Field(max_length=2000)] = []
    """Instances, of a split."""


def make_change(collection: Collection, shown: Sequence[ShownMotif], sent: Any, who: str) -> KeptMotif:
    """Make the change that ``sent`` asks for, of the motifs that are ``shown``; returns the motif as it is then.

    ``sent`` is ``{"kind", "motif"}`` and what the kind needs: ``text`` (name, note, relation, instance note), with
    ``was``, the text that was seen before, which must not have been changed since, ``at``
    (``{"file", "place"}``, of an instance or a proposal), ``to`` (redraw: the new box), ``other`` (merge, move),
    ``several`` (split: a list like ``at``). Places are in fractions of the picture. Raises :class:`ExplorerError`, with
    nothing changed, for what is not understood and for what cannot be done.
    """
    try:
        asked = _Asked.model_validate(sent)
    except ValidationError:
        raise ExplorerError(
            'A change of a motif is such as {"kind": "name", "motif": "m-0123", "text": "Mill"}.'
        ) from None
    if asked.kind not in KINDS:
        raise ExplorerError(f"A change of a motif is one of {', '.join(KINDS)}, not {asked.kind[:40]!r}.")
    return KINDS[asked.kind](collection.motifs.by(who, to_keep(shown)), asked, shown)


Make = Callable[[MotifChanges, _Asked, Sequence[ShownMotif]], KeptMotif]
KINDS: dict[str, Make] = {
    "keep": lambda by, asked, _: by.keep(asked.motif),
    "name": lambda by, asked, _: by.name(asked.motif, asked.text, asked.was),
    "note": lambda by, asked, _: by.note(asked.motif, asked.text, asked.was),
    "drop": lambda by, asked, _: by.drop(asked.motif),
    "bring back": lambda by, asked, _: by.bring_back(asked.motif),
    "remove": lambda by, asked, _: by.remove(asked.motif, _place(asked.at)),
    "restore": lambda by, asked, _: by.restore(asked.motif, _place(asked.at)),
    "relation": lambda by, asked, _: by.relate(asked.motif, _place(asked.at), asked.text, asked.was),
    "instance note": lambda by, asked, _: by.note_instance(asked.motif, _place(asked.at), asked.text, asked.was),
    "add": lambda by, asked, _: by.add(asked.motif, _place(asked.at)),
    "accept": lambda by, asked, shown: by.accept(asked.motif, _proposal(asked, shown)),
    "decline": lambda by, asked, shown: by.decline(asked.motif, _proposal(asked, shown)),
    "redraw": lambda by, asked, _: by.redraw(asked.motif, _place(asked.at), _box(asked.to)),
    "move": lambda by, asked, _: by.move(asked.motif, _place(asked.at), _other(asked)),
    "merge": lambda by, asked, _: by.merge(asked.motif, _other(asked)),
    "split": lambda by, asked, _: by.split(asked.motif, [_place(spot) for spot in asked.several]),
}
"""The kinds of changes, as the log names them too."""


def _place(spot: _Spot | None) -> Place:
    if spot is None:
        raise ExplorerError('This change needs an instance: "at": {"file": "a.jpg", "place": [0.1, 0.1, 0.3, 0.3]}.')
    return spot.file, _box(spot.place)


def _box(sides: list[float] | None) -> Box:
    if sides is None:
        raise ExplorerError('This change needs a box: "to": [0.1, 0.1, 0.3, 0.3].')
    x0, y0, x1, y1 = sides
    return Box(x0, y0, x1, y1)


def _other(asked: _Asked) -> str:
    if asked.other is None:
        raise ExplorerError('This change needs another motif: "other": "m-0123".')
    return asked.other


def _proposal(asked: _Asked, shown: Sequence[ShownMotif]) -> KeptInstance:
    proposals = next((motif.proposals for motif in shown if motif.id == asked.motif), ())
    found = at_place(proposals, _place(asked.at))
    if found is None:
        raise ExplorerError("Nothing is proposed there; somebody may have decided about it.")
    return found
