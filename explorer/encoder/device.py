"""The device that a model runs on."""

from __future__ import annotations

import torch

from explorer.errors import ExplorerError


def chosen_device(device: str = "") -> str:
    """The device that was asked for or, where ``device`` is empty, the best there is: CUDA, MPS, else the CPU.

    Raises :class:`ExplorerError` when it is not on this computer.
    """
    if not device:
        return _best_device()
    try:
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ExplorerError(f"There is no device {device!r} on this computer; leave it out, or use 'cpu'.") from error
    return device


def native_bfloat16(device: torch.device | str) -> bool:
    """Whether a device computes in bfloat16 in hardware. Where it is emulated it takes fifty times as long."""
    kind = torch.device(device).type
    return kind == "cuda" or (
        kind == "cpu" and (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    )


def _best_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
