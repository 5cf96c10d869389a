"""Words against pictures: the 50 kinds of ``objects-art``, where they are, and captions of held-out photographs."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
from PIL import Image

from explorer.adapt.heldout import held_out
from explorer.encoder import Encoder
from explorer.features.grid import unit_rows
from explorer.features.regions import pool, region_boxes

PROMPTS = ("a painting of a {}", "a {}", "a picture of a {}", "a drawing of a {}", "an artwork showing a {}")
NEUTRAL = (
    "a painting", "a picture", "a landscape", "a background", "sky", "ground", "a wall", "a drawing", "a scene",
    "an artwork", "grass and trees", "people",
)  # fmt: skip
SMALL = 0.25  # boxes below this part of the picture are pointed at
LARGER = 0.3  # side of a region, of a square of the picture's area


def ensemble(encoder: Encoder, names: list[str]) -> np.ndarray:
    """The mean of every name's prompts, ``(N, P)`` unit rows."""
    vectors = encoder.words([prompt.format(name) for name in names for prompt in PROMPTS])
    return unit_rows(vectors.reshape(len(names), len(PROMPTS), -1).mean(axis=1))


def annotated(folder: Path) -> dict[str, list[tuple[str, np.ndarray]]]:
    """Per file its boxes as fractions, with their class."""
    found = defaultdict(list)
    with (folder / "annotations.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            sides = np.array([float(row["width"]), float(row["height"])] * 2)
            found[row["file"]].append(
                (row["class"], np.array([float(row[k]) for k in ("x0", "y0", "x1", "y1")]) / sides)
            )
    return dict(found)


def art_figures(folder: Path, encoder: Encoder, whole: np.ndarray, files: list[str]) -> dict[str, float]:
    """Zero-shot of whole pictures ``(N, P)`` among all classes."""
    truth = annotated(folder)
    names = sorted({name for boxes in truth.values() for name, _ in boxes})
    ranked = np.argsort(-whole @ ensemble(encoder, names).T, axis=1)
    places = np.array(
        [[names[c] for c in row].index(truth[file][0][0]) for file, row in zip(files, ranked, strict=True)]
    )
    return {
        "objects-art: zero-shot, top-1": float((places == 0).mean()),
        "objects-art: zero-shot, top-5": float((places < 5).mean()),
    }


def pointing_figures(folder: Path, encoder: Encoder, scales: tuple[float, ...], overlap: float) -> dict[str, float]:
    """For boxes below a quarter of the picture: the region of highest cosine with the words, its centre and IoU.

    Once among all regions by the words alone; once among the larger ones, by their cosine with the words less that with
    neutral texts, which removes what is common to any ground.
    """
    truth = annotated(folder)
    names = sorted({name for boxes in truth.values() for name, _ in boxes})
    vectors_of = dict(zip(names, ensemble(encoder, names), strict=True))
    neutral = encoder.words(list(NEUTRAL)).mean(axis=0)
    ways = {"": (0.0, neutral * 0), ", larger regions, neutral texts taken off": (LARGER, neutral)}
    hits: dict[str, list[bool]] = {way: [] for way in ways}
    overlaps: dict[str, list[float]] = {way: [] for way in ways}
    middles = []
    for file, boxes in truth.items():
        small = [(name, box) for name, box in boxes if (box[2] - box[0]) * (box[3] - box[1]) < SMALL]
        if not small:
            continue
        with Image.open(folder / "images" / file) as opened:
            picture = opened.convert("RGB")
        joint = encoder.encode([encoder.prepare(picture, *picture.size)])[0].joint
        middles += [_inside(np.array([0.5, 0.5]), box) for _, box in small]
        for way, (least, taken) in ways.items():
            kept = tuple(scale for scale in scales if scale >= least)
            regions = region_boxes(*picture.size, kept, overlap)[1:]
            vectors = pool(joint, regions)
            for name, box in small:
                best = regions[int((vectors @ (vectors_of[name] - taken)).argmax())]
                hits[way].append(_inside((best[:2] + best[2:]) / 2, box))
                overlaps[way].append(_iou(best, box))
    figures = {f"objects-art: pointing{way}": float(np.mean(values)) for way, values in hits.items()}
    figures |= {f"objects-art: mean IoU{way}": float(np.mean(values)) for way, values in overlaps.items()}
    return figures | {"objects-art: the picture's centre": float(np.mean(middles))}


def held_out_captions(folder: Path) -> list[tuple[Path, list[str]]]:
    """The 500 held-out Flickr8k pictures with their captions."""
    held = held_out()
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    chosen = [row for row in rows if f"train-photos/{row['file']}" in held]
    return [(folder / "images" / row["file"], [w.strip() for w in row["words"].split(" | ")]) for row in chosen]


def caption_figures(encoder: Encoder, whole: np.ndarray, captions: list[list[str]]) -> dict[str, float]:
    """Each caption should find its picture among all, ``whole (N, P)``."""
    owner = np.array([row for row, many in enumerate(captions) for _ in many])
    cosines = encoder.words([text for many in captions for text in many]) @ whole.T
    better = (cosines > cosines[np.arange(len(owner)), owner][:, None]).sum(axis=1)
    return {f"captions: recall@{k}": float((better < k).mean()) for k in (1, 10)}


def _inside(point: np.ndarray, box: np.ndarray) -> bool:
    return bool(box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3])


def _iou(a: np.ndarray, b: np.ndarray) -> float:
    side = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None)
    both = float(side.prod())
    return both / (float((a[2:] - a[:2]).prod()) + float((b[2:] - b[:2]).prod()) - both)
