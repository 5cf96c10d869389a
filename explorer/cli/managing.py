"""``explorer rename``, ``remove``, ``bring-back``, ``catalogue`` and ``forget``: what is done to a collection as a
whole."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from explorer.cli.columns import chosen_columns, column_options
from explorer.cli.options import command


def add_managing(commands: Any) -> None:
    """Declare the five commands."""
    rename = command(commands, "rename", _rename, "give a collection another name; links with the old one lead on")
    rename.add_argument("old", metavar="OLD")
    rename.add_argument("new", metavar="NEW")

    text = "put a collection aside, with all that people made; pictures are not touched"
    remove = command(commands, "remove", _remove, text)
    remove.add_argument("name", metavar="NAME")

    back = command(commands, "bring-back", _bring_back, "bring a removed collection back; without NAME, list them")
    back.add_argument("name", metavar="NAME", nargs="?", default="")
    back.add_argument("--as", dest="called", default="", metavar="OTHER", help="under another name")

    text = "give works the entries of a catalogue; nothing is encoded"
    catalogue = command(commands, "catalogue", _catalogue, text)
    catalogue.add_argument("name", metavar="NAME")
    catalogue.add_argument("file", type=Path, metavar="FILE", help="a table with a column naming the files")
    column_options(catalogue)

    text = "no longer expect works whose files are gone; what people made of them stays"
    forget = command(commands, "forget", _forget, text)
    forget.add_argument("name", metavar="NAME")


def _rename(options: argparse.Namespace) -> None:
    from explorer.workspace.managing import rename_collection

    rename_collection(options.old, options.new, options.cache)
    print(f"{options.old} is called {options.new} now; links with the old name lead to it.")


def _remove(options: argparse.Namespace) -> None:
    from explorer.workspace.managing import REMOVED, remove_collection

    removed = remove_collection(options.name, options.cache)
    print(f"{options.name} was put aside, in {options.cache / REMOVED / removed.id}; its pictures were not touched.\n"
          f"It comes back with: explorer bring-back {options.name}\n"
          "Judgements, bookmarks and notes are in that folder: delete it only when nobody wants them.")  # fmt: skip


def _bring_back(options: argparse.Namespace) -> None:
    from explorer.workspace.managing import bring_back, removed_collections

    if not options.name:
        removed = removed_collections(options.cache)
        print("\n".join(f"{each.name}  (removed {each.when:%Y-%m-%d %H:%M} UTC)" for each in removed) or "None.")
        return
    print(f"{bring_back(options.name, options.cache, options.called)} is back.")


def _catalogue(options: argparse.Namespace) -> None:
    from explorer.indexing.recatalogue import replace_catalogue

    columns = chosen_columns(options, options.file)
    found = replace_catalogue(options.name, options.cache, options.file, columns)
    print(f"{options.name}: {found.matched:,} of {found.works:,} works have an entry of {options.file.name}.")
    if found.unmatched_rows:
        print(f"{found.unmatched_rows:,} rows name no work.")


def _forget(options: argparse.Namespace) -> None:
    from explorer.indexing.forgetting import forget_gone_works

    forgotten = forget_gone_works(options.name, options.cache)
    if not forgotten:
        print(f"No work of {options.name} is gone: nothing was changed.")
        return
    print(f"{len(forgotten):,} {'work is' if len(forgotten) == 1 else 'works are'} no longer expected, such as "
          f"{forgotten[0].file}.\nJudgements, bookmarks, motifs and notes about them are kept.")  # fmt: skip
