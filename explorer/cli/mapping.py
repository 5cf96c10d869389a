"""``explorer map``: where works or details lie on a map, as a table, a picture or a page to send away."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from explorer.cli.options import command, json_option, machine_options, open_workspace
from explorer.cli.output import ProgressBar, print_json


def add_map(commands: Any) -> None:
    """Declare ``explorer map``."""
    parser = command(commands, "map", _map, "lay the works, or their details, out by likeness, time or columns")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--regions", action="store_true", help="details instead of whole works, up to 100,000")
    parser.add_argument("--layout", default="umap", metavar="LAYOUT",
                        help="umap (likeness), grid (a poster), time, columns or own")  # fmt: skip
    parser.add_argument("--neighbours", type=int, default=15, metavar="K",
                        help="few keep small groups apart, many show the whole: 15")  # fmt: skip
    parser.add_argument("--min-dist", type=float, default=0.1, metavar="X",
                        help="how close points may lie to each other, 0 to 0.99: 0.1")  # fmt: skip
    parser.add_argument("--metric", default="cosine", help="cosine, euclidean or correlation")
    parser.add_argument("--columns", nargs=2, metavar=("ACROSS", "DOWN"), default=("", ""),
                        help="two columns of the catalogue with numbers, for the layouts columns and own")  # fmt: skip
    parser.add_argument("--coordinates", type=Path, metavar="FILE",
                        help="a table with the columns file, x and y: kept as two columns, and laid out")  # fmt: skip
    parser.add_argument("--keep", metavar="COLUMN", default="own",
                        help="what --coordinates are kept as: columns COLUMN x and COLUMN y")  # fmt: skip
    parser.add_argument("--aspect", type=float, default=1.0, metavar="X", help="width over height of a grid: 1")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="a table for a spreadsheet, one row a point")
    parser.add_argument("--png", type=Path, metavar="FILE", help="a picture with thumbnails, for a talk or a poster")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="the same as a drawing")
    parser.add_argument("--html", type=Path, metavar="FILE", help="one page to pan and zoom, complete in itself")
    parser.add_argument("--pixels", type=int, default=4000, metavar="N", help="longer side of a picture: 4000")
    parser.add_argument("--title", default="", help="of a picture or a page")
    machine_options(parser)
    json_option(parser)


def _map(options: argparse.Namespace) -> None:
    from explorer.maps.drawn import draw
    from explorer.maps.own import keep_places, read_places
    from explorer.maps.settings import MapSettings
    from explorer.maps.table import map_json
    from explorer.maps.take_away import Wanted, take_away

    kind = "regions" if options.regions else "works"
    if options.coordinates is None:
        settings = MapSettings(kind, options.layout, options.neighbours, options.min_dist, options.metric,
                               tuple(options.columns), options.aspect)  # fmt: skip
    elif options.layout not in ("umap", "own") or options.regions:
        options.wrong("--coordinates FILE is a layout of its own, of works")
    wanted = Wanted(options.csv, options.png, options.svg, options.html, options.pixels, options.title)
    workspace = open_workspace(options)
    said: list[str] = []
    if options.coordinates is not None:
        own = read_places(options.coordinates, sorted(workspace.collection.ids()))
        settings = keep_places(workspace, options.keep, own)
        said.append(f"{own.sentence()} Kept as the columns {settings.columns[0]!r} and {settings.columns[1]!r}.")
    with ProgressBar() as progress:
        drawn = draw(workspace, settings, progress=progress)
        said += take_away(workspace, drawn, wanted, progress)
    if options.json:
        print_json(map_json(workspace, drawn))
    else:
        what = "details" if options.regions else "works"
        print(f"{options.name}: {len(drawn.layout):,} {what}. {drawn.layout.caption} {drawn.kept.sentence}")
        for cluster in drawn.clusters.clusters:
            if cluster.level == 0:
                print(f"  {cluster.count:>6,}  {cluster.name}")
    for line in said:
        print(line, file=sys.stderr if options.json else sys.stdout)
