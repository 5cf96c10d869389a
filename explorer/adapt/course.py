"""How long a stage trains and where it stands: by the clock, resumable, best state kept."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from explorer.adapt.checkpoint import load_state, optimizer_tensors, restore_optimizer, save_state

log = logging.getLogger(__name__)
SAVE_EVERY = 60.0  # seconds
Export = Callable[[dict[str, torch.Tensor]], None]
"""Writes a stage's mean weights so far."""


@dataclass(frozen=True)
class Plan:
    """How a stage trains: where its state is kept, for how long, on how many pictures or texts a step, at what size."""

    folder: Path
    seconds: float
    export: Export
    batch: int
    side: int = 224


class Course:
    """One stage's training of ``modules`` by its plan; a killed run goes on where it was saved last. ``mean`` gives
    the weights that are exported at every saving.

    The step sizes that optimisers came with rise over the first twentieth and fall with a cosine to nothing.
    """

    def __init__(
        self, plan: Plan, modules: nn.Module, optimizers: list[torch.optim.Optimizer], mean: Average | None = None
    ) -> None:
        self.plan, self.modules, self.optimizers, self.mean = plan, modules, optimizers, mean
        self.rates = [[group["lr"] for group in optimizer.param_groups] for optimizer in optimizers]
        self.before, self.step = 0.0, 0
        found = load_state(plan.folder)
        if found:
            tensors, record = found
            modules.load_state_dict(_under(tensors, "model."))
            if mean:
                mean.restore(_under(tensors, "mean."), record["step"])
            for number, optimizer in enumerate(optimizers):
                restore_optimizer(optimizer, tensors, f"optimizer{number}")
            self.before, self.step = record["seconds"], record["step"]
            log.info("%s: going on at step %d", plan.folder.name, self.step)
        self.started = self.saved = time.monotonic()

    @property
    def spent(self) -> float:
        return self.before + time.monotonic() - self.started

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.spent / max(self.plan.seconds, 1e-6))

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
        log.info("%s: %d steps in %.0f s", self.plan.folder.name, self.step, self.spent)

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
        if self.mean:
            state |= {f"mean.{name}": value for name, value in self.mean.values.items()}
        save_state(self.plan.folder, state, {"step": self.step, "seconds": self.spent})
        if self.mean:
            self.plan.export(self.mean.values)
        self.saved = time.monotonic()


def _under(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


class Average:
    """A running mean of a module's weights, which generalises better than the last ones."""

    def __init__(self, module: nn.Module, keep: float = 0.998) -> None:
        self.module, self.keep, self.count = module, keep, 0
        self.values = {name: value.detach().clone().float() for name, value in module.state_dict().items()}

    def restore(self, values: dict[str, torch.Tensor], count: int) -> None:
        """Go on from the mean of ``count`` steps."""
        self.values, self.count = {n: values[n].to(value.device) for n, value in self.values.items()}, count

    @torch.no_grad()
    def update(self) -> None:
        self.count += 1
        keep = min(self.keep, self.count / (self.count + 9))
        for name, value in self.module.state_dict().items():
            self.values[name].lerp_(value.float(), 1 - keep)
