"""The encoding of a text file that names none: UTF-8, else one of the three that museums' computers wrote before it.

Windows' (cp1252), DOS' (cp850) and the Macintosh' (Mac Roman) Western encodings all read any text, as other letters:
"Blumenstück" becomes "BlumenstŸck". Which one it is shows in what stands within words: letters of Western languages,
small among small ones and capital among capitals.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

WESTERN = ("cp1252", "mac_roman", "cp850")
_USUAL = frozenset("äöüßéèêëáàâíìîïóòôúùûçñåæøœãõÄÖÜÉÈÀÁÇÑÅÆØŒ")
_AROUND = frozenset("‘’“”„«»–—…·©®°×½¼¾§†€£\u00a0")
"""Marks that stand beside words in catalogues."""
_HIGH = re.compile(rb"[\x80-\xff]")
_MOST_LOOKED_AT = 20_000
"""Bytes above 127 that are looked at."""
_MOST_ODD = 0.25
"""Share of letters in odd places from which on a text is in none of these encodings."""


@dataclass(frozen=True)
class Text:
    """A decoded text."""

    text: str
    encoding: str
    doubtful: tuple[str, ...] = ()
    """Words whose letters may be wrong, where the encoding had to be guessed."""


def decode_western(raw: bytes) -> Text | None:
    """Text in the Western encoding whose letters are the most likely; None where none of them fits at all.

    >>> decode_western("Blumenstück".encode("mac_roman")).text, decode_western("Der Müller".encode("cp850")).encoding
    ('Blumenstück', 'cp850')
    """
    found: list[tuple[int, int, str, str, int]] = []
    for encoding in WESTERN:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        good, bad = _judged(text)
        found.append((good - 2 * bad, -len(found), encoding, text, bad))
    if not found:
        return None
    score, _, encoding, text, bad = max(found)
    if bad >= _MOST_ODD * len(_HIGH.findall(raw)) > 0:
        return None
    doubt = encoding != "cp1252" or bad > 0 or sum(other[0] == score > 0 for other in found) > 1
    return Text(text, encoding, _words(text) if doubt else ())


def _judged(text: str) -> tuple[int, int]:
    """How many of the characters above 127 are such as catalogues have where they stand, and how many are not."""
    good = bad = 0
    for place, character in enumerate(text):
        if character <= "\x7f":
            continue
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        if unicodedata.category(character) == "Cc":
            bad += 1
        elif character.isalpha():
            if character.isupper():  # "StÜck", "MÅller"
                odd = before.islower() or (before.isupper() and after.islower())
            else:  # "GRöSSE"
                odd = before.isupper() and (after.isupper() or text[place - 2 : place - 1].isupper())
            good, bad = (good + 1, bad) if character in _USUAL and not odd else (good, bad + 1)
        else:
            between = before.isalpha() and after.isalpha() and character not in "’‘·"
            good, bad = (good + 1, bad) if character in _AROUND and not between else (good, bad + 1)
        if good + bad >= _MOST_LOOKED_AT:
            break
    return good, bad


def _words(text: str) -> tuple[str, ...]:
    """Some of the words that have letters above 127."""
    return tuple(dict.fromkeys(re.findall(r"\w*[^\x00-\x7f]\w*", text)))[:5]
