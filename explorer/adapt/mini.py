"""Train the small model from pictures, what is said of them, and two teachers: ``explorer train-mini``.

Stages, each of which can be killed and goes on where it was: ``prepare`` (needs the data and the packages; the others
need only the prepared folder, on whatever machine); ``heads`` (the frozen network into the space of pictures and
words); ``tune`` (the network's upper blocks); ``tower`` (the text tower); ``distil`` (a plain CLIP vision tower);
``gauge`` (quick figures); ``write`` (the folders that the app opens). Every stage trains for so many seconds and
writes its weights to the folder of the results.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from functools import cached_property

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from explorer.adapt.course import Export, Plan
from explorer.adapt.gauge import Speak, gauge
from explorer.adapt.heads import VIEWS, Heads, features, start_by_ridge, train_heads
from explorer.adapt.looks import Trained, student_shape, vision_of
from explorer.adapt.said import Said, read_said
from explorer.adapt.sentences import SentenceTeacher
from explorer.adapt.settings import STAGES, Settings
from explorer.adapt.store import Pictures, read_pictures
from explorer.adapt.targets import Material, Targets, targets
from explorer.adapt.tower import Heard, Reader, TextShape, build_tower, spoken, train_tower
from explorer.adapt.tune import Upper, between, judged_upper, tune
from explorer.encoder.lite import Lite
from explorer.errors import ExplorerError

log = logging.getLogger(__name__)


class Training:
    """The stages, and what they share, read when first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.device = settings.device
        self.trained = Trained(settings.prepared, settings.run, settings.out, settings.device)
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
        settings = self.settings
        return read_said(settings.prepared, settings.run, self.device, self.pictures.keys, settings.limit * 4)

    @cached_property
    def truth(self) -> Targets:
        return targets(self.pictures, self.said, self.device)

    @cached_property
    def material(self) -> Material:
        parts = [torch.from_numpy(self.pictures.rows(part)).to(self.device) for part in ("train", "validation")]
        return Material(*self.teacher, self.pictures, self.truth, *parts)

    @cached_property
    def teacher(self) -> tuple[Lite, tuple[torch.Tensor, torch.Tensor]]:
        """The frozen network, and its classifier of the labels that texts are known of."""
        weight, bias = self.trained.classifier
        known = len(self.said.labels)
        return self.trained.net, (weight[:known], bias[:known])

    def plan(self, stage: str, export: str, batch: int, part: Export | None = None) -> Plan:
        """The stage's plan; its mean weights, or what ``part`` does with them, go to the file ``export``."""
        settings = self.settings
        write = part or (lambda values: self.trained.write(export, values))
        return Plan(settings.run / stage, getattr(settings, f"{stage}_seconds"), write, batch, settings.side)

    def heads(self) -> None:
        heads, gen = Heads().to(self.device), torch.Generator(self.device).manual_seed(10)
        started, material = time.monotonic(), self.material
        views = 3 if self.settings.limit else VIEWS
        seen = features(material.net, self.pictures, self.settings.side, views, gen)
        log.info("features of %d views in %.0f s", views, time.monotonic() - started)
        start_by_ridge(heads, seen, self.truth, material.train, material.validation)
        self.trained.write("ridge", heads.state_dict(), torch.float32)
        found = train_heads(heads, seen, material, self.plan("heads", "heads", min(1024, self.settings.batch * 4)))
        space = {f"space.{name}": value for name, value in vars(self.said.space).items()}
        self.trained.write("heads", heads.state_dict() | space, torch.float32)
        with torch.no_grad():
            vectors = torch.stack([F.normalize(heads.picture(view.float()), dim=-1) for view in seen])
        save_file({"vectors": vectors.half().cpu()}, self.settings.run / "views.safetensors")
        self.report("heads", found)

    def tune(self) -> None:
        heads = self.trained.heads()
        upper = Upper(self.material.net, heads).to(self.device).requires_grad_(True)
        start = {name: value.clone() for name, value in upper.state_dict().items()}
        average, found = tune(upper, heads, self.material, self.plan("tune", "tuned", self.settings.batch))
        self.trained.write("tuned", average.values)
        for share in (0.0, 0.5):
            upper.load_state_dict(between(start, average.values, share))
            figures = judged_upper(upper, heads, self.material, self.settings.side)
            found |= {f"{share} {name}": value for name, value in figures.items()}
        self.report("tune", found)

    def tower(self) -> None:
        shape, material = TextShape(), self.material
        tower = build_tower(shape).to(self.device)
        views = load_file(self.settings.run / "views.safetensors")["vectors"].to(self.device).float()
        found = train_tower(
            tower, Reader(self.settings.prepared / "tokenizer", shape), self.trained.heads(),
            Heard(self.said, self.truth, views, material.spoken),
            self.plan("tower", "tower", 64 if self.settings.limit else 2048),
        )  # fmt: skip
        self.trained.write("tower", tower.state_dict())
        self.report("tower", found)

    def distil(self) -> None:
        from explorer.adapt.distil import Student, distil, sample_patches

        heads, shape = self.trained.heads(), student_shape()
        student = Student(shape, sample_patches(self.pictures, self.material.train, shape.patch)).to(self.device)
        names = sorted({entry["texts"][0] for entry in self.said.said.values() if entry["kind"] == "name"})
        with torch.no_grad():
            labels = heads.text(torch.cat([self.truth.label_texts, self.said.of(names).to(self.device)]))
        plan = self.plan(
            "distil", "student", min(512, self.settings.batch * 2),
            lambda values: self.trained.write("student", vision_of(values)),
        )  # fmt: skip
        distil(student, self.trained.upper(1.0), labels, self.material, plan)
        self.trained.write("student", vision_of(student.state_dict()))

    def gauge(self) -> None:
        """Every combination of what has been trained so far."""
        prepared, speakers = self.settings.prepared, {}
        heads, sentences = self.trained.heads(), SentenceTeacher(self.settings.prepared / "minilm", self.device)
        speakers["MiniLM"] = lambda texts: heads.text(sentences.vectors(texts).to(self.device).float())
        if self.trained.has("tower"):
            speakers["tower"] = self.tower_voice()
        for name, look in self.trained.looks().items():
            for voice, figures in gauge(self.pictures, prepared, look, speakers, self.settings.side).items():
                self.report(f"gauge {name}, {voice}", figures)

    def tower_voice(self) -> Speak:
        tower, reader = self.trained.tower(), Reader(self.settings.prepared / "tokenizer", TextShape())

        def speak(texts: list[str]) -> torch.Tensor:
            parts = [texts[at : at + 512] for at in range(0, len(texts), 512)]
            return torch.cat([spoken(tower, reader(part)[0].to(self.device)) for part in parts])

        return speak

    def write(self) -> None:
        """Both candidates, as far as they have been trained."""
        from explorer.adapt.assemble import write_plain, write_small

        log.info("wrote %s", write_small(self.settings.prepared, self.settings.out, self.settings.share))
        if self.trained.has("student"):
            log.info("wrote %s", write_plain(self.settings.prepared, self.settings.out, student_shape()))

    def report(self, stage: str, figures: dict[str, float]) -> None:
        """Says the figures, and adds them to the stage's record in the run's folder."""
        log.info("%s: %s", stage, figures)
        path = self.settings.run / f"report-{stage.split(maxsplit=1)[0]}.json"
        known = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        path.write_text(json.dumps(known | {stage: figures}, indent=1), "utf-8")


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
            getattr(training, stage)()
            log.info("%s took %.0f s", stage, time.monotonic() - started)
