"""``explorer index``: make or update a collection, or only say what would be done."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.columns import chosen_columns, column_options
from explorer.cli.harvesting import harvest_lines, harvest_record, harvesting_options, index_harvest, is_harvest
from explorer.cli.options import command, json_option, machine_options, runtime_options
from explorer.cli.output import ProgressBar, print_json, print_remarks
from explorer.config import FACETS
from explorer.errors import ExplorerError

if TYPE_CHECKING:
    from explorer.harvest import HarvestReport
    from explorer.indexing import IndexReport


def add_index(commands: Any) -> None:
    """Declare ``index``."""
    index = command(commands, "index", _index, "make or update a collection from a folder of pictures, or from IIIF")
    index.add_argument("places", nargs="*", metavar="FOLDER|URL",
                       help="a folder of pictures, or addresses of IIIF manifests and collections; "
                            "none: the addresses of the last time")  # fmt: skip
    index.add_argument("--name", required=True, help="what to call the collection")
    index.add_argument("--metadata", type=Path, metavar="FILE",
                       help="catalogue (CSV, Excel, LibreOffice, JSON) with a column naming the files")  # fmt: skip
    column_options(index)
    index.add_argument(
        "--pages",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="every page of a TIFF is a work; without it, as the last time, at first the largest alone",
    )
    index.add_argument("--check", action="store_true", help="only say what would be done, and who found whom")
    index.add_argument("--vectors", type=Path, metavar="FILE.npy",
                       help="vectors computed elsewhere: row i is that of row i of --metadata")  # fmt: skip
    index.add_argument("--vectors-model", default="", metavar="TEXT", help="what computed them")
    index.add_argument("--model", metavar="M", help="hub id or local folder of a CLIPModel, or 'mini'")
    index.add_argument("--resolution", type=int, metavar="PX", help="long side at which pictures are encoded")
    index.add_argument("--match-layer", type=int, metavar="N", help="block for matching, -1 is the last")
    index.add_argument("--match-facet", choices=FACETS, help="what of that block: its tokens or its values")
    index.add_argument("--cell-dims", type=int, metavar="N", help="dimensions kept of a patch by PCA; 0 keeps all")
    index.add_argument("--hog-weight", type=float, metavar="W", help="weight of gradient histograms (HOG); 0: none")
    index.add_argument("--whitening", type=float, metavar="W", help="0 plain PCA to 1 fully whitened")
    index.add_argument("--bfloat16", action="store_true", help="half precision for a CLIP: faster, where in hardware")
    index.add_argument("--engine", metavar="ADDRESS", help="index engine: auto (by the number of works), exact, hnsw")
    index.add_argument("--batch", type=int, default=0, help="pictures per pass of the model")
    harvesting_options(index)
    machine_options(index)
    json_option(index)


def _index(options: argparse.Namespace) -> None:
    from explorer.config import INDEX_OPTIONS, Config
    from explorer.indexing import index_folder, index_vectors, read_given_vectors

    from_iiif = is_harvest(options)
    settings = {name: getattr(options, name) for name in INDEX_OPTIONS}
    chosen = {
        name: value for name, value in settings.items() if value is not None and value is not False
    }  # 0 is a choice
    if options.vectors is None and options.vectors_model:
        raise ExplorerError("--vectors-model names what computed the vectors of --vectors; give both.")
    if (options.file_column or options.column) and (options.metadata is None or options.vectors is not None):
        option = "--file-column" if options.file_column else "--column"
        raise ExplorerError(f"{option} names a column of --metadata, without --vectors.")
    if options.vectors is not None and chosen:
        unused = f"--{next(iter(chosen)).replace('_', '-')}"
        raise ExplorerError(f"--vectors takes the place of a model and encodes nothing: leave {unused} out.")
    if from_iiif:
        if made := index_harvest(options, Config(**chosen)):
            _print(options, made[1], made[0])
        return
    if options.check:
        from explorer.cli.index_check import check_index

        check_index(options)
        return
    runtime = runtime_options(options, options.batch)
    columns = chosen_columns(options, options.metadata) if options.metadata and options.vectors is None else {}
    with ProgressBar() as progress:
        if options.vectors is not None:
            given = read_given_vectors(options.vectors, options.metadata, options.vectors_model)
            report = index_vectors(options.folder, options.name, options.cache, given, progress)
        else:
            report = index_folder(options.folder, options.name, options.cache, Config(**chosen),
                                  metadata=options.metadata, progress=progress, runtime=runtime,
                                  columns=columns, pages=options.pages)  # fmt: skip
    _print(options, report)


def _print(options: argparse.Namespace, report: IndexReport, harvested: HarvestReport | None = None) -> None:
    from explorer.indexing.run import gone_sentence

    skipped = [{"file": file.file, "reason": file.reason} for file in report.skipped]
    if options.json:
        record: dict[str, Any] = {"harvest": harvest_record(harvested)} if harvested else {}
        record |= {"works": report.works, "encoded": report.encoded, "regions": report.regions, "skipped": skipped}
        record |= {"gone": [work.file for work in report.gone], "moved": report.sync.files.moved}
        record |= {"matching": report.matching.record()} if report.matching else {}
        record["remarks"] = [asdict(each) for each in report.remarks]
        print_json({**record, "model": report.model} if report.model else record)
        return
    if harvested:
        print(*harvest_lines(harvested), sep="\n")
    if report.model:
        print(f"{options.name}: {report.works:,} works with vectors of {report.model}.")
    else:
        print(f"{options.name}: {report.works:,} works, {report.encoded:,} newly encoded, {report.regions:,} regions.")
    if report.matching:
        print(f"Details are matched by {report.matching.words()}.")
    if moved := report.sync.files.moved:
        files = "1 file was" if moved == 1 else f"{moved:,} files were"
        print(f"{files} renamed or moved; works, judgements and links go on.")
    if back := report.sync.files.back:
        print("1 work that was gone is back." if back == 1 else f"{back:,} works that were gone are back.")
    if sentence := gone_sentence(report.gone, options.name):
        print(sentence)
    if report.sync.unmatched_rows:
        print(f"{report.sync.unmatched_rows:,} catalogue rows name no picture in the folder.")
    if skipped:
        print(f"{len(skipped)} files skipped:")
        print("\n".join(f"  {file['file']}: {file['reason']}" for file in skipped))
    print_remarks(report.remarks)
    print(f"Open it with: explorer serve {options.name}")
