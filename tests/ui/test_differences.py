"""What the page says of differences: never more than was compared."""

from __future__ import annotations

import pytest

from explorer.geometry import Box
from explorer.registration.difference import Difference, Differences
from explorer.ui.registered import apart

PLACE = Box(0.1, 0.1, 0.3, 0.3)
HOLE = [[(0.5, 0.0), (0.5, 1.0), (1.0, 1.0), (1.0, 0.0)]]


@pytest.mark.parametrize(
    ("kinds", "compared", "said", "unsaid"),
    [
        ((), 0.659, ["Where the two could be compared, nothing was found", "65 % of the first", "shaded"], "All"),
        ((), 1.0, ["nothing was found", "All of the first picture could be compared.", "may still differ"], "shaded"),
        (("first",), 0.999, ["One place differs: it is in the first only.", "99 %"], "may still"),
        (("first", "moved", "first"), 1.0, ["3 places differ: 2 in the first only, 1 moved."], "second"),
    ],
)
def test_the_sentence_claims_what_was_compared(kinds: tuple, compared: float, said: list[str], unsaid: str) -> None:
    told = Differences(tuple(Difference(kind, PLACE, PLACE, 1.0) for kind in kinds), compared, (HOLE, []))
    shown = apart(told)
    assert all(words in shown["sentence"] for words in said) and unsaid not in shown["sentence"]
    assert shown["uncompared"] == {"first": HOLE, "second": []} and len(shown["found"]) == len(kinds)
