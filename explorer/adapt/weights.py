"""The weights that stages have written so far: read from and written to disk, and put together as models."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from transformers import CLIPTextModelWithProjection

from explorer.adapt.evaluation import ImageModel
from explorer.adapt.models.clip_student import build_clip, student_shape, vision_forward
from explorer.adapt.models.heads import Heads
from explorer.adapt.models.text_tower import TextShape, build_text_tower
from explorer.adapt.models.upper_blocks import UpperBlocks, interpolate_weights, pool_cells
from explorer.adapt.precision import autocast, channels_last, frozen, to_channels_last
from explorer.encoder.lite import Lite
from explorer.errors import ExplorerError


class StageWeights:
    """Files ``heads``, ``tuned``, ``tower`` and ``student`` in the folder ``out``, ``ridge`` in ``run``; the frozen
    network in ``prepared``."""

    def __init__(self, prepared: Path, run: Path, out: Path, device: str) -> None:
        self.prepared, self.run, self.out, self.device = prepared, run, out, device

    # -- files ---------------------------------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        return self._path(name).is_file()

    def write(self, name: str, tensors: dict[str, torch.Tensor], dtype: torch.dtype = torch.float16) -> None:
        """Replace a file of weights atomically."""
        stored = {n: v.detach().cpu().contiguous() for n, v in tensors.items()}
        stored = {n: v.to(dtype) if v.is_floating_point() else v for n, v in stored.items()}
        temporary = self._path(name).with_suffix(".part")
        save_file(stored, temporary)
        temporary.replace(self._path(name))

    def read(self, name: str) -> dict[str, torch.Tensor]:
        """Weights in float32 on the device. Raises :class:`ExplorerError` when no stage has written them."""
        path = self._path(name)
        if not path.is_file():
            raise ExplorerError(f"There is no {path.name} in {path.parent} yet: run the stage before this one.")
        return {n: v.to(self.device).float() if v.is_floating_point() else v for n, v in load_file(path).items()}

    def _path(self, name: str) -> Path:
        return (self.run if name == "ridge" else self.out) / f"{name}.safetensors"

    # -- models --------------------------------------------------------------------------------------------------------

    @cached_property
    def _frozen(self) -> dict[str, torch.Tensor]:
        return {n: v.float() for n, v in load_file(self.prepared / "lite.safetensors").items()}

    @cached_property
    def net(self) -> Lite:
        """The frozen network."""
        net = Lite()
        net.load_state_dict({n.removeprefix("net."): v for n, v in self._frozen.items() if n.startswith("net.")})
        return to_channels_last(frozen(net, self.device))

    @property
    def classifier(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Of ImageNet's 1,000 classes: weight ``(1000, 1280)`` and bias ``(1000,)``."""
        return self._frozen["weight"].to(self.device), self._frozen["bias"].to(self.device)

    def heads(self, name: str = "heads") -> Heads:
        """Frozen: the heads after contrastive learning, or after ``ridge`` alone."""
        heads = Heads()
        heads.load_state_dict({n: v for n, v in self.read(name).items() if not n.startswith("space.")})
        return frozen(heads, self.device)

    def text_tower(self) -> CLIPTextModelWithProjection:
        tower = build_text_tower(TextShape())
        tower.load_state_dict(self.read("tower"), strict=False)
        return frozen(tower, self.device)

    def upper_blocks(self, share: float, heads: str = "heads") -> UpperBlocks:
        """The upper blocks, ``share`` of the way from frozen (0) to tuned (1)."""
        upper = UpperBlocks(self.net, self.heads(heads)).to(self.device)
        if share:
            upper.load_state_dict(interpolate_weights(upper.state_dict(), self.read("tuned"), share))
        return to_channels_last(frozen(upper, self.device))

    def image_models(self) -> dict[str, ImageModel]:
        """By name, every image model that the stages so far allow."""
        models = {"heads": self._network(0.0, "heads")}
        if self.has("ridge"):
            models = {"ridge": self._network(0.0, "ridge")} | models
        if self.has("tuned"):
            models |= {"tuned half": self._network(0.5, "heads"), "tuned": self._network(1.0, "heads")}
        if self.has("student"):
            models["student"] = self._student()
        return models

    def _network(self, share: float, heads: str) -> ImageModel:
        upper = self.upper_blocks(share, heads)

        def embed(pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            with autocast(self.device):
                cells = upper(self.net.middle(channels_last(pixels)))
            return pool_cells(cells), cells

        return embed

    def _student(self) -> ImageModel:
        shape = student_shape()
        model = build_clip(shape)
        model.load_state_dict(self.read("student"), strict=False)
        frozen(model, self.device)

        def embed(pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            with autocast(self.device):
                output = vision_forward(model, pixels, shape.match_layer)
            cells = output.joint.transpose(1, 2).unflatten(2, tuple(s // shape.patch for s in pixels.shape[-2:]))
            return F.normalize(output.whole, dim=-1), cells

        return embed


def student_vision_weights(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The vision tower's weights of a :class:`~explorer.adapt.training.distil.Student`, named as in a ``CLIPModel``."""
    named = {n.removeprefix("model."): v for n, v in state.items() if not n.startswith("readout")}
    return {n: v for n, v in named.items() if n.startswith("vis")}
