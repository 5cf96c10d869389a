"""``explorer label`` and ``explorer columns``: works sorted under labels, and labels kept as columns."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

from explorer.cli.options import command, json_option, machine_options, open_database, open_workspace
from explorer.cli.output import print_json


def add_labelling(commands: Any) -> None:
    """Declare both commands."""
    label = command(commands, "label", _label, "sort the works under labels in plain words")
    label.add_argument("name", metavar="NAME")
    asked = label.add_mutually_exclusive_group(required=True)
    asked.add_argument("--prompts", metavar='"a; b; c"', help="labels, separated by semicolons")
    asked.add_argument("--prompts-file", type=Path, metavar="FILE",
                       help="labels, one a line, or the column 'label' of a .csv")  # fmt: skip
    asked.add_argument("--set", dest="label_set", metavar="SET", help="a ready set, such as genres or animals")
    asked.add_argument("--text-vectors", type=Path, metavar="FILE.npy", help="vectors of labels, computed elsewhere")
    label.add_argument("--names", type=Path, metavar="FILE.txt", help="their names: line i is that of row i")
    label.add_argument("--templates-file", type=Path, metavar="FILE",
                       help="ways of asking, one a line, with {} where the label goes")  # fmt: skip
    label.add_argument("--threshold", type=float, metavar="X", help="a work has no label unless the fit of its "
                       "best one is at least this, 0 to 1")  # fmt: skip
    label.add_argument("--against", metavar="COLUMN", help="compare with a column of the catalogue")
    label.add_argument("--keep", metavar="COLUMN", help="keep the labels as a column of this name")
    label.add_argument("--csv", type=Path, metavar="FILE", help="a table for a spreadsheet")
    machine_options(label)
    json_option(label)

    columns = command(commands, "columns", _columns, "list the columns that were kept, write the catalogue with them")
    columns.add_argument("name", metavar="NAME")
    columns.add_argument("--csv", type=Path, metavar="FILE", help="the whole catalogue as a table for a spreadsheet")
    change = columns.add_mutually_exclusive_group()
    change.add_argument("--remove", metavar="COLUMN", help="remove a column that was kept")
    change.add_argument("--restore", metavar="COLUMN", help="bring back one that was removed")
    json_option(columns)


def _label(options: argparse.Namespace) -> None:
    from explorer.words.abstention import USUAL_THRESHOLD
    from explorer.words.asking import LabelQuestion, answer, chosen_labels
    from explorer.words.given_vectors import read_class_vectors
    from explorer.words.labels import NONE_FITS
    from explorer.words.prompts import read_templates, usual_templates

    threshold = USUAL_THRESHOLD if options.threshold is None else options.threshold
    if (options.text_vectors is None) != (options.names is None):
        options.wrong("labels by vectors are --text-vectors FILE.npy together with --names FILE.txt")
    templates: tuple[str, ...] = ()  # vectors were asked for elsewhere
    if options.text_vectors is not None:
        given = read_class_vectors(options.text_vectors, options.names)
        labels = given.labels
    else:
        given, labels = None, tuple(chosen_labels(options.prompts, options.prompts_file, options.label_set))
        templates = read_templates(options.templates_file) if options.templates_file else usual_templates()
    question = LabelQuestion(labels, templates, threshold, options.against, options.keep, options.csv, given)
    workspace = open_workspace(options)
    found = answer(workspace, question)
    if options.json:
        print_json(found.record if workspace.has_details else {**found.record, "model": workspace.config.model})
        return
    table = found.table
    if note := table.note():
        print(note, file=sys.stderr)
    for work, label, scores in zip(table.works, table.names, table.scores, strict=True):
        print(f"{label or NONE_FITS:<28} {scores.max():.2f}  {work}")
    if found.against:
        print(f"\nLabels and {found.against.column}:")
        print("\n".join(f"  {line}" for line in found.against.lines()))
    if found.kept:
        print(f"Kept as the column {found.kept!r}.")


def _columns(options: argparse.Namespace) -> None:
    from explorer.collection.catalogue_export import write_catalogue

    collection = open_database(options)
    if options.remove is not None:
        collection.kept.remove(options.remove)
    if options.restore is not None:
        collection.kept.restore(options.restore)
    kept = collection.kept.all()
    if options.csv:
        write_catalogue(collection, options.csv)
    if options.json:
        print_json({"columns": collection.columns(), "kept": [column.to_json() for column in kept]})
        return
    for column in kept:
        labels = ", ".join(map(str, column.about.get("labels", [])))
        print(f"{column.name}: {column.works:,} works, kept {column.when[:10]} ({labels})")
    if options.remove is not None:
        print(f"Removed {options.remove!r}; --restore {shlex.quote(options.remove)} brings it back.")
    if not kept:
        print(f"{options.name} has no columns that were kept.")
