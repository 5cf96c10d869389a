"""Dates as museums write them, as ranges of years.

A date is read as tokens (years, centuries, "before", "early", "to" …) in five languages; the first run of them that
connecting words hold together is what is meant. What is not understood is None: no year is better than a wrong one.
Years before Christ are negative, 500 BC is -500, as catalogues' own columns of years have them; there is no year 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from explorer.collection.date_tokens import LATEST, Token, tokens_of

Span = tuple[int | None, int | None]
"""First and last year; None for an end that is open: "before 1612" is (None, 1612)."""


@lru_cache(maxsize=50_000)
def years(date: str) -> Span | None:
    """First and last year that a date in words means; None where it means none.

    >>> years("ca. 1605–10"), years("early 17th c."), years("[1601?]"), years("undated")
    ((1605, 1610), (1601, 1633), (1601, 1601), None)
    >>> years("before 1612"), years("after 1600 and before 1620"), years("2nd century BC"), years("15??")
    ((None, 1612), (1600, 1620), (-200, -101), (1500, 1599))

    "1600s" is taken as widely as it may be meant, 1600 to 1699. "Early", "mid" and "late" are thirds.
    """
    spans = [span for span in _spans(_first_run(tokens_of(date))) if span != (None, None)]
    if not spans:
        return None
    first, last = spans[0][0], spans[-1][1]
    if len(spans) > 2 and first is not None and last is not None:  # a list, in any order
        known = [year for span in spans for year in span if year is not None]
        return min(known), max(known)
    if first is None or last is None:
        return None if first == last else (first, last)
    return min(first, last), max(first, last)


def year_number(text: str) -> int | None:
    """The year in a column of nothing but years, which may have any number of digits and a sign; None for other text.

    >>> year_number("97"), year_number("-480.0"), year_number("1605"), year_number("early 17th century")
    (97, -480, 1605, None)
    """
    found = re.fullmatch(r"\s*([-−]?\d{1,4})(?:\.0+)?\s*", text)
    number = int(found[1].replace("−", "-")) if found else 0
    return number if number and number < LATEST else None


def year(number: int) -> str:
    """A year in words.

    >>> year(1605), year(-500)
    ('1605', '500 BC')
    """
    return f"{-number} BC" if number < 0 else str(number)


_DATED = ("years", "decade", "century")
_ERAS = ("bc", "ad")


@dataclass(frozen=True)
class _Dated:
    """A token of years with what is said of it."""

    token: Token
    part: tuple[float, float] | None
    bound: str
    """"before", "after", or empty."""
    era: str
    """"bc", "ad", or empty."""


def _first_run(tokens: list[Token]) -> list[_Dated]:
    """The first dates that nothing but connecting words is between."""
    found: list[_Dated] = []
    part: tuple[float, float] | None = None
    bound, era, connected = "", "", True
    for number, token in enumerate(tokens):
        following = tokens[number + 1 :]
        if token.kind in _DATED:
            if not connected:
                break
            said = part or _part_behind(following)
            found.append(_Dated(token, said, bound, _era(following) or era))
            part, bound, era, connected = None, "", "", False
        elif token.kind in ("to", "or"):
            connected = True
        elif token.kind == "part" and connected:
            part = token.part
        elif token.kind in ("before", "after"):
            between = bool(found) and not connected  # "1600 until 1605": it connects, and bounds nothing
            bound, connected = "" if between else token.kind, True
        elif token.kind == "ad" and connected:
            era = "ad"
        elif token.kind in ("or_before", "or_after") and found:
            return [*found[:-1], replace(found[-1], bound=token.kind.removeprefix("or_"))]
        elif token.kind == "other":
            if found:
                break
            part, bound, era = None, "", ""
    return found


def _era(following: list[Token]) -> str:
    return following[0].kind if following and following[0].kind in _ERAS else ""


def _part_behind(following: list[Token]) -> tuple[float, float] | None:
    """The part that is named after its century, as in "17th century, first half"; None where another date follows, to
    which it may belong."""
    rest = [token for token in following if token.kind not in (*_ERAS, "or")]
    if rest and rest[0].kind == "part" and not any(token.kind in _DATED for token in rest):
        return rest[0].part
    return None


def _spans(found: list[_Dated]) -> list[Span]:
    """First and last years; "BC" that is written once, at the end, holds for all before it."""
    spans: list[Span] = []
    bc = False
    for dated in reversed(found):
        bc = dated.era == "bc" or (bc and not dated.era)
        first, last = dated.token.first, dated.token.last
        if bc and first > 0:
            first, last = -last, -first
        if dated.part and dated.token.kind != "years":
            first, last = _share(first, last, dated.part)
        open_end = {
            "before": (None, last if first == last else first),
            "after": (first if first == last else last, None),
        }
        spans.insert(0, open_end.get(dated.bound, (first, last)))
    return spans


def _share(first: int, last: int, part: tuple[float, float]) -> tuple[int, int]:
    """A part of a span, to whole years."""
    length = last - first + 1
    return first + round(part[0] * length), first + round(part[1] * length) - 1
