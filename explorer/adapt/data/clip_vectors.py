"""Published CLIP ViT-B/32 vectors of texts and pictures, read from the data folder ``clip-vectors``.

They are the ground truth that every stage regresses towards where it is known; the stage ``prepare`` reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

NAME_LISTS = ("lvis1203_a", "openimages500_a", "objects365_a", "coco80_a")
PHOTO_LISTS = ("lvis1203_a_photo", "coco80_a_photo")
TEMPLATE_LISTS = ("lvis1203_templates", "coco80_templates")
ENSEMBLE = (
    "a photo of a {}.", "a bad photo of a {}.", "a photo of the small {}.", "a photo of many {}.", "art of the {}.",
    "a painting of a {}.", "a close-up photo of a {}.", "there is a {} in the scene.",
)  # fmt: skip


@dataclass
class ClipVectors:
    """Two parallel sets: ``text_vectors[i] (512,)`` is the mean CLIP vector of the texts ``texts[i]``;
    ``image_vectors[i] (512,)`` that of a picture with the captions or names ``captions[i]``, whose key in the data
    folder is ``pictures[i]``, or empty where the picture itself is not there."""

    texts: list[list[str]] = field(default_factory=list)
    text_vectors: list[np.ndarray] = field(default_factory=list)
    captions: list[list[str]] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    image_vectors: list[np.ndarray] = field(default_factory=list)

    def add_texts(self, texts: list[str], vector: np.ndarray) -> None:
        self.texts.append([" ".join(text.split()) for text in texts])
        self.text_vectors.append(vector)

    def add_picture(self, picture: str, captions: list[str], vector: np.ndarray) -> None:
        self.pictures.append(picture)
        self.captions.append([" ".join(text.split()) for text in captions])
        self.image_vectors.append(vector)


def read_clip_vectors(folder: Path, held_out: frozenset[str]) -> ClipVectors:
    """All vectors but those of held-out pictures and of their captions."""
    vectors = ClipVectors()
    _add_names(vectors, folder)
    for line, vector in _rows(folder, "flickr8k_captions500"):
        picture, caption = line.split("\t")
        if f"train-photos/flickr8k-{picture}" not in held_out:
            vectors.add_texts([caption], vector)
    for line, vector in _rows(folder, "lvis1203_IMAGE_exemplars_mean"):
        vectors.add_picture("", [f"a {_plain(line)}", f"a photo of a {_plain(line)}"], vector)
    for line, vector in _rows(folder, "flickr8k_IMAGE_vectors"):
        picture, local, captions = line.split("\t")
        if f"train-photos/flickr8k-{picture}" not in held_out:
            vectors.add_picture(local.replace("images/", ""), captions.split(" | "), vector)
    for line, vector in _rows(folder, "unsplash125_IMAGE_vectors"):
        vectors.add_picture(f"clip-vectors/{Path(line).name}", [], vector)
    return vectors


def _add_names(vectors: ClipVectors, folder: Path) -> None:
    """Names of things, plain and in templates, and descriptions of them."""
    for name in NAME_LISTS:
        for line, vector in _rows(folder, name):
            vectors.add_texts([f"a {_plain(line)}"], vector)
    for name in PHOTO_LISTS:
        for line, vector in _rows(folder, name):
            vectors.add_texts([f"a photo of a {_plain(line)}", f"a photo of a {_plain(line)}."], vector)
    for name in TEMPLATE_LISTS:
        for line, vector in _rows(folder, name):
            vectors.add_texts([template.format(_plain(line)) for template in ENSEMBLE], vector)
    for line, vector in _rows(folder, "lvis1203_descriptions_mean"):
        vectors.add_texts([text for text in line.split("\t")[1].split(" | ") if text.strip()], vector)


def _rows(folder: Path, name: str) -> list[tuple[str, np.ndarray]]:
    lines = (folder / f"{name}.txt").read_text("utf-8").splitlines()
    return list(zip(lines, np.load(folder / f"{name}.npy").astype(np.float32), strict=True))


def _plain(name: str) -> str:
    return name.replace("_", " ").strip().lower()
