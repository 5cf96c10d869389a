"""The protocols that report in a form of their own, as an :class:`explorer.evaluate.outcome.Outcome` too: for tables of
several protocols, reports and comparisons."""

from __future__ import annotations

from collections.abc import Sequence

from explorer.evaluate.artminer import Evaluation
from explorer.evaluate.object_scores import ALL, PICTURE, WORDS, ObjectScores
from explorer.evaluate.outcome import Item, Outcome, Published
from explorer.evaluate.zero_shot import ZeroShot

BOXES, WORKS = "boxes, IoU above 0.3", "works, anywhere in them"


def of_details(protocol: str, model: str, found: Evaluation, published: Sequence[Published] = ()) -> Outcome:
    """ArtMiner's protocol: a query's average precision, of boxes and of works."""
    items = tuple(
        Item(f"{query.category} {number}: {query.file}", {BOXES: {"mAP": query.average_precision},
             WORKS: {"mAP": query.image_level}}) for number, query in enumerate(found.queries, start=1)
    )  # fmt: skip
    overall = {BOXES: {"mAP over categories": found.macro}, WORKS: {"mAP over categories": found.image_level_macro}}
    return Outcome(protocol, model, items, found.works, overall, tuple(published))


def of_labels(model: str, found: ZeroShot) -> Outcome:
    """Zero-shot labels: whether each picture's best label is right."""
    ways = {f"{len(found.ensemble.templates)} ways of asking": found.ensemble, "the bare name": found.bare}
    items = tuple(
        Item(name, {way: {"accuracy": float(sorting.right[row])} for way, sorting in ways.items()})
        for row, name in enumerate(found.truth.names)
    )
    overall = {way: {"macro-F1": sorting.macro_f1, "ECE": sorting.calibration_error} for way, sorting in ways.items()}
    overall["the commonest class"] = {"accuracy": found.commonest}
    return Outcome("zero-shot", model, items, len(items), overall, reliability=found.ensemble.reliability)


def of_objects(model: str, found: ObjectScores) -> Outcome:
    """Searches for objects: a class's average precision, by words and by picture."""
    items = []
    for row in found.classes:
        scores = {}
        for way in (WORDS, PICTURE):
            if ALL in row.of(way):
                pair = row.of(way)[ALL]
                scores[f"{way}, whole pictures"] = {"mAP": pair.whole}
                scores[f"{way}, regions"] = {"mAP": pair.regions}
        items.append(Item(row.name, scores))
    return Outcome("objects", model, tuple(items), found.works)
