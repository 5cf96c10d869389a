"""Catalogues in JSON: a list of records, a record that holds one, or a record a line (JSON Lines)."""

from __future__ import annotations

import json
from typing import Any

from explorer.errors import ExplorerError

ENDINGS = (".json", ".jsonl", ".ndjson")
_DEEPEST = 4
"""Records within records; what lies deeper is left out."""


def json_rows(text: str, name: str) -> list[list[str]]:
    """Headings, then a row a record. A record within a record gives headings with a point ("date.begin"), a list of
    values one text with semicolons.

    Raises :class:`ExplorerError` where the text is no JSON, with the line, or holds no records.
    """
    records = [record for record in _records(text, name) if isinstance(record, dict)]
    if not records:
        raise ExplorerError(f'{name} holds no list of records; each work needs one, such as {{"file": "a.jpg"}}.')
    flat = [dict(_flat(record)) for record in records]
    headings = list(dict.fromkeys(heading for record in flat for heading in record))
    return [headings, *([record.get(heading, "") for heading in headings] for record in flat)]


def _records(text: str, name: str) -> list[Any]:
    try:
        whole = json.loads(text)
    except RecursionError:
        raise ExplorerError(f"{name} holds lists within lists without end.") from None
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and lines[0].lstrip().startswith("{") and lines[0].rstrip().endswith("}"):
            return [_line(line, number, name) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        line = getattr(error, "lineno", 1)
        raise ExplorerError(
            f"{name} is not JSON that can be read: line {line:,} is wrong ({_short(error)})."
        ) from error
    if isinstance(whole, dict):
        lists = [
            value for value in whole.values() if isinstance(value, list) and any(isinstance(x, dict) for x in value)
        ]
        return max(lists, key=len) if lists else [whole]
    return whole if isinstance(whole, list) else []


def _line(line: str, number: int, name: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ExplorerError(f"{name}: line {number:,} is not a record in JSON ({_short(error)}).") from error


def _flat(record: dict[str, Any], above: str = "", depth: int = 1) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in record.items():
        heading = f"{above}{key}".strip()
        if isinstance(value, dict):
            found += _flat(value, f"{heading}.", depth + 1) if depth < _DEEPEST else []
        elif heading:
            found.append((heading, _text(value)))
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "; ".join(text for each in value if not isinstance(each, dict | list) and (text := _text(each)))
    return " ".join(str(value).split())


def _short(error: BaseException) -> str:
    return str(getattr(error, "msg", error))[:100]
