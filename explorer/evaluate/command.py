"""What ``explorer evaluate PROTOCOL`` takes and reports; the command line opens the collection and prints."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import ExplorerError

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
    if options.protocol == "brueghel":
        from explorer.evaluate.brueghel import require_collection

        require_collection(options.name, options.cache)
    return evaluate_collection(open_workspace(), options.protocol, options.annotations, options.per_work, progress)


def evaluate_collection(
    workspace: Workspace, protocol: str, annotations: Path | None, per_work: int, progress: Progress
) -> Report:
    """Run one of :data:`PROTOCOLS` on an opened collection; ``annotations`` may be None for the Brueghel benchmark, and
    is then looked for among the pictures. Raises :class:`ExplorerError` as the protocols do."""
    from explorer.evaluate import brueghel
    from explorer.evaluate.annotations import read_annotations
    from explorer.evaluate.artminer import evaluate

    if protocol not in PROTOCOLS:
        raise ExplorerError(f"{protocol!r} is no protocol; these are: {', '.join(PROTOCOLS)}.")
    if protocol == "artminer":
        if annotations is None:
            raise ExplorerError("Name the file of annotations, in ArtMiner's format.")
        result = evaluate(workspace, read_annotations(annotations), per_work, progress)
        return Report(result.to_json(), result.lines())
    path = annotations or brueghel.find_annotations(workspace.folder)
    result = evaluate(workspace, read_annotations(path), per_work, progress)
    return Report(brueghel.record(result, path), brueghel.lines(result, path))
