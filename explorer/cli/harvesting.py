"""``explorer index`` with addresses of IIIF manifests and collections instead of a folder."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.options import runtime_options
from explorer.cli.output import ProgressBar, print_json
from explorer.errors import ExplorerError

if TYPE_CHECKING:
    from explorer.config import Config
    from explorer.harvest import HarvestReport
    from explorer.indexing import IndexReport

_SHOWN = 20
"""What was left out that is printed; ``--json`` has all of it."""
_LEFT_OUT_OPTIONS = ("metadata", "column", "file_column", "pages", "vectors", "vectors_model")


def harvesting_options(parser: Any) -> None:
    """Declare what concerns addresses alone."""
    parser.add_argument("--size", type=int, default=0, metavar="PX",
                        help="longer side of pictures fetched by IIIF; else as the last time, or 3000")  # fmt: skip
    parser.add_argument("--allow-private", action="store_true", help="let manifests name servers of the local network")


def is_harvest(options: argparse.Namespace) -> bool:
    """Whether addresses are to be harvested; else ``options.folder`` becomes the folder to index.

    Raises :class:`ExplorerError` for what is neither, and for options that do not go with it.
    """
    places = [str(place) for place in options.places]
    addresses = [place for place in places if place.casefold().startswith(("http:", "https:"))]
    if addresses and len(addresses) < len(places):
        raise ExplorerError("Give a folder, or addresses of IIIF manifests, not both.")
    if addresses or not places:
        unfit = next((name for name in _LEFT_OUT_OPTIONS if getattr(options, name)), None)
        if unfit:
            raise ExplorerError(f"--{unfit.replace('_', '-')} goes with a folder of pictures; what comes by IIIF has "
                                "the entries of its manifests (explorer catalogue gives others later).")  # fmt: skip
        if not places:
            from explorer.harvest import harvested_addresses

            if not harvested_addresses(options.name, options.cache):
                options.wrong("give a folder of pictures, or addresses of IIIF manifests")
        return True
    if len(places) > 1:
        raise ExplorerError("A collection is made of one folder with all that is below it; give one.")
    if options.size or options.allow_private:
        raise ExplorerError("--size and --allow-private go with addresses of IIIF manifests.")
    options.folder = Path(places[0])
    return False


def index_harvest(options: argparse.Namespace, config: Config) -> tuple[HarvestReport, IndexReport] | None:
    """Harvest and index; with ``--check`` say what would be fetched, and give None."""
    from explorer.harvest import Manners, Wanted, check_iiif, index_iiif

    wanted = Wanted(tuple(map(str, options.places)), options.size, Manners(options.allow_private))
    with ProgressBar() as progress:
        if not options.check:
            runtime = runtime_options(options, options.batch)
            return index_iiif(options.name, options.cache, wanted, config, progress=progress, runtime=runtime)
        found = check_iiif(options.name, options.cache, wanted, progress)
    if options.json:
        print_json({"harvest": harvest_record(found)})
    else:
        print(*harvest_lines(found, checked=True), sep="\n")
    return None


def harvest_record(found: HarvestReport) -> dict[str, Any]:
    """The report as JSON has it."""
    return {**asdict(found), "left_out": [asdict(each) for each in found.left_out]}


def harvest_lines(found: HarvestReport, checked: bool = False) -> list[str]:
    """The report in sentences."""
    from explorer.plates.captions import counted

    came = f"{found.fetched:,} would be fetched" if checked else f"{found.fetched:,} fetched"
    what = f"{counted(found.manifests, 'manifest')} with {counted(found.canvases, 'picture')}"
    lines = [f"{what}: {came} (longer side about {found.size:,} pixels), {found.here:,} there already."]
    if found.left_out:
        lines.append(f"Left out: {len(found.left_out):,}")
        lines += [f"  {each.what}: {each.reason}" for each in found.left_out[:_SHOWN]]
        more = len(found.left_out) - _SHOWN
        lines += [f"  … and {more:,} more (--json has all)"] if more > 0 else []
    return lines
