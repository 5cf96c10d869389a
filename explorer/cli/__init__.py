"""The ``explorer`` command: thin subcommands over the package's own functions, heavy imports inside.

With ``--json``, standard output carries JSON alone; progress, notes and errors go to standard error.
"""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from pathlib import Path
from typing import Any

from explorer import __version__
from explorer.adapt.settings import add_options as training_options
from explorer.adapt.settings import settings_from
from explorer.cli.bookmarks import add_bookmarks
from explorer.cli.indexing import add_index
from explorer.cli.keeping import add_keeping
from explorer.cli.labelling import add_labelling
from explorer.cli.managing import add_managing
from explorer.cli.mapping import add_map
from explorer.cli.motifs import add_motifs
from explorer.cli.options import (
    command,
    json_option,
    machine_options,
    open_database,
    runtime_options,
)
from explorer.cli.output import ProgressBar, print_json
from explorer.cli.process import terminated_as_interrupted
from explorer.cli.searching import add_search
from explorer.cli.serving import add_password, add_serve
from explorer.cli.where import add_where
from explorer.errors import ExplorerError
from explorer.evaluate.command import PROTOCOLS, shared_options
from explorer.evaluate.command import add_options as protocol_options
from explorer.fetch.benchmarks import BENCHMARKS


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status: 0, 1 for an error (a sentence on standard error), 2 for a wrong call."""
    parser = _parser()
    options = parser.parse_args(arguments)
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # its remarks on odd files
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    try:
        with terminated_as_interrupted():
            return options.run(options) or 0
    except ExplorerError as error:
        print(f"explorer: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nexplorer: stopped; run the same command again to go on where it was.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stderr.close()
        return 1
    except OSError as error:  # a full disk, a folder that may not be written to
        place = f" ({error.filename})" if error.filename else ""
        print(f"explorer: The system says: {error.strerror or error}{place}.", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="explorer", description="See where the details of paintings recur.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    add_index(commands)
    add_search(commands)
    add_where(commands)

    add_labelling(commands)
    add_motifs(commands)
    add_map(commands)
    add_bookmarks(commands)

    judgements = command(commands, "judgements", _judgements, "write down what was judged in the app")
    judgements.add_argument("name", metavar="NAME")
    judgements.add_argument("--csv", type=Path, metavar="FILE", help="a table for a spreadsheet")
    json_option(judgements)

    add_keeping(commands)
    add_managing(commands)
    _measuring(commands)

    demo = command(commands, "demo", _demo, "paint the demo collection into a folder")
    demo.add_argument("folder", type=Path, metavar="FOLDER")
    demo.add_argument("--works", type=int, default=72)

    train = command(commands, "train-mini", _train_mini, "train the small model again (pip install -e '.[train]')")
    train.epilog = "What the data folder holds, and what each stage does: assets/models/small/README.md"
    training_options(train)

    add_serve(commands)
    add_password(commands)
    return parser


def _measuring(commands: Any) -> None:
    text = "measure how well search finds what is known to recur"
    evaluate = commands.add_parser("evaluate", help=text, description=f"{text[0].upper()}{text[1:]}.")
    protocols = evaluate.add_subparsers(required=True, metavar="PROTOCOL", dest="protocol")
    for protocol, text in PROTOCOLS.items():
        parser = command(protocols, protocol, _evaluate, text)
        protocol_options(parser, protocol)
        machine_options(parser)
        json_option(parser)
    everything = command(protocols, "all", _evaluate, "score everything that has its data at hand, in one table")
    everything.add_argument(
        "names", metavar="NAME", nargs="*", help="collections whose truth lies among their pictures"
    )
    everything.add_argument("--quick", action="store_true", help="leave out folders of more than 300 pictures, and "
                            "draw as many from class folders")  # fmt: skip
    shared_options(everything)
    machine_options(everything)
    json_option(everything)

    fetch = command(commands, "fetch", _fetch, "download a benchmark's pictures and annotations from its authors")
    fetch.add_argument("what", choices=["brueghel", *BENCHMARKS], metavar="BENCHMARK",
                       help=f"brueghel, {', '.join(BENCHMARKS)}")  # fmt: skip
    fetch.add_argument("--to", type=Path, metavar="DIR", help="a new folder: by default its name, here")
    fetch.add_argument("--url", help="another place: of the archive (brueghel), of the folder with all files (others)")
    fetch.add_argument("--sha256", metavar="HEX", help="the digest that the archive of brueghel must have")


# -- judgements, measure, demo ----------------------------------------------------------------------------------------


def _judgements(options: argparse.Namespace) -> None:
    from explorer.collection.judgement_export import judgement_records, write_csv

    records = judgement_records(open_database(options))
    if options.csv:
        write_csv(records, options.csv)
    if options.json:
        print_json({"judgements": records})
        return
    print(f"{options.name}: {len(records):,} judgements{f', written to {options.csv}' if options.csv else ''}.")
    if not options.csv:
        for record in records:
            places = f"{record['query_file']} - {record['match_file']}"
            day = record["when"][:10]
            print(f"  {record['verdict']:<9} {places}  ({record['who']}, {day}) {record['note']}".rstrip())


def _evaluate(options: argparse.Namespace) -> None:
    from explorer.evaluate.running import run

    with ProgressBar() as progress:
        report = run(options, runtime_options(options), progress)
    if options.json:
        print_json(report.record)
    else:
        print("\n".join(report.lines))


def _fetch(options: argparse.Namespace) -> None:
    from explorer.fetch import BRUEGHEL_URL, fetch_archive
    from explorer.fetch.benchmarks import fetch_benchmark

    options.to = options.to or Path(options.what)
    if options.what != "brueghel":
        if options.sha256:
            options.wrong("--sha256 is for brueghel; the others are several files")
        with ProgressBar() as progress:
            lines = fetch_benchmark(options.what, options.to, options.url, progress)
        print("\n".join(lines))
        return
    with ProgressBar() as progress:
        fetched = fetch_archive(options.url or BRUEGHEL_URL, options.to, options.sha256, progress)
    print("\n".join(fetched.lines()))
    print(f"Index it with: explorer index {options.to} --name brueghel")


def _demo(options: argparse.Namespace) -> None:
    from explorer.demo import paint_demo

    with ProgressBar() as progress:
        paint_demo(options.folder, options.works, progress=lambda done, total: progress("Painting", done, total))
    print(f"Painted into {options.folder}. Index it with: explorer index {options.folder / 'images'} "
          f"--metadata {options.folder / 'metadata.csv'} --name demo --model mini")  # fmt: skip


def _train_mini(options: argparse.Namespace) -> None:
    from explorer.adapt.pipeline import train_mini

    logging.getLogger("explorer").setLevel(logging.INFO)
    train_mini(settings_from(options), options.stages)
