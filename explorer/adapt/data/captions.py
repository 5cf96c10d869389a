"""Captions of the training pictures, read from the catalogues in the data folder; used by the stage ``prepare``."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import TypedDict

from explorer.adapt.data.prompts import name_texts

CLASS_NAMED = ("caltech101-", "photoart50-", "imagenet-", "houses-", "raccoon-", "grocery-")
"""Beginnings of the file names of photographs whose text is the name of a class, not a caption."""


class PictureTexts(TypedDict):
    """The texts of a picture, the plainest first, and their kind: ``name``, ``caption`` or ``title``."""

    texts: list[str]
    kind: str


def excluded_sources(path: Path) -> list[str]:
    """The file-name beginnings that a JSON list names as ``source``: pictures that a benchmark was made from."""
    return sorted({record["source"] for record in json.loads(path.read_text("utf-8")) if record.get("source")})


def catalogue_captions(row: dict[str, str]) -> tuple[str, ...]:
    """Short captions from the title, genre, style, classes and tags of a catalogue row.

    >>> catalogue_captions({"title": "the tuft of grass", "genre": "still_life", "classes": "Rococo|person"})
    ('the tuft of grass', 'still life', 'a painting of a person')
    """
    captions = [row.get("title", "").strip()]
    genre = row.get("genre", "")
    kinds = re.findall(r"'([^']+)'", genre) or [genre]
    captions += [kind.replace("_", " ").strip() for kind in kinds]
    style = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", row.get("style", "")).strip()
    if style:
        captions.append(f"a {style} {kinds[0].replace('_', ' ') or 'painting'}")
    if "person" in row.get("classes", "").split("|"):
        captions.append("a painting of a person")
    captions += [text.strip() for text in row.get("tags", "").split(";")]
    return tuple(dict.fromkeys(text for text in captions if text and text.lower() != "untitled"))


def read_catalogue(folder: Path) -> list[dict[str, str]]:
    """The rows of a folder's ``metadata.csv``, by column; missing values are empty."""
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as lines:
        return [{k: v or "" for k, v in row.items() if isinstance(v, str)} for row in csv.DictReader(lines)]


def picture_texts(data: Path) -> dict[str, PictureTexts]:
    """The texts of every picture of the data folder's training sets, by its key ``folder/file``."""
    found: dict[str, PictureTexts] = {}
    for name in ("train-photos", "train-art", "museum", "old-masters"):
        for row in read_catalogue(data / name):
            found[f"{name}/{row['file']}"] = _texts_of(name, row)
    return found


def _texts_of(folder: str, row: dict[str, str]) -> PictureTexts:
    phrases = [phrase.strip() for phrase in row.get("words", "").split(" | ") if phrase.strip()]
    if folder == "train-photos" and row["file"].startswith(CLASS_NAMED):
        synonyms = phrases[0].lower().split(", ")
        return {"texts": name_texts(synonyms[-1 if row["file"].startswith("grocery-") else 0]), "kind": "name"}
    if folder == "train-photos":
        return {"texts": [" ".join(phrase.split()) for phrase in phrases], "kind": "caption"}
    titles = phrases or list(catalogue_captions(row))
    titles = ["a painting of people" if text == "people" else text for text in titles]
    return {"texts": [text for text in dict.fromkeys(" ".join(text.split()) for text in titles) if text],
            "kind": "title"}  # fmt: skip
