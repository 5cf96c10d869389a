"""``--column`` and ``--file-column``: what somebody says that the columns of a catalogue are."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def column_options(parser: argparse.ArgumentParser) -> None:
    """Declare the two options."""
    parser.add_argument("--file-column", default="", metavar="HEADING",
                        help="the catalogue's column of file names, where its heading does not tell")  # fmt: skip
    parser.add_argument("--column", action="append", default=[], metavar="HEADING=FIELD",
                        help="what a column is, where its heading does not tell or tells wrongly: Name=artist, "
                             "Title=kept; may be repeated, and is remembered")  # fmt: skip


def chosen_columns(options: argparse.Namespace, table: Path) -> dict[str, str]:
    """What the columns of a ``table`` are said to be; else what was said the last time, which is told.

    Raises :class:`ExplorerError` for what is no column, and a table that cannot be read.
    """
    from explorer.collection.column_choice import FIELD_WORDS, choices_of
    from explorer.collection.column_names import FILE_COLUMN
    from explorer.indexing.asked import columns_before
    from explorer.workspace.managing import current_name

    texts = [*options.column, *([f"{options.file_column}={FILE_COLUMN}"] if options.file_column else [])]
    if texts:
        return choices_of(texts)
    before = columns_before(current_name(options.name, options.cache), options.cache, table)
    if before:
        said = "; ".join(f"{heading}: {FIELD_WORDS[field]}" for heading, field in before.items())
        print(f"Columns as they were chosen the last time ({said}); --column chooses anew.", file=sys.stderr)
    return before
