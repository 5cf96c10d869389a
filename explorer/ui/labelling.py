"""Labelled works as the page shows them, and what its script asks for: counts against a column, a column to keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from explorer.collection import Work
from explorer.collection.kept_columns import LONGEST_NAME, KeptColumn
from explorer.ui import arguments, incoming, views
from explorer.ui.judging import answered
from explorer.ui.searching import AppContext, CollectionContext
from explorer.words import asking
from explorer.words.asking import LabelAnswer, LabelQuestion
from explorer.words.labels import LabelTable
from explorer.words.prompts import usual_templates

MOST_SCORES = 5
"""Labels whose probabilities are told of a work: the best ones."""


def shown(context: CollectionContext, table: LabelTable, templates: Sequence[str]) -> views.Props:
    """What the page needs to group the works by their labels at any threshold, without asking again."""
    collection = context.workspace.collection
    known = {work.id: work for work in collection.works()}
    there = [row for row, work in enumerate(table.works) if work in known]
    return {
        "message": "",
        "note": table.note(),
        "labels": list(table.labels),
        "templates": list(templates),
        "usual": tuple(templates) == usual_templates(),
        "threshold": table.abstention.threshold,
        "works": [_labelled(known[table.works[row]], table, row) for row in there],
        "columns": collection.columns(),
        "kept": [_kept(column) for column in collection.kept.all()],
    }


def _labelled(work: Work, table: LabelTable, row: int) -> views.Props:
    scores = table.scores[row]
    best = np.argsort(-scores, kind="stable")[:MOST_SCORES].tolist()
    return {
        **views.caption(work),
        "label": int(table.top[row]),
        "score": round(float(scores[best[0]]), 4),
        "margin": round(float(table.margins[row]), 4),
        "fit": round(float(table.fits[row]), 6),
        "scores": [{"label": table.labels[number], "score": round(float(scores[number]), 4)} for number in best],
    }


def _kept(column: KeptColumn) -> views.Props:
    return {"name": column.name, "works": column.works, "labels": column.about.get("labels", [])}


def answer(context: CollectionContext, question: LabelQuestion) -> LabelAnswer:
    """The works of a collection labelled, when it is the asker's turn."""
    return asking.answer(context.workspace, question, lambda _, labels, asked: context.labels(labels, tuple(asked)))


class Labelling:
    """What the script asks of one collection. What is sent is ``{"labels", "templates", "threshold", ...}``, as
    :func:`shown` gave them, and is parsed as anything else from outside."""

    def __init__(self, context: CollectionContext) -> None:
        self.context = context
        self.collection = context.workspace.collection

    def against(self, sent: Any) -> views.Props:
        """The labels against a ``column`` of the catalogue."""
        column = incoming.text(incoming.record(sent).get("column"), 200)
        found = answer(self.context, replace(_question(sent), against=column)).against
        return found.to_json() if found else {}

    def keep(self, sent: Any) -> views.Props:
        """Keep the labels as a column called ``name``; the columns that there are now are answered."""
        name = incoming.text(incoming.record(sent).get("name"), 10 * LONGEST_NAME)
        kept = answer(self.context, replace(_question(sent), keep=name)).kept
        return self._columns(next(column for column in self.collection.kept.all() if column.name == kept))

    def remove(self, sent: Any) -> views.Props:
        """Remove a kept column by its ``name``."""
        return self._columns(self.collection.kept.remove(incoming.text(incoming.record(sent).get("name"))))

    def restore(self, sent: Any) -> views.Props:
        """Bring back a kept column that was removed, by its ``name``."""
        return self._columns(self.collection.kept.restore(incoming.text(incoming.record(sent).get("name"))))

    def _columns(self, changed: KeptColumn) -> views.Props:
        kept = [_kept(column) for column in self.collection.kept.all()]
        return {"changed": _kept(changed), "kept": kept, "columns": self.collection.columns()}


def _question(sent: Any) -> LabelQuestion:
    fields = incoming.record(sent)
    labels, asked = arguments.labels(fields.get("labels")), arguments.templates(fields.get("templates"))
    return LabelQuestion(tuple(labels), asked, arguments.threshold(fields.get("threshold")))


def labelling_functions(app: AppContext) -> list[Callable[[Any], views.Props]]:
    """Functions for the component's script. What is sent names the ``collection``; each function answers with a record,
    or with ``{"error": a sentence}``."""

    def labelling(sent: Any) -> Labelling:
        return Labelling(app.named(incoming.record(sent).get("collection")))

    def against(sent: Any) -> views.Props:
        return answered(lambda: labelling(sent).against(sent))

    def keep_column(sent: Any) -> views.Props:
        return answered(lambda: labelling(sent).keep(sent))

    def remove_column(sent: Any) -> views.Props:
        return answered(lambda: labelling(sent).remove(sent))

    def restore_column(sent: Any) -> views.Props:
        return answered(lambda: labelling(sent).restore(sent))

    return [against, keep_column, remove_column, restore_column]
