"""``explorer search``: one query from the options, or a file of them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.options import command, json_option, machine_options, open_workspace
from explorer.cli.output import print_json
from explorer.errors import ExplorerError

if TYPE_CHECKING:
    from explorer.search.query import SearchOptions
    from explorer.search.take_away import Wanted
    from explorer.workspace import Workspace


_NAMED = 5  # works with the same picture as a match


def add_search(commands: Any) -> None:
    """Declare ``explorer search``."""
    search = command(commands, "search", _search, "find where a detail, a picture or words recur")
    search.add_argument("name", metavar="NAME")
    corners = {"type": float, "nargs": 4, "metavar": ("X0", "Y0", "X1", "Y1")}
    search.add_argument("--image", metavar="FILE", help="a picture to search with")
    search.add_argument("--box", **corners, help="a detail of it, in pixels of the original")
    search.add_argument("--click", type=float, nargs=2, metavar=("X", "Y"),
                        help="a point of it: the detail is the thing there, as far as it recurs")  # fmt: skip
    search.add_argument("--also", **corners, action="append", default=[],
                        help="another detail of it, which must be there too; repeat for more")  # fmt: skip
    search.add_argument("--layout", action="store_true", help="the details must lie as they do in the picture")
    search.add_argument("--alike", action="store_true", help="works that are like the picture as wholes, copies or not")
    search.add_argument("--text", nargs="+", action="append", default=[], metavar="WORDS [WEIGHT]",
                        help="words in quotes, by themselves or with a picture; repeat for more")  # fmt: skip
    search.add_argument("--text-not", nargs="+", action="append", default=[], metavar="WORDS [WEIGHT]",
                        help="words that the places should not fit")  # fmt: skip
    search.add_argument("--like", nargs="+", action="append", default=[], metavar="FILE [X0 Y0 X1 Y1]",
                        help="a picture, or a detail, as an example of what is wanted; repeat for more")  # fmt: skip
    search.add_argument("--not", dest="unwanted", nargs="+", action="append", default=[],
                        metavar="FILE [X0 Y0 X1 Y1]", help="a picture, or a detail, that is not wanted")  # fmt: skip
    fields = 'a query {"id", "image", "box" or "click", "also", "like", "not", "text"} a line'
    search.add_argument("--queries", type=Path, metavar="FILE.jsonl", help=fields)
    search.add_argument("--top", type=int, default=20, metavar="K")
    search.add_argument("--per-work", type=int, default=1, metavar="N", help="places per work, at most")
    search.add_argument("--own", action="store_true", help="keep the query's own work among the results")
    search.add_argument("--in", dest="within", action="append", default=[], metavar="COLUMN:VALUE",
                        help="search only works with this entry, such as genre:landscape or years:1590..1610; repeat "
                        "for more: values of one column are alternatives")  # fmt: skip
    search.add_argument("--html", type=Path, metavar="FILE", help="one page of the matches, complete in itself")
    search.add_argument("--csv", type=Path, metavar="FILE", help="a table for a spreadsheet, one row a match")
    machine_options(search)
    json_option(search)


def _search(options: argparse.Namespace) -> int:
    from explorer.search.query import SearchOptions
    from explorer.search.take_away import Wanted
    from explorer.search.within import asked_within

    record = _record(options)
    workspace = open_workspace(options)
    chosen = asked_within(workspace.collection, options.within)
    limits = SearchOptions(options.top, options.per_work, options.own, within=chosen)
    if options.queries:
        return _search_batch(workspace, options.queries, limits, options.json)
    answer, written = _answer(workspace, record, limits, Wanted(csv=options.csv, html=options.html))
    print_json({"id": None, **answer}) if options.json else _print_answer(answer)
    for line in written:
        print(line, file=sys.stderr if options.json else sys.stdout)
    return 0


def _record(options: argparse.Namespace) -> dict[str, Any]:
    """The options as a line of a file of queries would have them."""
    if not options.image and (options.box or options.also or options.click):
        raise ExplorerError("--box, --click and --also go with --image: they are parts of that picture.")
    wanted = options.image or options.text or options.like or options.queries
    if not wanted and (options.text_not or options.unwanted):
        raise ExplorerError(
            "--text-not and --not only say what is not wanted: say what is, with --text WORDS or --image."
        )
    if not wanted:
        options.wrong("say what to look for: --image FILE, --like FILE, --text WORDS, or --queries FILE.jsonl")
    alone = options.image or options.text or options.text_not or options.like or options.unwanted
    if options.queries and alone:
        options.wrong("--queries holds whole queries; it goes with no --image, --text, --text-not, --like or --not")
    if options.queries and (options.html or options.csv):
        options.wrong("--html and --csv are of one query; with --queries FILE.jsonl use --json")
    words = [_words("--text", given, 1.0) for given in options.text]
    words += [_words("--text-not", given, -1.0) for given in options.text_not]
    record = {"image": options.image, "text": words, "box": options.box, "click": options.click}
    like = [_picture("--like", given) for given in options.like]
    unwanted = [_picture("--not", given) for given in options.unwanted]
    return {**record, "also": options.also, "layout": options.layout, "alike": options.alike,
            "like": like, "not": unwanted}  # fmt: skip


def _picture(option: str, given: list[str]) -> dict[str, Any]:
    try:
        corners = [float(word) for word in given[1:]] or None
    except ValueError:
        corners = []
    if corners is not None and len(corners) != 4:
        raise ExplorerError(
            f"{option} takes a picture, and perhaps the four corners of a detail of it: FILE X0 Y0 X1 Y1."
        )
    return {"image": given[0], "box": corners}


def _words(option: str, given: list[str], sign: float) -> dict[str, Any]:
    text, *rest = given
    try:
        (weight,) = [float(word) for word in rest] or [1.0]
    except ValueError:
        weight = 0.0
    if not 0 < weight <= 1:
        raise ExplorerError(f'{option} takes words in quotes, and perhaps a weight above 0, at most 1: "snow" 0.5.')
    return {"text": text, "weight": sign * weight}


def _search_batch(workspace: Workspace, path: Path, limits: SearchOptions, as_json: bool) -> int:
    """Answer every line of a file; a bad line is answered with its error and the rest still run."""
    from explorer.search.parsing import parse_line, query_lines

    failed = 0
    for number, line in query_lines(path):
        query_id: Any = None
        try:
            record = parse_line(line, number)
            query_id = record.get("id")
            answer, _ = _answer(workspace, record, limits)
        except ExplorerError as error:
            failed += 1
            print_json({"id": query_id, "error": str(error)}) if as_json else print(f"{query_id}: {error}")
            continue
        if as_json:
            print_json({"id": query_id, **answer})
        else:
            print(f"{query_id}:")
            _print_answer(answer)
    return 1 if failed else 0


def _answer(
    workspace: Workspace, record: dict[str, Any], limits: SearchOptions, wanted: Wanted | None = None
) -> tuple[dict[str, Any], list[str]]:
    """The matches of a query, and, for a click, what it may mean; boxes in pixels. And which of the files that are
    ``wanted`` were written."""
    from explorer.search import notes, search
    from explorer.search.export import findings
    from explorer.search.parsing import parse_query
    from explorer.search.serialisation import match_records, with_click
    from explorer.search.take_away import take_away

    query, proposed = with_click(workspace, parse_query(record), limits.within)
    matches, said = search(workspace, query, limits), notes(workspace, query)
    answer: dict[str, Any] = {"matches": match_records(workspace, matches)}
    if said:
        answer["notes"] = said
    if proposed is not None:
        answer["proposals"] = proposed
    written = take_away(findings(workspace, query, limits, matches, said), wanted) if wanted and wanted.any else []
    return answer, written


def _print_answer(answer: dict[str, Any]) -> None:
    for note in answer.get("notes", []):
        print(note)
    for number, proposal in enumerate(answer.get("proposals", [])):
        box = " ".join(map(str, proposal["box"]))
        print(f"{'the click may also mean' if number else 'searched'} [{box}], support {proposal['support']:.1f}")
    if not answer["matches"]:
        print("Nothing found.")
    for record in answer["matches"]:
        box = " ".join(map(str, record["box"]))
        sure = f"{record['probability']:.0%}" if record["probability"] is not None else f"{record['score']:.3f}"
        print(f"{record['rank']:>4}  {sure:>5}  {record['file']}  [{box}]")
        if equal := record.get("equal"):
            more = f" and {len(equal) - _NAMED:,} more" if len(equal) > _NAMED else ""
            print(f"{'':>13}the same picture: {', '.join(equal[:_NAMED])}{more}")
