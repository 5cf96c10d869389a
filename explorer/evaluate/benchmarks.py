"""The benchmarks that report in one form: what each is, what it takes, and how it is run on an opened collection."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.errors import ExplorerError

if TYPE_CHECKING:
    from explorer.evaluate.command import Measure
    from explorer.evaluate.outcome import Outcome
    from explorer.evaluate.truth import ClassTruth
    from explorer.progress import Progress
    from explorer.workspace import Workspace

TEXTS = {
    "oxford5k": "score Oxford Buildings: landmarks by their boxes and as whole pictures",
    "paris6k": "score Paris Buildings, in the same way",
    "roxford5k": "score Oxford as revisited: Easy, Medium, Hard",
    "rparis6k": "score Paris as revisited",
    "pairs": "score a table of pictures that belong together: versions, copies, old and new photographs",
    "ltll": "score old photographs looked for among new ones (Large Time Lags Locations)",
    "captions": "score captions against pictures, both ways",
    "linear-probe": "score a linear classifier on whole pictures, cross-validated",
    "knn": "score nearest neighbours of whole pictures, cross-validated",
    "imet": "score attributes, several to a picture (iMet Collection): by words, trained, and by text",
}
_GROUND_TRUTH = "or JSON of the same shape"
ANNOTATIONS = {
    "oxford5k": "folder of the files all_souls_1_query.txt and on",
    "paris6k": "folder of the files defense_1_query.txt and on",
    "roxford5k": f"gnd_roxford5k.pkl, {_GROUND_TRUTH}", "rparis6k": f"gnd_rparis6k.pkl, {_GROUND_TRUTH}",
    "pairs": "a table with the columns a and b", "ltll": "ltllLabel.json; without it, folders old and new",
    "captions": "a table with the columns file and caption", "imet": "folder of train.csv and labels.csv",
}  # fmt: skip
"""What ``--annotations`` names; by default looked for among the data, or the collection's pictures."""


def outcome(workspace: Workspace, asked: Measure, progress: Progress) -> Outcome:
    """Run one of :data:`TEXTS`. Raises :class:`ExplorerError` as it does."""
    runs: dict[str, Callable[[Workspace, Measure, Progress], Outcome]] = {
        "oxford5k": _oxford, "paris6k": _oxford, "roxford5k": _revisited, "rparis6k": _revisited, "pairs": _pairs,
        "ltll": _ltll, "captions": _captions, "linear-probe": _probe, "knn": _probe, "imet": _imet,
    }  # fmt: skip
    return runs[asked.protocol](workspace, asked, progress)


def _folder(workspace: Workspace, asked: Measure) -> Path:
    """Where ground truth is looked for that was not named."""
    from explorer.evaluate.data_folder import truth_folder

    return asked.data or truth_folder(workspace)


def _oxford(workspace: Workspace, asked: Measure, progress: Progress) -> Outcome:
    from explorer.evaluate.oxford import evaluate, find_truth, read_landmarks

    truth = read_landmarks(asked.annotations or find_truth(_folder(workspace, asked)))
    return evaluate(workspace, truth, asked.protocol, progress)


def _revisited(workspace: Workspace, asked: Measure, progress: Progress) -> Outcome:
    from explorer.evaluate.revisited import evaluate, find_truth, read_revisited

    truth = read_revisited(asked.annotations or find_truth(_folder(workspace, asked)))
    return evaluate(workspace, truth, asked.protocol, progress)


def _pairs(workspace: Workspace, asked: Measure, progress: Progress) -> Outcome:
    from explorer.evaluate.pairs import evaluate_pairs, read_pairs

    return evaluate_pairs(workspace, read_pairs(_table(workspace, asked, "pairs.csv")), progress)


def _ltll(workspace: Workspace, asked: Measure, progress: Progress) -> Outcome:
    from explorer.evaluate.pairs import evaluate_ltll, ltll_places

    works = [workspace.tables.works[row] for row in workspace.present_rows()]
    return evaluate_ltll(workspace, ltll_places(asked.annotations or _folder(workspace, asked), works), progress)


def _captions(workspace: Workspace, asked: Measure, progress: Progress) -> Outcome:
    from explorer.evaluate.captions import evaluate, read_captions

    return evaluate(workspace, read_captions(_table(workspace, asked, "captions.csv")), progress)


def _probe(workspace: Workspace, asked: Measure, progress: Progress) -> Outcome:
    from explorer.evaluate.probes import evaluate

    return evaluate(workspace, class_truth(workspace, asked, progress), asked.protocol, progress)


def class_truth(workspace: Workspace, asked: Measure, progress: Progress) -> ClassTruth:
    """Classes by a column, by folders that the collection's model encodes, or by the folders that the works lie in."""
    from explorer.evaluate.truth import LEAST, MOST_PICTURES, by_column, by_folders, by_paths

    least, most = (given if given is not None else usual for given, usual in
                   ((asked.least, LEAST), (asked.most, MOST_PICTURES)))  # fmt: skip
    if asked.column is not None:
        return by_column(workspace, asked.column, least)
    if asked.data is not None and asked.data.resolve() != workspace.folder.resolve():
        return by_folders(workspace, asked.data, most, progress)
    return by_paths(workspace)


def _imet(workspace: Workspace, asked: Measure, progress: Progress) -> Outcome:
    from explorer.evaluate.imet import evaluate, find_tables, read_attributes

    return evaluate(workspace, read_attributes(*find_tables(asked.annotations or _folder(workspace, asked))), progress)


def _table(workspace: Workspace, asked: Measure, usual: str) -> Path:
    """The table that was named, or that of the usual name among the data."""
    if asked.annotations is not None:
        return asked.annotations
    found = sorted(_folder(workspace, asked).rglob(usual))
    if len(found) != 1:
        raise ExplorerError(
            f"{_folder(workspace, asked)} holds {len(found)} files {usual}; name one with --annotations."
        )
    return found[0]
