"""The vision tower's training loop: steps, schedule, validation, and a state that survives being killed."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from transformers import CLIPModel

from explorer.adapt.batches import Batch, Batches, Size
from explorer.adapt.checkpoint import load_state, optimizer_tensors, restore_optimizer, save_state
from explorer.adapt.learn_words import Vocabulary
from explorer.adapt.losses import Centres, Heads, Words, all_losses, total
from explorer.adapt.pictures import Work
from explorer.adapt.precision import mixed, muon
from explorer.adapt.sheets import SQUARE, Sheets
from explorer.adapt.student import Seen, Shape, see
from explorer.adapt.teacher import Teacher

log = logging.getLogger(__name__)

SHAPES = ((10, 10), (8, 12), (12, 8), (8, 8), (10, 10))
"""Cells (rows, columns) of the crops that details are learnt from: 160 px squares, or about as much."""
WHOLE_EVERY = 4  # one step in so many is of whole pictures


@dataclass(frozen=True)
class Schedule:
    """How long and how fast. The rate rises, holds, and falls over the last part, so ``steps`` can be extended."""

    steps: int = 6000
    cells: int = 3072
    """Cells per step, over all views: what a step costs."""
    rate: float = 1e-3
    decay: float = 0.05
    warm_up: int = 150
    cool_down: float = 0.35
    full_size: float = 0.25
    """The last part of the steps, in which crops of details are as large as whole pictures."""
    validate_every: int = 250
    save_minutes: float = 4.0
    optimizer: str = "muon"
    """``muon`` (orthogonalised momentum for the blocks' matrices, AdamW for the rest) or ``adamw``."""

    def rate_at(self, step: int) -> float:
        falling = (self.steps - step) / max(self.cool_down * self.steps, 1)
        return self.rate * min(1.0, (step + 1) / self.warm_up, falling)

    def size_at(self, step: int, seed: int) -> Size:
        """How many crops, and their size: full windows of 224 px in the last part."""
        rng = np.random.default_rng([seed, step, 4])
        whole = step % WHOLE_EVERY == 0
        full = whole or (step > (1 - self.full_size) * self.steps and rng.random() < 0.5)
        cells = (SQUARE, SQUARE) if full else SHAPES[rng.integers(len(SHAPES))]
        return Size(max(3, self.cells // (2 * cells[0] * cells[1])), cells, whole)


class PictureStage:
    """One run's vision training in ``run``: ``state`` to continue from, ``best`` by validation."""

    def __init__(self, run: Path, schedule: Schedule, shape: Shape, seed: int) -> None:
        self.run, self.schedule, self.shape, self.seed = run, schedule, shape, seed

    def train(
        self, model: CLIPModel, works: list[Work], captions: list[str], said: Vocabulary, teacher: Teacher
    ) -> dict[str, float]:
        """Train to the schedule's last step from wherever the state is; returns the last validation figures."""
        if model.device.type == "cpu":
            model.set_attn_implementation("eager")  # for so few tokens the fused kernel's backward is slower
        rows = {caption: row for row, caption in enumerate(captions)}
        sheets = Sheets(works, teacher, self.run / "sheets")
        captioned = [[rows[caption] for caption in work.captions] for work in works]
        training, validation = (
            Batches(works, captioned, sheets, teacher, self.seed, held_out) for held_out in (False, True)
        )
        learner = _Learner(model, Heads(self.shape), self.schedule, self.shape)
        labels, spoken = (torch.from_numpy(vectors).to(model.device) for vectors in (said.labels, said.captions))
        words = Words(labels, spoken)
        step, centres, best, figures = self._resume(learner, training)
        saved = started = time.monotonic()
        first = step
        for batch in self._ahead(training, step, centres):
            parts = learner.step(batch, words, self.schedule.rate_at(step))
            step += 1
            if step % 50 == 0:
                pace = (time.monotonic() - started) / (step - first)
                log.info("pictures %d/%d, %.2f s a step: %s", step, self.schedule.steps, pace, _line(parts))
            if step % self.schedule.validate_every == 0 or step == self.schedule.steps:
                figures = self._validate(learner, validation, centres, words)
                log.info("validation at %d: %s", step, _line(figures))
                if figures["total"] < best:
                    best = figures["total"]
                    save_state(self.run / "best", _half(model), {"step": step, **figures})
            if time.monotonic() - saved > 60 * self.schedule.save_minutes or step == self.schedule.steps:
                record = {"step": step, "best": best, "figures": figures}
                save_state(self.run / "state", learner.tensors(centres), record)
                saved = time.monotonic()
        return figures

    def _ahead(self, training: Batches, first: int, centres: Centres) -> Iterator[Batch]:
        """The batches of the steps from ``first`` on, the next made while the present one is learnt from."""
        with ThreadPoolExecutor(max_workers=1) as maker:
            waiting = None
            for step in range(first, self.schedule.steps + 1):
                ready = waiting.result() if waiting else None
                if step < self.schedule.steps:
                    waiting = maker.submit(training.batch, step, self.schedule.size_at(step, self.seed), centres)
                if ready:
                    yield ready

    def restore_best(self, model: CLIPModel) -> dict[str, float]:
        """Load the best vision tower so far into the model, if there is one; returns its validation figures."""
        found = load_state(self.run / "best")
        if found is None:
            return {}
        tensors, record = found
        model.load_state_dict({name: value.float() for name, value in tensors.items()}, strict=False)
        log.info("the best vision tower is that of step %d", record["step"])
        return record

    def _resume(self, learner: _Learner, training: Batches) -> tuple[int, Centres, float, dict[str, float]]:
        found = load_state(self.run / "state")
        if found is None:
            return 0, training.centres(), float("inf"), {}
        tensors, record = found
        learner.restore(tensors)
        log.info("continuing at step %d", record["step"])
        kept = {name: tensors[f"centres.{name}"].to(training.device) for name in Centres.__dataclass_fields__}
        centres = Centres(**kept)
        return record["step"], centres, record["best"], record["figures"]

    @torch.no_grad()
    def _validate(self, learner: _Learner, validation: Batches, centres: Centres, words: Words) -> dict[str, float]:
        """Mean losses over fixed crops of works held out, and how often a cell's best match is the right one."""
        learner.model.eval()
        sums: dict[str, float] = {}
        sizes = [Size(16, (10, 10)), Size(16, (10, 10)), Size(8, (14, 14)), Size(12, (14, 14), whole=True)]
        for number, size in enumerate(sizes):
            batch = validation.batch(2**30 + number, size, centres)
            seen = learner.see(batch)
            parts = all_losses(seen, batch, learner.heads, words, learner.model.logit_scale)
            parts |= {"total": total(parts), "finds": _finds(seen, batch), "labelled": _labelled(seen, batch, words)}
            for name, value in parts.items():
                sums[name] = sums.get(name, 0.0) + float(value) / len(sizes)
        return sums


class _Learner:
    """Model, readouts and optimizers: what a step changes and a state holds."""

    def __init__(self, model: CLIPModel, heads: Heads, schedule: Schedule, shape: Shape) -> None:
        self.model, self.heads, self.shape = model, heads.to(model.device), shape
        blocks = [p for p in model.vision_model.encoder.parameters() if p.ndim == 2 and schedule.optimizer == "muon"]
        taken = {id(p) for p in blocks}
        vision = [*model.vision_model.parameters(), *model.visual_projection.parameters(), model.logit_scale]
        rest = [p for p in [*vision, *heads.parameters()] if id(p) not in taken]
        decayed, plain = [p for p in rest if p.ndim > 1], [p for p in rest if p.ndim <= 1]
        groups = [{"params": decayed}, {"params": plain, "weight_decay": 0.0}]
        self.optimizers = [torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=schedule.decay)]
        if blocks:
            self.optimizers.append(muon(blocks, schedule.decay))
        self.parameters = [*blocks, *rest]

    def see(self, batch: Batch) -> Seen:
        with mixed(self.model.device):
            return see(self.model, batch.pixels, self.shape.match_layer, batch.windows)

    def step(self, batch: Batch, words: Words, rate: float) -> dict[str, torch.Tensor]:
        self.model.train()
        parts = all_losses(self.see(batch), batch, self.heads, words, self.model.logit_scale)
        for optimizer in self.optimizers:
            optimizer.zero_grad()
            for group in optimizer.param_groups:
                group["lr"] = rate
        total(parts).backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 2.0)
        for optimizer in self.optimizers:
            optimizer.step()
        return parts

    def tensors(self, centres: Centres) -> dict[str, torch.Tensor]:
        """Everything that must come back for training to go on as if it had not stopped."""
        found = {f"model.{name}": value for name, value in _vision(self.model).items()}
        found |= {f"heads.{name}": value for name, value in self.heads.state_dict().items()}
        for number, optimizer in enumerate(self.optimizers):
            found |= optimizer_tensors(optimizer, f"optimizer{number}")
        return found | {f"centres.{name}": getattr(centres, name) for name in Centres.__dataclass_fields__}

    def restore(self, tensors: dict[str, torch.Tensor]) -> None:
        parts = {"model": self.model, "heads": self.heads}
        for prefix, module in parts.items():
            cut = len(prefix) + 1
            state = {name[cut:]: value for name, value in tensors.items() if name.startswith(prefix + ".")}
            module.load_state_dict(state, strict=False)
        for number, optimizer in enumerate(self.optimizers):
            restore_optimizer(optimizer, tensors, f"optimizer{number}")


def _vision(model: CLIPModel) -> dict[str, torch.Tensor]:
    return {name: value for name, value in model.state_dict().items() if not name.startswith("text_")}


def _half(model: CLIPModel) -> dict[str, torch.Tensor]:
    return {name: value.half() for name, value in _vision(model).items()}


def _finds(seen: Seen, batch: Batch) -> torch.Tensor:
    """Share of cells of the first views whose nearest cell in all second views is one that the teacher holds the same
    (cosine above 0.9 between targets, or the teacher's own first choice)."""
    half = len(seen.match) // 2
    first, second = (F.normalize(part.flatten(0, 1), dim=-1) for part in (seen.match[:half], seen.match[half:]))
    truth = batch.targets.cells[:half].flatten(0, 1) @ batch.targets.cells[half:].flatten(0, 1).T
    chosen = (first @ second.T).argmax(dim=1)
    reached = truth.gather(1, chosen[:, None])[:, 0]
    return (reached >= truth.amax(dim=1).clamp(max=0.9)).float().mean()


def _labelled(seen: Seen, batch: Batch, words: Words) -> torch.Tensor:
    """Share of views whose nearest label is among the teacher's first five."""
    nearest = (F.normalize(seen.whole, dim=-1) @ words.labels.T).argmax(dim=1, keepdim=True)
    return (batch.targets.labels.topk(5, dim=1).indices == nearest).any(dim=1).float().mean()


def _line(figures: dict[str, torch.Tensor] | dict[str, float]) -> str:
    return ", ".join(f"{name} {torch.as_tensor(value).item():.3f}" for name, value in figures.items())
