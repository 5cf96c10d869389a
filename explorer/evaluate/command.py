"""What ``explorer evaluate PROTOCOL`` takes and reports; the command line opens the collection and prints."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.errors import ExplorerError
from explorer.evaluate.benchmarks import ANNOTATIONS, TEXTS

if TYPE_CHECKING:
    from explorer.evaluate.outcome import Outcome
    from explorer.progress import Progress
    from explorer.workspace import Workspace

PROTOCOLS = {
    "artminer": "score a collection on annotations in ArtMiner's format",
    "brueghel": "score the Brueghel benchmark of ArtMiner, beside its published figures",
    "zero-shot": "score labels on a column of the catalogue, or on pictures in folders named after what they show",
    "objects": "score searches for objects, by words and by pictures, whole pictures against regions",
    **TEXTS,
}


@dataclass(frozen=True)
class Report:
    """One evaluation, for machines and for people."""

    record: dict[str, Any]
    lines: list[str]
    outcome: Outcome
    """The same in the form that all protocols share."""


@dataclass(frozen=True)
class Measure:
    """A protocol and what it takes; each reads what is its own. None stands for what it takes by default."""

    protocol: str
    annotations: Path | None = None
    """The truth: ArtMiner's format, a table for "objects" and others, see :data:`ANNOTATIONS`."""
    per_work: int = 1
    column: str | None = None
    data: Path | None = None
    templates: Sequence[str] | None = None
    least: int | None = None
    most: int | None = None
    queries: int | None = None


def add_options(parser: argparse.ArgumentParser, protocol: str) -> None:
    """What a protocol takes besides the options that all commands share."""
    usual = "; by default: brueghel" if protocol == "brueghel" else ""
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"a collection; several are compared{usual}")
    by_protocol = {"zero-shot": _zero_shot_options, "objects": _object_options}
    if protocol in TEXTS:
        _benchmark_options(parser, protocol)
    else:
        by_protocol.get(protocol, _box_options)(parser, protocol)
    shared_options(parser, with_data=protocol != "zero-shot" and protocol not in _CLASSES)


_CLASSES = ("linear-probe", "knn")


def shared_options(parser: argparse.ArgumentParser, with_data: bool = True) -> None:
    """What all protocols and ``all`` take."""
    if with_data:
        parser.add_argument("--data", type=Path, metavar="DIR", help="a benchmark's folder: its pictures are indexed "
                            "first, or what is missing of them")  # fmt: skip
    parser.add_argument("--model", dest="models", action="append", default=[], metavar="M",
                        help="with --data: the model; given again, models are compared")  # fmt: skip
    parser.add_argument(
        "--resolution", type=int, metavar="PX", help="with --data: long side at which pictures are encoded"
    )
    parser.add_argument("--out", type=Path, metavar="REPORT.html", help="also write a report, one page complete in "
                        "itself")  # fmt: skip


def _benchmark_options(parser: argparse.ArgumentParser, protocol: str) -> None:
    if protocol in _CLASSES:
        parser.add_argument("--column", metavar="COLUMN", help="a column of the catalogue: its values are the classes")
        parser.add_argument("--data", type=Path, metavar="FOLDER", help="a folder of folders with pictures, each named "
                            "after what they show; the model of NAME encodes them, else they are indexed")  # fmt: skip
        parser.add_argument("--least", type=int, metavar="N", help="works that a value of the column must have: 5")
        parser.add_argument("--most", type=int, metavar="N", help="pictures of the folders, at most: 2000")
        return
    parser.add_argument("--annotations", type=Path, metavar="PATH", help=f"{ANNOTATIONS[protocol]}; by default looked "
                        "for among the data, or the collection's pictures")  # fmt: skip


def _box_options(parser: argparse.ArgumentParser, protocol: str) -> None:
    place = "; by default looked for among the pictures" if protocol == "brueghel" else ""
    parser.add_argument("--annotations", type=Path, metavar="FILE.json", required=protocol != "brueghel",
                        help=f"true boxes, ArtMiner's format{place}")  # fmt: skip
    parser.add_argument("--per-work", type=int, default=1, metavar="N", help="places per work, at most")


def _zero_shot_options(parser: argparse.ArgumentParser, _: str) -> None:
    truth = parser.add_mutually_exclusive_group(required=True)
    truth.add_argument("--column", metavar="COLUMN", help="a column of the catalogue: its values are the labels")
    truth.add_argument("--data", type=Path, metavar="FOLDER", help="a folder of folders with pictures, each named "
                       "after what they show; the collection's model encodes them")  # fmt: skip
    parser.add_argument("--templates-file", type=Path, metavar="FILE",
                        help="ways of asking, one a line, with {} where the label goes")  # fmt: skip
    parser.add_argument("--least", type=int, metavar="N", help="works that a value of the column must have: 5")
    parser.add_argument("--most", type=int, metavar="N", help="pictures of the folders, at most: 2000")


def _object_options(parser: argparse.ArgumentParser, _: str) -> None:
    parser.add_argument("--annotations", type=Path, metavar="FILE.csv", required=True,
                        help="a table with the columns file, class, x0, y0, x1, y1: pixels of a work")  # fmt: skip
    parser.add_argument("--queries", type=int, metavar="N", help="boxes that are queries, at most: 100")


def measure_of(options: argparse.Namespace) -> Measure:
    """What the options ask for."""
    given = {
        field.name: value for field in fields(Measure) if (value := getattr(options, field.name, None)) is not None
    }
    if getattr(options, "templates_file", None):
        from explorer.words.prompts import read_templates

        given["templates"] = read_templates(options.templates_file)
    return Measure(**given)


def evaluate_collection(workspace: Workspace, asked: Measure, progress: Progress) -> Report:
    """Run one of :data:`PROTOCOLS` on an opened collection; the annotations of the Brueghel benchmark are looked for
    among the pictures where none are named. Raises :class:`ExplorerError` as the protocols do."""
    protocols = {"artminer": _artminer, "brueghel": _brueghel, "zero-shot": _zero_shot, "objects": _objects}
    if asked.protocol in TEXTS:
        from explorer.evaluate.benchmarks import outcome

        found = outcome(workspace, asked, progress)
        return Report(found.to_json(), found.lines(), found)
    if asked.protocol not in protocols:
        raise ExplorerError(f"{asked.protocol!r} is no protocol; these are: {', '.join(PROTOCOLS)}.")
    return protocols[asked.protocol](workspace, asked, progress)


def _artminer(workspace: Workspace, asked: Measure, progress: Progress) -> Report:
    from explorer.evaluate.adapted import of_details
    from explorer.evaluate.annotations import read_annotations
    from explorer.evaluate.artminer import evaluate

    if asked.annotations is None:
        raise ExplorerError("Name the file of annotations, in ArtMiner's format.")
    result = evaluate(workspace, read_annotations(asked.annotations), asked.per_work, progress)
    return Report(result.to_json(), result.lines(), of_details("artminer", workspace.config.model, result))


def _brueghel(workspace: Workspace, asked: Measure, progress: Progress) -> Report:
    from explorer.evaluate import brueghel
    from explorer.evaluate.adapted import of_details
    from explorer.evaluate.annotations import read_annotations
    from explorer.evaluate.artminer import evaluate

    path = asked.annotations or brueghel.find_annotations(workspace.folder)
    result = evaluate(workspace, read_annotations(path), asked.per_work, progress)
    outcome = of_details("brueghel", workspace.config.model, result, brueghel.PUBLISHED)
    return Report(brueghel.record(result, path), brueghel.lines(result, path), outcome)


def _zero_shot(workspace: Workspace, asked: Measure, progress: Progress) -> Report:
    from explorer.evaluate.adapted import of_labels
    from explorer.evaluate.benchmarks import class_truth
    from explorer.evaluate.zero_shot import evaluate
    from explorer.words.prompts import check_templates

    templates = None if asked.templates is None else check_templates(asked.templates)
    if (asked.column is None) == (asked.data is None):
        raise ExplorerError("Labels are held against a column of the catalogue or a folder of class folders: name one.")
    result = evaluate(workspace, class_truth(workspace, asked, progress), templates)
    return Report(result.to_json(), result.lines(), of_labels(workspace.config.model, result))


def _objects(workspace: Workspace, asked: Measure, progress: Progress) -> Report:
    from explorer.evaluate.adapted import of_objects
    from explorer.evaluate.object_boxes import read_object_boxes
    from explorer.evaluate.objects import QUERIES, evaluate

    if asked.annotations is None:
        raise ExplorerError("Name the table of boxes, with the columns file, class, x0, y0, x1, y1.")
    queries = QUERIES if asked.queries is None else asked.queries
    result = evaluate(workspace, read_object_boxes(asked.annotations), queries, progress)
    return Report(result.to_json(), result.lines(), of_objects(workspace.config.model, result))
