"""What a script sends to the web API, and labels: used as they are or refused with a sentence, never cut or guessed."""

from __future__ import annotations

from typing import Any

from explorer.errors import ExplorerError
from explorer.search.parsing import LONGEST_WORDS
from explorer.ui import incoming
from explorer.words.abstention import USUAL_THRESHOLD
from explorer.words.prompts import check_templates, label_set, parse_prompts, usual_templates

MOST_LABELS = 200
"""Labels that works are sorted under at a time."""


def written(sent: Any, name: str, longest: int = incoming.LONGEST_TEXT) -> str:
    """A text of a script's, trimmed. Raises :class:`ExplorerError` for what is none, and for a longer one: nothing is
    cut without notice.

    >>> written(" a boat ", "text", 300)
    'a boat'
    """
    if not isinstance(sent, str):
        raise ExplorerError(f'"{name}" must be a text in quotes.')
    if len(sent.strip()) > longest:
        raise ExplorerError(f'"{name}" has {longest:,} characters at most; {len(sent.strip()):,} were sent.')
    return incoming.text(sent, longest)


def labels(sent: Any) -> list[str]:
    """Labels, as a list or as a text with one per line, without blanks and repeats. Raises :class:`ExplorerError` where
    there is none, for one that is none or is too long, and for more than can be sorted under at a time.

    >>> labels(" ship\\n\\nvillage\\nship"), labels(["ship"])
    (['ship', 'village'], ['ship'])
    """
    lines = sent if isinstance(sent, list) else sent.splitlines() if isinstance(sent, str) else []
    found = parse_prompts("\n".join(incoming.text(line, LONGEST_WORDS + 1) for line in lines))
    if not all(isinstance(line, str) for line in lines):
        raise ExplorerError("A label must be a text, such as: a ship at sea.")
    if len(found) > MOST_LABELS:
        raise ExplorerError(f"Works are sorted under {MOST_LABELS} labels at most; these are {len(found):,}.")
    if any(len(label) > LONGEST_WORDS for label in found):
        raise ExplorerError(f"A label has {LONGEST_WORDS} characters at most; one of these is longer.")
    return found


def ready_set(sent: Any, others: Any = "") -> list[str]:
    """The labels of a ready set, by its name. Raises :class:`ExplorerError` where there is none of that name, and where
    ``others`` were sent too."""
    if others:
        raise ExplorerError('Send "prompts" or "label_set", not both.')
    return list(label_set(written(sent, "label_set", 60)).labels)


def templates(sent: Any) -> tuple[str, ...]:
    """Ways of asking for a label, as a list or as a text with one per line; the usual ones where nothing is sent.
    Raises :class:`ExplorerError` for what is none, see :func:`explorer.words.prompts.check_templates`.

    >>> templates("an etching of {}")
    ('an etching of {}',)
    """
    if sent is None or sent in ("", []):
        return usual_templates()
    lines = sent if isinstance(sent, list) else sent.splitlines() if isinstance(sent, str) else [None]
    if not all(isinstance(line, str) for line in lines):
        raise ExplorerError("A way of asking must be a text, such as: a painting of {}")
    return check_templates(incoming.text(line, LONGEST_WORDS + 1) for line in lines)


def threshold(sent: Any) -> float:
    """The threshold of abstention, which :class:`explorer.words.abstention.Abstention` checks; the usual one where
    nothing is sent. Raises :class:`ExplorerError` for what is no number."""
    if sent is None:
        return USUAL_THRESHOLD
    if isinstance(sent, bool) or not isinstance(sent, int | float):
        raise ExplorerError('"threshold" must be a number from 0 to 1.')
    return float(sent)


def within(sent: Any, name: str, least: int, most: int) -> int:
    """A whole number of a script's. Raises :class:`ExplorerError` for anything else, and outside the limits.

    >>> within(5.0, "top", 1, 200)
    5
    """
    number = _number(sent)
    if number is None or not least <= number <= most:
        raise ExplorerError(f'"{name}" must be a whole number from {least:,} to {most:,}.')
    return number


def _number(sent: Any) -> int | None:
    """A whole number, perhaps written 5.0; None for anything else."""
    if isinstance(sent, float) and sent.is_integer():
        return int(sent)
    return sent if isinstance(sent, int) and not isinstance(sent, bool) else None
