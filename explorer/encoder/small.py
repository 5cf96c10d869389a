"""The project's own small model: a convolutional network, a linear head into CLIP's space, and a small text tower.

``config.json`` of its folder says ``model_type: "brueghel-small"``; ``model.safetensors`` holds everything in half
precision, so nothing else has to be installed; ``words.txt`` lists the words that its text tower has learnt. Details
are matched by a map at stride 16. The linear head brings the cells of the last map, at two picture sizes, into the
joint space, where they are compared with texts. The whole picture is resized to the square that the head was trained
on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModelWithProjection

from explorer.config import BUNDLED_NAMES, Config
from explorer.encoder import Encoding, Layer
from explorer.encoder.device import chosen_device
from explorer.encoder.lite import LAST, STRIDE, Lite
from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap, unit_rows
from explorer.parallel import thread_count
from explorer.paths import ASSETS

MINI_FOLDER = ASSETS / "models" / "mini"
MINI_NOTE = (
    "This is the project's own small model: it finds copied details and knows the names of common "
    "things. A full CLIP knows far more words and judges likeness better: --model openai/clip-vit-base-patch16."
)
MODEL_TYPE = "brueghel-small"
CELL = 16  # pixels of a cell of the map for details
NATIVE = 224  # pixels of a side of the square that whole pictures are resized to
COARSE = 0.5  # second size for the joint map, as a share of the first: larger things fit into a cell's receptive field
_LONGEST_TEXT = 2000  # characters
_ONE_MAP = (
    "The small model has one map for details: leave the match layer and facet out (a collection that was indexed with "
    "them has to be indexed again without)."
)
_NO_HALF = (
    "The small model computes in full precision only: leave bfloat16 out (a collection that was indexed with it has to "
    "be indexed again without)."
)
_DAMAGED = (OSError, ValueError, LookupError, RuntimeError, TypeError, AttributeError, SafetensorError)


class SmallEncoder:
    """See :class:`explorer.encoder.Encoder`."""

    def __init__(self, folder: Path, config: Config, device: str, note: str = "") -> None:
        if config.match_layer or config.match_facet:
            raise ExplorerError(_ONE_MAP)
        if config.bfloat16:
            raise ExplorerError(_NO_HALF)
        shape = json.loads((folder / "config.json").read_text("utf-8"))
        stored = {name: value.float() for name, value in load_file(folder / "model.safetensors").items()}
        self.net, self.head = Lite(), nn.Linear(LAST, shape["joint"])
        self.net.load_state_dict(_below(stored, "net."))
        self.head.load_state_dict(_below(stored, "picture."))
        self.tower = CLIPTextModelWithProjection(CLIPTextConfig(**shape["text"]))
        report = self.tower.load_state_dict(_below(stored, "text."), strict=False)
        if missing := [name for name in report.missing_keys if "position_ids" not in name]:
            raise ExplorerError(f"The model in {folder} lacks {missing[0]}: restore the folder, or train it again.")
        self.tokenizer = _tokenizer(folder / "tokenizer.json")
        self.tokenizer.enable_truncation(shape["text"]["max_position_embeddings"])
        end = shape["text"]["eos_token_id"]
        self.tokenizer.enable_padding(pad_id=end, pad_token=self.tokenizer.id_to_token(end))
        for module in (self.net, self.head, self.tower):
            module.requires_grad_(False).eval().to(device)
        self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in torch's overloads
        self._resolution, self._device = config.resolution, device
        self.hash = _weights_hash(stored)
        self.note = note
        self.logit_scale = float(shape["logit_scale"])
        self.blocks = len(self.net.blocks)
        self.candidates: tuple[Layer, ...] = ()
        self.vocabulary = frozenset(_lines(folder / "words.txt"))
        self.picture_mean = np.asarray(shape["picture_mean"], np.float32) if "picture_mean" in shape else None

    def grid_shape(self, width: int, height: int) -> tuple[int, int]:
        factor = self._resolution / max(width, height) / STRIDE
        return 2 * max(1, round(height * factor)), 2 * max(1, round(width * factor))

    def prepare(self, picture: Image.Image, width: int, height: int) -> Image.Image:
        rows, columns = self.grid_shape(width, height)
        return picture.resize((columns * CELL, rows * CELL), Image.Resampling.BICUBIC, reducing_gap=2.0)

    @torch.inference_mode()
    def encode(self, pictures: Sequence[Image.Image]) -> list[Encoding]:
        pixels = self._pixels(pictures)
        middle = self.net.middle(pixels)
        cells = F.normalize(self._joint(self.net.last(middle)), dim=1)
        if min(pixels.shape[-2:]) * COARSE >= 2 * STRIDE:
            size = tuple(max(1, round(side * COARSE / STRIDE)) * STRIDE for side in pixels.shape[-2:])
            small = F.interpolate(pixels, size, mode="bilinear", antialias=True)
            coarse = F.normalize(self._joint(self.net(small)[1]), dim=1)
            cells = cells + F.interpolate(coarse, cells.shape[-2:], mode="bilinear")
        maps = zip(middle, cells, self._wholes(pixels), strict=True)
        return [
            Encoding(_map(match), FeatureMap(unit_rows(_map(joint).vectors)), whole) for match, joint, whole in maps
        ]

    @torch.inference_mode()
    def wholes(self, pictures: Sequence[Image.Image]) -> np.ndarray:
        """The ``whole`` vectors alone of :meth:`encode`, for pictures of one size: ``(N, P)``, unit rows."""
        return self._wholes(self._pixels(pictures))

    @torch.inference_mode()
    def details(self, picture: Image.Image) -> np.ndarray:
        """The ``match`` map alone of :meth:`encode`: ``(rows, columns, D)``."""
        return _map(self.net.middle(self._pixels([picture]))[0]).vectors

    def match_maps(self, pictures: Sequence[Image.Image], layers: Sequence[Layer]) -> list[list[FeatureMap]]:
        """There is one map for details. Raises :class:`ExplorerError` for any layer."""
        if layers:
            raise ExplorerError(_ONE_MAP)
        return [[] for _ in pictures]

    def matching_with(self, layer: Layer) -> SmallEncoder:
        raise ExplorerError(_ONE_MAP)

    def _wholes(self, pixels: torch.Tensor) -> np.ndarray:
        square = F.interpolate(pixels, (NATIVE, NATIVE), mode="bicubic", antialias=True).clamp(0, 1)
        return unit_rows(self._joint(self.net(square)[1]).mean((2, 3)).float().cpu().numpy())

    @torch.inference_mode()
    def words(self, texts: Sequence[str]) -> np.ndarray:
        clean = [text[:_LONGEST_TEXT].encode("utf-8", "replace").decode() for text in texts]
        ids = torch.tensor([encoding.ids for encoding in self.tokenizer.encode_batch(clean)], device=self._device)
        return unit_rows(self.tower(input_ids=ids).text_embeds.float().cpu().numpy())

    def word_pieces(self, word: str) -> int:
        return len(self.tokenizer.encode(word[:_LONGEST_TEXT], add_special_tokens=False).ids)

    def _joint(self, last: torch.Tensor) -> torch.Tensor:
        return F.conv2d(last, self.head.weight[:, :, None, None], self.head.bias)

    def _pixels(self, pictures: Sequence[Image.Image]) -> torch.Tensor:
        arrays = torch.from_numpy(np.stack([np.asarray(picture) for picture in pictures])).to(self._device)
        return (arrays.permute(0, 3, 1, 2).float() / 255).contiguous(memory_format=torch.channels_last)


def folder_of(config: Config) -> Path:
    """The folder of the model that a config names."""
    return MINI_FOLDER if config.model in BUNDLED_NAMES else Path(config.model)


def is_small(config: Config) -> bool:
    """Whether the config's model is the bundled one, or a folder with a model of this kind."""
    if config.model in BUNDLED_NAMES:
        return True
    try:
        return json.loads((folder_of(config) / "config.json").read_text("utf-8")).get("model_type") == MODEL_TYPE
    except (OSError, ValueError, AttributeError):
        return False


def load_small(config: Config, threads: int = 0, device: str = "") -> SmallEncoder:
    """Load the config's folder. Raises :class:`ExplorerError` when it is damaged, or the device is not there."""
    torch.set_num_threads(threads or thread_count())
    folder = folder_of(config)
    try:
        return SmallEncoder(folder, config, chosen_device(device), MINI_NOTE if folder == MINI_FOLDER else "")
    except _DAMAGED as error:
        problem = f"The model in {folder} is damaged ({type(error).__name__}): restore or replace the folder."
        raise ExplorerError(problem) from error


def _tokenizer(path: Path) -> Tokenizer:
    text = path.read_text("utf-8")
    try:
        return Tokenizer.from_str(text)
    except Exception as error:  # the library raises nothing narrower
        raise ValueError(f"{path.name} is not a tokenizer") from error


def _lines(path: Path) -> list[str]:
    """The lines of a file; none where there is no such file, as in folders of an earlier version."""
    return path.read_text("utf-8").splitlines() if path.is_file() else []


def _map(cells: torch.Tensor) -> FeatureMap:
    """``(D, rows, columns)`` to a map."""
    return FeatureMap(np.ascontiguousarray(cells.permute(1, 2, 0).float().cpu().numpy()))


def _below(stored: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in stored.items() if name.startswith(prefix)}


def _weights_hash(stored: dict[str, torch.Tensor]) -> str:
    digest = hashlib.sha256(repr((MODEL_TYPE, NATIVE, COARSE)).encode())
    for name, tensor in sorted(stored.items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
