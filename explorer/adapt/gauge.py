"""Quick figures while training, on reduced copies of the measuring pictures; the benchmark has the true ones.

Nothing is trained or chosen by them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from explorer.adapt.crops import wholes
from explorer.adapt.store import Pictures, read_json

PROMPTS = ("a painting of a {}", "a {}", "a picture of a {}", "a drawing of a {}", "an artwork showing a {}")
Look = Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]
"""Pixels ``(N, 3, S, S)`` to whole pictures ``(N, 256)`` and cells ``(N, 256, h, w)``."""
Speak = Callable[[list[str]], torch.Tensor]
WINDOWS = (5, 8, 14)
"""Sides of square windows, in cells of 28 to a side."""


@torch.inference_mode()
def gauge(
    pictures: Pictures, prepared: Path, look: Look, voices: dict[str, Speak], side: int = 224
) -> dict[str, dict[str, float]]:
    """Per voice zero-shot accuracy, retrieval, captions and pointing, each from 0 to 1."""
    boxes, said = read_json(prepared, "measured"), read_json(prepared, "said")
    rows = {"objects": pictures.rows("objects"), "art": pictures.rows("objects-art"), "held": pictures.rows("held-out")}
    rows["held"] = np.array(
        [r for r in rows["held"] if pictures.keys[r].startswith("train-photos/flickr8k")], dtype=np.int64
    )
    vectors = {name: _wholes(pictures, some, look, side) for name, some in rows.items() if len(some)}
    small = np.array([r for r in rows["art"] if any(_is_small(box) for box in boxes[pictures.keys[r]])], dtype=np.int64)
    cells = _cells(pictures, small, look, 2 * side)
    found = {}
    for voice, speak in voices.items():
        figures: dict[str, float] = {}
        if len(rows["objects"]):
            classes = np.array([pictures.keys[row].split("/")[1] for row in rows["objects"]])
            names = sorted(set(classes))
            top = _ranked(vectors["objects"], names, speak)
            figures["objects zero-shot"] = float(
                np.mean([names[best[0]] == c for best, c in zip(top, classes, strict=True)])
            )
            figures["objects mAP"] = _retrieval(vectors["objects"], classes)
        if len(rows["art"]):
            classes = [boxes[pictures.keys[row]][0][0] for row in rows["art"]]
            names = sorted({box[0] for many in boxes.values() for box in many})
            top = _ranked(vectors["art"], names, speak)
            places = np.array([best.tolist().index(names.index(c)) for best, c in zip(top, classes, strict=True)])
            figures |= {
                "objects-art top-1": float((places == 0).mean()),
                "objects-art top-5": float((places < 5).mean()),
            }
            texts = dict(zip(names, _ensemble(names, speak), strict=True))
            figures |= _pointing([boxes[pictures.keys[row]] for row in small], cells, texts)
        if len(rows["held"]):
            figures |= _captions(vectors["held"], [said[pictures.keys[row]]["texts"] for row in rows["held"]], speak)
        found[voice] = {name: round(value, 3) for name, value in figures.items()}
    return found


def _is_small(box: list) -> bool:
    return (box[3] - box[1]) * (box[4] - box[2]) < 0.25


def _wholes(pictures: Pictures, rows: np.ndarray, look: Look, side: int) -> torch.Tensor:
    where = torch.from_numpy(rows).to(pictures.pixels.device)
    return torch.cat([look(wholes(pictures, some, side))[0] for some in where.split(128)])


def _cells(pictures: Pictures, rows: np.ndarray, look: Look, side: int) -> list[torch.Tensor]:
    """Unit cells of enlarged pictures on a grid of 28 x 28, ``(256, 28, 28)`` each."""
    where = torch.from_numpy(rows).to(pictures.pixels.device)
    found = [look(wholes(pictures, some, side))[1] for some in where.split(32) if len(some)]
    sized = [F.interpolate(F.normalize(part.float(), dim=1), size=(28, 28), mode="bilinear") for part in found]
    return [cells for part in sized for cells in part]


def _ensemble(names: list[str], speak: Speak) -> torch.Tensor:
    said = speak([prompt.format(name) for name in names for prompt in PROMPTS])
    return F.normalize(said.view(len(names), len(PROMPTS), -1).mean(1), dim=-1)


def _ranked(vectors: torch.Tensor, names: list[str], speak: Speak) -> np.ndarray:
    return (vectors @ _ensemble(names, speak).T).argsort(1, descending=True).cpu().numpy()


def _retrieval(vectors: torch.Tensor, classes: np.ndarray) -> float:
    precisions = []
    for query, ranked in enumerate((vectors @ vectors.T).argsort(1, descending=True).cpu().numpy()):
        ranks = np.flatnonzero(classes[ranked[ranked != query]] == classes[query]) + 1
        precisions.append((np.arange(1, len(ranks) + 1) / ranks).mean() if len(ranks) else 0.0)
    return float(np.mean(precisions))


def _captions(vectors: torch.Tensor, texts: list[list[str]], speak: Speak) -> dict[str, float]:
    truth = torch.tensor([at for at, many in enumerate(texts) for _ in many], device=vectors.device)
    likeness = speak([text for many in texts for text in many]) @ vectors.T
    better = (likeness > likeness.gather(1, truth[:, None])).sum(1)
    return {f"captions recall@{k}": float((better < k).float().mean()) for k in (1, 10)}


def _pointing(boxes: list[list], cells: list[torch.Tensor], texts: dict[str, torch.Tensor]) -> dict[str, float]:
    """Of boxes below a quarter of the picture: the centre of the best square window lies in the box."""
    hits, centres = [], []
    for many, grid in zip(boxes, cells, strict=True):
        pooled = [(size, F.normalize(F.avg_pool2d(grid[None], size, 1)[0], dim=0)) for size in WINDOWS]
        for name, x0, y0, x1, y1 in filter(_is_small, many):
            best = (-2.0, 0.0, 0.0)
            for size, window in pooled:
                likeness = torch.einsum("d,dhw->hw", texts[name], window)
                at = int(likeness.argmax())
                down, across = divmod(at, likeness.shape[1])
                best = max(best, (float(likeness.flatten()[at]), (across + size / 2) / 28, (down + size / 2) / 28))
            hits.append(x0 <= best[1] <= x1 and y0 <= best[2] <= y1)
            centres.append(x0 <= 0.5 <= x1 and y0 <= 0.5 <= y1)
    return {"pointing": float(np.mean(hits)), "pointing, picture's centre": float(np.mean(centres))} if hits else {}
