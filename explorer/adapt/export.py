"""The stage ``write``: the trained weights as model folders that the app opens, the small model and a ``CLIPModel``."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import CLIPTokenizer

from explorer.adapt.data.pictures import Pictures
from explorer.adapt.models.clip_student import ClipShape, build_clip, save_folder
from explorer.adapt.models.joint_space import DIMS
from explorer.adapt.models.text_tower import TextShape, text_config
from explorer.adapt.models.upper_blocks import interpolate_weights
from explorer.config import Config
from explorer.encoder.lite import MIDDLE
from explorer.encoder.small import MODEL_TYPE, SmallEncoder

SMALL, PLAIN = "mini", "clip"
ART = ("train-art/", "museum/")
LEAST_TEXTS = 2
"""A word counts as learnt from this many texts on: what occurs once is often a name or a slip."""
_WORD = re.compile(r"[a-z]{2,}")
PICTURE_HEAD = ("picture.weight", "picture.bias")


def export_small(prepared: Path, out: Path, share: float) -> Path:
    """The network ``share`` of the way from frozen (0) to tuned (1), its head and the text tower, in half precision."""
    heads = load_file(out / "heads.safetensors")
    tuned = load_file(out / "tuned.safetensors") if share else {}
    tensors = _image_tensors(load_file(prepared / "lite.safetensors"), heads, tuned, share)
    tensors |= {f"text.{name}": value for name, value in load_file(out / "tower.safetensors").items()}
    folder = out / SMALL
    folder.mkdir(exist_ok=True)
    save_file({name: value.half().contiguous() for name, value in tensors.items()}, folder / "model.safetensors")
    log_scale = tuned.get("sharpness", heads["sharpness"])
    config = {
        "model_type": MODEL_TYPE,
        "joint": DIMS,
        "logit_scale": float(log_scale.float().exp()),
        "text": text_config(TextShape()),
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    shutil.copyfile(prepared / "tokenizer" / "tokenizer.json", folder / "tokenizer.json")
    return folder


def add_words(folder: Path, prepared: Path) -> None:
    """Write the words that at least two texts of the corpus have, so that the app can say which are not known."""
    texts = json.loads((prepared / "texts.json").read_text("utf-8"))
    counts = Counter(word for text in texts for word in set(_WORD.findall(text.lower())))
    words = sorted(word for word, count in counts.items() if count >= LEAST_TEXTS)
    (folder / "words.txt").write_text("".join(f"{word}\n" for word in words), "utf-8")


def add_picture_mean(folder: Path, pictures: Pictures, most: int = 600) -> None:
    """Put the mean vector of about ``most`` training works of art, evenly chosen, into the folder's config; nothing
    where there is no work of art among the pictures."""
    rows = [row for row in pictures.rows("train") if pictures.keys[row].startswith(ART)]
    chosen = rows[:: max(1, len(rows) // most)]
    if not chosen:
        return
    encoder = SmallEncoder(folder, Config(model=str(folder)), "cpu")
    squares = pictures.pixels[chosen].permute(0, 2, 3, 1).cpu().numpy()
    wholes = [encoder.wholes([Image.fromarray(square)])[0] for square in squares]
    path = folder / "config.json"
    mean = np.mean(wholes, axis=0).round(6).tolist()
    config = {**json.loads(path.read_text("utf-8")), "picture_mean": mean}
    path.write_text(json.dumps(config, indent=1) + "\n", "utf-8")


def _image_tensors(
    stored: dict[str, torch.Tensor], heads: dict[str, torch.Tensor], tuned: dict[str, torch.Tensor], share: float
) -> dict[str, torch.Tensor]:
    """The network's weights under ``net.`` and the picture head's, interpolated where they were fine-tuned."""
    net = {name.removeprefix("net."): value.float() for name, value in stored.items() if name.startswith("net.")}
    frozen = {name: heads[name].float() for name in PICTURE_HEAD}
    frozen |= {_upper_name(name): value for name, value in net.items() if _upper_name(name)}
    upper = interpolate_weights(frozen, tuned, share) if share else frozen
    tensors = {f"net.{name}": upper.get(_upper_name(name), value) for name, value in net.items()}
    return tensors | {name: upper[name] for name in PICTURE_HEAD}


def _upper_name(name: str) -> str:
    """The name of a weight of the network in the upper blocks, or empty where it is below them."""
    if name.startswith("head."):
        return name
    words = name.split(".")
    if words[0] != "blocks" or int(words[1]) <= MIDDLE:
        return ""
    return ".".join(["blocks", str(int(words[1]) - MIDDLE - 1), *words[2:]])


def export_clip(prepared: Path, out: Path, shape: ClipShape) -> Path:
    """The distilled vision tower and the text tower as a ``CLIPModel``."""
    model = build_clip(shape)
    stored = load_file(out / "student.safetensors") | load_file(out / "tower.safetensors")
    weights = {name: value.float() for name, value in stored.items()}
    weights["logit_scale"] = load_file(out / "heads.safetensors")["sharpness"].float()
    model.load_state_dict(weights, strict=False)
    with torch.no_grad():
        save_folder(model, CLIPTokenizer.from_pretrained(prepared / "tokenizer"), out / PLAIN)
    return out / PLAIN
