"""What a calibration is fitted on: a collection's own details, found in copies made of them, and in unrelated works."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from explorer.calibration.altered import AlteredPictureMaker, AlteredPictures, PlantedCopy
from explorer.calibration.fit import Examples
from explorer.calibration.sampling import DetailSampler, SampledDetail
from explorer.progress import Progress
from explorer.scratch import scratch_folder
from explorer.search.candidates import best_per_work, match_coarsely, shortlist
from explorer.search.query import RegionPart
from explorer.search.rerank import match_densely
from explorer.search.verify import VerifiedPlace, probability_of, verify
from explorer.search.visual_query import VisualQuery, prepare
from explorer.verification import cue_vector
from explorer.workspace import Workspace

MOST_HOSTS = 30
WHOLE = 8
"""Works of which a copy is made as a whole."""
SMOOTH, WHOLE_UNRELATED = 12, 12
"""Details with least to recognise, and whole works, among the unrelated queries."""
LISTED = 20
"""Matches of an unrelated query that count: as many as a user is shown."""
VERIFIED = 40
HIT = 0.3
"""IoU of a place with that of the copy above which the copy counts as found."""
STAGE = "Calibrating match probabilities"

Cues = tuple[float, float, float]


class Examiner:
    """Makes the examples of one workspace. Everything is drawn from one seed."""

    def __init__(self, workspace: Workspace, progress: Progress) -> None:
        self.workspace, self.progress = workspace, progress
        self.sampler = DetailSampler(workspace, np.random.default_rng(0))
        works = len(self.sampler.rows)
        self.hosts = min(MOST_HOSTS, max(8, works // 2))
        self.whole_works = min(WHOLE, max(3, works // 8))
        self.done, self.total = 0, self.hosts + self.whole_works + 1

    def examples(self) -> Examples:
        """Copies and unrelated pairs together; where possible the same details are searched for in both."""
        with scratch_folder() as scratch:
            maker = AlteredPictureMaker(self.workspace, self.sampler, self._tick)
            altered, planted = maker.make(self.hosts, self.whole_works, scratch / "tables")
            return self._examined(altered, planted)

    def _examined(self, altered: AlteredPictures, planted: list[PlantedCopy]) -> Examples:
        copied = [copy.detail for copy in planted]
        unrelated = [
            *copied[::2], *self.sampler.smooth(SMOOTH), *self.sampler.whole_works(WHOLE_UNRELATED),
        ]  # fmt: skip
        numbers = {detail: number for number, detail in enumerate(dict.fromkeys([*copied, *unrelated]))}
        self.total = self.done + len(unrelated)
        found = [
            (cues, right, numbers[copy.detail])
            for copy in planted
            for cues, right in self._found_in_altered(altered, copy)
        ]
        for detail in unrelated:
            found += [(cues, False, numbers[detail]) for cues in self._found_elsewhere(detail)]
            self._tick()
        return Examples(
            cues=np.array([cues for cues, _, _ in found], dtype=np.float64),
            copy=np.array([right for _, right, _ in found], bool),
            query=np.array([number for _, _, number in found], int),
        )

    def _found_in_altered(self, altered: AlteredPictures, copy: PlantedCopy) -> Iterator[tuple[Cues, bool]]:
        """The cues of the best place in the picture that holds a copy, and whether that place is the copy."""
        query = self._query(copy.detail)
        coarse = match_coarsely(altered, query, [copy.host])
        verified = verify(altered, query, match_densely(altered, query, coarse))
        for place in best_per_work(verified, 1, probability_of):
            yield _cues(place), place.box.iou(copy.box) > HIT

    def _found_elsewhere(self, detail: SampledDetail) -> list[Cues]:
        """The cues of the matches that a search shows, works with the same picture left out."""
        query = self._query(detail)
        contents = self.workspace.tables.contents
        same = frozenset(row for row in self.sampler.rows.tolist() if contents[row] == contents[detail.row])
        candidates = match_densely(self.workspace, query, shortlist(self.workspace, query, same))
        verified = verify(self.workspace, query, candidates, VERIFIED)
        return [_cues(place) for place in best_per_work(verified, 1, probability_of)[:LISTED]]

    def _query(self, detail: SampledDetail) -> VisualQuery:
        return prepare(self.workspace, RegionPart(self.workspace.tables.works[detail.row], detail.box))

    def _tick(self) -> None:
        self.done += 1
        self.progress(STAGE, min(self.done, self.total), self.total)


def _cues(place: VerifiedPlace) -> Cues:
    evidence = place.evidence
    return cue_vector(evidence.similarity, evidence.agreement, evidence.significance)
