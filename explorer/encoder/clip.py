"""Hugging Face ``CLIPModel`` as a dense encoder. (torch and transformers only here and in ``adapt``.)

CLIP was trained to summarise a whole picture in its class token. Two things make its patch tokens useful as well:

* *For words*, patch tokens belong in the joint space: the last block's values take attention's place (every patch
  keeps to itself instead of gathering from everywhere), then ``post_layernorm`` and ``visual_projection`` as for the
  class token. Zhou, Loy and Dai, "Extract free dense labels from CLIP" (MaskCLIP), ECCV 2022, section 3.2.
* *For matching details*, patch tokens of an earlier block localise better; which block is a setting.
  A model's own config may name it, and that its values match better than its tokens (``match_layer: -2``,
  ``match_facet: "value"``). For one that names none it is chosen (:mod:`explorer.calibration.blocks`).

Pictures keep their aspect ratio: both sides are brought to whole numbers of patches and position embeddings are
interpolated, so nothing is cropped away and a detail in a corner is findable.
"""

from __future__ import annotations

import copy
import hashlib
import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image
from transformers import CLIPModel, SiglipModel

from explorer.config import FACETS, Config
from explorer.encoder import Encoding, Layer
from explorer.encoder.clip_files import Colours, read_clip
from explorer.encoder.device import chosen_device, native_bfloat16
from explorer.errors import ExplorerError
from explorer.features.grid import FeatureMap, unit_rows
from explorer.parallel import thread_count

log = logging.getLogger(__name__)

DEFAULT_LAYER = -3
"""Block for matching where neither the user nor the model's own config names one, and there are too few works to
choose one by."""
CANDIDATE_BLOCKS = 6
"""How many of a model's last blocks a layer is chosen from."""

CLIP_COLOURS: Colours = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
"""Those of OpenAI's CLIP models."""
LONGEST_TEXT = 2000  # characters; far beyond the 77 tokens any CLIP reads


class ClipEncoder:
    """A CLIP and its tokenizer, on one device. See :class:`explorer.encoder.Encoder`.

    With the config's ``bfloat16`` matrix products of the vision model are in half precision, where the device has that
    in hardware; elsewhere in full precision, which gives the same vectors but for rounding. Words, which are few, are
    always in full precision.
    """

    def __init__(
        self,
        model: CLIPModel | SiglipModel,
        tokenizer: Any,
        config: Config,
        device: str,
        colours: Colours = CLIP_COLOURS,
    ) -> None:
        self.model: Any = model.eval().to(device)
        self.tokenizer = tokenizer
        self._resolution = config.resolution
        self._device = device
        self._half = config.bfloat16 and native_bfloat16(device)
        if config.bfloat16 and not self._half:
            log.warning(
                "This machine has no bfloat16 in hardware: the model computes in full precision, which takes longer."
            )
        named = getattr(model.config, "match_layer", None)
        default = Layer(DEFAULT_LAYER if named is None else named, getattr(model.config, "match_facet", "token"))
        vision: Any = model.config.vision_config
        self.blocks: int = vision.num_hidden_layers
        self.layer = self._checked(Layer(config.match_layer or default.block, config.match_facet or default.facet))
        last = range(-1, -1 - min(CANDIDATE_BLOCKS, self.blocks), -1)
        self.candidates: tuple[Layer, ...] = (
            () if named is not None else tuple(Layer(block, facet) for block in last for facet in FACETS)
        )
        self._patch: int = vision.patch_size
        self._mean = torch.tensor(colours[0], device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(colours[1], device=device).view(1, 3, 1, 1)
        reading = (default.block, default.facet == "value", False)  # the last: not in tiles, as models once could be
        self.hash = _weights_hash(model, (*reading, "bfloat16") if config.bfloat16 else reading)
        self.note = ""
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
        outputs = zip(*self.forward(self._pixels(pictures)), strict=True)
        return [
            Encoding(FeatureMap(match.reshape(rows, columns, -1)), FeatureMap(joint.reshape(rows, columns, -1)), whole)
            for match, joint, whole in outputs
        ]

    @torch.inference_mode()
    def match_maps(self, pictures: Sequence[Image.Image], layers: Sequence[Layer]) -> list[list[FeatureMap]]:
        columns, rows = (side // self._patch for side in pictures[0].size)
        per_layer = self._outputs(self._pixels(pictures), [self._checked(layer) for layer in layers])[0]
        maps = [tokens.float().cpu().numpy().reshape(len(pictures), rows, columns, -1) for tokens in per_layer]
        return [[FeatureMap(of_layer[number]) for of_layer in maps] for number in range(len(pictures))]

    def matching_with(self, layer: Layer) -> ClipEncoder:
        changed = copy.copy(self)
        changed.layer = self._checked(layer)
        return changed

    @torch.inference_mode()
    def words(self, texts: Sequence[str]) -> np.ndarray:
        longest = self.model.config.text_config.max_position_embeddings
        tokens = self.tokenizer(
            [text[:LONGEST_TEXT].encode("utf-8", "replace").decode() for text in texts],
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
        (match,), joint, whole = self._outputs(pixels, [self.layer])
        arrays = [tensor.float().cpu().numpy() for tensor in (match, joint, whole)]
        return arrays[0], unit_rows(arrays[1]), unit_rows(arrays[2])

    def _outputs(
        self, pixels: torch.Tensor, layers: Sequence[Layer]
    ) -> tuple[list[torch.Tensor], torch.Tensor, torch.Tensor]:
        """As :meth:`forward`, with the match tokens of each of the layers, and nothing scaled to unit length."""
        with torch.autocast(torch.device(self._device).type, torch.bfloat16, enabled=self._half):
            return self._through_blocks(self.model.vision_model.embeddings(pixels, True), layers)

    def _through_blocks(
        self, embedded: torch.Tensor, layers: Sequence[Layer]
    ) -> tuple[list[torch.Tensor], torch.Tensor, torch.Tensor]:
        """Embedded tokens ``(B, 1 + N, D)``, the class token first, through all blocks: match tokens ``(B, N, D)`` for
        each of the layers, joint tokens ``(B, N, P)``, and the class token in the joint space ``(B, P)``."""
        vision, project = self.model.vision_model, self.model.visual_projection
        hidden = vision.pre_layrnorm(embedded)
        match: dict[Layer, torch.Tensor] = {}
        for number, block in enumerate(vision.encoder.layers, start=-self.blocks):
            last_input, hidden = hidden, block(hidden, None)
            for layer in layers:
                if layer.block == number:
                    match[layer] = (
                        attention_values(block, last_input[:, 1:]) if layer.facet == "value" else hidden[:, 1:]
                    )
        last = vision.encoder.layers[-1]
        joint = project(vision.post_layernorm(last.self_attn.out_proj(attention_values(last, last_input[:, 1:]))))
        return [match[layer] for layer in layers], joint, project(vision.post_layernorm(hidden[:, 0]))

    def _checked(self, layer: Layer) -> Layer:
        """The same layer. Raises :class:`ExplorerError` when the model has no such block."""
        if not -self.blocks <= layer.block <= -1:
            raise ExplorerError(
                f"The model has {self.blocks} blocks; the match layer must lie between -{self.blocks} and -1."
            )
        return layer


def load_clip(config: Config, threads: int = 0, device: str = "") -> ClipEncoder:
    """Load ``config.model``, a CLIP or a SigLIP: a local folder, or a hub id (from the cache first, then the network).

    Raises :class:`ExplorerError` when it is not to be had, or the device is not there.
    """
    torch.set_num_threads(threads or thread_count())
    device = chosen_device(device)
    files = read_clip(config.model)
    kind = ClipEncoder
    if files.kind == "siglip":
        from explorer.encoder.siglip import SiglipEncoder

        kind = SiglipEncoder
    return kind(files.model, files.tokenizer, config, device, files.colours)


def attention_values(block: Any, tokens: torch.Tensor) -> torch.Tensor:
    """The value vectors of a block's attention, before any head weighs them: what each token alone contributes."""
    return block.self_attn.v_proj(block.layer_norm1(tokens))


def _weights_hash(model: CLIPModel | SiglipModel, reading: tuple[object, ...]) -> str:
    """SHA-256, 16 hex digits, of the weights and of how they are read (``reading``, from the model's own config)."""
    digest = hashlib.sha256(repr(reading).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]
