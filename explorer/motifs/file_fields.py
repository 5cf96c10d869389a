"""What a file of motifs must say: its fields, their limits, and the sentence for each that is wrong."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from explorer.collection.kept_motifs import MOST_INSTANCES

MOST_MOTIFS = 20_000
SENTENCES = {
    "id": '"id" must be a name in quotes',
    "file": '"file" must be the name of a work, in quotes',
    "box": '"box" must be four numbers: left, top, right, bottom, in pixels',
    "place": '"place" must be four numbers from 0 to 1: left, top, right, bottom',
    "transform": '"transform" must be such as {"scale": 0.5, "turn": 10, "mirror": false}',
    "scale": '"scale" must be a number above 0',
    "turn": '"turn" must be degrees, from -180 to 180',
    "score": '"score" must be a number from 0 to 1',
    "probability": '"probability" must be a number from 0 to 1',
    "relation": '"relation" must be copy, reversed, variant, doubtful or empty',
    "mirror": '"mirror" must be yes or no in a table, true or false in JSON',
    "by_hand": '"by_hand" must be yes or no in a table, true or false in JSON',
    "kept": '"kept" must be yes or no in a table, true or false in JSON',
    "hidden": '"hidden" must be yes or no in a table, true or false in JSON',
    "dropped": '"dropped" must be yes or no in a table, true or false in JSON',
    "name": '"name" must be text in quotes',
    "note": '"note" must be text in quotes',
    "state": '"state" must be in, proposed or removed',
    "instances": f'"instances" must be a list of {MOST_INSTANCES:,} instances at most',
    "removed": f'"removed" must be a list of {MOST_INSTANCES:,} instances at most',
    "motifs": f'"motifs" must be a list of {MOST_MOTIFS:,} motifs at most',
}
"""What is said of a field that is wrong."""

Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Number = Annotated[float, Field(strict=True, ge=-1e9, le=1e9)]
Text = Annotated[str, Field(strict=True, max_length=100_000)]
Flag = Annotated[bool, Field(strict=True)]


class PoseFields(BaseModel):
    """A transform."""

    scale: Annotated[float, Field(strict=True, ge=1e-6, le=1e6)]
    turn: Annotated[float, Field(strict=True, ge=-180, le=180)]
    mirror: Flag


class InstanceFields(BaseModel):
    """An instance."""

    file: Annotated[str, Field(strict=True, min_length=1, max_length=1000)]
    box: Annotated[list[Number], Field(min_length=4, max_length=4)] | None = None
    place: Annotated[list[Share], Field(min_length=4, max_length=4)] | None = None
    transform: PoseFields | None = None
    score: Share | None = None
    relation: Literal["", "copy", "reversed", "variant", "doubtful"] = ""
    note: Text = ""
    by_hand: Flag = False


class MotifFields(BaseModel):
    """A motif; proposals are not read."""

    id: Annotated[str, Field(strict=True, min_length=1, max_length=200)]
    name: Text = ""
    note: Text = ""
    kept: Flag = True
    hidden: Flag = False
    dropped: Flag = False
    """What ``hidden`` was called before."""
    probability: Share | None = None
    instances: Annotated[list[InstanceFields], Field(max_length=MOST_INSTANCES)]
    removed: Annotated[list[InstanceFields], Field(max_length=MOST_INSTANCES)] = []


class FileFields(BaseModel):
    """A whole file."""

    motifs: Annotated[list[MotifFields], Field(max_length=MOST_MOTIFS)]
