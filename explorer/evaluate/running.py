"""Evaluations as the command line asks for them: which collections, made first where they are not there, one protocol
or all that have data at hand, several models side by side."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from explorer.config import Config, RuntimeOptions
from explorer.errors import ExplorerError
from explorer.evaluate.command import Measure, Report, evaluate_collection, measure_of
from explorer.evaluate.data_folder import configs, indexed, pictures_of, refuse_both
from explorer.evaluate.difference import differences
from explorer.evaluate.difference import lines as difference_lines
from explorer.evaluate.outcome import Outcome
from explorer.evaluate.report_page import write_report
from explorer.evaluate.suite import MOST_QUICK, Task, at_hand, table
from explorer.files import not_written
from explorer.progress import Progress
from explorer.workspace import Workspace


@dataclass(frozen=True)
class Answer:
    """What the command prints."""

    record: dict[str, Any]
    lines: list[str]


def run(options: argparse.Namespace, runtime: RuntimeOptions, progress: Progress) -> Answer:
    """Run what ``explorer evaluate PROTOCOL`` was given. Raises :class:`ExplorerError` as protocols do."""
    if options.protocol == "brueghel" and not options.names and options.data is None:
        from explorer.evaluate.brueghel import require_collection

        require_collection("brueghel", options.cache)
        options.names = ["brueghel"]
    data = getattr(options, "data", None)
    refuse_both(options.names, data, options.models)
    if options.out is not None and not options.out.resolve().parent.is_dir():
        raise ExplorerError(f"There is no folder {options.out.resolve().parent} to write the report into.")
    if options.protocol == "all":
        return _all(options, runtime, progress)
    asked = measure_of(options)
    settings = configs(options.models, options.resolution)
    opened = _opened(options.names, data, settings, options.cache, (runtime, progress))
    reports = [(workspace, evaluate_collection(workspace, asked, progress)) for workspace in opened]
    _write(options.out, [(workspace, report.outcome) for workspace, report in reports])
    return _together(reports)


def _opened(
    names: Sequence[str],
    data: Path | None,
    settings: Sequence[Config],
    cache: Path,
    means: tuple[RuntimeOptions, Progress],
) -> list[Workspace]:
    runtime, progress = means
    if names:
        return [Workspace.open(name, cache, runtime) for name in names]
    if data is None:
        raise ExplorerError("Name a collection, or a benchmark's folder with --data.")
    if not data.is_dir():
        raise ExplorerError(f"There is no folder {data}; --data names the folder of a benchmark's pictures.")
    return [indexed(pictures_of(data), config, cache, runtime, progress) for config in settings]


def _together(reports: Sequence[tuple[Workspace, Report]]) -> Answer:
    """One report as it is; several below one another, each compared with the first."""
    (first, report), *others = reports
    if not others:
        return Answer(report.record, report.lines)
    records, lines = [_named(report, first)], [*report.lines]
    compared = []
    for workspace, other in others:
        found = differences(report.outcome, other.outcome)
        records.append(_named(other, workspace))
        lines += ["", *other.lines, "", *difference_lines(_called(first), _called(workspace), found)]
        compared.append({"first": _called(first), "second": _called(workspace),
                         "differences": [row.to_json() for row in found]})  # fmt: skip
    return Answer({"evaluations": records, "compared": compared}, lines)


def _named(report: Report, workspace: Workspace) -> dict[str, Any]:
    return {"collection": workspace.name, **report.record}


def _called(workspace: Workspace) -> str:
    return f"{workspace.name} ({workspace.config.model})"


def _write(path: Path | None, found: Sequence[tuple[Workspace, Outcome]]) -> None:
    if path is not None:
        try:
            write_report(path, found)
        except OSError as error:
            raise not_written("The report", error) from error


# -- all that has data at hand -----------------------------------------------------------------------------------------


def _all(options: argparse.Namespace, runtime: RuntimeOptions, progress: Progress) -> Answer:
    """Every protocol that finds its data in the folders of ``--data``, or its truth among the collections' pictures."""
    found, failed = list[tuple[Workspace, Outcome]](), list[str]()
    tasks, left = at_hand(options.data, options.names, options.cache, options.quick)
    for config in configs(options.models, options.resolution):
        opened: dict[str, Workspace] = {}
        for task in tasks:
            try:
                workspace = _workspace(task, opened, config, options.cache, (runtime, progress))
                asked = Measure(task.protocol, **task.given, most=MOST_QUICK if options.quick else None)
                outcome = evaluate_collection(workspace, asked, progress).outcome
                found.append((workspace, replace(outcome, place=task.place)))
            except ExplorerError as error:
                failed.append(f"{task.protocol} on {task.place}: {error}")
    if not found:
        raise ExplorerError(" ".join(["Nothing to evaluate has its data at hand.", *failed[:2], *left[:2]]))
    _write(options.out, found)
    record = {"evaluations": [{"place": outcome.place, **outcome.to_json()} for _, outcome in found],
              "failed": failed, "left_out": left}  # fmt: skip
    said = [*(f"Failed: {sentence}" for sentence in failed), *(f"Left out: {sentence}" for sentence in left)]
    said += [f"{outcome.protocol} on {outcome.place}: {remark}" for _, outcome in found for remark in outcome.remarks]
    return Answer(record, [*table([outcome for _, outcome in found]), *([""] if said else []), *said])


def _workspace(
    task: Task, opened: dict[str, Workspace], config: Config, cache: Path, means: tuple[RuntimeOptions, Progress]
) -> Workspace:
    """The collection that a task is run on; of class folders any with the model, which encodes their pictures."""
    runtime, progress = means
    if task.name:
        opened[task.name] = opened.get(task.name) or Workspace.open(task.name, cache, runtime)
        return opened[task.name]
    if task.borrowed and opened:
        return next(iter(opened.values()))
    key = str(task.pictures)
    opened[key] = opened.get(key) or indexed(task.pictures, config, cache, runtime, progress)
    return opened[key]
