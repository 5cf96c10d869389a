"""Does a calibration hold in a collection that is full of copies? A third of the works are altered copies of others.

    python benchmarks/contaminated.py --pictures FOLDER [--works 90] [--json FILE]

Two collections of as many works, taken by name from FOLDER: one of different works, one in which a third are copies of
the others (recoloured, in grey, sepia or ink, reversed). Both calibrate themselves; the table shows the probability
that either gives to the same cues, and how many of the pairs taken to be unrelated were trimmed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

sys.path[0] = str(Path(__file__).parents[1])
sys.path.append(str(Path(__file__).parent))  # last: click.py here is not the library of that name

from explorer.calibration.copies import random_alteration, redrawn
from explorer.config import Config
from explorer.indexing import index_folder
from explorer.verification import cue_vector
from explorer.verification.calibration_result import Calibration
from explorer.workspace import Workspace

EVIDENCE = {
    "nothing": (0.3, 0.05, 0.0), "some cells": (0.35, 0.15, 0.0), "many cells": (0.4, 0.3, 0.0),
    "some key points": (0.35, 0.1, 4.0), "cells and key points": (0.45, 0.3, 12.0),
}  # fmt: skip
"""Mean cosine, agreement of cells, significance of key points."""


def collection(pictures: list[Path], copies: int, folder: Path, seed: int = 0) -> Path:
    """The pictures, the last ``copies`` of them replaced by altered copies of the first ones."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    for number, path in enumerate(pictures):
        source = pictures[number - (len(pictures) - copies)] if number >= len(pictures) - copies else path
        with Image.open(source) as opened:
            image = opened.convert("RGB")
        if source is not path:
            image = redrawn(image, random_alteration(rng))
        image.save(folder / f"{number:03d}.jpg", quality=92)
    return folder


def calibration(folder: Path, name: str, cache: Path, model: str) -> Calibration:
    index_folder(folder, name, cache, Config(model=model))
    return Workspace.open(name, cache).calibration


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--works", type=int, default=90)
    parser.add_argument("--model", default="mini")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    files = sorted(path for path in options.pictures.iterdir() if path.suffix.lower() in {".jpg", ".png"})
    files = files[:: max(1, len(files) // options.works)][: options.works]
    with tempfile.TemporaryDirectory() as scratch:
        found: dict[str, Calibration] = {}
        for name, copies in (("different", 0), ("a third copies", len(files) // 3)):
            folder = collection(files, copies, Path(scratch) / name)
            found[name] = calibration(folder, name, Path(scratch) / "cache", options.model)
    print(f"{'':24}{'different':>12}{'a third copies':>16}")
    table = {}
    for what, cues in EVIDENCE.items():
        probabilities = [float(each.model.probability(np.array([cue_vector(*cues)]))[0]) for each in found.values()]
        table[what] = probabilities
        print(f"{what:24}{probabilities[0]:>12.2f}{probabilities[1]:>16.2f}")
    for what in ("ece", "auc", "copies", "pairs", "trimmed"):
        values = [getattr(each, what) for each in found.values()]
        table[what] = values
        print(f"{what:24}{values[0]:>12.3g}{values[1]:>16.3g}")
    if options.json:
        options.json.write_text(json.dumps(table, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
