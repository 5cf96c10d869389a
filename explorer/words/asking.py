"""Labelling as the fronts ask for it: labels, ways of asking, a threshold; a column to compare with, a name to keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer.errors import ExplorerError
from explorer.words.abstention import USUAL_THRESHOLD, Abstention
from explorer.words.confusion import Confusion, column_called, column_values, confusion
from explorer.words.given_vectors import GivenClasses
from explorer.words.keeping import keep_labels, write_labels
from explorer.words.labels import LabelTable, label_works, label_works_by_vectors
from explorer.words.prompts import NO_LABEL, label_set, parse_prompts, read_labels
from explorer.workspace import Workspace

Label = Callable[[Workspace, Sequence[str], Sequence[str]], LabelTable]


@dataclass(frozen=True)
class LabelQuestion:
    """What works are to be labelled with, and what is to be done with the labels."""

    labels: tuple[str, ...]
    templates: tuple[str, ...]
    threshold: float = USUAL_THRESHOLD
    against: str | None = None
    """A column of the catalogue to count the labels against."""
    keep: str | None = None
    """A name to keep the labels under, as a column."""
    csv: Path | None = None
    """A file to write the table to."""
    given: GivenClasses | None = None
    """The labels' vectors, where they were computed elsewhere: the templates are not used then."""


@dataclass(frozen=True)
class LabelAnswer:
    """A labelled collection."""

    table: LabelTable
    against: Confusion | None
    kept: str | None
    """The name of the column that the labels were kept as."""

    @property
    def record(self) -> dict[str, Any]:
        """As JSON."""
        found = self.table.to_json()
        if self.against:
            found["against"] = self.against.to_json()
        return found if self.kept is None else {**found, "kept": self.kept}


def answer(workspace: Workspace, question: LabelQuestion, label: Label = label_works) -> LabelAnswer:
    """Label the works of a collection, and do with the labels what is asked; ``label`` computes them.

    Raises :class:`ExplorerError`, before anything is computed, for a threshold, a column, a name or a place for the
    table that will not do, and where no work has a label that could be kept.
    """
    Abstention(question.threshold)
    if question.csv is not None and not question.csv.absolute().parent.is_dir():
        raise ExplorerError(f"There is no folder {question.csv.absolute().parent} for {question.csv.name}.")
    column = None if question.against is None else column_called(workspace, question.against)
    beside = {} if column is None else column_values(workspace, column)
    if question.keep is not None:
        workspace.collection.kept.check_name(question.keep)
    table = (
        label_works_by_vectors(workspace, question.given)
        if question.given
        else label(workspace, question.labels, question.templates)
    ).with_threshold(question.threshold)
    against = None if column is None else confusion(table, column, beside)
    if question.csv is not None:  # before anything is kept: writing may fail
        write_labels(table, question.csv, (against.column, beside) if against else None)
    kept = None
    if question.keep is not None:
        kept = keep_labels(workspace, table, question.keep, question.templates).name
    return LabelAnswer(table, against, kept)


def chosen_labels(
    prompts: Sequence[str] | str | None = None, file: Path | None = None, ready_set: str | None = None
) -> list[str]:
    """Labels from exactly one of three: a list, or a text with semicolons between them; a file; a ready set by its
    name. Raises :class:`ExplorerError` for none or several of them, and for what holds no labels.

    >>> chosen_labels("a ship; a mill")
    ['a ship', 'a mill']
    """
    if sum(given is not None for given in (prompts, file, ready_set)) > 1:
        raise ExplorerError("Labels come from a list, from a file or from a ready set: name one of them.")
    if file is not None:
        return read_labels(file)
    if ready_set is not None:
        return list(label_set(ready_set).labels)
    if prompts is None:
        raise ExplorerError(NO_LABEL)
    text, separator = (prompts, ";") if isinstance(prompts, str) else ("\n".join(prompts), "\n")
    return parse_prompts(text, separator)
