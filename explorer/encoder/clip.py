"""Hugging Face ``CLIPModel`` as a dense encoder. (torch and transformers only here and in ``adapt``.)

CLIP was trained to summarise a whole picture in its class token. Two things make its patch tokens useful as well:

* *For words*, patch tokens belong in the joint space: the last block's values take attention's place (every patch
  keeps to itself instead of gathering from everywhere), then ``post_layernorm`` and ``visual_projection`` as for the
  class token. Zhou, Loy and Dai, "Extract free dense labels from CLIP" (MaskCLIP), ECCV 2022, section 3.2.
* *For matching details*, patch tokens of an earlier block say more about what is *there*; which block is a setting.
  A model's own config may name it, and say that its values match better than its tokens (``match_layer: -2``,
  ``match_facet: "value"``). For one that names none it is chosen (:mod:`explorer.calibration.blocks`).

Pictures keep their aspect ratio: both sides are brought to whole numbers of patches and position embeddings are
interpolated, so nothing is cropped away and a detail in a corner is findable. A model whose config has ``tiled: true``
sees them in tiles of its native size instead (:mod:`explorer.encoder.tiles`), and the whole once more, squeezed.
"""

from __future__ import annotations

import copy
import hashlib
import logging
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import huggingface_hub
import numpy as np
import torch
from PIL import Image
from safetensors import SafetensorError
from torch.nn.functional import interpolate
from transformers import AutoConfig, AutoTokenizer, CLIPModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.utils import logging as transformers_logging

from explorer.config import FACETS, MINI_MODEL, Config
from explorer.encoder import Encoding, Layer
from explorer.encoder.tiles import Tiling
from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap, unit_rows
from explorer.paths import ASSETS

MINI_FOLDER = ASSETS / "models" / "mini"
MINI_NOTE = (
    "This is the project's own small model, trained on some 1,600 pictures: it finds details that were copied closely "
    "and knows few words. Serious work wants a full CLIP (index with --model openai/clip-vit-base-patch16)."
)
DEFAULT_LAYER = -3
"""Block for matching where neither the user nor the model's own config names one, and there are too few works to
choose one by: past the edges, before the gist."""
CANDIDATE_BLOCKS = 6
"""How many of a model's last blocks a layer is chosen from."""

Colours = tuple[tuple[float, ...], tuple[float, ...]]
"""Mean and standard deviation of red, green and blue, in 0 to 1, that a model's input is normalised by."""
CLIP_COLOURS: Colours = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
_UNUSABLE = (
    OSError, ValueError, RuntimeError, TypeError, AttributeError, LookupError, SafetensorError, httpx.HTTPError,
)  # fmt: skip
"""What loading a missing, damaged or foreign model raises."""
_LONGEST_TEXT = 2000  # characters; far beyond the 77 tokens any CLIP reads

log = logging.getLogger(__name__)


class ClipEncoder:
    """A CLIP and its tokenizer, on one device. See :class:`explorer.encoder.Encoder`."""

    def __init__(
        self, model: CLIPModel, tokenizer: Any, config: Config, device: str, colours: Colours = CLIP_COLOURS,
        note: str = "",
    ) -> None:  # fmt: skip
        self.model = model.eval().to(device)
        self.tokenizer = tokenizer
        self._resolution = config.resolution
        self._device = device
        named = getattr(model.config, "match_layer", None)
        own = Layer(DEFAULT_LAYER if named is None else named, getattr(model.config, "match_facet", "token"))
        self._tiled = bool(getattr(model.config, "tiled", False))
        self.blocks = model.config.vision_config.num_hidden_layers
        self.layer = self._checked(Layer(config.match_layer or own.block, config.match_facet or own.facet))
        last = range(-1, -1 - min(CANDIDATE_BLOCKS, self.blocks), -1)
        self.candidates = () if named is not None else tuple(Layer(b, facet) for b in last for facet in FACETS)
        self._patch = model.config.vision_config.patch_size
        self._mean = torch.tensor(colours[0], device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(colours[1], device=device).view(1, 3, 1, 1)
        self.hash = _weights_hash(model, (own.block, own.facet == "value", self._tiled))
        self.note = note
        self.logit_scale = float(model.logit_scale.detach().exp())

    def grid_shape(self, width: int, height: int) -> tuple[int, int]:
        factor = self._resolution / max(width, height) / self._patch
        return max(2, round(height * factor)), max(2, round(width * factor))

    def prepare(self, picture: Image.Image, width: int, height: int) -> Image.Image:
        rows, columns = self.grid_shape(width, height)
        size = (columns * self._patch, rows * self._patch)
        return picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)

    @torch.inference_mode()
    def encode(self, pictures: Sequence[Image.Image]) -> list[Encoding]:
        columns, rows = (side // self._patch for side in pictures[0].size)
        match, joint, whole = self.forward(self._pixels(pictures))
        maps = zip(match, joint, whole, strict=True)
        return [
            Encoding(FeatureMap(m.reshape(rows, columns, -1)), FeatureMap(j.reshape(rows, columns, -1)), w)
            for m, j, w in maps
        ]

    @torch.inference_mode()
    def match_maps(self, pictures: Sequence[Image.Image], layers: Sequence[Layer]) -> list[list[FeatureMap]]:
        columns, rows = (side // self._patch for side in pictures[0].size)
        found = self._passed(self._pixels(pictures), [self._checked(layer) for layer in layers])[0]
        maps = [tokens.float().cpu().numpy().reshape(len(pictures), rows, columns, -1) for tokens in found]
        return [[FeatureMap(of_layer[number]) for of_layer in maps] for number in range(len(pictures))]

    def matching_with(self, layer: Layer) -> ClipEncoder:
        other = copy.copy(self)
        other.layer = self._checked(layer)
        return other

    @torch.inference_mode()
    def words(self, texts: Sequence[str]) -> np.ndarray:
        longest = self.model.config.text_config.max_position_embeddings
        tokens = self.tokenizer(
            [text[:_LONGEST_TEXT].encode("utf-8", "replace").decode() for text in texts],
            padding=True, truncation=True, max_length=longest, return_tensors="pt",
        )  # fmt: skip
        inputs = {name: tokens[name].to(self._device) for name in ("input_ids", "attention_mask")}
        return unit_rows(self.model.get_text_features(**inputs).pooler_output.float().cpu().numpy())

    def _pixels(self, pictures: Sequence[Image.Image]) -> torch.Tensor:
        arrays = np.stack([np.asarray(picture) for picture in pictures])
        pixels = torch.from_numpy(arrays).to(self._device).permute(0, 3, 1, 2).float() / 255
        return (pixels - self._mean) / self._std

    def forward(self, pixels: torch.Tensor) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """``(B, 3, h, w)`` to match tokens ``(B, N, D)``, joint tokens ``(B, N, P)`` and whole pictures ``(B, P)``."""
        (match,), joint, whole = self._passed(pixels, [self.layer])
        arrays = [tensor.float().cpu().numpy() for tensor in (match, joint, whole)]
        return arrays[0], unit_rows(arrays[1]), unit_rows(arrays[2])

    def _passed(
        self, pixels: torch.Tensor, layers: Sequence[Layer]
    ) -> tuple[list[torch.Tensor], torch.Tensor, torch.Tensor]:
        """As :meth:`forward`, with the match tokens of each of the layers, and nothing scaled to unit length."""
        if not self._tiled:
            return self._through(self.model.vision_model.embeddings(pixels, True), layers)
        embeddings = self.model.vision_model.embeddings
        grid = embeddings.patch_embedding(pixels).permute(0, 2, 3, 1)
        tiling = Tiling.of(*grid.shape[1:3], embeddings.image_size // self._patch)
        match, joint, _ = self._through(self._placed(tiling.split(grid), tiling.height, tiling.width), layers)
        squeezed = interpolate(pixels, (embeddings.image_size,) * 2, mode="bicubic", antialias=True)
        whole = self._through(embeddings(squeezed), ())[2]
        return [tiling.join(tokens) for tokens in match], tiling.join(joint), whole

    def _through(
        self, embedded: torch.Tensor, layers: Sequence[Layer]
    ) -> tuple[list[torch.Tensor], torch.Tensor, torch.Tensor]:
        """Embedded tokens, the class token first, through all blocks: what matches by each of the layers, joint
        tokens, the class token."""
        vision, project = self.model.vision_model, self.model.visual_projection
        hidden = vision.pre_layrnorm(embedded)
        match: dict[Layer, torch.Tensor] = {}
        for number, block in enumerate(vision.encoder.layers, start=-self.blocks):
            last_input, hidden = hidden, block(hidden, None)
            for layer in layers:
                if layer.block == number:
                    match[layer] = _values(block, last_input[:, 1:]) if layer.facet == "value" else hidden[:, 1:]
        last = vision.encoder.layers[-1]
        joint = project(vision.post_layernorm(last.self_attn.out_proj(_values(last, last_input[:, 1:]))))
        return [match[layer] for layer in layers], joint, project(vision.post_layernorm(hidden[:, 0]))

    def _placed(self, tokens: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
        """Tokens ``(N, rows * columns, D)`` with the positions of the middle of the native grid, and a class token."""
        embeddings = self.model.vision_model.embeddings
        weight = embeddings.position_embedding.weight
        side = embeddings.image_size // self._patch
        top, left = (side - rows) // 2, (side - columns) // 2
        places = weight[1:].unflatten(0, (side, side))[top : top + rows, left : left + columns].flatten(0, 1)
        start = (embeddings.class_embedding + weight[0]).expand(len(tokens), 1, -1)
        return torch.cat([start, tokens + places], dim=1)

    def _checked(self, layer: Layer) -> Layer:
        if not -self.blocks <= layer.block <= -1:
            raise ExplorerError(
                f"The model has {self.blocks} blocks; the match layer must lie between -{self.blocks} and -1."
            )
        return layer


def load_clip(config: Config, threads: int = 0, device: str = "") -> ClipEncoder:
    """Load ``config.model``: ``mini``, a local folder, or a hub id (from the cache first, then the network)."""
    torch.set_num_threads(threads or os.cpu_count() or 1)
    device = usable(device) if device else best_device()
    is_mini = config.model == MINI_MODEL
    model, tokenizer, colours = _from_pretrained(str(MINI_FOLDER) if is_mini else config.model)
    return ClipEncoder(model, tokenizer, config, device, colours, MINI_NOTE if is_mini else "")


def _from_pretrained(source: str) -> tuple[CLIPModel, Any, Colours]:
    local = Path(source).is_dir()
    if not local and (Path(source).is_absolute() or source.startswith(".") or source.count("/") > 1):
        raise ExplorerError(f"There is no model folder {source}; give a folder with a CLIPModel, a hub id, or 'mini'.")
    try:
        return _load(source, local_files_only=True)
    except _UNUSABLE as error:
        if local:
            raise ExplorerError(f"{source} does not hold a CLIPModel with its tokenizer ({_first(error)}).") from error
    log.info("fetching %s from the model hub", source)
    try:
        _reach_hub()
        return _load(source, local_files_only=False)
    except _UNUSABLE as error:
        raise ExplorerError(
            f"The model {source} is not on this computer and cannot be fetched from the model hub: connect to the "
            f"internet and try again, name a local folder with --model FOLDER, or work offline with --model mini."
        ) from error


def _reach_hub() -> None:
    """Any answer will do; without one the hub's client would go on trying for most of a minute."""
    try:
        urllib.request.urlopen(huggingface_hub.constants.ENDPOINT, timeout=10).close()
    except urllib.error.HTTPError:
        return


def _load(source: str, local_files_only: bool) -> tuple[CLIPModel, Any, Colours]:
    """Raises one of :data:`_UNUSABLE` unless every weight of a CLIPModel is there: transformers would make some up."""
    transformers_logging.set_verbosity_error()
    transformers_logging.disable_progress_bar()
    kind = AutoConfig.from_pretrained(source, local_files_only=local_files_only).model_type
    if kind != "clip":
        raise ValueError(f"it is a model of type {kind}")
    tokenizer = AutoTokenizer.from_pretrained(source, local_files_only=local_files_only)
    colours = CLIPImageProcessorPil.from_pretrained(source, local_files_only=local_files_only)
    model, report = CLIPModel.from_pretrained(
        source, local_files_only=local_files_only, dtype=torch.float32, output_loading_info=True
    )
    if missing := sorted(report["missing_keys"]):
        raise ValueError(f"{len(missing)} of its weights are missing, such as {missing[0]}")
    if not isinstance(model.config.vision_config.patch_size, int):
        raise ValueError("its patches are not square")
    if len(tokenizer) < model.config.text_config.vocab_size // 2:  # made up of nothing where its file is missing
        raise ValueError("its tokenizer is missing or belongs to another model")
    return model, tokenizer, (tuple(colours.image_mean), tuple(colours.image_std))


def _values(block: Any, tokens: torch.Tensor) -> torch.Tensor:
    """What a block's attention would gather from each token: the token itself, without what came before it."""
    return block.self_attn.v_proj(block.layer_norm1(tokens))


def best_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def usable(device: str) -> str:
    try:
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ExplorerError(f"There is no device {device!r} on this computer; leave it out, or use 'cpu'.") from error
    return device


def _weights_hash(model: CLIPModel, reading: tuple[object, ...]) -> str:
    """Of the weights, and of how the model's config says they are read."""
    digest = hashlib.sha256(repr(reading).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
