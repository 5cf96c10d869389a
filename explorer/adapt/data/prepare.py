"""The stage ``prepare``: everything that training needs, in one folder that can be carried to another machine.

The prepared folder holds the pictures, small (WebP, long side 160 to 240 pixels); ``texts.json``, the text corpus;
``said.json``, the captions by picture; ``truths.json`` and ``truths.safetensors``, the published CLIP vectors (float16)
and their texts; ``labels.json``, ImageNet's classes; ``measured.json``, the boxes of the evaluation set; the tokenizer;
and the teachers' weights: MiniLM in 8 bits, EfficientNet-Lite2 in half precision with ImageNet's classifier.
"""

from __future__ import annotations

import csv
import logging
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from explorer.adapt.data.captions import PictureTexts, catalogue_captions, picture_texts, read_catalogue
from explorer.adapt.data.clip_vectors import ClipVectors, read_clip_vectors
from explorer.adapt.data.nouns import common_nouns, visible_names
from explorer.adapt.data.picture_files import write_json, write_pictures
from explorer.adapt.data.prompts import corpus
from explorer.adapt.data.teachers import write_teachers
from explorer.adapt.heldout import held_out
from explorer.adapt.models.tokenizer import learn_tokenizer

log = logging.getLogger(__name__)

VOCABULARY, LONGEST_TEXT = 10_240, 48  # both in tokens
NOUNS = 9000


def prepare(data: Path, out: Path, count: int = 170_000, pictures: bool = True) -> None:
    """Read the data folder and the installed packages, and write the prepared folder with about ``count`` texts."""
    out.mkdir(parents=True, exist_ok=True)
    if pictures:
        write_pictures(data, out)
    captions = picture_texts(data)
    clip = _clip_vectors(data)
    labels = next((data / "teacher").glob("*labels*")).read_text("utf-8").splitlines()[1:]
    texts = _corpus(captions, clip, labels, count)
    write_json(out / "texts.json", texts)
    write_json(out / "said.json", captions)
    write_json(out / "truths.json", {"said": clip.texts, "shown": clip.captions, "pictures": clip.pictures})
    write_json(out / "labels.json", [label.split(",")[0].strip() for label in labels])
    write_json(out / "measured.json", evaluation_boxes(data))
    vectors = {"texts": np.stack(clip.text_vectors), "images": np.stack(clip.image_vectors)}
    save_file({name: torch.from_numpy(v).half() for name, v in vectors.items()}, out / "truths.safetensors")
    learn_tokenizer(texts, VOCABULARY, LONGEST_TEXT).save_pretrained(out / "tokenizer")
    write_teachers(out)


def _clip_vectors(data: Path) -> ClipVectors:
    """The published vectors and those of the museum works, none of held-out pictures."""
    excluded = held_out()
    clip = read_clip_vectors(data / "clip-vectors", excluded)
    vectors = np.load(data / "museum" / "clip_vit_b32_openai.npy").astype(np.float32)
    for row, vector in zip(read_catalogue(data / "museum"), vectors, strict=True):
        if f"museum/{row['file']}" not in excluded:
            clip.add_picture(f"museum/{row['file']}", list(catalogue_captions(row)), vector)
    return clip


def _corpus(captions: dict[str, PictureTexts], clip: ClipVectors, labels: list[str], count: int) -> list[str]:
    """The text corpus, without the captions of held-out pictures."""
    visible = visible_names(captions, clip.texts, labels)
    given = [text for key, entry in captions.items() if key not in held_out() for text in entry["texts"]]
    given += [text for texts in [*clip.texts, *clip.captions] for text in texts]
    given += [text.rstrip(" .").lower() for text in given]
    nouns, glosses = common_nouns(NOUNS)
    texts = corpus(visible, nouns, given + glosses, count)
    log.info("%d texts, %d visible names, %d nouns", len(texts), len(visible), len(nouns))
    return texts


def evaluation_boxes(data: Path) -> dict[str, Any]:
    """Boxes of ``objects-art`` as fractions of width and height, a list ``[class, x0, y0, x1, y1]`` each, by key."""
    boxes: dict[str, Any] = {}
    path = data / "objects-art" / "annotations.csv"
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                sides = [float(row[side]) for side in ("width", "height")] * 2
                box = [float(row[name]) / side for name, side in zip(("x0", "y0", "x1", "y1"), sides, strict=True)]
                boxes.setdefault(f"objects-art/{row['file']}", []).append([row["class"], *box])
    return boxes
