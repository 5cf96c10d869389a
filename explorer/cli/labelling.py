"""``explorer label`` and ``explorer columns``: works sorted under labels, and labels kept as columns."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.options import command, json_option, machine_options, open_database, open_workspace
from explorer.cli.output import print_json

if TYPE_CHECKING:
    from explorer.collection.kept_columns import KeptColumn


def add_labelling(commands: Any) -> None:
    """Declare both commands."""
    label = command(commands, "label", _label, "sort the works under labels in plain words")
    label.add_argument("name", metavar="NAME")
    asked = label.add_mutually_exclusive_group(required=True)
    asked.add_argument("--prompts", metavar='"a; b; c"', help="labels, separated by semicolons")
    asked.add_argument("--prompts-file", type=Path, metavar="FILE",
                       help="labels, one a line, or the column 'label' of a .csv")  # fmt: skip
    asked.add_argument("--set", dest="label_set", metavar="SET", help="a ready set, such as genres or animals")
    label.add_argument("--templates-file", type=Path, metavar="FILE",
                       help="ways of asking, one a line, with {} where the label goes")  # fmt: skip
    label.add_argument("--threshold", type=float, metavar="X", help="a work has no label unless its best one fits "
                       "better than this share of everyday words, 0 to 1")  # fmt: skip
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
    from explorer.words.abstention import Abstention
    from explorer.words.confusion import check_column, confusion_with
    from explorer.words.keeping import keep_labels, write_labels
    from explorer.words.labels import NONE_FITS, label_works
    from explorer.words.prompts import read_templates, usual_templates

    labels = _labels(options)
    templates = read_templates(options.templates_file) if options.templates_file else usual_templates()
    abstention = Abstention() if options.threshold is None else Abstention(options.threshold)
    workspace = open_workspace(options)
    if options.against is not None:
        check_column(workspace, options.against)
    if options.keep is not None:
        workspace.collection.kept.check_name(options.keep)
    table = label_works(workspace, labels, templates, abstention)
    record = table.to_json()
    against = confusion_with(workspace, table, options.against) if options.against is not None else None
    if against:
        record["against"] = against.to_json()
    if options.csv:
        beside = {work.id: work.value(options.against) for work in workspace.collection.works()} if against else {}
        write_labels(table, options.csv, (options.against, beside) if against else None)
    if options.keep is not None:
        record["kept"] = keep_labels(workspace, table, options.keep, templates).name
    if options.json:
        print_json(record)
        return
    for work, label, scores in zip(table.works, table.names, table.scores, strict=True):
        print(f"{label or NONE_FITS:<28} {scores.max():.2f}  {work}")
    if against:
        print(f"\nLabels and {against.column}:")
        print("\n".join(f"  {line}" for line in against.lines()))
    if "kept" in record:
        print(f"Kept as the column {record['kept']!r}.")


def _labels(options: argparse.Namespace) -> list[str]:
    from explorer.words.prompts import label_set, parse_prompts, read_labels

    if options.prompts_file:
        return read_labels(options.prompts_file)
    if options.label_set is not None:
        return list(label_set(options.label_set).labels)
    return parse_prompts(options.prompts, ";")


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
        print_json({"columns": collection.columns(), "kept": [kept_record(column) for column in kept]})
        return
    for column in kept:
        labels = ", ".join(map(str, column.about.get("labels", [])))
        print(f"{column.name}: {column.works:,} works, kept {column.when[:10]} ({labels})")
    if not kept:
        print(f"{options.name} has no columns that were kept.")


def kept_record(column: KeptColumn) -> dict[str, Any]:
    """A kept column as JSON."""
    return {"name": column.name, "works": column.works, "when": column.when, "who": column.who, "about": column.about}
