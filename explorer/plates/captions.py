"""What is written under the picture of a work: who, when, what of, how large, whose, with which rights."""

from __future__ import annotations

import re

from explorer.collection import Work

CREDIT = (
    "credit line", "credit", "credits", "photo credit", "image credit", "courtesy", "copyright", "rights",
    "rights statement", "licence", "license", "creditline", "bildnachweis", "fotonachweis", "nachweis", "rechte",
    "copyrightvermerk", "lizenz", "bronvermelding", "kredietregel", "rechten", "licentie", "crédit", "crédits",
    "crédit photographique", "mention obligatoire", "droits", "licence d'utilisation", "crediti", "credito fotografico",
    "diritti", "licenza", "dc:rights", "dcterms:rights", "dc rights", "rightsholder", "rights holder",
)  # fmt: skip
"""Headings of a catalogue under which a credit line stands, lower case, best first."""


def caption(work: Work) -> str:
    """Artist, date, medium and size of a work, as far as the catalogue has them."""
    size = f"{work.height_cm:g} × {work.width_cm:g} cm" if work.height_cm and work.width_cm else ""
    return ", ".join(part for part in (work.artist, work.date, work.medium, size) if part)


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


def holding_and_rights(work: Work) -> str:
    """Who holds a work under which number, and what the catalogue states of credit and rights, each once.

    >>> extra = {"Credit Line": "Gift, 1900", "Rights": "public domain", "Licence": "public domain"}
    >>> holding_and_rights(Work("a.jpg", "", 1, 1, "A", holder="KMSKA", inventory="12", extra=extra))
    'KMSKA, 12 · Gift, 1900 · public domain'
    """
    stated = [(_plain(heading), value.strip()) for heading, value in work.extra.items()]
    credits = [value for known in CREDIT for heading, value in stated if heading == known and value]
    held = ", ".join(part for part in (work.holder, work.inventory) if part)
    return " · ".join(dict.fromkeys([*([held] if held else []), *credits]))


def _plain(heading: str) -> str:
    return re.sub(r"[\s_.\-]+", " ", heading).strip().casefold()


def counted(count: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "work"), counted(1200, "work")
    ('1 work', '1,200 works')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def sentence(words: str) -> str:
    """Words as a sentence."""
    return f"{words[:1].upper()}{words[1:]}."
