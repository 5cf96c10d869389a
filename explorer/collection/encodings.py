"""The encoding of a text file that names none: UTF-8, else one of the three that museums' computers wrote before it.

Windows' (cp1252), DOS' (cp850) and the Macintosh' (Mac Roman) Western encodings all read any text, as other letters:
"Blumenstück" becomes "BlumenstŸck". Which one it is shows in what stands within words: letters of Western languages,
small among small ones and capital among capitals.
"""

from __future__ import annotations

import codecs
import logging
import re
import unicodedata
from dataclasses import dataclass

from explorer.errors import ExplorerError

log = logging.getLogger(__name__)

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


def text_of(raw: bytes, name: str, advice: str) -> str:
    """The text of a file ``name`` in UTF-8, with or without byte order mark, in UTF-16 with one, or in a Western
    encoding, with a warning where it had to be guessed.

    Raises :class:`ExplorerError`, ending in the ``advice``, for what is no text, in another encoding or damaged.
    """
    if raw[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError as error:
            raise ExplorerError(f"{name} is text in UTF-16, but damaged; {advice}.") from error
    if b"\0" in raw:
        raise ExplorerError(f"{name} is not a text file; {advice}.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _is_damaged(raw):
            line = raw.count(b"\n", 0, error.start) + 1
            raise ExplorerError(f"{name} is text in UTF-8, but damaged in line {line:,}; {advice}.") from error
    found = decode_western(raw)
    if found is None:
        raise ExplorerError(f"{name} is text neither in UTF-8 nor in a Western encoding of Windows, DOS or the Mac, if "
                            f"it is text; {advice}.")  # fmt: skip
    if found.doubtful:
        log.warning("%s does not say how its letters are encoded; it was read as %s, so that it has words such as %s. "
                    "Are they right? If not, %s.", name, found.encoding, ", ".join(found.doubtful), advice)  # fmt: skip
    return found.text


def _is_damaged(raw: bytes) -> bool:
    """Whether bytes that are not UTF-8 were meant to be: more characters above 127 can be read than cannot."""
    read = raw.decode("utf-8", errors="replace")
    broken = read.count("\ufffd")
    return sum(character > "\x7f" for character in read) - broken > broken


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
