"""``explorer motifs``: what recurs across the collection, as a table and as files to take away."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.options import command, json_option, machine_options, open_workspace
from explorer.cli.output import ProgressBar, print_json

if TYPE_CHECKING:
    from explorer.motifs.layer import ShownMotif
    from explorer.motifs.reading_back import ReadBack

_FILES_SHOWN = 3


def add_motifs(commands: Any) -> None:
    """Declare ``explorer motifs``."""
    motifs = command(commands, "motifs", _motifs, "list what recurs across the collection, and write it down")
    motifs.add_argument("name", metavar="NAME")
    motifs.add_argument("--again", action="store_true",
                        help="look for motifs again; what people made of them stays as it is")  # fmt: skip
    motifs.add_argument("--hidden", action="store_true", help="also the motifs that people hid")
    motifs.add_argument("--motif", metavar="ID", help="only this motif, hidden or not")
    motifs.add_argument("--csv", type=Path, metavar="FILE", help="a table for a spreadsheet, one row an instance")
    motifs.add_argument("--annotations", type=Path, metavar="FILE", help="W3C Web Annotations, as JSON-LD")
    motifs.add_argument("--base-url", default="", metavar="URL",
                        help="the running app's address, for annotations of works without a IIIF address")  # fmt: skip
    motifs.add_argument("--graphml", type=Path, metavar="FILE", help="the works that share motifs, as a graph")
    motifs.add_argument("--pdf", type=Path, metavar="FILE", help="a dossier to print, with plates and credit lines")
    motifs.add_argument("--zip", type=Path, metavar="FILE", help="the details, cut from the originals, with a table")
    motifs.add_argument("--html", type=Path, metavar="FILE", help="one page, complete in itself, of --motif ID")
    motifs.add_argument("--read", type=Path, metavar="FILE",
                        help="first add what a file of motifs (.csv or JSON) says to what is kept here")  # fmt: skip
    motifs.add_argument("--who", default="", metavar="NAME", help="in whose name --read adds it")
    machine_options(motifs)
    json_option(motifs)


def _motifs(options: argparse.Namespace) -> None:
    from explorer.motifs.current import chosen_motifs, current_motifs
    from explorer.motifs.export import motifs_json
    from explorer.motifs.reading_back import read_back
    from explorer.motifs.take_away import Wanted, take_away
    from explorer.plates.origin import origin_of

    wanted = Wanted(options.csv, options.annotations, options.graphml, options.pdf, options.zip, options.html,
                    options.base_url)  # fmt: skip
    if wanted.html is not None and options.motif is None:
        options.wrong("--html FILE is a page of one motif: name it with --motif ID")
    if options.base_url and wanted.annotations is None:
        options.wrong("--base-url URL is for --annotations FILE")
    if options.who and options.read is None:
        options.wrong("--who NAME is for --read FILE")
    workspace = open_workspace(options)
    read = read_back(workspace.collection, options.read, options.who) if options.read else None
    with ProgressBar() as progress:
        motifs = current_motifs(workspace, progress, options.again, options.hidden or options.motif is not None)
        if options.motif is not None or wanted.any:
            motifs = chosen_motifs(motifs, options.motif, workspace.collection.motifs.merged())
        written = take_away(workspace, motifs, wanted, progress)
    if options.json:
        record = motifs_json(motifs, workspace.picture_sizes(), origin_of(workspace))
        print_json({**record, "read": read.to_json()} if read else record)
    else:
        if read:
            print("\n".join(_read_lines(read)))
        if not wanted.any:
            print("\n".join(_table(motifs)) or f"No motifs were found in {options.name}.")
    if options.motif is not None and options.motif != motifs[0].id:
        written.insert(0, f"{options.motif} was merged into {motifs[0].id}.")
    for line in written:
        print(line, file=sys.stderr if options.json else sys.stdout)


def _table(motifs: list[ShownMotif]) -> list[str]:
    """A line for each motif."""
    from explorer.verification.in_words import percent

    return [
        f"{motif.id:<12} {'' if motif.probability is None else percent(motif.probability):>4} "
        f"{len(motif.works):>4} works  {_named(motif)}{_files(motif)}"
        for motif in motifs
    ]  # fmt: skip


def _named(motif: ShownMotif) -> str:
    marks = " (hidden)" if motif.dropped else ""
    return f"{motif.name}{marks}: " if motif.name or marks else ""


def _files(motif: ShownMotif) -> str:
    more = len(motif.works) - _FILES_SHOWN
    return ", ".join(motif.works[:_FILES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _read_lines(read: ReadBack) -> list[str]:
    lines = [f"Read: {read.motifs:,} motifs and {read.instances:,} instances of kept ones were added."]
    if read.unchanged:
        lines.append(f"{read.unchanged:,} motifs of the file, to which nobody did anything, were left aside.")
    lines += [
        f"  {conflict.motif}{f', {conflict.file}' if conflict.file else ''}: {conflict.what} stays "
        f"{conflict.kept!r}; the file has {conflict.read!r}."
        for conflict in read.conflicts
    ]
    return lines
