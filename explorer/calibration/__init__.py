"""The match probability of a collection, calibrated by itself: from copies made of its own details.

How strongly the same cues speak for a copy depends on the collection, on the model and on the number of works. Indexing
makes copies of the collection's own details (rescaled, reversed, recoloured, in grey, in ink, blurred, set into other
works), searches for them (``altered``, ``examples``), searches for details without known copies, and fits the
probability to the cues of both (``fit``). Platt, "Probabilistic outputs for support vector machines", 1999, for scores
made into probabilities by a logistic function. ``blocks`` chooses, also by copies, the layer that matches details.
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np

from explorer.calibration.examples import Examiner
from explorer.calibration.fit import Examples, cross_validated, fitted, trimmed, weights_of
from explorer.calibration.reliability import expected_calibration_error, reliability, roc_auc
from explorer.files import write_atomically
from explorer.progress import Progress, silent
from explorer.verification.calibration_result import UNCALIBRATED, Bin, Calibration, thinned
from explorer.workspace import CALIBRATION_FILE, Workspace

FEWEST_WORKS = 20
"""Works below which a collection is not calibrated: there is too little to choose from."""
FEWEST_COPIES = 12
"""Found copies below which nothing is fitted."""
GROWN = 1.25
"""Factor by which the number of works may grow, or shrink, before a calibration is made again."""

log = logging.getLogger(__name__)


def calibrated(workspace: Workspace) -> bool:
    """Whether a collection's tables have a calibration of this version beside them."""
    return _read(workspace.tables.folder / CALIBRATION_FILE) is not None


def carried_over(workspace: Workspace, previous: Path | None) -> bool:
    """Whether an earlier calibration, in the file ``previous``, still holds for the tables that came after; it is then
    kept beside them."""
    before = _read(previous) if previous else None
    if before is None or not 1 / GROWN <= len(workspace.tables.works) / max(before.works, 1) <= GROWN:
        return False
    _keep(workspace, before)
    return True


def calibrate(workspace: Workspace, progress: Progress = silent) -> Calibration | None:
    """Calibrate a collection and keep the result beside its tables; seeded, so that it repeats.

    None, and the default stays, where the collection is too small, or too few copies of its details are found.
    """
    if len(workspace.present_rows()) < FEWEST_WORKS:
        return None
    examples = Examiner(workspace, progress).examples()
    if examples.copy.sum() < FEWEST_COPIES:
        log.warning("%s is not calibrated: too few copies of its details were found", workspace.name)
        _keep(workspace, replace(UNCALIBRATED, works=len(workspace.tables.works)))  # so that it is not tried each time
        return None
    result = _fitted_to(examples, len(workspace.tables.works))
    _keep(workspace, result)
    return result


def _fitted_to(examples: Examples, works: int) -> Calibration:
    """The calibration of a collection of so many works; its reliability and AUC are cross-validated over queries."""
    kept = trimmed(examples)
    used = examples.rows(kept)
    model = fitted(used)
    held_out = cross_validated(used)
    table = reliability(held_out, used.copy, weights=weights_of(used))
    return Calibration(
        model, thinned(np.sort(model.probability(used.cues[~used.copy]))),
        tuple(Bin(row.confidence, row.right, row.count) for row in table if row.count),
        expected_calibration_error(table), roc_auc(held_out, used.copy),
        int(used.copy.sum()), int((~used.copy).sum()), int((~kept).sum()), works,
    )  # fmt: skip


def _keep(workspace: Workspace, calibration: Calibration) -> None:
    write_atomically(workspace.tables.folder / CALIBRATION_FILE, json.dumps(calibration.to_json()))
    workspace.__dict__["calibration"] = calibration  # what the cached property would read


def _read(path: Path) -> Calibration | None:
    try:
        return Calibration.from_json(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        return None
