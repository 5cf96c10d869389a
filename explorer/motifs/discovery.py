"""Discovery: all motifs of a collection, found without a query, kept beside its tables.

Windows of all works are looked up among those of all others (:mod:`explorer.motifs.candidates`), a bounded number of
pairs of works is verified (:mod:`explorer.motifs.pairs`), and what passes is put together to motifs
(:mod:`explorer.motifs.assemble`). Comparing every place with every other, as ArtMiner does (Shen, Efros and Aubry, CVPR
2019, section 3.4), grows with the square of the collection; this grows with its size.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from explorer import __version__
from explorer.errors import ExplorerError
from explorer.files import write_atomically
from explorer.geometry import Box
from explorer.motifs.assemble import Group, Verifier, assembled
from explorer.motifs.candidates import Neighbours, find_neighbours
from explorer.motifs.records import Instance, Motif, by_strength, motif_id
from explorer.motifs.remembered import RememberingVerifier
from explorer.parallel import map_in_threads, one_blas_thread
from explorer.progress import Progress, silent
from explorer.verification import Transform
from explorer.workspace import Workspace

FILE = "motifs.json"
"""Where a discovery is kept, in the folder of the tables that it was made of."""
PAIRS_PER_WORK = 4
"""Pairs of works that are verified, for each work."""
FEWEST_PAIRS = 1000
"""Of a small collection so many are, if it has them."""
_CHUNK = 64  # pairs of places verified between two reports

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Discovery:
    """What a discovery found: ``motifs``, strongest first, in a collection of ``works``, of whose pairs ``examined``
    were compared; ``version`` is the program's."""

    motifs: tuple[Motif, ...]
    works: int
    examined: int
    version: str = __version__


def discover(workspace: Workspace, progress: Progress = silent) -> Discovery:
    """Find all motifs of a collection, and keep them; see :func:`discovered`.

    What an earlier run compared is not compared again, whether it was stopped or works were added since. ``progress``
    may raise to stop it. Raises :class:`ExplorerError` for a collection without details.
    """
    if not workspace.has_details:
        raise ExplorerError(
            "Motifs need the model that sees details; this collection only has vectors of whole works, made elsewhere."
        )
    rows = workspace.present_rows()
    rows = rows[workspace.tables.first_equal[rows] == rows]  # works with the same picture are looked at once
    verifier = RememberingVerifier(workspace)
    try:
        motifs = motifs_among(workspace, rows, verifier, progress)
    finally:
        verifier.save()
    found = Discovery(motifs, len(rows), len(verifier.works))
    verifier.forget_unused()
    _keep(workspace, found)
    return found


def motifs_among(
    workspace: Workspace, rows: np.ndarray, verifier: Verifier, progress: Progress = silent
) -> tuple[Motif, ...]:
    """The motifs of the works in these ``rows`` of the tables, ascending, strongest first."""
    if len(rows) < 2:
        return ()
    neighbours = find_neighbours(workspace, rows, lambda done, of: progress("Reading works", done, of))
    groups = _groups(neighbours, verifier, _wanted(len(rows)), progress)
    return tuple(by_strength([_motif(workspace, group) for group in groups]))


def discovered(workspace: Workspace) -> Discovery | None:
    """What the last discovery in these tables found; None where there was none, or its file is damaged."""
    try:
        return _discovery(json.loads((workspace.tables.folder / FILE).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, ExplorerError):
        return None


def _wanted(works: int) -> int:
    return max(PAIRS_PER_WORK * works, min(FEWEST_PAIRS, works * (works - 1) // 2))


def _groups(neighbours: Neighbours, verifier: Verifier, most: int, progress: Progress) -> list[Group]:
    pairs = neighbours.pairs(most)
    verified = []
    with one_blas_thread():
        for start in range(0, len(pairs), _CHUNK):
            progress("Comparing places", start, len(pairs))
            verified += [pair for pair in map_in_threads(verifier.verified, pairs[start : start + _CHUNK]) if pair]
        return assembled(verified, neighbours.around, verifier, lambda done, of: progress("Gathering motifs", done, of))


def _motif(workspace: Workspace, group: Group) -> Motif:
    works = workspace.tables.works
    reference, *others = [Instance(works[each.row], each.box, each.transform, each.probability) for each in group.found]
    others.sort(key=lambda instance: -instance.score)
    return Motif(motif_id(reference), (reference, *others), max(instance.score for instance in (reference, *others)))


def _keep(workspace: Workspace, found: Discovery) -> None:
    motifs = [
        {"id": motif.id, "probability": motif.probability, "instances": [_record(each) for each in motif.instances]}
        for motif in found.motifs
    ]
    record = {"version": found.version, "works": found.works, "examined": found.examined, "motifs": motifs}
    try:
        write_atomically(workspace.tables.folder / FILE, json.dumps(record))
    except OSError as error:
        log.warning("The motifs that were found are not kept: %s", error)


def _record(instance: Instance) -> dict[str, Any]:
    transform = instance.transform
    return {
        "work": instance.work, "box": list(instance.box.as_tuple()),
        "transform": [transform.scale, transform.turn, transform.mirror], "score": instance.score,
    }  # fmt: skip


def _discovery(record: Any) -> Discovery:
    motifs = [
        Motif(str(each["id"]), _instances(each["instances"]), float(each["probability"])) for each in record["motifs"]
    ]
    return Discovery(tuple(motifs), int(record["works"]), int(record["examined"]), str(record["version"]))


def _instances(records: Sequence[Any]) -> tuple[Instance, ...]:
    return tuple(
        Instance(
            str(each["work"]), Box(*map(float, each["box"])),
            Transform(float(each["transform"][0]), float(each["transform"][1]), bool(each["transform"][2])),
            float(each["score"]),
        )
        for each in records
    )  # fmt: skip
