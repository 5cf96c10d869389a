"""Which layer of a model a collection's details are matched by, and how the other candidates did: a record that is kept
with the collection."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from explorer.encoder import Layer

if TYPE_CHECKING:
    from explorer.collection import Collection
    from explorer.config import Config


@dataclass(frozen=True)
class Score:
    """How one layer did: how many copies it ``found``, and the mean reciprocal ``rank`` of the right place."""

    layer: Layer
    found: int
    rank: float


@dataclass(frozen=True)
class Choice:
    """The layers that were tried, the best first, on how many ``copies``; ``blocks`` is how many the model has."""

    scores: tuple[Score, ...]
    copies: int
    blocks: int

    @property
    def layer(self) -> Layer:
        """The best one."""
        return self.scores[0].layer

    def words(self) -> str:
        """What was chosen, to follow "Details are matched by" in a sentence.

        >>> Choice((Score(Layer(-4, "value"), 41, 0.9), Score(Layer(-3, "token"), 38, 0.8)), 48, 12).words()
        'the values of block 9 of 12, which found 41 of 48 copies; the next best found 38'
        """
        number = self.blocks + self.layer.block + 1
        next_best = f"; the next best found {self.scores[1].found}" if len(self.scores) > 1 else ""
        return (
            f"the {self.layer.facet}s of block {number} of {self.blocks}, which found {self.scores[0].found} of "
            f"{self.copies} copies{next_best}"
        )

    def record(self) -> dict[str, Any]:
        """The layer that was chosen and how it did, for a program to read."""
        return {**asdict(self.layer), "found": self.scores[0].found, "copies": self.copies}

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | None) -> Choice | None:
        """What :meth:`to_json` wrote, or None where that is missing or something else."""
        try:
            record: Any = json.loads(text or "")
            scores = tuple(Score(Layer(**score["layer"]), score["found"], score["rank"]) for score in record["scores"])
            return cls(scores, record["copies"], record["blocks"]) if scores else None
        except (ValueError, KeyError, TypeError):
            return None


def choice_fact(config: Config, model_hash: str) -> str:
    """The name of the collection's fact that holds the choice for a model and a config that names no block: whatever
    else changes the vectors may change the choice."""
    return f"matching {config.fingerprint(model_hash)}"


def chosen(collection: Collection, config: Config, model_hash: str) -> Choice | None:
    """The choice that a config's block and facet came from; None where the model or a person named them, or where they
    are the default."""
    for facet in ("", config.match_facet):
        unnamed = replace(config, match_layer=0, match_facet=facet)
        choice = Choice.from_json(collection.fact(choice_fact(unnamed, model_hash)))
        if choice and choice.layer == Layer(config.match_layer, config.match_facet):
            return choice
    return None
