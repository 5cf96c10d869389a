"""The sizes of works as catalogues write them, in centimetres: "support: 514 x 349 mm", "10 7/8 × 14 in."."""

from __future__ import annotations

import math
import re
import unicodedata

_UNITS = {
    "mm": 0.1, "millimet": 0.1, "cm": 1.0, "centimet": 1.0, "zentimet": 1.0, "dm": 10.0, "m": 100.0, "met": 100.0,
    "mèt": 100.0, "in": 2.54, "inch": 2.54, "zoll": 2.54, "pollici": 2.54, '"': 2.54, "ft": 30.48, "feet": 30.48,
    "foot": 30.48,
}  # fmt: skip
"""How a unit begins -> centimetres."""
_UNIT = (
    r"(?:mm|millim[eè]t\w*|cm|centim[eè]t\w*|zentimet\w*|dm|m|met(?:er|re)s?|mèt\w*|in|inch(?:es)?|zoll|pollici|\"|''|"
    r"ft|feet|foot)(?![a-z])\.?"
)
_NUMBER = r"\d+\s+\d+/\d+|\d+/\d+|\d+(?:[.,]\d+)?"
_HEIGHT = r"(?<![a-z])(?:height|h[öo]he|hoogte|hauteur|haut|altezza|alt|h|hg)"
_WIDTH = r"(?<![a-z])(?:width|breite|breedte|largeur|larg|larghezza|base|w|b|br|l)"
_DIAMETER = r"(?<![a-z])(?:diam[eè]t\w*|durchmesser|doorsnede|diam|dm|d|ø|⌀)"
_LABEL = rf"(?:(?P<h{{n}}>{_HEIGHT})|(?P<w{{n}}>{_WIDTH}))(?![a-zäöüß])[\s.:=]*"
_ONE = (
    rf"(?:{_LABEL})?(?:(?P<early{{n}}>{_UNIT})\s*)?"
    rf"(?<![\d.,/-])(?P<number{{n}}>{_NUMBER})(?![\d/]|[.,]\d|\s*[-–]\s*\d)"
    rf"\s*(?P<unit{{n}}>{_UNIT})?\s*(?:(?P<behind{{n}}>[hwbl])(?![a-z])\.?)?"
)
"""A measure with its word before it or its letter behind it, and its unit before or behind it."""
_SINGLE = re.compile(_ONE.replace("{n}", ""))
_PAIR = re.compile(
    _ONE.replace("{n}", "1")
    + r"\s*(?:x|×|by|per|op|auf|sur|su)\s*"
    + _ONE.replace("{n}", "2")
    + rf"(?:\s*[x×]\s*(?:{_NUMBER})\s*(?P<unit3>{_UNIT}))?"
)
_ROUND = re.compile(
    rf"{_DIAMETER}(?![a-zäöüß])[\s.:=]*(?P<number>{_NUMBER})(?![\d/]|\s*[-–]\s*\d)\s*(?P<unit>{_UNIT})?"
)
_LENGTH = re.compile(rf"(?:(?P<early>{_UNIT})\s*)?(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT})?")
_OFF = math.log(1.2)
"""Proportions that differ by more than a fifth are others; half of that is what cutting and lenses change."""
_OTHER_THINGS = re.compile(
    r"(?<!un)(?<!un-)frame|mount|(?<!un)gerahmt|rahmen|passepartout|lijst|cadre|cornice|montage|secondary|plinth|sockel"
)
"""What is measured beside the work itself."""
_MOST_CM = 100_000
_LONGEST = 1000


def size_cm(text: str, unit: str = "") -> tuple[float, float] | None:
    """Height and width in centimetres that a text states; None where it states none, or no unit.

    Without words for them the first is the height, as is the custom. ``unit`` is that of the column, where its heading
    has one. A diameter is both. Measures of a frame or mount count only where there are no others.

    >>> size_cm("frame: 700 x 500 mm; support: 514 x 349 mm"), size_cm("10 7/8 × 14 in."), size_cm("B 35, H 23 cm")
    ((51.4, 34.9), (27.62, 35.56), (23.0, 35.0))
    """
    parts = [part for part in re.split(r"[;\n|()]|,\s", _plain(text)) if part.strip()]
    own = [part for part in parts if not _OTHER_THINGS.search(part)] or parts
    for part in own:
        if found := _pair(part, unit):
            return found
    return _named(", ".join(own), unit)


def length_cm(text: str, unit: str = "") -> float | None:
    """One length in centimetres; None where it is none, or where neither the text nor the column states a unit.

    >>> length_cm("27,5 cm"), length_cm("514", "mm"), length_cm("27.5"), length_cm("about a foot")
    (27.5, 51.4, None, None)
    """
    found = _LENGTH.fullmatch(_plain(text).strip())
    return _value(found["number"], found["unit"] or found["early"] or unit) if found else None


def fits(height_cm: float, width_cm: float, height: int, width: int) -> bool:
    """Whether a height and a width may be those of a picture of so many pixels; not where they fit much better the
    other way round.

    >>> fits(23, 35, 2300, 3400), fits(35, 23, 2300, 3400), fits(23, 35, 3000, 3000)
    (True, False, True)
    """
    ratio = height / width
    off, swapped = (abs(math.log(one / other / ratio)) for one, other in ((height_cm, width_cm), (width_cm, height_cm)))
    return off < _OFF or swapped > _OFF / 2


def _plain(text: str) -> str:
    text = re.sub(r"(?<=\d)(?=[¼½¾⅓⅔⅛⅜⅝⅞])", " ", text[:_LONGEST])
    text = unicodedata.normalize("NFKC", text).casefold().replace("\u2044", "/").replace("″", '"')
    text = re.sub(r"\(\s*([hwbl])\s*\.?\)", r" \1", text)
    return re.sub(rf"(?<=\d)\s*([hwbl])\s+({_UNIT})", r" \2 \1", text)  # the letter behind the unit


def _pair(text: str, unit: str) -> tuple[float, float] | None:
    """Two measures with a sign between them, perhaps with words or letters for which is which; None where both are said
    to be the same."""
    found = _PAIR.search(text)
    if found is None:
        return None
    units = [found[name] for name in ("unit1", "early1", "unit2", "early2")]
    later = units[2] or units[3] or found["unit3"] or unit
    first, second = (
        _value(found["number1"], units[0] or units[1] or later or ""),
        _value(found["number2"], later or units[0] or units[1] or ""),
    )
    if first is None or second is None:
        return None
    names = _side(found, "1"), _side(found, "2")
    if names[0] and names[0] == names[1]:
        return None
    return (second, first) if names[0] == "w" or names[1] == "h" else (first, second)


def _side(found: re.Match[str], number: str = "") -> str:
    """Which side a measure is said to be: "h", "w", or empty."""
    behind = found[f"behind{number}"] or ""
    return "h" if found[f"h{number}"] or behind == "h" else "w" if found[f"w{number}"] or behind else ""


def _named(text: str, unit: str) -> tuple[float, float] | None:
    """Height and width that are named, in any order, else a diameter; a unit that is written once holds for both."""
    found: dict[str, float] = {}
    measures = list(_SINGLE.finditer(text))
    for number, hit in enumerate(measures):
        name = _side(hit)
        own = next((known for later in measures[number:] if (known := later["unit"] or later["early"])), unit)
        value = _value(hit["number"], own)
        if name and value is not None:
            found.setdefault(name, value)
    if not found:
        return _diameter(text, unit)
    return (found["h"], found["w"]) if len(found) == 2 else None  # "h. 23 cm; d. 4 cm" has a depth


def _diameter(text: str, unit: str) -> tuple[float, float] | None:
    found = _ROUND.search(text)
    value = _value(found["number"], found["unit"] or unit) if found else None
    return None if value is None else (value, value)


def _value(number: str, unit: str) -> float | None:
    """Centimetres, to a tenth of a millimetre; None without a known unit, or for what no work measures."""
    unit = '"' if unit == "''" else unit.rstrip(".")
    factor = next((_UNITS[start] for start in sorted(_UNITS, key=len, reverse=True) if unit.startswith(start)), None)
    if factor is None:
        return None
    total = 0.0
    for piece in number.split():
        above, _, below = piece.partition("/")
        if below and not int(below):
            return None
        total += int(above) / int(below) if below else float(above.replace(",", "."))
    value = round(total * factor, 2)
    return value if 0 < value < _MOST_CM else None
