"""The Brueghel benchmark: 273 details in 10 categories, each looked for among 1,587 works, beside published figures.

Source: Shen, Efros and Aubry, "Discovering visual patterns in art collections with spatially-consistent feature
learning", CVPR 2019. The authors serve pictures and annotations as one archive, which ``explorer fetch brueghel``
unpacks. **Its layout was not seen when this was written**: pictures may lie anywhere in it, and the annotations are
known by their shape, whatever file holds them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.evaluate.annotations import read_annotations
from explorer.evaluate.artminer import Evaluation
from explorer.evaluate.outcome import Published
from explorer.workspace import collection_names

QUERIES, CATEGORIES, WORKS = 273, 10, 1587
"""Size of the whole benchmark; with other numbers the figures do not compare."""
_MOST_BYTES = 50_000_000  # the authors' annotations have 0.7 MB
_LIKELY_NAMES = ("annot", "test")


_PAPER = "Shen, Efros, Aubry, CVPR 2019, one-shot detection on Brueghel"
PUBLISHED = (
    Published("ImageNet features, cosine similarity", 58.0, _PAPER),
    Published("ArtMiner, trained on Brueghel, cosine similarity", 75.3, _PAPER),
    Published("ArtMiner, trained on Brueghel, discovery score", 76.4, _PAPER),
)


def require_collection(name: str, cache: Path) -> None:
    """Raises :class:`ExplorerError` with the commands that make the collection, when there is none of that name."""
    if name not in collection_names(cache):
        raise ExplorerError(
            f"There is no collection {name!r} in {cache}; make it with: explorer fetch brueghel --to brueghel, "
            f"and then: explorer index brueghel --name {name}"
        )


def find_annotations(folder: Path) -> Path:
    """The file below ``folder``, or right beside it, that holds the benchmark's queries, known by its shape.

    Of several, a name with "annot" or "test" in it goes first, then the most queries (the authors also give 20 of the
    273 for choosing settings by). Raises :class:`ExplorerError` when there is none.
    """
    found = _candidates(sorted(folder.rglob("*.json"))) or _candidates(sorted(folder.parent.glob("*.json")))
    if not found:
        raise ExplorerError(
            f"No file in {folder} holds annotations in ArtMiner's format; give one with --annotations (the authors' "
            "code, XiSHEN0220/ArtMiner on GitHub, has it as data/brueghelTest.json)."
        )
    return max(found, key=lambda path: (any(word in path.name.lower() for word in _LIKELY_NAMES), found[path]))


def _candidates(paths: list[Path]) -> dict[Path, int]:
    """How many queries each file holds, of those that hold any."""
    found = {}
    for path in paths:
        try:
            if path.is_file() and path.stat().st_size <= _MOST_BYTES:
                found[path] = len(read_annotations(path))
        except (ExplorerError, OSError):  # other JSON, which is nobody's mistake
            continue
    return found


def record(evaluation: Evaluation, annotations: Path) -> dict[str, Any]:
    """The evaluation for machines, with the published figures."""
    published = [{"method": row.method, "mAP": row.figure / 100, "source": row.source} for row in PUBLISHED]
    return {**evaluation.to_json(), "annotations": str(annotations), "published": published}


def lines(evaluation: Evaluation, annotations: Path) -> list[str]:
    """The evaluation for people: the table, and our figures beside the published ones."""
    ours = f"this program, {evaluation.works:,} works, {evaluation.per_work} place(s) per work"
    rows = [*evaluation.lines(), "", f"annotations: {annotations}", "", "mean average precision, percent:"]
    rows += [f"{row.figure:>6.1f}  {row.method}  ({row.source})" for row in PUBLISHED]
    rows.append(f"{100 * evaluation.macro:>6.1f}  {ours}, mean over categories")
    rows.append(f"{100 * evaluation.micro:>6.1f}  {ours}, mean over queries")
    rows.append("The authors' program prints both means; which of them the published rows are was not verified.")
    return [*rows, *doubts(evaluation)]


def doubts(evaluation: Evaluation) -> list[str]:
    """Sentences on why these figures do not compare with the published ones; none when the benchmark is the same."""
    queries, categories = len(evaluation.queries), len(evaluation.by_category())
    sentences = []
    if (queries, categories) != (QUERIES, CATEGORIES):
        sentences.append(
            f"Not comparable: the benchmark has {QUERIES} queries in {CATEGORIES} categories, these annotations "
            f"{queries} in {categories}."
        )
    if evaluation.works != WORKS:
        sentences.append(
            f"Not quite comparable: the benchmark searches {WORKS:,} works, this collection has {evaluation.works:,}."
        )
    return sentences
