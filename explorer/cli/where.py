"""``explorer where``: where in a work words are found."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from explorer.cli.options import command, json_option, machine_options, open_workspace
from explorer.cli.output import print_json


def add_where(commands: Any) -> None:
    """Declare ``explorer where``."""
    where = command(commands, "where", _where, "find where in a work words fit")
    where.add_argument("name", metavar="NAME")
    where.add_argument("--file", required=True, metavar="FILE", help="the work, by its path below the indexed folder")
    where.add_argument("--words", required=True, metavar="WORDS", help="what to look for in it")
    where.add_argument("--png", type=Path, metavar="OUT", help="write the picture with the heatmap and the boxes")
    machine_options(where)
    json_option(where)


def _where(options: argparse.Namespace) -> None:
    from explorer.search.standing import where_in_work
    from explorer.words.drawing import write_drawing

    workspace = open_workspace(options)
    work = workspace.collection.work(options.file)
    found = where_in_work(workspace, work.id, options.words)
    if options.png:
        write_drawing(workspace.view(work.id), found, options.png)
    record = found.record(work, options.words)
    if options.json:
        print_json(record)
        return
    if record["sentence"]:
        print(record["sentence"])
    for number, place in enumerate(record["boxes"], start=1):
        print(f"{number:>4}  {place['score']:.3f}  [{' '.join(map(str, place['box']))}]")
    if options.png:
        print(f"Drawn into {options.png}.")
