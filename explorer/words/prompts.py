"""What labels are asked with: lists of labels, and templates, each a sentence with a place for the label.

Either comes from a file of ``assets/prompts``, from a file of a user's, or as typed. In files, lines that begin with
``#`` are remarks.

A label may have a notation of a classification in front, such as Iconclass: ``25F23(LION) a lion``. The model is asked
for the words; what is shown, kept and exported is the label as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.collection.encodings import text_of
from explorer.collection.spreadsheet import read_spreadsheet
from explorer.errors import ExplorerError
from explorer.paths import ASSETS

LONGEST_LABEL = 300
"""Characters of a label, and of a template."""
MOST_IN_FILE = 2000
"""Labels that one file may hold."""
MOST_TEMPLATES = 20
PLACE = "{}"
"""What stands in a template where the label goes."""
NO_LABEL = "Write at least one label, each on a line of its own (such as: a ship at sea)."

_PROMPTS = ASSETS / "prompts"
_NOTATION = re.compile(r"\d\d([A-Z])\1?\d*(?:\([^()\n]{1,60}\)\d*)*[ \t]+(?=\S)")
"""Two digits, a letter (perhaps twice), digits, names in brackets."""
_MOST_BYTES = 1_000_000
_LABEL_HEADINGS = ("label", "labels", "prompt", "prompts")
_NOTATION_HEADINGS = ("notation", "code")


@dataclass(frozen=True)
class LabelSet:
    """Labels that are ready to start from: a file of ``assets/prompts/sets``."""

    name: str
    title: str
    """The file's first line."""
    labels: tuple[str, ...]


def prompt_lines(name: str) -> list[str]:
    """The lines of a file of ``assets/prompts`` but for remarks."""
    return _lines((_PROMPTS / f"{name}.txt").read_text("utf-8"))


def label_sets() -> list[LabelSet]:
    """All ready sets, in order of their titles."""
    sets = []
    for path in (_PROMPTS / "sets").glob("*.txt"):
        text = path.read_text("utf-8")
        sets.append(LabelSet(path.stem, text.split("\n", 1)[0].lstrip("# ").strip(), tuple(_lines(text))))
    return sorted(sets, key=lambda ready: ready.title)


def label_set(name: str) -> LabelSet:
    """A ready set by its name. Raises :class:`ExplorerError` where there is none."""
    sets = {ready.name: ready for ready in label_sets()}
    if name not in sets:
        raise ExplorerError(f"There is no ready set {name!r}; there are: {', '.join(sorted(sets))}.")
    return sets[name]


# -- labels ------------------------------------------------------------------------------------------------------------


def parse_prompts(text: str, separator: str = "\n") -> list[str]:
    """Labels from text, one per line (or between ``separator``), blanks dropped, repeats dropped.

    Raises :class:`ExplorerError` when none is left.

    >>> parse_prompts(" ship; village ;; ship", ";")
    ['ship', 'village']
    """
    labels = list(dict.fromkeys(label.strip() for label in text.split(separator) if label.strip()))
    if not labels:
        raise ExplorerError(NO_LABEL)
    return labels


def words_of(label: str) -> str:
    """What the model is asked for: a label without the notation in front of it.

    >>> words_of("25F23(LION) a lion"), words_of("12 apostles")
    ('a lion', '12 apostles')
    """
    return _NOTATION.sub("", label, count=1) if _NOTATION.match(label) else label


def read_labels(path: Path) -> list[str]:
    """Labels from a file: of a text, one per line; of a table (``.csv``), the column ``label``, with a column
    ``notation`` in front, if there is one. A table of one column needs no heading.

    Raises :class:`ExplorerError` for a file that cannot be read, is too large, or holds no labels, too many, or one
    that is too long.
    """
    called, text = path.name, _text(path)
    lines = _column_of_labels(path) if path.suffix.lower() == ".csv" else _lines(text)
    labels = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not labels:
        raise ExplorerError(f"{called} holds no labels: write one on each line.")
    if len(labels) > MOST_IN_FILE:
        raise ExplorerError(f"{called} holds {len(labels):,} labels; {MOST_IN_FILE:,} are the most at a time.")
    if any(len(label) > LONGEST_LABEL for label in labels):
        raise ExplorerError(f"{called} has a label of more than {LONGEST_LABEL} characters; is it a list of labels?")
    return labels


def _column_of_labels(path: Path) -> list[str]:
    headings, rows = read_spreadsheet(path)
    by_name = {heading.casefold(): heading for heading in reversed(headings)}
    labels = next((by_name[name] for name in _LABEL_HEADINGS if name in by_name), None)
    if labels is None and len(headings) > 1:
        raise ExplorerError(f"{path.name} has several columns: give the one with the labels the heading label.")
    if labels is None:  # a list without a heading
        return [*headings, *(row[headings[0]] for row in rows)]
    notations = next((by_name[name] for name in _NOTATION_HEADINGS if name in by_name), None)
    return [f"{row[notations]} {row[labels]}" if notations and row[labels] else row[labels] for row in rows]


# -- templates ---------------------------------------------------------------------------------------------------------


def usual_templates() -> tuple[str, ...]:
    """The templates of ``assets/prompts/templates.txt``, which may be edited. Raises :class:`ExplorerError` where what
    it holds will not do."""
    return check_templates(prompt_lines("templates"))


def read_templates(path: Path) -> tuple[str, ...]:
    """Templates from a text file, one per line. Raises :class:`ExplorerError` as :func:`check_templates` does, and for
    a file that cannot be read."""
    return check_templates(_lines(_text(path)))


def check_templates(lines: Iterable[str]) -> tuple[str, ...]:
    """Templates without blanks and repeats. Raises :class:`ExplorerError` unless there are some, not too many or too
    long, and each has one place for the label, ``{}``, and no other braces.

    >>> check_templates([" a painting of {}", "", "{}", "{}"])
    ('a painting of {}', '{}')
    """
    templates = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not templates:
        raise ExplorerError("Write at least one way of asking, with {} where the label goes: a painting of {}")
    if len(templates) > MOST_TEMPLATES:
        raise ExplorerError(f"Labels are asked in {MOST_TEMPLATES} ways at most; these are {len(templates):,}.")
    for template in templates:
        shown = template if len(template) <= 60 else f"{template[:60]}…"
        if len(template) > LONGEST_LABEL:
            raise ExplorerError(f"A way of asking has {LONGEST_LABEL} characters at most; “{shown}” has more.")
        if PLACE not in template:
            raise ExplorerError(f"“{shown}” has no {PLACE}: it stands where the label goes, as in: a painting of {{}}")
        if template.count(PLACE) > 1:
            raise ExplorerError(f"“{shown}” has {PLACE} more than once; the label goes in one place.")
        if set(template.replace(PLACE, "")) & {"{", "}"}:
            raise ExplorerError(f"“{shown}” has other braces than {PLACE}; only the place of the label has braces.")
    return templates


def sentences(label: str, templates: Sequence[str]) -> list[str]:
    """What the model is asked about a label.

    >>> sentences("11F4 a Madonna", ["a painting of {}", "{}"])
    ['a painting of a Madonna', 'a Madonna']
    """
    return [template.replace(PLACE, words_of(label)) for template in templates]


# -- files -------------------------------------------------------------------------------------------------------------


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _text(path: Path) -> str:
    """The text of a file of a user's, in any encoding that a catalogue may have."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ExplorerError(f"{path.name} is larger than {_MOST_BYTES // 1_000_000} MB; is it a list?")
        raw = path.read_bytes()
    except OSError as error:
        raise ExplorerError(f"The file {path.name} cannot be read ({error.strerror}).") from error
    return text_of(raw, path.name, "save it as plain text or CSV (UTF-8)")
