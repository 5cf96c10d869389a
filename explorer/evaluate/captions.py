"""Captions and pictures: does a caption find its picture, and a picture one of its captions?

Recall@k as in the work on Flickr30k and COCO (Karpathy and Fei-Fei, "Deep visual-semantic alignments", CVPR 2015;
Radford et al., "Learning transferable visual models", ICML 2021, table 13): the share of queries of whose right answers
one at least is among the first k.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from explorer.collection.column_names import FILE_COLUMN, recognised
from explorer.collection.spreadsheet import read_spreadsheet
from explorer.errors import ExplorerError
from explorer.evaluate.names import PictureNames
from explorer.evaluate.outcome import Item, Outcome, Place, listed
from explorer.progress import Progress, silent
from explorer.words.known import understood
from explorer.workspace import Workspace

STAGE = "Reading the captions"
COLUMNS = ("caption", "captions", "words", "text")
BETWEEN = " | "
"""What stands between several captions in one cell."""
MOST = 50_000
KS = (1, 5, 10)
TO_PICTURE, TO_CAPTION = "caption to picture", "picture to caption"


def read_captions(path: Path) -> dict[str, list[str]]:
    """The captions of every file of a table, in order; a file may have several rows.

    Raises :class:`ExplorerError` for a table without a column of files and one of captions.
    """
    headings, rows = read_spreadsheet(path)
    files = [heading for heading in headings if FILE_COLUMN in recognised([heading])[0]]
    texts = [heading for heading in headings if heading.lower() in COLUMNS]
    if not files or not texts:
        raise ExplorerError(f"{path.name} needs a column of files and one of captions, such as file and caption.")
    captions: dict[str, list[str]] = {}
    for row in rows:
        file, cell = row[files[0]].strip(), row[texts[0]]
        given = [text for part in cell.split(BETWEEN) if (text := " ".join(part.split()))]
        if file and given:
            captions.setdefault(file, []).extend(given)
    count = sum(map(len, captions.values()))
    if not 2 <= count <= MOST:
        raise ExplorerError(f"{path.name} must hold 2 to {MOST:,} captions; it has {count:,}.")
    return captions


def evaluate(workspace: Workspace, captions: Mapping[str, Sequence[str]], progress: Progress = silent) -> Outcome:
    """Compare every caption with every picture that has one, as whole pictures.

    Raises :class:`ExplorerError` where the model has no words, or fewer than two of the pictures are in the collection.
    """
    names = PictureNames(workspace.tables.works[row] for row in workspace.present_rows())
    found = {work: texts for file, texts in captions.items() if (work := names.find(file))}
    missing = [file for file in captions if not names.find(file)]
    if len(found) < 2:
        raise ExplorerError(f"Fewer than two of the pictures with captions are in {workspace.name!r}.")
    works = list(found)
    texts = list(dict.fromkeys(text for each in found.values() for text in each))
    unknown = [text for text in texts if not understood(text, workspace.encoder).is_known]
    at = {text: number for number, text in enumerate(texts)}
    true = np.zeros((len(texts), len(works)), dtype=bool)
    for column, work in enumerate(works):
        true[[at[text] for text in found[work]], column] = True
    cosines = _cosines(workspace, texts, works, progress)
    to_picture, to_caption = _best_ranks(cosines, true), _best_ranks(cosines.T, true.T)
    items = [Item(text, {TO_PICTURE: _recalls(rank)}) for text, rank in zip(texts, to_picture, strict=True)]
    items += [
        Item(work, {TO_CAPTION: _recalls(rank)}, Place(work)) for work, rank in zip(works, to_caption, strict=True)
    ]
    remarks = [*listed(missing, "pictures with captions are not in the collection"),
               *listed(unknown, "captions have no word that the model knows")]  # fmt: skip
    return Outcome("captions", workspace.config.model, tuple(items), len(works), remarks=tuple(remarks))


def _cosines(workspace: Workspace, texts: Sequence[str], works: Sequence[str], progress: Progress) -> np.ndarray:
    """``(texts, works)``."""
    vectors, wholes = [], workspace.tables.whole()[[workspace.row(work) for work in works]]
    for start in range(0, len(texts), 256):
        progress(STAGE, start, len(texts))
        vectors.append(workspace.encoder.words(texts[start : start + 256]))
    progress(STAGE, len(texts), len(texts))
    return np.asarray(np.concatenate(vectors) @ wholes.T)


def _best_ranks(scores: np.ndarray, true: np.ndarray) -> np.ndarray:
    """For each row the rank, from 1, of its best right column; of equal scores the wrong ones come first, so that a
    model that tells nothing apart finds nothing.

    >>> _best_ranks(np.array([[0.9, 0.8, 0.7]]), np.array([[False, True, True]]))
    array([2])
    >>> _best_ranks(np.array([[0.5, 0.5, 0.5]]), np.array([[True, False, False]]))
    array([3])
    """
    best = np.where(true, scores, -np.inf).max(axis=1)
    return np.asarray(1 + ((scores >= best[:, None]) & ~true).sum(axis=1))


def _recalls(rank: int) -> dict[str, float]:
    return {f"recall@{k}": float(rank <= k) for k in KS}
