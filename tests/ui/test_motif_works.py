"""Works that share motifs, as the page draws them; the graph is kept until the motifs are others."""

from __future__ import annotations

from explorer.collection import Work
from explorer.motifs.works_drawing import Drawing, Drawings, Line
from explorer.ui.motif_works import MOST_LINES, drawings, shown

WORKS = {"a": Work("a", "", 400, 200, "<script>"), "b": Work("b", "", 100, 200, "Mill", artist="Jan", date="1600")}


DRAWN = Drawing(
    ("a", "b", "gone"), (1, 1, 0), ((0.7, 0.7), (2.1, 0.7), (4.2, 1.4)), (5.0, 2.5),
    (Line(0, 1, 3, 2.5, True, True), Line(1, 2, 1, 0.6, False, False)), elsewhere=4,
)  # fmt: skip


def test_a_drawing_has_its_works_in_fractions_of_it_and_lines_by_their_numbers() -> None:
    found = drawings(Drawings((DRAWN,), total=13, works=40), WORKS, 12)
    assert (found["from"], found["total"], found["works"]) == (12, 13, 40)
    [drawn] = found["drawings"]
    assert [(work["work"], work["title"], work["aspect"], work["group"]) for work in drawn["works"]] == [
        ("a", "<script>", 2.0, 1), ("b", "Mill", 0.5, 1), ("gone", "gone", 1.0, 0),
    ]  # fmt: skip
    assert [(work["x"], work["y"]) for work in drawn["works"]] == [(0.14, 0.28), (0.42, 0.28), (0.84, 0.56)]
    assert [(line["between"], line["motifs"], line["versions"], line["drawn"]) for line in drawn["lines"]] == [
        ([0, 1], 3, True, True), ([1, 2], 1, False, False),
    ]  # fmt: skip
    assert (drawn["pairs"], drawn["elsewhere"]) == (2, 4)


def test_of_many_pairs_the_weak_ones_are_counted_and_not_listed_unless_they_are_drawn() -> None:
    lines = tuple(Line(0, 1, 1, 1.0, False, number == MOST_LINES + 7) for number in range(MOST_LINES + 9))
    found = shown(Drawing(("a", "b"), (0, 0), ((1, 1), (2, 1)), (3, 2), lines, 0), WORKS)
    assert (len(found["lines"]), found["pairs"]) == (MOST_LINES + 1, MOST_LINES + 9)
    assert found["lines"][-1]["drawn"]
