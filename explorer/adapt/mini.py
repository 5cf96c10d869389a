"""Train the small model from pictures, what is said of them, and two teachers: ``python -m explorer.adapt.mini --help``.

Stages, each resumable, the first on a machine with the data and the packages, the others wherever the prepared folder
is: ``prepare``; ``heads`` (the frozen network into the space of pictures and words); ``tower`` (the text tower);
``tune`` (the network's upper blocks); ``distil`` (a plain CLIP vision tower); ``gauge`` (quick figures);
``write`` (the folders that the app opens). Every stage trains for so many seconds and writes its weights, in half precision, to ``--out``.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn

from explorer.adapt.gauge import Look, Speak, gauge
from explorer.adapt.heads import VIEWS, Heads, Targets, features, judged_vectors, start_by_ridge, targets, train_heads
from explorer.adapt.precision import mixed
from explorer.adapt.said import Said, read_said
from explorer.adapt.sentences import SentenceTeacher
from explorer.adapt.store import Pictures, read_pictures
from explorer.adapt.student import Shape, see
from explorer.adapt.tower import Reader, TextShape, build_tower, spoken, train_tower
from explorer.adapt.tune import Upper, between, seen_whole, tune, whole
from explorer.encoder.lite import Lite
from explorer.errors import ExplorerError

log = logging.getLogger(__name__)
STAGES = ("prepare", "heads", "tower", "tune", "distil", "gauge", "write")


@dataclass(frozen=True)
class Settings:
    """Where everything lies, and how long each stage trains."""

    prepared: Path
    run: Path
    out: Path
    data: Path | None = None
    device: str = "cpu"
    heads_seconds: float = 60
    tower_seconds: float = 600
    tune_seconds: float = 600
    distil_seconds: float = 1200
    side: int = 224
    batch: int = 384
    limit: int = 0
    """Only about so many pictures and texts, to try everything in a minute; 0: all."""
    threads: int = 8
    share: float = 0.5
    """How far the upper blocks that are written lie on the way from frozen (0) to tuned (1)."""


class Training:
    """The stages' shared data, read when first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.device = settings.device
        settings.out.mkdir(parents=True, exist_ok=True)
        settings.run.mkdir(parents=True, exist_ok=True)

    @cached_property
    def pictures(self) -> Pictures:
        started = time.monotonic()
        found = read_pictures(self.settings.prepared, self.device, self.settings.threads, self.settings.limit)
        log.info("%d pictures in %.0f s", len(found.keys), time.monotonic() - started)
        return found

    @cached_property
    def said(self) -> Said:
        return read_said(self.settings.prepared, self.settings.run, self.device, self.pictures.keys, self.settings.limit * 4)

    @cached_property
    def truth(self) -> Targets:
        return targets(self.pictures, self.said, self.device)

    @cached_property
    def parts(self) -> dict[str, torch.Tensor]:
        return {part: torch.from_numpy(self.pictures.rows(part)).to(self.device) for part in ("train", "validation")}

    @cached_property
    def teacher(self) -> tuple[Lite, tuple[torch.Tensor, torch.Tensor]]:
        stored = {n: v.float() for n, v in load_file(self.settings.prepared / "lite.safetensors").items()}
        net = Lite()
        net.load_state_dict({n[4:]: v for n, v in stored.items() if n.startswith("net.")})
        net.requires_grad_(False).eval().to(self.device, memory_format=torch.channels_last)
        known = len(self.said.labels)
        return net, (stored["weight"][:known].to(self.device), stored["bias"][:known].to(self.device))

    def heads(self) -> None:
        heads, gen = Heads().to(self.device), torch.Generator(self.device).manual_seed(10)
        started = time.monotonic()
        views = 3 if self.settings.limit else VIEWS
        seen = features(self.teacher[0], self.pictures, self.settings.side, views, gen)
        log.info("features of %d views in %.0f s", views, time.monotonic() - started)
        start_by_ridge(heads, seen, self.truth, self.parts["train"], self.parts["validation"])
        self.write("ridge", heads.state_dict(), torch.float32)
        found = train_heads(heads, seen, self.teacher[1], self.truth, self.parts, self.settings.run,
                            self.settings.heads_seconds)  # fmt: skip
        self.write("heads", heads.state_dict() | {f"space.{n}": v for n, v in vars(self.said.space).items()}, torch.float32)
        with torch.no_grad():
            vectors = torch.stack([F.normalize(heads.picture(view.float()), dim=-1) for view in seen])
        save_file({"vectors": vectors.half().cpu()}, self.settings.run / "views.safetensors")
        self.report("heads", found)

    def tower(self) -> None:
        shape, heads = TextShape(), self.trained_heads()
        tower = build_tower(shape).to(self.device)
        views = load_file(self.settings.run / "views.safetensors")["vectors"].to(self.device).float()
        found = train_tower(
            tower, Reader(self.settings.prepared / "tokenizer", shape), heads, self.said, self.truth, views,
            self.parts["train"], self.settings.run, self.settings.tower_seconds,
            lambda values: self.write("tower", values), 64 if self.settings.limit else 2048,
        )  # fmt: skip
        self.write("tower", tower.state_dict())
        self.report("tower", found)

    def tune(self) -> None:
        (net, classifier), heads = self.teacher, self.trained_heads()
        upper = Upper(net, heads).to(self.device).requires_grad_(True)
        start = {name: value.clone() for name, value in upper.state_dict().items()}
        average, found = tune(
            net, upper, heads, classifier, self.pictures, self.truth, self.parts, self.settings.run,
            self.settings.tune_seconds, lambda values: self.write("tuned", values), self.settings.side, self.settings.batch,
        )  # fmt: skip
        self.write("tuned", average.values)
        rows = self.parts["validation"]
        for share in (0.0, 0.5):
            upper.load_state_dict(between(start, average.values, share))
            vectors = torch.zeros(len(self.pictures.keys), heads.picture.out_features, device=self.device)
            vectors[rows] = seen_whole(net, upper, self.pictures, rows, self.settings.side)
            found |= {f"{share} {n}": v for n, v in judged_vectors(vectors, heads, self.truth, rows).items()}
        self.report("tune", found)

    def distil(self) -> None:
        from explorer.adapt.distil import Student, distil, sample_patches

        heads, train = self.trained_heads(), self.parts["train"]
        student = Student(student_shape(), sample_patches(self.pictures, train, 16)).to(self.device)
        with torch.no_grad():
            names = sorted({entry["texts"][0] for entry in self.said.said.values() if entry["kind"] == "name"})
            known = torch.cat([self.truth.label_texts, self.said.of(names).to(self.device)])
            labels = heads.text(known)
        distil(student, self.teacher[0], self.upper(1.0), labels, self.pictures, train, self.settings.run,
               self.settings.distil_seconds, lambda values: self.write("student", vision_of(values)),
               min(512, self.settings.batch * 2))  # fmt: skip
        self.write("student", vision_of(student.state_dict()))

    def gauge(self) -> None:
        """Every combination of what has been trained so far."""
        prepared, speakers = self.settings.prepared, {}
        heads, sentences = self.trained_heads(), SentenceTeacher(self.settings.prepared / "minilm", self.device)
        speakers["MiniLM"] = lambda texts: heads.text(sentences.vectors(texts).to(self.device).float())
        tower = self.trained_tower()
        if tower is not None:
            reader = Reader(prepared / "tokenizer", TextShape())
            speakers["tower"] = lambda texts: torch.cat(
                [spoken(tower, reader(texts[at : at + 512])[0].to(self.device)) for at in range(0, len(texts), 512)])  # fmt: skip
        lookers = {"ridge": self.look_of(0.0, "ridge"), "heads": self.look_of(0.0)}
        if (self.settings.out / "tuned.safetensors").is_file():
            lookers |= {"tuned half": self.look_of(0.5), "tuned": self.look_of(1.0)}
        if (self.settings.out / "student.safetensors").is_file():
            lookers["student"] = self.student_look()
        for name, look in lookers.items():
            for voice, figures in gauge(self.pictures, prepared, look, speakers, self.settings.side).items():
                self.report(f"gauge {name}, {voice}", figures)

    def write_models(self) -> None:
        """Both candidates, as far as they have been trained."""
        from explorer.adapt.assemble import write_plain, write_small

        log.info("wrote %s", write_small(self.settings.prepared, self.settings.out, self.settings.share))
        if self._place("student").is_file():
            log.info("wrote %s", write_plain(self.settings.prepared, self.settings.out, student_shape()))

    def trained_heads(self, name: str = "heads") -> Heads:
        heads = Heads().to(self.device)
        heads.load_state_dict({n: v for n, v in self.read(name).items() if not n.startswith("space.")})
        return heads.requires_grad_(False).eval()

    def trained_tower(self) -> nn.Module | None:
        if not (self.settings.out / "tower.safetensors").is_file():
            return None
        tower = build_tower(TextShape())
        tower.load_state_dict(self.read("tower"), strict=False)
        return tower.to(self.device).eval()

    def upper(self, share: float, heads: str = "heads") -> Upper:
        """The tuned upper blocks, ``share`` of the way from the frozen ones."""
        upper = Upper(self.teacher[0], self.trained_heads(heads)).to(self.device)
        if share:
            upper.load_state_dict(between(upper.state_dict(), self.read("tuned"), share))
        return upper.requires_grad_(False).eval().to(memory_format=torch.channels_last)

    def look_of(self, share: float, heads: str = "heads") -> Look:
        net, upper = self.teacher[0], self.upper(share, heads)

        def look(pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            with mixed(self.device):
                cells = upper(net.middle(pixels.contiguous(memory_format=torch.channels_last)))
            return whole(cells), cells

        return look

    def student_look(self) -> Look:
        from explorer.adapt.student import build

        shape = student_shape()
        model = build(shape)
        model.load_state_dict(self.read("student"), strict=False)
        model.to(self.device).eval()

        def look(pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            with mixed(self.device):
                found = see(model, pixels, shape.match_layer)
            cells = found.joint.transpose(1, 2).unflatten(2, tuple(s // shape.patch for s in pixels.shape[-2:]))
            return F.normalize(found.whole, dim=-1), cells

        return look

    def write(self, name: str, tensors: dict[str, torch.Tensor], dtype: torch.dtype = torch.float16) -> None:
        found = {n: v.detach().to("cpu", dtype if v.is_floating_point() else v.dtype).contiguous() for n, v in tensors.items()}
        fresh = self.settings.run / f"{name}.new"
        save_file(found, fresh)
        self._place(name).write_bytes(fresh.read_bytes())

    def _place(self, name: str) -> Path:
        return (self.settings.run if name == "ridge" else self.settings.out) / f"{name}.safetensors"

    def read(self, name: str) -> dict[str, torch.Tensor]:
        path = self._place(name)
        if not path.is_file():
            raise ExplorerError(f"There is no {path.name} in {path.parent} yet: run the stage before this one.")
        return {n: v.to(self.device).float() if v.is_floating_point() else v for n, v in load_file(path).items()}

    def report(self, stage: str, figures: dict[str, float]) -> None:
        log.info("%s: %s", stage, figures)
        path = self.settings.run / f"report-{stage.split()[0]}.json"
        known = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        path.write_text(json.dumps(known | {stage: figures}, indent=1), "utf-8")


def student_shape() -> Shape:
    text = TextShape()
    return Shape(width=256, layers=7, heads=8, text_width=text.width, text_layers=text.layers, text_heads=text.heads,
                 text_length=text.length, vocabulary=text.vocabulary, joint=256)  # fmt: skip


def vision_of(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The vision tower's part of a student's state, named as in a ``CLIPModel``."""
    named = {n.removeprefix("model."): v for n, v in state.items() if not n.startswith("readout")}
    return {n: v for n, v in named.items() if n.startswith("vis")}


def train_mini(settings: Settings, stages: Sequence[str]) -> None:
    """Run the stages in their order."""
    if "prepare" in stages:
        from explorer.adapt.prepare import prepare

        if settings.data is None:
            raise ExplorerError("To prepare, name the folder of the data with --data.")
        prepare(settings.data, settings.prepared)
    training = Training(settings)
    for stage in STAGES[1:]:
        if stage in stages:
            started = time.monotonic()
            getattr(training, "write_models" if stage == "write" else stage)()
            log.info("%s took %.0f s", stage, time.monotonic() - started)


def settings_from(arguments: Sequence[str] | None = None) -> tuple[Settings, list[str]]:
    """Settings and stages of a command line."""
    parser = argparse.ArgumentParser(prog="train-mini", description=__doc__)
    for name in ("prepared", "run", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--data", type=Path)
    for setting in fields(Settings):
        if setting.name not in {"prepared", "run", "out", "data"}:
            kind = type(setting.default)
            parser.add_argument(f"--{setting.name.replace('_', '-')}", type=float if kind is int and "seconds" in setting.name else kind, default=setting.default)
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=list(STAGES))
    given = vars(parser.parse_args(arguments))
    stages = given.pop("stages")
    return Settings(**given), stages


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        train_mini(*settings_from())
    except ExplorerError as error:
        raise SystemExit(f"{error}") from error
