"""Pictures through the same steps, whether they are indexed or asked about: decoded, encoded, reduced."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from explorer.collection import Picture, open_picture
from explorer.collection.derivatives import THUMBNAIL_SIDE
from explorer.collection.pictures import file_hash
from explorer.config import Config
from explorer.features.grid import FeatureMap
from explorer.features.hog import gradient_histograms
from explorer.features.pca import Reduction
from explorer.verification import KeyPoints, find_key_points
from explorer.verification.keypoints import LONG_SIDE as KEY_POINTS_SIDE

if TYPE_CHECKING:
    from PIL.Image import Image

    from explorer.encoder import Encoder

EncodedPicture = tuple[FeatureMap, KeyPoints, tuple[int, int]]
"""A picture's reduced grid, its key points, and its size (width, height in pixels)."""
_PICTURES_KEPT = 4
_JOINT_MAPS_KEPT = 16
"""Of pictures that are asked about in words: 1 MB each."""


class PictureEncoder:
    """The model of a collection, loaded when first needed, and the last few pictures that it encoded.

    Safe to use from several threads: the model is loaded once, and one picture is encoded at a time.
    """

    def __init__(self, config: Config, reduction: Reduction, load: Callable[[], Encoder]) -> None:
        self._config, self._reduction, self._load = config, reduction, load
        self._encoder: Encoder | None = None
        self._loading, self._encoding = threading.Lock(), threading.Lock()
        self._encoded: OrderedDict[str, EncodedPicture] = OrderedDict()
        self._joint: OrderedDict[str, FeatureMap] = OrderedDict()

    @property
    def encoder(self) -> Encoder:
        """The model, loaded on first use."""
        with self._loading:
            if self._encoder is None:
                self._encoder = self._load()
            return self._encoder

    @property
    def loaded(self) -> Encoder | None:
        """The model, if it has been needed already."""
        return self._encoder

    def encode(self, path: Path) -> EncodedPicture:
        """A picture file's grid, key points and size. The last few are kept by the file's content: a visitor asks for
        several details of one picture."""
        content = file_hash(path)
        with self._encoding:
            if content not in self._encoded:
                picture = open_for_encoding(path, self._config)
                size = picture.width, picture.height
                self._encoded[content] = (*self.encode_image(picture.image, size), size)
            self._encoded.move_to_end(content)
            while len(self._encoded) > _PICTURES_KEPT:
                self._encoded.popitem(last=False)
            return self._encoded[content]

    def joint(self, path: Path) -> FeatureMap:
        """A picture file's cells in the joint space of pictures and words, of unit length. The last few are kept by the
        file's content: a second text for the same picture costs nothing."""
        content = file_hash(path)
        with self._encoding:
            if content not in self._joint:
                encoder, picture = self.encoder, open_for_encoding(path, self._config)
                prepared = encoder.prepare(picture.image, picture.width, picture.height)
                self._joint[content] = encoder.encode([prepared])[0].joint
            self._joint.move_to_end(content)
            while len(self._joint) > _JOINT_MAPS_KEPT:
                self._joint.popitem(last=False)
            return self._joint[content]

    def whole(self, path: Path) -> np.ndarray:
        """A picture file as one vector in the joint space, ``(P,)``, of unit length, as a work's is stored when it is
        indexed. Not kept. Raises :class:`explorer.errors.ExplorerError` for what is no picture that can be read."""
        with self._encoding:
            encoder, picture = self.encoder, open_for_encoding(path, self._config)
            prepared = encoder.prepare(picture.image, picture.width, picture.height)
            return encoder.encode([prepared])[0].whole

    def encode_image(self, image: Image, size: tuple[int, int]) -> tuple[FeatureMap, KeyPoints]:
        """Grid and key points of an upright RGB picture in memory, perhaps reduced, whose original has ``size`` (width,
        height) pixels."""
        encoder = self.encoder
        prepared = encoder.prepare(image, *size)
        match = encoder.encode([prepared])[0].match
        grid = self._reduction.apply(match, gradient_histograms_of(prepared, match.shape, self._config))
        return grid, find_key_points(np.asarray(image))


def open_for_encoding(path: Path, config: Config) -> Picture:
    """A picture at the size from which the model's input, the key points and the thumbnail are made."""
    return open_picture(path, long_side=max(round(1.25 * max(config.resolution, THUMBNAIL_SIDE)), KEY_POINTS_SIDE))


def gradient_histograms_of(image: Image, grid: tuple[int, int], config: Config) -> np.ndarray | None:
    """The gradient histograms of a picture on a ``grid`` of rows and columns, or None where their weight is 0."""
    return gradient_histograms(np.asarray(image), *grid) if config.hog_weight else None
