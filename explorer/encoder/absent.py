"""What stands where a collection's model would, when its vectors were computed elsewhere: it refuses, and says why."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from explorer.errors import ExplorerError

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    from explorer.config import Config
    from explorer.encoder import Encoding, Layer
    from explorer.features.grid import FeatureMap

LOGIT_SCALE = 100.0
"""That of OpenAI's CLIP models, at which training bounds it (Radford et al. 2021, section 2.5). Vectors do not carry
it; for those of other models probabilities are only as good as this guess."""

_TEXTS = "Words, and labels without vectors of their own (explorer label NAME --text-vectors FILE.npy),"


class ModelAbsent(ExplorerError):
    """Something was asked for that needs the model, and there are only vectors."""


class AbsentEncoder:
    """See :class:`explorer.encoder.Encoder`. Whatever would compute raises :class:`ModelAbsent`."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.hash = hashlib.sha256(f"vectors computed elsewhere: {model}".encode()).hexdigest()[:16]
        self.note = (
            f"The works have vectors that were computed elsewhere ({model}), each for a whole work; the model itself "
            f"is not here. So works that are alike, the map, and labels whose vectors are given too can be had; "
            f"details, words and pictures of your own cannot."
        )
        self.logit_scale = LOGIT_SCALE
        self.blocks = 0
        self.candidates: tuple[Layer, ...] = ()
        self.vocabulary: frozenset[str] = frozenset()
        self.picture_mean: np.ndarray | None = None

    def refuse(self, what: str) -> NoReturn:
        """Raises :class:`ModelAbsent`: ``what`` needs the model."""
        raise ModelAbsent(
            f"{what} need the model, which is not here: this collection has only vectors of whole works, computed "
            f"elsewhere ({self.model}). Index it with a model for that: explorer index FOLDER --name NAME --model MODEL"
        )

    def grid_shape(self, width: int, height: int) -> tuple[int, int]:
        self.refuse("Details")

    def prepare(self, picture: Image, width: int, height: int) -> Image:
        self.refuse("Other pictures")

    def encode(self, pictures: Sequence[Image]) -> list[Encoding]:
        self.refuse("Other pictures")

    def words(self, texts: Sequence[str]) -> np.ndarray:
        self.refuse(_TEXTS)

    def word_pieces(self, word: str) -> int:
        self.refuse(_TEXTS)

    def match_maps(self, pictures: Sequence[Image], layers: Sequence[Layer]) -> list[list[FeatureMap]]:
        self.refuse("Details")

    def matching_with(self, layer: Layer) -> AbsentEncoder:
        return self


def absent_encoder(config: Config) -> AbsentEncoder:
    """The stand-in for the model that a config with ``vectors`` names."""
    return AbsentEncoder(config.model)
