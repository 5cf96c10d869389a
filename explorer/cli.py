"""The ``explorer`` command: thin subcommands over the package's own functions, heavy imports inside.

With ``--json``, standard output carries JSON alone; progress, notes and errors go to standard error.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer import __version__
from explorer.errors import ExplorerError
from explorer.evaluate.command import PROTOCOLS
from explorer.evaluate.command import add_options as protocol_options

if TYPE_CHECKING:
    from explorer.query import Match, SearchOptions
    from explorer.workspace import Workspace


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 1 for an error said in one sentence, 2 for a wrong call."""
    parser = _parser()
    options, options.rest = parser.parse_known_args(arguments)
    if options.rest and options.run is not _train_mini:  # training has a parser of its own
        parser.error(f"unrecognized arguments: {' '.join(options.rest)}")
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # its remarks on odd files
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    try:
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

    index = _command(commands, "index", _index, "make or update a collection from a folder of pictures")
    index.add_argument("folder", type=Path, metavar="FOLDER")
    index.add_argument("--name", required=True, help="what to call the collection")
    index.add_argument("--metadata", type=Path, metavar="FILE.csv", help="catalogue with a column naming the files")
    index.add_argument("--model", metavar="M", help="hub id or local folder of a CLIPModel, or 'mini'")
    index.add_argument("--resolution", type=int, metavar="PX", help="long side at which pictures are encoded")
    index.add_argument("--match-layer", type=int, metavar="N", help="block for matching, -1 is the last")
    index.add_argument("--cell-dims", type=int, metavar="N", help="dimensions kept of a patch by PCA; 0 keeps all")
    index.add_argument("--whitening", type=float, metavar="W", help="0 plain PCA to 1 fully whitened")
    index.add_argument("--engine", metavar="ADDRESS", help="index engine: exact, or hnsw?M=16&ef=400")
    index.add_argument("--batch", type=int, default=0, help="pictures per pass of the model")
    _machine_options(index)
    _json_option(index)

    _search_command(commands)

    label = _command(commands, "label", _label, "sort the works by labels in plain words")
    label.add_argument("name", metavar="NAME")
    label.add_argument("--prompts", required=True, metavar='"a; b; c"', help="labels, separated by semicolons")
    _machine_options(label)
    _json_option(label)

    judgements = _command(commands, "judgements", _judgements, "write down what was judged in the app")
    judgements.add_argument("name", metavar="NAME")
    judgements.add_argument("--csv", type=Path, metavar="FILE", help="a table for a spreadsheet")
    _json_option(judgements)

    _measuring(commands)

    demo = _command(commands, "demo", _demo, "paint the demo collection into a folder")
    demo.add_argument("folder", type=Path, metavar="FOLDER")
    demo.add_argument("--works", type=int, default=72)

    train = _command(commands, "train-mini", _train_mini, "train the small CLIP again, on pictures of your own too")
    train.epilog = "Its own options are listed by: python -m explorer.adapt.mini --help"

    serve = _command(commands, "serve", _serve, "open a collection in the browser")
    serve.add_argument("name", metavar="NAME")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=7860)
    serve.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    _machine_options(serve)
    return parser


def _measuring(commands: Any) -> None:
    text = "measure how well search finds what is known to recur"
    evaluate = commands.add_parser("evaluate", help=text, description=f"{text[0].upper()}{text[1:]}.")
    protocols = evaluate.add_subparsers(required=True, metavar="PROTOCOL", dest="protocol")
    for protocol, text in PROTOCOLS.items():
        one = _command(protocols, protocol, _evaluate, text)
        protocol_options(one, protocol)
        _machine_options(one)
        _json_option(one)

    fetch = _command(commands, "fetch", _fetch, "download a benchmark's pictures and annotations from its authors")
    fetch.add_argument("what", choices=["brueghel"], help="the Brueghel benchmark of ArtMiner, about 400 MB")
    fetch.add_argument("--to", type=Path, default=Path("brueghel"), metavar="DIR", help="a new folder: ./brueghel")
    fetch.add_argument("--url", help="another place that serves the archive")
    fetch.add_argument("--sha256", metavar="HEX", help="the digest that the archive must have")


def _search_command(commands: Any) -> None:
    search = _command(commands, "search", _search, "find where a detail, a picture or words recur")
    search.add_argument("name", metavar="NAME")
    corners = {"type": float, "nargs": 4, "metavar": ("X0", "Y0", "X1", "Y1")}
    search.add_argument("--image", metavar="FILE", help="a picture to search with")
    search.add_argument("--box", **corners, help="a detail of it, in pixels of the original")
    search.add_argument("--also", **corners, action="append", default=[],
                        help="another detail of it, which must be there too; repeat for more")  # fmt: skip
    search.add_argument("--layout", action="store_true", help="the details must lie as they do in the picture")
    search.add_argument("--text", metavar="WORDS", help="words, by themselves or with a picture")
    search.add_argument("--not", dest="unwanted", nargs="+", action="append", default=[],
                        metavar="FILE [X0 Y0 X1 Y1]", help="a picture, or a detail, that is not wanted")  # fmt: skip
    one_a_line = 'one {"id", "image", "box", "also", "not", "text"} a line'
    search.add_argument("--queries", type=Path, metavar="FILE.jsonl", help=one_a_line)
    search.add_argument("--top", type=int, default=20, metavar="K")
    search.add_argument("--per-work", type=int, default=1, metavar="N", help="places per work, at most")
    search.add_argument("--own", action="store_true", help="keep the query's own work among the results")
    _machine_options(search)
    _json_option(search)


def _command(commands: Any, name: str, run: Callable[[argparse.Namespace], int | None], text: str) -> Any:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.add_argument("--cache", type=Path, default=Path("index_cache"), metavar="DIR", help="where collections live")
    parser.set_defaults(run=run, wrong=parser.error)
    return parser


def _json_option(parser: Any) -> None:
    parser.add_argument("--json", action="store_true", help="write JSON to standard output, everything else elsewhere")


def _machine_options(parser: Any) -> None:
    parser.add_argument("--threads", type=int, default=0, help="processor threads; 0 takes all")
    parser.add_argument("--device", default="", help="cpu, cuda or mps; the best there is by default")


# -- index -----------------------------------------------------------------------------------------------------------


def _index(options: argparse.Namespace) -> None:
    from explorer.config import Config, Effort
    from explorer.indexing import index_folder

    settings = ("model", "resolution", "match_layer", "cell_dims", "whitening", "engine")
    chosen = {name: getattr(options, name) for name in settings}
    config = Config(**{name: value for name, value in chosen.items() if value is not None})
    effort = Effort(options.threads, options.batch, options.device)
    with _ProgressBar() as progress:
        report = index_folder(options.folder, options.name, options.cache, config,
                              metadata=options.metadata, progress=progress, effort=effort)  # fmt: skip
    skipped = [{"file": one.file, "reason": one.reason} for one in report.skipped]
    if options.json:
        _print_json({"works": report.works, "encoded": report.encoded, "regions": report.regions, "skipped": skipped})
        return
    print(f"{options.name}: {report.works:,} works, {report.encoded:,} newly encoded, {report.regions:,} regions.")
    if report.sync.unmatched_rows:
        print(f"{report.sync.unmatched_rows:,} catalogue rows name no picture in the folder.")
    if skipped:
        print(f"{len(skipped)} files skipped:")
        print("\n".join(f"  {one['file']}: {one['reason']}" for one in skipped))
    print(f"Open it with: explorer serve {options.name}")


class _ProgressBar:
    """One line on standard error per stage: how far, how fast, how long still."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""

    def __enter__(self) -> _ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, stage: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if stage != self._stage:
            self.__exit__()
            self._stage = stage
            self._bar = tqdm(total=total, initial=0, desc=stage, file=sys.stderr, unit="", dynamic_ncols=True)
        self._bar.total = total
        self._bar.update(done - self._bar.n)


# -- search ----------------------------------------------------------------------------------------------------------


def _search(options: argparse.Namespace) -> int:
    from explorer.exchange import match_records
    from explorer.query import SearchOptions

    record = _asked(options)
    limits = SearchOptions(options.top, options.per_work, options.own)
    workspace = _open(options)
    if options.queries:
        return _search_batch(workspace, options.queries, limits, options.json)
    matches = _answer(workspace, record, limits)
    if options.json:
        _print_json({"id": None, "matches": match_records(workspace, matches)})
    else:
        _print_matches(workspace, matches)
    return 0


def _asked(options: argparse.Namespace) -> dict[str, Any]:
    """The options as a line of a file of queries would have them."""
    if not options.image and (options.box or options.also):
        raise ExplorerError("--box and --also go with --image: they are parts of that picture.")
    if not (options.image or options.text is not None or options.queries):
        options.wrong("say what to look for: --image FILE, --text WORDS, or --queries FILE.jsonl")
    if options.queries and (options.image or options.text is not None or options.unwanted):
        options.wrong("--queries holds whole queries; it goes with no --image, --text or --not")
    record = {"image": options.image, "text": options.text, "box": options.box}
    return {**record, "also": options.also, "layout": options.layout, "not": [_unwanted(o) for o in options.unwanted]}


def _unwanted(words: list[str]) -> dict[str, Any]:
    try:
        corners = [float(word) for word in words[1:]] or None
    except ValueError:
        corners = []
    if corners is not None and len(corners) != 4:
        raise ExplorerError("--not takes a picture, and perhaps the four corners of a detail of it: FILE X0 Y0 X1 Y1.")
    return {"image": words[0], "box": corners}


def _search_batch(workspace: Workspace, path: Path, limits: SearchOptions, as_json: bool) -> int:
    """Answer every line of a file; a bad line is answered with its error and the rest still run."""
    from explorer.exchange import match_records, parse_line, query_lines

    failed = 0
    for number, line in query_lines(path):
        query_id: Any = None
        try:
            record = parse_line(line, number)
            query_id = record.get("id")
            matches = _answer(workspace, record, limits)
        except ExplorerError as error:
            failed += 1
            _print_json({"id": query_id, "error": str(error)}) if as_json else print(f"{query_id}: {error}")
            continue
        if as_json:
            _print_json({"id": query_id, "matches": match_records(workspace, matches)})
        else:
            print(f"{query_id}:")
            _print_matches(workspace, matches)
    return 1 if failed else 0


def _answer(workspace: Workspace, record: dict[str, Any], limits: SearchOptions) -> list[Match]:
    from explorer.exchange import parse_query
    from explorer.search import search

    return search(workspace, parse_query(record), limits)


def _print_matches(workspace: Workspace, matches: list[Match]) -> None:
    from explorer.exchange import match_records

    if not matches:
        print("Nothing found.")
    for record in match_records(workspace, matches):
        box = " ".join(map(str, record["box"]))
        sure = f"{record['probability']:.0%}" if record["probability"] is not None else f"{record['score']:.3f}"
        print(f"{record['rank']:>4}  {sure:>5}  {record['file']}  [{box}]")


# -- label, measure, demo, serve ---------------------------------------------------------------------------------------


def _label(options: argparse.Namespace) -> None:
    from explorer.labels import parse_prompts
    from explorer.search import label_works

    prompts = parse_prompts(options.prompts, ";")
    workspace = _open(options)
    table = label_works(workspace, prompts)
    rows = [
        {
            "file": work,
            "label": None if best is None else table.labels[best],
            "scores": {name: round(float(score), 6) for name, score in zip(table.labels, scores, strict=True)},
        }
        for work, best, scores in zip(table.works, table.best, table.scores, strict=True)
    ]
    if options.json:
        _print_json({"labels": list(table.labels), "works": rows})
        return
    for row in rows:
        print(f"{row['label'] or '(none stands out)':<28} {max(row['scores'].values()):.2f}  {row['file']}")


def _judgements(options: argparse.Namespace) -> None:
    from explorer.exchange import collection_database, judgement_records, write_csv

    records = judgement_records(collection_database(options.name, options.cache))
    if options.csv:
        write_csv(records, options.csv)
    if options.json:
        _print_json({"judgements": records})
        return
    print(f"{options.name}: {len(records):,} judgements{f', written to {options.csv}' if options.csv else ''}.")
    if not options.csv:
        print("\n".join(f"  {one['verdict']:<9} {one['query_file']} - {one['match_file']}  ({one['who']}, "
                        f"{one['when'][:10]}) {one['note']}".rstrip() for one in records))  # fmt: skip


def _evaluate(options: argparse.Namespace) -> None:
    from explorer.evaluate.command import run

    with _ProgressBar() as progress:
        report = run(options, lambda: _open(options), progress)
    if options.json:
        _print_json(report.record)
    else:
        print("\n".join(report.lines))


def _fetch(options: argparse.Namespace) -> None:
    from explorer.fetch import BRUEGHEL_URL, fetch_archive

    with _ProgressBar() as progress:
        fetched = fetch_archive(options.url or BRUEGHEL_URL, options.to, options.sha256, progress)
    print("\n".join(fetched.lines()))
    print(f"Index it with: explorer index {options.to} --name brueghel")


def _demo(options: argparse.Namespace) -> None:
    from explorer.demo import paint_demo

    with _ProgressBar() as progress:
        paint_demo(options.folder, options.works, progress=lambda done, total: progress("Painting", done, total))
    print(f"Painted into {options.folder}. Index it with: explorer index {options.folder / 'images'} "
          f"--metadata {options.folder / 'metadata.csv'} --name demo --model mini")  # fmt: skip


def _train_mini(options: argparse.Namespace) -> None:
    from explorer.adapt.mini import settings_from, train_mini

    logging.getLogger("explorer").setLevel(logging.INFO)
    settings, stages = settings_from(options.rest)
    train_mini(settings, stages)


def _serve(options: argparse.Namespace) -> None:
    workspace = _open(options)
    from explorer.ui import build_app, launch

    page = build_app(workspace)
    print(f"{workspace.name} is open at http://{options.host}:{options.port} (stop with Ctrl-C)", file=sys.stderr)
    launch(page, workspace, options.host, options.port, not options.no_browser)


def _open(options: argparse.Namespace) -> Workspace:
    from explorer.config import Effort
    from explorer.workspace import Workspace

    return Workspace.open(options.name, options.cache, Effort(options.threads, device=options.device))


def _print_json(record: dict[str, Any]) -> None:
    print(json.dumps(record), flush=True)  # plain ASCII: whatever reads it, and whatever the names are
