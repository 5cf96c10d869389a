"""Half precision where the machine computes in it, and only there: emulated, it takes fifty times as long."""

from __future__ import annotations

import torch
from torch.optim import _muon


def fast_dtype(device: torch.device | str) -> torch.dtype:
    """bfloat16 on a GPU, or on a processor that has it in hardware; else float32."""
    kind = torch.device(device).type
    native = kind == "cuda" or (
        kind == "cpu" and (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    )
    return torch.bfloat16 if native else torch.float32


def mixed(device: torch.device | str) -> torch.autocast:
    """A context in which matrix products are done in the fast precision."""
    dtype = fast_dtype(device)
    kind = torch.device(device).type
    return torch.autocast(kind, torch.bfloat16, enabled=dtype is torch.bfloat16)


def muon(parameters: list[torch.nn.Parameter], decay: float, rate: float) -> torch.optim.Optimizer:
    """PyTorch's Muon; its Newton-Schulz steps, which it always does in bfloat16, in the fast precision.

    Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024).
    """
    if parameters and fast_dtype(parameters[0].device) is torch.float32:
        _muon._zeropower_via_newtonschulz = _orthogonalised
    return torch.optim.Muon(parameters, lr=rate, weight_decay=decay, adjust_lr_fn="match_rms_adamw")


def _orthogonalised(
    grad: torch.Tensor, ns_coefficients: tuple[float, float, float], ns_steps: int, eps: float
) -> torch.Tensor:
    """The quintic Newton-Schulz iteration towards the nearest matrix of orthonormal rows, ``(m, n) -> (m, n)``."""
    a, b, c = ns_coefficients
    tall = grad.shape[0] > grad.shape[1]
    found = (grad.T if tall else grad) / grad.norm().clamp(min=eps)
    for _ in range(ns_steps):
        gram = found @ found.T
        found = a * found + (b * gram + c * gram @ gram) @ found
    return found.T if tall else found
