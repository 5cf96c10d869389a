"""The stage ``gauge``: quick metrics on reduced copies of the evaluation sets; the benchmarks measure on the originals.

Nothing is trained or chosen by them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from explorer.adapt.data.crops import squeezed
from explorer.adapt.data.pictures import Pictures, read_json

PROMPTS = ("a painting of a {}", "a {}", "a picture of a {}", "a drawing of a {}", "an artwork showing a {}")
ImageModel = Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]
"""Pixels ``(N, 3, S, S)`` to unit vectors of whole pictures ``(N, 256)`` and cells ``(N, 256, h, w)``."""
TextModel = Callable[[list[str]], torch.Tensor]
"""Texts to unit vectors ``(N, 256)``."""
Box = tuple[str, float, float, float, float]
"""Class, then x0, y0, x1, y1 as fractions of width and height."""
GRID = 28
WINDOWS = (5, 8, 14)
"""Sides of square windows, in cells of ``GRID`` to a side."""
SMALL_AREA = 0.25
"""Boxes below this share of the picture are for pointing."""


@torch.inference_mode()
def quick_metrics(
    pictures: Pictures, prepared: Path, image_model: ImageModel, text_models: dict[str, TextModel], side: int = 224
) -> dict[str, dict[str, float]]:
    """By text model: zero-shot accuracy, retrieval, caption recall and pointing, each from 0 to 1."""
    sets = _EvaluationSets(pictures, prepared, image_model, side)
    return {name: {metric: round(value, 3) for metric, value in sets.metrics(text_model).items()}
            for name, text_model in text_models.items()}  # fmt: skip


class _EvaluationSets:
    """The vectors of ``objects`` and ``objects-art``, of held-out captioned photographs, and the cells of pictures
    with small boxes."""

    def __init__(self, pictures: Pictures, prepared: Path, image_model: ImageModel, side: int) -> None:
        boxes, captions = read_json(prepared, "measured"), read_json(prepared, "said")
        keys = pictures.keys
        objects, art = pictures.rows("objects"), pictures.rows("objects-art")
        held_out = pictures.rows("held-out")
        held_out = held_out[[keys[row].startswith("train-photos/flickr8k") for row in held_out]]
        self.objects, self.art, self.photographs = (
            _whole_vectors(pictures, rows, image_model, side) for rows in (objects, art, held_out)
        )
        self.object_classes = [keys[row].split("/")[1] for row in objects]
        self.art_classes = [boxes[keys[row]][0][0] for row in art]
        self.art_names = sorted({box[0] for of_picture in boxes.values() for box in of_picture})
        self.captions = [captions[keys[row]]["texts"] for row in held_out]
        small = art[[any(_is_small(box) for box in boxes[keys[row]]) for row in art]]
        self.cells = _cells(pictures, small, image_model, 2 * side)
        self.boxes: list[list[Box]] = [boxes[keys[row]] for row in small]

    def metrics(self, text_model: TextModel) -> dict[str, float]:
        """The metrics of the sets that have pictures."""
        metrics: dict[str, float] = {}
        if self.objects is not None:
            ranks = _class_ranks(self.objects, self.object_classes, sorted(set(self.object_classes)), text_model)
            metrics["objects zero-shot"] = float(np.mean(ranks == 0))
            metrics["objects mAP"] = mean_average_precision(self.objects, np.array(self.object_classes))
        if self.art is not None:
            ranks = _class_ranks(self.art, self.art_classes, self.art_names, text_model)
            metrics["objects-art top-1"] = float((ranks == 0).mean())
            metrics["objects-art top-5"] = float((ranks < 5).mean())
            texts = dict(zip(self.art_names, _prompt_ensemble(self.art_names, text_model), strict=True))
            metrics |= pointing(self.boxes, self.cells, texts)
        if self.photographs is not None:
            metrics |= caption_recall(self.photographs, self.captions, text_model)
        return metrics


def _is_small(box: Box) -> bool:
    return (box[3] - box[1]) * (box[4] - box[2]) < SMALL_AREA


def _whole_vectors(pictures: Pictures, rows: np.ndarray, image_model: ImageModel, side: int) -> torch.Tensor | None:
    """Unit vectors ``(N, 256)``; None without pictures."""
    chunks = torch.from_numpy(rows).to(pictures.pixels.device).split(128)
    return torch.cat([image_model(squeezed(pictures, c, side))[0] for c in chunks]) if len(rows) else None


def _cells(pictures: Pictures, rows: np.ndarray, image_model: ImageModel, side: int) -> list[torch.Tensor]:
    """Unit cells of pictures of ``side`` pixels on a grid of 28 x 28, ``(256, 28, 28)`` each."""
    chunks = torch.from_numpy(rows).to(pictures.pixels.device).split(32)
    maps = [image_model(squeezed(pictures, chunk, side))[1] for chunk in chunks if len(chunk)]
    resized = [F.interpolate(F.normalize(m.float(), dim=1), size=(GRID, GRID), mode="bilinear") for m in maps]
    return [cells for chunk in resized for cells in chunk]


def _prompt_ensemble(names: list[str], text_model: TextModel) -> torch.Tensor:
    """The mean of every name's prompts, ``(N, 256)``, unit rows."""
    vectors = text_model([prompt.format(name) for name in names for prompt in PROMPTS])
    return F.normalize(vectors.view(len(names), len(PROMPTS), -1).mean(1), dim=-1)


def _class_ranks(vectors: torch.Tensor, classes: list[str], names: list[str], text_model: TextModel) -> np.ndarray:
    """The rank of each picture's class among the ``names``, from 0, ``(N,)``."""
    ranked = (vectors @ _prompt_ensemble(names, text_model).T).argsort(1, descending=True).cpu().numpy()
    truth = np.array([names.index(name) for name in classes])
    return (ranked == truth[:, None]).argmax(1)


def mean_average_precision(vectors: torch.Tensor, classes: np.ndarray) -> float:
    """Of same-class retrieval with every picture as the query, the query itself left out."""
    precisions = []
    for query, ranked in enumerate((vectors @ vectors.T).argsort(1, descending=True).cpu().numpy()):
        ranks = np.flatnonzero(classes[ranked[ranked != query]] == classes[query]) + 1
        precisions.append((np.arange(1, len(ranks) + 1) / ranks).mean() if len(ranks) else 0.0)
    return float(np.mean(precisions))


def caption_recall(vectors: torch.Tensor, captions: list[list[str]], text_model: TextModel) -> dict[str, float]:
    """Recall at 1 and at 10 of the picture of each caption."""
    truth = torch.tensor([row for row, texts in enumerate(captions) for _ in texts], device=vectors.device)
    cosines = text_model([text for texts in captions for text in texts]) @ vectors.T
    better = (cosines > cosines.gather(1, truth[:, None])).sum(1)
    return {f"captions recall@{k}": float((better < k).float().mean()) for k in (1, 10)}


def pointing(boxes: list[list[Box]], cells: list[torch.Tensor], texts: dict[str, torch.Tensor]) -> dict[str, float]:
    """Of boxes below a quarter of the picture: how often the centre of the best square window for the class's text
    lies in the box, and how often the picture's centre does."""
    hits, centre_hits = [], []
    for of_picture, grid in zip(boxes, cells, strict=True):
        windows = [(size, F.normalize(F.avg_pool2d(grid[None], size, 1)[0], dim=0)) for size in WINDOWS]
        for name, x0, y0, x1, y1 in filter(_is_small, of_picture):
            x, y = _best_window_centre(windows, texts[name])
            hits.append(x0 <= x <= x1 and y0 <= y <= y1)
            centre_hits.append(x0 <= 0.5 <= x1 and y0 <= 0.5 <= y1)
    if not hits:
        return {}
    return {"pointing": float(np.mean(hits)), "pointing, picture's centre": float(np.mean(centre_hits))}


def _best_window_centre(windows: list[tuple[int, torch.Tensor]], text: torch.Tensor) -> tuple[float, float]:
    """``(x, y)`` as fractions."""
    best = (-2.0, 0.0, 0.0)
    for size, vectors in windows:
        cosines = torch.einsum("d,dhw->hw", text, vectors)
        index = int(cosines.argmax())
        row, column = divmod(index, cosines.shape[1])
        best = max(best, (float(cosines.flatten()[index]), (column + size / 2) / GRID, (row + size / 2) / GRID))
    return best[1:]
