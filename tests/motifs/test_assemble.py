"""Motifs put together from pairs, by a verifier that knows the truth and what it gets wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from explorer.geometry import Box
from explorer.motifs.assemble import Group, assembled
from explorer.motifs.candidates import PairOfPlaces
from explorer.motifs.pairs import Found, VerifiedPair
from explorer.verification import Transform

LEFT, RIGHT, WHOLE = Box(0.1, 0.1, 0.3, 0.4), Box(0.6, 0.5, 0.9, 0.9), Box(0.02, 0.02, 0.98, 0.98)
SAME = Transform(1.0, 0.0, False)


@dataclass
class Truth:
    """Which place of which work shows which motif; pairs of works in ``wrong`` are taken for copies all the same."""

    places: dict[tuple[int, Box], str]
    wrong: set[tuple[int, int]] = field(default_factory=set)

    def motif(self, row: int, box: Box) -> str | None:
        near = [name for (work, place), name in self.places.items() if work == row and place.iou(box) > 0.5]
        return near[0] if near else None

    def compared(self, row: int, box: Box, pair: PairOfPlaces) -> Found | None:
        other = pair.rows[1]
        if self.motif(row, box) is None:
            return None
        right = self.motif(row, box) == self.motif(other, pair.boxes[1])
        if right or (row, other) in self.wrong or (other, row) in self.wrong:
            return Found(other, pair.boxes[1], SAME, 0.9)
        return None

    def verified(self, pair: PairOfPlaces) -> VerifiedPair | None:
        found = self.compared(pair.rows[0], pair.boxes[0], pair)
        return VerifiedPair(pair.rows, pair.boxes, SAME, found.probability) if found else None

    def around(self, row: int, box: Box, least: float) -> list[PairOfPlaces]:
        return [
            PairOfPlaces((row, other), (box, place), False, 0.5)
            for (other, place) in self.places
            if other != row and place.iou(box) >= 0
        ]

    def groups(self, *pairs: tuple[int, Box, int, Box]) -> list[Group]:
        known = [VerifiedPair((a, c), (b, d), SAME, 0.9) for a, b, c, d in pairs]
        return assembled(known, self.around, self)


def rows(group: Group) -> set[int]:
    return {each.row for each in group.found}


def test_one_pair_brings_all_instances() -> None:
    truth = Truth({(row, LEFT): "mill" for row in range(5)})
    (group,) = truth.groups((0, LEFT, 1, LEFT))
    assert rows(group) == {0, 1, 2, 3, 4}
    assert group.found[0].row == 0


def test_one_wrong_link_does_not_join_two_motifs() -> None:
    places = {(row, LEFT): "mill" for row in range(4)} | {(row, RIGHT): "lion" for row in range(4, 8)}
    truth = Truth(places, wrong={(1, 5)})
    groups = truth.groups((0, LEFT, 2, LEFT), (4, RIGHT, 6, RIGHT), (1, LEFT, 5, RIGHT))
    mills = next(group for group in groups if group.found[0].row == 0)
    lions = next(group for group in groups if group.found[0].row == 4)
    assert rows(mills) == {0, 1, 2, 3}
    assert rows(lions) == {4, 5, 6, 7}
    assert all(len(rows(group) & {0, 1, 2, 3}) <= 4 and not {0, 4} <= rows(group) for group in groups)


def test_two_motifs_of_one_work_stay_two() -> None:
    truth = Truth({(row, LEFT): "mill" for row in range(3)} | {(row, RIGHT): "lion" for row in range(3)})
    groups = truth.groups((0, LEFT, 1, LEFT), (0, RIGHT, 1, RIGHT))
    assert sorted(each.found[0].box.as_tuple() for each in groups) == [LEFT.as_tuple(), RIGHT.as_tuple()]
    assert all(len({each.box for each in group.found}) == 1 for group in groups)


def test_a_detail_of_two_versions_is_told_with_the_whole_and_not_again() -> None:
    truth = Truth({(0, WHOLE): "scene", (1, WHOLE): "scene"})
    groups = truth.groups((0, WHOLE, 1, WHOLE), (0, LEFT, 1, LEFT))
    assert len(groups) == 1 and groups[0].found[0].box == WHOLE


def test_a_detail_that_is_elsewhere_too_is_a_motif_beside_the_whole() -> None:
    truth = Truth({(0, WHOLE): "scene", (1, WHOLE): "scene", (2, LEFT): "mill", (0, LEFT): "mill"})
    groups = truth.groups((0, WHOLE, 1, WHOLE), (0, LEFT, 2, LEFT))
    assert sorted(len(rows(group)) for group in groups) == [2, 2]
    assert {0, 2} in [rows(group) for group in groups]


def test_pairs_below_one_half_begin_nothing() -> None:
    truth = Truth({(0, LEFT): "mill", (1, LEFT): "mill"})
    assert assembled([VerifiedPair((0, 1), (LEFT, LEFT), SAME, 0.49)], truth.around, truth) == []
