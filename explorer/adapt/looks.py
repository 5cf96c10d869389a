"""What has been trained so far, on disk and as models to look with."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

from explorer.adapt.gauge import Look
from explorer.adapt.heads import Heads
from explorer.adapt.precision import mixed
from explorer.adapt.student import Shape, build, see
from explorer.adapt.tower import TextShape, build_tower
from explorer.adapt.tune import Upper, between, whole
from explorer.encoder.lite import Lite
from explorer.errors import ExplorerError


class Trained:
    """The weights of every stage: read, written, and put together."""

    def __init__(self, prepared: Path, run: Path, out: Path, device: str) -> None:
        self.prepared, self.run, self.out, self.device = prepared, run, out, device

    # -- files ---------------------------------------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        return self._place(name).is_file()

    def write(self, name: str, tensors: dict[str, torch.Tensor], dtype: torch.dtype = torch.float16) -> None:
        """Replaces a file of weights in one go."""
        found = {n: v.detach().cpu().contiguous() for n, v in tensors.items()}
        found = {n: v.to(dtype) if v.is_floating_point() else v for n, v in found.items()}
        part = self._place(name).with_suffix(".part")
        save_file(found, part)
        part.replace(self._place(name))

    def read(self, name: str) -> dict[str, torch.Tensor]:
        path = self._place(name)
        if not path.is_file():
            raise ExplorerError(f"There is no {path.name} in {path.parent} yet: run the stage before this one.")
        return {n: v.to(self.device).float() if v.is_floating_point() else v for n, v in load_file(path).items()}

    def _place(self, name: str) -> Path:
        return (self.run if name == "ridge" else self.out) / f"{name}.safetensors"

    # -- models --------------------------------------------------------------------------------------------------------

    @cached_property
    def _frozen(self) -> dict[str, torch.Tensor]:
        return {n: v.float() for n, v in load_file(self.prepared / "lite.safetensors").items()}

    @cached_property
    def net(self) -> Lite:
        net = Lite()
        net.load_state_dict({n[4:]: v for n, v in self._frozen.items() if n.startswith("net.")})
        return net.requires_grad_(False).eval().to(self.device, memory_format=torch.channels_last)

    @property
    def classifier(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Of ImageNet's 1,000 classes: weight and bias."""
        return self._frozen["weight"].to(self.device), self._frozen["bias"].to(self.device)

    def heads(self, name: str = "heads") -> Heads:
        heads = Heads().to(self.device)
        heads.load_state_dict({n: v for n, v in self.read(name).items() if not n.startswith("space.")})
        return heads.requires_grad_(False).eval()

    def tower(self) -> nn.Module:
        tower = build_tower(TextShape())
        tower.load_state_dict(self.read("tower"), strict=False)
        return tower.to(self.device).eval()

    def upper(self, share: float, heads: str = "heads") -> Upper:
        """The upper blocks, ``share`` of the way from frozen to tuned."""
        upper = Upper(self.net, self.heads(heads)).to(self.device)
        if share:
            upper.load_state_dict(between(upper.state_dict(), self.read("tuned"), share))
        return upper.requires_grad_(False).eval().to(memory_format=torch.channels_last)

    def looks(self) -> dict[str, Look]:
        """By name, every way to see that there is."""
        found = {"heads": self._look(0.0, "heads")}
        if self.has("ridge"):
            found = {"ridge": self._look(0.0, "ridge")} | found
        if self.has("tuned"):
            found |= {"tuned half": self._look(0.5, "heads"), "tuned": self._look(1.0, "heads")}
        if self.has("student"):
            found["student"] = self._student_look()
        return found

    def _look(self, share: float, heads: str) -> Look:
        upper = self.upper(share, heads)

        def look(pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            with mixed(self.device):
                cells = upper(self.net.middle(pixels.contiguous(memory_format=torch.channels_last)))
            return whole(cells), cells

        return look

    def _student_look(self) -> Look:
        shape = student_shape()
        model = build(shape)
        model.load_state_dict(self.read("student"), strict=False)
        model.to(self.device).eval()

        def look(pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            with mixed(self.device):
                found = see(model, pixels, shape.match_layer)
            cells = found.joint.transpose(1, 2).unflatten(2, tuple(s // shape.patch for s in pixels.shape[-2:]))
            return F.normalize(found.whole, dim=-1), cells

        return look


def student_shape() -> Shape:
    text = TextShape()
    return Shape(
        width=256, layers=7, heads=8, text_width=text.width, text_layers=text.layers, text_heads=text.heads,
        text_length=text.length, vocabulary=text.vocabulary, joint=256,
    )  # fmt: skip


def vision_of(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The vision tower's part of a student's state, named as in a ``CLIPModel``."""
    named = {n.removeprefix("model."): v for n, v in state.items() if not n.startswith("readout")}
    return {n: v for n, v in named.items() if n.startswith("vis")}
