"""What somebody says that the columns of a table are, where their headings do not tell, or tell wrongly.

A choice goes by the heading: ``{"Scan": "file", "Name": "artist", "Title": ""}`` makes the column "Name" the artist and
keeps "Title" as it is. A field has one column: one that was chosen comes before one that is recognised, which is then
kept as it is, and two that are chosen for one field are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from explorer.collection.column_names import FILE_COLUMN, KNOWN
from explorer.errors import ExplorerError

KEPT = ""
"""The field of a column that is kept under its own name."""
FIELD_WORDS: Mapping[str, str] = {
    FILE_COLUMN: "the file names", "title": "title", "artist": "artist", "date": "date", "year_from": "first year",
    "year_to": "last year", "genre": "genre", "style": "style", "medium": "medium", "holder": "holder",
    "inventory": "inventory number", "height_cm": "height", "width_cm": "width", "dimensions": "sizes",
    "url": "address (URL)", KEPT: "kept as it is",
}  # fmt: skip
"""What the fields of :data:`KNOWN` are called for who chooses."""
_KEPT_WORDS = ("", "kept", "keep", "kept as it is")
_MOST_NAMED = 12
"""Headings that a sentence names."""


def choices_of(texts: Sequence[str]) -> dict[str, str]:
    """Heading -> field, of texts HEADING=FIELD; a heading may have "=" in it. Raises :class:`ExplorerError` for others.

    >>> choices_of(["Name=artist", "a = b=Year from", "Title=kept"])
    {'Name': 'artist', 'a = b': 'year_from', 'Title': ''}
    """
    chosen: dict[str, str] = {}
    for text in texts:
        heading, equals, field = text.rpartition("=")
        if not equals or not heading.strip():
            raise ExplorerError(f"{text[:60]!r} does not say what a column is; write HEADING=FIELD.")
        heading = heading.strip()
        if heading in chosen:
            raise ExplorerError(f"The column {heading[:60]!r} is named twice; say once what it is.")
        chosen[heading] = field_of(field)
    return chosen


def field_of(text: str) -> str:
    """A field by its name or by what it is called. Raises :class:`ExplorerError` for what is none.

    >>> field_of("Year from"), field_of("first year"), field_of("height"), field_of("kept")
    ('year_from', 'year_from', 'height_cm', '')
    """
    named = " ".join(text.replace("_", " ").replace("-", " ").split()).casefold()
    if named in _KEPT_WORDS:
        return KEPT
    for field, words in FIELD_WORDS.items():
        if named in (field.replace("_", " "), words):
            return field
    names = ", ".join(field for field in KNOWN)
    raise ExplorerError(f"A column cannot be {text.strip()[:60]!r}; say one of: {names}, kept.")


def refuse_choice(chosen: Mapping[str, str], headings: Sequence[str], table: str) -> None:
    """Raise :class:`ExplorerError` for a choice about a heading that the ``table`` has not, a field that there is not,
    or two columns for one field."""
    of_field: dict[str, str] = {}
    for heading, field in chosen.items():
        if heading not in headings:
            more = ", …" if len(headings) > _MOST_NAMED else ""
            names = ", ".join(name[:40] for name in headings[:_MOST_NAMED]) + more
            raise ExplorerError(f"{table} has no column {heading[:60]!r}; its columns are: {names}.")
        if field not in FIELD_WORDS:
            field_of(field)
        if field and field in of_field:
            raise ExplorerError(
                f"The columns {of_field[field][:60]!r} and {heading[:60]!r} are both to be “{FIELD_WORDS[field]}”; "
                "choose one of them, the other can be kept as it is."
            )
        of_field[field] = heading
