"""How good the small model is, on pictures it never saw: ``python benchmarks/model.py --data FOLDER [--json FILE]``.

Every row is measured in this run, beside what it is compared with: MobileNet V2 (the teacher), an untrained CLIP of
the same shape where the model is a CLIP, ViT-B/32 and ViT-B/16 for speed. A row whose data or teacher is absent is
skipped and says so. The search that users get is measured by ``quality.py``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path[0] = str(ROOT)
sys.path.append(str(ROOT / "benchmarks"))  # last: click.py there is not the library of that name

from grids import details, exhaustive
from matcher import read_queries, search_all
from transformers import CLIPModel, CLIPVisionConfig, CLIPVisionModel
from words_rows import PROMPTS, art_figures, caption_figures, held_out_captions, pointing_figures

from explorer.adapt.models.mobilenet import MobileNet
from explorer.config import Config
from explorer.encoder import Encoder, open_encoder
from explorer.encoder.clip import ClipEncoder
from explorer.encoder.small import SmallEncoder

AIMS = {
    "objects: mAP": "0.42", "objects: zero-shot accuracy": "0.65", "planted: mAP, the app's grids, no HOG": "0.75",
    "objects-art: zero-shot, top-1": "0.55", "objects-art: zero-shot, top-5": "0.80", "captions: recall@10": "0.30",
    "objects-art: pointing": "0.60",
    "speed: times ViT-B/32": "1.8", "speed: times ViT-B/16": "6",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    measure: str
    model: str
    value: float | None
    note: str = ""


def to_pixels(picture: Image.Image) -> torch.Tensor:
    """``(1, 3, H, W)`` in 0 to 1."""
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)[None].float() / 255


class Mini:
    """A model as the app reads it: the encoder's own maps, whole pictures squeezed to its native size, words."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder, self.words = encoder, encoder.words

    def dense(self, picture: Image.Image) -> dict[str, np.ndarray]:
        """What the encoder matches details by, before any reduction, ``(rows, columns, D)``."""
        return {"match": details(self.encoder, picture)}

    def whole(self, pictures: list[Image.Image]) -> np.ndarray:
        """Image features, unit rows."""
        squeezed = [picture.resize((224, 224), Image.Resampling.BICUBIC) for picture in pictures]
        if isinstance(self.encoder, SmallEncoder):
            return np.concatenate([self.encoder.wholes(squeezed[at : at + 16]) for at in range(0, len(squeezed), 16)])
        return np.stack([self.encoder.encode([picture])[0].whole for picture in squeezed])


def retrieval(vectors: np.ndarray, classes: np.ndarray) -> float:
    """Mean average precision of same-class retrieval, every work a query."""
    order = np.argsort(-(vectors @ vectors.T), axis=1, kind="stable")
    precisions = []
    for query, ranked in enumerate(order):
        same = classes[ranked[ranked != query]] == classes[query]
        ranks = np.flatnonzero(same) + 1
        precisions.append((np.arange(1, len(ranks) + 1) / ranks).mean())
    return float(np.mean(precisions))


def objects_rows(folder: Path, models: dict[str, Mini], teacher: MobileNet | None) -> Iterator[Row]:
    """Whole-picture retrieval, and zero-shot classes by the prompt ensemble."""
    files = sorted(folder.glob("*/*.jpg"))
    names = sorted({path.parent.name for path in files})
    classes = np.array([names.index(path.parent.name) for path in files])
    pictures = [Image.open(path).convert("RGB") for path in files]
    if teacher:
        small = [to_pixels(picture.resize((224, 224), Image.Resampling.BICUBIC)) for picture in pictures]
        maps = [teacher.run(torch.cat(small[at : at + 20])).last for at in range(0, len(small), 20)]
        vectors = F.normalize(torch.cat(maps).mean(dim=(2, 3)), dim=-1).numpy()
        yield Row("objects: mAP", "teacher", retrieval(vectors, classes), "MobileNet V2, average-pooled")
    for title, mini in models.items():
        vectors = mini.whole(pictures)
        yield Row("objects: mAP", title, retrieval(vectors, classes))
        text = np.stack([mini.words([prompt.format(name) for prompt in PROMPTS]).mean(axis=0) for name in names])
        text /= np.linalg.norm(text, axis=1, keepdims=True)
        chosen = (vectors @ text.T).argmax(axis=1)
        each = ", ".join(f"{name} {(chosen[classes == c] == c).mean():.2f}" for c, name in enumerate(names))
        yield Row("objects: zero-shot accuracy", title, float((chosen == classes).mean()), each)


def words_rows(data: Path, models: dict[str, Mini], tables: list[str], config: Config) -> Iterator[Row]:
    """The 50 kinds of objects-art by name, where they are, and captions."""
    art, photos = data / "objects-art", data / "train-photos"
    for title, mini in models.items():
        if "objects-art" in tables and art.is_dir():
            files = sorted(path.name for path in (art / "images").iterdir())
            whole = mini.whole([Image.open(art / "images" / name).convert("RGB") for name in files])
            yield from _rows(title, art_figures(art, mini.encoder, whole, files))
        if "captions" in tables and photos.is_dir():
            held = held_out_captions(photos)
            whole = mini.whole([Image.open(path).convert("RGB") for path, _ in held])
            yield from _rows(title, caption_figures(mini.encoder, whole, [captions for _, captions in held]))
        if "pointing" in tables and art.is_dir():
            yield from _rows(title, pointing_figures(art, mini.encoder, config.scales, config.overlap))


def _rows(title: str, figures: dict[str, float]) -> list[Row]:
    return [Row(name, title, value) for name, value in figures.items()]


def dense_rows(
    name: str, folder: Path, models: dict[str, Mini], teacher: MobileNet | None, limit: int
) -> Iterator[Row]:
    """The exhaustive slow matcher on ``planted`` or ``brueghel``."""
    queries = read_queries(folder / "annotations.json")
    queries = queries[:: max(1, len(queries) // limit)] if limit else queries
    encoders = {title: mini.dense for title, mini in models.items()}
    if teacher:
        encoders["teacher"] = lambda picture: {
            "expanded_conv_12/add": teacher.run(to_pixels(picture)).dense[0].permute(1, 2, 0).numpy()
        }
    for title, encode in encoders.items():
        for layer, found in search_all(folder / "images", queries, encode).items():
            note = f"{layer}, {found.queries} queries with their mirror"
            yield Row(f"{name}: mAP, exhaustive", title, found.average_precision, note)
            yield Row(f"{name}: best cell in the true box", title, found.localised, layer)


def grid_rows(folder: Path, mini: Mini, config: Config, limit: int) -> Iterator[Row]:
    """``planted`` on the grids as the app stores them, without gradient histograms and with them."""
    queries = read_queries(folder / "annotations.json")
    queries = queries[:: max(1, len(queries) // limit)] if limit else queries
    for what, weight in (("no HOG", 0.0), ("HOG", config.hog_weight)):
        value = exhaustive(folder / "images", queries, mini.encoder, replace(config, hog_weight=weight))
        note = f"{config.resolution} px, whitening {config.whitening}, HOG weight {weight:g}, {len(queries)} queries"
        yield Row(f"planted: mAP, the app's grids, {what}", "mini", value, note)


@torch.inference_mode()
def speed_rows(mini: Mini, rounds: int = 5) -> list[Row]:
    """Pictures per second at 224 px, float32, batches of 8, in turns so that a busy machine slows all alike."""

    def plain(patch: int) -> CLIPVisionModel:
        config = CLIPVisionConfig(
            hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, patch_size=patch
        )
        return CLIPVisionModel(config).eval()

    encoder: Any = mini.encoder  # an encoder's network is no part of the protocol
    own = encoder.model.vision_model if isinstance(encoder, ClipEncoder) else encoder.net
    models = {"mini": own, "ViT-B/32": plain(32), "ViT-B/16": plain(16)}
    pixels = torch.rand(8, 3, 224, 224)
    last = pixels.contiguous(memory_format=torch.channels_last)  # as a convolutional network gets them in the app
    times: dict[str, list[float]] = {name: [] for name in models}
    for turn in range(rounds + 1):
        for name, model in models.items():
            started = time.process_time()
            model(last if model is own and isinstance(mini.encoder, SmallEncoder) else pixels)
            if turn:
                times[name].append(time.process_time() - started)
    pace = {name: 8 / float(np.median(values)) for name, values in times.items()}
    rows = [Row("speed: pictures per second of processor time", name, value) for name, value in pace.items()]
    rows.append(Row("speed: times ViT-B/32", "mini", pace["mini"] / pace["ViT-B/32"]))
    rows.append(Row("speed: times ViT-B/16", "mini", pace["mini"] / pace["ViT-B/16"]))
    return rows


def measure(args: argparse.Namespace) -> Iterator[Row]:
    torch.manual_seed(0)
    config = Config(model=args.model, resolution=args.resolution)
    trained = open_encoder(config, args.threads)
    models = {"mini": Mini(trained)}
    if args.control and isinstance(trained, ClipEncoder):
        control = CLIPModel(trained.model.config).float()
        models["untrained"] = Mini(ClipEncoder(control, trained.tokenizer, config, "cpu"))
    file = args.data / "teacher" / "mobilenet_v2_1.0_224_quant.tflite"
    teacher = MobileNet(file) if file.is_file() and args.teacher else None
    if teacher is None:
        yield Row("teacher", "teacher", None, "skipped: no teacher file, or not asked for")
    tables = args.only.split(",")
    for name in sorted({"objects", "planted", "brueghel", "objects-art"} & set(tables)):
        if not (args.data / name).is_dir():
            yield Row(name, "all", None, f"skipped: there is no folder {name} in the data folder")
            tables.remove(name)
    if "speed" in tables:
        yield from speed_rows(models["mini"])
    if "objects" in tables:
        yield from objects_rows(args.data / "objects", models, teacher)
    yield from words_rows(args.data, models, tables, config)
    if "grids" in tables and (args.data / "planted").is_dir():
        yield from grid_rows(args.data / "planted", models["mini"], config, args.queries)
    for name in ("planted", "brueghel"):
        if name in tables:
            yield from dense_rows(name, args.data / name, models, teacher, args.queries)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="mini", help="mini, or the folder of a model")
    parser.add_argument("--resolution", type=int, help="long side for pointing; the model's default if left out")
    parser.add_argument("--only", default="speed,objects,objects-art,captions,pointing,grids,planted,brueghel")
    parser.add_argument("--queries", type=int, default=0, help="at most about so many queries per set; 0: all")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--no-control", dest="control", action="store_false", help="leave the untrained model out")
    parser.add_argument("--no-teacher", dest="teacher", action="store_false")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows = []
    print(f"{'measure':48}{'model':12}{'value':>9}{'aim':>7}  note")
    for row in measure(args):
        rows.append(row)
        value = "-" if row.value is None else f"{row.value:.3f}"
        aim = AIMS.get(row.measure, "") if row.model == "mini" else ""
        print(f"{row.measure:48}{row.model:12}{value:>9}{aim:>7}  {row.note}", flush=True)
        if args.json:
            args.json.parent.mkdir(parents=True, exist_ok=True)
            args.json.write_text(json.dumps([vars(row) for row in rows], indent=1), "utf-8")


if __name__ == "__main__":
    main()
