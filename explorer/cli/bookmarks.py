"""``explorer bookmarks``: what people kept in the page, listed, written to files, and read back in."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.options import command, json_option
from explorer.cli.output import print_json

if TYPE_CHECKING:
    from explorer.bookmarks.chosen import ChosenSet
    from explorer.collection.bookmarks import Bookmark


def add_bookmarks(commands: Any) -> None:
    """Declare ``explorer bookmarks``."""
    bookmarks = command(commands, "bookmarks", _bookmarks, "write down bookmarks and sets of them, or read a set in")
    bookmarks.add_argument("name", metavar="NAME")
    bookmarks.add_argument("--set", default="", metavar="SET", help="only this set, by its name; all by default")
    bookmarks.add_argument("--csv", type=Path, metavar="FILE", help="a table for a spreadsheet, one row a place")
    bookmarks.add_argument("--zip", type=Path, metavar="FILE", help="the details, cut from the originals, with a table")
    bookmarks.add_argument("--annotations", type=Path, metavar="FILE", help="W3C Web Annotations, as JSON-LD")
    bookmarks.add_argument("--base-url", default="", metavar="URL",
                           help="the running app's address, for works without a IIIF address of their own")  # fmt: skip
    bookmarks.add_argument("--html", type=Path, metavar="FILE", help="one page, complete in itself")
    bookmarks.add_argument("--read", type=Path, metavar="FILE",
                           help="first make a set of what a file (.csv or JSON) says")  # fmt: skip
    bookmarks.add_argument("--who", default="", metavar="NAME", help="in whose name --read adds it")
    json_option(bookmarks)


def _bookmarks(options: argparse.Namespace) -> None:
    from explorer.bookmarks.chosen import chosen_set
    from explorer.bookmarks.export import set_json
    from explorer.bookmarks.reading_back import read_in
    from explorer.bookmarks.take_away import Wanted, take_away
    from explorer.workspace import Workspace

    wanted = Wanted(csv=options.csv, zip=options.zip, annotations=options.annotations, html=options.html,
                    base_url=options.base_url)  # fmt: skip
    if options.who and not options.read:
        options.wrong("--who NAME says in whose name --read FILE adds a set: give both")
    if options.base_url and not options.annotations:
        options.wrong("--base-url URL is for --annotations FILE: give both")
    workspace = Workspace.open(options.name, options.cache)
    name = options.set
    if options.read:
        name = read_in(workspace.collection, options.read, options.who)
    chosen = chosen_set(workspace, name)
    if options.json:
        print_json(set_json(chosen))
    elif not wanted.any:
        print("\n".join(_table(chosen)) or f"Nothing is kept in {options.name} yet.")
    if options.read:
        added = f"Read: {len(chosen.marks):,} bookmarks are in the set {chosen.about.name!r} now."
        print(added, file=sys.stderr if options.json else sys.stdout)
    for line in take_away(chosen, wanted):
        print(line, file=sys.stderr if options.json else sys.stdout)


def _table(chosen: ChosenSet) -> list[str]:
    return [f"{name:<10} {mark.kind:<11} {_named(mark)}{', '.join(mark.works)}" for name, mark in chosen.marks]


def _named(mark: Bookmark) -> str:
    return f"{mark.name}: " if mark.name else ""
