"""What was trained, as the folders that the app opens: the small model, and the plain ``CLIPModel``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import CLIPTokenizer

from explorer.adapt.space import DIMS
from explorer.adapt.student import Shape, build, save_folder
from explorer.adapt.tower import TextShape, text_config
from explorer.adapt.tune import between
from explorer.encoder.lite import MIDDLE
from explorer.encoder.small import MODEL_TYPE

SMALL, PLAIN = "small", "clip"
_OF_HEADS = {"picture.weight": "picture.weight", "picture.bias": "picture.bias"}


def write_small(prepared: Path, out: Path, share: float) -> Path:
    """The network ``share`` of the way from frozen (0) to tuned (1), its head and the text tower, in half precision."""
    stored, heads = load_file(prepared / "lite.safetensors"), load_file(out / "heads.safetensors")
    net = {name.removeprefix("net."): value.float() for name, value in stored.items() if name.startswith("net.")}
    start = {name: heads[name].float() for name in _OF_HEADS} | {
        _upper_name(name): value for name, value in net.items() if _upper_name(name)
    }
    tuned = load_file(out / "tuned.safetensors") if share else {}
    upper = between(start, tuned, share) if share else start
    tensors = {f"net.{name}": upper.get(_upper_name(name), value) for name, value in net.items()}
    tensors |= {name: upper[name] for name in _OF_HEADS}
    tensors |= {f"text.{name}": value for name, value in load_file(out / "tower.safetensors").items()}
    folder = out / SMALL
    folder.mkdir(exist_ok=True)
    save_file({name: value.half().contiguous() for name, value in tensors.items()}, folder / "model.safetensors")
    sharpness = tuned.get("sharpness", heads["sharpness"])
    shape = {
        "model_type": MODEL_TYPE,
        "joint": DIMS,
        "logit_scale": float(sharpness.float().exp()),
        "text": text_config(TextShape()),
    }
    (folder / "config.json").write_text(json.dumps(shape, indent=1) + "\n", "utf-8")
    shutil.copyfile(prepared / "tokenizer" / "tokenizer.json", folder / "tokenizer.json")
    return folder


def _upper_name(name: str) -> str:
    """A weight of the whole network as the tuned part calls it, or nothing where it stayed as it was."""
    if name.startswith("head."):
        return name
    parts = name.split(".")
    if parts[0] != "blocks" or int(parts[1]) <= MIDDLE:
        return ""
    return ".".join(["blocks", str(int(parts[1]) - MIDDLE - 1), *parts[2:]])


def write_plain(prepared: Path, out: Path, shape: Shape) -> Path:
    """The distilled vision tower and the text tower as a ``CLIPModel``."""
    model = build(shape)
    weights = {
        n: v.float() for n, v in (load_file(out / "student.safetensors") | load_file(out / "tower.safetensors")).items()
    }
    weights["logit_scale"] = load_file(out / "heads.safetensors")["sharpness"].float()
    model.load_state_dict(weights, strict=False)
    with torch.no_grad():
        save_folder(model, CLIPTokenizer.from_pretrained(prepared / "tokenizer"), out / PLAIN)
    return out / PLAIN
