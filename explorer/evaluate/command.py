"""What ``explorer evaluate PROTOCOL`` takes and reports; the command line opens the collection and prints."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.progress import Progress
    from explorer.workspace import Workspace

PROTOCOLS = {
    "artminer": "score a collection on annotations in ArtMiner's format",
    "brueghel": "score the Brueghel benchmark of ArtMiner, beside its published figures",
}


@dataclass(frozen=True)
class Report:
    """One evaluation, for machines and for people."""

    record: dict[str, Any]
    lines: list[str]


def add_options(parser: argparse.ArgumentParser, protocol: str) -> None:
    """What a protocol takes besides the options that all commands share."""
    if protocol == "brueghel":
        parser.add_argument("name", metavar="NAME", nargs="?", default="brueghel", help="by default: brueghel")
    else:
        parser.add_argument("name", metavar="NAME")
    place = "; by default looked for among the pictures" if protocol == "brueghel" else ""
    parser.add_argument("--annotations", type=Path, metavar="FILE.json", required=protocol != "brueghel",
                        help=f"true boxes, ArtMiner's format{place}")  # fmt: skip
    parser.add_argument("--per-work", type=int, default=1, metavar="N", help="places per work, at most")


def run(options: argparse.Namespace, open_workspace: Callable[[], Workspace], progress: Progress) -> Report:
    """Run the protocol that ``options.protocol`` names. Raises :class:`ExplorerError` as the protocols do."""
    from explorer.evaluate import brueghel
    from explorer.evaluate.annotations import read_annotations
    from explorer.evaluate.artminer import evaluate

    if options.protocol == "artminer":
        annotations = read_annotations(options.annotations)
        result = evaluate(open_workspace(), annotations, options.per_work, progress)
        return Report(result.to_json(), result.lines())
    brueghel.require_collection(options.name, options.cache)
    workspace = open_workspace()
    path = options.annotations or brueghel.find_annotations(workspace.folder)
    result = evaluate(workspace, read_annotations(path), options.per_work, progress)
    return Report(brueghel.record(result, path), brueghel.lines(result, path))
