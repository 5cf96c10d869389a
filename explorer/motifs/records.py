"""What discovery finds: motifs, each a detail that recurs, with all its instances."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.geometry import Box
from explorer.verification.transforms import Transform


@dataclass(frozen=True)
class Instance:
    """One place where a motif occurs."""

    work: str
    box: Box
    transform: Transform
    """How the motif's first instance became this one: scale in pixels of the originals, turn in degrees, mirrored. That
    of the first instance is scale 1, turn 0, not mirrored."""
    score: float
    """Match probability with the instance that it was verified against, 0 to 1."""


@dataclass(frozen=True)
class Motif:
    """A detail that recurs. The first of the ``instances`` is the reference, with which most others were compared; the
    others follow by descending score. Of a work there may be several instances."""

    id: str
    instances: tuple[Instance, ...]
    probability: float
    """Probability that it recurs at all: that of the surest pair."""

    @property
    def works(self) -> tuple[str, ...]:
        """The works that it occurs in, each once, in the order of the instances."""
        return tuple(dict.fromkeys(instance.work for instance in self.instances))

    def to_json(self, sizes: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
        """A record for JSON; ``sizes`` are width and height of the works' originals, for boxes in pixels."""
        return {
            "id": self.id, "size": len(self.instances), "works": len(self.works),
            "probability": round(self.probability, 4),
            "instances": [_instance_json(instance, sizes[instance.work]) for instance in self.instances],
        }  # fmt: skip


def motif_id(instance: Instance) -> str:
    """A name for a motif whose reference is ``instance``: the same place of the same work has the same name, to a
    twentieth of the picture.

    >>> motif_id(Instance("a.jpg", Box(0.1, 0.1, 0.3, 0.3), Transform(1.0, 0.0, False), 1.0))
    'm-c6173935'
    """
    place = [round(side * 20) for side in instance.box.as_tuple()]
    return "m-" + hashlib.sha256(repr((instance.work, place)).encode()).hexdigest()[:8]


def by_strength(motifs: Sequence[Motif]) -> list[Motif]:
    """Strongest first: by probability in steps of a tenth, then by the number of works."""
    return sorted(motifs, key=lambda motif: (-round(motif.probability, 1), -len(motif.works), -motif.probability))


def _instance_json(instance: Instance, size: tuple[int, int]) -> dict[str, Any]:
    transform = instance.transform
    return {
        "file": instance.work, "box": list(instance.box.to_pixels(*size)),
        "transform": {
            "scale": round(transform.scale, 4), "turn": round(transform.turn, 2), "mirror": transform.mirror,
        },
        "score": round(instance.score, 4),
    }  # fmt: skip
