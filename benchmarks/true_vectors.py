"""How well do real CLIP vectors sort a museum's works? ``python benchmarks/true_vectors.py MUSEUM TEXTS [options]``.

MUSEUM has ``images/``, a catalogue ``metadata.csv`` with a column ``genre``, and ``clip_vit_b32_openai.npy``, a vector
of OpenAI's CLIP ViT-B/32 for each of its rows; TEXTS has text vectors of the same model, ``lvis1203_*.npy``, with their
names. Neither the model nor a network is needed. The collection is made by ``explorer index --vectors``, and works get
labels as by ``explorer label --text-vectors``.

The names are those that the catalogue's genres (qualifiers in brackets left out) share with LVIS; LVIS names that have
a qualifier are another sense ("glass" is a material here and a vessel there). A work counts where
its genres have at least one of the names; its label is right where that is one of them. ``--sheets DIR`` writes a
contact sheet for each name: the works that were given it, the surest first, a green edge where the catalogue agrees.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path[0] = str(Path(__file__).parents[1])

from explorer.evaluate.metrics import image_average_precision
from explorer.indexing import index_vectors, read_given_vectors
from explorer.words import GivenClasses, LabelTable, label_works_by_vectors, read_class_vectors
from explorer.workspace import Workspace

NAME, MODEL = "museum", "OpenAI CLIP ViT-B/32"
PROMPTS = ("lvis1203_a", "lvis1203_a_photo", "lvis1203_templates", "lvis1203_descriptions_mean")
ENOUGH = 10
"""Works that a name must have to be one of the few."""
_TILE, _ACROSS, _SHOWN = 120, 8, 24


@dataclass(frozen=True)
class Row:
    """One way of asking: which text vectors, how many names, and how well the labels fit."""

    prompts: str
    names: int
    works: int
    labelled: int
    right: int
    right_of_labelled: float
    most_frequent: float
    """Share that is right where every work gets the name that most of them have."""
    mean_average_precision: float
    """Of ranking all works with a genre by each name's probability, mean over the names."""


def genres(cell: str) -> set[str]:
    """The genres of a catalogue's cell, a list as Python writes it; without qualifiers in brackets.

    >>> sorted(genres("['dish (vessel)', 'ancient art']")), genres("")
    (['ancient art', 'dish'], set())
    """
    return {plain(name) for name in ast.literal_eval(cell)} if cell.strip() else set()


def plain(name: str) -> str:
    """A name without its qualifier."""
    return re.sub(r"\s*\(.*", "", name).strip().lower()


def shared_names(truth: dict[str, set[str]], classes: GivenClasses) -> dict[str, int]:
    """Names that are genres of works and classes, and how many works have them, the most frequent first."""
    known = set(classes.labels)
    counts = Counter(name for names in truth.values() for name in names)
    return {name: count for name, count in counts.most_common() if name in known}


def chosen(classes: GivenClasses, names: list[str]) -> GivenClasses:
    """The classes of some names."""
    return GivenClasses(tuple(names), classes.vectors[[classes.labels.index(name) for name in names]])


def measured(prompts: str, table: LabelTable, truth: dict[str, set[str]]) -> Row:
    """How the labels of a table fit the works that have one of its names."""
    names = set(table.labels)
    rows = [row for row, work in enumerate(table.works) if truth[work] & names]
    given = {row: label for row in rows if (label := table.best[row]) is not None}
    right = sum(table.labels[label] in truth[table.works[row]] for row, label in given.items())
    most = max(sum(name in truth[table.works[row]] for row in rows) for name in names)
    precisions = []
    with_genre = np.array([row for row, work in enumerate(table.works) if truth[work]])
    for number, name in enumerate(table.labels):
        order = with_genre[np.argsort(-table.scores[with_genre, number], kind="stable")]
        with_name = {work for work, genre in truth.items() if name in genre}
        precisions.append(image_average_precision([table.works[row] for row in order], with_name))
    return Row(prompts, len(names), len(rows), len(given), right, right / max(len(given), 1), most / len(rows),
               float(np.mean(precisions)))  # fmt: skip


def write_sheets(folder: Path, workspace: Workspace, table: LabelTable, truth: dict[str, set[str]]) -> None:
    """A contact sheet of the works under each name."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(table.labels):
        rows = [row for row, best in enumerate(table.best) if best == number]
        rows = sorted(rows, key=lambda row: -table.scores[row, number])[:_SHOWN]
        sheet = Image.new("RGB", (_ACROSS * _TILE, -(-_SHOWN // _ACROSS) * _TILE), "white")
        draw = ImageDraw.Draw(sheet)
        for place, row in enumerate(rows):
            small = Image.open(workspace.thumbnail(table.works[row])).convert("RGB")
            small.thumbnail((_TILE - 8, _TILE - 8))
            x, y = place % _ACROSS * _TILE, place // _ACROSS * _TILE
            genre = truth[table.works[row]]
            edge = "green" if name in genre else "silver" if not genre else "red"
            draw.rectangle((x + 1, y + 1, x + _TILE - 2, y + _TILE - 2), outline=edge, width=2)
            sheet.paste(small, (x + 4, y + 4))
        sheet.save(folder / f"{name}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("museum", type=Path, metavar="MUSEUM")
    parser.add_argument("texts", type=Path, metavar="TEXTS")
    parser.add_argument("--sheets", type=Path, metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    museum: Path = options.museum
    with tempfile.TemporaryDirectory() as cache:
        given = read_given_vectors(museum / "clip_vit_b32_openai.npy", museum / "metadata.csv", MODEL)
        index_vectors(museum / "images", NAME, Path(cache), given)
        workspace = Workspace.open(NAME, Path(cache))
        truth = {work.id: genres(work.genre) for work in workspace.collection.works()}
        print(f"{len(truth)} works, {sum(not names for names in truth.values())} without a genre")
        rows: list[Row] = []
        for prompts in PROMPTS:
            classes = read_class_vectors(options.texts / f"{prompts}.npy", options.texts / f"{prompts}.txt")
            counts = shared_names(truth, classes)
            if prompts == PROMPTS[0]:
                print("shared names:", ", ".join(f"{name} {count}" for name, count in counts.items()))
            for names in ([name for name, count in counts.items() if count >= ENOUGH], list(counts)):
                table = label_works_by_vectors(workspace, chosen(classes, names))
                rows.append(measured(prompts, table, truth))
                if options.sheets and prompts == "lvis1203_templates" and len(names) < len(counts):
                    write_sheets(options.sheets, workspace, table, truth)
    for row in rows:
        print(f"{row.prompts:<28} {row.names:>2} names: {row.right} of {row.labelled} labelled ({row.works} works), "
              f"{row.right_of_labelled:.3f}, most frequent {row.most_frequent:.3f}, "
              f"mAP {row.mean_average_precision:.3f}")  # fmt: skip
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), "utf-8")


if __name__ == "__main__":
    main()
