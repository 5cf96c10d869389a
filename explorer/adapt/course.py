"""How long a stage trains and where it stands: by the clock, resumable, best state kept."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import nn

from explorer.adapt.checkpoint import load_state, optimizer_tensors, restore_optimizer, save_state

log = logging.getLogger(__name__)
SAVE_EVERY = 60.0  # seconds
Export = Callable[[dict[str, torch.Tensor]], None]
"""Writes a stage's mean weights so far."""


class Course:
    """One stage's training of ``modules`` for ``seconds``, saved in ``folder``; a killed run goes on where it was.
    ``export`` is called at every saving.

    The step sizes that optimisers came with rise over the first twentieth and fall with a cosine to nothing.
    """

    def __init__(self, folder: Path, seconds: float, modules: nn.Module, optimizers: list[torch.optim.Optimizer],
                 export: Callable[[], None] | None = None) -> None:
        self.folder, self.seconds, self.modules, self.optimizers = folder, seconds, modules, optimizers
        self.export = export
        self.rates = [[group["lr"] for group in optimizer.param_groups] for optimizer in optimizers]
        self.before, self.step = 0.0, 0
        found = load_state(folder)
        if found:
            tensors, record = found
            modules.load_state_dict({n[6:]: v for n, v in tensors.items() if n.startswith("model.")})
            for number, optimizer in enumerate(optimizers):
                restore_optimizer(optimizer, tensors, f"optimizer{number}")
            self.before, self.step = record["seconds"], record["step"]
            log.info("%s: going on at step %d", folder.name, self.step)
        self.started = self.saved = time.monotonic()

    @property
    def spent(self) -> float:
        return self.before + time.monotonic() - self.started

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.spent / max(self.seconds, 1e-6))

    def steps(self) -> Iterator[int]:
        """Step numbers until the time is up; sets the step sizes, saves now and then and at the end."""
        while self.progress < 1:
            factor = min(1.0, self.progress * 20 + 0.01) * (0.5 + 0.5 * math.cos(math.pi * self.progress))
            for optimizer, rates in zip(self.optimizers, self.rates, strict=True):
                for group, rate in zip(optimizer.param_groups, rates, strict=True):
                    group["lr"] = rate * factor
            yield self.step
            self.step += 1
            if time.monotonic() - self.saved > SAVE_EVERY:
                self.save()
        self.save()
        log.info("%s: %d steps in %.0f s", self.folder.name, self.step, self.spent)

    def down(self, loss: torch.Tensor) -> None:
        """One step down the slope."""
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([p for p in self.modules.parameters() if p.grad is not None], 1.0)
        for optimizer in self.optimizers:
            optimizer.step()

    def save(self) -> None:
        state = {f"model.{name}": value for name, value in self.modules.state_dict().items()}
        for number, optimizer in enumerate(self.optimizers):
            state |= optimizer_tensors(optimizer, f"optimizer{number}")
        save_state(self.folder, state, {"step": self.step, "seconds": self.spent})
        if self.export:
            self.export()
        self.saved = time.monotonic()


class Average:
    """A running mean of a module's weights, which generalises better than the last ones."""

    def __init__(self, module: nn.Module, keep: float = 0.998) -> None:
        self.module, self.keep, self.count = module, keep, 0
        self.values = {name: value.detach().clone().float() for name, value in module.state_dict().items()}

    @torch.no_grad()
    def update(self) -> None:
        self.count += 1
        keep = min(self.keep, self.count / (self.count + 9))
        for name, value in self.module.state_dict().items():
            self.values[name].lerp_(value.float(), 1 - keep)
