"""True CLIP vectors, text by text and picture by picture, as they lie in a folder ``clip-vectors``."""

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
class Truths:
    """``said[i]`` texts whose mean text vector is ``text_vectors[i]``; ``shown[i]`` texts (captions, a name) of the
    picture with image vector ``image_vectors[i]``, whose file here is ``pictures[i]`` or empty."""

    said: list[list[str]] = field(default_factory=list)
    text_vectors: list[np.ndarray] = field(default_factory=list)
    shown: list[list[str]] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    image_vectors: list[np.ndarray] = field(default_factory=list)

    def say(self, texts: list[str], vector: np.ndarray) -> None:
        self.said.append([" ".join(text.split()) for text in texts])
        self.text_vectors.append(vector)

    def show(self, picture: str, texts: list[str], vector: np.ndarray) -> None:
        self.pictures.append(picture)
        self.shown.append([" ".join(text.split()) for text in texts])
        self.image_vectors.append(vector)


def read_truths(folder: Path, held_out: frozenset[str]) -> Truths:
    """All true vectors but those of held-out pictures and of their captions."""
    found = Truths()
    _read_texts(found, folder)
    for line, vector in _rows(folder, "flickr8k_captions500"):
        picture, caption = line.split("\t")
        if f"train-photos/flickr8k-{picture}" not in held_out:
            found.say([caption], vector)
    for line, vector in _rows(folder, "lvis1203_IMAGE_exemplars_mean"):
        found.show("", [f"a {_plain(line)}", f"a photo of a {_plain(line)}"], vector)
    for line, vector in _rows(folder, "flickr8k_IMAGE_vectors"):
        picture, here, captions = line.split("\t")
        if f"train-photos/flickr8k-{picture}" not in held_out:
            found.show(here.replace("images/", ""), captions.split(" | "), vector)
    for line, vector in _rows(folder, "unsplash125_IMAGE_vectors"):
        found.show(f"clip-vectors/{Path(line).name}", [], vector)
    return found


def _read_texts(found: Truths, folder: Path) -> None:
    """Names, plain and in templates, and the descriptions of what they name."""
    for name in NAME_LISTS:
        for line, vector in _rows(folder, name):
            found.say([f"a {_plain(line)}"], vector)
    for name in PHOTO_LISTS:
        for line, vector in _rows(folder, name):
            found.say([f"a photo of a {_plain(line)}", f"a photo of a {_plain(line)}."], vector)
    for name in TEMPLATE_LISTS:
        for line, vector in _rows(folder, name):
            found.say([template.format(_plain(line)) for template in ENSEMBLE], vector)
    for line, vector in _rows(folder, "lvis1203_descriptions_mean"):
        found.say([part for part in line.split("\t")[1].split(" | ") if part.strip()], vector)


def _rows(folder: Path, name: str) -> list[tuple[str, np.ndarray]]:
    lines = (folder / f"{name}.txt").read_text("utf-8").splitlines()
    return list(zip(lines, np.load(folder / f"{name}.npy").astype(np.float32), strict=True))


def _plain(name: str) -> str:
    return name.replace("_", " ").strip().lower()
