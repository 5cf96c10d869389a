"""``explorer index --check``: what indexing would do; nothing is written."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from explorer.cli.columns import chosen_columns
from explorer.cli.output import print_json
from explorer.indexing.preview import CataloguePreview, in_doubt, preview_catalogue, preview_folder

_SHOWN = 10
"""Names that are printed of each list; ``--json`` has them all."""


def check_index(options: argparse.Namespace) -> None:
    """Print which pictures there are, what each column is taken for, and which rows and pictures found each other."""
    folder = preview_folder(options.folder, options.name, options.cache, pages=options.pages)
    ids = folder.readable
    catalogue = None
    if options.metadata:
        catalogue = preview_catalogue(options.metadata, ids, chosen_columns(options, options.metadata))
    if options.json:
        print_json({"folder": asdict(folder), "catalogue": asdict(catalogue) if catalogue else None})
        return
    print(f"{folder.pictures:,} pictures, of which {len(ids):,} can be read; {folder.new:,} new, {folder.changed:,} "
          f"changed, {folder.moved:,} renamed or moved, {folder.gone:,} gone.")  # fmt: skip
    _list("Left out", [file.reason for file in folder.left_out])
    _list("Other files", [f"{count:,} {ending or 'without an ending'}" for ending, count in folder.others])
    if catalogue:
        _print(catalogue, len(ids))


def _print(found: CataloguePreview, pictures: int) -> None:
    guessed = "" if found.recognised else " (guessed: it names most pictures; say --file-column)"
    if not found.file_column:
        print("No column names the files; say which with --file-column.")
        return
    print(f"{found.rows:,} rows; the column {found.file_column!r} names the files{guessed}. "
          f"{found.matched:,} of {pictures:,} pictures found their row.")  # fmt: skip
    for column in found.columns:
        print(f"  {column.heading}: {column.field.replace('_', ' ') or 'kept as it is'} ({column.filled:,} filled, "
              f"such as {column.example!r})" if column.filled else f"  {column.heading}: empty")  # fmt: skip
    _list("Pictures without a row", found.without_row)
    _list("Rows without a picture", [text or "(empty)" for text in found.without_picture])
    print(*in_doubt(found.ambiguous), sep="\n", end="\n" if found.ambiguous else "")
    if found.matched == 0 and found.without_picture and found.without_row:
        print(f"A row says {found.without_picture[0]!r}, a picture is called {found.without_row[0]!r}.")


def _list(title: str, entries: list[str]) -> None:
    if entries:
        more = [f"… and {len(entries) - _SHOWN:,} more"] if len(entries) > _SHOWN else []
        print(f"{title}: {len(entries):,}", *(f"  {entry}" for entry in [*entries[:_SHOWN], *more]), sep="\n")
