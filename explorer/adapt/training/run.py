"""The training loop that all stages share: a time budget, a learning-rate schedule, checkpoints, a weight average."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from explorer.adapt.training.checkpoint import load_state, optimizer_tensors, restore_optimizer, save_state

log = logging.getLogger(__name__)
SAVE_EVERY = 60.0  # seconds
WARM_UP = 20  # the first twentieth of the time
GRADIENT_NORM = 1.0
Export = Callable[[dict[str, torch.Tensor]], None]
"""Writes the averaged weights of a stage."""


@dataclass(frozen=True)
class StagePlan:
    """How a stage trains: the folder of its checkpoint, seconds in all, what writes its averaged weights, pictures or
    texts per step, and the side of a crop in pixels."""

    folder: Path
    seconds: float
    export: Export
    batch: int
    side: int = 224


class WeightAverage:
    """An exponential moving average of a module's weights, which generalises better than the last ones.

    ``keep`` is the share of the average that a step leaves; in the first steps it is smaller, so that the initial
    weights are soon forgotten.
    """

    def __init__(self, module: nn.Module, keep: float = 0.998) -> None:
        self.module, self.keep, self.count = module, keep, 0
        self.values = {name: value.detach().clone().float() for name, value in module.state_dict().items()}

    def restore(self, values: dict[str, torch.Tensor], count: int) -> None:
        """Continue from the average of ``count`` steps."""
        self.values, self.count = {n: values[n].to(value.device) for n, value in self.values.items()}, count

    @torch.no_grad()
    def update(self) -> None:
        """Take the module's present weights into the average."""
        self.count += 1
        keep = min(self.keep, self.count / (self.count + 9))
        for name, value in self.module.state_dict().items():
            self.values[name].lerp_(value.float(), 1 - keep)


class TrainingRun:
    """The training of ``module`` by a plan; a killed run continues from its last checkpoint.

    The optimizers' learning rates are the peaks of the schedule: linear warm-up over the first twentieth of the time,
    then a cosine to zero. ``average``, if any, is updated at every step and exported at every checkpoint.
    """

    def __init__(
        self,
        plan: StagePlan,
        module: nn.Module,
        optimizers: list[torch.optim.Optimizer],
        average: WeightAverage | None = None,
    ) -> None:
        self.plan, self.module, self.optimizers, self.average = plan, module, optimizers, average
        self.rates = [[group["lr"] for group in optimizer.param_groups] for optimizer in optimizers]
        self.earlier_seconds, self.step = 0.0, 0
        self._resume()
        self.started = self.saved = time.monotonic()

    def _resume(self) -> None:
        state = load_state(self.plan.folder)
        if state is None:
            return
        tensors, record = state
        self.module.load_state_dict(_under(tensors, "model."))
        if self.average:
            self.average.restore(_under(tensors, "mean."), record["step"])
        for number, optimizer in enumerate(self.optimizers):
            restore_optimizer(optimizer, tensors, f"optimizer{number}")
        self.earlier_seconds, self.step = record["seconds"], record["step"]
        log.info("%s: resuming at step %d", self.plan.folder.name, self.step)

    @property
    def elapsed(self) -> float:
        """Seconds of training, earlier runs of the stage included."""
        return self.earlier_seconds + time.monotonic() - self.started

    @property
    def progress(self) -> float:
        """Elapsed share of the time, from 0 to 1."""
        return min(1.0, self.elapsed / max(self.plan.seconds, 1e-6))

    def steps(self) -> Iterator[int]:
        """Step numbers until the time is up; sets the learning rates, saves every minute and at the end."""
        while self.progress < 1:
            factor = min(1.0, self.progress * WARM_UP + 0.01) * (0.5 + 0.5 * math.cos(math.pi * self.progress))
            for optimizer, rates in zip(self.optimizers, self.rates, strict=True):
                for group, rate in zip(optimizer.param_groups, rates, strict=True):
                    group["lr"] = rate * factor
            yield self.step
            self.step += 1
            if time.monotonic() - self.saved > SAVE_EVERY:
                self.save()
        self.save()
        log.info("%s: %d steps in %.0f s", self.plan.folder.name, self.step, self.elapsed)

    def minimise(self, loss: torch.Tensor) -> None:
        """A step of every optimizer down the gradient of the loss, then the weight average."""
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([p for p in self.module.parameters() if p.grad is not None], GRADIENT_NORM)
        for optimizer in self.optimizers:
            optimizer.step()
        if self.average:
            self.average.update()

    def save(self) -> None:
        """Write the checkpoint, and export the averaged weights."""
        state = {f"model.{name}": value for name, value in self.module.state_dict().items()}
        for number, optimizer in enumerate(self.optimizers):
            state |= optimizer_tensors(optimizer, f"optimizer{number}")
        if self.average:
            state |= {f"mean.{name}": value for name, value in self.average.values.items()}
        save_state(self.plan.folder, state, {"step": self.step, "seconds": self.elapsed})
        if self.average:
            self.plan.export(self.average.values)
        self.saved = time.monotonic()


def _under(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
