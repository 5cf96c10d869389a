"""What other key points add to the search's own: the same places, verified with SIFT, AKAZE, or both.

    python benchmarks/verifiers.py --data FOLDER [--cache FOLDER] [--every 3] [--json FILE]

FOLDER holds ``planted/`` with ``images/``, ``annotations.json`` and ``transforms.json``. A verifier is one function
from a detail and a hypothesis to pairs of key points; everything else (transforms, cues, match model) is the search's.
AKAZE: Alcantarilla, Nuevo and Bartoli, "Fast explicit diffusion for accelerated features in nonlinear scale spaces",
BMVC 2013, as OpenCV 5 has it in its contributed modules (pip install opencv-contrib-python-headless, in place of
opencv-python-headless), with binary descriptors that are compared by Hamming distance.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

sys.path[0] = str(Path(__file__).parents[1])
sys.path.append(str(Path(__file__).parent))

from ways import AnnotatedQuery, Bench, Detection, indexed

from explorer.config import Config
from explorer.features.grid import FeatureMap
from explorer.search.candidates import Candidate
from explorer.verification import (
    Detail,
    Hypothesis,
    KeyPoints,
    compare_around,
    cue_vector,
    key_point_hypothesis,
    mean_cosine,
    score_match,
)  # fmt: skip
from explorer.verification.keypoints import MOST, MOST_COMPARED, KeyPointMatches
from explorer.workspace import open_for_encoding

AKAZE_THRESHOLD = 0.0005
AKAZE_RATIO = 0.85  # binary descriptors: distances are less spread than SIFT's
AROUND = 1.0

Pairing = Callable[[Detail, Hypothesis], KeyPointMatches]
"""A verifier: corresponding key points of a detail and of a work."""


@dataclass(frozen=True)
class Found:
    """A picture's AKAZE key points: ``points`` with their descriptors ``(K, 61) uint8``, and ``mirrored (K, 61)``,
    those that they have on the mirrored picture."""

    points: KeyPoints
    mirrored: np.ndarray


def find_akaze(picture: np.ndarray) -> Found:
    """AKAZE key points of a picture ``(H, W, 3)``, the strongest ones."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    akaze = cv2.xfeatures2d.AKAZE.create(threshold=AKAZE_THRESHOLD)
    found = sorted(akaze.detect(grey, None), key=lambda point: -point.response)[:MOST]
    kept, straight = akaze.compute(grey, found)
    last = grey.shape[1] - 1
    turned = [
        cv2.KeyPoint(last - p.pt[0], p.pt[1], p.size, (180 - p.angle) % 360, p.response, p.octave, p.class_id)
        for p in kept
    ]
    _, mirrored = akaze.compute(np.ascontiguousarray(grey[:, ::-1]), turned)
    if straight is None or mirrored is None or len(straight) != len(mirrored):
        return Found(KeyPoints(np.zeros((0, 2), np.float32), np.zeros((0, 61), np.uint8)), np.zeros((0, 61), np.uint8))
    places = np.array([point.pt for point in kept], np.float32) / (grey.shape[1], grey.shape[0])
    return Found(KeyPoints(places.astype(np.float32), straight), mirrored)


def akaze_pairs(query: np.ndarray, work: np.ndarray) -> np.ndarray:
    """Pairs ``(M, 2)`` of rows of descriptors: nearest by Hamming distance, with the ratio test, each in one pair."""
    if not len(query) or len(work) < 2:
        return np.zeros((0, 2), np.int64)
    best: dict[int, tuple[float, int]] = {}
    for first, second in cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(query, work, k=2):
        if first.distance < AKAZE_RATIO * second.distance:
            known = best.get(first.trainIdx)
            if known is None or first.distance < known[0]:
                best[first.trainIdx] = (first.distance, first.queryIdx)
    return np.array([(row, column) for column, (_, row) in best.items()], np.int64).reshape(-1, 2)


class Verifiers:
    """The verifiers that are compared, over one collection whose AKAZE key points are found once."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        workspace = bench.workspace
        started = time.perf_counter()
        self.akaze: list[Found] = []
        for work_id in workspace.tables.works:
            work = workspace.collection.work(work_id)
            picture = open_for_encoding(workspace.original(work), workspace.config)
            self.akaze.append(find_akaze(np.asarray(picture.image)))
        self.seconds_a_picture = (time.perf_counter() - started) / max(1, len(self.akaze))

    def places(self, query: AnnotatedQuery, candidates: Sequence[Candidate], kinds: str) -> list[Detection]:
        """The candidates verified with the key points named in ``kinds``, by descending probability."""
        bench = self.bench
        scored = []
        for candidate in candidates:
            detail, hypothesis, pairing = self._with(kinds, query, candidate)
            matches = pairing(detail, hypothesis)
            scored.append((candidate.row, candidate.cosine, score_match(detail, hypothesis, matches)))
            if elsewhere := key_point_hypothesis(detail, hypothesis, matches):
                result = score_match(detail, elsewhere, pairing(detail, elsewhere))
                scored.append((candidate.row, mean_cosine(detail, elsewhere), result))
        cues = np.array(
            [cue_vector(cosine, result.cell_agreement, result.significance) for _, cosine, result in scored]
        )
        probabilities = bench.workspace.calibration.model.probability(cues)
        best: dict[int, Detection] = {}
        works = bench.workspace.tables.works
        for (row, _, result), probability in zip(scored, probabilities, strict=True):
            if row not in best or best[row].score < probability:
                pixels = result.box.to_pixels(*bench.sizes[works[row]])
                best[row] = Detection(works[row], pixels, float(probability))
        return sorted(best.values(), key=lambda detection: -detection.score)

    def _with(self, kinds: str, query: AnnotatedQuery, candidate: Candidate) -> tuple[Detail, Hypothesis, Pairing]:
        bench, detail = self.bench, query.ready.detail
        tables = bench.workspace.tables
        grid = FeatureMap(tables.cells(candidate.row), detail.cells.antisymmetric)
        size = bench.sizes[tables.works[candidate.row]]
        sift = Hypothesis(grid, size, tables.points(candidate.row), candidate.box, candidate.mirrored)
        if kinds == "SIFT":
            return detail, sift, compare_around
        own, other = self.akaze[min(query.ready.own)], self.akaze[candidate.row]
        inside = np.flatnonzero(own.points.are_inside(detail.box))
        inside = inside[
            np.arange(len(inside))
            if len(inside) <= MOST_COMPARED
            else np.arange(MOST_COMPARED) * len(inside) // MOST_COMPARED
        ]

        def paired(_: Detail, hypothesis: Hypothesis) -> KeyPointMatches:
            near = np.flatnonzero(other.points.are_inside(hypothesis.box.widened(AROUND)))
            everything = np.arange(len(other.points))
            pairs = [
                [
                    akaze_pairs(descriptors[inside], other.points.descriptors[rows])
                    for descriptors in (own.points.descriptors, own.mirrored)
                ]
                for rows in (near, everything)
            ]
            (near_straight, near_mirrored), (all_straight, all_mirrored) = pairs
            placed = [np.stack([pair[:, 0], near[pair[:, 1]]], axis=1) for pair in (near_straight, near_mirrored)]
            return KeyPointMatches((placed[0], placed[1]), (all_straight, all_mirrored))

        akaze_detail = replace(detail, points=KeyPoints(own.points.places[inside], own.points.descriptors[inside]))
        akaze_hypothesis = replace(sift, points=other.points)
        if kinds == "AKAZE":
            return akaze_detail, akaze_hypothesis, paired
        offset = np.array([len(detail.points), len(sift.points)])

        def together(_: Detail, hypothesis: Hypothesis) -> KeyPointMatches:
            first = compare_around(detail, replace(sift, box=hypothesis.box, mirrored=hypothesis.mirrored))
            second = paired(akaze_detail, hypothesis)
            joined = [
                tuple(np.concatenate([a, b + offset]) for a, b in zip(of_first, of_second, strict=True))
                for of_first, of_second in ((first.near, second.near), (first.everywhere, second.everywhere))
            ]
            return KeyPointMatches(*joined)

        both = KeyPoints(np.concatenate([detail.points.places, akaze_detail.points.places]), np.zeros((0, 1), np.uint8))
        on_work = KeyPoints(np.concatenate([sift.points.places, other.points.places]), np.zeros((0, 1), np.uint8))
        return replace(detail, points=both), replace(sift, points=on_work), together


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", default="mini")
    parser.add_argument("--cache", type=Path, help="keep the index here, for the next run")
    parser.add_argument("--every", type=int, default=1, help="only every so manieth query")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.data / "planted"
        workspace = indexed(options.cache or Path(scratch), "planted", [folder / "images"], Config(model=options.model))
        bench = Bench(workspace, folder / "annotations.json", "0/")
        bench.queries = bench.queries[:: options.every]
        verifiers = Verifiers(bench)
        print(f"AKAZE: {verifiers.seconds_a_picture:.2f} s a picture, "
              f"{np.mean([len(found.points) for found in verifiers.akaze]):.0f} key points", flush=True)  # fmt: skip
        kinds = ("SIFT", "AKAZE", "SIFT + AKAZE")
        found: dict[str, list[list[Detection]]] = {kind: [] for kind in kinds}
        seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
        for query in bench.queries:
            candidates = bench.dense(query)
            for kind in kinds:
                started = time.perf_counter()
                found[kind].append(verifiers.places(query, candidates, kind))
                seconds[kind].append(time.perf_counter() - started)
        record = {
            kind: {"mAP": bench.mean_precision(found[kind]), "seconds": float(np.median(seconds[kind]))}
            for kind in kinds
        }
        for kind, values in record.items():
            print(f"{kind:16} mAP {values['mAP']:.3f}  verification {values['seconds']:.2f} s")
        if options.json:
            options.json.write_text(json.dumps(record, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
