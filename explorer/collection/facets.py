"""Facets of a catalogue: how many works have which value of a column, and which works are chosen by such values.

Pure functions over works. Several values of one column are alternatives; columns, and the years, must all be met. The
counts of a column ignore what is chosen in that column itself, so that they say what choosing another value would give.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from explorer.collection.work import COLUMNS, Work

ALWAYS = ("artist", "medium", "holder", "genre")
"""Columns that are facets however many values they have."""
NEVER = ("year", "date", "inventory", "height_cm", "width_cm")
"""Columns that are none: years have a range of their own, and the others tell single works apart."""
MOST_VALUES = 40
"""Values of any other column that is a facet, at most."""
LEAST_WORKS = 2
"""Works to each of those values, on average, at least."""
MOST_CHOSEN = 100
"""Values that can be chosen at once."""
BARS = 16
"""Stretches of equal length in which years are counted, at most."""
YEARS = "years"
THESE = "these"
"""What stands before the marks of works that were chosen one by one, such as on the map."""
MOST_MARKED = 1000
"""Works that can be chosen so."""
_MARK = 6  # characters of a mark: 36 bits of a digest
_BY_YEARS = None  # stands for the years among the columns by which a work is refused
_BY_ITSELF = "\x00" + THESE
_THESE = re.compile(rf"{THESE}:((?:[\w-]{{{_MARK}}}){{1,{MOST_MARKED}}})", re.ASCII)
_YEARS = re.compile(rf"{YEARS}:(-?\d{{1,4}})?\.\.(-?\d{{1,4}})?")


@dataclass(frozen=True)
class Selection:
    """What is chosen of a catalogue: pairs of a column and one of its values (empty: not stated), in the order in which
    they were chosen, the years between which a work may be dated, and the marks of works chosen one by one."""

    values: tuple[tuple[str, str], ...] = ()
    first: int | None = None
    last: int | None = None
    these: frozenset[str] = field(default=frozenset(), repr=False)

    def __bool__(self) -> bool:
        return bool(self.values or self.these) or self.dated

    @property
    def dated(self) -> bool:
        """Whether years are chosen."""
        return self.first is not None or self.last is not None

    def by_column(self) -> dict[str, set[str]]:
        """The chosen values of every column that has any."""
        found: dict[str, set[str]] = {}
        for column, value in self.values:
            found.setdefault(column, set()).add(value)
        return found

    def parameters(self) -> list[str]:
        """As an address or a command has it, one text each.

        >>> Selection((("artist", "Jan Brueghel"), ("genre", "")), first=1590).parameters()
        ['artist:Jan Brueghel', 'genre:', 'years:1590..']
        """
        years = [f"{YEARS}:{_written(self.first)}..{_written(self.last)}"] if self.dated else []
        these = [f"{THESE}:{''.join(sorted(self.these))}"] if self.these else []
        return [*(f"{column}:{value}" for column, value in self.values), *years, *these]

    def words(self) -> str:
        """In words.

        >>> Selection((("artist", "Jan Brueghel"), ("artist", "Anonymous")), 1590, 1610).words()
        'artist Jan Brueghel or Anonymous; dated 1590 to 1610'
        """
        said = []
        for column in dict.fromkeys(column for column, _ in self.values):
            values = [value or "not stated" for other, value in self.values if other == column]
            said.append(f"{named(column)} {' or '.join(values)}")
        if self.dated:
            said.append(f"dated {_between(self.first, self.last)}")
        if self.these:
            said.append(f"{len(self.these):,} chosen one by one")
        return "; ".join(said)


@dataclass(frozen=True)
class Facet:
    """A column, and of its values, the most frequent first, how many works have each; the empty value stands for works
    without an entry and comes last. Values that no work has are left out unless they are chosen."""

    column: str
    counts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Years:
    """The ``first`` and the ``last`` year of all works, and how many works are dated in each stretch of ``step`` years
    from the first on."""

    first: int
    last: int
    step: int
    bars: tuple[int, ...]


@dataclass(frozen=True)
class Counted:
    """What a selection leaves of some works, and the counts of the facets that go with it."""

    works: list[Work] = field(default_factory=list)
    facets: tuple[Facet, ...] = ()
    years: Years | None = None
    """None where no work is dated."""


def named(column: str) -> str:
    """A column as it is called in a sentence.

    >>> named("height_cm"), named("Painted by")
    ('height cm', 'Painted by')
    """
    return column.replace("_", " ")


def facet_columns(works: Sequence[Work], kept: Sequence[str] = ()) -> list[str]:
    """The columns of a catalogue that are facets: :data:`ALWAYS` and the ``kept`` ones, and any other with few values.
    One in which all works are alike is none."""
    offered = dict.fromkeys([*ALWAYS, *kept, *COLUMNS, *(heading for work in works for heading in work.extra)])
    return [column for column in offered if _tells(works, column, column in ALWAYS or column in kept)]


def _tells(works: Sequence[Work], column: str, always: bool) -> bool:
    values = Counter(value for work in works for value in values_of(work, column))
    stated = len(values) - ("" in values)
    if column in NEVER or not stated or len(values) < 2:
        return False
    return always or (stated <= MOST_VALUES and len(works) - values[""] >= LEAST_WORKS * stated)


def values_of(work: Work, column: str) -> tuple[str, ...]:
    """The values of a work's entry in a column; one that is empty where there is none."""
    return work.values(column) or ("",)


def admits(selection: Selection, work: Work) -> bool:
    """Whether a work is among those that are chosen."""
    return not _refusals(selection, selection.by_column(), work)


def counted(works: Iterable[Work], selection: Selection, all_works: Sequence[Work], columns: Sequence[str]) -> Counted:
    """Which of ``works`` are chosen, and how many of them each value of the ``columns`` would leave. ``all_works``, of
    the whole collection, give the years their ends, so that they do not move with the selection."""
    chosen, kept = selection.by_column(), list[Work]()
    counts: dict[str, Counter[str]] = {column: Counter() for column in columns}
    years = _empty_years(all_works)
    bars = Counter[int]()
    for work in works:
        refused = _refusals(selection, chosen, work)
        if not refused:
            kept.append(work)
        if len(refused) > 1:
            continue
        for column in columns if not refused else [column for column in refused if column in counts]:
            counts[column].update(values_of(work, column))
        if years and (not refused or refused == [_BY_YEARS]) and (span := work.span):
            bars.update(range((span[0] - years.first) // years.step, (span[1] - years.first) // years.step + 1))
    facets = tuple(_facet(column, counts[column], chosen.get(column, set())) for column in columns)
    if years:
        years = Years(years.first, years.last, years.step, tuple(bars[number] for number in range(len(years.bars))))
    return Counted(kept, facets, years)


def _refusals(selection: Selection, chosen: dict[str, set[str]], work: Work) -> list[str | None]:
    """The columns in which a work is none of those chosen."""
    refused: list[str | None] = [
        column for column, values in chosen.items() if values.isdisjoint(values_of(work, column))
    ]
    if selection.dated and not _overlaps(selection, work):
        refused.append(_BY_YEARS)
    if selection.these and work_mark(work.id) not in selection.these:
        refused.append(_BY_ITSELF)
    return refused


def _overlaps(selection: Selection, work: Work) -> bool:
    """Whether the years of a work and those chosen have one in common; never for a work without a date."""
    span = work.span
    if span is None:
        return False
    first, last = selection.first, selection.last
    return (first is None or span[1] >= first) and (last is None or span[0] <= last)


def _empty_years(works: Sequence[Work]) -> Years | None:
    spans = [span for work in works if (span := work.span)]
    if not spans:
        return None
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    step = -(-(last - first + 1) // BARS)
    return Years(first, last, step, (0,) * ((last - first) // step + 1))


def _facet(column: str, counts: Counter[str], chosen: set[str]) -> Facet:
    for value in chosen:
        counts.setdefault(value, 0)
    order = sorted(counts.items(), key=lambda pair: (not pair[0], -pair[1], pair[0].casefold(), pair[0]))
    return Facet(column, tuple(order))


def parse_selection(texts: Sequence[str], columns: Sequence[str]) -> tuple[Selection, list[str]]:
    """The selection that texts as of :meth:`Selection.parameters` mean, and those of them that mean none: of a column
    that is not among ``columns``, years the wrong way round, or more than :data:`MOST_CHOSEN`.

    >>> parse_selection(["artist:Jan Brueghel", "years:1590..1610", "colour:red"], ["artist"])
    (Selection(values=(('artist', 'Jan Brueghel'),), first=1590, last=1610), ['colour:red'])
    """
    values: dict[tuple[str, str], None] = {}
    first, last, wrong = None, None, list(texts[MOST_CHOSEN:])
    these: frozenset[str] = frozenset()
    for text in texts[:MOST_CHOSEN]:
        if marks := _THESE.fullmatch(text):
            these = frozenset(map("".join, zip(*[iter(marks[1])] * _MARK, strict=True)))
            continue
        if years := _YEARS.fullmatch(text):
            start, end = (None if year is None else int(year) for year in years.groups())
            if start is not None and end is not None and start > end:
                wrong.append(text)
            else:
                first, last = start, end
            continue
        column = max((column for column in columns if text.startswith(f"{column}:")), key=len, default=None)
        if column is None:
            wrong.append(text)
        else:
            values[column, text[len(column) + 1 :].strip()] = None
    return Selection(tuple(values), first, last, these), wrong


@lru_cache(maxsize=100_000)
def work_mark(work_id: str) -> str:
    """A short name of a work, for an address: of 10,000 works hardly ever two have the same.

    >>> work_mark("a.jpg")
    'UJsNRk'
    """
    return base64.urlsafe_b64encode(hashlib.sha256(work_id.encode()).digest()[:6]).decode()[:_MARK]


def work_marks(works: Iterable[str]) -> str:
    """What chooses these works, as an address has it."""
    return f"{THESE}:{''.join(sorted(map(work_mark, works)))}"


def _written(year: int | None) -> str:
    return "" if year is None else str(year)


def _between(first: int | None, last: int | None) -> str:
    if first is None:
        return f"until {last}"
    return f"from {first}" if last is None else f"{first} to {last}" if first != last else str(first)
