"""Values of JSON that others wrote, taken as what they should be, or as not there."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
_LONGEST_SIDE = 10_000_000


def listed(value: Any) -> list[Any]:
    """A list as it is, a single value as a list of one, nothing as an empty list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def records(value: Any) -> list[Document]:
    """The records among what :func:`listed` gives."""
    return [each for each in listed(value) if isinstance(each, dict)]


def address_of(document: Document) -> str:
    """``id`` of version 3, ``@id`` of version 2; empty where there is none."""
    for name in ("id", "@id"):
        value = document.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def kind_of(document: Document) -> str:
    """``type`` of version 3, ``@type`` of version 2 without its prefix.

    >>> kind_of({"@type": "sc:Manifest"})
    'Manifest'
    """
    stated = next(iter(listed(document.get("type") or document.get("@type"))), "")
    return str(stated).rpartition(":")[2]


def length(value: Any) -> int:
    """A length in pixels, also where it is written as a text; 0 for what is none.

    >>> length(4000), length("4000"), length(-1), length("wide"), length(True)
    (4000, 4000, 0, 0, 0)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0
    try:
        number = int(float(value))
    except (ValueError, OverflowError):
        return 0
    return number if 0 < number < _LONGEST_SIDE else 0
