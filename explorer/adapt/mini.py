"""Train the small CLIP from pictures, a catalogue and three teachers: ``python -m explorer.adapt.mini --help``.

The stages, each resumable: sentence vectors (:mod:`learn_words`), the vision tower (:mod:`picture_stage`), the text
tower, and the folder that ``CLIPModel.from_pretrained`` loads. The vision tower learns cells, labels and words from
crops changed as details change between works (:mod:`augment`); the text tower learns a sentence encoder's vectors.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path

import torch
from transformers import CLIPModel, CLIPTokenizer

from explorer.adapt.learn_words import Vocabulary, WordSettings, restore_words, said_in_training, teach_words
from explorer.adapt.picture_stage import PictureStage, Schedule
from explorer.adapt.pictures import Work, load_works, names_to_leave_out
from explorer.adapt.precision import fast_dtype
from explorer.adapt.student import Shape, build, save_folder
from explorer.adapt.teacher import Teacher
from explorer.adapt.tokens import learn_tokenizer
from explorer.errors import ExplorerError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MiniSettings:
    """What to train on, how long, and where to. Every path is the caller's."""

    pictures: tuple[Path, ...]
    """Folders of pictures, each with an optional ``metadata.csv``."""
    teacher: Path
    """MobileNet V2 as a TensorFlow Lite file."""
    labels: Path
    """Its labels, one a line, the background first."""
    run: Path
    """Folder of the training state: a run that finds one there continues it."""
    out: Path
    """Folder to write the model to."""
    leave_out: Path | None = None
    """JSON list whose records' ``source`` names beginnings of file names not to train on."""
    start: Path | None = None
    """A model folder to begin from instead of from nothing (its own vocabulary is kept)."""
    word_steps: int = 4000
    sentences: int = 90_000
    threads: int = 0
    seed: int = 0
    device: str = "cpu"
    shape: Shape = field(default_factory=Shape)
    schedule: Schedule = field(default_factory=Schedule)

    @property
    def words(self) -> WordSettings:
        return WordSettings(self.run, self.sentences, self.word_steps, self.seed, self.device)


def train_mini(settings: MiniSettings, stages: Sequence[str] = ("pictures", "words", "write")) -> dict[str, float]:
    """Train, or continue training, and write the model; returns the last validation figures.

    ``stages`` may be run one at a time: ``write`` takes the best vision tower so far and the text tower.
    """
    if settings.threads:
        torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    settings.run.mkdir(parents=True, exist_ok=True)
    works = load_works(list(settings.pictures), names_to_leave_out(settings.leave_out))
    captions = sorted({caption for work in works for caption in work.captions})
    said = _vocabulary(settings, captions)
    tokenizer = _tokenizer(settings, said)
    model = _model(settings, works)
    figures: dict[str, float] = {}
    stage = PictureStage(settings.run, settings.schedule, settings.shape, settings.seed)
    if "pictures" in stages:
        teacher = Teacher(settings.teacher, settings.device, fast_dtype(settings.device))
        figures |= stage.train(model, works, captions, said, teacher)
    if "words" in stages:
        figures["words_cosine"] = teach_words(model, tokenizer, said, settings.words)
    if "write" in stages:
        figures |= stage.restore_best(model)
        if not restore_words(model, settings.run):
            log.warning("the text tower has not been trained yet: words will mean nothing")
        save_folder(model, tokenizer, settings.out)
        log.info("wrote %s", settings.out)
    return figures


def _vocabulary(settings: MiniSettings, captions: list[str]) -> Vocabulary:
    if not Path(settings.labels).is_file():
        raise ExplorerError(f"The teacher's labels {settings.labels} are missing: name its file of labels, one a line.")
    labels = Path(settings.labels).read_text("utf-8").splitlines()
    return said_in_training(settings.words, labels, captions, settings.shape.joint)


def _tokenizer(settings: MiniSettings, said: Vocabulary) -> CLIPTokenizer:
    kept = settings.start or settings.run / "tokenizer"
    if kept.is_dir():
        return CLIPTokenizer.from_pretrained(kept)
    tokenizer = learn_tokenizer(said.texts, settings.shape.vocabulary, settings.shape.text_length)
    tokenizer.save_pretrained(kept)
    return tokenizer


def _model(settings: MiniSettings, works: list[Work]) -> CLIPModel:
    if settings.start:
        return CLIPModel.from_pretrained(settings.start, dtype=torch.float32).to(settings.device)
    return build(settings.shape, sample_patches(works, settings.seed)).to(settings.device)


def sample_patches(works: list[Work], seed: int, count: int = 12_000) -> torch.Tensor:
    """Random 16 x 16 patches of the training pictures, as the model takes them: ``(count, 3, 16, 16)``."""
    import numpy as np

    from explorer.adapt.student import normalised

    rng = np.random.default_rng([seed, 3])
    patches = []
    for _ in range(count):
        pixels = works[rng.integers(len(works))].pixels
        top, left = (int(rng.integers(side - 15)) for side in pixels.shape[:2])
        patches.append(pixels[top : top + 16, left : left + 16])
    return normalised(torch.from_numpy(np.stack(patches)).permute(0, 3, 1, 2).float() / 255)


def settings_from(arguments: Sequence[str] | None = None) -> tuple[MiniSettings, list[str]]:
    """Settings and stages of a command line."""
    parser = argparse.ArgumentParser(prog="train-mini", description=__doc__)
    for name in ("teacher", "labels", "run", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, nargs="+", required=True)
    for name in ("leave-out", "start"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--device", default="cpu")
    for name, default in (("threads", 0), ("seed", 0), ("word-steps", 4000), ("sentences", 90_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    for name in ("width", "layers", "heads"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Shape, name), help="of the vision tower")
    for setting in fields(Schedule):
        parser.add_argument(f"--{setting.name.replace('_', '-')}", type=type(setting.default), default=setting.default)
    parser.add_argument("--stages", nargs="+", default=["pictures", "words", "write"])
    given = vars(parser.parse_args(arguments))
    schedule = Schedule(**{setting.name: given.pop(setting.name) for setting in fields(Schedule)})
    stages = given.pop("stages")
    shape = Shape(**{name: given.pop(name) for name in ("width", "layers", "heads")})
    return MiniSettings(**{**given, "pictures": tuple(given["pictures"])}, shape=shape, schedule=schedule), stages


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        print(train_mini(*settings_from()))
    except ExplorerError as error:
        raise SystemExit(f"{error}") from error
