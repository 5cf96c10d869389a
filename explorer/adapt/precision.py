"""Where and how precisely modules compute: half precision where the machine has it in hardware, and memory layout.

Half precision that is emulated takes fifty times as long, so it is chosen by the machine. All stages use this module.
"""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn
from torch.optim import _muon

from explorer.encoder.device import native_bfloat16

Module = TypeVar("Module", bound=nn.Module)


def compute_dtype(device: torch.device | str) -> torch.dtype:
    """bfloat16 on a GPU, or on a processor that has it in hardware; else float32."""
    return torch.bfloat16 if native_bfloat16(device) else torch.float32


def autocast(device: torch.device | str) -> torch.autocast:
    """A context in which matrix products are done in :func:`compute_dtype`."""
    enabled = compute_dtype(device) is torch.bfloat16
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=enabled)


def frozen(module: Module, device: torch.device | str) -> Module:
    """The module itself, moved to the device, in evaluation mode and without gradients."""
    nn.Module.to(module, device)
    return module.requires_grad_(False).eval()


def to_channels_last(module: Module) -> Module:
    """The module itself, its convolutions' weights laid out as channels-last tensors want them."""
    return module.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def channels_last(images: torch.Tensor) -> torch.Tensor:
    """``(N, C, H, W)`` with the channels contiguous, the fast layout for convolutions."""
    return images.contiguous(memory_format=torch.channels_last)


def muon_optimizer(parameters: list[nn.Parameter], decay: float, rate: float) -> torch.optim.Optimizer:
    """PyTorch's Muon; its Newton-Schulz steps, which it always does in bfloat16, in :func:`compute_dtype`.

    Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024).
    """
    if parameters and compute_dtype(parameters[0].device) is torch.float32:
        _muon._zeropower_via_newtonschulz = orthogonalise
    return torch.optim.Muon(parameters, lr=rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw")


def orthogonalise(
    grad: torch.Tensor, ns_coefficients: tuple[float, float, float], ns_steps: int, eps: float
) -> torch.Tensor:
    """The quintic Newton-Schulz iteration towards the nearest matrix of orthonormal rows, ``(m, n) -> (m, n)``.

    The parameters are named as PyTorch's Muon passes them.
    """
    a, b, c = ns_coefficients
    tall = grad.shape[0] > grad.shape[1]
    matrix = (grad.T if tall else grad) / grad.norm().clamp(min=eps)
    for _ in range(ns_steps):
        gram = matrix @ matrix.T
        matrix = a * matrix + (b * gram + c * gram @ gram) @ matrix
    return matrix.T if tall else matrix
