"""The words and numbers of a date as tokens: years, centuries, "before", "early", "to" …

What the tokens of a date mean together is said in :mod:`explorer.collection.dates`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from explorer.collection import date_words as words

LATEST = 2100
"""Larger numbers are no years."""
_LONGEST = 400
"""Characters that are looked at; no date is longer."""
_WRAPS = 15
"""Years: "1598-02" is 1598 to 1602, but "1946-02" is February 1946, for it would be a longer time."""
_WHOLE_NUMBER = re.compile(r"^\s*([-−]?\d+)\.0+\s*$")
"""A year as spreadsheets and pandas write numbers: 1610.0."""


@dataclass(frozen=True)
class Token:
    """A piece of a date. Of the kinds "years", "decade" and "century" it has a ``first`` and a ``last`` year, of the
    kind "part" a ``part``."""

    kind: str
    first: int = 0
    last: int = 0
    part: tuple[float, float] = (0.0, 1.0)
    """Where the part begins and ends, as shares of a century or decade."""


def tokens_of(text: str) -> list[Token]:
    """The tokens of a date. Those that change nothing ("circa", months, articles) are left out; a number of three
    digits counts as a year only where nothing else is there that is not understood."""
    found = [token for token in _with_centuries(list(_tokens(_plain(text)))) if token.kind != "ignored"]
    short = "other" if any(token.kind == "other" for token in found) else "years"
    return [Token(short, token.first, token.last) if token.kind == "short" else token for token in found]


def _plain(text: str) -> str:
    """Lower case, one kind of dash and of blank, without brackets."""
    text = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold()
    text = _WHOLE_NUMBER.sub(r"\1", text)
    text = re.sub("[‐‑‒–—―−]", "-", text).replace("’", "'")
    return " ".join(re.sub(r"[\[\](){}<>\"“”„«»©*]", " ", text).split())


# -- what the rules make of what they find -----------------------------------------------------------------------------

_Make = Callable[[re.Match[str]], Token]


def _kind(name: str) -> _Make:
    return lambda found: Token(name)


def _year(kind: str = "years") -> _Make:
    def make(found: re.Match[str]) -> Token:
        number = int(found[1])
        return Token(kind, number, number) if number else Token("other")

    return make


def _masked(step: int) -> _Make:
    return lambda found: Token("years", int(found[1]) * step, int(found[1]) * step + step - 1)


def _decade(found: re.Match[str]) -> Token:
    start = int(found[1])
    return Token("decade", start, start + (99 if start % 100 == 0 else 9))


def _short_range(found: re.Match[str]) -> Token:
    """The last year with its last digits alone, as in 1605/06, 1605-10, 1598-02 and 1598-602; else a month."""
    first, size = int(found[1]), 10 ** len(found[2])
    last = first - first % size + int(found[2])
    last += size if last < first else 0
    is_month = len(found[2]) == 2 and 1 <= int(found[2]) <= 12 and last - first > _WRAPS
    return Token("years", first, first if is_month else last)


def _of_number(number: int) -> _Make:
    return lambda found: Token("ordinal", number)


def _roman(found: re.Match[str]) -> Token:
    numbers = [{"i": 1, "v": 5, "x": 10}[letter] for letter in found[1]]
    return Token("ordinal", sum(-n if after > n else n for n, after in zip(numbers, [*numbers[1:], 0], strict=True)))


def _named(number: int) -> _Make:
    return lambda found: century(number)


def _part(share: tuple[float, float]) -> _Make:
    return lambda found: Token("part", part=share)


def century(number: int) -> Token:
    """The years of a century, counted from 1."""
    return Token("century", 100 * number - 99, 100 * number) if 1 <= number <= 21 else Token("other")


# -- rules, the first that fits holds ----------------------------------------------------------------------------------

_NOT_MORE = r"(?![\w]|[.,]\d)"


def _any(choices: str) -> str:
    return rf"(?:{choices})(?![\w'])\.?"


_RULES: tuple[tuple[str, _Make], ...] = (
    (r"[\s.;:?!~≈%|]+(?!\d)|[\s;:?!~≈%|]+", _kind("ignored")),
    (rf"(?:{words.NUMBERED})\b[.\s:°]*(?:(?:no|nr|n°|num)\b[.\s:°]*)?[a-z]{{0,4}}[ .-]?\d[\w./-]*", _kind("ignored")),
    (rf"\d{{1,4}}(?:[-/]\d{{1,4}})?\s?(?:{words.OTHER_COUNTS})(?!\w)", _kind("ignored")),
    (rf"(?:{words.BC})(?!\w)\.?", _kind("bc")),
    (rf"(?:{words.AD})(?!\w)\.?", _kind("ad")),
    (r"(\d{4})-\d\d?-\d\d?(?:t[\d:.z+-]*)?(?!\w)", _year()),
    (rf"\d{{1,2}}[./-]\d{{1,2}}[./-](\d{{4}}){_NOT_MORE}", _year()),
    (r"(\d\d)(?:\?\?|--|xx|uu|\.\.)(?!\w)", _masked(100)),
    (r"(\d\d\d)(?:[?xu]|-(?!\s*\d))(?!\w)", _masked(10)),
    (rf"(\d\d\d0)(?:'?s|-?er|-?tal(?:et|s)?)(?!\w)(?: (?:{words.DECADE}))?", _decade),
    (rf"(?:les )?(?:{words.DECADE}) '?((?:1[0-9]|20)[0-9]0)(?!\w)", _decade),
    (rf"(\d{{4}})\s?[-/]\s?(\d{{1,3}}){_NOT_MORE}(?!\.|\s?[-/]|e\b)", _short_range),
    (rf"(\d{{4}}){_NOT_MORE}", _year()),
    (rf"(\d{{3}}){_NOT_MORE}", _year("short")),
    *((_any(choices), _part(share)) for choices, share in words.PARTS.items()),
    (r"(\d{1,2})(?:\s?(?:st|nd|rd|th|e|de|ste|er|ème|eme|º|°)(?![\w'])|\.(?!\d))?(?![\w])",
     lambda found: Token("ordinal", int(found[1]))),
    *((_any(choices), _of_number(number)) for choices, number in words.SPELLED.items()),
    *((_any(choices), _named(number)) for choices, number in words.NAMED.items()),
    (_any(words.OR_BEFORE), _kind("or_before")),
    (_any(words.OR_AFTER), _kind("or_after")),
    (_any(words.AFTER), _kind("after")),
    (_any(words.BEFORE), _kind("before")),
    (_any(words.OR), _kind("or")),
    (r"[,/&+]", _kind("or")),
    (_any(words.TO), _kind("to")),
    (r"-", _kind("to")),
    (r"(?:circa|ca|c|um)\.?(?=\s?\d)", _kind("ignored")),
    (_any(words.CENTURY), _kind("centuries")),
    (r"(?=[ivx])(x{0,2}(?:ix|iv|v?i{0,3}))(?:th|e|er|ème|eme|º|°)?(?![\w'])\.?", _roman),
    (_any(words.IGNORED), _kind("ignored")),
    (r"(?:l|d|dell|un)'", _kind("ignored")),
    (r"\w+|.", _kind("other")),
)  # fmt: skip
_COMPILED = [(re.compile(pattern), make) for pattern, make in _RULES]
_NEGATIVE = re.compile(r"-(\d{3,4})(?!\w)")


def _tokens(text: str) -> Iterator[Token]:
    place, dated = 0, False
    while place < len(text):
        if not dated and (found := _NEGATIVE.match(text, place)):  # "-0500", but not "1600 -1610"
            token = Token("years", -int(found[1]), -int(found[1]))
        else:
            found, make = next((hit, make) for rule, make in _COMPILED if (hit := rule.match(text, place)) and hit[0])
            token = make(found)
            token = token if token.first < LATEST else Token("other")
        yield token
        dated = token.kind in ("years", "short") or (dated and token.kind == "ignored")
        place = found.end()


def _with_centuries(tokens: list[Token]) -> list[Token]:
    """Ordinals made centuries where the word follows, perhaps after others of them ("16th-17th century"), or comes
    before ("sec. XVII"); of other numbers, years where an era is beside them; the rest, such as days, is ignored."""
    made, word_follows = list(tokens), False
    for number in range(len(tokens) - 1, -1, -1):
        token = tokens[number]
        if token.kind == "centuries":
            word_follows = True
            made[number] = Token("ignored")
        elif token.kind == "ordinal":
            before, after = _next(tokens[:number][::-1]), _next(tokens[number + 1 :])
            if word_follows or before == "centuries":
                made[number] = century(token.first)
            else:
                kind = "years" if "ad" in (before, after) or after == "bc" else "ignored"
                made[number] = Token(kind, token.first, token.first)
        elif token.kind not in ("to", "or", "part", "ignored", "before", "after", "bc", "ad"):
            word_follows = False
    return made


def _next(tokens: list[Token]) -> str:
    """The kind of the first token that says something."""
    return next((token.kind for token in tokens if token.kind != "ignored"), "")
