"""Labels and values of manifests as plain text.

The IIIF Presentation API has had several forms for them: a text, a text with its language, lists of these (version 2,
section 4.3), and a map from languages to lists (version 3, section 4.1); a few tags of HTML may be inside. Institutions
mix them.
"""

from __future__ import annotations

import html
import re
from typing import Any

LONGEST = 4000
"""Characters that are kept of a text."""
_DEEPEST = 4
_HIDDEN = re.compile(r"<(script|style)\b.*?(</\1\s*>|$)|<!--.*?(-->|$)", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(br|/p|/div|/li|/tr)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(a|abbr|b|big|blockquote|br|cite|code|dd|div|dl|dt|em|font|h[1-6]|hr|i|img|li|ol|p|pre|q|s|small|span|strong|sub|"
    r"sup|table|tbody|td|th|tr|tt|u|ul)(\s[^<>]*)?/?>",
    re.IGNORECASE,
)


def plain_text(text: str) -> str:
    """A text without tags and entities, in one line. What is no tag of HTML stays.

    >>> plain_text('<p>A <b>mill</b>,<br/>after &quot;Jan&quot; &amp; <unknown></p>')
    'A mill, after "Jan" & <unknown>'
    """
    bare = _TAG.sub("", _BREAK.sub(" ", _HIDDEN.sub("", text[: 4 * LONGEST])))
    kept = "".join(letter if letter.isprintable() else " " for letter in html.unescape(bare))
    return " ".join(kept.split())[:LONGEST].rstrip()


def texts(value: Any) -> tuple[str, ...]:
    """The texts of a value in one language, each once: English where there is any, else what has no language, else the
    first there is.

    >>> texts({"de": ["Mühle"], "en": ["Mill", "Windmill"]}), texts([{"@value": "Moulin", "@language": "fr"}, "Mill"])
    (('Mill', 'Windmill'), ('Mill',))
    """
    found: dict[str, list[str]] = {}
    _gather(value, "", found, 0)
    plain = {language: [text for each in said if (text := plain_text(each))] for language, said in found.items()}
    filled = [language for language, said in plain.items() if said]
    best = min(filled, key=_rank, default=None)
    return tuple(dict.fromkeys(plain[best])) if best is not None else ()


def text(value: Any) -> str:
    """The texts of a value as one, with semicolons between."""
    return "; ".join(texts(value))


def _rank(language: str) -> int:
    if language == "en" or language.startswith("en-"):
        return 0
    return 1 if language in ("", "none", "@none", "und") else 2


def _gather(value: Any, language: str, found: dict[str, list[str]], depth: int) -> None:
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        found.setdefault(language, []).append(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found.setdefault(language, []).append(str(value))
    elif isinstance(value, list):
        for each in value:
            _gather(each, language, found, depth + 1)
    elif isinstance(value, dict) and "@value" in value:
        stated = value.get("@language")
        _gather(value["@value"], stated.casefold() if isinstance(stated, str) else "", found, depth + 1)
    elif isinstance(value, dict):
        for key, each in value.items():
            if not key.startswith("@") or key == "@none":
                _gather(each, key.casefold(), found, depth + 1)
