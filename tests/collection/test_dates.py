"""Dates as museums write them, in five languages; the right values were written by hand."""

from __future__ import annotations

import random

import pytest

from explorer.collection.dates import Span, year_number, years

DATES: dict[str, Span] = {
    "1605": (1605, 1605),
    "1605 am Rahmen": (1605, 1605),
    "c.1590-1600": (1590, 1600),
    "1568/69": (1568, 1569),
    "1598 to 1602": (1598, 1602),
    "1605-1599": (1599, 1605),
    "signed, 1612 lower left": (1612, 1612),
    "5 May 1605": (1605, 1605),
    "1605-12-05": (1605, 1605),
    "(1946)": (1946, 1946),
    "between 1590 and 1610": (1590, 1610),
    "16th-17th century": (1501, 1700),
    "1590s": (1590, 1599),
    "1600s": (1600, 1699),
    "ca. 1595-ca. 1600": (1595, 1600),
    "c. 1600–c. 1610": (1600, 1610),
    "after 1600 and before 1620": (1600, 1620),
    "late 16th - early 17th century": (1568, 1633),
    "early 17th c.": (1601, 1633),
    "17. Jahrhundert": (1601, 1700),
    "XVIIe siècle": (1601, 1700),
    "begin 17e eeuw": (1601, 1633),
    "15??": (1500, 1599),
    "160-": (1600, 1609),
    "before 1612": (None, 1612),
    "after 1598": (1598, None),
    "1605/06": (1605, 1606),
    "[1601?]": (1601, 1601),
    "500 BC": (-500, -500),
    "2nd century BC": (-200, -101),
    "-0500": (-500, -500),
    "1598-02": (1598, 1602),
    "1946-02": (1946, 1946),
    "1598-02-14": (1598, 1598),
    "inv. no. 1850.12, c. 1610": (1610, 1610),
    "1612": (1612, 1612),
    "ca. 1605–10": (1605, 1610),
    "17th century": (1601, 1700),
    "17. Jh.": (1601, 1700),
    "16./17. Jahrhundert": (1501, 1700),
    "16./17. Jh.": (1501, 1700),
    "1. Hälfte 17. Jahrhundert": (1601, 1650),
    "2. H. 17. Jh.": (1651, 1700),
    "erste Hälfte des 17. Jahrhunderts": (1601, 1650),
    "première moitié du XVIIe siècle": (1601, 1650),
    "fin du XVIe - début du XVIIe siècle": (1568, 1633),
    "fin XVIe s.": (1568, 1600),
    "vers 1600": (1600, 1600),
    "entre 1590 et 1610": (1590, 1610),
    "avant 1612": (None, 1612),
    "après 1598": (1598, None),
    "um 1600": (1600, 1600),
    "zwischen 1590 und 1610": (1590, 1610),
    "vor 1612": (None, 1612),
    "nach 1598": (1598, None),
    "500 v. Chr.": (-500, -500),
    "500 av. J.-C.": (-500, -500),
    "500 a.C.": (-500, -500),
    "79 n. Chr.": (79, 79),
    "AD 79": (79, 79),
    "omstreeks 1600": (1600, 1600),
    "tussen 1590 en 1610": (1590, 1610),
    "eerste helft 17e eeuw": (1601, 1650),
    "laatste kwart 16e eeuw": (1576, 1600),
    "vóór 1612": (None, 1612),
    "jaren 1590": (1590, 1599),
    "1590er Jahre": (1590, 1599),
    "années 1590": (1590, 1599),
    "fine XVI - inizio XVII secolo": (1568, 1633),
    "prima metà del XVII secolo": (1601, 1650),
    "sec. XVII": (1601, 1700),
    "Seicento": (1601, 1700),
    "tra il 1590 e il 1610": (1590, 1610),
    "dal 1600 al 1605": (1600, 1605),
    "1600 circa": (1600, 1600),
    "ante 1612": (None, 1612),
    "post 1598": (1598, None),
    "XVII secolo": (1601, 1700),
    "seventeenth century": (1601, 1700),
    "17th century (second half)": (1651, 1700),
    "second quarter of the 17th century": (1626, 1650),
    "mid-17th century": (1634, 1667),
    "mid 1590s": (1593, 1596),
    "14 February 1598": (1598, 1598),
    "14.2.1598": (1598, 1598),
    "1598 or 1599": (1598, 1599),
    "1605/1610": (1605, 1610),
    "1605-6": (1605, 1606),
    "1598-602": (1598, 1602),
    "1612 (restored 1850)": (1612, 1612),
    "1600 -1610": (1600, 1610),
    "5th-4th century BC": (-500, -301),
    "500-400 BC": (-500, -400),
    "1st century BC - 1st century AD": (-100, 100),
    "100 BC - AD 50": (-100, 50),
    "c. 850": (850, 850),
    "1601 (?)": (1601, 1601),
    "16xx": (1600, 1699),
    "1600 to 1605": (1600, 1605),
    "1600 bis 1605": (1600, 1605),
    "1600 tot 1605": (1600, 1605),
    "bis 1612": (None, 1612),
    "de 1600 à 1605": (1600, 1605),
    "from 1600": (1600, None),
    "from 1600 to 1605": (1600, 1605),
    "1600/1601": (1600, 1601),
    "1590, 1595, 1592": (1590, 1595),
    "about 1600-10": (1600, 1610),
    "1600-1610 (?)": (1600, 1610),
    "c1605": (1605, 1605),
    "ca1605": (1605, 1605),
    "1605.": (1605, 1605),
    "dated 1605": (1605, 1605),
    "signed and dated 1605": (1605, 1605),
    "1566/67": (1566, 1567),
    "1568-1625": (1568, 1625),
    "1500-talet": (1500, 1599),
    "XVI-XVII sec.": (1501, 1700),
    "XVIe-XVIIe siècle": (1501, 1700),
    "1611-12": (1611, 1612),
    "2005-06": (2005, 2006),
    "1605 of 1606": (1605, 1606),
    "1630-1640 / 1640-1650": (1630, 1650),
    "not before 1600": (1600, None),
    "no later than 1612": (None, 1612),
    "5 BC": (-5, -5),
    "1610?": (1610, 1610),
    "1610-?": (1610, 1610),
    "1588-1589": (1588, 1589),
    "Summer 1598": (1598, 1598),
    "Jan 1598 - Feb 1602": (1598, 1602),
    "late 1590s": (1597, 1599),
    "17de eeuw": (1601, 1700),
    "16e-17e eeuw": (1501, 1700),
    "Ende 16. Jahrhundert": (1568, 1600),
    "Anfang des 17. Jahrhunderts": (1601, 1633),
    "XVIIth century": (1601, 1700),
    "17th C": (1601, 1700),
    "17th cent.": (1601, 1700),
    "4th quarter 16th century": (1576, 1600),
    "letztes Viertel 16. Jh.": (1576, 1600),
    "before the 17th century": (None, 1601),
    "1600 or earlier": (None, 1600),
    "c.1620s": (1620, 1629),
    "n. d. [c. 1610]": (1610, 1610),
    "o. J. (um 1610)": (1610, 1610),
    "dated 1119 AH/1707 CE": (1707, 1707),
    "905 AH/1499–1500 CE": (1499, 1500),
    "1610.0": (1610, 1610),
    "-480.0": (-480, -480),
    "１６０５": (1605, 1605),
}
NO_DATES = (
    "",
    "12",
    "inv. 160512",
    "l605",
    "undated",
    "n.d.",
    "s.d.",
    "850 x 600 mm",
    "Inv. 1850",
    "no. 1612",
    "16 O5",
    "16O5",
    "century",
    "9999",
    "0",
    "99999",
)


@pytest.mark.parametrize("text", DATES)
def test_a_date_in_words_is_a_range_of_years(text: str):
    assert years(text) == DATES[text]


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_gives_no_year(text: str):
    assert years(text) is None


@pytest.mark.parametrize(("text", "expected"), [
    ("97", 97), ("-480.0", -480), ("−500", -500), ("1605", 1605), ("0", None), ("c. 1605", None), ("16050", None),
    ("9999", None), ("", None),
])  # fmt: skip
def test_a_column_of_years_holds_numbers(text: str, expected: int | None):
    assert year_number(text) == expected


FRAMES = (
    "{}", "c. {}", "({})", "[{}?]", "um {}", "vers {}", "omstreeks {}", "verso il {}", "dated {}", "{}.",
    "signed {} l. r.",
)  # fmt: skip
BETWEEN = ("{}-{}", "{} – {}", "between {} and {}", "zwischen {} und {}", "tussen {} en {}", "entre {} et {}", 
           "tra il {} e il {}",
           "c. {}–c. {}", "{} or {}", "{} bis {}", "{}/{}", "from {} to {}", "after {} and before {}")  # fmt: skip


def test_any_year_is_found_in_any_frame():
    chance = random.Random(7)
    for _ in range(500):
        first = chance.randrange(1000, 2090)
        last = first + chance.randrange(0, 9)
        assert years(chance.choice(FRAMES).format(first)) == (first, first)
        frame = chance.choice(BETWEEN)
        assert years(frame.format(first, last)) == (first, last), frame.format(first, last)


def test_whatever_is_typed_gives_years_in_order_or_none():
    chance = random.Random(11)
    pieces = [*"0123456789-/.,?() xsv", "16", "1605", "century", "XVII", "before", "c.", "BC", "late", "Jh.", "1598-02"]
    for _ in range(3000):
        span = years("".join(chance.choice(pieces) for _ in range(chance.randrange(0, 14))))
        if span is not None:
            assert span != (None, None)
            assert all(year is None or -10_000 < year < 3100 for year in span)
            assert None in span or span[0] <= span[1]
