"""Quick figures while training, on reduced copies of the pictures for measuring; ``benchmarks/model.py`` has the true ones.

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
WINDOWS = (0.18, 0.3, 0.5)


@torch.inference_mode()
def gauge(pictures: Pictures, prepared: Path, look: Look, speak: Speak, side: int = 224) -> dict[str, float]:
    """Zero-shot accuracy, retrieval, captions and pointing, each from 0 to 1."""
    figures: dict[str, float] = {}
    rows = pictures.rows("objects")
    if len(rows):
        classes = np.array([pictures.keys[row].split("/")[1] for row in rows])
        names = sorted(set(classes))
        vectors = _wholes(pictures, rows, look, side)
        top = _ranked(vectors, names, speak)
        figures["objects zero-shot"] = float(np.mean([names[best[0]] == c for best, c in zip(top, classes, strict=True)]))
        figures["objects mAP"] = _retrieval(vectors, classes)
    boxes = read_json(prepared, "measured")
    rows = pictures.rows("objects-art")
    if len(rows):
        classes = [boxes[pictures.keys[row]][0][0] for row in rows]
        names = sorted({box[0] for many in boxes.values() for box in many})
        top = _ranked(_wholes(pictures, rows, look, side), names, speak)
        places = np.array([best.tolist().index(names.index(c)) for best, c in zip(top, classes, strict=True)])
        figures |= {"objects-art top-1": float((places == 0).mean()), "objects-art top-5": float((places < 5).mean())}
        figures |= _pointing(pictures, rows, boxes, look, _ensemble(names, speak), names, 2 * side)
    said = read_json(prepared, "said")
    rows = pictures.rows("held-out")
    rows = rows[[pictures.keys[row].startswith("train-photos/flickr8k") for row in rows]] if len(rows) else rows
    if len(rows):
        vectors = _wholes(pictures, rows, look, side)
        captions = [(at, text) for at, row in enumerate(rows) for text in said[pictures.keys[row]]["texts"]]
        likeness = speak([text for _, text in captions]) @ vectors.T
        truth = torch.tensor([at for at, _ in captions], device=vectors.device)
        better = (likeness > likeness.gather(1, truth[:, None])).sum(1)
        figures |= {f"captions recall@{k}": float((better < k).float().mean()) for k in (1, 10)}
    return {name: round(value, 3) for name, value in figures.items()}


def _wholes(pictures: Pictures, rows: np.ndarray, look: Look, side: int) -> torch.Tensor:
    where = torch.from_numpy(rows).to(pictures.pixels.device)
    return torch.cat([look(wholes(pictures, some, side))[0] for some in where.split(128)])


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


def _pointing(pictures: Pictures, rows: np.ndarray, boxes: dict, look: Look, texts: torch.Tensor, names: list[str],
              side: int) -> dict[str, float]:  # fmt: skip
    """Of boxes below a quarter of the picture: the centre of the best square window lies in the box."""
    hits, centres = [], []
    for row in rows.tolist():
        small = [box for box in boxes[pictures.keys[row]] if (box[3] - box[1]) * (box[4] - box[2]) < 0.25]
        if not small:
            continue
        cells = look(wholes(pictures, torch.tensor([row], device=pictures.pixels.device), side))[1]
        cells = F.interpolate(F.normalize(cells.float(), dim=1), size=(28, 28), mode="bilinear")
        for name, x0, y0, x1, y1 in small:
            likeness = torch.einsum("d,dhw->hw", texts[names.index(name)], cells[0])[None, None]
            best = (-2.0, 0.0, 0.0)
            for share in WINDOWS:
                size = max(1, round(share * 28))
                pooled = F.normalize(F.avg_pool2d(cells, size, 1), dim=1)
                likeness = torch.einsum("d,dhw->hw", texts[names.index(name)], pooled[0])
                at = int(likeness.argmax())
                down, across = divmod(at, likeness.shape[1])
                best = max(best, (float(likeness.flatten()[at]), (across + size / 2) / 28, (down + size / 2) / 28))
            hits.append(x0 <= best[1] <= x1 and y0 <= best[2] <= y1)
            centres.append(x0 <= 0.5 <= x1 and y0 <= 0.5 <= y1)
    return {"pointing": float(np.mean(hits)), "pointing, picture's centre": float(np.mean(centres))} if hits else {}
