"""The credit line that has to stand beside a picture, from its catalogue entry."""

from __future__ import annotations

import re

from explorer.collection.work import Work

CREDIT = (
    "credit line", "credit", "credits", "photo credit", "image credit", "courtesy", "copyright", "rights",
    "rights statement", "licence", "license",
)  # fmt: skip
"""Headings of a catalogue under which a credit line stands, lower case, best first."""


def credit_line(work: Work) -> str:
    """The credit line of the catalogue, or who holds the work under which number; empty where neither is known.

    >>> credit_line(Work("a.jpg", "", 1, 1, "A", holder="KMSKA", inventory="12", extra={"Credit Line": "Gift, 1900"}))
    'Gift, 1900'
    >>> credit_line(Work("a.jpg", "", 1, 1, "A", holder="KMSKA", inventory="12"))
    'KMSKA, 12'
    """
    stated = {_plain(heading): value.strip() for heading, value in work.extra.items()}
    credit = next((stated[heading] for heading in CREDIT if stated.get(heading)), "")
    return credit or ", ".join(part for part in (work.holder, work.inventory) if part)


def _plain(heading: str) -> str:
    return re.sub(r"[\s_.\-]+", " ", heading).strip().casefold()
