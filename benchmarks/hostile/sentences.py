"""Whether what a user is told is a sentence that helps, and tells strangers nothing about the computer."""

from __future__ import annotations

from pathlib import Path

_LONGEST = 600


def fault_of(sentence: str, secret: Path | None = None) -> str:
    """What is wrong with an error's message, or an empty text; it must not name the folder ``secret``."""
    if len(sentence.split()) < 3:
        return "not a sentence"
    if "\n" in sentence:
        return "more than one line"
    if len(sentence) > _LONGEST:
        return "too long"
    if "Traceback" in sentence or "object at 0x" in sentence:
        return "the program's own words"
    if secret and str(secret) in sentence:
        return "a folder of the computer's"
    return ""
