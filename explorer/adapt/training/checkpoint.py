"""Checkpoints: the training state of a stage on disk, as safetensors in shards and a JSON record, never pickled.

Written to a sibling folder and then renamed: a killed run leaves either the old state or the new one, never a half.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from explorer.errors import ExplorerError

SHARD_BYTES = 16 * 1024 * 1024 - 64 * 1024  # room for each shard's header


def save_state(folder: Path, tensors: dict[str, torch.Tensor], record: dict[str, Any]) -> None:
    """Replace the state in ``folder`` by these tensors and this JSON record."""
    fresh, old = folder.with_name(folder.name + ".new"), folder.with_name(folder.name + ".old")
    _remove(fresh)
    fresh.mkdir(parents=True)
    for number, shard in enumerate(_shards(tensors)):
        save_file(shard, fresh / f"state-{number:03d}.safetensors")
    (fresh / "state.json").write_text(json.dumps(record, indent=1), "utf-8")
    _remove(old)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    _remove(old)


def _remove(path: Path) -> None:
    """Delete what a killed save left, a folder or a file."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def load_state(folder: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]] | None:
    """The tensors and the record in ``folder``; None when no run has written there yet.

    Raises :class:`ExplorerError` when they cannot be read.
    """
    old = folder.with_name(folder.name + ".old")
    if not folder.exists() and old.exists():  # killed between the two renames
        old.rename(folder)
    if not (folder / "state.json").is_file():
        return None
    try:
        record = json.loads((folder / "state.json").read_text("utf-8"))
        tensors: dict[str, torch.Tensor] = {}
        for shard in sorted(folder.glob("state-*.safetensors")):
            tensors |= load_file(shard)
    except (OSError, ValueError) as error:
        problem = f"The training state in {folder} cannot be read ({error}): delete it to start anew."
        raise ExplorerError(problem) from error
    return tensors, record


def optimizer_tensors(optimizer: torch.optim.Optimizer, prefix: str) -> dict[str, torch.Tensor]:
    """An optimizer's running values under flat names ``prefix.parameter.value``."""
    states = optimizer.state_dict()["state"]
    return {f"{prefix}.{row}.{key}": value for row, state in states.items() for key, value in state.items()}


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, torch.Tensor], prefix: str) -> None:
    """The inverse of :func:`optimizer_tensors`."""
    current = optimizer.state_dict()
    states: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith(prefix + "."):
            _, row, key = name.rsplit(".", 2)
            states.setdefault(int(row), {})[key] = value
    optimizer.load_state_dict({**current, "state": states})


def _shards(tensors: dict[str, torch.Tensor]) -> list[dict[str, torch.Tensor]]:
    shards: list[dict[str, torch.Tensor]] = [{}]
    filled = 0
    for name, tensor in tensors.items():
        size = tensor.numel() * tensor.element_size()
        if filled + size > SHARD_BYTES and shards[-1]:
            shards.append({})
            filled = 0
        shards[-1][name] = tensor.detach().cpu().contiguous().clone()
        filled += size
    return shards
