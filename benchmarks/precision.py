"""What would 8-bit or bfloat16 arithmetic buy a full CLIP on a processor, and what would it cost?

    python benchmarks/precision.py [--resolution 448] [--pictures 3] [--passes 2] [--model FOLDER]

A checkpoint of the shape of openai/clip-vit-base-patch16, with random weights (the trained ones need a network): times
are those of the trained model, the cosines with float32 only say how coarse the arithmetic is. Trained weights have
outliers that random ones lack, so with them int8 costs more; --model FOLDER measures a CLIPModel of one's own. One
thread; seconds are processor time of a picture.
"""

from __future__ import annotations

import argparse
import copy
import sys
import time
import warnings
from dataclasses import replace
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])

import numpy as np
import torch
from PIL import Image
from transformers import CLIPConfig, CLIPModel

from explorer.config import Config
from explorer.encoder.clip import ClipEncoder
from explorer.encoder.clip_files import read_clip

BASE = {
    "projection_dim": 512,
    "vision_config": {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12,
                      "patch_size": 16, "image_size": 224},
    "text_config": {"hidden_size": 512, "intermediate_size": 2048, "num_hidden_layers": 12, "num_attention_heads": 8},
}  # fmt: skip


def picture(seed: int, columns: int, rows: int, patch: int) -> Image.Image:
    """Clouds of colour with grain."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 255, (9, 12, 3), np.uint8)).resize((columns * patch, rows * patch))
    grain = Image.fromarray(rng.integers(0, 255, (rows * 4, columns * 4, 3), np.uint8)).resize(coarse.size)
    return Image.blend(coarse, grain, 0.3)


def cosines(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(found, axis=-1) * np.linalg.norm(true, axis=-1)
    return ((found * true).sum(-1) / norms).ravel()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resolution", type=int, default=448)
    parser.add_argument("--pictures", type=int, default=3)
    parser.add_argument("--model", default="", metavar="FOLDER", help="a CLIPModel with trained weights")
    parser.add_argument("--passes", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    warnings.simplefilter("ignore")
    model = read_clip(options.model).model if options.model else CLIPModel(CLIPConfig(**BASE))
    config = Config(resolution=options.resolution)
    plain = ClipEncoder(model, None, config, "cpu")
    int8 = copy.copy(plain)
    int8.model = torch.ao.quantization.quantize_dynamic(copy.deepcopy(model), {torch.nn.Linear}, torch.qint8)
    half = ClipEncoder(model, None, replace(config, bfloat16=True), "cpu")
    rows, columns = plain.grid_shape(4, 3)
    pictures = [picture(seed, columns, rows, 16) for seed in range(options.pictures)]
    ways = {"float32": plain, "int8, linear layers, dynamic (PyTorch)": int8, "bfloat16 (--bfloat16)": half}
    print(f"{rows} x {columns} cells; {torch.backends.cpu.get_cpu_capability()}, {torch.backends.quantized.engine}")
    print("| arithmetic | seconds a picture | times as fast | match: mean, least | joint: mean, least | whole: least |")
    true: list[tuple[np.ndarray, ...]] = []
    base = 0.0
    for name, encoder in ways.items():
        found = [encoder.encode([one])[0] for one in pictures]
        spent = min(timed(encoder, pictures) for _ in range(options.passes)) / len(pictures)
        vectors = [(one.match.vectors, one.joint.vectors, one.whole) for one in found]
        true, base = true or vectors, base or spent
        match, joint, whole = (
            np.concatenate([cosines(a[kind], b[kind]) for a, b in zip(vectors, true, strict=True)]) for kind in range(3)
        )
        print(f"| {name} | {spent:.2f} | {base / spent:.2f} | {match.mean():.5f}, {match.min():.5f} "
              f"| {joint.mean():.5f}, {joint.min():.5f} | {whole.min():.5f} |", flush=True)  # fmt: skip


def timed(encoder: ClipEncoder, pictures: list[Image.Image]) -> float:
    start = time.process_time()
    for one in pictures:
        encoder.encode([one])
    return time.process_time() - start


if __name__ == "__main__":
    main()
