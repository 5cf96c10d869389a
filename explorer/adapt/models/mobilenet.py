"""MobileNet V2 in float PyTorch, read out of its quantised TensorFlow Lite file: a dense teacher.

The first model that was called ``mini`` was distilled from it, and the benchmarks still compare with it; no stage of
today uses it. Why PyTorch: the file's own interpreter takes a single picture of 224 x 224 pixels at a time; this runs
in batches at any size, with the 96-channel layer at stride 16, the grid of a patch-16 transformer.

Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (CVPR 2018); the file is TensorFlow's
``mobilenet_v2_1.0_224_quant`` (Apache-2.0).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from explorer.adapt.models.flatbuffers import Table
from explorer.errors import ExplorerError

DENSE_LAYER = "expanded_conv_12/add"
FEATURE_LAYER = "Conv_1/Relu6"
OPERATIONS = {0: "add", 1: "pool", 3: "conv", 4: "depthwise"}  # BuiltinOperator; the rest ends the network
FUSED_RELU6 = 3  # ActivationFunctionType
TENSOR_TYPES = {2: "<i4", 3: "u1"}  # TensorType: int32 biases, uint8 weights


@dataclass(frozen=True)
class MobileNetOutput:
    """Feature maps of a batch of N pictures of H x W pixels (multiples of 32).

    ``dense (N, 96, H/16, W/16)``: the map that details are matched by; ``last (N, 1280, H/32, W/32)``: the last map,
    whose mean over a picture is the classifier's input.
    """

    dense: torch.Tensor
    last: torch.Tensor


@dataclass
class _Step:
    kind: str
    inputs: list[int]
    output: int
    stride: int = 1
    relu6: bool = False
    weight: torch.Tensor | None = None
    bias: torch.Tensor | None = None


class MobileNet:
    """MobileNet V2 as a list of PyTorch calls. Raises :class:`ExplorerError` for a file that holds no such network."""

    def __init__(self, path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> None:
        if not Path(path).is_file():
            raise ExplorerError(f"The teacher file {path} is missing: name a MobileNet V2 TensorFlow Lite file.")
        graph = _Graph(Path(path).read_bytes())
        self.steps = graph.steps(device, dtype)
        self.names = graph.names
        self.input_number = graph.input_number
        self.device, self.dtype = device, dtype
        self.dense_number = self._tensor_named(DENSE_LAYER)
        self.last_number = self._tensor_named(FEATURE_LAYER)

    def _tensor_named(self, layer: str) -> int:
        for step in self.steps:
            if f"/{layer}" in self.names[step.output].split(";")[0]:
                return step.output
        raise ExplorerError(f"The teacher file holds no layer {layer}: it must be a MobileNet V2.")

    @torch.inference_mode()
    def run(self, pixels: torch.Tensor) -> MobileNetOutput:
        """Feature maps of ``pixels (N, 3, H, W)`` in 0 to 1."""
        tensors = self._tensors(pixels)
        return MobileNetOutput(tensors[self.dense_number].float(), tensors[self.last_number].float())

    def _tensors(self, pixels: torch.Tensor) -> dict[int, torch.Tensor]:
        """The two feature maps, by tensor number; every other tensor is dropped after its last use."""
        wanted = {self.dense_number, self.last_number}
        last_use = {number: position for position, step in enumerate(self.steps) for number in step.inputs}
        scaled = pixels.to(self.device, self.dtype) * 2 - 1
        values = {self.input_number: scaled.contiguous(memory_format=torch.channels_last)}
        for position, step in enumerate(self.steps[:-1]):
            if step.kind == "pool":
                break
            values[step.output] = _apply(step, [values[number] for number in step.inputs])
            for number in step.inputs:
                if last_use[number] == position and number not in wanted:
                    del values[number]
        return values


def _apply(step: _Step, inputs: list[torch.Tensor]) -> torch.Tensor:
    return inputs[0] + inputs[1] if step.kind == "add" else _convolve(step, inputs[0])


def _convolve(step: _Step, x: torch.Tensor) -> torch.Tensor:
    if step.weight is None:
        raise ExplorerError("The teacher file's operations are not a MobileNet V2's: name another .tflite file.")
    kernel = step.weight.shape[-1]
    if kernel > 1:
        across, down = (_same_padding(side, kernel, step.stride) for side in (x.shape[-1], x.shape[-2]))
        x = F.pad(x, [*across, *down])
    groups = x.shape[1] if step.kind == "depthwise" else 1
    x = F.conv2d(x, step.weight, step.bias, stride=step.stride, groups=groups)
    return x.clamp_(0, 6) if step.relu6 else x


def _same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's SAME padding: an odd pixel goes to the right and bottom, unlike PyTorch's symmetric padding."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class _Graph:
    """The TensorFlow Lite model's tables, dequantised. Field numbers are ``schema.fbs``'s."""

    def __init__(self, data: bytes) -> None:
        if data[4:8] != b"TFL3":
            raise ExplorerError("The teacher file is not a TensorFlow Lite model: name a .tflite file.")
        model = Table.root(data)
        self.codes = [max(code.number(0, "<b"), code.number(3)) for code in model.tables(1)]
        subgraph = model.tables(2)[0]
        self.buffers = model.tables(4)
        self.tensors = subgraph.tables(0)
        self.names = [tensor.text(3) for tensor in self.tensors]
        self.input_number = int(subgraph.array(1, "<i4")[0])
        self.operators = subgraph.tables(3)

    def constant(self, number: int) -> np.ndarray:
        """A weight or bias as float32 in its stored shape: ``scale * (value - zero_point)``."""
        tensor = self.tensors[number]
        shape = tensor.array(0, "<i4")
        stored = self.buffers[tensor.number(2, "<I")].array(0, "u1")  # bytes, whatever the tensor's type
        values = np.frombuffer(stored, TENSOR_TYPES[tensor.number(1, "<b")])
        quantization = _present(tensor.table(4))
        scale, zero = quantization.array(2, "<f4"), quantization.array(3, "<i8")
        zero_point = zero[0] if len(zero) else 0
        return ((values.astype(np.float32) - np.float32(zero_point)) * scale[0]).reshape(shape)

    def steps(self, device: str, dtype: torch.dtype) -> list[_Step]:
        """The convolutions, additions and the pooling in order; the classifier's convolution is the last."""
        steps = []
        for operator in self.operators:
            kind = OPERATIONS.get(self.codes[operator.number(0, "<I")])
            if kind is None:
                break
            inputs = operator.array(1, "<i4").tolist()
            step = _Step(kind, inputs[: 2 if kind == "add" else 1], int(operator.array(2, "<i4")[0]))
            if kind in {"conv", "depthwise"}:
                step.stride, step.relu6 = self._convolution_options(operator, kind)
                axes = (3, 0, 1, 2) if kind == "depthwise" else (0, 3, 1, 2)  # to (out, in / groups, row, column)
                weight = torch.from_numpy(self.constant(inputs[1]).transpose(axes).copy())
                step.weight = weight.to(device, dtype).contiguous(memory_format=torch.channels_last)
                step.bias = torch.from_numpy(self.constant(inputs[2])).to(device, dtype)
            steps.append(step)
        return steps

    def _convolution_options(self, operator: Table, kind: str) -> tuple[int, bool]:
        """Stride, and whether a ReLU6 follows."""
        options = _present(operator.table(4))
        return options.number(1), options.number(4 if kind == "depthwise" else 3, "<b") == FUSED_RELU6


def _present(table: Table | None) -> Table:
    if table is None:
        raise ExplorerError(
            "The teacher file lacks a table that a quantised MobileNet V2 has: name another .tflite file."
        )
    return table
