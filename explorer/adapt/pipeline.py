"""Train the small model from pictures, captions and two teachers: ``explorer train-mini``.

Stages, each of which can be killed and resumed: ``prepare`` (needs the data and the packages; the others need only the
prepared folder, on any machine); ``heads`` (the frozen network's features into the joint space of pictures and texts);
``tune`` (fine-tuning of the network's upper blocks); ``tower`` (the text tower); ``distil`` (a plain CLIP vision
tower); ``gauge`` (quick metrics); ``write`` (the folders that the app opens). Every training stage has a time budget
and writes its weights to the folder of the results.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from functools import cached_property

import torch
from safetensors.torch import load_file, save_file

from explorer.adapt.data.pictures import Pictures, read_pictures
from explorer.adapt.data.targets import Targets, TrainingData, build_targets
from explorer.adapt.data.text_embeddings import TextEmbeddings, read_text_embeddings
from explorer.adapt.evaluation import TextModel, quick_metrics
from explorer.adapt.models.clip_student import student_shape
from explorer.adapt.models.heads import Heads
from explorer.adapt.models.sentence_encoder import SentenceEncoder
from explorer.adapt.models.text_tower import TextShape, TextTokens, build_text_tower, embed_tokens
from explorer.adapt.models.upper_blocks import UpperBlocks, interpolate_weights
from explorer.adapt.settings import STAGES, Settings
from explorer.adapt.training.finetune import finetune, validate_upper_blocks
from explorer.adapt.training.fit_heads import VIEWS, pooled_features, train_heads
from explorer.adapt.training.fit_text_tower import TowerData, train_text_tower
from explorer.adapt.training.ridge import initialise_by_ridge
from explorer.adapt.training.run import Export, StagePlan
from explorer.adapt.weights import StageWeights, student_vision_weights
from explorer.errors import ExplorerError

log = logging.getLogger(__name__)
VIEWS_SEED = 10


class Stages:
    """The stages after ``prepare``, and what they share, read when first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.device = settings.device
        self.weights = StageWeights(settings.prepared, settings.run, settings.out, settings.device)
        settings.out.mkdir(parents=True, exist_ok=True)
        settings.run.mkdir(parents=True, exist_ok=True)

    def by_name(self) -> dict[str, Callable[[], None]]:
        """The stages under their names of :data:`~explorer.adapt.settings.STAGES`, in order."""
        methods = (self.fit_heads, self.finetune, self.fit_text_tower, self.distil, self.evaluate, self.export)
        return dict(zip(STAGES[1:], methods, strict=True))

    # -- what they share -----------------------------------------------------------------------------------------------

    @cached_property
    def pictures(self) -> Pictures:
        """All prepared pictures, or about ``limit`` of them."""
        started = time.monotonic()
        pictures = read_pictures(self.settings.prepared, self.device, self.settings.threads, self.settings.limit)
        log.info("%d pictures in %.0f s", len(pictures.keys), time.monotonic() - started)
        return pictures

    @cached_property
    def texts(self) -> TextEmbeddings:
        settings, keys = self.settings, self.pictures.keys
        return read_text_embeddings(settings.prepared, settings.run, self.device, keys, settings.limit * 4)

    @cached_property
    def targets(self) -> Targets:
        return build_targets(self.pictures, self.texts, self.device)

    @cached_property
    def data(self) -> TrainingData:
        """The frozen network, pictures, targets and splits; of the classifier, the labels that have texts."""
        weight, bias = self.weights.classifier
        known = len(self.texts.labels)
        train, validation = (
            torch.from_numpy(self.pictures.rows(split)).to(self.device) for split in ("train", "validation")
        )
        classifier = weight[:known], bias[:known]
        return TrainingData(self.weights.net, classifier, self.pictures, self.targets, train, validation)

    def plan(self, stage: str, export: Export, batch: int) -> StagePlan:
        """``stage`` names the checkpoint's folder and the setting of its seconds."""
        seconds = getattr(self.settings, f"{stage}_seconds")
        return StagePlan(self.settings.run / stage, seconds, export, batch, self.settings.side)

    def report(self, stage: str, metrics: dict[str, float]) -> None:
        """Log the metrics, and add them to the stage's report in the run's folder."""
        log.info("%s: %s", stage, metrics)
        path = self.settings.run / f"report-{stage.split(maxsplit=1)[0]}.json"
        known = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        path.write_text(json.dumps(known | {stage: metrics}, indent=1), "utf-8")

    # -- the stages ----------------------------------------------------------------------------------------------------

    def fit_heads(self) -> None:
        """Write the heads (``ridge``, then ``heads``), and the vectors of all views for the text tower."""
        heads, gen = Heads().to(self.device), torch.Generator(self.device).manual_seed(VIEWS_SEED)
        started, data = time.monotonic(), self.data
        views = 3 if self.settings.limit else VIEWS
        features = pooled_features(data.net, self.pictures, self.settings.side, views, gen)
        log.info("features of %d views in %.0f s", views, time.monotonic() - started)
        initialise_by_ridge(heads, features, data)
        self.weights.write("ridge", heads.state_dict(), torch.float32)
        plan = self.plan(
            "heads", lambda values: self.weights.write("heads", values), min(1024, self.settings.batch * 4)
        )
        metrics = train_heads(heads, features, data, plan)
        space = {f"space.{name}": value for name, value in vars(self.texts.space).items()}
        self.weights.write("heads", heads.state_dict() | space, torch.float32)
        with torch.no_grad():
            vectors = torch.stack([heads.embed_pictures(view) for view in features])
        save_file({"vectors": vectors.half().cpu()}, self.settings.run / "views.safetensors")
        self.report("heads", metrics)

    def finetune(self) -> None:
        """Write the fine-tuned upper blocks; report them, the frozen ones, and those half way between."""
        heads, data = self.weights.heads(), self.data
        upper = UpperBlocks(data.net, heads).to(self.device).requires_grad_(True)
        start = {name: value.clone() for name, value in upper.state_dict().items()}
        plan = self.plan("tune", lambda values: self.weights.write("tuned", values), self.settings.batch)
        average, metrics = finetune(upper, heads, data, plan)
        self.weights.write("tuned", average.values)
        for share in (0.0, 0.5):
            upper.load_state_dict(interpolate_weights(start, average.values, share))
            validated = validate_upper_blocks(upper, heads, data, self.settings.side)
            metrics |= {f"{share} {name}": value for name, value in validated.items()}
        self.report("tune", metrics)

    def fit_text_tower(self) -> None:
        """Write the text tower. Needs what :meth:`fit_heads` writes."""
        shape, data = TextShape(), self.data
        tower = build_text_tower(shape)
        torch.nn.Module.to(tower, self.device)
        views = load_file(self.settings.run / "views.safetensors")["vectors"].to(self.device).float()
        tokens = TextTokens(self.settings.prepared / "tokenizer", shape)
        source = TowerData(self.texts, data, self.weights.heads(), views)
        batch = 64 if self.settings.limit else 2048
        plan = self.plan("tower", lambda values: self.weights.write("tower", values), batch)
        metrics = train_text_tower(tower, tokens, source, plan)
        self.weights.write("tower", tower.state_dict())
        self.report("tower", metrics)

    def distil(self) -> None:
        """Write the plain CLIP's vision tower, with the fine-tuned network as the teacher."""
        from explorer.adapt.training.distil import Student, distil, sample_patches

        heads, shape = self.weights.heads(), student_shape()
        data, texts = self.data, self.texts
        student = Student(shape, sample_patches(self.pictures, data.train, shape.patch)).to(self.device)
        names = sorted({entry["texts"][0] for entry in texts.captions.values() if entry["kind"] == "name"})
        with torch.no_grad():
            sentences = torch.cat([self.targets.label_sentences, texts.vectors_of(names).to(self.device)])
            labels = heads.text(sentences)

        def export(values: dict[str, torch.Tensor]) -> None:
            self.weights.write("student", student_vision_weights(values))

        plan = self.plan("distil", export, min(512, self.settings.batch * 2))
        distil(student, self.weights.upper_blocks(1.0), labels, data, plan)
        export(student.state_dict())

    def evaluate(self) -> None:
        """Quick metrics of every combination of an image and a text model that has been trained so far."""
        prepared, text_models = self.settings.prepared, {"MiniLM": self._sentence_model()}
        if self.weights.has("tower"):
            text_models["tower"] = self._tower_model()
        for name, image_model in self.weights.image_models().items():
            metrics = quick_metrics(self.pictures, prepared, image_model, text_models, self.settings.side)
            for text_name, values in metrics.items():
                self.report(f"gauge {name}, {text_name}", values)

    def _sentence_model(self) -> TextModel:
        heads, encoder = self.weights.heads(), SentenceEncoder(self.settings.prepared / "minilm", self.device)
        return lambda texts: heads.text(encoder.vectors(texts).to(self.device).float())

    def _tower_model(self) -> TextModel:
        tower, tokens = self.weights.text_tower(), TextTokens(self.settings.prepared / "tokenizer", TextShape())

        def embed(texts: list[str]) -> torch.Tensor:
            chunks = [texts[start : start + 512] for start in range(0, len(texts), 512)]
            return torch.cat([embed_tokens(tower, tokens(chunk)[0].to(self.device)) for chunk in chunks])

        return embed

    def export(self) -> None:
        """The folders of both models, as far as they have been trained."""
        from explorer.adapt.export import add_picture_mean, add_words, export_clip, export_small

        folder = export_small(self.settings.prepared, self.settings.out, self.settings.share)
        add_words(folder, self.settings.prepared)
        add_picture_mean(folder, self.pictures)
        log.info("wrote %s", folder)
        if self.weights.has("student"):
            log.info("wrote %s", export_clip(self.settings.prepared, self.settings.out, student_shape()))


def train_mini(settings: Settings, stages: Sequence[str]) -> None:
    """Run the named stages in their order. Raises :class:`ExplorerError` when a stage lacks what an earlier one writes,
    or ``prepare`` the data folder."""
    if "prepare" in stages:
        from explorer.adapt.data.prepare import prepare

        if settings.data is None:
            raise ExplorerError("To prepare, name the folder of the data with --data.")
        prepare(settings.data, settings.prepared)
    for name, stage in Stages(settings).by_name().items():
        if name in stages:
            started = time.monotonic()
            stage()
            log.info("%s took %.0f s", name, time.monotonic() - started)
